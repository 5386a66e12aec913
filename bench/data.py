"""The simulated plan that is measured, made once and kept; each run reads and writes a copy of it."""

import hashlib
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from bench.databases import administer, ask, use

SIZES: Mapping[str, Mapping[str, int]] = {
    "full": {
        "initiatives": 10_000, "updates": 1_000_000, "weeks": 104, "milestones": 100_000, "lines": 60_000,
        "entries": 600_000,
    },
    "small": {
        "initiatives": 500, "updates": 50_000, "weeks": 104, "milestones": 5_000, "lines": 3_000, "entries": 30_000,
    },
}  # fmt: skip
SEED = 7
PLAN = "SIM10K"  # the code of the simulated plan


@contextmanager
def simulated(size: str) -> Iterator[str]:
    """A copy of the simulated plan of that size, which the default connection uses inside; yields its name."""
    kept = _kept(size)
    copy = f"{kept}_run"
    original = str(connection.settings_dict["NAME"])
    administer("drop database if exists {} with (force)", copy)
    administer("create database {} template {} strategy file_copy", copy, kept)
    try:
        use(copy)
        yield copy
    finally:
        use(original)
        administer("drop database if exists {} with (force)", copy)


def described(size: str) -> str:
    """What is in it, counted."""
    counts = {
        "initiatives": "initiatives_initiative",
        "milestones": "initiatives_milestone",
        "budget lines": "initiatives_budgetline",
        "ledger entries": "initiatives_ledgerentry",
        "status updates": "initiatives_statusupdate",
        "revisions": "tracker_revision",
    }
    with connection.cursor() as cursor:
        found = []
        for name, table in counts.items():
            cursor.execute(f"select count(*) from {table}")
            found.append(f"{cursor.fetchone()[0]:,} {name}")
        cursor.execute("select pg_database_size(current_database())")
        megabytes = cursor.fetchone()[0] / 1e6
    return f"On a simulated plan ({size}): {', '.join(found)}; {megabytes:,.0f} MB with their history."


def _kept(size: str) -> str:
    """The name of the database that holds it, made now unless it is there and by the same code."""
    name, wanted = f"bench_{size}", _fingerprint(size)
    if ask("select shobj_description(oid, 'pg_database') from pg_database where datname = %s", name) == wanted:
        return name
    draft = f"{name}_draft"
    began = time.monotonic()
    print(f"Simulating the plan ({size}) ...", file=sys.stderr, flush=True)
    original = str(connection.settings_dict["NAME"])
    for there in (draft, name):
        administer("drop database if exists {} with (force)", there)
    administer("create database {}", draft)
    try:
        use(draft)
        call_command("migrate", verbosity=0)
        _simulate(size)
        with connection.cursor() as cursor:
            cursor.execute("vacuum (freeze, analyze)")
    finally:
        use(original)
    administer("alter database {} rename to {}", draft, name)
    administer(f"comment on database {{}} is '{wanted}'", name)
    print(f"... took {time.monotonic() - began:.0f} s.", file=sys.stderr, flush=True)
    return name


def _simulate(size: str) -> None:
    call_command("simulate", plan=PLAN, seed=SEED, **SIZES[size])


def _fingerprint(size: str) -> str:
    """Of what is asked for, of the week in which its past ends, and of the code that makes it."""
    asked = (sorted(SIZES[size].items()), SEED, PLAN, timezone.now().isocalendar()[:2])
    digest = hashlib.sha256(repr(asked).encode())
    root = Path(settings.BASE_DIR)
    made_by = [
        path
        for path in sorted(root.glob("*/**/*.py"))
        if re.search(r"/migrations/|/models/|/simulat|/timemachine/(sql|shape|install)\.py$", path.as_posix())
        and path.relative_to(root).parts[0] in ("tracker", "pillars", "initiatives", "reports")
    ]
    for path in made_by:
        digest.update(f"{path.relative_to(root)}\n".encode() + path.read_bytes())
    return digest.hexdigest()
