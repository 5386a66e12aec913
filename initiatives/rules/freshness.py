"""When a status update is due, missed or stale, and when an initiative has fallen silent. No clock: each takes `at`.

An initiative owes an update for each reporting week of its plan while it is underway or ongoing; never once it is met
or not pursued, and not before it starts. Of those that owe one, the first of these that holds, at an instant:

- reported: the running week's update is approved, or submitted while the week is open;
- silent: no fact and no opinion was touched for 21 days;
- stale: the last two weeks that closed, or more, have no approved update;
- missed: the last week that closed has none;
- late: the deadline of an open week has passed, and nothing is submitted for it;
- due: the running week's deadline is at most 36 hours away;
- not due: neither.

The running week is the last that has opened. A week is closed once it is locked, or its time to lock has come. A week
that ended before the recorded start of an initiative, or before it was recorded to be underway or ongoing after it
had not been, is not held against it. What was first submitted after the
deadline is late for ever, also once it is approved. Facts are milestones with their baselines and forecasts, ledger
entries, observations, evidence, and the initiative's own record (its lifecycle); they are touched when a revision
touches them, whatever day they speak of. Opinions are status updates that somebody wrote.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from initiatives.choices import Freshness
from pillars.rules import local_instant

# From the morning of the day before a deadline in the afternoon.
DUE_WITHIN = timedelta(hours=36)
SILENT_AFTER = timedelta(days=21)
STALE_WEEKS = 2

# What is behind, the gravest first: these are named where something needs attention.
BEHIND = (Freshness.SILENT, Freshness.STALE, Freshness.MISSED, Freshness.LATE)


def silent_since(at: datetime) -> datetime:
    """Who touched nothing from then on is silent at `at`."""
    return at - SILENT_AFTER


def end_of_day(on: date, zone: ZoneInfo) -> datetime:
    """The first instant after that local day, in UTC."""
    return local_instant(on + timedelta(days=1), time.min, zone)
