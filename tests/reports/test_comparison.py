"""Pages beside themselves at another moment: what differs says what it was, and leads to why."""

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from initiatives.choices import ObservationKind, Stage
from initiatives.models import Initiative, LedgerEntry, Milestone, MilestoneForecast
from reports import comparison
from reports.figures import FIGURES, declaration
from tests.factories import (
    add_entry,
    add_indicator,
    add_initiative,
    add_initiative_place,
    add_milestone,
    add_observation,
    add_pillar,
    add_target,
    kept,
)
from tests.rows import add_many
from tests.scenarios import small_plan
from tracker.errors import Invalid
from tracker.models import Place
from tracker.timemachine import Actor, head, revision
from tracker.timemachine.moments import Moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return small_plan()


@pytest.fixture
def reader(plan, client):
    client.force_login(plan.people.plan_admin)
    return client


def marks(answer) -> list[tuple[str, str]]:
    """What was something else: where it leads, and what it says."""
    found = re.findall(r'<a class="was" href="([^"]+)">(.*?)</a>', answer.content.decode(), re.DOTALL)
    return [(unescape(url), " ".join(re.sub(r"<[^>]+>", " ", text).split()).replace(" :", ":")) for url, text in found]


def test_a_page_beside_itself_says_nothing(plan, reader):
    for address in (
        "", "pillars/1/", "initiatives/", "initiatives/1.01/", "money/", "milestones/", "places/", "indicators/",
    ):  # fmt: skip
        answer = reader.get(f"/en/plans/BP/{address}?compare=now")
        assert answer.status_code == 200, address
        assert b"Compared with another moment" in answer.content
        assert marks(answer) == []


def test_figures_say_what_they_were_and_lead_to_rows_that_make_the_difference(plan, reader):
    then = head()
    before = reader.get("/en/plans/BP/").context["milestones_met"].total
    late = plan.milestones["late"]
    with revision(by=Actor(user=plan.people.plan_admin), reason="Met after all"):
        Milestone.objects.filter(pk=late.pk).update(actual_on=plan.week.starts_on)
    answer = reader.get(f"/en/plans/BP/?compare=r{then}")
    now = answer.context["milestones_met"].total
    assert now == before + 1
    found = {text.split(":")[0]: url for url, text in marks(answer) if "milestones_met" in url}
    # The pillar's own leaves the reason to the page that it leads to.
    assert set(found) == {f"was {before} (late fact) Milestones met", f"was {before} Milestones met"}
    why = reader.get(found[f"was {before} (late fact) Milestones met"])
    assert why.status_code == 200
    assert f"1.01/#milestone-{late.code}" in why.content.decode() or late.code in why.content.decode()


def test_sums_of_a_year_and_cells_of_a_bar_say_what_they_were(plan, reader):
    then = head()
    with revision(by=Actor(user=plan.people.plan_admin), reason="More"):
        Initiative.objects.filter(code="1.01").update(lifecycle="not_pursued", not_pursued_reason="No need any more")
    add_entry(plan.initiatives["green"], "1000.00")
    urls = [url for url, _ in marks(reader.get(f"/en/plans/BP/?compare=r{then}"))]
    [balance, *_] = [url for url in urls if "/figures/free_balance/" in url]
    # A fiscal year is several cells, of its organizations: the difference of the whole figure tells of each.
    assert "2025-26" in reader.get(balance).content.decode()
    assert any("/figures/health/" in url and "bucket=green" in url for url in urls)


def test_a_pillar_that_was_not_there_was_not_zero(plan, reader):
    then = head()
    new = add_pillar(plan.plan, 9)
    add_milestone(add_initiative(new, "9.01", lead=plan.organizations["CBSA"]), "M1")
    found = [(url, text) for url, text in marks(reader.get(f"/en/plans/BP/?compare=r{then}")) if "scope=BP%2F9" in url]
    assert found
    assert all(text.startswith("was not known") for _, text in found)


def test_a_page_of_the_past_is_compared_with_what_was_known_by_then(plan, reader):
    then = head()
    add_milestone(plan.initiatives["green"], "M9")
    assert marks(reader.get(f"/en/plans/BP/?as_of=r{then}&compare=now")) == []
    assert reader.get(f"/en/plans/BP/?as_of=r{then}&compare=r{then - 1}").status_code == 200
    later = reader.get(f"/en/plans/BP/?as_of=r{then}&compare=r{head()}")
    assert later.status_code == 400
    assert "compare" in later.content.decode()


