"""Settings from the environment and from files; an unknown `SIZAO_…` name is refused."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url

from common.errors import Invalid

PREFIX = "SIZAO_"
_SPAN = re.compile(r"(\d{1,6})(ms|s|m|h)")
_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
}
SERVICES = ("coordination", "screening", "isolation", "notify", "inventory")


class Settings(BaseSettings):
    """Everything an installation can set. Each secret may also be given as `<NAME>_FILE`, the path of a file."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    data: Path = Path("./var")
    """Folder of the embedded installation: databases, keys, backups."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    trial: bool = True
    tls: bool = False
    database: str = ""
    """PostgreSQL URL with `{service}` in place of the service's name; empty: SQLite files in `data`."""
    system_database: str = ""
    """The same for the role that relay and duties connect as."""
    owner_database: str = ""
    """The same for the role that owns the tables and migrates."""
    database_password: SecretStr = SecretStr("")
    """Used where `database` names no password."""
    system_database_password: SecretStr = SecretStr("")
    owner_database_password: SecretStr = SecretStr("")
    amqp: str = ""
    """RabbitMQ URLs, comma-separated; empty: events are delivered in the process."""
    amqp_management: str = ""
    """RabbitMQ's management API with sign-in; with it the relay compares the broker's bindings with the catalogue."""
    retry_tiers: str = "10s,1m,10m"
    """How long a failed event waits before each next attempt (`300ms`, `10s`, `1m`); after the last it is parked."""
    keyring: Path | None = None
    """File of the installation's keys; default `keyring.json` in `data`."""
    public_url: str = ""
    """Address that people reach from their phones; empty: no link is offered."""
    clock_offset_file: Path | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    metrics_port: int = Field(default=0, ge=0, le=65535)
    streams: int = Field(default=40, ge=0)
    """Open live streams that one process takes before further ones are told to poll."""
    web_workers: int = Field(default=2, ge=1, le=64)
    """Processes of a service's web runtime, each with `web_threads` threads; one a core."""
    web_threads: int = Field(default=8, ge=1, le=256)
    worker_threads: int = Field(default=4, ge=1, le=64)
    smtp: str = ""
    otlp_endpoint: str = ""
    requests_per_minute: int = Field(default=30_000, ge=0)
    """Requests that each web process takes from the callers of one site in a minute; 0: no limit."""
    session_hours: int = Field(default=12, ge=1, le=24)
    allow_private_webhooks: bool = False

    @field_validator("retry_tiers")
    @classmethod
    def _tiers_can_be_read(cls, text: str) -> str:
        if not all(_SPAN.fullmatch(part) for part in text.split(",")):
            raise ValueError("retry_tiers is a comma list of spans such as 10s,1m,10m")
        return text

    @property
    def tiers(self) -> dict[str, timedelta]:
        """The retry tiers by their names, in order."""
        spans = {}
        for name in self.retry_tiers.split(","):
            number, unit = _SPAN.fullmatch(name).groups()  # type: ignore[union-attr] # validated above
            spans[name] = int(number) * _UNITS[unit]
        return spans

    @property
    def embedded(self) -> bool:
        """Whether this is the one-process installation."""
        return not self.database

    @property
    def keyring_path(self) -> Path:
        """Where the installation's keys are."""
        return self.keyring or self.data / "keyring.json"

    def database_url(self, service: str) -> str:
        """The database of a service for its own role."""
        if not self.database:
            return f"sqlite:///{(self.data / f'{service}.db').resolve()}"
        return _filled(self.database, service, self.database_password)

    def system_database_url(self, service: str) -> str | None:
        """The database of a service for relay and duties; `None` where there is one role (SQLite).

        The relay holds a lock in its session: this address must not lead through a pooler in transaction mode.
        """
        if not self.system_database:
            return None
        return _filled(self.system_database, service, self.system_database_password or self.database_password)

    def owner_database_url(self, service: str) -> str:
        """The database of a service for the role that migrates."""
        if not self.owner_database:
            return self.database_url(service)
        return _filled(self.owner_database, service, self.owner_database_password or self.database_password)


def _filled(template: str, service: str, password: SecretStr) -> str:
    """The address with the service's name, by our driver, and with the password unless it has one of its own."""
    url = make_url(template.replace("{service}", service))
    if url.drivername in {"postgres", "postgresql"}:
        url = url.set(drivername="postgresql+psycopg")
    if url.password is None and password.get_secret_value():
        url = url.set(password=password.get_secret_value())
    return url.render_as_string(hide_password=False)


def load_settings(**overrides: object) -> Settings:
    """Reads the settings; raises Invalid for an unknown name or a wrong value, naming it."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    values: dict[str, object] = {}
    for name in sorted(os.environ):
        if not name.startswith(PREFIX) or name.startswith(f"{PREFIX}TEST_") or name == f"{PREFIX}PROOF":
            continue
        if name.endswith("_FILE") and name not in known and name.removesuffix("_FILE") in known:
            values[name.removeprefix(PREFIX).removesuffix("_FILE").lower()] = _read_secret(name)
        elif name not in known:
            raise Invalid(
                "settings.unknown",
                "Unknown setting {name}: check its spelling.",
                "未知的设置项 {name}:请检查拼写。",
                name=name,
            )
    try:
        return Settings(**{**values, **overrides})  # type: ignore[arg-type]
    except ValueError as wrong:
        raise Invalid("settings.value", "A setting is wrong: {why}", "设置有误:{why}", why=str(wrong)) from wrong


def _read_secret(name: str) -> str:
    path = Path(os.environ[name])
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise Invalid(
            "settings.file",
            "{name} points to a file that can't be read: {why}",
            "{name} 指向的文件无法读取:{why}",
            name=name,
            why=problem.strerror or "",
        ) from problem
