"""What changed from one sealed payload to the next: pure comparison of two documents."""

from collections.abc import Mapping
from typing import Any

Payload = Mapping[str, Any]


def changes(before: Payload, after: Payload) -> dict[str, Any]:
    """What differs, as plain values for a payload: `initiatives` (what became of each that differs: its health,
    lifecycle, pillar, milestones met and late, as `[before, after]`; or that it came or went) and `figures` (cells of
    the plan and of each pillar, `[before, after]`; null where the other has none). Figures of which the two payloads
    have different versions are left out: they do not mean the same."""
    same = [
        key for key, named in after["figures"].items()
        if before["figures"].get(key, {}).get("version") == named["version"]
    ]  # fmt: skip
    pillars = {str(pillar["number"]): pillar["results"] for pillar in before["pillars"]}
    by_scope = {"plan": _cells(before["results"], after["results"], same)}
    for pillar in after["pillars"]:
        number = str(pillar["number"])
        by_scope[number] = _cells(pillars.get(number, {}), pillar["results"], same)
    return {
        "since": before["rollup"],
        "initiatives": _initiatives(before["initiatives"], after["initiatives"]),
        "figures": {scope: found for scope, found in by_scope.items() if found},
    }


def _cells(before: Payload, after: Payload, keys: list[str]) -> dict[str, dict[str, list[Any]]]:
    found = {}
    for key in keys:
        old = before.get(key, {"cells": {}})["cells"]
        new = after[key]["cells"]
        differing = {
            bucket: [old.get(bucket), new.get(bucket)]
            for bucket in sorted({*old, *new})
            if old.get(bucket) != new.get(bucket)
        }
        if differing:
            found[key] = differing
    return found


def _initiatives(before: list[Payload], after: list[Payload]) -> list[dict[str, Any]]:
    old = {row["code"]: row for row in before}
    new = {row["code"]: row for row in after}
    found = []
    for code in sorted({*old, *new}):
        row = new.get(code, old.get(code, {}))
        named = {"code": code, "title_en": row["title_en"], "title_fr": row["title_fr"]}
        if code not in new or code not in old:
            found.append({**named, "became": "added" if code in new else "removed"})
            continue
        one, other = _standing(old[code]), _standing(new[code])
        differing = {name: [one[name], other[name]] for name in one if one[name] != other[name]}
        if differing:
            found.append({**named, "became": "changed", **differing})
    return found


def _standing(row: Payload) -> dict[str, Any]:
    """How an initiative stands in a payload."""
    cells = row["results"]["health"]["cells"]
    return {
        "health": next((bucket for bucket, value in cells.items() if value), None),
        "lifecycle": row["lifecycle"],
        "pillar": row["pillar"],
        "milestones_met": row["results"]["milestones_met"]["total"],
        "milestones_late": row["results"]["milestones_late"]["total"],
    }
