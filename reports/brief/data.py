"""What a workbook has beside the sections: every figure of every scope, and what each column means."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.brief import reading
from reports.brief.document import Column, Kind, Section, Table, Value
from reports.brief.reading import Payload
from reports.figures.declaration import Unit


def every_figure(payload: Payload) -> Section:
    """One row for each bucket of each figure, of the plan and of each pillar: nothing sealed is left out."""
    scopes: list[tuple[str, dict[str, Any]]] = [(payload["plan"]["code"], dict(payload))]
    scopes += [(f"{payload['plan']['code']}/{pillar['number']}", pillar) for pillar in payload["pillars"]]
    shown = (
        Column("scope", _("Scope"), Kind.CODE, _("The plan by its code, or a pillar of it by its number.")),
        Column("figure", _("Figure"), Kind.CODE, _("Key of the figure; its definition stands on the last sheet.")),
        Column("version", _("Version"), Kind.COUNT, _("Version of the figure.")),
        Column("bucket", _("Part"), Kind.CODE, _("The part of the figure; empty where it is not split.")),
        Column("value", _("Value"), Kind.AMOUNT, _("The sealed value; empty where it is not published.")),
        Column("unit", _("Unit"), Kind.CODE, _("What is counted.")),
    )
    rows = tuple(row for scope, part in scopes for row in _rows(payload, part, scope))
    return Section("figures", _("Figures"), _("Figures"), Table(shown, rows), empty=_("There are no figures."))


def _rows(payload: Payload, part: Payload, scope: str) -> Iterable[tuple[Value, ...]]:
    for key, named in sorted(payload["figures"].items()):
        for bucket, value in reading.cells(payload, part, key).items():
            yield scope, key, named["version"], bucket, value, named["unit"]


def dictionary(payload: Payload, sections: Iterable[Section]) -> Table:
    """What every column and every figure means."""
    shown = (
        Column("sheet", _("Sheet"), Kind.TEXT, ""),
        Column("name", _("Column"), Kind.TEXT, ""),
        Column("meaning", _("Meaning"), Kind.TEXT, ""),
        Column("unit", _("Unit"), Kind.TEXT, ""),
    )
    columns: list[tuple[Value, ...]] = [
        (section.name, column.label, column.meaning, _kinds()[column.kind])
        for section in sections
        for column in section.table.columns
    ]
    figures: list[tuple[Value, ...]] = []
    for key in sorted(payload["figures"]):
        found = reading.declared(payload, key)
        if found is not None:
            label = f"{key} ({reading.label_of(found)})"
            figures.append((_("Figures"), label, reading.definition_of(found), _units()[found.unit]))
    return Table(shown, (*columns, *figures))


def _kinds() -> dict[Kind, str]:
    return {
        Kind.TEXT: _("text"),
        Kind.CODE: _("code"),
        Kind.STATE: _("state"),
        Kind.COUNT: pgettext("measure", "number"),
        Kind.DOLLARS: _("dollars"),
        Kind.YEAR: _("fiscal year"),
        Kind.AMOUNT: _("by the unit beside it"),
    }


def _units() -> dict[Unit, str]:
    return {
        Unit.INITIATIVES: _("initiatives"),
        Unit.MILESTONES: _("milestones"),
        Unit.INDICATORS: _("indicators"),
        Unit.DOLLARS: _("dollars"),
        Unit.WEIGHT: _("weight"),
        Unit.DAYS: _("days"),
        Unit.MOVES: _("moves"),
    }
