"""Who may open what, and who may write what: two tables of every address by every role, written by hand. An address
that is not in the first fails, and so does a row without an address."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from initiatives.actions.change_requests import ask_baseline
from initiatives.actions.dependencies import add_dependency
from initiatives.actions.evidence import Borne, add_file
from initiatives.choices import Workflow
from initiatives.models import (
    ChangeRequest,
    Evidence,
    FundingAnnouncement,
    Milestone,
    MilestoneDependency,
    StatusUpdate,
    Transfer,
)
from tests.factories import ACTOR, add_indicator, add_initiative, add_observation, add_target, add_update, bearer, kept
from tests.scenarios import SmallPlan, small_plan
from tracker.actions import grant_role
from tracker.choices import Role
from tracker.models import User
from tracker.timemachine import Actor, head

pytestmark = pytest.mark.django_db

ROLES = (
    "anonymous", "outsider", "viewer", "analyst", "auditor", "manager", "pillar_lead", "plan_admin", "administrator",
)  # fmt: skip

# Per role, in the order of ROLES. The manager holds BP/1.01 only, the lead BP/1, the others the plan or everything.
ANYBODY = (200,) * 9
SIGNED_IN = (302,) + (200,) * 8
IN_PLAN = (302, 404) + (200,) * 7
WHOLE_PLAN = (302, 404, 200, 200, 200, 404, 404, 200, 200)
RECORDS = (302, 404, 403, 403, 403, 200, 200, 200, 403)
NO_GET = (302,) + (405,) * 8
RECORDS_BESIDE = (302, 404, 403, 403, 403, 404, 200, 200, 403)  # not the manager's initiative
API = (401, 403) + (200,) * 7
API_NO_GET = (401, 403) + (405,) * 7
API_WHOLE_PLAN = (401, 403, 200, 200, 200, 404, 404, 200, 200)
API_BESIDE = (401, 403, 200, 200, 200, 404, 200, 200, 200)

PAGES: dict[str, tuple[tuple[object, ...], tuple[int, ...]]] = {
    "health-live": ((), ANYBODY),
    "health-ready": ((), ANYBODY),
    "accessibility": ((), ANYBODY),
    "sign-in": ((), (200,) + (302,) * 8),
    "sign-out": ((), (405,) * 9),
    "theme": ((), (405,) * 9),
    "setup": (("no-such-link",), (404,) * 9),
    "account": ((), SIGNED_IN),
    "password": ((), SIGNED_IN),
    "history": ((), SIGNED_IN),
    "data": ((), SIGNED_IN),
    "home": ((), (302, 200) + (302,) * 7),
    "plan": (("BP",), IN_PLAN),
    "pillar": (("BP", 1), IN_PLAN),
    "initiatives": (("BP",), IN_PLAN),
    "initiative": (("BP", "1.01"), IN_PLAN),
    "money": (("BP",), IN_PLAN),
    "rollups": (("BP",), IN_PLAN),
    "my-week": (("BP",), IN_PLAN),
    "review": (("BP",), IN_PLAN),
    "decide": ((1,), NO_GET),
    "update": (("BP", "1.01"), RECORDS),
    "milestone-add": (("BP", "1.01"), RECORDS),
    "entry-add": (("BP", "1.01"), RECORDS),
    "ledger-grid": (("BP", "1.01"), RECORDS),
    "reprofile": (("BP", "1.01"), RECORDS),
    "transfer": (("BP", "1.01"), RECORDS),
    "indicators": (("BP",), IN_PLAN),
    "indicator-add": (("BP",), (302, 404, 403, 403, 403, 403, 403, 200, 403)),  # of the plan as a whole
    "evidence-add": (("BP", "1.01"), RECORDS),
    "change-request-decide": ((1,), NO_GET),
}
QUERIES = {"explain": "?scope=BP", "api:figure-detail": "?scope=BP", "api:figure-explanation": "?scope=BP"}
# An address without a name is known by its pattern; one address that it answers, and to whom how.
UNNAMED = {"api:^.*$": ("/api/v1/nothing-is-here/", (404,) * 9)}


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    """The name of every address, with its name space; the pattern of one that has none."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = pattern.namespace or pattern.app_name
            yield from routes(pattern.url_patterns, f"{prefix}{space}:" if space else prefix)
        else:
            yield f"{prefix}{pattern.name or pattern.pattern}"


