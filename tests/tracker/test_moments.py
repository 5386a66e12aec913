"""What `as_of` means, form by form, and what it refuses."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import add_organization
from tracker.errors import BadMoment
from tracker.timemachine import Actor, revision
from tracker.timemachine.moments import Moment, live, resolve

pytestmark = pytest.mark.django_db
TORONTO = ZoneInfo("America/Toronto")
REPLAY = Actor(name="Replay", replaying=True)
NOW = datetime(2025, 11, 26, 15, 0, tzinfo=TORONTO)  # a Wednesday, in week 48
HISTORY = [
    datetime(2025, 11, 3, 9, 0, tzinfo=TORONTO),  # r1: Monday of week 45
    datetime(2025, 11, 9, 23, 59, 59, 999_999, tzinfo=TORONTO),  # r2: the last instant of week 45
    datetime(2025, 11, 10, 0, 0, tzinfo=TORONTO),  # r3: the first of week 46
    datetime(2025, 11, 20, 14, 30, tzinfo=TORONTO),  # r4
    datetime(2025, 11, 26, 14, 59, tzinfo=TORONTO),  # r5: just now
]


def recorded(*instants: datetime) -> None:
    """A revision at each instant."""
    for number, made in enumerate(instants):
        with revision(by=REPLAY, reason="history", at=made):
            add_organization(f"O{number}")


@pytest.fixture
def history() -> None:
    recorded(*HISTORY)


def at(text: str, now: datetime = NOW) -> Moment:
    return resolve(text, now=now)


@pytest.mark.parametrize(
    ("text", "number", "on"),
    [
        ("r1", 1, date(2025, 11, 3)),
        ("r2", 2, date(2025, 11, 9)),
        ("r5", 5, date(2025, 11, 26)),
        ("2025-11-09", 2, date(2025, 11, 9)),
        ("2025-11-10", 3, date(2025, 11, 10)),
        ("2025-11-25", 4, date(2025, 11, 25)),
        ("2025-W45", 2, date(2025, 11, 9)),
        ("2025-W46", 3, date(2025, 11, 16)),
        ("2025-W47", 4, date(2025, 11, 23)),
        ("2025-11-20T14:30", 4, date(2025, 11, 20)),
        ("2025-11-20T14:29:59.999999", 3, date(2025, 11, 20)),
        ("2025-11-20 14:30", 4, date(2025, 11, 20)),
        ("2025-11-20T19:30Z", 4, date(2025, 11, 20)),
        ("2025-11-20T19:29:59Z", 3, date(2025, 11, 20)),
        ("2025-11-20T14:30-05:00", 4, date(2025, 11, 20)),
        ("2025-11-20T14:30:00-0500", 4, date(2025, 11, 20)),
        ("2025-11-20T20:30+01:00", 4, date(2025, 11, 20)),
        ("2025-11-20T20:30 01:00", 4, date(2025, 11, 20)),
        ("2025-11-20 20:29 01:00", 3, date(2025, 11, 20)),
        ("2025-11-10T05:00:00Z", 3, date(2025, 11, 10)),
        ("2025-11-10T04:59:59.999999Z", 2, date(2025, 11, 9)),
    ],
)
def test_each_form_names_its_revision_and_day(history, text, number, on):
    moment = at(text)
    assert (moment.revision, moment.on, moment.text, moment.live) == (number, on, text, False)
    assert moment.at == HISTORY[number - 1]


@pytest.mark.parametrize("text", ["2025-11-26", "2025-W48"])
def test_today_and_this_week_mean_now(history, text):
    moment = at(text)
    assert (moment.revision, moment.on) == (5, date(2025, 11, 26))


def test_on_sunday_the_week_ends_today(history):
    sunday = datetime(2025, 11, 23, 12, 0, tzinfo=TORONTO)
    assert at("2025-W47", sunday) == Moment(4, HISTORY[3], date(2025, 11, 23), "2025-W47")
    assert at("2025-11-23", sunday).revision == 4


def test_today_shows_the_newest_revision_though_the_clock_was_set_back(history):
    """Revisions go on from the last one, so for a while they are ahead of the clock; today is still today."""
    assert at("2025-11-26", NOW - timedelta(hours=2)).revision == 5
    assert at("2025-W48", NOW - timedelta(hours=2)).revision == 5


def test_days_are_those_of_the_tracker_wherever_the_reader_is(history):
    with timezone.override("Pacific/Auckland"):
        assert at("2025-11-26").on == date(2025, 11, 26)
        assert at("2025-11-09").revision == 2
        assert at("r2").on == date(2025, 11, 9)
        with pytest.raises(BadMoment, match="future"):
            at("2025-11-27")


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "yesterday", "now", "r", "r-1", "r1.5", "R1", "r01", "r00", "1", "2026", "2026-11", "2025-11-31",
        "2026-13-01", "2026-11-8", "20261108", "0000-01-01", "2026-W00", "2026-W54", "2027-W53", "0000-W01", "2026-W5",
        "2026W46", "2025-W46-3", "2026-w46", "2025-11-20T", "2025-11-20T25:00", "2025-11-20T14:60", "2025-11-20T14",
        "2025-11-20T14:30+25:00", "2025-11-20T14:30 -05:00", "2025-11-20T14:30 EST", "10000-01-01", "٢٠٢٦-١١-٢٠", "r٣",
        "2025-11-20\n", "2025-11-20;drop table x", "9999-W52", "r1 ", "2025-11-20T14:30Z05:00", "\x00",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused_with_the_forms_to_write(history, text):
    with pytest.raises(BadMoment, match=r"is not a moment.*2026-11-22.*r1234.*2026-W46") as refusal:
        at(text)
    assert list(refusal.value.fields) == ["as_of"]
    assert refusal.value.code == "bad_as_of"


@pytest.mark.parametrize(
    "text",
    [
        "2025-11-27", "2025-11-30", "2025-12-01", "2025-W49", "2026-W01", "2025-11-26T15:01", "2025-11-26T20:00:01Z",
        "9999-12-31", "9999-12-31T23:59-14:00", "2025-11-26T23:00 01:00",
    ],
)  # fmt: skip
def test_the_future_is_refused(history, text):
    with pytest.raises(BadMoment, match="lies in the future"):
        at(text)


@pytest.mark.parametrize("text", ["r6", "r999999999999999999", "r9223372036854775808", "r" + "9" * 400])
def test_a_revision_that_is_not_there_yet_is_refused(history, text):
    with pytest.raises(BadMoment, match="no revision"):
        at(text)


@pytest.mark.parametrize(
    "text",
    [
        "r0",
        "2025-11-02",
        "2025-W44",
        "2024-12-17",
        "0001-01-01",
        "0001-W01",
        "2025-11-03T08:59:59",
        "0001-01-01T00:00+14:00",
    ],
)
def test_what_lies_before_the_history_is_told_when_it_begins(history, text):
    with pytest.raises(BadMoment, match=r"before the first revision.* 2025-11-03 09:00 \(r1\)"):
        at(text)


@pytest.mark.parametrize("text", ["2025-11-26", "2024-01-01", "r0"])
def test_an_empty_history_has_no_past(text):
    with pytest.raises(BadMoment, match="nothing has been recorded"):
        at(text)


def test_refusals_speak_french(history):
    with translation.override("fr"):
        for text in ("hier", "2025-11-27", "r6", "r0"):
            with pytest.raises(BadMoment) as refusal:
                at(text)
            assert text in str(refusal.value.message)


@pytest.mark.parametrize("text", ["%s %(x)s {since}", "<script>", "x" * 5000])
def test_refusals_quote_anything_and_not_much_of_it(history, text):
    with pytest.raises(BadMoment) as refusal:
        at(text)
    assert text[:60] in str(refusal.value.message)
    assert len(str(refusal.value.message)) < 400


def test_the_present_is_live(history):
    assert live(revision=5, now=NOW) == Moment(5, HISTORY[4], date(2025, 11, 26))
    assert live(revision=5, now=NOW).live
    late = datetime(2025, 11, 27, 3, 0, tzinfo=UTC)
    with timezone.override("Pacific/Auckland"):
        assert live(revision=5, now=late).on == date(2025, 11, 26)


def test_before_anything_is_recorded_the_present_has_no_instant():
    assert live(revision=0, now=NOW) == Moment(0, None, date(2025, 11, 26))


def test_a_time_that_the_clocks_show_twice_is_the_first():
    """On 2 November 2025 at 2:00 clocks went back to 1:00."""
    first, second = (datetime(2025, 11, 2, 1, 30, tzinfo=TORONTO, fold=fold) for fold in (0, 1))
    recorded(first, second)
    assert (second - first, second.astimezone(UTC) - first.astimezone(UTC)) == (timedelta(0), timedelta(hours=1))
    assert at("2025-11-02T01:30").revision == 1
    assert at("2025-11-02T01:30-05:00").revision == 2


FIRST, LAST = HISTORY[0].date(), NOW.date()
DAYS = st.dates(FIRST, LAST)
INSTANTS = st.datetimes(datetime.combine(FIRST, time(9)), datetime.combine(LAST, time(15)), timezones=st.just(TORONTO))


def test_any_day_or_week_shows_all_of_it_and_nothing_later_and_time_only_moves_forwards(history):
    revisions = list(enumerate(HISTORY, start=1))

    @settings(deadline=None, max_examples=40, database=None, suppress_health_check=list(HealthCheck))
    @given(DAYS, DAYS, INSTANTS, INSTANTS)
    def laws(one: date, other: date, instant: datetime, later: datetime) -> None:
        for day in (one, other):
            shown = at(day.isoformat())
            assert shown.revision == max(n for n, made in revisions if made.astimezone(TORONTO).date() <= day)
            assert shown.on == day
        earlier, after = sorted([one, other])
        assert at(earlier.isoformat()).revision <= at(after.isoformat()).revision
        year, week, _ = one.isocalendar()
        whole = at(f"{year}-W{week:02d}")
        sunday = min(date.fromisocalendar(year, week, 7), NOW.date())
        assert (whole.revision, whole.on) == (at(sunday.isoformat()).revision, sunday)
        for moment in (instant, later):
            shown = at(moment.isoformat())
            assert shown.revision == max(n for n, made in revisions if made <= moment)
            assert shown.revision == at(moment.astimezone(UTC).isoformat().replace("+", " ")).revision
            assert shown.revision <= at(moment.date().isoformat()).revision
        if instant <= later:
            assert at(instant.isoformat()).revision <= at(later.isoformat()).revision
        assert at(f"r{shown.revision}").revision == shown.revision

    laws()
