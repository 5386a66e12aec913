"""The weekly rollup: one computation, one canonical form, one seal."""

import hashlib
from collections.abc import Iterable
from datetime import UTC
from decimal import Decimal
from typing import Any

import orjson

from initiatives.models import Initiative
from pillars.models import Pillar, Plan, ReportingWeek
from reports.figures import FIGURES, Figure, Selection
from reports.figures.compute import Tally
from reports.figures.together import tallies
from reports.models import HeadlineOverride, WeeklyRollup
from reports.rules import headline
from reports.rules.changes import changes
from tracker.models import Organization, Revision
from tracker.timemachine import as_of

FORMAT = 2  # 1 had neither headline colours nor what changed since the week before; such seals stay provable
_Known = dict[tuple[object, ...], dict[str, Any]]


def rollup_code(plan: Plan, week: ReportingWeek, edition: int) -> str:
    """`BP-2026-W46-e1`: plan, week, edition."""
    return f"{plan.code}-{week.code}-e{edition}"


def week_before(week: ReportingWeek, *, sealed_before: int | None = None) -> WeeklyRollup | None:
    """The newest rollup, by edition, of the newest earlier week that has one: what the week's own is compared with.
    `sealed_before` is the key of a rollup that is there already, for which later ones do not count."""
    earlier = WeeklyRollup.objects.filter(plan=week.plan_id, week__starts_on__lt=week.starts_on)
    if sealed_before is not None:
        earlier = earlier.filter(pk__lt=sealed_before)
    return earlier.order_by("-week__starts_on", "-edition").first()


def canonical(payload: dict[str, Any]) -> str:
    """The one way to write a payload: keys sorted, no spaces, text as it is; dollars are strings already."""
    _refuse_fractions(payload, set())
    return orjson.dumps(payload, option=orjson.OPT_SORT_KEYS).decode()


def _refuse_fractions(value: Any, seen: set[int]) -> None:
    """Raise ValueError where a number is written with a point: that has many forms, and not a number has none."""
    if isinstance(value, float):
        message = f"{value} is no whole number: amounts stand in a payload as text"
        raise ValueError(message)
    if isinstance(value, dict | list) and id(value) not in seen:
        seen.add(id(value))  # initiatives share what they have in common
        for part in value.values() if isinstance(value, dict) else value:
            if not isinstance(part, str | int):
                _refuse_fractions(part, seen)


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def compute_payload(
    *, plan_id: int, week_id: int, edition: int, revision: int, previous: WeeklyRollup | None,
    before: WeeklyRollup | None = None, figures: Iterable[Figure] | None = None, rule: int = headline.NEWEST,
    form: int = FORMAT,
) -> dict[str, Any]:  # fmt: skip
    """What the figures say on the week's last day, as revision `revision` knew it. Depends on nothing else, so the
    same call gives the same bytes at any time and on any server: nothing here is left to the database's collation.

    `previous` is the rollup sealed before it, to which the chain goes back; `before`, that of the week before, with
    which it is compared. `figures` and the `rule` of headline colours are those of today in their newest versions,
    unless an older rollup is proved by the ones that it names, in its own `form`.

    Raises `ObjectDoesNotExist` for a plan or week that the revision does not know, ValueError for a revision that does
    not exist.
    """
    chosen = list(FIGURES.values() if figures is None else figures)
    with as_of(revision):
        plan = Plan.objects.get(pk=plan_id)
        week = ReportingWeek.objects.get(pk=week_id)
        selection = Selection(plan, Initiative.objects.filter(plan=plan))
        tallied = tallies(chosen, selection, on=week.ends_on)
        pillars = {pillar.pk: pillar for pillar in Pillar.objects.filter(plan=plan).order_by("number")}
        leads = dict(Organization.objects.values_list("pk", "code"))
        chosen_fields = ("pillar_id", "lead_id", "code", "title_en", "title_fr", "lifecycle")
        initiatives = sorted(selection.initiatives.only(*chosen_fields), key=lambda initiative: initiative.code)
        overrides = _overrides(plan, week)
    known: _Known = {}
    payload: dict[str, Any] = {
        "format": form,
        "rollup": rollup_code(plan, week, edition),
        "edition": edition,
        "as_of": revision,
        "on": week.ends_on.isoformat(),
        "week": {"code": week.code, "starts_on": str(week.starts_on), "ends_on": str(week.ends_on)},
        "previous": {"rollup": previous.code, "sha256": previous.sha256} if previous else None,
        "plan": {
            **_titles(plan),
            "code": plan.code,
            "simulated": plan.simulated,
            "funding_announced": None if plan.funding_announced is None else f"{plan.funding_announced:.2f}",
        },
        "figures": {figure.key: {"version": figure.version, "unit": figure.unit.value} for figure in chosen},
        "results": _results(tallied, [initiative.pk for initiative in initiatives], whole_plan=True),
        "pillars": [_pillar(pillar, initiatives, tallied) for pillar in pillars.values()],
        "initiatives": [
            {
                **_titles(initiative),
                "code": initiative.code,
                "pillar": pillars[initiative.pillar_id].number,
                "lead": leads[initiative.lead_id],
                "lifecycle": initiative.lifecycle,
                "results": {t.figure.key: _single(t, initiative.pk, known) for t in tallied},
            }
            for initiative in initiatives
        ],
    }
    if form > 1:
        for part, number in [(payload, None), *((pillar, pillar["number"]) for pillar in payload["pillars"])]:
            part["headline"] = _headline(part["results"], overrides.get(number), rule=rule)
        payload["changes"] = None if before is None else changes(orjson.loads(before.payload), payload)
    return payload


