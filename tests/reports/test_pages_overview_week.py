"""What the overview says of the week: what changed since the last sealed rollup, what needs attention and why, what
lies ahead."""

import json
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from initiatives.choices import Health, Level, Lifecycle, Stage
from initiatives.models import Initiative, Milestone, MilestoneForecast
from pillars.rules import monday_of
from reports.views import attention_groups, matters, this_week
from tests.factories import (
    ACTOR,
    add_entry,
    add_indicator,
    add_initiative,
    add_milestone,
    add_observation,
    add_target,
    add_update,
    kept,
)
from tests.reports.reading import words
from tests.reports.test_pages_overview import tab
from tracker import formats
from tracker.timemachine import revision

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
SPENT = {"fiscal_year": 2026, "effective_on": date(2026, 4, 2), "funding_source": "new", "vote": "operating"}


def section(html: str, name: str) -> str:
    """One section of the page."""
    start = html.index(f'aria-labelledby="{name}"')
    return html[start : html.index("</section>", start)]


def said(part: str) -> str:
    return words(f"<main>{part}</main>")


def day_of(day: date) -> str:
    """As running text has it."""
    return formats.long_date(day).replace("\u00a0", " ")


@pytest.fixture
def changed(show, made):
    """The section of what changed, as a reader of the whole plan sees it."""

    def read(query="", language="en"):
        return section(show(made.people.viewer, f"plans/BP/{query}", language=language), "this-week")

    return read


class TestWhatChanged:
    def test_whose_health_turned_since_the_seal_worst_first(self, made, changed):
        html = changed()
        rollup = made.rollups[-1]
        assert f"Since {rollup.code}, {day_of(rollup.on)}." in said(html)
        turned = re.findall(
            r"(\d\.\d\d) [^<]*</a> <span class=\"turn\"><a [^>]*>([a-z ]+)</a>.*?state-(\w+)", html, re.DOTALL
        )
        assert [code for code, _before, _now in turned] == ["1.03", "1.02", "1.01"]
        sealed = {
            row["code"]: next(bucket for bucket, n in row["results"]["health"]["cells"].items() if n)
            for row in json.loads(rollup.payload)["initiatives"]
        }
        names = {"no update": "no_update", "at risk": "amber"}
        assert {code: names[before] for code, before, _now in turned} == {
            code: sealed[code] for code in ("1.01", "1.02", "1.03")
        }
        assert [now for _code, _before, now in turned] == ["red", "amber", "green"]

    def test_what_was_touched_since_is_read_as_it_stood(self, made, changed):
        """An initiative that is met now was not then; one that was not there has not turned."""
        with revision(by=ACTOR, reason="Met"):
            Initiative.objects.filter(code="1.02").update(lifecycle=Lifecycle.MET)
        add_initiative(made.pillars[0], "1.50", lead=made.organizations["CBSA"])
        html = changed()
        assert re.search(r"1\.02 Initiative 1\.02 no update \S*Met", said(html))
        assert "1.50" not in html

    def test_what_became_of_milestones(self, made, changed):
        later = MilestoneForecast.objects.filter(milestone=made.milestones["next"]).latest("pk").date + timedelta(14)
        today, now = TODAY(), timezone.now()
        with revision(by=ACTOR, reason="A week's work"):
            kept(MilestoneForecast(milestone=made.milestones["next"], date=later, reason="parts", made_at=now))
            Milestone.objects.filter(pk=made.milestones["late"].pk).update(actual_on=today)
            Milestone.objects.filter(pk=made.milestones["due_this_week"].pk).update(
                cancelled_on=today, cancelled_reason="not needed any more"
            )
        # What is brought in long after it was met is no news.
        add_milestone(made.initiatives["red"], "M9", actual_on=today - timedelta(300))
        text = said(changed())
        assert f"{later - timedelta(14)} {later}, 14 days later" in text
        assert f"1.01 Milestone M2 met on {day_of(today)}" in text
        assert "1.01 Milestone M3 cancelled" in text
        assert "M9" not in text

    def test_what_came_to_be_late_by_time_alone(self, made, changed, client, monkeypatch):
        """The rest of them stands in the list that it leads to."""
        monkeypatch.setattr(this_week, "SHOWN", 1)
        on = monday_of(TODAY()) + timedelta(15)
        html = changed(f"?on={on}")
        assert "1.01 Milestone M3 newly late, promised for" in said(html)
        found = re.search(r'href="([^"]+)">All 2 newly late', html)
        assert found
        listed = client.get(found[1].replace("&amp;", "&"))
        assert {row.milestone.code for row in listed.context["rows"]} == {"M3", "M1"}
        assert f"on={on}" in found[1]

    def test_money_that_moved_is_what_the_figures_differ_by(self, made, changed, client):
        add_entry(made.initiatives["green"], "70000.00", stage=Stage.EXPENDITURE, **SPENT)
        html = changed()
        found = re.search(r'expenditure: <a class="explained" href="([^"]+)">\+<data', html)
        assert found
        answer = client.get(found[1].replace("&amp;", "&"))
        assert answer.status_code == 200
        assert answer.context["cell"].change == Decimal("70000.00")

    def test_in_the_past_it_is_told_from_the_rollup_before(self, made, changed):
        first, second = made.rollups
        text = said(changed(f"?as_of=r{second.as_of}&on={second.on}"))
        assert f"Since {first.code}" in text
        assert "2.01 Initiative 2.01 on track No update" in text

    def test_where_nothing_has_changed_yet_it_tells_of_the_week_before(self, made, changed):
        """As on a Monday morning."""
        first, second = made.rollups
        monday = second.on + timedelta(1)
        text = said(changed(f"?as_of=r{second.revision}&on={monday}"))
        assert f"Nothing yet since {second.code}. Before that, since {first.code}, {day_of(first.on)}:" in text
        assert "2.01 Initiative 2.01 on track No update" in text


