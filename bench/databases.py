"""Databases for one run: made by `migrate`, copied, and dropped at the end."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection, connections, transaction
from psycopg import Connection, connect, errors, sql


@contextmanager
def fresh_database() -> Iterator[str]:
    """A new, migrated database that the default connection uses inside; yields its name."""
    original = str(connection.settings_dict["NAME"])
    name = f"bench_{uuid.uuid4().hex[:10]}"
    administer("create database {}", name)
    try:
        use(name)
        call_command("migrate", verbosity=0)
        yield name
    finally:
        use(original)
        _drop(name)


@contextmanager
def copied_database(name: str) -> Iterator[str]:
    """A copy of it, which nothing uses yet; yields the copy's name."""
    copy = f"{name}_copy"
    connections.close_all()
    administer("create database {} template {}", copy, name)
    try:
        yield copy
    finally:
        connections.close_all()
        _drop(copy)


def _drop(name: str) -> None:
    """Drop it, whoever is connected."""
    try:
        administer("drop database {} with (force)", name)
    except errors.InsufficientPrivilege:  # the server vacuums it, which a drop without force ends
        administer("drop database {}", name)


def use(name: str) -> None:
    """Let the default connection speak to that database from now on."""
    connections.close_all()
    connection.settings_dict["NAME"] = name


def execute(*statements: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def ask(query: str, *values: str) -> object:
    """The only value that the server answers; None where there is no row."""
    with administrator() as admin:
        row = admin.execute(query, values).fetchone()
    return row[0] if row else None


def administer(statement: str, *names: str) -> None:
    """Run a statement on the server, outside any transaction; the names take the place of `{}`."""
    with administrator() as admin:
        admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def administrator() -> "Connection[tuple[object, ...]]":
    options = connection.settings_dict
    return connect(
        dbname="postgres", user=options["USER"], password=options["PASSWORD"], host=options["HOST"],
        port=options["PORT"] or None, autocommit=True,
    )  # fmt: skip
