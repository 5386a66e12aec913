# ruff: noqa: S611 - columns are named here, never in a request; parameters are bound
"""Rows whose text holds all of the words that are asked for, in English or in French: the best ones, ranked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from initiatives.models import StatusUpdate
from initiatives.search.kinds import TEXTS, Kind
from initiatives.search.past import said_then
from pillars.models import ReportingWeek
from tracker.models import User

MOST = 250  # rows of a kind that are ranked; of more, those that come first in the kind's own order
# Weeks in which updates are looked for first, before all: of a word that stands in many, they hold enough.
RECENT = (2, 8)
FEW = 250  # initiatives that are named to the index; the updates of more are found by week
# How the database is to go about it while it searches. It takes reading a row's words again, which it never has to, for
# most of the cost, and would rather read those of every row that it comes to by another way.
_PLANNING = {
    "work_mem": "32MB", "enable_nestloop": "off", "max_parallel_workers_per_gather": "0", "jit": "off",
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """Keys of the rows of a kind, the best first; `more` than these fit."""

    keys: list[int]
    more: bool


def asked_words(text: str) -> str:
    """What PostgreSQL looks for: the stems of all words in either language. Empty where no word is left of it."""
    with connection.cursor() as cursor:
        cursor.execute("select public.search_asked(%s)::text", [text])
        return str(cursor.fetchone()[0])


@dataclass(frozen=True)
class Reach:
    """Where is searched: what `user` sees, of a plan and of a pillar where one is named; as of revision `past`, None
    for now."""

    user: User
    plan: str = ""
    pillar: int | None = None
    past: int | None = None

    def rows(self, kind: Kind) -> QuerySet[Any]:
        """All rows of a kind. Places belong to no plan: everybody with a role sees them, and no pillar has any."""
        texts = TEXTS[kind]
        objects = texts.model.objects
        if kind == Kind.PLACES:
            rows: QuerySet[Any] = objects.all() if self.user.access.grants and self.pillar is None else objects.none()
            return rows
        rows = objects.visible_to(self.user)
        if self.plan:
            rows = rows.filter(**{texts.plan: self.plan})
        if self.pillar is not None:
            within = Q()
            for path in texts.pillars:
                within |= Q(**{path: self.pillar})
            rows = rows.filter(within)
        return rows

    def initiatives(self) -> list[int] | None:
        """Keys of the initiatives, where they are few."""
        if self.user.access.everywhere and not self.plan:
            return None
        keys = list(self.rows(Kind.INITIATIVES).order_by().values_list("pk", flat=True)[: FEW + 1])
        return keys if len(keys) <= FEW else None


def found(kind: Kind, words: str, reach: Reach, *, first: Sequence[int] = ()) -> Found:
    """Rows that hold the words: `first` the keys given, then those with all of them in the title, then the others, each
    in the kind's own order."""
    wheres = list(_wheres(reach)) if TEXTS[kind].searched.weekly else [ANYWHERE]
    ranked: list[tuple[int, bool]] = []
    with _planned():
        for where in wheres:
            ranked = _ranked(kind, words, reach, where)
            if len(ranked) > MOST:
                break
    keys = list(first) + [key for key, _in_title in ranked if key not in first]
    return Found(keys[:MOST], len(keys) > MOST)


@dataclass(frozen=True)
class Where:
    """Weeks or initiatives, by their keys, to which a look for updates is narrowed; everywhere without a name."""

    name: str = ""
    keys: frozenset[int] = frozenset()

    def narrowed(self, words: str) -> str:
        """The words, in updates that are there."""
        if not self.name:
            return words
        named = " | ".join(f"'{self.name} {key}'" for key in sorted(self.keys)) or "'nowhere at all'"
        return f"({named}) & ({words})"


ANYWHERE = Where()


def _wheres(reach: Reach) -> list[Where]:
    """Where updates are looked for, until they are enough: of what stands in many, the newest are found without
    gathering all. Few initiatives are looked through at once."""
    keys = reach.initiatives()
    if keys is not None:
        return [Where("initiative", frozenset(keys))]
    of_week = StatusUpdate.objects.filter(week=OuterRef("pk"))
    used = ReportingWeek.objects.filter(Exists(of_week), **({"plan__code": reach.plan} if reach.plan else {}))
    by_key = dict(used.values_list("pk", "starts_on"))
    days = sorted(set(by_key.values()), reverse=True)
    recent = [days[weeks - 1] for weeks in RECENT if len(days) > weeks]
    return [
        *(Where("week", frozenset(key for key, day in by_key.items() if day >= first)) for first in recent),
        ANYWHERE,
    ]


@contextmanager
def _planned() -> Iterator[None]:
    """Inside, and in the transaction that every reading is, the database plans as a search needs it."""
    with connection.cursor() as cursor:
        asked = ", ".join("set_config(%s, %s, true)" for _name in _PLANNING)
        cursor.execute(f"select {asked}", [part for pair in _PLANNING.items() for part in pair])
        yield
        cursor.execute("; ".join(f"set local {name} to default" for name in _PLANNING))


def _ranked(kind: Kind, words: str, reach: Reach, where: Where) -> list[tuple[int, bool]]:
    """Keys of at most one more than are ranked: with all words in the title first."""
    texts, narrowed = TEXTS[kind], where.narrowed(words)
    yes: models.BooleanField[Any, Any] = models.BooleanField()
    in_title = RawSQL(f"{texts.title_words(texts.table)} @@ %s::tsquery", [words], output_field=yes)
    rows = reach.rows(kind).order_by(*texts.order).annotate(in_title=in_title).values_list("pk", "in_title")
    if reach.past is None:
        holds = RawSQL(f"{texts.words(texts.table)} @@ %s::tsquery", [narrowed], output_field=yes)
        listed = list(rows.filter(holds)[: MOST + 1])
    else:
        listed = _of_those(rows[: MOST + 1], *said_then(texts, narrowed, reach.past))
    return sorted(listed, key=lambda row: not row[1])


def _of_those(rows: QuerySet[Any, tuple[int, bool]], those: str, given: Sequence[Any]) -> list[tuple[int, bool]]:
    """What the query gives when its own table holds nothing but `those` rows: they go by the table's name in it."""
    try:
        asked, parameters = rows.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"with {those} {asked}", [*given, *parameters])
        held: list[tuple[int, bool]] = cursor.fetchall()
    return held