def test_a_page_of_the_past_is_not_compared_with_a_later_day(plan):
    """It would be shown by what was known before it came."""
    today = timezone.localdate()
    past = Moment(head(), timezone.now(), today - timedelta(days=1), text="r1")
    request = RequestFactory().get("/", {"compare": today.isoformat()})
    request.moment = past
    with pytest.raises(Invalid) as refused:
        comparison.asked_point(request, plan.plan)
    assert f"what was known on {past.on}" in refused.value.fields["compare"]
    request.moment = replace(past, on=today)
    assert comparison.asked_point(request, plan.plan).on == today


def test_a_state_that_nobody_is_in_any_more_says_how_many_were(plan, reader):
    """On the bars of a pillar and of its plan; without a comparison it has no place there."""
    then = head()
    with revision(by=Actor(user=plan.people.plan_admin), reason="Begun"):
        Initiative.objects.filter(code="2.02").update(lifecycle="underway")
    for address, bars in (("", 2), ("pillars/2/", 1)):
        compared = reader.get(f"/en/plans/BP/{address}?compare=r{then}")
        found = [text for url, text in marks(compared) if "/health/" in url and "bucket=not_started" in url]
        assert len(found) == bars, address
        assert all(text.startswith("was 1") for text in found), found
        main = reader.get(f"/en/plans/BP/{address}").content.decode().partition("<main")[2]
        assert "bucket=not_started" not in main, address


def test_headlines_say_which_colour_they_were(plan, reader):
    then = head()
    with revision(by=Actor(user=plan.people.plan_admin), reason="Done"):
        Initiative.objects.filter(pillar=plan.pillars[0]).update(lifecycle="met")
    rows = reader.get(f"/en/plans/BP/?compare=r{then}").context["pillar_rows"]
    told = {row.pillar and row.pillar.number: (row.before, row.headline.colour) for row in rows}
    assert told[1] == ("red", "none")
    assert told[2][0] == ""
    assert told[None][0] == "red" != told[None][1]
    for row in rows:
        if row.before:
            assert reader.get(row.why_url).status_code == 200


def test_rows_say_what_they_were(plan, reader):
    then = head()
    with revision(by=Actor(user=plan.people.plan_admin), reason="Begun"):
        Initiative.objects.filter(code="2.04").update(lifecycle="underway")
    for address in ("initiatives/", "pillars/2/"):
        texts = [
            text for url, text in marks(reader.get(f"/en/plans/BP/{address}?compare=r{then}")) if "within=2.04" in url
        ]
        assert any(text.startswith("was ") for text in texts), address
    listed = dict(marks(reader.get(f"/en/plans/BP/initiatives/?compare=r{then}")))
    [history] = {url for url in listed if "within=2.04" in url}
    assert b"Begun" in reader.get(history).content


def test_health_that_turned_with_the_week_leads_to_what_tells_so(plan, reader):
    """No revision says so: the history of the initiative would be empty."""
    later = (timezone.localdate() + timedelta(30)).isoformat()
    for address in ("initiatives/", "initiatives/1.01/", "pillars/1/", "places/"):
        if address == "places/":
            add_initiative_place(plan.initiatives["green"], Place.objects.get(code="WINDSOR"))
        found = marks(reader.get(f"/en/plans/BP/{address}?on={later}&compare=now"))
        urls = [url for url, text in found if text.startswith("was on track") and "scope=BP%2F1.01" in url]
        assert urls, address
        why = reader.get(urls[0])
        assert why.status_code == 200, address
        assert "1.01" in why.content.decode()
        assert why.context["groups"], address


def test_a_rollup_counts_by_the_figures_that_it_names(plan, reader, monkeypatch):
    newer = replace(FIGURES["milestones"], version=2, rows=FIGURES["milestones_met"].rows)
    monkeypatch.setitem(FIGURES, "milestones", newer)
    monkeypatch.setitem(declaration._VERSIONS, ("milestones", 2), newer)
    answer = reader.get(f"/en/plans/BP/?compare={plan.rollups[-1].code}")
    told = {text for url, text in marks(answer) if "/figures/milestones/" in url and "scope=BP&" in url}
    assert answer.context["milestones"].total == 1
    assert told
    assert all(text.startswith("was 4 (") and "rule change" in text for text in told)


