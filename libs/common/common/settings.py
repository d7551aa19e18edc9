"""Settings from the environment and from files; an unknown `SIZAO_…` name is refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from common.errors import Invalid

PREFIX = "SIZAO_"
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
    amqp: str = ""
    """RabbitMQ URLs, comma-separated; empty: events are delivered in the process."""
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
    worker_threads: int = Field(default=4, ge=1, le=64)
    smtp: str = ""
    otlp_endpoint: str = ""
    session_hours: int = Field(default=12, ge=1, le=24)
    allow_private_webhooks: bool = False

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
        return self.database.replace("{service}", service)

    def system_database_url(self, service: str) -> str | None:
        """The database of a service for relay and duties; `None` where there is one role (SQLite)."""
        return self.system_database.replace("{service}", service) if self.system_database else None

    def owner_database_url(self, service: str) -> str:
        """The database of a service for the role that migrates."""
        return self.owner_database.replace("{service}", service) if self.owner_database else self.database_url(service)


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
