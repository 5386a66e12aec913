"""The status updates of a simulation, week by week: drafted, submitted, returned, approved."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.backends.utils import CursorWrapper

from initiatives.choices import Workflow
from initiatives.models import StatusUpdate
from reports.simulate import words
from reports.simulate.course import Course
from reports.simulate.initiatives import Initiatives
from reports.simulate.milestones import Milestones
from reports.simulate.opinions import BODY, Opinions, answered
from reports.simulate.revisions import Pace, Stamp
from reports.simulate.rows import NULL, Table

# Shares of those who report in a week.
DRAFTED, LEFT_DRAFT, LATE, OVERLOOKED, RETURNED, GIVEN_UP = 0.08, 0.005, 0.08, 0.02, 0.03, 0.2
TOGETHER = 20  # updates that a reviewer approves in one go
HOUR = timedelta(hours=1)
_COLUMNS = (
    "initiative_id", "week_id", *BODY, "workflow", "submitted_by_id", "first_submitted_at", "submitted_at",
    "decided_by_id", "decided_at", "return_comment", "author_id", "writers",
)  # fmt: skip
_UNDECIDED = f"\t{NULL}" * 5  # neither submitted nor decided


@dataclass(slots=True)
class Sent:
    """An update of the running week: where it stands, since which revision, and what it says."""

    place: int
    key: int
    body: str
    stamp: Stamp
    first_at: str = ""
    sent_at: str = ""
    left: bool = False  # a draft of which nothing more becomes


class Updates:
    """Who reports in a week, and what becomes of it."""

    def __init__(self, cursor: CursorWrapper, course: Course, initiatives: Initiatives, milestones: Milestones) -> None:
        self.course, self.initiatives = course, initiatives
        self.table = Table(cursor, StatusUpdate, *_COLUMNS)
        self.tables = [self.table]
        self.opinions = Opinions(course, milestones, initiatives.number)
        self._quota = _quotas(course.size.updates, initiatives.owing_by_week())
        self._author, self._reviewer = str(course.author.pk), str(course.reviewer.pk)
        self._signed = f"{self._author}\t{{{self._author}}}"

    def week(self, place: int) -> None:
        """One week's updates, between its facts and its lock."""
        course, week = self.course, self.course.weeks[place]
        due, reviewed = week.initiative_due_at, week.pillar_due_at
        owing = [one for one in range(self.initiatives.number) if self.initiatives.owing[one]]
        reporting = course.chance.sample(owing, self._quota[place])
        late_from = len(reporting) - int(LATE * len(reporting))
        drafts = self._draft(place, reporting, Pace(due - 9 * HOUR, due - 8 * HOUR, len(reporting)))
        sent = self._submit(place, reporting[:late_from], drafts, Pace(due - 8 * HOUR, due, late_from))
        pace = Pace(due + HOUR, reviewed - 3 * HOUR, len(reporting) - late_from)
        sent += self._submit(place, reporting[late_from:], drafts, pace)
        returned = self._review(place, sent, Pace(reviewed - 3 * HOUR, reviewed, len(sent)))
        again = self._send_again(place, returned, Pace(reviewed + HOUR, reviewed + 4 * HOUR, len(returned)))
        self._approve(place, again, Pace(reviewed + 4 * HOUR, reviewed + 5 * HOUR, len(again)))

    def _draft(self, place: int, reporting: list[int], pace: Pace) -> dict[int, Sent]:
        """Some begin with a draft; a few leave it at that. By the initiative's place."""
        course, code, drafts = self.course, self.course.weeks[place].code, {}
        for one in reporting:
            luck = course.chance.random()
            if luck < DRAFTED:
                body = self.opinions.draft(one, place)
                stamp = course.revisions.open(pace(), course.by_author, f"Draft of {code} for {self._code(one)}")
                drafts[one] = Sent(one, self.table.key(), body, stamp, left=luck < LEFT_DRAFT)
        return drafts

    def _submit(self, place: int, reporting: list[int], drafts: dict[int, Sent], pace: Pace) -> list[Sent]:
        """Those who report hand it in."""
        course, code, sent = self.course, self.course.weeks[place].code, []
        for one in reporting:
            draft = drafts.get(one)
            if draft is not None and draft.left:
                self.table.live(draft.key, draft.stamp.number, self._unsent(draft, place))
                continue
            body = self.opinions.body(one, place)
            stamp = course.revisions.open(pace(), course.by_author, f"{code} reported for {self._code(one)}")
            if draft is not None:
                self.table.past(draft.key, draft.stamp.number, stamp.number, self._unsent(draft, place))
            key = self.table.key() if draft is None else draft.key
            sent.append(Sent(one, key, body, stamp, first_at=stamp.at, sent_at=stamp.at))
        return sent

    def _review(self, place: int, sent: list[Sent], pace: Pace) -> list[Sent]:
        """Most are approved, many together; some are overlooked, and some returned, which are given back."""
        course, code = self.course, self.course.weeks[place].code
        returned: list[Sent] = []
        together: list[Sent] = []
        for one in sent:
            luck = course.chance.random()
            if luck < OVERLOOKED:
                self.table.live(one.key, one.stamp.number, self._row(one, place, Workflow.SUBMITTED))
            elif luck < OVERLOOKED + RETURNED:
                self._approve_together(place, together, pace)
                stamp = course.revisions.open(pace(), course.by_reviewer, f"{code} of {self._code(one.place)} returned")
                self._was(one, place, stamp)
                one.stamp = stamp
                returned.append(one)
            else:
                together.append(one)
                if len(together) == TOGETHER:
                    self._approve_together(place, together, pace)
        self._approve_together(place, together, pace)
        return returned

    def _approve_together(self, place: int, together: list[Sent], pace: Pace) -> None:
        if together:
            stamp = self.course.revisions.open(pace(), self.course.by_reviewer, "Updates approved together")
            for one in together:
                self._approved(one, place, stamp)
            together.clear()

    def _send_again(self, place: int, returned: list[Sent], pace: Pace) -> list[Sent]:
        """What was returned comes back with an answer; some do not."""
        course, code, again = self.course, self.course.weeks[place].code, []
        for one in returned:
            row = self._row(one, place, Workflow.RETURNED, decided_at=one.stamp.at, comment=words.RETURNED)
            if course.chance.random() < GIVEN_UP:
                self.table.live(one.key, one.stamp.number, row)
                continue
            stamp = course.revisions.open(pace(), course.by_author, f"{code} reported for {self._code(one.place)}")
            self.table.past(one.key, one.stamp.number, stamp.number, row)
            one.stamp, one.sent_at, one.body = stamp, stamp.at, answered(one.body)
            again.append(one)
        return again

    def _approve(self, place: int, again: list[Sent], pace: Pace) -> None:
        code = self.course.weeks[place].code
        for one in again:
            reason = f"{code} of {self._code(one.place)} approved"
            self._approved(one, place, self.course.revisions.open(pace(), self.course.by_reviewer, reason))

    def _approved(self, one: Sent, place: int, stamp: Stamp) -> None:
        self._was(one, place, stamp)
        row = self._row(one, place, Workflow.APPROVED, decided_at=stamp.at)
        self.table.live(one.key, stamp.number, row)
        self.opinions.approved(one.place, one.body)

    def _was(self, one: Sent, place: int, until: Stamp) -> None:
        """It stood submitted until now."""
        self.table.past(one.key, one.stamp.number, until.number, self._row(one, place, Workflow.SUBMITTED))

    def _row(self, one: Sent, place: int, workflow: Workflow, *, decided_at: str = NULL, comment: str = "") -> str:
        decided_by = NULL if decided_at == NULL else self._reviewer
        return (
            f"{self.initiatives.key(one.place)}\t{self.course.weeks[place].pk}\t{one.body}\t{workflow.value}"
            f"\t{self._author}\t{one.first_at}\t{one.sent_at}\t{decided_by}\t{decided_at}\t{comment}\t{self._signed}"
        )

    def _unsent(self, draft: Sent, place: int) -> str:
        keys = f"{self.initiatives.key(draft.place)}\t{self.course.weeks[place].pk}"
        return f"{keys}\t{draft.body}\t{Workflow.DRAFT.value}{_UNDECIDED}\t\t{self._signed}"

    def _code(self, place: int) -> str:
        return self.initiatives.codes[place]


def _quotas(updates: int, owing: list[int]) -> list[int]:
    """How many report in each week: the same share of those who owe it, `updates` in all."""
    total, before, quotas = sum(owing), 0, []
    for place in range(len(owing)):
        until = updates * sum(owing[: place + 1]) // total
        quotas.append(until - before)
        before = until
    return quotas
