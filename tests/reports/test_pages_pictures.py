"""Initiative, pillar and indicator in pictures: what each draws, what it says where there is nothing to draw, and where
its figures lead."""

import html
import json
import re
from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from initiatives.choices import Accumulation, Level, RollupRule, Stage
from pillars.rules import week_code
from reports.models import WeeklyRollup
from reports.rollups import canonical, digest
from reports.rules import headline
from reports.views import pillar_milestones
from reports.views.sealed_weeks import SealedWeek, Since, sealed_weeks, since
from tests.factories import (
    add_entry,
    add_indicator,
    add_initiative,
    add_milestone,
    add_observation,
    add_pillar,
    add_target,
    kept,
)
from tests.reports.reading import words

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
ONE = "plans/BP/initiatives/1.01/"
PILLAR = "plans/BP/pillars/1/"


def picture(page: str, key: str) -> str:
    """One chart of a page: its drawings, its explanation, its table."""
    start = page.index(f'<figure class="chart" id="{key}">')
    return page[start : page.index("</figure>", start)]


def table(page: str, key: str) -> list[list[str]]:
    """The rows of a chart's data table."""
    body = picture(page, key).split("<tbody>")[1]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)]
    return [[html.unescape(cell) for cell in row] for row in cells]


def source(page: str, key: str) -> str:
    """Where a chart says that its figures come from."""
    [link] = re.findall(r'class="explained" href="([^"]+)"', picture(page, key))
    return html.unescape(link)


def headline_of(page: str) -> str:
    """The headline colour of a plan or pillar, and what is said of it."""
    return page.split('<div class="headline-colour">')[1].split("</div>", maxsplit=1)[0]


