"""Column types on SQLite: what goes in comes back exactly, and SQL compares it as Python does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, LargeBinary, func, literal, select, text, type_coerce
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from common.data.engine import make_engine
from common.data.types import Encrypted, Id, Instant, JsonDoc, ScaledDecimal
from common.errors import Invalid, Unavailable
from common.ids import new_id
from common.secrets import KeyRing, set_keyring
from common.secrets.reencrypt import reencrypt_batch

PHONE = "13000000001"


class Base(DeclarativeBase):
    pass


class Thing(Base):
    __tablename__ = "thing"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    reading: Mapped[Decimal | None] = mapped_column(ScaledDecimal(2))
    litres: Mapped[Decimal | None] = mapped_column(ScaledDecimal(3))
    at: Mapped[datetime | None] = mapped_column(Instant)
    doc: Mapped[Any | None] = mapped_column(JsonDoc)
    phone: Mapped[str | None] = mapped_column(Encrypted("screening.thing.phone"))
    note: Mapped[str | None] = mapped_column(Encrypted("screening.thing.note"))


@pytest.fixture
def ring() -> Iterator[KeyRing]:
    ring = KeyRing.generate()
    set_keyring(ring)
    yield ring
    set_keyring(None)


@pytest.fixture
def engine(tmp_path: Path, ring: KeyRing) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'things.db'}")
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


def stored(session: Session, **values: Any) -> Thing:
    """A thing as it reads back from the database."""
    thing = Thing(**values)
    session.add(thing)
    session.flush()
    session.expire(thing)
    return thing


def refused(session: Session, **values: Any) -> Invalid:
    """The error that storing gives."""
    with pytest.raises(Invalid) as caught:
        stored(session, **values)
    session.rollback()
    return caught.value


def test_a_tenth_and_two_tenths_are_three_tenths(session: Session) -> None:
    for number in ("0.1", "0.2"):
        stored(session, litres=Decimal(number))
    assert session.scalar(select(func.sum(Thing.litres))) == Decimal("0.300")
    total = select(func.sum(Thing.litres)).scalar_subquery()
    assert session.scalar(select(total == literal(Decimal("0.3"), ScaledDecimal(3))))
    assert session.scalar(select(func.max(Thing.litres))) == Decimal("0.2")
    assert session.scalars(select(Thing.litres + Decimal("0.1")).order_by(Thing.litres)).all() == [
        Decimal("0.2"),
        Decimal("0.3"),
    ]


def test_the_fever_boundary_is_exact(session: Session) -> None:
    for number in ("37.2", "37.29", "37.3", "37.30", "39"):
        stored(session, reading=Decimal(number))
    fevers = session.scalars(select(Thing.reading).where(Thing.reading >= Decimal("37.3")).order_by(Thing.reading))
    assert [str(reading) for reading in fevers] == ["37.30", "37.30", "39.00"]
    assert session.scalar(select(func.count()).where(Thing.reading == Decimal("37.290"))) == 1
    assert session.scalar(select(func.count()).where(Thing.reading.in_([Decimal("37.2"), 39]))) == 2
    assert session.scalar(select(func.count()).where(Thing.reading.between(Decimal("37.25"), Decimal("37.3")))) == 3


def test_literals_in_the_statement_itself_are_converted(session: Session) -> None:
    at = datetime(2021, 3, 2, 0, 30, tzinfo=timezone(timedelta(hours=8)))
    stored(session, reading=Decimal("37.3"), at=at)
    statement = select(Thing.id).where(Thing.reading >= Decimal("37.3"), Thing.at == at)
    sql = str(statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
    assert len(session.execute(text(sql)).all()) == 1


@given(whole=st.integers(-(2**63) + 1, 2**63 - 1), scale=st.integers(0, 12))
def test_every_number_that_fits_comes_back(whole: int, scale: int) -> None:
    kind = ScaledDecimal(scale)
    number = Decimal(whole).scaleb(-scale)
    back = kind.process_result_value(kind.process_bind_param(number, None), None)  # type: ignore[arg-type]
    assert back == number
    assert back is not None
    assert back.as_tuple().exponent == -scale


@pytest.mark.parametrize(
    "number",
    [
        37.3,
        float("nan"),
        "37.3",
        True,
        Decimal("37.301"),
        Decimal("1E-999999"),
        Decimal("1E+999999"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("-Infinity"),
        Decimal(2**63) / 100,
        pytest.param(10**6000, id="huge"),
    ],
)
def test_a_number_that_would_be_rounded_or_lost_is_refused(session: Session, number: Any) -> None:
    error = refused(session, reading=number)
    assert error.code == "decimal.refused"
    with pytest.raises(Invalid):
        session.scalar(select(Thing.id).where(Thing.reading > number))


def test_sql_that_would_be_off_by_a_power_of_ten_is_refused() -> None:
    for wrong in (
        lambda: Thing.reading * 2,
        lambda: 2 * Thing.reading,
        lambda: Thing.reading / 2,
        lambda: Thing.reading > Thing.litres,
        lambda: Thing.reading + Thing.litres,
    ):
        with pytest.raises(TypeError):
            wrong()


ZONES = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
INSTANTS = st.builds(
    lambda days, part, zone: (datetime(1, 1, 2, tzinfo=UTC) + timedelta(days, microseconds=part)).astimezone(zone),
    st.integers(0, 3_652_055),
    st.integers(0, 86_399_999_999),
    ZONES,
)


@given(one=INSTANTS, two=INSTANTS)
def test_the_order_of_stored_instants_is_the_order_in_time(one: datetime, two: datetime) -> None:
    first, second = (Instant().process_bind_param(at, sqlite.dialect()) for at in (one, two))
    assert len(first) == len(second) == 27
    assert (first < second, first == second) == (one < two, one == two)
    assert Instant().process_result_value(first, sqlite.dialect()) == one


def test_instants_come_back_in_utc_and_compare_across_zones(session: Session) -> None:
    beijing = timezone(timedelta(hours=8))
    whole, fraction = datetime(2021, 3, 2, 0, 30, tzinfo=beijing), datetime(2021, 3, 1, 16, 30, 0, 1, tzinfo=UTC)
    assert stored(session, at=whole).at == whole
    assert stored(session, at=fraction).at == fraction
    back = session.scalars(select(Thing.at).order_by(Thing.at.desc())).all()
    assert back == [fraction, whole]
    assert all(at is not None and at.tzinfo is UTC for at in back)
    assert session.scalar(select(func.count()).where(Thing.at > whole.astimezone(UTC))) == 1
    assert session.scalar(select(func.max(Thing.at))) == fraction


def test_what_is_no_instant_is_refused(session: Session) -> None:
    assert refused(session, at=datetime(2021, 3, 2, tzinfo=UTC).replace(tzinfo=None)).code == "instant.naive"
    assert refused(session, at=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=8)))).code == "instant.out_of_range"
    for other in (date(2021, 3, 2), "2021-03-02T00:00:00Z", 0):
        assert refused(session, at=other).code == "instant.not_one"
    with pytest.raises(TypeError):
        _ = Thing.at + timedelta(days=1)
    with pytest.raises(TypeError):
        _ = Thing.at - Thing.at


def test_a_document_has_one_text(session: Session) -> None:
    first = stored(session, doc={"b": [1, None, True], "a": {"d": "赵", "c": 2}})
    assert list(first.doc) == ["a", "b"]  # type: ignore[arg-type]
    stored(session, doc={"a": {"c": 2, "d": "赵"}, "b": [1, None, True]})
    assert len(set(session.scalars(text("SELECT doc FROM thing")).all())) == 1
    assert stored(session, doc=None).doc is None
    assert session.scalar(select(func.count()).where(Thing.doc.is_(None))) == 1
    assert session.scalar(select(func.count()).where(Thing.doc["a"]["c"].as_integer() == 2)) == 2
    assert session.scalar(select(func.count()).where(Thing.doc["a"]["d"].as_string() == "赵")) == 2


@pytest.mark.parametrize(
    "doc",
    [1.5, {"a": float("nan")}, {"a": Decimal(1)}, {1: 1}, {"a": {1}}, {"a": b"x"}, [2**63], {"a": date(2021, 1, 1)}],
)
def test_a_document_of_anything_but_json_is_refused(session: Session, doc: Any) -> None:
    assert refused(session, doc=doc).code == "document.refused"


@pytest.mark.parametrize("doc", ["\x00", {"a\x00": 1}, ["\ud800"]])
def test_a_document_with_broken_text_is_refused(session: Session, doc: Any) -> None:
    assert refused(session, doc=doc).code == "text.broken"


def test_the_database_holds_nothing_readable_of_an_encrypted_column(engine: Engine, session: Session) -> None:
    one, two = stored(session, phone=PHONE), stored(session, phone=PHONE)
    assert one.phone == two.phone == PHONE
    assert stored(session, phone="").phone == ""
    assert stored(session, phone=None).phone is None
    raw = session.scalars(text("SELECT phone FROM thing WHERE phone IS NOT NULL")).all()
    assert len(set(raw)) == 3
    session.commit()
    files = Path(str(engine.url.database)).parent.glob("things.db*")
    assert not any(PHONE.encode() in file.read_bytes() for file in files)


def test_an_encrypted_value_cannot_be_moved_to_another_column(session: Session) -> None:
    thing = stored(session, phone=PHONE)
    session.execute(text("UPDATE thing SET note = phone, phone = NULL"))
    session.expire(thing)
    with pytest.raises(Unavailable) as caught:
        _ = thing.note
    assert caught.value.code == "keyring.altered"


def test_an_encrypted_column_is_compared_with_null_only(session: Session) -> None:
    stored(session, phone=PHONE)
    assert session.scalar(select(func.count()).where(Thing.phone.is_not(None), Thing.note == None)) == 1  # noqa: E711
    for wrong in (
        lambda: Thing.phone == PHONE,
        lambda: Thing.phone.in_([PHONE]),
        lambda: Thing.phone.like("130%"),
        lambda: Thing.phone == Thing.note,
        Thing.phone.desc,
    ):
        with pytest.raises(TypeError):
            wrong()


def test_encrypted_text_needs_a_ring_and_whole_characters(session: Session) -> None:
    assert refused(session, phone="\ud800").code == "text.broken"
    set_keyring(None)
    with pytest.raises(Unavailable):
        stored(session, phone=PHONE)


@pytest.mark.parametrize("path", ["phone", "a.b", "a..b", "a.b.c.d", ""])
def test_a_column_path_has_three_parts(path: str) -> None:
    with pytest.raises(ValueError, match="column path"):
        Encrypted(path)


def test_reencryption_moves_every_row_to_the_new_key_in_batches(session: Session, ring: KeyRing) -> None:
    for number in range(7):
        stored(session, phone=f"1300000000{number}")
    stored(session, phone=None)
    newer = ring.rotated()
    set_keyring(newer)
    fresh = stored(session, phone="13000000009")
    session.commit()
    total, rounds, after = 0, 0, None
    while True:
        done, after = reencrypt_batch(session, Thing.__table__, "phone", after=after, limit=3)  # type: ignore[arg-type]
        session.commit()
        total, rounds = total + done, rounds + 1
        if after is None:
            break
    assert (total, rounds) == (7, 4)
    raw = session.scalars(select(type_coerce(Thing.phone, LargeBinary)).where(Thing.phone.is_not(None))).all()
    assert all(newer.is_current(bytes(envelope)) for envelope in raw)
    session.expire_all()
    assert sorted(thing.phone or "" for thing in session.scalars(select(Thing))) == [
        "",
        *(f"1300000000{number}" for number in range(7)),
        fresh.phone,
    ]
    with pytest.raises(TypeError):
        reencrypt_batch(session, Thing.__table__, "doc")  # type: ignore[arg-type]
