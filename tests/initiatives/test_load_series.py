"""Loading the series of the border plan: indicators and observations with their sources, once."""

import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from initiatives.actions.observations import ReadingContent, correct_observation
from initiatives.aggregates.indicators import series
from initiatives.choices import Calendar, ObservationKind, RollupRule
from initiatives.models import Indicator, Observation
from tests.factories import ACTOR
from tracker.timemachine import head

pytestmark = pytest.mark.django_db
BORDER_PLAN = Path(__file__).parents[2] / "plans" / "border-plan-2024"
ON = date(2026, 3, 1)


def load(directory: Path = BORDER_PLAN) -> str:
    out = StringIO()
    call_command("load_plan", str(directory), stdout=out)
    return out.getvalue()


@pytest.fixture
def copied(tmp_path):
    return Path(shutil.copytree(BORDER_PLAN, tmp_path / "plan"))


def years(code):
    found = series(Indicator.objects.filter(code=code), on=ON)
    [one] = found.values()
    return {row.value.year: (row.value.value, row.value.whole) for row in one.years}


def test_every_series_and_point_is_loaded_with_its_source():
    load()
    assert (Indicator.objects.count(), Observation.objects.count()) == (41, 73)
    assert not Observation.objects.filter(source="").exists()
    assert not Observation.objects.exclude(recorded_by=None).exists()
    scopes = Indicator.objects.values_list("pillar__number", "initiative__code")
    assert all((pillar is None) != (initiative is None) for pillar, initiative in scopes)


def test_a_second_load_makes_no_revision():
    load()
    before = head()
    report = load()
    assert head() == before
    assert " 0 added, 0 changed, 0 kept, " in report.splitlines()[-1]


def test_restated_values_stand_beside_what_they_supersede():
    load()
    rows = Observation.objects.filter(indicator__code="REMOVALS-CALENDAR", period_end=date(2024, 12, 31))
    first, second = rows.order_by("pk")
    assert (first.value, first.kind, first.supersedes) == (16860, ObservationKind.ORIGINAL, None)
    assert (second.value, second.kind, second.supersedes) == (17357, ObservationKind.RESTATEMENT, first)
    assert second.reason == "In the newer version of the page. / Dans la version la plus récente de la page."
    assert Observation.objects.filter(kind=ObservationKind.RESTATEMENT).count() == 3


def test_the_three_calendars_stand_side_by_side():
    """The same removals by calendar year, fiscal year and quarter; U.S. fiscal years begin in the year before."""
    load()
    assert years("REMOVALS-CALENDAR")[2024] == (17357, True)
    assert years("REMOVALS-FISCAL") == {2024: (18048, True)}
    assert years("REMOVALS-QUARTERLY") == {2024: (4182, False), 2025: (10915, False)}
    assert years("REMOVALS-TO-DATE") == {2025: (19000, False)}
    fentanyl = years("FENTANYL-US-NORTH-LB")
    assert fentanyl[2023] == (43, True)  # 1 October 2023 to 30 September 2024
    assert fentanyl[2024] == (Decimal("10.4"), False)
    assert years("SOUTHBOUND-CHANGE") == {2024: (-89, True), 2025: (-98, False)}
    calendars = dict(Indicator.objects.values_list("code", "calendar"))
    assert (calendars["REMOVALS-FISCAL"], calendars["FENTANYL-US-NORTH-LB"]) == (Calendar.FISCAL, Calendar.US_FISCAL)


def test_only_counts_and_quantities_add_up():
    load()
    added = Indicator.objects.filter(rollup_rule=RollupRule.SUM)
    assert not added.filter(unit_en__contains="%").exists()
    assert not added.filter(unit_en__contains=" a day").exists()
    assert not added.exclude(accumulation="flow").exists()


def test_a_value_without_a_period_makes_no_year():
    load()
    [one] = series(Indicator.objects.filter(code="MONEY-PENNY-FIREARMS"), on=ON).values()
    assert one.years == []
    assert one.apart == [Observation.objects.get(indicator=one.indicator).pk]


def test_what_people_corrected_since_is_kept_and_a_new_point_supersedes_it(copied):
    load(copied)
    fiscal = Observation.objects.get(indicator__code="REMOVALS-FISCAL")
    reading = ReadingContent(value=Decimal(18050), source="By hand")
    at = datetime(2026, 2, 1, tzinfo=UTC)
    correct_observation(observation=fiscal, reading=reading, reason="typing error", by=ACTOR, at=at)
    before = head()
    load(copied)
    assert head() == before
    file = copied / "series.yaml"
    point = "      - {period_start: 2024-04-01, period_end: 2025-03-31, value: 18048, source: GTA1}\n"
    again = point.replace("18048", "18060, kind: restatement")
    file.write_text(file.read_text().replace(point, point + again))
    load(copied)
    chain = Observation.objects.filter(indicator=fiscal.indicator).order_by("pk")
    assert [row.value for row in chain] == [18048, 18050, 18060]
    assert Observation.objects.standing().get(indicator=fiscal.indicator).value == 18060
    before = head()
    load(copied)
    assert head() == before


def test_a_point_that_changed_in_the_file_is_reported_not_overwritten(copied):
    load(copied)
    file = copied / "series.yaml"
    file.write_text(file.read_text().replace("value: 18048", "value: 18049"))
    before = head()
    report = load(copied)
    assert head() == before
    assert "kept      observation REMOVALS-FISCAL 2025-03-31" in report
    assert Observation.objects.get(indicator__code="REMOVALS-FISCAL").value == 18048