class TestInitiative:
    def test_it_is_read_from_what_matters_most_to_what_matters_least(self, made, show):
        page = show(made.people.viewer, ONE)
        order = [
            "status",
            "strip",
            "milestones",
            "timeline",
            "about",
            "slips",
            "money",
            "indicators",
            "updates",
            "history",
        ]
        places = [page.index(f'id="{name}"') for name in order]
        assert places == sorted(places)

    def test_the_strip_has_each_week_and_leads_to_the_rating(self, made, show, client):
        page = show(made.people.viewer, ONE)
        weeks = table(page, "strip")
        assert [row[2] for row in weeks] == ["At risk", "At risk", "On track"]
        assert weeks[-1][:2] == [made.week.code, made.week.starts_on.isoformat()]
        assert client.get(source(page, "strip")).context["explanation"].value == 1
        french = show(made.people.viewer, ONE, language="fr")
        assert [row[2] for row in table(french, "strip")] != [row[2] for row in weeks]

    def test_a_week_without_an_approved_update_is_none_of_the_colours(self, made, show):
        states = [row[2] for row in table(show(made.people.viewer, "plans/BP/initiatives/2.01/"), "strip")]
        # The week that is not over is not one without an update yet; on a Sunday it is.
        assert states == ["On track", "No update", *["No update"] * (TODAY().weekday() == 6)]

    def test_the_timeline_has_every_date_of_what_was_not_cancelled(self, made, show):
        rows = table(show(made.people.viewer, ONE), "timeline")
        first, latest, met = (TODAY() - timedelta(days) for days in (60, 50, 40))
        assert rows[0] == [
            "M1 Milestone M1", first.isoformat(), latest.isoformat(), latest.isoformat(), met.isoformat(),
            "20 days after the first baseline",
        ]  # fmt: skip
        assert rows[1][-1] == "230 days after the first baseline"
        other = show(made.people.viewer, "plans/BP/initiatives/1.02/")
        assert [row[0].split()[0] for row in table(other, "timeline")] == ["M2", "M1"]  # the cancelled one is not there
        assert "What was cancelled is not drawn" in words(other)
        assert "Before the plan was announced (2024-12-17)" in picture(other, "timeline")

    def test_forecasts_that_moved_are_drawn_and_lead_to_all_moves(self, made, show, client):
        page = show(made.people.viewer, ONE)
        assert [row[0] for row in table(page, "slips")] == ["M2 Milestone M2"] * 2
        assert client.get(source(page, "slips")).context["explanation"].value == 1
        assert "No forecast has been moved." in words(show(made.people.viewer, "plans/BP/initiatives/1.02/"))

    def test_of_many_that_moved_eight_are_drawn_and_the_rest_is_told_of(self, made, show):
        for number in range(10, 20):
            day = TODAY() + timedelta(number)
            add_milestone(made.initiatives["amber"], f"M{number}", forecasts=[day, day + timedelta(number)])
        page = show(made.people.viewer, "plans/BP/initiatives/1.02/")
        assert {row[0].split()[0] for row in table(page, "slips")} == {f"M{number}" for number in range(12, 20)}
        assert "Other forecasts moved too, by less." in words(page)

    def test_months_that_are_not_over_are_gaps_in_spending(self, made, show, client):
        one = made.initiatives["green"]
        of_it = {"fiscal_year": 2026, "funding_source": "new", "vote": "operating"}
        for day, dollars in ((date(2026, 5, 4), "300.00"), (date(2026, 6, 10), "50.00")):
            add_entry(one, dollars, stage=Stage.EXPENDITURE, effective_on=day, **of_it)
        page = show(made.people.viewer, f"{ONE}?on=2026-06-15")
        rows = table(page, "burn")
        assert rows[0] == ["April 2026", "$2,000,000.00", "not known", "not known"]
        assert rows[1] == ["May 2026", "$2,000,000.00", "not known", "$300.00"]
        assert rows[2] == ["June 2026", "$2,000,000.00", "not known", "not known"]
        assert [row[0] for row in rows[12:]] == ["Forecast at year end", "At risk of lapsing"]
        assert "By 2026-06-15, $350 is spent." in words(page)
        assert client.get(source(page, "burn")).context["explanation"].value == 350
        assert "Nothing is recorded for the fiscal year 2027-28." in words(
            show(made.people.viewer, f"{ONE}?on=2027-04-01")
        )

    def test_its_indicators_are_drawn_on_their_way(self, made, show):
        found = add_indicator(
            made.plan, initiative=made.initiatives["green"], accumulation=Accumulation.STOCK,
            rollup_rule=RollupRule.LATEST,
        )  # fmt: skip
        bare = add_indicator(made.plan, "BARE", initiative=made.initiatives["green"])
        add_observation(found, date(2026, 4, 30), "25")
        add_target(found, date(2027, 3, 31), "100")
        page = show(made.people.viewer, f"{ONE}?on=2026-11-22")
        assert [row[1:] for row in table(page, f"path-{found.pk}")] == [["Observed", "25"], ["Target", "at least 100"]]
        assert f"path-{bare.pk}" not in page
        assert "Indicator BARE" in words(page)

    def test_the_ledger_is_unfolded_for_who_asks_for_every_entry(self, made, show):
        page = show(made.people.viewer, f"{ONE}?entries=all")
        assert '<details class="folded" open>' in page
        assert '<details class="folded" open>' not in show(made.people.viewer, ONE)

    def test_where_nothing_is_recorded_one_sentence_says_so_and_how_to_begin(self, made, show):
        add_initiative(made.pillars[0], "1.09", lead=made.organizations["CBSA"])
        page = show(made.people.pillar_lead, "plans/BP/initiatives/1.09/")
        assert '<figure class="chart"' not in page
        text = words(page)
        for said in ("how it stands is not known", "No milestones are recorded", "No money is recorded",
                     "No indicators are recorded"):  # fmt: skip
            assert said in text
        for address in ("update/", "milestones/add/", "money/add/", "add-indicator/"):
            assert address in page


def sealed_again(rollup: WeeklyRollup, text: str, *, edition: int) -> WeeklyRollup:
    """Another edition of that rollup's week, which says that."""
    return kept(
        WeeklyRollup(
            plan=rollup.plan, week=rollup.week, edition=edition, code=f"{rollup.code[:-1]}{edition}", on=rollup.on,
            as_of=rollup.as_of, payload=text, sha256=digest(text), previous=rollup, sealed_at=timezone.now(), late=True,
        )
    )  # fmt: skip


