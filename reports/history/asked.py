# ruff: noqa: S608 - names come from the models, numbers are numbers, and all else is bound
"""Which versions of rows belong to what is asked about, and may be seen by who asks: as SQL on the history's tables."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import QuerySet

from initiatives.choices import Workflow
from initiatives.models import Initiative, StatusUpdate
from initiatives.models.initiative import within
from pillars.models import Pillar
from reports.figures.scopes import Kind as ScopeKind
from reports.figures.scopes import Scope
from reports.history.kinds import KINDS, Kind, Root
from tracker.models import Revision, User
from tracker.rules import Permission

_UNFINISHED = f"'{Workflow.DRAFT}', '{Workflow.RETURNED}'"


@dataclass(frozen=True, order=True)
class Event:
    """A row of the kind at place `rank` that came, changed, or (`gone`) went with a revision."""

    revision: int
    rank: int
    pk: int
    gone: bool = False

    @property
    def kind(self) -> Kind:
        return KINDS[self.rank]


@dataclass(frozen=True)
class Asked:
    """Whose history is asked for, by whom, known up to which revision; and what of it: one kind, one object with what
    belongs to it (or `alone`), only these revisions, only what comes after the event `after` in the list."""

    scope: Scope
    user: User
    known: int
    kind: Kind | None = None
    one: tuple[Kind, int] | None = None
    alone: bool = False
    revisions: QuerySet[Revision] | None = None
    after: Event | None = None


def with_clause(asked: Asked) -> tuple[str, list[Any]]:
    """What the conditions refer to: the initiatives asked about, all that the reader sees, those in which the reader
    works on updates, and the revisions that are wanted."""
    mine = asked.scope.selection.initiatives
    working = asked.user.access.permitting(Permission.WRITE_UPDATE, Permission.DECIDE_UPDATE)
    chosen = Revision.objects.all() if asked.revisions is None else asked.revisions
    named: dict[str, tuple[str, QuerySet[Any]]] = {
        "mine": ("id", mine),
        "visible": ("id", Initiative.objects.visible_to(asked.user)),
        "working": ("id", Initiative.objects.filter(within(working, ""))),
        "chosen": ("number", chosen),
    }
    parts: list[str] = []
    parameters: list[Any] = []
    for name, (column, rows) in named.items():
        text, bound = rows.order_by().values("pk").query.sql_with_params()
        parts.append(f"{name}({column}) as ({text})")
        parameters += bound
    return f"with {', '.join(parts)}", parameters


def seen(asked: Asked, kind: Kind) -> str:
    """The condition that a version of that kind belongs to what is asked about, and that the reader may see it."""
    condition = _along(kind.model, kind.path, _rooted(asked, kind))
    if kind.root is Root.SHARED:
        condition += f" and {_still_shared(asked, kind)}"
    if kind.also:
        condition += " and " + _along(kind.model, kind.also, '"initiative_id" in (select id from visible)')
    if kind.model is StatusUpdate:
        condition += f' and ("workflow" not in ({_UNFINISHED}) or "initiative_id" in (select id from working))'
    return f"({condition})"


def _rooted(asked: Asked, kind: Kind) -> str:
    scope, plan = asked.scope, asked.scope.selection.plan.pk
    if kind.root is Root.INITIATIVE:
        return f'"{"id" if kind.model is Initiative else "initiative_id"}" in (select id from mine)'
    if kind.root is Root.SHARED:
        return _shared_root(asked, kind)
    if isinstance(scope.subject, Pillar) and kind.model is Pillar:
        return f'"id" = {scope.subject.pk:d}'
    whole = kind.root is Root.PLAN or asked.user.access.whole_plan(scope.selection.plan.code)
    if not scope.whole_plan or not whole:
        return "false"
    return f'"{"id" if kind.slug == "plan" else "plan_id"}" = {plan:d}'


def _shared_root(asked: Asked, kind: Kind) -> str:
    """Indicators and announcements may be the plan's, indicators a pillar's: these everybody in the plan sees."""
    scope = asked.scope
    condition = '"initiative_id" in (select id from mine)'
    if scope.whole_plan:
        condition += ' or "initiative_id" is null'
    elif scope.kind is ScopeKind.PILLAR and kind.slug != "funding-announcement":
        condition += f' or "pillar_id" = {scope.subject.pk:d}'
    return f'"plan_id" = {scope.selection.plan.pk:d} and ({condition})'


def _still_shared(asked: Asked, kind: Kind) -> str:
    """The condition that the indicator or announcement may be seen as it stands today, or last stood. It may have
    become another initiative's; what hangs on it then goes with it."""
    owner: Any = kind.model._meta.get_field(kind.path).related_model if kind.path else kind.model
    table = f"history.{owner._meta.db_table}"
    return (
        f'"{f"{kind.path}_id" if kind.path else "id"}" in (select p.id from {table} p where {_shared_root(asked, kind)}'
        f" and not exists (select from {table} n where n.id = p.id and n.from_rev >= p.to_rev))"
    )


def of_one(one: tuple[Kind, int], kind: Kind, *, alone: bool) -> str:
    """The condition that a row is that object, or belongs to it."""
    owner, pk = one
    conditions = [f"v.id = {pk:d}"] if kind is owner else []
    for slug, path in () if alone else owner.family:
        if slug == kind.slug:
            hops, _double, last = path.rpartition("__")
            conditions.append(_along(kind.model, hops, f'"{last}_id" = {pk:d}'))
    return " or ".join(conditions)


def _along(model: type[models.Model], path: str, end: str) -> str:
    """The condition `end` on rows that are reached by foreign keys, in any of their versions."""
    if not path:
        return end
    name, _double, rest = path.partition("__")
    related: Any = model._meta.get_field(name).related_model
    return f'"{name}_id" in (select id from history.{related._meta.db_table} where {_along(related, rest, end)})'