def test_what_was_not_there_says_so(plan, reader):
    then = head()
    add_milestone(plan.initiatives["green"], "M9")
    page = reader.get(f"/en/plans/BP/initiatives/1.01/?compare=r{then}").content.decode()
    row = page[page.index('id="milestone-M9"') :]
    assert "was not there" in row[: row.index("</tr>")]


def test_the_initiative_says_what_its_health_and_dates_were(plan, reader):
    then, late = head(), plan.milestones["late"]
    with revision(by=Actor(user=plan.people.plan_admin), reason="Done"):
        Milestone.objects.filter(pk=late.pk).update(actual_on=plan.week.starts_on)
    found = marks(reader.get(f"/en/plans/BP/initiatives/1.01/?compare=r{then}"))
    assert any("was without a date" in text and "/history/milestone/" in url for url, text in found)


@pytest.mark.parametrize("text", ["2999-01-01", "yesterday", "r0", "r99999999", "BP-1999-W01-e1"])
def test_no_moment_is_refused_by_its_name(plan, reader, text):
    answer = reader.get(f"/en/plans/BP/?compare={text}")
    assert answer.status_code in (400, 404, 422)
    assert "compare" in answer.content.decode()


def test_the_control_keeps_filters_and_steps_by_weeks(plan, reader):
    page = reader.get("/en/plans/BP/initiatives/?lifecycle=underway&compare=r5").content.decode()
    control = page[page.index('class="date-control"') : page.index("</form>", page.index('class="date-control"'))]
    assert '<input type="hidden" name="lifecycle" value="underway">' in control
    assert 'name="compare" value="r5"' in control
    assert control.count('name="compare"') == 1


def test_a_page_that_cannot_be_compared_does_not_offer_it(plan, reader):
    page = reader.get("/en/plans/BP/rollups/").content.decode()
    assert 'name="as_of"' in page
    assert 'name="compare"' not in page


def test_reasons_of_a_large_plan_are_left_to_the_pages_that_tell_them(plan, reader, monkeypatch):
    then = head()
    add_milestone(plan.initiatives["green"], "M9", baselines=[timezone.localdate() - timedelta(9)])
    told = [text for _url, text in marks(reader.get(f"/en/plans/BP/?compare=r{then}"))]
    assert any("(change of scope)" in text for text in told)
    monkeypatch.setattr(comparison, "EXPLAINED", 6)
    left = [text for _url, text in marks(reader.get(f"/en/plans/BP/?compare=r{then}"))]
    assert [text.replace(" (change of scope)", "") for text in told] == left
    assert not any("(" in text for text in left)


class TestMoney:
    """Amounts by fiscal year and organization as they were."""

    def test_amounts_say_what_they_were_and_why(self, plan, reader):
        then = head()
        add_entry(plan.initiatives["red"], "500.00", stage=Stage.EXPENDITURE, effective_on=date(2025, 9, 1))
        found = marks(reader.get(f"/en/plans/BP/money/?compare=r{then}"))
        by_organization = [text for url, text in found if "money_by_organization" in url]
        assert by_organization == ["was not known (late fact) expenditure: why"]
        year = [text for url, text in found if "/money/" in url]
        assert year == ["was $1.3 M (late fact) expenditure: why"]
        assert any("/overspent/" in url for url, _text in found)
        for url, _text in found:
            assert reader.get(url).status_code == 200, url

    def test_the_filters_hold_at_both_moments(self, plan, reader):
        then = head()
        add_entry(plan.initiatives["red"], "500.00", stage=Stage.EXPENDITURE, effective_on=date(2025, 9, 1))
        for query, differs in (
            ("pillar=1", True), ("pillar=2", False), ("organization=CBSA", False), ("organization=RCMP", True),
            ("fiscal_year=2026", False), ("fiscal_year=2025&pillar=1", True),
        ):  # fmt: skip
            answer = reader.get(f"/en/plans/BP/money/?{query}&compare=r{then}")
            assert answer.status_code == 200, query
            assert bool(marks(answer)) is differs, query

    def test_what_is_known_no_more_says_so_in_its_place_or_is_listed(self, plan, reader):
        there = add_entry(plan.initiatives["red"], "500.00", stage=Stage.EXPENDITURE, effective_on=date(2025, 9, 1))
        gone = add_entry(plan.initiatives["red"], "70.00", fiscal_year=2027, effective_on=date(2025, 9, 1))
        then = head()
        for one in (there, gone):
            kept(
                LedgerEntry(
                    line=one.line, stage=one.stage, amount=-one.amount, effective_on=one.effective_on, reverses=one,
                    note="Another plan's",
                )
            )  # fmt: skip
        answer = reader.get(f"/en/plans/BP/money/?compare=r{then}")
        found = marks(answer)
        assert "was $500 (correction) expenditure: why" in [text for _url, text in found]
        assert "Known then, and not here" in answer.content.decode()
        assert any((one.was.value, one.was.reason) == (70, "correction") for one in answer.context["gone"])
        assert all("2027-28" in one.label for one in answer.context["gone"])
        assert all(reader.get(url).status_code == 200 for url, _text in found)