def weeks_to(*colours: str, gap: int = 0) -> list[SealedWeek]:
    """Weeks to that of Monday 2026-11-16, oldest first; before the `gap` last ones a week was not sealed."""
    last = date(2026, 11, 16)
    count = len(colours)
    back = [count - 1 - place + (1 if gap and place < count - gap else 0) for place in range(count)]
    return [
        SealedWeek(last - timedelta(weeks=ago), colour, f"R{place}")
        for place, (ago, colour) in enumerate(zip(back, colours, strict=True))
    ]


@pytest.mark.parametrize(
    ("weeks", "first", "begun", "new"),
    [
        (weeks_to("green", "red", "red"), 1, True, False),
        (weeks_to("red", "green", "red"), 2, True, False),
        (weeks_to("red", "red", "red"), 0, False, False),  # what was before is not known
        (weeks_to("red"), 0, False, False),
        (weeks_to("red", "red", "red", gap=2), 1, False, False),
        (weeks_to("green", "red", gap=1), 1, False, False),
        (weeks_to("red", "amber"), 1, False, True),
    ],
)
def test_a_colour_lasts_as_long_as_the_rollups_before_say_it_week_by_week(weeks, first, begun, new):
    for day in (date(2026, 11, 22), date(2026, 11, 30), date(2026, 12, 6)):
        assert since(weeks, "red", on=day) == Since(weeks[first], begun=begun, new=new)
    assert since(weeks, "red", on=date(2026, 12, 7)) is None  # two weeks after the last are not sealed
    assert since([], "red", on=date(2026, 11, 22)) is None


