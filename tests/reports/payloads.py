"""Payloads of sealed rollups, made without a database."""

from typing import Any

from initiatives.choices import HealthBucket, Timeliness
from reports.figures import FIGURES
from reports.rules.changes import changes

STATES = ("red", "amber", "no_update", "green", "not_started", "met")
OWED = ("red", "amber", "no_update", "green")


def payload(
    count: int = 9, *, pillars: int = 3, years: int = 2, long: bool = False, override: str = "", week: int = 46
) -> dict[str, Any]:
    """A plan of `count` initiatives over that many pillars: their states in turn, each with some milestones late, some
    to come, and dollars. `long` gives titles that no cell holds; `override` is why another colour was reported."""
    initiatives = [_initiative(number, pillars, years, long=long) for number in range(count)]
    return {
        "format": 2,
        "rollup": f"BP-2026-W{week}-e1",
        "edition": 1,
        "as_of": 930,
        "on": "2026-11-15",
        "week": {"code": f"2026-W{week}", "starts_on": "2026-11-09", "ends_on": "2026-11-15"},
        "previous": {"rollup": f"BP-2026-W{week - 1}-e1", "sha256": "0" * 64},
        "plan": {
            **_titles("Border plan", "Plan frontalier", long=long), "code": "BP", "simulated": True,
            "funding_announced": "1300000000.00",
        },
        "figures": {key: {"version": one.version, "unit": one.unit.value} for key, one in FIGURES.items()},
        "results": _results(initiatives, years),
        "headline": _headline(override),
        "pillars": [
            {
                **_titles(f"Pillar {number}", f"Pilier {number}", long=long), "number": number,
                "results": _results([row for row in initiatives if row["pillar"] == number], years),
                "headline": _headline(""),
            }
            for number in range(1, pillars + 1)
        ],
        "initiatives": initiatives,
        "changes": None,
    }  # fmt: skip


def followed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The later payload with what changed since the earlier."""
    return {**after, "changes": changes(before, after)}


def _titles(english: str, french: str, *, long: bool) -> dict[str, str]:
    beyond = " of which the title goes on and on" * 8 if long else ""
    return {"title_en": english + beyond, "title_fr": french + beyond}


def _headline(override: str) -> dict[str, Any]:
    reported = override and {
        "colour": "amber", "reason_en": override, "reason_fr": override, "set_by": "Chloé Chief",
        "set_at": "2026-11-16T10:00:00+00:00",
    }  # fmt: skip
    return {"rule": 1, "colour": "red", "because": "red", "override": reported or None}


def _initiative(number: int, pillars: int, years: int, *, long: bool) -> dict[str, Any]:
    pillar = number % pillars + 1
    return {
        **_titles(f"Initiative no. {number}", f"Initiative numéro {number}", long=long),
        "code": f"{pillar}.{number:02d}",
        "pillar": pillar,
        "lead": "CBSA",
        "lifecycle": "underway",
        "results": _own(number, years),
    }


def _own(number: int, years: int) -> dict[str, Any]:
    state = STATES[number % len(STATES)]
    dollars = f"{(number + 1) * 1234567}.00"
    timely = "silent" if state == "no_update" else "in_time" if state in OWED else "not_owed"
    cells: dict[str, dict[str, Any]] = {key: {} for key in FIGURES}
    cells |= {
        "health": {bucket: int(bucket == state) for bucket in HealthBucket.values},
        "health_dollars": {bucket: dollars if bucket == state else None for bucket in HealthBucket.values},
        "freshness": {bucket: int(bucket == timely) for bucket in Timeliness.values},
        "milestones": {"": 8},
        "milestones_met": {"": number % 5},
        "milestones_late": {"": number % 4},
        "milestones_next": {"": number % 3},
        "milestones_due_this_week": {"": 1},
        "money": {f"{2026 + year}/{stage}": dollars for year in range(years) for stage in ("authority", "planned")}
        | {"2026/expenditure": f"{number * 100000}.00"},
        "free_balance": {"2026/CBSA": f"{(number + 1) * 34567}.00"},
        "announced": {"CBSA": "355400000.00", "RCMP": "667500000.00"} if not number else {},
        "indicators": {"met": 1, "missed": 0, "no_target": 0, "not_reported": 2, "on_the_way": 3},
    }
    # Codes of figures that others declare meanwhile stand empty.
    return {key: _result(key, found) for key, found in cells.items()}


def _result(key: str, cells: dict[str, Any], coverage: dict[str, int] | None = None) -> dict[str, Any]:
    known = [value for value in cells.values() if value is not None]
    total: Any = None
    if known and FIGURES[key].adds:
        total = f"{sum(map(float, known)):.2f}" if isinstance(known[0], str) else sum(known)
    return {"cells": cells, "coverage": coverage, "total": total}


def _results(rows: list[dict[str, Any]], years: int) -> dict[str, Any]:
    return {key: _together(key, [row["results"][key] for row in rows]) for key in FIGURES}


def _together(key: str, results: list[dict[str, Any]]) -> dict[str, Any]:
    buckets = {bucket for result in results for bucket in result["cells"]}
    cells: dict[str, Any] = {}
    for bucket in buckets:
        known = [value for result in results if (value := result["cells"].get(bucket)) is not None]
        cells[bucket] = (
            (f"{sum(map(float, known)):.2f}" if isinstance(known[0], str) else sum(known)) if known else None
        )
    owed = sum(cells.get(state) or 0 for state in OWED) if key == "health" else len(results)
    counted = owed - (cells.get("no_update") or 0) if key == "health" else len(results)
    return _result(key, cells, {"counted": counted, "of": owed})
