# ruff: noqa: S608, S611 - columns are named here, never in a request; parameters are bound
"""Rows whose text holds all of the words that are asked for, in English or in French: the best ones, ranked.

A past moment has no index of its own. What a live row says now, it nearly always said then, whatever else of it has
changed since. Such rows are found by the live index; only versions with other texts than the live row, and those of
rows that are gone, are read one by one.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from initiatives.models import StatusUpdate
from initiatives.search.kinds import TEXTS, Kind, Texts
from pillars.models import ReportingWeek
from tracker.models import User
from tracker.timemachine.sql import FOREVER

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
    wheres = list(_wheres(reach)) if TEXTS[kind].weekly else [ANYWHERE]
    ended = _ended(TEXTS[kind], words, reach.past) if reach.past is not None else []
    ranked: list[tuple[int, bool]] = []
    with _planned(reach):
        for where in wheres:
            ranked = _ranked(kind, words, reach, where, ended)
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
def _planned(reach: Reach) -> Iterator[None]:
    """Inside, and in the transaction that every reading is, the database plans as a search needs it. In the past, what
    a row was then is found by its key, which is the usual way."""
    with connection.cursor() as cursor:
        if reach.past is None:
            asked = ", ".join("set_config(%s, %s, true)" for _name in _PLANNING)
            cursor.execute(f"select {asked}", [part for pair in _PLANNING.items() for part in pair])
        yield
        if reach.past is None:
            cursor.execute("; ".join(f"set local {name} to default" for name in _PLANNING))


def _ranked(
    kind: Kind, words: str, reach: Reach, where: Where, ended: Sequence[tuple[int, int, int]]
) -> list[tuple[int, bool]]:
    """Keys of at most one more than are ranked: with all words in the title first."""
    texts, narrowed = TEXTS[kind], where.narrowed(words)
    yes: models.BooleanField[Any, Any] = models.BooleanField()
    in_title = RawSQL(f"{texts.title_words(texts.table)} @@ %s::tsquery", [words], output_field=yes)
    if reach.past is None:
        holds: Any = RawSQL(f"{texts.words(texts.table)} @@ %s::tsquery", [narrowed], output_field=yes)
    else:
        column = {"week": 1, "initiative": 2}.get(where.name)
        then = [row[0] for row in ended if column is None or row[column] in where.keys]
        holds = Q(pk__in=RawSQL(_said_then(texts), [narrowed, *[reach.past] * 3, then]))
    rows = reach.rows(kind).filter(holds).order_by(*texts.order).annotate(in_title=in_title)
    listed = list(rows.values_list("pk", "in_title")[: MOST + 1])
    return sorted(listed, key=lambda row: not row[1])


def _said_then(texts: Texts) -> str:
    """Rows whose words the live index finds and that said the same then: no revision has touched them since, or none
    has changed their texts; and rows that are given."""
    # OFFSET keeps PostgreSQL from gathering the versions of all rows before it looks up those of the few.
    return f"""select t.id from public.{texts.table} t where {texts.words("t")} @@ %s::tsquery and (
        t.revision <= %s or exists (
            select from history.{texts.table} h where h.id = t.id and h.from_rev <= %s and h.to_rev > %s
            and {texts.same_words("h", "t")} offset 0))
        union all select unnest(%s::bigint[])"""


def _ended(texts: Texts, words: str, past: int) -> list[tuple[int, int, int]]:
    """Versions that stood at that revision and were ended since, that hold the words and say otherwise than the live
    row: key, and of updates week and initiative. No index has them; each is read."""
    of = "h.week_id, h.initiative_id" if texts.weekly else "0, 0"
    # OFFSET has the live row of each looked up, where PostgreSQL takes the few versions for many and would read every
    # row. CASE keeps it from reading the words before it has compared the texts.
    sql = (
        f"select h.id, {of} from history.{texts.table} h"
        f" left join lateral (select * from public.{texts.table} t where t.id = h.id offset 0) t on true"
        f" where h.from_rev <= %s and h.to_rev > %s and h.to_rev < {FOREVER}"
        f" and case when t.id is not null and {texts.same_words('h', 't')} then false"
        f" else {texts.words('h')} @@ %s::tsquery end"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [past, past, words])
        found: list[tuple[int, int, int]] = cursor.fetchall()
    return found