class TestPillar:
    def test_the_strip_says_what_was_sealed_and_computes_nothing_anew(self, made, show, monkeypatch):
        sealed = [json.loads(rollup.payload) for rollup in made.rollups]
        told = [next(one["headline"]["colour"] for one in each["pillars"] if one["number"] == 1) for each in sealed]
        with monkeypatch.context() as patched:
            patched.delattr(headline, "headline")
            weeks = sealed_weeks(made.plan, 1, user=made.people.viewer, on=TODAY())
        assert [(one.monday, one.colour, one.rollup) for one in weeks] == [
            (rollup.week.starts_on, colour, rollup.code) for rollup, colour in zip(made.rollups, told, strict=True)
        ]
        page = show(made.people.viewer, PILLAR)
        assert [row[1] for row in table(page, "strip")] == [
            rollup.week.starts_on.isoformat() for rollup in made.rollups
        ]
        assert source(page, "strip") == f"/en/rollups/{made.rollups[-1].code}/"

    def test_of_a_week_sealed_again_the_newest_edition_speaks(self, made):
        last = made.rollups[-1]
        payload = json.loads(last.payload)
        payload["pillars"][0]["headline"]["colour"] = "red"
        payload["pillars"][1]["headline"] = None  # as in seals older than headlines
        text = canonical(payload)
        sealed_again(last, text, edition=2)
        weeks = sealed_weeks(made.plan, 1, user=made.people.viewer, on=TODAY())
        assert (weeks[-1].colour, weeks[-1].rollup) == ("red", f"{last.code[:-1]}2")
        assert [one.rollup for one in sealed_weeks(made.plan, 2, user=made.people.viewer, on=TODAY())] == [
            made.rollups[0].code
        ]
        before = made.rollups[0].on
        assert [one.monday for one in sealed_weeks(made.plan, 1, user=made.people.viewer, on=before)] == [
            made.rollups[0].week.starts_on
        ]

    def test_the_headline_of_the_plan_is_found_wherever_it_stands(self, made, monkeypatch):
        """Near the beginning of the payload, across its end, or beyond it; and in a seal older than headlines nowhere.
        What people write looks like the payload, and stays text."""
        last = made.rollups[-1]
        payload = json.loads(last.payload)
        said = ',"headline":{"colour":"red"},"initiatives":[],"pillars":[]'
        payload["headline"] |= {"colour": "amber", "override": {"colour": "green", "reason_en": said}}
        payload["changes"]["since"] = said
        text = canonical(payload)
        second = sealed_again(last, text, edition=2)
        first = json.loads(made.rollups[0].payload)["headline"]["colour"]
        at = text.index(',"headline":')
        for beginning in (len(text), at + 30, at - 30):
            monkeypatch.setattr("reports.views.sealed_weeks.BEGINNING", beginning)
            weeks = sealed_weeks(made.plan, None, user=made.people.viewer, on=TODAY())
            assert [(one.colour, one.rollup) for one in weeks] == [
                (first, made.rollups[0].code), ("amber", second.code),
            ]  # fmt: skip
        old = canonical(
            {name: value for name, value in payload.items() if name not in ("headline", "changes", "pillars")}
            | {"pillars": []}
        )
        sealed_again(second, old, edition=3)
        assert [one.rollup for one in sealed_weeks(made.plan, None, user=made.people.viewer, on=TODAY())] == [
            made.rollups[0].code
        ]

    @pytest.mark.parametrize("pillar", [None, 1])
    def test_it_says_since_when_the_headline_has_its_colour(self, made, show, pillar):
        """On the overview of the plan, and on the page of a pillar; on the day after the last week that is sealed."""
        last = made.rollups[-1]
        on = last.on + timedelta(1)
        address = f"plans/BP/?on={on}" if pillar is None else f"{PILLAR}?on={on}"
        weeks = sealed_weeks(made.plan, pillar, user=made.people.viewer, on=on)
        payload = json.loads(last.payload)
        part = payload if pillar is None else next(one for one in payload["pillars"] if one["number"] == pillar)
        assert (weeks[-1].colour, weeks[-1].rollup) == (part["headline"]["colour"], last.code)
        shown = headline_of(show(made.people.viewer, address))
        colour = re.search(r"state-([a-z_]+)", shown)[1]
        found = since(weeks, colour, on=on)
        said = "new since" if found.new else "since" if found.begun else "at least since"
        named = found.first.rollup if found.new else week_code(found.first.monday)
        assert f"· {said} {named}: weekly rollup" in " ".join(html.unescape(strip_tags(shown)).split())
        assert f'href="/en/rollups/{found.first.rollup}/"' in shown
        # Of a part of the whole, and before any week is sealed, it says nothing.
        for who, day in [(made.people.manager, on), (made.people.viewer, made.rollups[0].on - timedelta(1))]:
            assert "rollups/" not in headline_of(show(who, address.replace(str(on), str(day))))

    def test_who_sees_a_part_is_shown_no_headline_of_the_whole(self, made, show):
        assert sealed_weeks(made.plan, 1, user=made.people.manager, on=TODAY()) == []
        assert sealed_weeks(made.plan, None, user=made.people.manager, on=TODAY()) == []
        page = show(made.people.manager, PILLAR)
        assert 'id="strip"' not in page
        assert "that you may read is published" not in words(page)

    def test_milestones_that_press_are_drawn_and_each_leads_to_its_own(self, made, show, client):
        add_milestone(made.initiatives["red"], "FAR", forecasts=[TODAY() + timedelta(60)])
        page = show(made.people.viewer, PILLAR)
        assert [row[0].split()[:2] for row in table(page, "timeline")] == [
            ["1.01", "M2"],
            ["1.01", "M3"],
            ["1.02", "M1"],
        ]
        assert 'href="/en/plans/BP/initiatives/1.01/#milestone-M2"' in page
        assert "1 late, 1 due this week, 1 in the next four weeks." in words(page)
        assert client.get(source(page, "timeline")).context["explanation"].value == 1
        for address in re.findall(r'href="(/en/plans/BP/milestones/[^"]+)"', page):
            assert client.get(html.unescape(address)).status_code == 200, address

    def test_of_many_the_longest_late_are_drawn(self, made, show, monkeypatch):
        monkeypatch.setattr(pillar_milestones, "DRAWN", 2)
        page = show(made.people.viewer, PILLAR)
        assert [row[0].split()[:2] for row in table(page, "timeline")] == [["1.01", "M2"], ["1.01", "M3"]]
        assert "The first of them are drawn." in words(page)

    def test_money_by_year_and_indicators(self, made, show):
        pillar, one = made.pillars[0], made.initiatives["green"]
        scopes = [{"initiative": one}] * 6 + [{"pillar": pillar}, {"pillar": pillar, "level": Level.OUTCOME}, {}]
        found = [add_indicator(made.plan, f"I{n}", **scope) for n, scope in enumerate(scopes)]
        for each in found:
            add_target(each, date(2027, 3, 31), "100")
            add_target(each, date(2028, 3, 31), "150")
        page = show(made.people.viewer, f"{PILLAR}?on=2026-11-22")
        assert table(page, "years") == [
            ["2025-26", "$300,000.33", "$5,000,000.00", "$1,250,000.10"],
            ["2026-27", "not known", "$2,000,000.00", "not known"],
        ]
        drawn = [int(key) for key in re.findall(r'id="path-(\d+)">', page)]
        assert drawn == [found[7].pk, found[6].pk, *(each.pk for each in found[:4])]
        assert "/en/plans/BP/indicators/?pillar=1&amp;on=2026-11-22" in page

    def test_a_pillar_of_which_nothing_is_known_says_so(self, made, show):
        add_pillar(made.plan, 3)
        page = show(made.people.viewer, "plans/BP/pillars/3/")
        assert '<figure class="chart"' not in page
        text = words(page)
        for said in ("once a weekly rollup that you may read is published.", "No milestone is late",
                     "No money is recorded", "what comes of it is not known"):  # fmt: skip
            assert said in text


