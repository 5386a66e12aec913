"""Replays the tracker of Canada's 5th National Action Plan on Open Government, as published on three days, as a plan.

The published table has a row for each indicator and quarter: not started (NS), limited progress (LP), substantial
progress (SP) or complete (C). What becomes of it here:

- A commitment is a pillar. An indicator is an initiative under its own code, led by the department that answers for it,
  with one milestone, whose first baseline is the last day of the month that it is due in (none where none is
  published), and one indicator of ours, its level of completion from 0 to 3, with 3 as the target of that day.
- A row is the level observed at the end of its quarter, and the status update of the week that holds the quarter's last
  day: red for NS, amber for LP, green for SP and C, the same in every dimension, for the table has but one. Where facts
  speak against it, the explanation says that the status is the published one. C meets the milestone on the quarter's
  last day; a later row that is not C reopens it. Addresses among the evidence bear the observation out.
- Reporting weeks are those that hold a quarter's last day, and no other: nobody reported in between. Each locks and is
  sealed in its time, before the next is written.
- A later copy arrives on its own day. A week that it adds rows to is reopened for them, locks and is sealed once more.
  Evidence that changed is withdrawn and added anew. Texts of approved updates stay as approved, and are counted.

Copies that lose rows, change a status or add rows before ones that are known are refused: none of the published does.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from initiatives.actions.decisions import Reviewed, approve_updates
from initiatives.actions.evidence import Borne, add_link, withdraw_evidence
from initiatives.actions.milestone_life import reopen_milestone
from initiatives.actions.milestones import meet_milestone
from initiatives.actions.observations import ObservationContent, ReadingContent, record_observation
from initiatives.actions.updates import UpdateContent, submit_update
from initiatives.models import Evidence, Observation, StatusUpdate
from pillars.actions import lock_week, record_steps
from pillars.models import ReportingWeek
from pillars.rules import monday_of
from reports.actions import publish_rollup, reopen_week
from tests.nap5_files import (
    COMPLETE,
    LEVELS,
    TEXTS,
    Key,
    Row,
    addresses,
    content,
    first_day,
    labels,
    last_day,
    rows_of,
)
from tests.nap5_plan import SECOND, SOURCE, TOOL, Nap5Plan, Track
from tracker.errors import Invalid
from tracker.timemachine import head, revision

AS_PUBLISHED = ("The status is the one that is published.", "L’état est celui qui est publié.")
REOPENED = timedelta(hours=2)


@dataclass(frozen=True)
class Loaded:
    """What replaying one copy did, and the revision that it ended with."""

    copy: str
    revision: int
    done: Counter[str]


@dataclass
class Reported:
    """A row that is in, the observation that it made, and what bears it out by address."""

    row: Row
    observation: Observation
    evidence: dict[str, Evidence] = field(default_factory=dict)


class Replay:
    """The plan, what is in of the copies so far, and the clock, which only goes on."""

    def __init__(self, directory: Path, first: str) -> None:
        """The plan as it stood before the first quarter; departments are named as in the first copy."""
        self.directory, self.labels = directory, labels(directory)
        self.now = datetime(2022, 1, 4, 15, tzinfo=UTC)
        made = Nap5Plan(self.labels, rows_of(directory, first).values(), at=self.now)
        self.plan, self.manager, self.lead, self.tracks = made.plan, made.manager, made.lead, made.tracks
        self.reported: dict[Key, Reported] = {}

    def load(self, copy: str) -> Loaded:
        """Bring the plan to what that copy says. Raises ValueError for a copy that this replay has no way to follow."""
        rows, done = rows_of(self.directory, copy), Counter[str]()
        self._check(rows)
        if self.reported:
            self.now = max(self.now, datetime.combine(date.fromisoformat(copy), time(8), self.plan.zone))
            self._texts(rows, copy, done)
        new = [row for key, row in rows.items() if key not in self.reported]
        for quarter, of_quarter in groupby(new, lambda row: row["reporting_period"]):
            self._quarter(quarter, list(of_quarter), copy, done)
        return Loaded(copy, head(), done)

    def _check(self, rows: Mapping[Key, Row]) -> None:
        for key, known in self.reported.items():
            if key not in rows:
                message = f"The copy has lost {key}."
                raise ValueError(message)
            if rows[key]["status"] != known.row["status"]:
                message = f"The copy changes the status of {key}."
                raise ValueError(message)
        for quarter, code in rows.keys() - self.reported.keys():
            if quarter <= self.tracks[code].quarter:
                message = f"The copy adds {(quarter, code)} before a row that is known."
                raise ValueError(message)

    def _quarter(self, quarter: str, rows: list[Row], copy: str, done: Counter[str]) -> None:
        """Report its rows within its week, have them approved, and seal the week."""
        day = last_day(quarter)
        week = ReportingWeek.objects.get(plan=self.plan, starts_on=monday_of(day))
        if week.locked_at is None:
            self.now = datetime.combine(day, time(9), self.plan.zone)
            record_steps(week=week, by=TOOL, at=self.now)
        else:
            until, reason = self.now + REOPENED, f"Rows that the copy of {copy} adds"
            week = reopen_week(week=week, reason=reason, until=until, by=TOOL, at=self._tick())
            done["weeks reopened"] += 1
        updates = [self._row(row, week, done) for row in rows]
        reviewed = [Reviewed(update, head()) for update in updates]
        decided = approve_updates(reviewed=reviewed, by=self.lead, at=self._tick())
        if decided.refused:
            raise decided.refused[0][1]
        self.now = week.locks_at
        locked = lock_week(week=week, by=TOOL, at=self._tick())
        publish_rollup(week=locked, by=TOOL, at=self._tick(), late=False)
        done["rows"] += len(rows)

    def _row(self, row: Row, week: ReportingWeek, done: Counter[str]) -> StatusUpdate:
        """A row: the facts first, then the opinion, which answers to them."""
        quarter, code = row["reporting_period"], row["indicators"]
        track, at = self.tracks[code], self._tick()
        with revision(by=self.manager, reason=f"NAP5 {quarter}: {code} is {row['status']}", at=at):
            observation = self._observe(row, track)
            self._settle(row, track, done)
            update = self._submit(row, track, week, done)
            self.reported[quarter, code] = known = Reported(row, observation)
            for address in addresses(row):
                self._add_evidence(known, track, address, done)
        track.quarter = quarter
        return update

    def _observe(self, row: Row, track: Track) -> Observation:
        quarter = row["reporting_period"]
        reading = ReadingContent(value=Decimal(LEVELS[row["status"]]), source=SOURCE)
        measured = ObservationContent(period_start=first_day(quarter), period_end=last_day(quarter), reading=reading)
        return record_observation(indicator=track.level, content=measured, by=self.manager, at=self.now)

    def _settle(self, row: Row, track: Track, done: Counter[str]) -> None:
        """The milestone is met by C, and open again where C is taken back."""
        complete, by, at = row["status"] == COMPLETE, self.manager, self.now
        if complete and track.milestone.actual_on is None:
            day = last_day(row["reporting_period"])
            track.milestone = meet_milestone(milestone=track.milestone, on=day, by=by, at=at)
            done["milestones met"] += 1
        elif not complete and track.milestone.actual_on is not None:
            reason = f"Published as {row['status']} for {row['reporting_period']}"
            track.milestone = reopen_milestone(milestone=track.milestone, reason=reason, by=by, at=at)
            done["milestones reopened"] += 1

    def _submit(self, row: Row, track: Track, week: ReportingWeek, done: Counter[str]) -> StatusUpdate:
        written = content(row, self.labels.both("status", row["status"]))
        try:
            return self._send(written, track, week)
        except Invalid as error:
            if set(error.fields) != {"explanation_en"}:
                raise
        done["facts against the status"] += 1
        return self._send(replace(written, explanation_en=AS_PUBLISHED[0], explanation_fr=AS_PUBLISHED[1]), track, week)

    def _send(self, written: UpdateContent, track: Track, week: ReportingWeek) -> StatusUpdate:
        return submit_update(initiative=track.initiative, week=week, content=written, by=self.manager, at=self.now)

    def _texts(self, rows: Mapping[Key, Row], copy: str, done: Counter[str]) -> None:
        """What the copy words otherwise: the addresses of evidence follow it, approved updates cannot."""
        for key, known in self.reported.items():
            row = rows[key]
            if row == known.row:
                continue
            done["rows worded otherwise"] += 1
            done["approved updates that stay"] += any(row[name] != known.row[name] for name in TEXTS)
            with revision(by=self.manager, reason=f"NAP5, copy of {copy}: {key}", at=self._tick()):
                self._follow(known, row, self.tracks[key[1]], copy, done)
            known.row = row

    def _follow(self, known: Reported, row: Row, track: Track, copy: str, done: Counter[str]) -> None:
        now = addresses(row)
        for address in [address for address in known.evidence if address not in now]:
            reason = f"Not in the copy of {copy}"
            withdraw_evidence(evidence=known.evidence.pop(address), reason=reason, by=self.manager, at=self.now)
            done["evidence withdrawn"] += 1
        for address in [address for address in now if address not in known.evidence]:
            self._add_evidence(known, track, address, done)

    def _add_evidence(self, known: Reported, track: Track, address: str, done: Counter[str]) -> None:
        borne = Borne(initiative=track.initiative, observation=known.observation)
        try:
            known.evidence[address] = add_link(borne=borne, title="", url=address, by=self.manager, at=self.now)
        except Invalid:  # it is longer than the tool takes
            done["addresses refused"] += 1
        else:
            done["evidence added"] += 1

    def _tick(self) -> datetime:
        self.now += SECOND
        return self.now
