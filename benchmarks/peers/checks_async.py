"""What the two asynchronous applications share: SQLAlchemy async over asyncpg."""

from __future__ import annotations

from joserfc.jwk import OKPKey
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.peers.script import Replay, load_script

script = load_script()
replay, key = Replay(script), OKPKey.import_key(script.jwk)
engine = create_async_engine(make_url(script.database).set(drivername="postgresql+asyncpg"), pool_size=10)
alone = engine.execution_options(isolation_level="AUTOCOMMIT")


async def play(idempotency_key: str) -> None:
    """Says the statements of one check."""
    for singly, statements in replay.fresh(idempotency_key):
        async with (alone if singly else engine).begin() as connection:
            for statement, values in statements:
                found = await connection.execute(statement, values if len(values) > 1 else values[0])
                if found.returns_rows:
                    found.all()
