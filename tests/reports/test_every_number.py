"""No number lacks its explanation: every page that shows a plan is walked in both languages, figure by figure, and each
explanation that it leads to is opened and added up."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db.models import CharField, TextField
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from initiatives.choices import Stage, Vote
from reports.figures import FIGURES
from tests.access.reads import QUERIES, table
from tests.factories import add_entry, add_indicator, add_observation, add_target
from tests.reports.figures_explained import ways
from tests.reports.figures_walked import Walk
from tests.reports.page_markup import DIGIT, NUMBER
from tests.scenarios import SmallPlan, small_plan

pytestmark = [pytest.mark.django_db, pytest.mark.heavy]
TODAY = timezone.localdate()
PLAN_ADMIN = 7  # of the roles of the table
# Pages that show nothing of a plan, or no page: files, lists of addresses, accounts, the machine.
ELSEWHERE = frozenset(
    {"accessibility", "account", "api-reference", "api-reference-group", "data-dataset", "data-odc", "data-pbids",
     "dictionary", "evidence-file", "exports", "health-deep", "health-live", "health-ready", "history", "password",
     "rollup-docx", "rollup-pdf", "rollup-xlsx", "tokens"}
)  # fmt: skip
# Texts that people write, in which any number may stand.
WRITTEN = ("_en", "_fr", "title", "name", "note", "reason", "reference", "source", "text", "criteria", "evidence",
           "comment")  # fmt: skip


@pytest.fixture
def made() -> SmallPlan:
    """The small plan, with money in all stages, within authority and beyond it, in this fiscal year and the last; and
    an indicator on its way."""
    made = small_plan()
    green, red = made.initiatives["green"], made.initiatives["red"]
    for stage, amount in ((Stage.EXPENDITURE, "9.00"), (Stage.COMMITMENT, "3.00"), (Stage.FORECAST, "15.00")):
        add_entry(green, amount, stage=stage, fiscal_year=2026, effective_on=date(2026, 4, 2), vote=Vote.CAPITAL)
    add_entry(green, "20.00", fiscal_year=2026, effective_on=date(2026, 4, 2), vote=Vote.CAPITAL)
    add_entry(red, "600.00", stage=Stage.EXPENDITURE, effective_on=date(2025, 9, 1))
    add_entry(red, "500.00", effective_on=date(2025, 9, 1))
    add_entry(red, "7.00", stage=Stage.EXPENDITURE, fiscal_year=2024, effective_on=date(2025, 2, 1))
    indicator = add_indicator(
        made.plan, "IND-2", initiative=green, baseline_value=Decimal(0), baseline_on=TODAY - timedelta(900)
    )
    add_target(indicator, TODAY + timedelta(300))
    add_observation(indicator, TODAY.replace(day=1) - timedelta(1), "25")
    return made


def addresses(made: SmallPlan) -> dict[str, str]:
    """Every page that shows a plan to its administrator, by the name of its address; and states of a page that show
    what others do not."""
    with override("en"):
        found = {
            name: reverse(name, args=args) + QUERIES.get(name, "")
            for name, (args, answers) in table(made).items()
            if answers[PLAN_ADMIN] == 200 and not name.startswith("api:") and name not in ELSEWHERE
        }
    first, last = made.rollups
    past = f"?as_of=r{last.as_of}"
    return found | {
        "plan, past": f"/en/plans/BP/{past}",
        "plan, compared": f"/en/plans/BP/?compare={first.code}",
        "pillar, other": "/en/plans/BP/pillars/2/",
        "pillar, past": f"/en/plans/BP/pillars/1/{past}",
        "initiatives, past": f"/en/plans/BP/initiatives/{past}",
        "initiatives, compared": f"/en/plans/BP/initiatives/?compare={first.code}",
        "initiative, red": "/en/plans/BP/initiatives/1.03/",
        "initiative, silent": "/en/plans/BP/initiatives/2.01/",
        "initiative, past": f"/en/plans/BP/initiatives/1.01/{past}",
        "milestones, filtered": "/en/plans/BP/milestones/?pillar=1",
        "money, of a pillar": "/en/plans/BP/money/?pillar=1",
        "money, of an organization": "/en/plans/BP/money/?organization=RCMP",
        "money, of a year": "/en/plans/BP/money/?fiscal_year=2025",
        "rollup, second": f"/en/rollups/{last.code}/",
        "compare, with now": f"/en/plans/BP/compare/?from={first.code}&to=now",
        "explain, no sum": "/en/figures/money/?scope=BP",
        "explain, dollars": "/en/figures/health_dollars/?scope=BP/1",
        "explain, one initiative": "/en/figures/health/?scope=BP/1.01",
        "explain-headline, pillar": "/en/figures/headline/?scope=BP/1",
        "figure-difference, money": f"/en/figures/money/difference/?scope=BP&from={first.code}&to=now",
    }


def written() -> tuple[str, ...]:
    """What people wrote anywhere, where a number stands in it, and what every figure means; longest first."""
    found = {text for one in FIGURES.values() for text in (one.definition_en, one.definition_fr)}
    for model in apps.get_models():
        texts = [
            one.name
            for one in model._meta.concrete_fields
            if isinstance(one, CharField | TextField) and one.name.endswith(WRITTEN)
        ]
        if texts and model._meta.app_label in ("tracker", "pillars", "initiatives", "reports"):
            found |= {text for row in model._base_manager.values_list(*texts) for text in row if text}
    told = (text for text in found if DIGIT.search(text) and not NUMBER.fullmatch(text))
    return tuple(sorted(told, key=len, reverse=True))


def test_every_figure_of_every_page_leads_to_its_explanation(made, client, settings):
    settings.FIGURE_CACHE_SECONDS = 600  # nothing is written while it walks
    pages = addresses(made)
    client.force_login(made.people.plan_admin)
    # How far the announced split is from the announced total, the page says beside the split.
    split = sum((row.amount for row in made.plan.announcements.filter(in_total=True)), Decimal(0))
    walk = Walk(client, written(), {"announced": ways(abs(made.plan.funding_announced - split))})
    faults = [f"{name}: {fault}" for name, address in pages.items() for fault in walk.faults(address)]
    assert not faults, f"{len(faults)} faults in figures and their explanations\n" + "\n".join(faults)
    assert len(walk.explained) > 200, "figures are found, and lead somewhere"
