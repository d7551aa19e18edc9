"""Roles and databases on a PostgreSQL server, made once by its operator: `sizao database create`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import psycopg
from psycopg import sql

from common.data.rls import APP_ROLE, SYSTEM_ROLE, group_roles_ddl

PROVISION_LOCK = 0x53495A4F50
PREFIX = "sizao_"


def login_roles(service: str) -> dict[str, str | None]:
    """The three roles that sign in to a service's database, and the group each is a member of."""
    return {f"{service}_owner": None, f"{service}_app": APP_ROLE, f"{service}_system": SYSTEM_ROLE}


def create_databases(
    admin_dsn: str, services: Iterable[str], passwords: Mapping[str, str], *, prefix: str = PREFIX
) -> list[str]:
    """Makes each service's roles and its database `<prefix><service>`; returns the names of the databases.

    `admin_dsn` signs in as a superuser, or as a role with CREATEROLE and CREATEDB. `passwords` has one for each of
    `login_roles(service)`; the server is sent a SCRAM verifier, never the password. `<service>_owner` owns the database
    and migrates; `<service>_app` and `<service>_system` own nothing and get what migrations grant to their groups.
    What is there already is kept and gets the passwords given. Raises KeyError for a role without a password.
    """
    made = []
    with psycopg.connect(admin_dsn, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (PROVISION_LOCK,))
        for statement in group_roles_ddl():
            connection.execute(statement.encode())
        for service in services:
            for role, group in login_roles(service).items():
                _login_role(connection, role, passwords[role], group)
            made.append(_database(connection, f"{prefix}{service}", service))
    return made


def _login_role(connection: psycopg.Connection, role: str, password: str, group: str | None) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    connection.execute(
        sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
            sql.SQL("ALTER" if known else "CREATE"), sql.Identifier(role), sql.Literal(verifier)
        )
    )
    if group is not None:
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), sql.Identifier(role)))


def _database(connection: psycopg.Connection, name: str, service: str) -> str:
    owner = f"{service}_owner"
    database, owned_by = sql.Identifier(name), sql.Identifier(owner)
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
        # A role that is no superuser may give a database away only to a role that it is a member of
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owned_by))
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(database, owned_by)
        )
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    for role in login_roles(service):
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(role)))
    return name
