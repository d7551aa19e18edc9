"""Commands for whoever runs the PostgreSQL server."""

from __future__ import annotations

import click

from common.cli.output import say
from common.errors import Invalid, Unavailable
from common.settings import load_settings


@click.group()
def database() -> None:
    """Databases on a PostgreSQL server."""


@database.command()
@click.option(
    "--admin", required=True, metavar="DSN", help="Signs in as a superuser, such as postgresql://postgres@db/postgres."
)
@click.option("--prefix", default="sizao_", show_default=True, help="Beginning of the databases' names.")
def create(admin: str, prefix: str) -> None:
    """Make each service's roles and database; what is there is kept and gets the passwords set now.

    The passwords are those of the settings: SIZAO_DATABASE_PASSWORD for `<service>_app`, SIZAO_SYSTEM_DATABASE_PASSWORD
    and SIZAO_OWNER_DATABASE_PASSWORD for `<service>_system` and `<service>_owner` (the first where they are not set).
    """
    import psycopg

    from common.data.provision import create_databases, login_roles
    from common.service import installed_services

    settings = load_settings()
    app = settings.database_password.get_secret_value()
    passwords = {
        "app": app,
        "system": settings.system_database_password.get_secret_value() or app,
        "owner": settings.owner_database_password.get_secret_value() or app,
    }
    if not app:
        raise Invalid(
            "database.password",
            "Set SIZAO_DATABASE_PASSWORD (or SIZAO_DATABASE_PASSWORD_FILE): the roles get it.",
            "请先设置 SIZAO_DATABASE_PASSWORD(或 SIZAO_DATABASE_PASSWORD_FILE),数据库角色将使用该口令。",
        )
    names = list(installed_services())
    words = {role: passwords[role.removeprefix(f"{name}_")] for name in names for role in login_roles(name)}
    try:
        made = create_databases(admin, names, words, prefix=prefix)
    except psycopg.OperationalError as problem:
        raise Unavailable(
            "database.away",
            "The server does not take the connection: check --admin.",
            "无法连接数据库服务器:请检查 --admin。",
        ) from problem
    say([{"service": name, "database": made_name} for name, made_name in zip(names, made, strict=True)])


COMMANDS = (database,)
