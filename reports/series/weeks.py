"""A figure week by week: as it was reported, as it is known of those weeks now, or as it was known when each locked.

What it costs: as reported, one query for all weeks; restated, the figure's own query once a week; as known at the lock,
that and the look-up of the scope, once a week.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection, models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from pillars.models import ReportingWeek
from pillars.rules import week_code
from reports import sealed
from reports.figures import Figure, Result, figure
from reports.figures.kept import kept_result
from reports.figures.scopes import Kind, NoSuchScope, Scope, find_scope
from reports.series.asked import Asked, Basis
from tracker.errors import Invalid, NotAllowed
from tracker.models import User
from tracker.timemachine import as_of
from tracker.timemachine.moments import Moment

END = timedelta(days=6)


class Absent(models.TextChoices):
    """Why a week has no value."""

    NOT_SEALED = "not_sealed", gettext_lazy("No rollup of this week is sealed.")
    NOT_IN_ROLLUP = "not_in_rollup", gettext_lazy("The rollup of this week does not have this figure for this scope.")
    NOT_LOCKED = "not_locked", gettext_lazy("This week is not locked, or not in the plan’s calendar.")
    NOT_RECORDED = "not_recorded", gettext_lazy("The scope was not recorded yet when this week locked.")


@dataclass(frozen=True)
class Item:
    """The figure of one week. `as_of` is the revision that it is computed from. Without a `result`, `absent` says why
    there is none."""

    monday: date
    figure: Figure
    result: Result | None = None
    absent: Absent | None = None
    as_of: int | None = None
    rollup: str = ""
    partial: bool = False

    @property
    def on(self) -> date:
        return self.monday + END

    @property
    def week(self) -> str:
        return week_code(self.monday)


@dataclass(frozen=True)
class Series:
    """Every week that is asked for, in order."""

    scope: Scope
    asked: Asked
    items: list[Item]

    @property
    def partial(self) -> bool:
        """The reader sees a part of what some week is of."""
        return any(item.partial for item in self.items)

    def told(self) -> list[dict[str, Any]]:
        """The weeks as data, each with the address of its explanation."""
        return [_told(item, self.scope.code, self.asked.bucket) for item in self.items]


def series(key: str, code: str, asked: Asked, *, user: User, moment: Moment) -> Series:
    """The figure for the scope of that code, week by week. Raises `NoSuchScope`; `NotAllowed` for reported figures of a
    plan that the person does not read whole, for a seal cannot be cut down; `Invalid` for a bucket that no week has."""
    scope = find_scope(code, user=user, past=not moment.live)
    found = figure(key, asked.version)
    if asked.basis is Basis.REPORTED:
        items = _reported(found, scope, asked, user)
    elif asked.basis is Basis.RESTATED:
        items = list(_restated(found, scope, asked, moment))
    else:
        items = list(_known(found, scope, asked, user))
    return Series(scope, asked, _cut(items, asked.bucket))


_SEALED = """select s.starts_on, s.code, s.as_of, x.figures #>> array[%(key)s, 'version'], {part} -> %(key)s
    from (select distinct on (w.starts_on) w.starts_on, r.code, r.as_of, r.payload
        from reports_weeklyrollup r join pillars_reportingweek w on w.id = r.week_id
        where r.plan_id = %(plan)s and w.starts_on between %(first)s and %(last)s
        and (%(edition)s::int is null or r.edition = %(edition)s::int)
        order by w.starts_on, r.edition desc) s
    cross join lateral json_to_record(s.payload::json) x(figures json, results json, pillars json, initiatives json)"""
_PARTS = {
    Kind.PLAN: "x.results",
    Kind.PILLAR: "(select e -> 'results' from json_array_elements(x.pillars) e where e ->> 'number' = %(part)s)",
    Kind.INITIATIVE: "(select e -> 'results' from json_array_elements(x.initiatives) e where e ->> 'code' = %(part)s)",
}


def _reported(found: Figure, scope: Scope, asked: Asked, user: User) -> list[Item]:
    plan = scope.selection.plan
    if not user.access.everywhere and plan.code not in user.access.plans:
        message = _("What was reported is shown to who reads the whole plan; ask for “restated” or “known”.")
        raise NotAllowed(message, fields={"basis": message})
    chosen: dict[str, str | int | date | None] = {
        "key": found.key, "plan": plan.pk, "part": scope.code.partition("/")[2], "first": asked.first,
        "last": asked.last, "edition": asked.edition,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_SEALED.format(part=_PARTS[scope.kind]), chosen)
        rows = {monday: rest for monday, *rest in cursor.fetchall()}
    return [_sealed(found, monday, rows.get(monday)) for monday in asked.mondays]


def _sealed(newest: Figure, monday: date, row: tuple[Any, ...] | None) -> Item:
    """The week as its rollup says, by the version that it names."""
    if row is None:
        return Item(monday, newest, absent=Absent.NOT_SEALED)
    code, known, version, cells = row
    item = Item(monday, newest, as_of=known, rollup=code)
    if version is None or cells is None:
        return replace(item, absent=Absent.NOT_IN_ROLLUP)
    counted = figure(newest.key, int(version))
    return replace(item, figure=counted, result=sealed.result(counted, cells))


def _restated(found: Figure, scope: Scope, asked: Asked, moment: Moment) -> Iterator[Item]:
    members = list(scope.selection.initiatives.order_by().values_list("pk", flat=True))
    for monday in asked.mondays:
        result = kept_result(found, scope, on=monday + END, members=members)
        yield Item(monday, found, result, as_of=moment.revision, partial=scope.partial)


def _known(found: Figure, scope: Scope, asked: Asked, user: User) -> Iterator[Item]:
    weeks = ReportingWeek.objects.filter(plan=scope.selection.plan, lock_revision__isnull=False)
    locked = dict(weeks.filter(starts_on__range=(asked.first, asked.last)).values_list("starts_on", "lock_revision"))
    for monday in asked.mondays:
        revision = locked.get(monday)
        if revision is None:
            yield Item(monday, found, absent=Absent.NOT_LOCKED)
            continue
        with as_of(revision):
            try:
                then = find_scope(scope.code, user=user, past=True)
            except NoSuchScope:
                yield Item(monday, found, absent=Absent.NOT_RECORDED, as_of=revision)
                continue
            result = kept_result(found, then, on=monday + END)
        yield Item(monday, found, result, as_of=revision, partial=then.partial)


def _cut(items: list[Item], bucket: str) -> list[Item]:
    """The items with one of their cells only, unknown in the weeks that do not have it."""
    if not bucket:
        return items
    known = {one for item in items if item.result for one in item.result.cells}
    if known and bucket not in known:
        message = _("There is no such bucket. Known are: %(known)s.") % {"known": ", ".join(sorted(known))}
        raise Invalid(message, fields={"bucket": message})
    return [
        replace(item, result=replace(item.result, cells={bucket: item.result.cells.get(bucket)}, adds=True))
        if item.result
        else item
        for item in items
    ]


def _told(item: Item, scope: str, bucket: str) -> dict[str, Any]:
    told = {
        "week": item.week,
        "on": item.on,
        "as_of": item.as_of,
        "rollup": item.rollup or None,
        "absent": item.absent,
        "reason_en": item.absent and _in("en", item.absent),
        "reason_fr": item.absent and _in("fr", item.absent),
    }
    if item.result is None:
        return {**told, "version": None, "cells": None, "total": None, "coverage": None, "explanation": None}
    asked = {
        "scope": scope, "on": item.on.isoformat(), "as_of": f"r{item.as_of}", "version": str(item.figure.version),
        "bucket": bucket,
    }  # fmt: skip
    query = urlencode({name: value for name, value in asked.items() if value})
    address = reverse("api:figure-explanation", args=[item.figure.key])
    return {
        **told, "version": item.figure.version, **item.result.payload(), "explanation": f"{address}?{query}",
    }  # fmt: skip


def _in(language: str, absent: Absent) -> str:
    with override(language):
        return str(absent.label)
