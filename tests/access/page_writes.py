"""Who may write what on the pages: every form by every role, written by hand. The manager holds 1.01 and 1.04; nobody
but the plan's own people writes its content."""

from datetime import date, timedelta

from django.utils import timezone

from initiatives.models import ChangeRequest
from tests.access.facts import Beside, a_transfer
from tests.access.roles import DECIDERS, PLANNERS, WRITERS, Writing
from tests.factories import add_indicator, add_observation
from tests.scenarios import SmallPlan
from tracker.choices import MailKind, MailState
from tracker.models import Mail, User

WRITTEN = (302, 404, 403, 403, 403, 302, 302, 302, 403)
REFUSED_BESIDE = (302, 404, 403, 403, 403, 404, 422, 422, 403)
DECIDED = (302, 404, 302, 302, 302, 404, 302, 302, 302)  # a refusal is said in the queue
LED = (302, 404, 403, 403, 403, 403, 302, 302, 403)
TICKED = (302, 404) + (302,) * 7  # each refusal is said in the queue
ADMINISTERED = (302, 404, 403, 403, 403, 403, 403, 302, 403)
PREVIEWED = (302, 404, 403, 403, 403, 200, 200, 200, 403)  # the effect is shown before it is sent
REFUSED_FACT = (302, 404, 403, 403, 403, 422, 422, 422, 403)
FORM_AGAIN = (302,) + (422,) * 8
NOT_POSTED = (302,) + (405,) * 8


def page_writings(plan: SmallPlan, beside: Beside) -> list[Writing]:
    """Every form of the pages, filled in well enough to change something."""
    today = timezone.localdate().isoformat()
    new, submitted = beside.new, beside.submitted
    late, entry = plan.milestones["late"], plan.reversed_entry
    other = plan.initiatives["green"].budget_lines.get(fiscal_year=2026).entries.get()
    in_late = ("BP", late.initiative.code, late.code)
    rated = dict.fromkeys(("health_schedule", "health_cost", "health_scope", "health_overall"), "green")
    headline = {"week": plan.week.code, "colour": "amber", "reason_en": "The minister asked for another review"}
    said = {**rated, "headline_en": "As planned", "headline_fr": "Comme prévu"}
    money = {
        "organization": plan.organizations["CBSA"].pk, "fiscal_year": 2026, "stage": "expenditure", "amount": "5.00",
        "effective_on": "2026-06-01", "reference": "GL 1",
    }  # fmt: skip
    return [
        *_facts(plan, beside),
        Writing("sign-in", (), {}, (200,) + (302,) * 8),
        Writing("sign-out", (), {}, (200,) * 9),
        Writing("mail-again", (mail_of(plan.people.manager).pk,), {}, (302,) + (403,) * 7 + (302,)),
        Writing("export-ask", (), {"dataset": "plans", "format": "csv"}, (302, 403) + (302,) * 7),
        Writing("export-cancel", (1,), {}, (302,) + (404,) * 8),
        *(Writing(name, args, {}, NOT_POSTED) for name, args in [
            ("exports", ()), ("export-file", (1,)), ("export-log", ()),
        ]),
        Writing("theme", (), {"theme": "dark"}, (302,) * 9),
        Writing("setup", ("no-such-link",), {}, (404,) * 9),
        Writing("account", (), {"language": "xx"}, FORM_AGAIN),
        Writing("password", (), {"password": "short"}, FORM_AGAIN),
        Writing("tokens", (), {"name": ""}, FORM_AGAIN),
        Writing("token-revoke", ("no-such-token",), {}, (302,) + (404,) * 8),
        Writing("update", ("BP", new), {**said, "submit": "1"}, WRITTEN, WRITERS),
        Writing("plan-headline", ("BP",), headline, ADMINISTERED, PLANNERS),
        Writing("pillar-headline", ("BP", 1), headline, LED, DECIDERS),
        Writing(
            "approve-ticked", ("BP",), {"update": [f"{submitted.pk}-{submitted.revision}"]}, TICKED, DECIDERS
        ),
        Writing("decide", (submitted.pk,), {"approve": "1", "revision": submitted.revision}, DECIDED, DECIDERS),
        Writing(
            "decide", (submitted.pk,), {"return": "1", "reason": "Why?", "revision": submitted.revision}, DECIDED,
            DECIDERS,
        ),
        Writing(
            "milestone-add", ("BP", "1.01"),
            {"title_en": "Opened", "title_fr": "Ouvert", "kind": "event", "weight": "1.00", "forecast_on": today},
            WRITTEN, WRITERS,
        ),
        Writing("milestone-move", in_late, {"forecast_on": today, "reason": "The permit came late."}, WRITTEN, WRITERS),
        Writing(
            "milestone-meet", in_late,
            {"actual_on": today, "evidence": "https://example.org/", "revision": late.revision}, WRITTEN, WRITERS,
        ),
        *_weeks(plan),
        Writing("entry-add", ("BP", "1.01"), money, WRITTEN, WRITERS),
        Writing("entry-reverse", ("BP", "1.01", other.pk), {"reason": "Typed twice."}, WRITTEN, WRITERS),
        Writing("entry-reverse", ("BP", "1.03", entry.pk), {"reason": "Reversed already."}, REFUSED_BESIDE),
        *(Writing(name, args, {}, NOT_POSTED) for name, args in [
            ("home", ()), ("operations", ()), ("chart-gallery", ()), ("history", ()), ("data", ()), ("dictionary", ()),
            ("data-dataset", ("milestones",)), ("data-odc", ("milestones",)), ("data-pbids", ("milestones",)),
            ("api-reference", ()), ("api-reference-group", ("milestones",)), ("plan", ("BP",)),
            ("pillar", ("BP", 1)), ("initiatives", ("BP",)), ("initiative", ("BP", "1.01")), ("rollups", ("BP",)),
            ("search", ("BP",)), ("search-all", ()),
            ("weeks", ("BP",)),
            ("rollup", (plan.rollups[0].code,)), ("my-week", ("BP",)), ("review", ("BP",)), ("explain", ("health",)),
            ("explain-headline", ()),
            ("compare", ("BP",)), ("figure-difference", ("health",)),
            ("rollup-restated", (plan.rollups[0].code,)),
            *((f"rollup-{form}", (plan.rollups[0].code,)) for form in ("pdf", "docx", "xlsx")),
        ]),
    ]  # fmt: skip