@dataclass(frozen=True)
class FactsBeside:
    """What stands beside a milestone's dates."""

    request: ChangeRequest
    dependency: MilestoneDependency
    evidence: Evidence


def facts_beside(milestone: Milestone, plan: SmallPlan) -> FactsBeside:
    by, at = Actor(user=plan.people.manager), timezone.now()
    later = timezone.localdate() + timedelta(days=300)
    needs = plan.milestones["due_this_week"]
    borne = Borne(initiative=milestone.initiative, milestone=milestone)
    return FactsBeside(
        ask_baseline(milestone=milestone, to=later, dollars=None, reason="Late steel", by=by, at=at),
        add_dependency(milestone=milestone, needs=needs, by=by, at=at),
        add_file(borne=borne, title="Minutes", name="minutes.txt", content=b"Agreed.", by=by, at=at),
    )


def table(plan: SmallPlan) -> dict[str, tuple[tuple[object, ...], tuple[int, ...]]]:
    """The table with the rows whose addresses need what the scenario made."""
    milestone = plan.milestones["late"]
    in_late = ("BP", milestone.initiative.code, milestone.code)
    beside = facts_beside(milestone, plan)
    indicator = add_indicator(plan.plan, initiative=milestone.initiative)
    in_indicator = ("BP", indicator.code)
    aimed, observed = add_target(indicator, timezone.localdate()), add_observation(indicator, date(2025, 4, 30), "3")
    entry = plan.reversed_entry
    in_entry = ("BP", entry.line.initiative.code, entry.pk)
    rollup = plan.rollups[0]
    approved = StatusUpdate.objects.approved().filter(initiative__code="1.01").first()
    return {
        **PAGES,
        "milestone-move": (in_late, RECORDS),
        "milestone-meet": (in_late, RECORDS),
        "milestone-baseline": (in_late, RECORDS),
        "milestone-cancel": (in_late, RECORDS),
        "milestone-reopen": (in_late, RECORDS),
        "milestone-needs": (in_late, RECORDS),
        "dependency-remove": (("BP", "1.01", beside.dependency.pk), RECORDS),
        "evidence-withdraw": (("BP", "1.01", beside.evidence.pk), RECORDS),
        "evidence-file": ((beside.evidence.pk,), IN_PLAN),
        "change-request": ((beside.request.pk,), IN_PLAN),
        "api:change-request-detail": ((beside.request.pk,), API),
        "entry-reverse": (in_entry, RECORDS_BESIDE),
        "entry-correct": (in_entry, RECORDS_BESIDE),
        "transfer-undo": (("BP", "1.01", a_transfer(plan).pk), RECORDS),
        "rollup": ((rollup.code,), WHOLE_PLAN),
        "explain": (("health",), IN_PLAN),
        "api:index": ((), API),
        "api:schema": ((), (401,) + (200,) * 8),
        "api:plan-list": ((), API),
        "api:plan-detail": (("BP",), API),
        "api:pillar-list": ((), API),
        "api:pillar-detail": ((plan.pillars[0].pk,), API),
        "api:week-list": ((), API),
        "api:week-detail": ((plan.week.pk,), API),
        "api:initiative-list": ((), API),
        "api:initiative-detail": ((milestone.initiative.pk,), API),
        "api:milestone-list": ((), API),
        "api:milestone-detail": ((milestone.pk,), API),
        "api:funding-announcement-list": ((), API),
        "api:funding-announcement-detail": ((FundingAnnouncement.objects.get(code="FA-CBSA").pk,), API),
        "api:budget-line-list": ((), API),
        "api:budget-line-detail": ((entry.line.pk,), API_BESIDE),
        "api:ledger-entry-list": ((), API),
        "api:ledger-entry-detail": ((entry.pk,), API_BESIDE),
        "api:status-update-list": ((), API),
        "api:status-update-detail": ((approved.pk,), API),
        "api:rollup-list": ((), API),
        "api:rollup-detail": ((rollup.code,), API_WHOLE_PLAN),
        "api:rollup-payload": ((rollup.code,), API_WHOLE_PLAN),
        "api:figure-list": ((), API),
        "api:figure-detail": (("health",), API),
        "api:figure-explanation": (("health",), API),
        "api:organization-list": ((), API),
        "indicator": (in_indicator, IN_PLAN),
        "indicator-change": (in_indicator, RECORDS),
        "target-set": (in_indicator, RECORDS),
        "observation-add": (in_indicator, RECORDS),
        "observation-correct": ((*in_indicator, observed.pk), RECORDS),
        "observation-restate": ((*in_indicator, observed.pk), RECORDS),
        "api:indicator-detail": ((observed.indicator_id,), API),
        "api:target-detail": ((aimed.pk,), API),
        "api:observation-detail": ((observed.pk,), API),
        "api:change-request-list": ((), API),
        "api:indicator-list": ((), API),
        "api:target-list": ((), API),
        "api:observation-list": ((), API),
        "api:organization-detail": (("CBSA",), API),
        "api:place-list": ((), API),
        "api:place-detail": (("WINDSOR",), API),
        "api:revision-list": ((), API),
        "api:revision-detail": ((1,), API),
        "api:milestone-forecasts": ((milestone.pk,), API_NO_GET),
        "api:ledger-entry-reversal": ((entry.pk,), API_NO_GET),
        "api:export-indicators": ((), API),
        "api:export-targets": ((), API),
        "api:export-observations": ((), API),
        "api:export-initiatives": ((), API),
        "api:export-status-updates": ((), API),
        "api:export-ledger-entries": ((), API),
    }  # fmt: skip


