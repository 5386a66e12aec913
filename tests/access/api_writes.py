"""Who may write what through the API: every request by every role, written by hand."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from tests.access.facts import Beside, a_transfer
from tests.access.roles import DECIDERS, NOBODY, WRITERS, Writing
from tests.factories import add_indicator, add_observation
from tests.scenarios import SmallPlan
from tests.tracker.writes import entry_body, milestone_body
from tracker.timemachine import head

MADE = (401, 403, 403, 403, 403, 201, 201, 201, 403)
CHANGED = (401, 403, 403, 403, 403, 200, 200, 200, 403)
REVIEWED = (401, 403, 403, 403, 403, 404, 200, 200, 403)  # of an initiative that is not the manager's
GONE = (401, 403, 403, 403, 403, 204, 204, 204, 403)
REFUSED = (401, 403, 403, 403, 403, 409, 409, 409, 403)
DECIDED = (401, 403, 403, 403, 403, 403, 200, 200, 403)
OWN = (401, 403, 403, 403, 403, 200, 403, 403, 403)  # the manager asked
READ_ONLY = (401, 403) + (405,) * 7
WHY = {"reason": "The permit came late."}
OF = {"plan": "BP", "initiative": "1.01"}


def api_writings(plan: SmallPlan, beside: Beside) -> list[Writing]:
    """Every POST and PATCH, whole enough to change something; and others that nothing answers."""
    return [
        *_made(plan, beside),
        *_changed(plan, beside),
        *(Writing(f"api:{name}-list", (), {}, READ_ONLY) for name in [
            "plan", "pillar", "week", "initiative", "funding-announcement", "budget-line", "rollup", "figure",
            "organization", "place", "revision",
        ]),
        *(Writing(f"api:export-{name}", (), {}, READ_ONLY) for name in [
            "initiatives", "status-updates", "ledger-entries", "indicators", "targets", "observations",
        ]),
        *(Writing(f"api:export-{name}-as", ("xlsx",), {}, READ_ONLY) for name in ["initiatives", "ledger-entries"]),
        # Asking for a file writes nothing into the plan: whoever reads may ask.
        Writing("api:export-list", (), {"dataset": "plans", "format": "csv"}, (401, 403) + (202,) * 7),
        Writing("api:export-cancel", (1,), {}, (401, 403) + (404,) * 7),
        *(Writing(name, args, {}, READ_ONLY) for name, args in [
            ("api:export-log", ()), ("api:export-detail", (1,)), ("api:export-file", (1,)),
        ]),
        Writing("api:evidence-file", (beside.evidence.pk,), {}, READ_ONLY),
        *(Writing(f"api:{name}-detail", (key,), {}, READ_ONLY, method=method)
          for name, key in [
              ("status-update", beside.submitted.pk), ("ledger-entry", plan.reversed_entry.pk),
              ("evidence", beside.evidence.pk), ("change-request", beside.request.pk),
              ("milestone-dependency", beside.dependency.pk),
          ]
          for method in ("put", "patch", "delete")),
    ]  # fmt: skip


def _made(plan: SmallPlan, beside: Beside) -> list[Writing]:
    add_indicator(plan.plan, "DOGS", initiative=plan.initiatives["green"])
    later = str(timezone.localdate() + timedelta(days=400))
    rated = dict.fromkeys(("health_schedule", "health_cost", "health_scope", "health_overall"), "green")
    line = {"organization": "CBSA", "funding_source": "new", "vote": "operating"}
    moves = [{**line, "fiscal_year": 2025, "amount": "-1.00"}, {**line, "fiscal_year": 2026, "amount": "1.00"}]
    indicator = {
        "code": "BOATS", "title_en": "Boats", "title_fr": "Bateaux", "unit_en": "boats", "unit_fr": "bateaux",
        "level": "output", "direction": "increase", "accumulation": "stock", "calendar": "fiscal",
    }  # fmt: skip
    bodies: dict[str, dict[str, Any]] = {
        "status-update": {"plan": "BP", "initiative": beside.new, **rated, "headline_en": "As planned"},
        "milestone": milestone_body(),
        "ledger-entry": entry_body(),
        "transfer": {**OF, "kind": "reprofile", "moves": moves, "effective_on": "2026-03-31", **WHY},
        "indicator": {**OF, **indicator},
        "target": {"plan": "BP", "indicator": "DOGS", "due_on": later, "target_type": "at_least", "lower": 9},
        "observation": {
            "plan": "BP", "indicator": "DOGS", "period_start": "2025-04-01", "period_end": "2025-04-30", "value": 3,
        },
        "change-request": {**OF, "milestone": "M3", "date": later, **WHY},
        "milestone-dependency": {**OF, "milestone": "M3", "needs": "M1"},
        "evidence": {**OF, "url": "https://example.org/minutes"},
    }  # fmt: skip
    return [Writing(f"api:{name}-list", (), body, MADE, WRITERS) for name, body in bodies.items()]


def _changed(plan: SmallPlan, beside: Beside) -> list[Writing]:
    milestone, moved = plan.milestones["late"], a_transfer(plan)
    indicator = add_indicator(plan.plan, "CARS", initiative=plan.initiatives["green"])
    observed = add_observation(indicator, date(2025, 4, 30), "3")
    entry = plan.initiatives["green"].budget_lines.get(fiscal_year=2026).entries.get()
    seen = {"If-Match": f'"r{head()}"'}
    patched: dict[str, Any] = {"method": "patch", "headers": seen}
    moved_on = {"forecast_on": "2027-01-01", **WHY}
    return [
        Writing("api:milestone-detail", (milestone.pk,), {"title_en": "Open"}, CHANGED, WRITERS, **patched),
        Writing("api:indicator-detail", (indicator.pk,), {"title_en": "Cars"}, CHANGED, WRITERS, **patched),
        Writing("api:milestone-forecasts", (milestone.pk,), moved_on, MADE, WRITERS),
        Writing("api:ledger-entry-reversal", (entry.pk,), WHY, MADE, WRITERS),
        Writing("api:ledger-entry-correction", (entry.pk,), {"amount": "5.00", **WHY}, MADE, WRITERS),
        Writing("api:transfer-undo", (moved.pk,), WHY, REFUSED, NOBODY),  # it has no entries
        Writing("api:observation-correction", (observed.pk,), {"value": 4, **WHY}, MADE, WRITERS),
        Writing("api:observation-restatement", (observed.pk,), {"value": 4, **WHY}, MADE, WRITERS),
        Writing(
            "api:change-request-decision", (beside.request.pk,), {"decision": "approved"}, DECIDED, DECIDERS,
            headers=seen,
        ),
        Writing("api:status-update-approve", (beside.submitted.pk,), {}, REVIEWED, DECIDERS, headers=seen),
        Writing("api:status-update-return", (beside.submitted.pk,), {"comment": "Why?"}, REVIEWED, DECIDERS,
                headers=seen),
        Writing("api:change-request-withdrawal", (beside.request.pk,), {}, OWN, frozenset({"manager"})),
        Writing("api:milestone-dependency-removal", (beside.dependency.pk,), WHY, GONE, WRITERS),
        Writing("api:evidence-withdrawal", (beside.evidence.pk,), WHY, CHANGED, WRITERS),
    ]  # fmt: skip
