"""Who may open what: every address by every role, written by hand."""

from datetime import date

from django.utils import timezone

from initiatives.models import FundingAnnouncement, StatusUpdate
from tests.access.facts import a_transfer, facts_beside
from tests.factories import add_indicator, add_observation, add_target
from tests.scenarios import SmallPlan
from tests.tracker.addresses import EXPORTS

# Per role, in the order of ROLES. The manager holds BP/1.01 only, the lead BP/1, the others the plan or everything.
ANYBODY = (200,) * 9
SIGNED_IN = (302,) + (200,) * 8
IN_PLAN = (302, 404) + (200,) * 7
WHOLE_PLAN = (302, 404, 200, 200, 200, 404, 404, 200, 200)
RECORDS = (302, 404, 403, 403, 403, 200, 200, 200, 403)
ADMINISTERS = (302, 404, 403, 403, 403, 403, 403, 200, 403)
NO_GET = (302,) + (405,) * 8
RECORDS_BESIDE = (302, 404, 403, 403, 403, 404, 200, 200, 403)  # not the manager's initiative
API = (401, 403) + (200,) * 7
AUDITED = (302, 403, 403, 403, 200, 403, 403, 403, 200)
API_AUDITED = (401, 403, 403, 403, 200, 403, 403, 403, 200)
API_NO_GET = (401, 403) + (405,) * 7
API_WHOLE_PLAN = (401, 403, 200, 200, 200, 404, 404, 200, 200)
API_BESIDE = (401, 403, 200, 200, 200, 404, 200, 200, 200)

PAGES: dict[str, tuple[tuple[object, ...], tuple[int, ...]]] = {
    "health-live": ((), ANYBODY),
    "health-ready": ((), ANYBODY),
    "health-deep": ((), ANYBODY),
    "accessibility": ((), ANYBODY),
    "operations": ((), (302,) + (403,) * 7 + (200,)),  # of the machine, not of a plan
    "chart-gallery": ((), (302,) + (403,) * 7 + (200,)),  # invented figures, for who looks after the site
    "mail-again": ((1,), NO_GET),
    "sign-in": ((), (200,) + (302,) * 8),
    "sign-out": ((), (405,) * 9),
    "theme": ((), (405,) * 9),
    "setup": (("no-such-link",), (404,) * 9),
    "account": ((), SIGNED_IN),
    "password": ((), SIGNED_IN),
    "tokens": ((), SIGNED_IN),
    "token-revoke": (("no-such-token",), (302,) + (404,) * 8),
    "history": ((), SIGNED_IN),
    "data": ((), SIGNED_IN),
    "dictionary": ((), SIGNED_IN),
    "data-dataset": (("milestones",), SIGNED_IN),
    "data-odc": (("milestones",), SIGNED_IN),
    "data-pbids": (("milestones",), SIGNED_IN),
    "api-reference": ((), SIGNED_IN),
    "api-reference-group": (("milestones",), SIGNED_IN),
    "exports": ((), SIGNED_IN),
    "export-ask": ((), NO_GET),
    "export-file": ((1,), (302,) + (404,) * 8),  # somebody else's
    "export-cancel": ((1,), NO_GET),
    "export-log": ((), AUDITED),
    "home": ((), (302, 200) + (302,) * 7),
    "plan": (("BP",), IN_PLAN),
    "pillar": (("BP", 1), IN_PLAN),
    "initiatives": (("BP",), IN_PLAN),
    "initiative": (("BP", "1.01"), IN_PLAN),
    "milestones": (("BP",), IN_PLAN),
    "money": (("BP",), IN_PLAN),
    "places": (("BP",), IN_PLAN),
    "rollups": (("BP",), IN_PLAN),
    "search": (("BP",), IN_PLAN),
    "search-all": ((), SIGNED_IN),
    "weeks": (("BP",), IN_PLAN),
    "plan-history": (("BP",), IN_PLAN),
    "compare": (("BP",), IN_PLAN),
    "my-week": (("BP",), IN_PLAN),
    "review": (("BP",), IN_PLAN),
    "decide": ((1,), NO_GET),
    "approve-ticked": (("BP",), NO_GET),
    "update": (("BP", "1.01"), RECORDS),
    "milestone-add": (("BP", "1.01"), RECORDS),
    "entry-add": (("BP", "1.01"), RECORDS),
    "ledger-grid": (("BP", "1.01"), RECORDS),
    "reprofile": (("BP", "1.01"), RECORDS),
    "transfer": (("BP", "1.01"), RECORDS),
    "plan-headline": (("BP",), (302, 404, 403, 403, 403, 403, 403, 200, 403)),
    "pillar-headline": (("BP", 1), (302, 404, 403, 403, 403, 403, 200, 200, 403)),
    "indicators": (("BP",), IN_PLAN),
    "indicator-add": (("BP",), (302, 404, 403, 403, 403, 403, 403, 200, 403)),  # of the plan as a whole
    "evidence-add": (("BP", "1.01"), RECORDS),
    "change-request-decide": ((1,), NO_GET),
}
QUERIES = {
    "search": "?q=initiative",
    "search-all": "?q=initiative",
    "api:search": "?q=initiative",
    "figure-difference": "?scope=BP",
    "api:figure-difference": "?scope=BP",
    "explain": "?scope=BP",
    "explain-headline": "?scope=BP",
    "api:figure-detail": "?scope=BP",
    "api:figure-explanation": "?scope=BP",
    "api:figure-series": "?scope=BP",
}
# An address without a name is known by its pattern; one address that it answers, and to whom how.
UNNAMED = {"api:^.*$": ("/api/v1/nothing-is-here/", (404,) * 9)}