# Groups by what is said in an update: name, words of the link to all, the filter of the list, and what is said.
ASKED = [
    ("Decisions requested", "All 2 that ask for a decision", "decision_asked=true", {"decision_needed_fr": "Où ?"}),
    (
        "Doubtful ratings", "All 2 that facts speak against", "disputed=true",
        {"disagreements": ["late_milestones"], "explanation_en": "They catch up."},
    ),
]  # fmt: skip


class TestAttention:
    def test_decisions_that_are_asked_for_and_were_not_overtaken(self, made, show):
        by = {"author": made.people.manager, "reviewer": made.people.pillar_lead}
        asks, overtaken = (
            add_initiative(made.pillars[0], code, lead=made.organizations["CBSA"]) for code in ("1.40", "1.41")
        )
        add_update(asks, made.week, Health.AMBER, decision_needed_en="Choose the second site.", **by)
        add_update(overtaken, made.weeks[1], Health.AMBER, decision_needed_en="Choose the first site.", **by)
        add_update(overtaken, made.week, Health.GREEN, **by)
        html = tab(show(made.people.viewer, "plans/BP/"), "Decisions requested")
        assert "<b>1</b>" in html
        assert "Choose the second site." in html
        assert "Choose the first site." not in html

    @pytest.mark.parametrize("group", ASKED, ids=lambda group: group[0])
    def test_a_count_leads_to_a_list_of_exactly_those(self, made, show, client, monkeypatch, group):
        label, every, query, said_in_week = group
        by = {"author": made.people.manager, "reviewer": made.people.pillar_lead}
        for number, lifecycle in ((40, Lifecycle.UNDERWAY), (41, Lifecycle.NOT_STARTED), (42, Lifecycle.MET)):
            row = add_initiative(
                made.pillars[0], f"1.{number}", lead=made.organizations["CBSA"], lifecycle=lifecycle
            )  # fmt: skip
            add_update(row, made.week, Health.AMBER, **by, **said_in_week)
        for module in (attention_groups, matters):
            monkeypatch.setattr(module, "SHOWN", 1)
        html = tab(show(made.people.viewer, "plans/BP/"), label)
        found = re.search(rf'href="([^"]+)">{every}<', html)
        assert found
        listed = client.get(found[1].replace("&amp;", "&"))
        assert [row.initiative.code for row in listed.context["rows"]] == ["1.40", "1.41"]
        rows = client.get(f"/api/v1/initiatives/?plan=BP&{query}&fields=code").json()["results"]
        assert [row["code"] for row in rows] == ["1.40", "1.41"]
        others = client.get(f"/api/v1/initiatives/?plan=BP&{query.replace('true', 'false')}&fields=code").json()
        assert "1.42" in {row["code"] for row in others["results"]}
        assert len(others["results"]) == Initiative.objects.filter(plan=made.plan).count() - 2

    def test_decisions_stand_with_their_words_among_the_updates(self, made, client):
        by = {"author": made.people.manager, "reviewer": made.people.pillar_lead}
        row = add_initiative(made.pillars[0], "1.43", lead=made.organizations["CBSA"])
        add_update(row, made.week, Health.AMBER, decision_needed_en="Choose the site.", **by)
        client.force_login(made.people.viewer)
        told, others = (
            client.get(f"/api/v1/status-updates/?plan=BP&decision_asked={asked}").json()["results"]
            for asked in ("true", "false")
        )
        assert [one["decision_needed_en"] for one in told] == ["Choose the site."]
        assert others
        assert not any(one["decision_needed_en"] for one in others)

    def test_ratings_that_facts_speak_against(self, made, show):
        claimed = add_initiative(made.pillars[0], "1.42", lead=made.organizations["CBSA"])
        add_update(
            claimed, made.week, Health.GREEN, author=made.people.manager, reviewer=made.people.pillar_lead,
            disagreements=["late_milestones"], explanation_en="They catch up.",
        )  # fmt: skip
        text = said(tab(show(made.people.viewer, "plans/BP/"), "Doubtful ratings"))
        assert "1.42 Initiative 1.42 On track" in text
        assert "When it was submitted: milestones are late against their baseline." in text

    def test_money_that_may_lapse_is_what_the_figure_says(self, made, show, client):
        add_entry(made.initiatives["green"], "500000.00", stage=Stage.EXPENDITURE, **SPENT)
        html = tab(show(made.people.viewer, "plans/BP/?on=2026-11-22"), "May lapse")
        assert "$1.4 M" in said(html)
        found = re.search(r'class="explained" href="([^"]+)"><data class="figure" value="([\d.]+)"', html)
        assert found
        told = client.get(found[1].replace("&amp;", "&")).context["explanation"]
        assert (told.value, told.scope.code) == (Decimal(found[2]), "BP/1.01")

    def test_where_nobody_reports_it_says_that_nothing_is_known(self, made, show):
        html = section(show(made.people.viewer, "plans/BP/?on=2030-01-15"), "attention")
        assert "Nobody has reported: whether anything is off track is not known." in html
        assert "<span>Off track</span>" not in html


