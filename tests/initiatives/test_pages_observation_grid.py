"""The grid of an indicator's year: what it shows, records, changes and refuses."""

import re
from datetime import date
from decimal import Decimal

import pytest

from initiatives.choices import Accumulation, Measure, ObservationKind, RollupRule
from initiatives.models import Observation
from tests.factories import (
    add_indicator,
    add_initiative,
    add_observation,
    add_organization,
    add_pillar,
    add_place,
    add_plan,
    add_user,
)
from tests.initiatives.test_pages_indicators import words
from tracker.choices import Role
from tracker.timemachine import head

pytestmark = pytest.mark.django_db
PAGE = "/en/plans/BP/indicators/TEAMS/"
GRID = f"{PAGE}observations/grid/"
APRIL, MAY, JUNE = "2025-04-01_2025-04-30", "2025-05-01_2025-05-31", "2025-06-01_2025-06-30"


@pytest.fixture
def initiative():
    return add_initiative(add_pillar(add_plan()), lead=add_organization())


@pytest.fixture
def indicator(initiative):
    """Seizures by month: two of last year, one of this."""
    made = add_indicator(initiative.plan, "TEAMS", initiative=initiative)
    add_observation(made, date(2024, 4, 30), "4500", source="CBSA")
    add_observation(made, date(2024, 5, 31), "4700", source="CBSA")
    add_observation(
        made, date(2025, 4, 30), "5000", source="CBSA", source_url="https://example.org/", official=True,
        published_on=date(2025, 5, 9), qualifier="about",
    )  # fmt: skip
    return made


@pytest.fixture
def manager(client, initiative):
    client.force_login(add_user("manager", role=Role.MANAGER, scope="BP/1.01"))
    return client