def _overrides(plan: Plan, week: ReportingWeek) -> dict[int | None, dict[str, Any]]:
    """Colours that people reported for the week, by the number of the pillar; None for the plan."""
    found = list(HeadlineOverride.objects.in_force().filter(plan=plan, week=week).select_related("pillar"))
    # By the name that the revision keeps: an account may be renamed, what was sealed may not.
    names = dict(
        Revision.objects.filter(number__in=[row.revision for row in found]).values_list("number", "actor_name")
    )
    return {
        row.pillar.number if row.pillar else None: {
            "colour": row.colour,
            "reason_en": row.reason_en,
            "reason_fr": row.reason_fr,
            "set_by": names[row.revision],
            "set_at": row.set_at.astimezone(UTC).isoformat(),
        }
        for row in found
        if row.colour
    }


def _headline(results: dict[str, Any], override: dict[str, Any] | None, *, rule: int) -> dict[str, Any] | None:
    """The colour by the rule, and beside it the one that somebody reported; None without the figures it rests on."""
    if not {"health", "health_dollars"} <= results.keys():
        return None
    numbers = results["health"]["cells"]
    dollars = {
        bucket: None if value is None else Decimal(value)
        for bucket, value in results["health_dollars"]["cells"].items()
    }
    ruled = headline.headline(numbers, dollars, version=rule)
    return {"rule": rule, "colour": ruled.colour.value, "because": ruled.because, "override": override}


def _single(tallied: Tally, initiative: int, known: _Known) -> dict[str, Any]:
    """The result of one initiative. Among thousands most have the result of another (green, no milestone late), and
    making each only once is the difference between one and two seconds for 10,000."""
    cells = tuple(tallied.by_initiative.get(initiative, {}).items())
    owed = tallied.owed is None or initiative in tallied.owed
    key = (tallied.figure.key, cells, initiative in tallied.counted, owed)
    found = known.get(key)
    if found is None:
        found = known[key] = tallied.single(initiative).payload()
    return found


def _pillar(pillar: Pillar, initiatives: list[Initiative], tallies: list[Tally]) -> dict[str, Any]:
    members = [initiative.pk for initiative in initiatives if initiative.pillar_id == pillar.pk]
    return {**_titles(pillar), "number": pillar.number, "results": _results(tallies, members, pillar=pillar.number)}


def _titles(row: Plan | Pillar | Initiative) -> dict[str, str]:
    return {"title_en": row.title_en, "title_fr": row.title_fr}


def _results(
    tallies: list[Tally], members: list[int], *, whole_plan: bool = False, pillar: int | None = None
) -> dict[str, Any]:
    return {t.figure.key: t.result(members, whole_plan=whole_plan, pillar=pillar).payload() for t in tallies}