def a_transfer(plan: SmallPlan) -> Transfer:
    initiative, now = plan.initiatives["green"], timezone.now()
    return kept(Transfer(initiative=initiative, kind="reprofile", reason="late", effective_on=now.date(), made_at=now))


def asking(plan: SmallPlan, role: str, *, program: bool) -> tuple[Client, dict[str, str]]:
    """A client of that person: a browser that is signed in, or a program with a token."""
    client = Client(raise_request_exception=False)
    user: User | None = None if role == "anonymous" else getattr(plan.people, role)
    if user and program:
        return client, bearer(user)
    if user:
        client.force_login(user)
    return client, {}


def test_the_table_is_of_the_addresses_that_there_are():
    there_are = list(routes(get_resolver().url_patterns))
    rows = {*table(small_plan()), *UNNAMED}
    assert len(there_are) == len(set(there_are)), "two addresses of one name"
    assert not set(there_are) - rows, "not in the table"
    assert not rows - set(there_are), "in the table, and no address"


def test_every_address_answers_every_role_as_the_table_says():
    plan = small_plan()
    rows = {
        **{name: (reverse(name, args=args) + QUERIES.get(name, ""), answers)
           for name, (args, answers) in table(plan).items()},
        **UNNAMED,
    }  # fmt: skip
    wrong = []
    for name, (address, expected) in rows.items():
        for role, status in zip(ROLES, expected, strict=True):
            client, headers = asking(plan, role, program=name.startswith("api:"))
            got = client.get(address, headers=headers)
            if got.streaming:
                assert b"".join(got)
            if got.status_code != status:
                wrong.append(f"{name} as {role}: {got.status_code} instead of {status}")
    assert not wrong, "\n".join(wrong)


