"""A plan with a past: 500 initiatives, 26,000 status updates, 20,000 ledger entries; about five versions of each."""

import random
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from bench.databases import execute
from initiatives.choices import Lifecycle, Stage, Workflow
from initiatives.models import BudgetLine, Initiative, LedgerEntry, StatusUpdate
from pillars.actions import new_week
from pillars.models import Pillar, Plan, ReportingWeek
from tracker.models import Organization, User
from tracker.timemachine import Actor, revision

ACTOR = Actor(name="Benchmark")
INITIATIVES, WEEKS, ENTRIES_A_LINE = 500, 52, 40
FIRST_MONDAY = date(2024, 12, 16)


def make_plan() -> None:
    """Every row in its first version. The last two reporting weeks have no updates yet."""
    names = {"abbreviation_en": "O", "abbreviation_fr": "O", "name_en": "Organization", "name_fr": "Organisation"}
    with revision(by=ACTOR, reason="plan"):
        lead = Organization.objects.create(code="CBSA", **names)
        author, _ = (User.objects.create(username=name) for name in ("author", "reviewer"))
        plan = Plan.objects.create(
            code="BP", title_en="Plan", title_fr="Plan", announced_on=date(2024, 12, 17), first_fiscal_year=2024,
            last_fiscal_year=2029,
        )  # fmt: skip
        pillars = [
            Pillar.objects.create(plan=plan, number=number, title_en="Pillar", title_fr="Pilier")
            for number in range(1, 6)
        ]
        initiatives = Initiative.objects.bulk_create(
            Initiative(
                plan=plan, pillar=pillars[number % 5], code=f"{number % 5 + 1}.{number:03d}", lead=lead,
                title_en=f"Initiative {number} of the plan", title_fr=f"Initiative {number} du plan",
                description_en="What it is for, in a few words. " * 8, description_fr="Sa raison d’être. " * 8,
                lifecycle=Lifecycle.UNDERWAY,
            )
            for number in range(INITIATIVES)
        )  # fmt: skip
        weeks = ReportingWeek.objects.bulk_create(
            new_week(plan, FIRST_MONDAY + timedelta(weeks=number)) for number in range(WEEKS + 2)
        )
        StatusUpdate.objects.bulk_create(
            [draft(initiative, week, author) for week in weeks[:WEEKS] for initiative in initiatives], batch_size=1000
        )
        lines = BudgetLine.objects.bulk_create(
            BudgetLine(initiative=initiative, organization=lead, fiscal_year=2025) for initiative in initiatives
        )
        LedgerEntry.objects.bulk_create(
            [
                LedgerEntry(
                    line=line, stage=list(Stage)[number % len(Stage)], amount=1000 + number,
                    effective_on=date(2025, 4, 1) + timedelta(days=9 * number),
                )
                for number in range(ENTRIES_A_LINE)
                for line in lines
            ],
            batch_size=1000,
        )  # fmt: skip


def draft(initiative: Initiative, week: ReportingWeek, author: User) -> StatusUpdate:
    return StatusUpdate(
        initiative=initiative, week=week, author=author, health_schedule="green", health_cost="green",
        health_scope="green", health_overall="green", headline_en="Two of three teams are at work",
        narrative_en="The third team starts when its dogs have passed their course. " * 4,
    )  # fmt: skip


CHANGES: list[tuple[Any, str]] = [(LedgerEntry, "note"), (Initiative, "source_text"), (BudgetLine, "fiscal_year")]
GUARDED = ("initiatives_ledgerentry", "initiatives_budgetline")


def make_past() -> None:
    """Updates are submitted and approved; then four times every other row changes, 50 scattered ones a revision."""
    now = timezone.now()
    author, reviewer = User.objects.order_by("pk")
    for column in ("overall_reason", "return_comment"):
        with revision(by=ACTOR, reason="drafts"):
            StatusUpdate.objects.update(**{column: "-"})
    with revision(by=ACTOR, reason="submitted"):
        StatusUpdate.objects.update(
            workflow=Workflow.SUBMITTED, submitted_by=author, submitted_at=now, first_submitted_at=now
        )
    with revision(by=ACTOR, reason="approved"):
        StatusUpdate.objects.update(workflow=Workflow.APPROVED, decided_by=reviewer, decided_at=now)
    # Money's rows never change; here they do, so that the benchmark's tables are as deep as any other.
    execute(*(f"alter table {table} disable trigger c_guard" for table in GUARDED))
    chance = random.Random(7)  # noqa: S311 - the same disorder each run
    for turn in range(4):
        for model, column in CHANGES:
            keys = list(model.objects.values_list("pk", flat=True))
            chance.shuffle(keys)
            value = 2026 + turn if column == "fiscal_year" else f"turn {turn}"
            for start in range(0, len(keys), 50):
                with revision(by=ACTOR, reason=column):
                    model.objects.filter(pk__in=keys[start : start + 50]).update(**{column: value})
    execute(*(f"alter table {table} enable trigger c_guard" for table in GUARDED))
