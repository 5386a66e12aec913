"""What all parts of one simulation share."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from pillars.models import Plan, ReportingWeek
from reports.simulate.revisions import Revisions, signed
from reports.simulate.size import Size
from tracker.models import User


@dataclass
class Course:
    """One run. `weeks` are those that have a past, and those made ahead, oldest first, without keys; `author` reports
    and `reviewer` decides. The same `chance` makes the same rows."""

    size: Size
    plan: Plan
    weeks: list[ReportingWeek]
    revisions: Revisions
    author: User
    reviewer: User
    chance: random.Random

    def __post_init__(self) -> None:
        self.by_author, self.by_reviewer = signed(self.author), signed(self.reviewer)
        self.start = self.weeks[0].starts_on
        self.days = 7 * self.size.weeks

    def day(self, offset: int) -> date:
        """The date so many days after the first."""
        return self.start + timedelta(days=offset)

    def pick(self, number: int) -> int:
        """One of 0 to `number` - 1."""
        return int(self.chance.random() * number)