def table(plan: SmallPlan) -> dict[str, tuple[tuple[object, ...], tuple[int, ...]]]:
    """The table with the rows whose addresses need what the scenario made."""
    milestone = plan.milestones["late"]
    in_late = ("BP", milestone.initiative.code, milestone.code)
    beside = facts_beside(plan)
    indicator = add_indicator(plan.plan, initiative=milestone.initiative)
    in_indicator = ("BP", indicator.code)
    aimed, observed = add_target(indicator, timezone.localdate()), add_observation(indicator, date(2025, 4, 30), "3")
    entry = plan.reversed_entry
    in_entry = ("BP", entry.line.initiative.code, entry.pk)
    rollup, moved = plan.rollups[0], a_transfer(plan)
    approved = StatusUpdate.objects.approved().filter(initiative__code="1.01").first()
    return {
        **PAGES,
        "object-history": (("BP", "milestone", milestone.pk), IN_PLAN),
        "milestone-change": (in_late, RECORDS),
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
        "api:change-request-decision": ((beside.request.pk,), API_NO_GET),
        "api:change-request-withdrawal": ((beside.request.pk,), API_NO_GET),
        "api:milestone-baseline-list": ((), API),
        "api:milestone-baseline-detail": ((milestone.baselines.first().pk,), API),
        "api:milestone-forecast-list": ((), API),
        "api:milestone-forecast-detail": ((milestone.forecasts.first().pk,), API),
        "api:milestone-dependency-list": ((), API),
        "api:milestone-dependency-detail": ((beside.dependency.pk,), API),
        "api:milestone-dependency-removal": ((beside.dependency.pk,), API_NO_GET),
        "api:evidence-list": ((), API),
        "api:evidence-detail": ((beside.evidence.pk,), API),
        "api:evidence-withdrawal": ((beside.evidence.pk,), API_NO_GET),
        "api:evidence-file": ((beside.evidence.pk,), API),
        "entry-reverse": (in_entry, RECORDS_BESIDE),
        "entry-correct": (in_entry, RECORDS_BESIDE),
        "transfer-undo": (("BP", "1.01", moved.pk), RECORDS),
        "api:transfer-list": ((), API),
        "api:transfer-detail": ((moved.pk,), API),
        "api:transfer-undo": ((moved.pk,), API_NO_GET),
        "rollup": ((rollup.code,), WHOLE_PLAN),
        "week-close": (("BP", plan.week.code), ADMINISTERS),
        "week-reopen": (("BP", plan.weeks[0].code), ADMINISTERS),
        "rollup-restated": ((rollup.code,), WHOLE_PLAN),
        "rollup-pdf": ((rollup.code,), WHOLE_PLAN),
        "rollup-docx": ((rollup.code,), WHOLE_PLAN),
        "rollup-xlsx": ((rollup.code,), WHOLE_PLAN),
        "explain": (("health",), IN_PLAN),
        "explain-headline": ((), IN_PLAN),
        "figure-difference": (("health",), IN_PLAN),
        "api:index": ((), API),
        "api:dictionary": ((), API),
        "api:dictionary-dataset": (("plans",), API),
        "api:dictionary-file": ((), API),
        "api:datapackage": ((), API),
        "api:search": ((), API),
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
        "api:status-update-approve": ((approved.pk,), API_NO_GET),
        "api:status-update-return": ((approved.pk,), API_NO_GET),
        "api:rollup-list": ((), API),
        "api:rollup-detail": ((rollup.code,), API_WHOLE_PLAN),
        "api:rollup-payload": ((rollup.code,), API_WHOLE_PLAN),
        "api:figure-list": ((), API),
        "api:figure-detail": (("health",), API),
        "api:figure-explanation": (("health",), API),
        "api:figure-difference": (("health",), API),
        "api:figure-series": (("health",), API),
        "api:organization-list": ((), API),
        "indicator": (in_indicator, IN_PLAN),
        "indicator-change": (in_indicator, RECORDS),
        "target-set": (in_indicator, RECORDS),
        "observation-add": (in_indicator, RECORDS),
        "observation-grid": (in_indicator, RECORDS),
        "observation-correct": ((*in_indicator, observed.pk), RECORDS),
        "observation-restate": ((*in_indicator, observed.pk), RECORDS),
        "api:indicator-detail": ((observed.indicator_id,), API),
        "api:target-detail": ((aimed.pk,), API),
        "api:observation-detail": ((observed.pk,), API),
        "api:observation-correction": ((observed.pk,), API_NO_GET),
        "api:observation-restatement": ((observed.pk,), API_NO_GET),
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
        "api:ledger-entry-correction": ((entry.pk,), API_NO_GET),
        **{f"api:export-{name}": ((), API) for name in EXPORTS},
        **{f"api:export-{name}-as": (("xlsx",), API) for name in EXPORTS},
        "api:export-list": ((), API),
        "api:export-log": ((), API_AUDITED),
        "api:export-detail": ((1,), (401, 403) + (404,) * 7),
        "api:export-file": ((1,), (401, 403) + (404,) * 7),
        "api:export-cancel": ((1,), API_NO_GET),
    }  # fmt: skip
