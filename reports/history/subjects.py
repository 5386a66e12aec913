"""What a row is, in a word or two, and where its page is: for people and for links."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from initiatives import formats as indicator_formats
from initiatives.choices import Workflow
from initiatives.models import BudgetLine, Indicator, Initiative, LedgerEntry, Milestone
from pillars.models import Pillar, ReportingWeek
from reports.history.names import Names
from tracker import formats


@dataclass(frozen=True)
class Subject:
    """What people call the row (`1.01 M2`), the page that shows it, and the place on that page."""

    label: str
    page: str
    anchor: str = ""

    def at(self, revision: int | None = None) -> str:
        """Its address, now or as that revision left it."""
        page = self.page
        if revision is not None:
            page += f"{'&' if '?' in page else '?'}{urlencode({'as_of': formats.revision_label(revision)})}"
        return f"{page}#{self.anchor}" if self.anchor else page


@dataclass(frozen=True)
class Describer:
    """Describes rows of one plan by the names looked up for them."""

    plan: str
    names: Names

    def subject(self, slug: str, row: Any) -> Subject:
        """The subject of a row of that kind."""
        return _DESCRIBED[slug](self, row)

    @property
    def home(self) -> str:
        return reverse("plan", args=[self.plan])

    def initiative(self, pk: int | None) -> tuple[str, str]:
        """Code and page; the plan's page where there is no such initiative any more."""
        found = None if pk is None else self.names.row(Initiative, pk)
        if found is None:
            return "", self.home
        return found.code, reverse("initiative", args=[self.plan, found.code])

    def of_initiative(self, row: Any, name: str = "", anchor: str = "") -> Subject:
        """Something that belongs to an initiative."""
        code, page = self.initiative(row.initiative_id)
        return Subject(f"{code} {name}".strip(), page, anchor)

    def milestone(self, pk: int) -> Subject:
        """A milestone, by its key."""
        found = self.names.row(Milestone, pk)
        if found is None:
            return Subject(f"#{pk}", self.home)
        page = reverse("initiative", args=[self.plan, found.initiative.code])
        return Subject(f"{found.initiative.code} {found.code}", page, f"milestone-{found.code}")

    def indicator(self, pk: int, name: str = "", anchor: str = "") -> Subject:
        """Something that belongs to an indicator."""
        found = self.names.row(Indicator, pk)
        if found is None:
            return Subject(f"#{pk}", reverse("indicators", args=[self.plan]))
        return Subject(f"{found.code} {name}".strip(), reverse("indicator", args=[self.plan, found.code]), anchor)


def _plan(of: Describer, row: Any) -> Subject:
    return Subject(row.code, of.home)


def _pillar(of: Describer, row: Any) -> Subject:
    return Subject(str(row.number), reverse("pillar", args=[of.plan, row.number]))


def _week(of: Describer, row: Any) -> Subject:
    return Subject(row.code, reverse("weeks", args=[of.plan]))


def _step(of: Describer, row: Any) -> Subject:
    week = of.names.row(ReportingWeek, row.week_id)
    return Subject(week.code if week else "", reverse("weeks", args=[of.plan]))


def _rollup(_of: Describer, row: Any) -> Subject:
    return Subject(row.code, reverse("rollup", args=[row.code]))


def _override(of: Describer, row: Any) -> Subject:
    week = of.names.row(ReportingWeek, row.week_id)
    pillar = None if row.pillar_id is None else of.names.row(Pillar, row.pillar_id)
    page = reverse("pillar", args=[of.plan, pillar.number]) if pillar else of.home
    return Subject(" ".join(filter(None, [str(pillar.number) if pillar else "", week.code if week else ""])), page)


def _initiative(of: Describer, row: Any) -> Subject:
    return Subject(row.code, reverse("initiative", args=[of.plan, row.code]))


def _announcement(of: Describer, row: Any) -> Subject:
    code, page = of.initiative(row.initiative_id)
    return Subject(f"{code} {row.code}".strip(), page)


def _milestone(of: Describer, row: Any) -> Subject:
    return of.of_initiative(row, row.code, f"milestone-{row.code}")


def _request(of: Describer, row: Any) -> Subject:
    return Subject(of.milestone(row.milestone_id).label, reverse("change-request", args=[row.pk]))


def _line(of: Describer, row: Any) -> Subject:
    return of.of_initiative(row, formats.fiscal_year(row.fiscal_year), f"line-{row.pk}")


def _entry(of: Describer, row: Any) -> Subject:
    line = of.names.row(BudgetLine, row.line_id)
    if line is None:
        return Subject(of.names.name(LedgerEntry, row.pk), of.home)
    page = f"{reverse('initiative', args=[of.plan, line.initiative.code])}?entries=all"
    return Subject(f"{line.initiative.code} {formats.fiscal_year(line.fiscal_year)} #{row.pk}", page, f"entry-{row.pk}")


def _indicator(of: Describer, row: Any) -> Subject:
    return Subject(row.code, reverse("indicator", args=[of.plan, row.code]))


def _target(of: Describer, row: Any) -> Subject:
    return of.indicator(row.indicator_id, formats.iso_date(row.due_on), f"target-{row.pk}")


def _observation(of: Describer, row: Any) -> Subject:
    period = indicator_formats.period_label(row.period_start, row.period_end)
    return of.indicator(row.indicator_id, period, f"observation-{row.pk}")


def _update(of: Describer, row: Any) -> Subject:
    week = of.names.row(ReportingWeek, row.week_id)
    code = week.code if week else ""
    # Only what is approved stands on the page.
    return of.of_initiative(row, code, f"update-{code}" if row.workflow == Workflow.APPROVED else "status")


_DESCRIBED: dict[str, Callable[[Describer, Any], Subject]] = {
    "plan": _plan,
    "pillar": _pillar,
    "reporting-week": _week,
    "week-step": _step,
    "weekly-rollup": _rollup,
    "headline-override": _override,
    "initiative": _initiative,
    "contributor": Describer.of_initiative,
    "place": Describer.of_initiative,
    "source": lambda of, row: of.of_initiative(row, row.code),
    "funding-announcement": _announcement,
    "milestone": _milestone,
    "baseline": lambda of, row: of.milestone(row.milestone_id),
    "forecast": lambda of, row: of.milestone(row.milestone_id),
    "dependency": lambda of, row: of.milestone(row.milestone_id),
    "change-request": _request,
    "budget-line": _line,
    "transfer": Describer.of_initiative,
    "ledger-entry": _entry,
    "indicator": _indicator,
    "target": _target,
    "observation": _observation,
    "evidence": lambda of, row: of.of_initiative(row, "", f"evidence-{row.pk}"),
    "status-update": _update,
}
