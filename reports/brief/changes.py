"""What changed since the week before, as the payload itself says it."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from initiatives.choices import HealthBucket, Lifecycle
from reports.brief import columns, reading
from reports.brief.document import Column, Kind, Section, Table
from reports.brief.reading import Payload

_WORST = (HealthBucket.RED, HealthBucket.NO_UPDATE, HealthBucket.AMBER)


def changes(payload: Payload) -> Section:
    """One row for each initiative that stands otherwise than the week before; changes of health first."""
    found = payload.get("changes")
    rows = sorted(found["initiatives"], key=_weight) if found else []
    shown = (
        columns.code(),
        columns.initiative(),
        Column(
            "change", _("What changed"), Kind.TEXT, _("What the rollup compared with said, and what this one says.")
        ),
    )
    table = Table(shown, tuple((row["code"], reading.titled(row), " · ".join(_said(row))) for row in rows))
    notes = (_("Compared with %(rollup)s") % {"rollup": found["since"]},) if found else ()
    empty = (
        _("No initiative stands otherwise than the week before.")
        if found
        else _("Nothing to compare with: no week before it is sealed.")
    )
    return Section("changes", _("Changes"), _("What changed since the week before"), table, notes=notes, empty=empty)


def _weight(row: dict[str, Any]) -> tuple[int, int, str]:
    """Health first, what turned red before the rest; then what came and went; then the rest."""
    if "health" in row:
        now = row["health"][1]
        return 0, _WORST.index(now) if now in _WORST else len(_WORST), row["code"]
    return (1 if row["became"] != "changed" else 2), 0, row["code"]


def _said(row: dict[str, Any]) -> Iterable[str]:
    if row["became"] == "added":
        yield _("came into the plan")
    if row["became"] == "removed":
        yield _("is no longer in the plan")
    if "health" in row:
        was, now = (str(HealthBucket(bucket or HealthBucket.NO_UPDATE).label) for bucket in row["health"])
        yield reading.turned(now, was)
    if "lifecycle" in row:
        was, now = (str(Lifecycle(state).label) for state in row["lifecycle"])
        yield reading.turned(now, was)
    for name, label in (
        ("pillar", _("pillar")), ("milestones_met", _("milestones met")), ("milestones_late", _("milestones late")),
    ):  # fmt: skip
        if name in row:
            yield reading.turned(f"{label} {row[name][1]}", row[name][0])
