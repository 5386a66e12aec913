"""What happens to a plan, a kind of row each; and what the history says of it, as text."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import override

from initiatives.actions.change_requests import ask_baseline, decide_request
from initiatives.actions.dependencies import add_dependency, remove_dependency
from initiatives.actions.evidence import Borne, add_file, withdraw_evidence
from initiatives.actions.milestones import meet_milestone, move_forecast
from initiatives.choices import Decision, Health, Lifecycle, ObservationKind, TransferKind, Workflow
from initiatives.models import ChangeRequest, InitiativeOrganization, LedgerEntry, StatusUpdate, Transfer
from reports.actions import reopen_week, report_headline
from reports.figures.scopes import find_scope
from reports.history import BY_SLUG, Asked, history
from tests.factories import (
    ACTOR,
    add_announcement,
    add_entry,
    add_indicator,
    add_initiative_place,
    add_observation,
    add_place,
    add_source,
    add_target,
    kept,
)
from tests.scenarios import SmallPlan
from tracker.models import User
from tracker.timemachine import Actor, head, revision

NOW = timezone.now


@dataclass(frozen=True)
class Told:
    """What the history says, as text: a line for each change."""

    lines: list[str]

    def __contains__(self, words: str) -> bool:
        return any(words in line for line in self.lines)

    def __str__(self) -> str:
        return "\n".join(self.lines)


def tell(user: User, *, kind: str = "", since: int = 0, scope: str = "BP", language: str = "en", **asked: Any) -> Told:
    """The changes after that revision, to somebody who looks now."""
    fresh = User.objects.get(pk=user.pk)
    question = Asked(find_scope(scope, user=fresh), fresh, head(), kind=BY_SLUG[kind] if kind else None, **asked)
    lines = []
    with override(language):
        for step in history(question, size=500).steps:
            for change in step.changes:
                parts = [f"{change.sentence}: {change.subject.label}", str(change.summary), str(change.why)]
                parts += [str(one.sentence) for one in change.changed]
                parts += [f"{one.label}={(one.new or one.old).text}" for one in change.said]
                text = re.sub(r"\s+", " ", strip_tags(" | ".join(filter(None, parts))))
                lines += [text.replace("&quot;", '"').replace("&#x27;", "'")] if step.revision.number > since else []
    return Told(lines)


def by(user: User) -> Actor:
    return Actor(user=user)


def change(row: Any, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    kept(row, "changed by a test")


def plan_changed(made: SmallPlan) -> None:
    change(made.plan, funding_announced=Decimal("1400000000.00"))


def pillar_changed(made: SmallPlan) -> None:
    change(made.pillars[1], title_fr="Nouveau titre")


def week_locked(made: SmallPlan) -> None:
    change(made.weeks[3], locked_at=NOW(), lock_revision=head())


def week_reopened(made: SmallPlan) -> None:
    reopen_week(
        week=made.weeks[0], reason="An update was lost", until=NOW() + timedelta(days=1),
        by=by(made.people.plan_admin), at=NOW(),
    )  # fmt: skip


def headline_reported(made: SmallPlan) -> None:
    report_headline(
        week=made.week, pillar=made.pillars[0], colour="amber", reason_en="The steel is late", reason_fr="",
        by=by(made.people.pillar_lead), at=NOW(),
    )  # fmt: skip


def initiative_changed(made: SmallPlan) -> None:
    change(made.initiatives["green"], lifecycle=Lifecycle.MET, manager=None)


def contributor_gone(made: SmallPlan) -> None:
    with revision(by=ACTOR, reason="gone"):
        InitiativeOrganization.objects.filter(organization__code="PS").first().delete()


def place_added(made: SmallPlan) -> None:
    add_initiative_place(made.initiatives["green"], add_place("OTTAWA", name_en="Ottawa", name_fr="Ottawa (Ontario)"))


def source_added(made: SmallPlan) -> None:
    add_source(made.initiatives["green"], "NW9")


def announcement_added(made: SmallPlan) -> None:
    add_announcement(made.plan, "FA-9", "12.50", announced_on=date(2025, 1, 2))


def milestone_weighed(made: SmallPlan) -> None:
    change(made.milestones["late"], weight=Decimal("2.50"))


def milestone_met(made: SmallPlan) -> None:
    meet_milestone(
        milestone=made.milestones["late"], on=date(2026, 3, 31), evidence="", by=by(made.people.manager), at=NOW()
    )


def forecast_moved(made: SmallPlan) -> None:
    move_forecast(
        milestone=made.milestones["late"], to=date(2027, 3, 31), reason="Steel is late", by=by(made.people.manager),
        at=NOW(),
    )  # fmt: skip


def baseline_approved(made: SmallPlan) -> None:
    asked = baseline_asked(made)
    decide_request(
        request=asked, decision=Decision.APPROVED, comment="", by=by(made.people.pillar_lead), at=NOW(), seen=None
    )


def baseline_asked(made: SmallPlan) -> ChangeRequest:
    return ask_baseline(
        milestone=made.milestones["late"], to=date(2027, 5, 1), dollars=Decimal("10.00"), reason="Scope grew",
        by=by(made.people.manager), at=NOW(),
    )  # fmt: skip


def dependency_come_and_gone(made: SmallPlan) -> None:
    who = by(made.people.pillar_lead)
    row = add_dependency(milestone=made.milestones["late"], needs=made.milestones["next"], by=who, at=NOW())
    remove_dependency(dependency=row, reason="No longer", by=who, at=NOW())


def reprofiled(made: SmallPlan) -> None:
    initiative = made.initiatives["green"]
    lines = list(initiative.budget_lines.order_by("fiscal_year"))
    with revision(by=ACTOR, reason="moved"):
        moved = Transfer(
            initiative=initiative, kind=TransferKind.REPROFILE, reason="Later delivery", made_at=NOW(),
            effective_on=date(2026, 3, 1),
        )  # fmt: skip
        kept(moved)
        for line, amount in zip(lines, ("-5.00", "5.00"), strict=True):
            kept(
                LedgerEntry(
                    line=line, stage="authority", amount=Decimal(amount), effective_on=moved.effective_on,
                    transfer=moved,
                )
            )  # fmt: skip


def entry_added(made: SmallPlan) -> None:
    add_entry(made.initiatives["amber"], "-1250.10", stage="expenditure", fiscal_year=2026)


def indicator_changed(made: SmallPlan) -> None:
    change(add_indicator(made.plan, decimals=1), baseline_value=Decimal("12.5"), baseline_on=date(2024, 12, 31))


def target_added(made: SmallPlan) -> None:
    add_target(add_indicator(made.plan), date(2027, 3, 31), "120")


def observation_corrected(made: SmallPlan) -> None:
    indicator = add_indicator(made.plan)
    first = add_observation(indicator, date(2026, 1, 31), "740")
    add_observation(
        indicator, date(2026, 1, 31), "745", kind=ObservationKind.CORRECTION, supersedes=first, reason="Counted again"
    )


def evidence_withdrawn(made: SmallPlan) -> None:
    who = by(made.people.manager)
    borne = Borne(initiative=made.initiatives["green"], milestone=made.milestones["late"])
    row = add_file(borne=borne, title="Minutes", name="minutes.txt", content=b"Agreed: bytes.", by=who, at=NOW())
    withdraw_evidence(evidence=row, reason="Wrong file", by=who, at=NOW())


def update_approved(made: SmallPlan) -> None:
    row = StatusUpdate.objects.get(workflow=Workflow.SUBMITTED)
    change(
        row, workflow=Workflow.APPROVED, decided_by=made.people.pillar_lead, decided_at=NOW(), health_cost=Health.AMBER
    )
