"""Funding announced for a plan: the split by organization beside the total, which need not be equal."""

from dataclasses import dataclass
from typing import Any

from initiatives.models import FundingAnnouncement
from pillars.models import Plan
from reports.panels import Cell, Panel
from tracker.models import Organization, User


@dataclass(frozen=True)
class AnnouncedRow:
    """What one organization was announced to get within the plan's total; an organization of None is not named."""

    organization: Organization | None
    cell: Cell


def announced(plan: Plan, panel: Panel, *, user: User) -> dict[str, Any]:
    """What a page shows of it. Two queries."""
    return {
        "announced": panel,
        "announced_rows": _rows(panel),
        **_apart(plan, panel),
        "announcements": list(FundingAnnouncement.objects.visible_to(user).filter(plan=plan).for_list()),
    }


def _rows(panel: Panel) -> list[AnnouncedRow]:
    """The announced split, largest first."""
    organizations = {row.code: row for row in Organization.objects.filter(code__in=panel.result.cells)}
    cells = sorted(panel.cells, key=lambda cell: (-(cell.value or 0), cell.bucket))
    return [AnnouncedRow(organizations.get(cell.bucket), cell) for cell in cells]


def _apart(plan: Plan, panel: Panel) -> dict[str, Any]:
    """Dollars by which the announced split exceeds the plan's announced total, or falls short of it."""
    if plan.funding_announced is None or panel.total is None:
        return {}
    apart = panel.total - plan.funding_announced
    return {"announced_more": max(apart, 0), "announced_less": max(-apart, 0)}
