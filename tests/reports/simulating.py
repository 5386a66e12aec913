"""Small simulations, and what a database holds after them."""

import hashlib
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from pillars.rules import monday_of
from reports.simulate import Size, simulate
from tracker.timemachine.tracked import tracked_models

SIZE = Size(initiatives=200, weeks=26, updates=4_000, milestones=1_500, lines=800, entries=8_000)
SMALL = Size(initiatives=20, weeks=7, updates=120, milestones=80, lines=60, entries=500)
UNTIL = monday_of(timezone.localdate()) - timedelta(weeks=2)
_SHAPE = {
    "triggers": "select tgrelid::regclass::text, tgname, tgenabled from pg_trigger where not tgisinternal order by 1,2",
    "constraints": """select conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated
        from pg_constraint where connamespace in ('public'::regnamespace, 'history'::regnamespace) order by 1, 2""",
    "indexes": """select schemaname, indexname, indexdef from pg_indexes where schemaname in ('public', 'history')
        order by 1, 2""",
}


def ask(query, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


def shape():
    return {what: ask(query) for what, query in _SHAPE.items()}


def small(*, seed=7, code="SMALL", size=SMALL, until=UNTIL):
    return simulate(size, seed=seed, progress=lambda done, of: None, code=code, until=until)


def digest():
    """Every row of every tracked table and its history, and of the revisions."""
    tables = ["public.tracker_revision"]
    tables += [f"{schema}.{one.model._meta.db_table}" for one in tracked_models() for schema in ("public", "history")]
    texts = (str(ask(f"select md5(string_agg(t::text, '|' order by t::text)) from {name} t")) for name in tables)
    return hashlib.sha256("".join(texts).encode()).hexdigest()
