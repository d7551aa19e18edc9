"""The SQL that one check takes: recorded from Sizao, said again by the peers with ids, keys, documents of their own."""

from __future__ import annotations

import json
import os
import pickle
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import OKPKey
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Engine, TextClause, event, text

from common.ids import new_id

VARIABLE = "SIZAO_BENCH_SCRIPT"
_PLACE = re.compile(r"%\((\w+)\)s")


@dataclass
class Statement:
    """One statement as psycopg was given it."""

    sql: str
    values: list[dict[str, Any]]
    """One set of values, or those of many executions together."""


@dataclass
class Transaction:
    """Statements that were committed together, or (`alone`) one by one."""

    alone: bool
    statements: list[Statement]


@dataclass
class Script:
    """What one request takes, and what a peer needs to do the same: the database and the key of sign-in tokens."""

    transactions: list[Transaction]
    keys: list[str]
    """The Idempotency-Keys of the recorded checks."""
    jwk: dict[str, Any]
    database: str

    def save(self, path: Path) -> None:
        """Writes it for the peers, which are processes of their own."""
        path.write_bytes(pickle.dumps(self))


def load_script() -> Script:
    """The script that the benchmark wrote."""
    made: Script = pickle.loads(Path(os.environ[VARIABLE]).read_bytes())  # noqa: S301 - written by the parent process
    return made


class Recorder:
    """Writes down what an engine executes."""

    def __init__(self, engine: Engine) -> None:
        self.transactions: list[Transaction] = []
        self._heard = [(engine, "begin", self._begin), (engine, "before_cursor_execute", self._execute)]
        for one in self._heard:
            event.listen(*one)  # type: ignore[arg-type] # a triple of engine, name and listener

    def stop(self) -> None:
        """Listens no more."""
        for one in self._heard:
            event.remove(*one)  # type: ignore[arg-type] # the same

    def _begin(self, connection: Connection) -> None:
        alone = connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"
        self.transactions.append(Transaction(alone, []))

    def _execute(self, _c: Any, _cursor: Any, sql: str, values: Any, _context: Any, many: bool) -> None:
        if not many and not isinstance(values, Mapping):
            values = {f"p{place}": value for place, value in enumerate(values)}
            for name in values:
                sql = sql.replace("%s", f"%({name})s", 1)
        sets = [{name: _plain(value) for name, value in one.items()} for one in (values if many else [values])]
        self.transactions[-1].statements.append(Statement(sql, sets))


def _plain(value: Any) -> Any:
    """A value without psycopg's wrapper; a document as its JSON."""
    kind = type(value).__name__
    if kind in {"Jsonb", "Json"}:
        return json.dumps(value.obj)
    return value.obj if kind == "Binary" else value


class Replay:
    """The script as SQLAlchemy text, for any driver."""

    def __init__(self, script: Script) -> None:
        self.transactions = [
            (one.alone, [(_clause(said.sql), said.values) for said in one.statements]) for one in script.transactions
        ]
        statements = [said for one in script.transactions for said in one.statements]
        inserts = [values for said in statements if said.sql.startswith("INSERT") for values in said.values]
        self._ids = [values["id"] for values in inserts]
        self._indexes = [values["document_index"] for values in inserts if values.get("document_index")]
        self._keys = script.keys

    def fresh(self, *keys: str) -> list[tuple[bool, list[tuple[TextClause, list[dict[str, Any]]]]]]:
        """The transactions of one more request with these keys: (alone, [(statement, values of each execution)])."""
        swap: dict[Any, Any] = {one: new_id() for one in self._ids}
        swap |= {one: secrets.token_bytes(16) for one in self._indexes}
        swap |= dict(zip(self._keys, keys, strict=True))

        def swapped(values: dict[str, Any]) -> dict[str, Any]:
            return {
                name: swap.get(value, value) if isinstance(value, str | bytes) else value
                for name, value in values.items()
            }

        return [
            (alone, [(clause, [swapped(values) for values in sets]) for clause, sets in said])
            for alone, said in self.transactions
        ]


def _clause(sql: str) -> TextClause:
    return text(_PLACE.sub(r":\1", sql.replace(":", "\\:")).replace("%%", "%"))


class PersonIn(BaseModel):
    """Who stands at the entrance."""

    kind: str
    name: str
    document_type: str
    document_number: str
    phone: str


class CheckIn(BaseModel):
    """The body of a check."""

    model_config = ConfigDict(extra="forbid")
    site: str
    entrance: str
    person: PersonIn
    reading: str
    mask: bool
    purpose: str


class KeyedCheckIn(CheckIn):
    """A check of a batch."""

    key: str


class BatchIn(BaseModel):
    """The body of a batch."""

    checks: list[KeyedCheckIn]


def check_token(header: str, key: OKPKey) -> str:
    """Who asks, by a session token; raises PermissionError."""
    claims = jwt.decode(header.removeprefix("Bearer "), key, algorithms=["Ed25519"]).claims
    if claims["exp"] < datetime.now(UTC).timestamp() or claims["aud"] != "sizao-services":  # noqa: TID251 - no product code
        raise PermissionError
    return str(claims["sub"])


def answer(body: CheckIn) -> dict[str, Any]:
    """An answer as long as Sizao's."""
    now = datetime.now(UTC)  # noqa: TID251 - no product code
    return {
        "id": new_id(), "decision": "admit", "decision_words": "放行", "reasons": [], "reason_words": [], "advice": [],
        "advice_words": [], "fever": False, "day": now.date().isoformat(), "measured_at": now.isoformat(),
        "person_kind": body.person.kind, "person_ref": f"visitor:{new_id()}",
    }  # fmt: skip