# Writing. The manager holds 1.01 and 1.04; nobody but the plan's own people writes its content.
WRITERS = frozenset({"manager", "pillar_lead", "plan_admin"})
DECIDERS = frozenset({"pillar_lead", "plan_admin"})
NOBODY: frozenset[str] = frozenset()
WRITTEN = (302, 404, 403, 403, 403, 302, 302, 302, 403)
REFUSED_BESIDE = (302, 404, 403, 403, 403, 404, 422, 422, 403)
DECIDED = (302, 404, 302, 302, 302, 404, 302, 302, 302)  # a refusal is said in the queue
ADMINISTERED = (302, 404, 403, 403, 403, 403, 403, 302, 403)
PREVIEWED = (302, 404, 403, 403, 403, 200, 200, 200, 403)  # the effect is shown before it is sent
REFUSED_FACT = (302, 404, 403, 403, 403, 422, 422, 422, 403)
FORM_AGAIN = (302,) + (422,) * 8
READ_ONLY = (401, 403) + (405,) * 7
NOT_POSTED = (302,) + (405,) * 8


@dataclass(frozen=True)
class Writing:
    """One writing request, the answer to each role, and for whom it writes to the history of the plan."""

    name: str
    args: tuple[object, ...]
    data: dict[str, Any]
    answers: tuple[int, ...]
    writes: frozenset[str] = NOBODY
    method: str = "post"


def writings(plan: SmallPlan) -> list[Writing]:
    """Every request that could change something, whole enough to change it."""
    today = timezone.localdate().isoformat()
    new, submitted = _more(plan)
    late, entry = plan.milestones["late"], plan.reversed_entry
    other = plan.initiatives["green"].budget_lines.get(fiscal_year=2026).entries.get()
    in_late = ("BP", late.initiative.code, late.code)
    rated = dict.fromkeys(("health_schedule", "health_cost", "health_scope", "health_overall"), "green")
    said = {**rated, "headline_en": "As planned", "headline_fr": "Comme prévu"}
    money = {
        "organization": plan.organizations["CBSA"].pk, "fiscal_year": 2026, "stage": "expenditure", "amount": "5.00",
        "effective_on": "2026-06-01", "reference": "GL 1",
    }  # fmt: skip
    return [
        *_facts(plan),
        Writing("sign-in", (), {}, (200,) + (302,) * 8),
        Writing("sign-out", (), {}, (200,) * 9),
        Writing("theme", (), {"theme": "dark"}, (302,) * 9),
        Writing("setup", ("no-such-link",), {}, (404,) * 9),
        Writing("account", (), {"language": "xx"}, FORM_AGAIN),
        Writing("password", (), {"password": "short"}, FORM_AGAIN),
        Writing("update", ("BP", new), {**said, "submit": "1"}, WRITTEN, WRITERS),
        Writing("decide", (submitted.pk,), {"approve": "1", "revision": submitted.revision}, DECIDED, DECIDERS),
        Writing(
            "decide", (submitted.pk,), {"return": "1", "reason": "Why?", "revision": submitted.revision}, DECIDED,
            DECIDERS,
        ),
        Writing(
            "milestone-add", ("BP", "1.01"),
            {"title_en": "Opened", "title_fr": "Ouvert", "kind": "event", "forecast_on": today}, WRITTEN,
            WRITERS,
        ),
        Writing("milestone-move", in_late, {"forecast_on": today, "reason": "The permit came late."}, WRITTEN, WRITERS),
        Writing(
            "milestone-meet", in_late, {"actual_on": today, "evidence": "https://example.org/"}, WRITTEN,
            WRITERS,
        ),
        Writing("entry-add", ("BP", "1.01"), money, WRITTEN, WRITERS),
        Writing("entry-reverse", ("BP", "1.01", other.pk), {"reason": "Typed twice."}, WRITTEN, WRITERS),
        Writing("entry-reverse", ("BP", "1.03", entry.pk), {"reason": "Reversed already."}, REFUSED_BESIDE),
        Writing(
            "api:status-update-list", (), {"plan": "BP", "initiative": new, **said, "submit": True},
            (401, 403, 403, 403, 403, 201, 201, 201, 403), WRITERS,
        ),
        *(Writing(name, args, {}, NOT_POSTED) for name, args in [
            ("home", ()), ("history", ()), ("data", ()), ("plan", ("BP",)), ("pillar", ("BP", 1)),
            ("initiatives", ("BP",)), ("initiative", ("BP", "1.01")), ("rollups", ("BP",)),
            ("rollup", (plan.rollups[0].code,)), ("my-week", ("BP",)), ("review", ("BP",)), ("explain", ("health",)),
        ]),
        *(Writing(f"api:{name}-list", (), {}, READ_ONLY) for name in [
            "plan", "pillar", "week", "initiative", "funding-announcement", "budget-line", "rollup", "figure",
            "organization", "place", "revision",
        ]),
        *(Writing(f"api:export-{name}", (), {}, READ_ONLY) for name in [
            "initiatives", "status-updates", "ledger-entries",
        ]),
        *(Writing("api:status-update-detail", (submitted.pk,), {}, READ_ONLY, method=method)
          for method in ("put", "patch", "delete")),
    ]  # fmt: skip


