"""A difference as data: words in both languages, amounts as text, everything with its address."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from pillars.models import Plan
from reports.differences.compute import differences
from reports.differences.difference import CellDifference, Difference, Moved
from reports.differences.parts import Part, Touch
from reports.differences.points import Around, Point, pair
from reports.differences.told import ToldRow, told_rows
from reports.figures.scopes import find_scope
from reports.figures.values import Amount, plain
from reports.history import Step
from tracker.errors import Invalid
from tracker.models import User
from tracker.pages import in_language
from tracker.timemachine.moments import Moment


def asked_points(query: QueryDict, *, user: User, moment: Moment) -> tuple[Point, Point]:
    """Both ends that a query names. Raises `NoSuchScope` for a plan that the person may not see, and what a point that
    is none raises."""
    scope = query.get("scope", "")
    plan = Plan.objects.visible_to(user).filter(code=scope.partition("/")[0]).first()
    if plan is None:
        plan = find_scope(scope, user=user, past=not moment.live).selection.plan
    return pair(query.get("from", ""), query.get("to", ""), around=Around(plan, moment, timezone.now()))


def no_bucket(found: Difference) -> Invalid:
    """What is said to who asks for a bucket that stands at neither point."""
    known = ", ".join(cell.bucket for cell in found.cells) or "-"
    message = _("There is no such bucket. Known are: %(known)s.") % {"known": known}
    return Invalid(message, fields={"bucket": message})


def difference_of(
    key: str, query: QueryDict, *, points: tuple[Point, Point], user: User, moment: Moment
) -> dict[str, Any]:
    """The difference of one figure between two points, of all its buckets or of one."""
    scope_code, bucket = query.get("scope", ""), query.get("bucket", "")
    [found], scope = differences([key], scope_code, user=user, points=points)
    if bucket and found.of(bucket) is None:
        raise no_bucket(found)
    rows = told_rows(found, found.rows(bucket), user=user, known=moment.revision)
    cells = [cell for cell in found.cells if not bucket or cell.bucket == bucket]
    return {
        "revision": moment.revision,
        "scope": scope_code,
        "partial": scope.partial,
        "simulated": scope.selection.plan.simulated,
        "key": key,
        "unit": found.figure.unit.value,
        "from": _point(points[0], found.figures[0].version),
        "to": _point(points[1], found.figures[1].version),
        "bucket": bucket,
        "total": _cell(found.total) if found.total and not bucket else None,
        "cells": [_cell(cell) for cell in cells],
        "rows": [_row(row, bucket) for row in rows],
    }


def _point(point: Point, version: int) -> dict[str, Any]:
    return {
        "pinned": point.pinned,
        "on": point.on,
        "revision": point.revision,
        "at": point.at,
        "rollup": point.rollup or None,
        "version": version,
    }


def _cell(cell: CellDifference) -> dict[str, Any]:
    return {
        "bucket": cell.bucket,
        "before": plain(cell.before),
        "after": plain(cell.after),
        "change": plain(cell.change),
        "parts": [
            {**_part(part), "change": plain(change), "rows": cell.rows[part]} for part, change in cell.parts.items()
        ],
    }


def _part(part: Part) -> dict[str, str]:
    return {"part": part.value, **_both("label", lambda: part.label)}


def _row(told: ToldRow, bucket: str) -> dict[str, Any]:
    row, moved = told.row, told.moved
    return {
        **_part(moved.part),
        "kind": row.kind,
        "id": row.id,
        "row_label": row.label,
        "title_en": row.title_en,
        "title_fr": row.title_fr,
        "url": f"{reverse(f'api:{row.kind}-detail', args=[row.id])}?as_of=r{told.at}",
        "before": _side(moved.before),
        "after": _side(moved.after),
        "changes": {name: plain(change) for name, change in _changes(moved, bucket).items()},
        "revisions": [_step(step, touches) for step, touches in told.traced],
    }


def _changes(moved: Moved, bucket: str) -> Mapping[str, Amount]:
    return {name: change for name, change in moved.changes.items() if not bucket or name == bucket}


def _side(side: tuple[str, Amount | None] | None) -> dict[str, Any] | None:
    return None if side is None else {"bucket": side[0], "value": plain(side[1])}


def _step(step: Step, touches: tuple[Touch, ...]) -> dict[str, Any]:
    revision = step.revision
    return {
        "number": revision.number,
        "at": revision.at,
        "channel": revision.channel,
        "actor": revision.actor_name if step.told else None,
        "reason": revision.reason if step.told else None,
        "facts": [
            {"model": touch.model._meta.model_name, "id": touch.pk, "columns": sorted(touch.changed)}
            for touch in touches
        ],
        "changes": [
            {
                **_both("what", lambda change=change: change.sentence),  # type: ignore[misc]  # bound now, not at the end of the loop
                "subject": change.subject.label,
                "before_url": in_language(change.before_url, "en") or None,
                "after_url": in_language(change.after_url, "en") or None,
                "history_url": in_language(change.history_url, "en"),
            }
            for change in step.changes
        ],
    }


def _both(name: str, text: Callable[[], object]) -> dict[str, str]:
    """The same words in both languages."""
    found = {}
    for language in ("en", "fr"):
        with override(language):
            found[f"{name}_{language}"] = str(text())
    return found