class TestAhead:
    def test_milestones_of_the_next_four_weeks_by_their_days(self, made, show):
        soon = monday_of(TODAY()) + timedelta(10)
        add_milestone(made.initiatives["red"], "M5", forecasts=[soon])
        text = said(section(show(made.people.viewer, "plans/BP/"), "next"))
        assert text.index("1.02 Milestone M1") < text.index(f"{soon} 1.03 Milestone M5")
        assert "Due this week: 1" in text
        assert text.index("1.01 Milestone M3") < text.index("Next four weeks: 2")

    def test_of_milestones_this_week_it_says_which_are_met_and_which_were_promised_for_another_day(self, made, show):
        promised = monday_of(TODAY()) - timedelta(20)
        add_milestone(made.initiatives["red"], "M6", baselines=[promised], forecasts=[TODAY()])
        Milestone.objects.filter(pk=made.milestones["due_this_week"].pk).update(actual_on=TODAY())
        text = said(section(show(made.people.viewer, "plans/BP/"), "next"))
        assert f"1.03 Milestone M6 promised for {day_of(promised)}" in text
        assert re.search(rf"1\.01 Milestone M3 met on {day_of(TODAY())}", text)

    def test_outcomes_those_of_the_whole_plan_first(self, made, show):
        of_one = {"level": Level.OUTCOME, "initiative": made.initiatives["green"]}
        add_indicator(made.plan, "A-LOCAL", **of_one)
        wide = add_indicator(made.plan, "WAITING", level=Level.OUTCOME)
        add_target(wide, TODAY() + timedelta(300))
        add_observation(wide, TODAY().replace(day=1) - timedelta(1), "25")
        add_indicator(made.plan, "OUTPUT")
        text = said(section(show(made.people.viewer, "plans/BP/"), "outcomes"))
        assert re.search(r"Indicator WAITING \(seizures\) 25 to [-\d.]+ at least 100 by ", text)
        assert text.index("WAITING") < text.index("A-LOCAL")
        assert "Indicator OUTPUT" not in text

    def test_years_are_drawn_for_wide_and_for_narrow_places(self, made, show):
        html = show(made.people.viewer, "plans/BP/")
        figure = html[html.index('id="money-years"') :]
        assert figure[: figure.index("</figure>")].count("<svg") == 2
