"""Who may open what: one table of every address by every role. An address that is not in it fails."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from initiatives.models import FundingAnnouncement, StatusUpdate
from tests.factories import bearer
from tests.scenarios import SmallPlan, small_plan

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
    "history": ((), SIGNED_IN),
    "data": ((), SIGNED_IN),
    "home": ((), (302, 200) + (302,) * 7),
    "plan": (("BP",), IN_PLAN),
    "pillar": (("BP", 1), IN_PLAN),
    "initiatives": (("BP",), IN_PLAN),
    "initiative": (("BP", "1.01"), IN_PLAN),
    "rollups": (("BP",), IN_PLAN),
    "my-week": (("BP",), IN_PLAN),
    "review": (("BP",), IN_PLAN),
    "decide": ((1,), NO_GET),
    "update": (("BP", "1.01"), RECORDS),
    "milestone-add": (("BP", "1.01"), RECORDS),
    "entry-add": (("BP", "1.01"), RECORDS),
}
QUERIES = {"explain": "?scope=BP", "api:figure-detail": "?scope=BP", "api:figure-explanation": "?scope=BP"}


def names(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = (
                f"{prefix}{pattern.namespace or pattern.app_name}:"
                if (pattern.namespace or pattern.app_name)
                else prefix
            )
            yield from names(pattern.url_patterns, inner)
        elif pattern.name:
            yield f"{prefix}{pattern.name}"


def table(plan: SmallPlan) -> dict[str, tuple[tuple[object, ...], tuple[int, ...]]]:
    """The table with the rows whose addresses need what the scenario made."""
    milestone = plan.milestones["late"]
    in_late = ("BP", milestone.initiative.code, milestone.code)
    entry = plan.reversed_entry
    in_entry = ("BP", entry.line.initiative.code, entry.pk)
    rollup = plan.rollups[0]
    approved = StatusUpdate.objects.approved().filter(initiative__code="1.01").first()
    api = {
        name: ((), API)
        for name in names(get_resolver().url_patterns)
        if name.startswith("api:") and name.endswith("-list")
    }
    exports = {name: ((), API) for name in names(get_resolver().url_patterns) if name.startswith("api:export-")}
    return {
        **PAGES, **api, **exports,
        "milestone-move": (in_late, RECORDS),
        "milestone-meet": (in_late, RECORDS),
        "entry-reverse": (in_entry, RECORDS_BESIDE),
        "rollup": ((rollup.code,), WHOLE_PLAN),
        "explain": (("health",), IN_PLAN),
        "api:index": ((), API),
        "api:schema": ((), (401,) + (200,) * 8),
        "api:plan-detail": (("BP",), API),
        "api:rollup-detail": ((rollup.code,), API_WHOLE_PLAN),
        "api:rollup-payload": ((rollup.code,), API_WHOLE_PLAN),
        "api:figure-detail": (("health",), API),
        "api:figure-explanation": (("health",), API),
        "api:funding-announcement-detail": ((FundingAnnouncement.objects.get(code="FA-CBSA").pk,), API),
        "api:status-update-detail": ((approved.pk,), API),
        "api:organization-detail": (("CBSA",), API),
        "api:place-detail": (("WINDSOR",), API),
        "api:revision-detail": ((1,), API),
        "api:pillar-detail": ((plan.pillars[0].pk,), API),
        "api:week-detail": ((plan.week.pk,), API),
        "api:initiative-detail": ((milestone.initiative.pk,), API),
        "api:milestone-detail": ((milestone.pk,), API),
        "api:budget-line-detail": ((entry.line.pk,), API_BESIDE),
        "api:ledger-entry-detail": ((entry.pk,), API_BESIDE),
    }  # fmt: skip


def test_every_address_answers_every_role_as_the_table_says():
    plan = small_plan()
    rows = table(plan)
    everything = set(names(get_resolver().url_patterns))
    assert everything <= set(rows), f"not in the table: {sorted(everything - set(rows))}"
    wrong = []
    for name, (arguments, expected) in rows.items():
        for role, status in zip(ROLES, expected, strict=True):
            client = Client(raise_request_exception=False)
            user = None if role == "anonymous" else getattr(plan.people, role)
            headers: dict[str, str] = {}
            if user and name.startswith("api:"):
                headers = bearer(user)
            elif user:
                client.force_login(user)
            got = client.get(reverse(name, args=arguments) + QUERIES.get(name, ""), headers=headers)
            if got.streaming:
                assert b"".join(got)
            if got.status_code != status:
                wrong.append(f"{name} as {role}: {got.status_code} instead of {status}")
    assert not wrong, "\n".join(wrong)