def shown(client, query="?year=2025"):
    """What the form would send if nothing were typed."""
    page = client.get(f"{GRID}{query}").content.decode()
    form = page[page.index('<form method="post"') :]
    sent = dict(re.findall(r'<input type="(?:text|number|hidden)" name="([^"]+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.S):
        sent[name] = (re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)).group(
            1
        )
    return sent


def cells(**rows):
    """`april={"value": 5}` as the fields are called."""
    keys = {"april": APRIL, "may": MAY, "june": JUNE}
    return {f"{keys[row]}-{name}": value for row, given in rows.items() for name, value in given.items()}


def refused(client, sent, query="?year=2025"):
    before = head()
    response = client.post(f"{GRID}{query}", sent)
    assert response.status_code == 422
    assert head() == before
    return response


def errors(response):
    return {name: " ".join(found) for name, found in response.context["form"].errors.items()}


class TestShows:
    def test_each_month_beside_the_year_before_and_what_is_recorded(self, manager, indicator):
        assert f'href="{GRID}"' in manager.get(PAGE).content.decode()
        response = manager.get(f"{GRID}?year=2025")
        text = words(response)
        assert "2025-04-01 to 2025-04-30 4,500 about 5,000" in text
        assert "2025-05-01 to 2025-05-31 4,700 nothing recorded" in text
        assert "2026-03-01 to 2026-03-31" in text
        assert len(response.context["lines"]) == 12
        sent = shown(manager)
        assert (sent[f"{APRIL}-value"], sent[f"{APRIL}-availability"], sent[f"{MAY}-seen"]) == ("5000", "reported", "0")
        assert sent["source"] == "CBSA"
        assert f"{MAY}-change" not in sent

    def test_without_a_choice_the_year_and_the_periods_that_come_next(self, manager, indicator):
        assert manager.get(GRID).context["grid"].year == 2025
        add_observation(indicator, date(2026, 3, 31), "1", period_start=date(2026, 1, 1))
        add_observation(indicator, date(2026, 6, 30), "1", period_start=date(2026, 4, 1))
        grid = manager.get(GRID).context["grid"]
        assert (grid.year, grid.step) == (2026, "quarter")

    @pytest.mark.parametrize(("step", "count", "others"), [("quarter", 4, 1), ("year", 1, 1), ("recorded", 12, 0)])
    def test_other_periods(self, manager, indicator, step, count, others):
        response = manager.get(f"{GRID}?year=2025&step={step}")
        assert len(response.context["lines"]) == count
        assert response.context["grid"].others == others
        assert ("show them as recorded" in words(response)) == bool(others)

    @pytest.mark.parametrize(
        ("calendar", "first"), [("calendar", "2025-01-01 to 2025-01-31"), ("us_fiscal", "2025-10-01 to 2025-10-31")]
    )
    def test_the_years_of_other_calendars(self, manager, initiative, calendar, first):
        add_indicator(initiative.plan, "TEAMS", initiative=initiative, calendar=calendar)
        assert manager.get(f"{GRID}?year=2025").context["lines"][0].label == first

    def test_what_has_not_ended_cannot_be_written(self, manager, indicator):
        year = manager.get(GRID).context["chosen"].fields["year"].choices[0][0]
        response = manager.get(f"{GRID}?year={year}&step=year")
        assert "has not ended yet" in words(response)
        assert response.context["lines"][0].numbers == []

    @pytest.mark.parametrize("query", ["year=1999", "year=x", "step=week", "place=NOWHERE", "bogus=1"])
    def test_what_cannot_be_shown_is_refused(self, manager, indicator, query):
        assert manager.get(f"{GRID}?{query}").status_code == 400

    def test_only_for_those_who_record_and_in_the_present(self, manager, indicator, client):
        assert manager.get(f"{GRID}?as_of=r{head()}").status_code == 403
        client.force_login(add_user(role=Role.VIEWER, scope="BP"))
        assert client.get(GRID).status_code == 403
        client.force_login(add_user(role=Role.MANAGER, scope="BP/9.01"))
        assert client.get(GRID).status_code == 404

    def test_a_year_costs_the_same_however_much_is_recorded(self, manager, indicator, django_assert_max_num_queries):
        with django_assert_max_num_queries(40) as one:
            manager.get(f"{GRID}?year=2025")
        for month in range(5, 13):
            add_observation(indicator, date(2025, month, 28), "1")
        with django_assert_max_num_queries(len(one)):
            manager.get(f"{GRID}?year=2025")


class TestRecords:
    def test_what_is_typed_in_one_revision_and_nothing_else(self, manager, indicator):
        sent = shown(manager) | cells(may={"value": "0"}, june={"availability": "not_available", "source": "A letter"})
        before = head()
        response = manager.post(f"{GRID}?year=2025", sent, follow=True)
        assert "2 values are recorded." in words(response)
        assert head() == before + 1
        may, june = Observation.objects.filter(revision=head()).order_by("period_end")
        assert (may.value, may.source, may.kind) == (0, "CBSA", ObservationKind.ORIGINAL)
        assert (june.value, june.availability, june.source) == (None, "not_available", "A letter")
        assert may.period_start == date(2025, 5, 1)

    def test_nothing_typed_records_nothing(self, manager, indicator):
        assert "Nothing differs" in words(refused(manager, shown(manager)), 422)

    def test_another_value_is_a_correction_or_a_restatement_with_a_reason(self, manager, indicator):
        sent = shown(manager) | cells(april={"value": "5100"}, may={"value": "1"})
        assert set(errors(refused(manager, sent))) == {f"{APRIL}-change"}
        sent[f"{APRIL}-change"] = "correction"
        assert set(errors(refused(manager, sent))) == {f"{APRIL}-reason"}
        assert manager.post(f"{GRID}?year=2025", sent | cells(april={"reason": "typing error"})).status_code == 302
        old, new = Observation.objects.filter(period_end=date(2025, 4, 30)).order_by("pk")
        assert (old.value, new.value, new.supersedes, new.kind) == (5000, 5100, old, ObservationKind.CORRECTION)
        kept = (new.reason, new.qualifier, new.official, new.source_url, new.published_on)
        assert kept == ("typing error", "about", True, "https://example.org/", date(2025, 5, 9))

    def test_another_source_is_not_published_where_the_old_one_was(self, manager, indicator):
        change = {"source": "Newer page", "value": "5200", "change": "restatement", "reason": "The page says so."}
        manager.post(f"{GRID}?year=2025", shown(manager) | cells(april=change))
        new = Observation.objects.get(kind=ObservationKind.RESTATEMENT)
        assert (new.source, new.source_url, new.official, new.published_on) == ("Newer page", "", False, None)

    def test_a_change_that_changes_nothing_is_told(self, manager, indicator):
        sent = shown(manager) | cells(april={"change": "correction", "reason": "why"})
        assert "what is recorded already" in errors(refused(manager, sent))[f"{APRIL}-value"]

    def test_every_wrong_cell_is_named_and_none_is_recorded(self, manager, indicator):
        sent = shown(manager) | cells(
            april={"value": "", "change": "correction", "reason": "x"}, may={"value": "many"}, june={"value": "7"}
        )
        response = refused(manager, sent)
        assert set(errors(response)) == {f"{MAY}-value"}
        page = response.content.decode()
        assert 'value="many"' in page
        assert f'aria-describedby="id_{MAY}-value_error"' in page
        assert f'href="#id_{MAY}-value"' in page
        bad = cells(may={"value": "5", "availability": "suppressed"}, june={"value": "", "source": "A letter"})
        assert errors(refused(manager, sent | bad)) == {
            f"{APRIL}-value": "Write the number; where there is none, say why by the availability.",
            f"{MAY}-value": "What is not reported has no number, not even zero. Leave it empty.",
            f"{JUNE}-value": "Write the number; where there is none, say why by the availability.",
        }

    def test_a_place_has_a_grid_of_its_own(self, manager, indicator):
        place = add_place()
        query = "?year=2025&place=WINDSOR"
        assert "nothing recorded" in words(manager.get(f"{GRID}{query}"))
        assert manager.post(f"{GRID}{query}", cells(april={"value": "3", "seen": "0"})).status_code == 302
        assert Observation.objects.get(place=place).value == 3


class TestOtherKinds:
    def test_a_ratio_has_both_parts(self, manager, initiative):
        add_indicator(
            initiative.plan, "TEAMS", initiative=initiative, measure=Measure.RATIO, rollup_rule=RollupRule.RATIO
        )
        sent = {f"{APRIL}-numerator": "1", f"{APRIL}-denominator": "0", f"{MAY}-numerator": "1"}
        assert set(errors(refused(manager, sent))) == {f"{APRIL}-denominator", f"{MAY}-denominator"}
        sent |= {f"{APRIL}-denominator": "4", f"{MAY}-denominator": "2"}
        assert manager.post(f"{GRID}?year=2025", sent).status_code == 302
        assert [(row.numerator, row.denominator) for row in Observation.objects.order_by("pk")] == [(1, 4), (1, 2)]

    def test_a_running_total_does_not_fall_within_the_grid_either(self, manager, initiative):
        add_indicator(
            initiative.plan, "TEAMS", initiative=initiative, accumulation=Accumulation.RUNNING_TOTAL,
            rollup_rule=RollupRule.LATEST,
        )  # fmt: skip
        sent = {"2025-04-30-value": "10", "2025-05-31-value": "9"}
        assert "does not fall" in errors(refused(manager, sent))["2025-05-31-value"]
        assert manager.post(f"{GRID}?year=2025", sent | {"2025-05-31-value": "12"}).status_code == 302
        starts = Observation.objects.values_list("period_start", flat=True)
        assert set(starts) == {date(2025, 4, 1)}
        # A correction of the first lets the second be what it is.
        sent = shown(manager) | {
            "2025-05-31-value": "8", "2025-05-31-change": "correction", "2025-05-31-reason": "x",
            "2025-04-30-value": "7", "2025-04-30-change": "correction", "2025-04-30-reason": "x",
            "2025-06-30-value": "8.5",
        }  # fmt: skip
        assert manager.post(f"{GRID}?year=2025", sent).status_code == 302
        standing = Observation.objects.standing().order_by("period_end")
        assert [row.value for row in standing] == [7, 8, Decimal("8.5")]

    def test_a_stock_is_of_its_last_day_whatever_its_first(self, manager, initiative):
        made = add_indicator(
            initiative.plan, "TEAMS", initiative=initiative, accumulation=Accumulation.STOCK,
            rollup_rule=RollupRule.LATEST,
        )  # fmt: skip
        add_observation(made, date(2025, 4, 30), "5")
        sent = shown(manager, "?year=2025&step=month")
        assert sent["2025-04-30-value"] == "5"
        assert manager.post(f"{GRID}?year=2025&step=month", sent | {"2025-05-31-value": "6"}).status_code == 302
        assert Observation.objects.get(value=6).period_start is None


class TestMeanwhile:
    def test_another_s_value_of_the_same_period_is_not_overwritten(self, manager, indicator):
        sent = shown(manager) | cells(may={"value": "4900"})
        other = add_observation(indicator, date(2025, 5, 31), "4800.5")
        response = refused(manager, sent)
        expected = f"Somebody recorded 4,800.5 here meanwhile (observation {other.pk}); you wrote 4,900."
        assert errors(response) == {f"{MAY}-value": expected}
        page = response.content.decode()
        assert 'value="4900"' in page
        assert f'name="{MAY}-seen" value="{other.pk}"' in page
        again = sent | cells(may={"seen": str(other.pk), "change": "correction", "reason": "They took June."})
        assert manager.post(f"{GRID}?year=2025", again).status_code == 302
        assert Observation.objects.standing().get(period_end=date(2025, 5, 31)).value == 4900

    def test_another_s_correction_is_not_corrected_unseen(self, manager, indicator):
        sent = shown(manager) | cells(april={"value": "5100", "change": "correction", "reason": "mine"})
        theirs = shown(manager) | cells(april={"value": "5050", "change": "correction", "reason": "theirs"})
        assert manager.post(f"{GRID}?year=2025", theirs).status_code == 302
        assert "Somebody recorded 5,050 here" in errors(refused(manager, sent))[f"{APRIL}-value"]
        assert Observation.objects.standing().get(period_end=date(2025, 4, 30)).value == 5050

    def test_rows_left_alone_take_what_others_recorded(self, manager, indicator):
        sent = shown(manager) | cells(june={"value": "7"})
        theirs = shown(manager) | cells(
            april={"value": "5050", "change": "correction", "reason": "theirs"}, may={"value": "4800"}
        )
        manager.post(f"{GRID}?year=2025", theirs)
        response = refused(manager, sent | cells(june={"value": "seven"}))
        page = response.content.decode()
        assert f'name="{MAY}-value" value="4800"' in page
        assert f'name="{APRIL}-value" value="5050"' in page
        assert manager.post(f"{GRID}?year=2025", sent).status_code == 302
        assert Observation.objects.get(period_end=date(2025, 6, 30)).value == 7
        assert Observation.objects.standing().get(period_end=date(2025, 4, 30)).value == 5050

    def test_the_same_value_is_nobody_s_conflict(self, manager, indicator):
        sent = shown(manager) | cells(may={"value": "4800", "source": "CBSA"}, june={"value": "1"})
        add_observation(indicator, date(2025, 5, 31), "4800", source="CBSA")
        assert manager.post(f"{GRID}?year=2025", sent).status_code == 302
        assert Observation.objects.filter(period_end=date(2025, 5, 31)).count() == 1

    @pytest.mark.parametrize("seen", ["999999", "-1", "x", "9" * 30])
    def test_what_nobody_can_have_seen_is_refused(self, manager, indicator, seen):
        sent = shown(manager) | cells(april={"value": "1", "seen": seen, "change": "correction", "reason": "x"})
        assert refused(manager, sent)
