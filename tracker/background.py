"""How background work stands, in one query: cheap enough for every page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from tracker.models.mail import LATE as MAIL_LATE

TICK_LATE = timedelta(minutes=5)


@dataclass(frozen=True)
class Standing:
    """When the last tick ran, and since when the oldest mail is due that waits; None for never, and for none."""

    at: datetime
    last_tick: datetime | None
    oldest_due: datetime | None

    @property
    def tick_age(self) -> timedelta | None:
        return None if self.last_tick is None else max(self.at - self.last_tick, timedelta())

    @property
    def outbox_age(self) -> timedelta:
        """How long the oldest mail has waited past its time."""
        return timedelta() if self.oldest_due is None else self.at - self.oldest_due

    @property
    def tick_late(self) -> bool:
        """No tick ran, or the last one too long ago."""
        return self.tick_age is None or self.tick_age > TICK_LATE

    @property
    def outbox_late(self) -> bool:
        return self.outbox_age > MAIL_LATE

    @property
    def delayed(self) -> bool:
        return self.tick_late or self.outbox_late


def standing(*, at: datetime) -> Standing:
    """As it is now, also for who looks at the past."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select (select at from public.tracker_heartbeat where name = 'tick'),
               (select min(next_try_at) from public.tracker_mail where state = 'waiting' and next_try_at <= %s)""",
            [at],
        )
        last_tick, oldest_due = cursor.fetchone()
    return Standing(at, last_tick, oldest_due)
