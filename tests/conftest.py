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
from django.test.utils import override_settings, setup_databases, teardown_databases
from django.utils import translation

from tests.kept_plan import KeptPlan
from tests.scenarios import KEPT, new_small_plan

# Tests roll back what they write: a vacuum that finds nothing left tells the planner that tables are empty, and the
# next test with some hundred rows joins them by nested loops, for minutes.
UNVACUUMED = """do $$ declare one regclass; begin
  for one in select oid from pg_class
    where relkind = 'r' and relnamespace in ('public'::regnamespace, 'history'::regnamespace)
  loop execute format('alter table %s set (autovacuum_enabled = false)', one); end loop;
end $$"""


LONG = ("heavy", "browser", "processes")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules with long tests first: the last tests of a run are short, so no worker waits long for another. The tests
    of a module stay together, for what it sets up once."""
    long = {item.path for item in items if any(item.get_closest_marker(name) for name in LONG)}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session", autouse=True)
def _nothing_collected():
    """WhiteNoise warns of a directory that is not there; nothing is collected for the tests."""
    Path(django_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True)
def _plain_settings(settings):
    # One test may send in a second what a program may in a minute; what throttles sets its own.
    settings.API_READS_PER_MINUTE = settings.API_WRITES_PER_MINUTE = 0
    # Tests roll back, and the next has the same revisions again; what keeps pages or figures sets its own.
    settings.PAGE_CACHE_SECONDS = settings.FIGURE_CACHE_SECONDS = 0
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(autouse=True)
def _own_language():
    """A request leaves its language on; the next test begins in the settings' own."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Also for what a module or the run is set up with: the hashers in use take their time by design."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment, django_db_modify_db_settings, django_db_blocker, _quick_passwords
) -> Iterator[None]:
    """The migrated test database, also where only tests with a copy of it run (pytest-django would then make none); and
    a copy that holds the small plan."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"}, serialized_aliases=set())
        with connection.cursor() as cursor:
            cursor.execute(UNVACUUMED)
        original = connection.settings_dict["NAME"]
        connections.close_all()
        _admin(f'drop database if exists "{original}_kept" with (force)')  # of a run that was killed
        _admin(f'create database "{original}_kept" template "{original}"')
        KEPT.append(KeptPlan(f"{original}_kept", new_small_plan))
    yield
    with django_db_blocker.unblock():
        KEPT.pop().close()
        _drop(f"{original}_kept")
        teardown_databases(made, verbosity=0)


@pytest.fixture(autouse=True)
def _back_from_the_kept_plan(request) -> Iterator[None]:
    """A test that went on in the database of the small plan comes back from it before its own is rolled back."""
    if "db" in request.fixturenames:
        request.getfixturevalue("db")
    yield
    for kept in KEPT:
        kept.leave()


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
