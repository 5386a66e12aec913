"""Databases for one run: made by `migrate`, copied, and dropped at the end."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection, connections, transaction
from psycopg import connect, sql


@contextmanager
def fresh_database() -> Iterator[str]:
    """A new, migrated database that the default connection uses inside; yields its name."""
    original = str(connection.settings_dict["NAME"])
    name = f"bench_{uuid.uuid4().hex[:10]}"
    _administer("create database {}", name)
    try:
        use(name)
        call_command("migrate", verbosity=0)
        yield name
    finally:
        use(original)
        _administer("drop database {} with (force)", name)


@contextmanager
def copied_database(name: str) -> Iterator[str]:
    """A copy of it, which nothing uses yet; yields the copy's name."""
    copy = f"{name}_copy"
    connections.close_all()
    _administer("create database {} template {}", copy, name)
    try:
        yield copy
    finally:
        connections.close_all()
        _administer("drop database {} with (force)", copy)


def use(name: str) -> None:
    """Let the default connection speak to that database from now on."""
    connections.close_all()
    connection.settings_dict["NAME"] = name


def execute(*statements: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _administer(statement: str, *names: str) -> None:
    options = connection.settings_dict
    with connect(
        dbname="postgres", user=options["USER"], password=options["PASSWORD"], host=options["HOST"],
        port=options["PORT"] or None, autocommit=True,
    ) as admin:  # fmt: skip
        admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
