"""The proof of all that was sealed: hashes, chain, history, and the same computation once more."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from pillars.models import Plan, ReportingWeek
from reports.figures import figure
from reports.models import WeeklyRollup
from reports.rollups import FORMAT, canonical, compute_payload, digest, week_before
from reports.rules import headline
from tracker.errors import Refused

_SHOWN = 5  # differing places named in a finding

# A rollup is written once, so its history is one version that equals it.
_AS_KEPT = """select exists (select from history.reports_weeklyrollup h
    where h.id = t.id and to_jsonb(h) - 'from_rev' - 'to_rev' = to_jsonb(t) and h.from_rev = t.revision)
    from public.reports_weeklyrollup t where t.id = %s"""
# The week as it locked for that edition, at the revision that the rollup is computed from.
_LOCKED = """select exists (select from history.pillars_reportingweek h
    where h.id = %s and h.edition = %s and h.lock_revision = %s)"""
_GONE = """select h.code from history.reports_weeklyrollup h where h.plan_id = %s
    and not exists (select from public.reports_weeklyrollup t where t.id = h.id) order by h.id"""


@dataclass(frozen=True)
class Finding:
    """One rollup and what is wrong with it; `problem` is empty when nothing is."""

    code: str
    problem: str


def verify(plan: Plan) -> Iterator[Finding]:
    """Prove each rollup of a plan in the order of sealing: its bytes match its hash, the chain holds, its row is the
    one that was kept, and computing it again from the history gives the same bytes. Then name those that are gone."""
    previous: WeeklyRollup | None = None
    sealed = list(plan.rollups.order_by("pk").values_list("pk", flat=True))
    for pk in sealed:  # one by one: a payload may be large
        rollup = WeeklyRollup.objects.select_related("week").get(pk=pk)
        yield Finding(rollup.code, _problem(rollup, previous))
        previous = rollup
    with connection.cursor() as cursor:
        cursor.execute(_GONE, [plan.pk])
        gone = [code for (code,) in cursor.fetchall()]
    for code in gone:
        yield Finding(code, _("it was sealed, and is gone"))
    for week in _skipped(plan, previous):
        yield Finding(f"{plan.code}-{week.code}", _("the week is locked and has no rollup, though a later week has"))


def _skipped(plan: Plan, newest: WeeklyRollup | None) -> list[ReportingWeek]:
    if newest is None:
        return []
    sealed = plan.rollups.order_by("-week__starts_on").values("week__starts_on")[:1]
    editions = plan.rollups.filter(week=OuterRef("pk"), edition=OuterRef("edition"))
    # An edition that waits for the next tick is not passed over yet: nothing was sealed since its week locked.
    return list(
        plan.weeks.filter(~Exists(editions), locked_at__lte=newest.sealed_at, starts_on__lt=sealed).order_by(
            "starts_on"
        )
    )


def _problem(rollup: WeeklyRollup, previous: WeeklyRollup | None) -> str:
    if digest(rollup.payload) != rollup.sha256:
        return _("the payload does not match its hash: it was changed after it was sealed")
    if rollup.previous_id != (previous.pk if previous else None):
        return _("the chain is broken: it does not follow the rollup sealed before it")
    if not _as_kept(rollup):
        return _("its row differs from the one kept in the history")
    return _computed_otherwise(rollup, previous) or _known_otherwise(rollup)


def _known_otherwise(rollup: WeeklyRollup) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED, [rollup.week_id, rollup.edition, rollup.as_of])
        row = cursor.fetchone()
    return "" if row and row[0] else _("it was not computed from what was known when its week locked")


def _computed_otherwise(rollup: WeeklyRollup, previous: WeeklyRollup | None) -> str:
    try:
        sealed = json.loads(rollup.payload)
        again = _again(rollup, sealed, previous)
    except (Refused, ObjectDoesNotExist, ValueError, TypeError, KeyError, AttributeError) as error:
        return _("it cannot be computed again: %(why)s") % {"why": str(error) or type(error).__name__}
    if canonical(again) != rollup.payload:
        where = ", ".join(differences(sealed, again)) or "/"
        return _("computing it again from the history gives something else: %(where)s") % {"where": where}
    if (rollup.code, rollup.on.isoformat()) != (again["rollup"], again["on"]):
        return _("its row says something else than its payload")
    return ""


def _as_kept(rollup: WeeklyRollup) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_AS_KEPT, [rollup.pk])
        row = cursor.fetchone()
    return bool(row and row[0])


def _again(rollup: WeeklyRollup, sealed: dict[str, Any], previous: WeeklyRollup | None) -> dict[str, Any]:
    """The same computation by the figures that the payload names, in the versions that it names."""
    if sealed["format"] not in range(1, FORMAT + 1):
        message = _("the format %(format)s is not known") % {"format": sealed["format"]}
        raise ValueError(message)
    before = week_before(rollup.week, sealed_before=rollup.pk)
    intact = before is not None and digest(before.payload) == before.sha256
    again = compute_payload(
        plan_id=rollup.plan_id,
        week_id=rollup.week_id,
        edition=rollup.edition,
        revision=rollup.as_of,
        previous=previous,
        before=before if intact else None,
        rule=sealed["headline"]["rule"] if sealed.get("headline") else headline.NEWEST,
        form=sealed["format"],
        figures=[figure(key, named["version"]) for key, named in sealed["figures"].items()],
    )
    if before and not intact and "changes" in again:
        # It was changed, which its own finding says: the comparison with it proves nothing against this one.
        again["changes"] = sealed["changes"]
    return again


def differences(sealed: Any, again: Any, path: str = "") -> list[str]:
    """Paths at which two payloads differ, the first few; what changed since another week, which only follows from what
    it says, comes last."""
    if isinstance(sealed, dict) and isinstance(again, dict):
        keys = sorted({*sealed, *again}, key=lambda key: (key == "changes", key))
        found = [d for key in keys for d in differences(sealed.get(key), again.get(key), f"{path}/{key}")]
    elif isinstance(sealed, list) and isinstance(again, list) and len(sealed) == len(again):
        pairs = enumerate(zip(sealed, again, strict=True))
        found = [d for number, (one, other) in pairs for d in differences(one, other, f"{path}/{number}")]
    else:
        found = [] if sealed == again else [path or "/"]
    return found[:_SHOWN]
