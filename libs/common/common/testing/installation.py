"""Databases, roles, keys and settings of an installation on real servers, for one test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from common.caller import system
from common.clock import Clock
from common.data import migrate
from common.data.provision import create_databases, login_roles
from common.events.catalogue import EVENTS
from common.events.tables import EventLog, Inbox, Outbox
from common.host import Host
from common.op import Op, usecase
from common.secrets.current import set_keyring
from common.secrets.keyring import KeyRing
from common.service import Service
from common.settings import Settings

PASSWORD = "for-this-test-run-only"


class Installation:
    """What the processes of an installation share. `hosts` look into its databases from the test.

    `prepare(service, engine)` is called with an engine of the role that owns each database, once it is migrated: a test
    makes tables of its own there.
    """

    def __init__(
        self,
        folder: Path,
        services: Iterable[Service],
        *,
        admin_dsn: str,
        amqp: str,
        clock: Clock,
        prepare: Callable[[Service, Engine], None] = lambda _service, _engine: None,
        **settings: object,
    ) -> None:
        services = list(services)
        folder.mkdir(parents=True, exist_ok=True)
        self._admin_dsn, self._prefix = admin_dsn, f"t{uuid4().hex[:8]}_"
        names = [service.name for service in services]
        passwords = {role: PASSWORD for name in names for role in login_roles(name)}
        self._databases = create_databases(admin_dsn, names, passwords, prefix=self._prefix)
        self.settings = Settings(
            **{
                "data": folder,
                "database": self._address("app"),
                "system_database": self._address("system"),
                "owner_database": self._address("owner"),
                "database_password": PASSWORD,
                "amqp": amqp,
                **settings,
            }  # type: ignore[arg-type] # pydantic checks each
        )
        set_keyring(KeyRing.create(self.settings.keyring_path))
        self.hosts: dict[str, Host] = {}
        for service in services:
            owner = self.settings.owner_database_url(service.name)
            migrate.upgrade(service, owner)
            engine = create_engine(owner, poolclass=NullPool)
            prepare(service, engine)
            engine.dispose()
            self.hosts[service.name] = Host(service, self.settings, clock)

    def _address(self, role: str) -> str:
        server = make_url(self._admin_dsn)
        return f"postgresql://{{service}}_{role}@{server.host}:{server.port}/{self._prefix}{{service}}"

    def env(self) -> dict[str, str]:
        """The environment of a process of this installation."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SIZAO_")}
        words = self.settings.model_dump(mode="json", exclude_unset=True) | {"database_password": PASSWORD}
        return kept | {f"SIZAO_{name.upper()}": str(value) for name, value in words.items()}

    def under_way(self) -> list[str]:
        """Events that have not yet had their effect at each service here that reacts to them."""
        waiting = []
        for name, host in self.hosts.items():
            waiting += [f"{one} in the outbox of {name}" for one in host.run_system(_waiting, system(name))]
        handled = {name: host.run_system(_handled, system(name)) for name, host in self.hosts.items()}
        for name, host in self.hosts.items():
            for event_id, event_type in host.run_system(_published, system(name)):
                for consumer in EVENTS[event_type].consumers:
                    there = self.hosts.get(consumer)
                    if there and there.service.reactions_to(event_type) and event_id not in handled[consumer]:
                        waiting.append(f"{event_type} {event_id} on its way to {consumer}")
        return waiting

    def handled(self, service: str, event_id: str) -> bool:
        """Whether an event had its effect at a service."""
        return event_id in self.hosts[service].run_system(_handled, system(service))

    def close(self) -> None:
        """Closes what the test opened, and drops the databases."""
        for host in self.hosts.values():
            host.close()
        set_keyring(None)
        with psycopg.connect(self._admin_dsn, autocommit=True) as connection:
            for name in self._databases:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@usecase(read=True)
def _waiting(op: Op) -> list[str]:
    return list(op.db.scalars(select(Outbox.id).where(Outbox.parked_at.is_(None))))


@usecase(read=True)
def _handled(op: Op) -> set[str]:
    return set(op.db.scalars(select(Inbox.event_id)))


@usecase(read=True)
def _published(op: Op) -> list[tuple[str, str]]:
    return [(row.id, row.type) for row in op.db.execute(select(EventLog.id, EventLog.type))]
