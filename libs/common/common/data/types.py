"""Column types that mean the same on SQLite and PostgreSQL: ids, instants, exact decimals, documents, encrypted text.

Each converts literals that it is compared with in SQL. A literal inside a function (`func.coalesce(column, …)`) has to
be given its type by hand: `literal(value, column.type)`.
"""
# ruff: noqa: ARG002 (SQLAlchemy hands the dialect to every conversion)

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, Engine, LargeBinary, String, event
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.engine import Dialect, ExceptionContext
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import ColumnElement, Null
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine

from common.audit.canonical import instant_text
from common.data.exact import broken_text, from_scaled, ordered_document, sorted_document, to_scaled
from common.errors import Invalid, SizaoError
from common.secrets import get_keyring

Id = String(36)
"""A UUIDv7 in its 36-character form (`common.ids`)."""


@event.listens_for(Engine, "handle_error")
def _tell_it_as_it_is(context: ExceptionContext) -> BaseException | None:
    """A value that these types refuse is the caller's Invalid, not a StatementError around it."""
    error = context.original_exception
    return error if isinstance(error, SizaoError) else None


class _ScaledComparator(TypeDecorator.Comparator[Decimal]):
    """Refuses what would silently be off by a power of ten."""

    def operate(self, op: OperatorType, *other: Any, **kwargs: Any) -> ColumnElement[Any]:
        self._refuse(op, other)
        return super().operate(op, *other, **kwargs)

    def reverse_operate(self, op: OperatorType, other: Any, **kwargs: Any) -> ColumnElement[Any]:
        self._refuse(op, (other,))
        return super().reverse_operate(op, other, **kwargs)

    def _refuse(self, op: OperatorType, other: tuple[Any, ...]) -> None:
        if op in (operators.mul, operators.truediv, operators.floordiv, operators.mod):
            raise TypeError("a ScaledDecimal is not multiplied or divided in SQL: do it with Decimals in Python")
        mine = getattr(self.type, "scale", None)
        theirs = [getattr(side, "type", None) for side in other]
        if any(isinstance(kind, ScaledDecimal) and kind.scale != mine for kind in theirs):
            raise TypeError("two ScaledDecimals of different scale can't be compared or added in SQL")


class ScaledDecimal(TypeDecorator[Decimal]):
    """An exact decimal kept as a 64-bit integer of `scale` decimals: 37.3 at scale 2 is 3730.

    Takes Decimal and int. Never rounds: raises Invalid for a float, for more decimals than the scale, for NaN and
    infinity, for what 64 bits can't hold. Sums, minima and maxima in SQL come back as Decimals; products and quotients
    are refused there, and an average would be of the stored integers: divide the sum in Python.
    """

    impl = BigInteger
    cache_ok = True
    comparator_factory = _ScaledComparator

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """The stored integer."""
        return None if value is None else to_scaled(value, self.scale)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        """The Decimal, always with `scale` decimals."""
        return None if value is None else from_scaled(int(value), self.scale)


class _InstantComparator(TypeDecorator.Comparator[datetime]):
    """Refuses arithmetic, which SQLite would do on the text."""

    def operate(self, op: OperatorType, *other: Any, **kwargs: Any) -> ColumnElement[Any]:
        self._refuse(op)
        return super().operate(op, *other, **kwargs)

    def reverse_operate(self, op: OperatorType, other: Any, **kwargs: Any) -> ColumnElement[Any]:
        self._refuse(op)
        return super().reverse_operate(op, other, **kwargs)

    @staticmethod
    def _refuse(op: OperatorType) -> None:
        if op in (operators.add, operators.sub):
            raise TypeError("an Instant is not added to or subtracted from in SQL: compute the bound in Python")


class Instant(TypeDecorator[datetime]):
    """An instant as an aware datetime in UTC, to the microsecond; raises Invalid for a naive one.

    `timestamptz` on PostgreSQL. On SQLite fixed-width text (`2021-03-01T16:30:00.000000Z`), whose order is the order in
    time; so sums with durations are made in Python, not in SQL.
    """

    impl = String(27)
    cache_ok = True
    comparator_factory = _InstantComparator

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type of the database at hand."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """What the database at hand stores."""
        if value is None:
            return None
        if not isinstance(value, datetime):
            raise Invalid(
                "instant.not_one",
                "An instant is wanted, not a {type}.",
                "需要时间点,而不是 {type}。",
                type=type(value).__name__,
            )
        text = instant_text(value)
        return value if dialect.name == "postgresql" else text

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """The instant in UTC."""
        if value is None:
            return None
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


class JsonDoc(TypeDecorator[Any]):
    """A JSON document, the same text for the same content: keys sorted, when written and when read.

    JSONB on PostgreSQL, JSON elsewhere. Takes text, 64-bit whole numbers, booleans, nulls, lists and mappings; raises
    Invalid for anything else, floats and NUL characters too, which the two databases treat differently. Replace a
    document to change it: a change inside it is not noticed. A top-level `None` is SQL NULL.
    """

    impl = JSON(none_as_null=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type of the database at hand."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(JSONB(none_as_null=True))
        return dialect.type_descriptor(JSON(none_as_null=True))

    def coerce_compared_value(self, op: OperatorType | None, value: Any) -> TypeEngine[Any]:
        """Keys and indexes of `document["key"]` are no documents themselves."""
        return self.impl_instance.coerce_compared_value(op, value)

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> Any:
        """The document with its keys in order."""
        return ordered_document(value, "$")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any:
        """The document with its keys in order."""
        return sorted_document(value)


class _EncryptedComparator(TypeDecorator.Comparator[str]):
    """Refuses comparisons that could never be true."""

    def operate(self, op: OperatorType, *other: Any, **kwargs: Any) -> ColumnElement[Any]:
        # SQLAlchemy itself compares columns with each other when it looks one up among a mapper's
        harmless = all(side is None or isinstance(side, Null | ColumnElement) for side in other)
        if op in (operators.is_, operators.is_not, operators.eq, operators.ne) and harmless:
            return super().operate(op, *other, **kwargs)
        raise TypeError("an Encrypted column is compared with NULL only: search by a blind index")


class Encrypted(TypeDecorator[str]):
    """Text that only the key ring opens; `column_path` is `<service>.<table>.<column>` and is bound into each value, so
    that none can be moved to another column.

    Each write gives other bytes, so it is compared with nothing but NULL; search by a blind index beside it. Raises
    Unavailable without a key ring, and for a value that was altered or moved.
    """

    impl = LargeBinary
    cache_ok = True
    comparator_factory = _EncryptedComparator

    def __init__(self, column_path: str) -> None:
        if column_path.count(".") != 2 or not all(column_path.split(".")):
            raise ValueError(f"a column path is <service>.<table>.<column>, not {column_path!r}")
        super().__init__()
        self.column_path = column_path

    @property
    def aad(self) -> bytes:
        """What each value of this column is bound to."""
        return self.column_path.encode()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """The envelope."""
        if value is None:
            return None
        try:
            return get_keyring().encrypt(value.encode(), self.aad)
        except UnicodeEncodeError:
            raise broken_text(self.column_path) from None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        """The text."""
        return None if value is None else get_keyring().decrypt(bytes(value), self.aad).decode()