def _facts(plan: SmallPlan) -> list[Writing]:
    """What writes facts beside milestones' dates, money and indicators."""
    today, spring = timezone.localdate().isoformat(), date(2025, 4, 30)
    late = plan.milestones["late"]
    in_late = ("BP", late.initiative.code, late.code)
    beside = facts_beside(late, plan)
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
        Writing("indicator-change", in_indicator, {**made, **kept_so, "seen": indicator.revision, **why},
                WRITTEN, WRITERS),
        Writing("target-set", in_indicator, {"due_on": "2030-03-31", "target_type": "at_least", "lower": "9"}, WRITTEN,
                WRITERS),
        Writing("observation-add", in_indicator, {**reading, "period_start": "2025-05-01", "period_end": "2025-05-31"},
                WRITTEN, WRITERS),
        Writing("observation-correct", (*in_indicator, observed.pk), reading, WRITTEN, WRITERS),
        Writing("observation-restate", (*in_indicator, observed.pk), reading, WRITTEN, WRITERS),
        *(Writing(name, args, {}, NOT_POSTED) for name, args in [
            ("change-request", (asked.pk,)), ("evidence-file", (beside.evidence.pk,)), ("indicators", ("BP",)),
            ("indicator", in_indicator), ("money", ("BP",)),
        ]),
        *(Writing(f"api:export-{name}", (), {}, READ_ONLY) for name in ["indicators", "targets", "observations"]),
        *(Writing(f"api:{name}-list", (), {}, READ_ONLY)
          for name in ["change-request", "indicator", "target", "observation"]),
    ]  # fmt: skip


def _more(plan: SmallPlan) -> tuple[str, StatusUpdate]:
    """An initiative that the manager reports on, with no update yet, and an update that waits for its decision."""
    lead = plan.organizations["CBSA"]
    new, other = (add_initiative(plan.pillars[0], code, lead=lead) for code in ("1.04", "1.05"))
    grant_role(user=plan.people.manager, role=Role.MANAGER, scope=f"BP/{new.code}", by=ACTOR, at=timezone.now())
    waiting = add_update(other, plan.week, author=plan.people.manager, workflow=Workflow.SUBMITTED)
    return new.code, StatusUpdate.objects.get(pk=waiting.pk)


def test_every_write_answers_every_role_as_the_table_says():
    """Also whether it wrote: an answer alone says nothing where a refusal is a redirect too."""
    plan = small_plan()
    rows = writings(plan)
    posted = {name for name in routes(get_resolver().url_patterns) if not name.startswith("api:") and name[0] != "^"}
    without = {"health-live", "health-ready", "accessibility"}
    assert posted - {row.name for row in rows} == without
    wrong = []
    for row in rows:
        for role, status in zip(ROLES, row.answers, strict=True):
            program = row.name.startswith("api:")
            with transaction.atomic():
                client, headers = asking(plan, role, program=program)
                before = head()
                kind = {"content_type": "application/json"} if program or row.method != "post" else {}
                got = getattr(client, row.method)(reverse(row.name, args=row.args), row.data, headers=headers, **kind)
                wrote = head() > before
                transaction.set_rollback(True)
            if (got.status_code, wrote) != (status, role in row.writes):
                did = "wrote" if wrote else "wrote nothing"
                wrong.append(f"{row.method} {row.name} as {role}: {got.status_code} instead of {status}, and {did}")
    assert not wrong, "\n".join(wrong)