class TestIndicator:
    PAGE = "plans/BP/indicators/SEIZED/?on=2026-11-22"

    def test_years_are_drawn_once_and_the_one_under_way_is_told(self, made, show):
        found = add_indicator(made.plan)
        add_observation(found, date(2025, 3, 31), "30", period_start=date(2024, 4, 1))
        add_observation(found, date(2026, 3, 31), "40", period_start=date(2025, 4, 1))
        add_observation(found, date(2026, 4, 30), "3")
        page = show(made.people.viewer, self.PAGE)
        assert table(page, f"path-{found.pk}") == [["2024-25", "Observed", "30"], ["2025-26", "Observed", "40"]]
        assert "Years that are over are drawn. 2026-27, to 2026-04-30: 3" in words(page)
        assert 'class="bars"' not in page

    def test_periods_stand_beside_bars_of_years(self, made, show):
        found = add_indicator(made.plan, accumulation=Accumulation.STOCK, rollup_rule=RollupRule.LATEST)
        add_observation(found, date(2026, 3, 31), "2")
        add_observation(found, date(2026, 4, 30), "3")
        page = show(made.people.viewer, self.PAGE)
        assert table(page, f"path-{found.pk}") == [
            ["2026-03-01 to 2026-03-31", "Observed", "2"],
            ["2026-04-01 to 2026-04-30", "Observed", "3"],
        ]
        assert 'class="bars"' in page

    def test_without_anything_it_says_so_and_offers_a_target(self, made, show):
        add_indicator(made.plan)
        page = show(made.people.plan_admin, self.PAGE)
        assert "Neither a value nor a target is known" in words(page)
        assert "targets/set/" in page

    def test_a_year_of_which_a_part_is_known_is_told_from_whole_ones(self, made, show):
        found = add_indicator(made.plan)
        add_observation(found, date(2024, 3, 31), "30", period_start=date(2023, 4, 1))
        add_observation(found, date(2024, 9, 30), "3", period_start=date(2024, 4, 1))
        page = show(made.people.viewer, self.PAGE)
        assert [row[1:] for row in table(page, f"path-{found.pk}")] == [["Observed", "30"], ["Part of a year", "3"]]

    def test_one_value_alone_is_no_picture(self, made, show):
        found = add_indicator(made.plan, accumulation=Accumulation.STOCK, rollup_rule=RollupRule.LATEST)
        add_observation(found, date(2026, 4, 30), "3")
        page = show(made.people.viewer, self.PAGE)
        assert f'id="path-{found.pk}"' not in page
        assert "There is too little to draw yet" in words(page)