def mail_of(person: User) -> Mail:
    """A mail to them that failed."""
    now = timezone.now()
    return Mail.objects.create(
        key="1", kind=MailKind.APPROVED, recipient=person, plan="BP", state=MailState.FAILED, made_at=now,
        next_try_at=now, ended_at=now, error="550 No such person",
    )  # fmt: skip


def _weeks(plan: SmallPlan) -> list[Writing]:
    """The week that runs, closed early; one that is published, reopened."""
    why, until = {"reason": "The permit came late."}, timezone.localtime() + timedelta(days=2)
    return [
        Writing("week-close", ("BP", plan.week.code), why, ADMINISTERED, PLANNERS),
        Writing(
            "week-reopen",
            ("BP", plan.weeks[0].code),
            {**why, "until": f"{until:%Y-%m-%dT%H:%M}"},
            ADMINISTERED,
            PLANNERS,
        ),
    ]


def _facts(plan: SmallPlan, beside: Beside) -> list[Writing]:
    """What writes facts beside milestones' dates, money and indicators."""
    today, spring = timezone.localdate().isoformat(), date(2025, 4, 30)
    late = plan.milestones["late"]
    in_late = ("BP", late.initiative.code, late.code)
    asked = ChangeRequest.objects.get(pk=beside.request.pk)
    indicator = add_indicator(plan.plan, initiative=late.initiative)
    in_indicator = ("BP", indicator.code)
    observed = add_observation(indicator, spring, "3")
    moved = a_transfer(plan)
    line = plan.initiatives["green"].budget_lines.get(fiscal_year=2026)
    entry = line.entries.get()
    why = {"reason": "The permit came late."}
    corrected = {
        "organization": line.organization_id, "fiscal_year": 2026, "stage": entry.stage, "amount": "5.00",
        "effective_on": entry.effective_on.isoformat(), **why,
    }  # fmt: skip
    reading = {"availability": "reported", "value": "4", "qualifier": "exact", **why}
    made = {
        "code": "TEAMS", "title_en": "Teams", "title_fr": "Équipes", "unit_en": "teams", "unit_fr": "équipes",
        "decimals": 0, "level": "output", "measure": "number", "direction": "increase", "target_type": "at_least",
        "accumulation": "stock", "rollup_rule": "latest", "calendar": "fiscal",
    }  # fmt: skip
    kept_so = {"code": indicator.code, "accumulation": "flow", "rollup_rule": "sum"}
    return [
        Writing("milestone-baseline", in_late, {"date": today, **why}, PREVIEWED),
        Writing(
            "milestone-change", in_late,
            {"title_en": "Open", "title_fr": "Ouvert", "kind": "event", "weight": "2", "revision": late.revision},
            WRITTEN, WRITERS,
        ),
        Writing("milestone-cancel", in_late, {"cancelled_on": today, **why}, WRITTEN, WRITERS),
        Writing("milestone-reopen", in_late, why, REFUSED_FACT),
        Writing("milestone-needs", in_late, {"needs": "1.01 M9"}, REFUSED_FACT),
        Writing("dependency-remove", ("BP", "1.01", beside.dependency.pk), why, WRITTEN, WRITERS),
        Writing("evidence-add", ("BP", "1.01"), {"about": "", "title": "x"}, REFUSED_FACT),
        Writing("evidence-withdraw", ("BP", "1.01", beside.evidence.pk), why, WRITTEN, WRITERS),
        Writing(
            "change-request-decide", (asked.pk,), {"approve": "1", "revision": asked.revision},
            (302, 404, 422, 422, 422, 422, 302, 302, 422), DECIDERS,
        ),
        Writing("entry-correct", ("BP", "1.01", entry.pk), corrected, WRITTEN, WRITERS),
        Writing("ledger-grid", ("BP", "1.01"), {"amount": "x"}, REFUSED_FACT),
        Writing("reprofile", ("BP", "1.01"), {"amount": "x"}, REFUSED_FACT),
        Writing("transfer", ("BP", "1.01"), {"amount": "x"}, REFUSED_FACT),
        Writing("transfer-undo", ("BP", "1.01", moved.pk), why, REFUSED_FACT),
        Writing("indicator-add", ("BP",), made, ADMINISTERED, frozenset({"plan_admin"})),
        Writing("indicator-change", in_indicator, {**made, **kept_so, "revision": indicator.revision, **why},
                WRITTEN, WRITERS),
        Writing("target-set", in_indicator, {"due_on": "2030-03-31", "target_type": "at_least", "lower": "9"}, WRITTEN,
                WRITERS),
        Writing("observation-add", in_indicator, {**reading, "period_start": "2025-05-01", "period_end": "2025-05-31"},
                WRITTEN, WRITERS),
        Writing("observation-grid", in_indicator, {"amount": "x"}, REFUSED_FACT),
        Writing("observation-correct", (*in_indicator, observed.pk), reading, WRITTEN, WRITERS),
        Writing("observation-restate", (*in_indicator, observed.pk), reading, WRITTEN, WRITERS),
        *(Writing(name, args, {}, NOT_POSTED) for name, args in [
            ("change-request", (asked.pk,)), ("evidence-file", (beside.evidence.pk,)), ("indicators", ("BP",)),
            ("indicator", in_indicator), ("money", ("BP",)), ("plan-history", ("BP",)), ("milestones", ("BP",)),
            ("places", ("BP",)),
            ("object-history", ("BP", "milestone", late.pk)),
        ]),
    ]  # fmt: skip
