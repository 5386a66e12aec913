"""Milestones of a pillar that somebody should look at now: late, or due by the end of the next four weeks."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet

from initiatives.models import Milestone
from initiatives.models.initiative import InitiativeQuerySet
from pillars.rules import monday_of
from reports.figures.compute import fetched
from reports.figures.milestones import NEXT

DRAWN = 12
# Days come from look-ups, which the fence makes once for each milestone.
_OPEN = """select found.id from ({unmet} offset 0) found(id, planned_on, expected_on)
    where least(found.planned_on, found.expected_on) <= %s
    order by found.planned_on nulls last, found.expected_on, found.id limit %s"""


def pressing_milestones(initiatives: InitiativeQuerySet, *, on: date) -> tuple[list[Any], bool]:
    """Unmet on the day, and promised or expected before the figure `milestones_next` ends: the first promised first, as
    many as are drawn; and whether there are more. Two queries."""
    counted: Any = Milestone.objects.filter(initiative__in=initiatives.order_by().values("pk")).counted(on=on)
    unmet = counted.unmet(on=on).with_dates().order_by().values_list("pk", "planned_on", "expected_on")
    try:
        sql, parameters = unmet.query.sql_with_params()
    except EmptyResultSet:
        return [], False
    until = monday_of(on) + timedelta(days=6) + NEXT
    keys = [key for (key,) in fetched((_OPEN.format(unmet=sql), (*parameters, until, DRAWN + 1)))]
    rows: dict[int, Any] = {row.pk: row for row in Milestone.objects.filter(pk__in=keys[:DRAWN]).for_list()}
    return [rows[key] for key in keys[:DRAWN]], len(keys) > DRAWN