class TestMilestones:
    """Dates and states as they were."""

    def test_dates_say_what_they_were_with_the_reason_that_was_given(self, plan, reader):
        then, late = head(), plan.milestones["late"]
        was = late.forecasts.latest("pk").date
        kept(
            MilestoneForecast(
                milestone=late, date=was + timedelta(30), reason="The towers come later.", made_at=timezone.now()
            )
        )
        found = marks(reader.get(f"/en/plans/BP/milestones/?compare=r{then}"))
        assert [text for _url, text in found] == [f"was {was.isoformat()} (The towers come later.): why"]
        assert b"The towers come later." in reader.get(found[0][0]).content

    def test_states_and_figures_say_what_they_were(self, plan, reader):
        then = head()
        with revision(by=Actor(user=plan.people.plan_admin), reason="Done"):
            Milestone.objects.filter(pk=plan.milestones["late"].pk).update(actual_on=plan.week.starts_on)
        add_milestone(plan.initiatives["red"], "M9")
        answer = reader.get(f"/en/plans/BP/milestones/?compare=r{then}&late=")
        texts = [text for _url, text in marks(answer)]
        assert "was late: why" in texts
        assert "was without a date: why" in texts
        assert any(text.startswith("was 1 (late fact)") for text in texts)
        assert "was not there" in answer.content.decode()
        assert all("compare=r" in url for _label, url, _current in answer.context["quick"])


def test_places_say_what_happened_there(plan, reader):
    windsor = Place.objects.get(code="WINDSOR")
    add_initiative_place(plan.initiatives["green"], windsor)
    then = head()
    add_initiative_place(plan.initiatives["red"], windsor)
    add_initiative_place(plan.initiatives["red"], Place.objects.get(code="LAB-1"))
    answer = reader.get(f"/en/plans/BP/places/?compare=r{then}")
    texts = [text for _url, text in marks(answer)]
    assert sorted(texts) == ["was 1 Initiatives: why", "was 1 Places: why", "was not there: why"]
    for url, _text in marks(answer):
        assert reader.get(url).status_code == 200, url
    [lab] = answer.context["apart"]
    assert lab.new


def test_indicators_say_what_they_came_to(plan, reader):
    today = timezone.localdate()
    seized = add_indicator(plan.plan, initiative=plan.initiatives["green"])
    first = add_target(seized, today + timedelta(300))
    month = today.replace(day=1) - timedelta(1)
    value = add_observation(seized, month, "25")
    then = head()
    add_observation(
        seized, month, "24", period_start=value.period_start, kind=ObservationKind.CORRECTION, supersedes=value,
        reason="Counted twice.",
    )  # fmt: skip
    add_target(seized, first.due_on, "120", number=2, reason="More officers.")
    add_indicator(plan.plan, "NEW")
    answer = reader.get(f"/en/plans/BP/indicators/?compare=r{then}")
    counted, *texts = [text for _url, text in marks(answer)]
    assert counted.startswith("was 0 ")
    assert "no target" in counted
    assert texts == ["was 25 (Counted twice.): why", "was at least 100 (More officers.): why"]
    assert "was not there" in answer.content.decode()


@pytest.mark.parametrize("address", ["", "money/", "milestones/", "places/", "indicators/"])
def test_more_rows_cost_a_comparison_no_more_queries(plan, reader, address):
    then = head()
    add_many(plan.pillars[0], plan.weeks[1], range(20, 30), lead=plan.organizations["CBSA"])

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(f"/en/plans/BP/{address}?compare=r{then}").status_code == 200
        return len(queries)

    cost()
    few = cost()
    add_many(plan.pillars[0], plan.weeks[1], range(30, 60), lead=plan.organizations["CBSA"])
    assert cost() <= few
