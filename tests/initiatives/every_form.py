"""Every form of the writing pages, with something wrong to send to it: for tests that must hold of each."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from initiatives.actions.budget_lines import LineKey
from initiatives.actions.change_requests import ask_baseline
from initiatives.actions.dependencies import add_dependency
from initiatives.actions.evidence import Borne, add_link
from initiatives.actions.transfers import Move, TransferContent, make_transfer
from initiatives.choices import TransferKind, Workflow
from initiatives.models import Initiative, Transfer
from tests.factories import (
    ACTOR,
    add_indicator,
    add_initiative,
    add_milestone,
    add_observation,
    add_target,
    add_update,
    add_user,
)
from tests.scenarios import SmallPlan, small_plan
from tracker.choices import Role
from tracker.models import User
from tracker.timemachine import Actor

ONE = "plans/BP/initiatives/1.01/"
TEAMS = "plans/BP/indicators/TEAMS/"


@dataclass(frozen=True)
class Wrong:
    """A form by its address's name. `beside` are the fields that are told to be wrong when `sent` is sent; `page`
    shows the form, where that is another address."""

    name: str
    address: str
    sent: dict[str, str]
    beside: set[str]
    page: str = ""
    button: str = ""
    either: bool = False  # each of these fields may be written in either language, and is told in the reader's

    def told(self, language: str) -> set[str]:
        """`beside` on a page of that language."""
        return {f"{name.removesuffix('_en')}_{language}" for name in self.beside} if self.either else self.beside

    @property
    def shown_at(self) -> str:
        """Where a person finds it."""
        return self.page or self.address


@dataclass(frozen=True)
class World:
    """A plan in which every form can be opened, and who may open them all."""

    made: SmallPlan
    chief: User
    forms: list[Wrong]


def every_form() -> World:
    """The plan, and its forms in the order of their addresses."""
    made = small_plan()
    chief = add_user("chief", role=Role.PLAN_ADMIN, name="Chloé Chief")
    unwritten = add_initiative(made.pillars[0], "1.09", lead=made.organizations["CBSA"])
    one = made.initiatives["green"]
    waiting = add_update(
        add_initiative(made.pillars[0], "1.08", lead=made.organizations["CBSA"]), made.week, author=made.people.manager,
        workflow=Workflow.SUBMITTED,
    )  # fmt: skip
    forms = [
        *_updates(unwritten, waiting.pk, made.week.code),
        *_milestones(made, one),
        *_money(one, _transfer(one)),
        *_indicators(one),
    ]
    return World(made, chief, forms)


def _updates(unwritten: Initiative, waiting: int, week: str) -> list[Wrong]:
    address = f"plans/BP/initiatives/{unwritten.code}/update/"
    red = {f"health_{name}": "red" for name in ("schedule", "cost", "scope", "overall")}
    headline = {"colour": "amber", "week": week, "reason_en": " ", "reason_fr": ""}
    return [
        Wrong("plan-headline", "plans/BP/headline/", headline, {"reason_en", "reason_fr"}),
        Wrong("pillar-headline", "plans/BP/pillars/1/headline/", headline, {"reason_en", "reason_fr"}),
        Wrong("update", address, {**red, "narrative_en": "A long story.", "submit": ""},
              {"headline_en", "path_to_green_en"}, button="submit", either=True),
        Wrong("decide", f"updates/{waiting}/decide/", {"return": "", "reason": " ", "revision": "1"}, {"reason"},
              page="plans/BP/review/", button="return"),
    ]  # fmt: skip


def _milestones(made: SmallPlan, one: Initiative) -> list[Wrong]:
    by, now = Actor(user=made.people.manager), datetime.now(UTC)
    late, other = made.milestones["late"], add_milestone(one, "M9", baselines=[date(2026, 9, 1)])
    needs = add_dependency(milestone=late, needs=made.milestones["due_this_week"], by=by, at=now)
    evidence = add_link(borne=Borne(initiative=one), title="x", url="https://example.org/", by=by, at=now)
    asked = ask_baseline(
        milestone=other, to=timezone.localdate() + timedelta(300), dollars=None, reason="Late steel", by=by, at=now
    )
    late_at = f"{ONE}milestones/{late.code}/"
    decide = f"change-requests/{asked.pk}/"
    return [
        Wrong("milestone-add", f"{ONE}milestones/add/",
              {"title_en": "Dogs fed", "title_fr": "", "kind": "event", "forecast_on": "soon"},
              {"title_fr", "forecast_on"}),
        Wrong("milestone-change", f"{late_at}change/",
              {"title_en": "", "title_fr": "Chiens", "kind": "event", "weight": "-1", "note_en": "A note."},
              {"title_en", "weight"}),
        Wrong("milestone-move", f"{late_at}move/", {"forecast_on": "01/02/2027", "reason": "Late steel"},
              {"forecast_on"}),
        Wrong("milestone-meet", f"{late_at}meet/",
              {"actual_on": "2199-01-01", "evidence": "https://example.org/e"},
              {"actual_on"}),
        Wrong("milestone-baseline", f"{late_at}baseline/",
              {"date": "2020-01-01", "dollars": "1.234", "reason": "Late steel", "preview": ""}, {"date", "dollars"},
              button="preview"),
        Wrong("milestone-cancel", f"{late_at}cancel/", {"cancelled_on": "soon", "reason": "Merged into M1"},
              {"cancelled_on"}),
        Wrong("milestone-reopen", f"{late_at}reopen/", {"reason": " "}, {"reason"}),
        Wrong("milestone-needs", f"{late_at}needs/", {"needs": "1.02 M99", "note": "permit"}, {"needs"}),
        Wrong("dependency-remove", f"{ONE}needs/{needs.pk}/remove/", {"reason": " "}, {"reason"}),
        Wrong("evidence-add", f"{ONE}evidence/add/?milestone={late.code}",
              {"about": f"milestone-{late.pk}", "title": "Minutes", "url": "javascript:alert(1)"}, {"url"}),
        Wrong("evidence-withdraw", f"{ONE}evidence/{evidence.pk}/withdraw/", {"reason": " "}, {"reason"}),
        Wrong("change-request-decide", f"{decide}decide/",
              {"refuse": "", "comment": " ", "revision": str(asked.revision)}, {"comment"}, page=decide,
              button="refuse"),
    ]  # fmt: skip


def _transfer(one: Initiative) -> Transfer:
    line = one.budget_lines.get(fiscal_year=2025)
    key = {"organization": line.organization, "funding_source": line.funding_source, "vote": line.vote}
    moves = tuple(
        Move(line=LineKey(fiscal_year=year, **key), amount=Decimal(amount)) for year, amount in [(2025, -5), (2027, 5)]
    )
    content = TransferContent(
        kind=TransferKind.REPROFILE, moves=moves, effective_on=date(2025, 9, 1), reason="Hiring is late"
    )
    return make_transfer(initiative=one, content=content, by=ACTOR, at=datetime.now(UTC))


def _money(one: Initiative, moved: Transfer) -> list[Wrong]:
    line = one.budget_lines.get(fiscal_year=2025)
    entry = line.entries.order_by("pk").first()
    day = {"effective_on": "2026-05-01"}
    written = {
        "stage": "expenditure",
        "fiscal_year": "2026",
        "organization": str(one.lead_id),
        "vote": "capital",
        **day,
    }
    return [
        Wrong("entry-add", f"{ONE}money/add/", {**written, "amount": "1.234", "reference": "GL 1"}, {"amount"}),
        Wrong("ledger-grid", f"{ONE}money/grid/",
              {**day, "meaning": "total", "reference": "June",
               f"cell-{line.pk}-planned": "1.234", f"cell-{line.pk}-forecast": "7", "new-0-organization": "",
               "new-0-fiscal_year": "2026", "new-0-planned": "5"}, {"new-0-organization"}),
        Wrong("reprofile", f"{ONE}money/reprofile/",
              {"source": str(line.pk), "fiscal_year": "2026", "amount": "-5", "reason": "Hiring is late", **day},
              {"amount"}),
        Wrong("transfer", f"{ONE}money/transfer/",
              {"source": str(line.pk), "organization": str(one.lead_id), "vote": "capital", "amount": "5", "reason": "",
               "reference": "TB 9", **day}, {"reason"}),
        Wrong("transfer-undo", f"{ONE}money/transfers/{moved.pk}/undo/", {"reason": " "}, {"reason"}),
        Wrong("entry-correct", f"{ONE}money/{entry.pk}/correct/",
              {**written, "amount": "7.00", "note": "Digits swapped", "reason": ""}, {"reason"}),
        Wrong("entry-reverse", f"{ONE}money/{entry.pk}/reverse/", {"reason": " "}, {"reason"}),
    ]  # fmt: skip


def _indicators(one: Initiative) -> list[Wrong]:
    made = add_indicator(one.plan, "TEAMS", initiative=one, baseline_value=Decimal(0), baseline_on=date(2025, 3, 31))
    add_target(made, date(2099, 3, 31))
    seen = add_observation(made, date(2025, 4, 30), "5000", source="CBSA")
    content = {
        "code": "TEAMS", "title_en": "Dogs", "title_fr": "", "unit_en": "dogs", "unit_fr": "chiens", "decimals": "0",
        "level": "outcome", "measure": "number", "direction": "increase", "target_type": "at_least",
        "accumulation": "flow", "rollup_rule": "sum", "calendar": "fiscal", "method_en": "Counted.",
    }  # fmt: skip
    reading = {"availability": "reported", "value": "", "qualifier": "about", "source": "A letter"}
    may = "2025-05-01_2025-05-31"
    superseding = {**reading, "value": "5100", "reason": " "}
    return [
        Wrong("indicator-add", "plans/BP/add-indicator/?scope=BP/1.01", {**content, "code": "DOGS"}, {"title_fr"}),
        Wrong("indicator-change", f"{TEAMS}change/",
              {**content, "reason": "Reworded"}, {"title_fr"}),
        Wrong("target-set", f"{TEAMS}targets/set/?due=2099-03-31",
              {"due_on": "2099-03-31", "target_type": "at_least", "lower": "", "reason": "Too hard"}, {"lower"}),
        Wrong("observation-grid", f"{TEAMS}observations/grid/?year=2025",
              {"source": "CBSA", f"{may}-value": "5.1234567", f"{may}-availability": "reported",
               f"{may}-source": "A letter", "2025-06-01_2025-06-30-value": "7"}, {f"{may}-value"}),
        Wrong("observation-add", f"{TEAMS}observations/add/",
              {**reading, "period_start": "2025-05-01", "period_end": "2025-05-31"}, {"value"}),
        Wrong("observation-correct", f"{TEAMS}observations/{seen.pk}/correct/", superseding, {"reason"}),
        Wrong("observation-restate", f"{TEAMS}observations/{seen.pk}/restate/", superseding, {"reason"}),
    ]  # fmt: skip
