"""Real PostgreSQL and Valkey come from script/test; here are databases, people and clients for the tests."""

import contextlib
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases
from django.utils import translation

# Tests roll back what they write: a vacuum that finds nothing left tells the planner that tables are empty, and the
# next test with some hundred rows joins them by nested loops, for minutes.
UNVACUUMED = """do $$ declare one regclass; begin
  for one in select oid from pg_class
    where relkind = 'r' and relnamespace in ('public'::regnamespace, 'history'::regnamespace)
  loop execute format('alter table %s set (autovacuum_enabled = false)', one); end loop;
end $$"""


@pytest.fixture(scope="session", autouse=True)
def _nothing_collected():
    """WhiteNoise warns of a directory that is not there; nothing is collected for the tests."""
    Path(django_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True)
def _plain_settings(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # One test may send in a second what a program may in a minute; what throttles sets its own.
    settings.API_READS_PER_MINUTE = settings.API_WRITES_PER_MINUTE = 0
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(autouse=True)
def _own_language():
    """A request leaves its language on; the next test begins in the settings' own."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_modify_db_settings, django_db_blocker) -> Iterator[None]:
    """The migrated test database, also where only tests with a copy of it run (pytest-django would then make none)."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
        with connection.cursor() as cursor:
            cursor.execute(UNVACUUMED)
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def place() -> Iterator[Path]:
    """A short directory that every account can pass through, as a checkout usually is."""
    path = Path(tempfile.mkdtemp(prefix="tracker-"))
    path.chmod(0o755)
    yield path
    for link in path.rglob("engines"):
        if link.is_symlink():
            shutil.rmtree(link.resolve())
    shutil.rmtree(path)


@pytest.fixture
def committed(django_db_setup, django_db_blocker) -> Iterator[str]:
    """A database of its own, for tests that need real commits, threads or processes; yields its URL."""
    with own_database(django_db_blocker) as url:
        yield url


@contextmanager
def own_database(blocker) -> Iterator[str]:
    """A copy of the migrated test database, so triggers and history are there. (Flushing, as transactional tests do,
    would TRUNCATE, which the time machine refuses.) Gone afterwards."""
    original = connection.settings_dict["NAME"]
    name = f"{original}_{uuid.uuid4().hex[:10]}"
    with blocker.unblock():
        connections.close_all()
        _admin(f'create database "{name}" template "{original}"')
        connection.settings_dict["NAME"] = name
        try:
            yield _url(name)
        finally:
            connections.close_all()
            connection.settings_dict["NAME"] = original
            _drop(name)


def _drop(name: str) -> None:
    """Also while the server's own vacuum is in it: that one the owner may not end, and a plain drop waits it out."""
    for _attempt in range(5):
        try:
            return _admin(f'drop database "{name}" with (force)')
        except psycopg.errors.InsufficientPrivilege:
            with contextlib.suppress(psycopg.errors.ObjectInUse):
                return _admin(f'drop database "{name}"')
    pytest.fail(f"{name} cannot be dropped")


def _admin(statement: str) -> None:
    options = connection.settings_dict
    with psycopg.connect(
        dbname="postgres", user=options["USER"], password=options["PASSWORD"], host=options["HOST"],
        port=options["PORT"] or None, autocommit=True,
    ) as admin:  # fmt: skip
        admin.execute(statement)


def _url(name: str) -> str:
    options = connection.settings_dict
    port = f":{options['PORT']}" if options["PORT"] else ""
    if options["HOST"].startswith("/"):
        return f"postgresql://{options['USER']}:{options['PASSWORD']}@/{name}?host={options['HOST']}"
    return f"postgresql://{options['USER']}:{options['PASSWORD']}@{options['HOST']}{port}/{name}"
