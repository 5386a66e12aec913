"""Whom the week's work is written to about, and what: reminders, what is overdue, what was decided."""

from datetime import datetime

from initiatives.notifications.decisions import DECIDED, decision, tell_writers
from initiatives.notifications.owing import access_in, access_to
from initiatives.notifications.reminders import remind, reminder
from tracker.choices import MailKind, SkipReason
from tracker.letters import Author
from tracker.models import Mail
from tracker.notifications import token_revoked

__all__ = ["access_in", "access_to", "compose", "remind", "tell_writers"]


def compose(mail: Mail, at: datetime) -> Author | SkipReason:
    """What a mail of these kinds says, read now; or why nothing is left to say."""
    if mail.kind == MailKind.TOKEN:
        return token_revoked(mail)
    return decision(mail, at=at) if mail.kind in DECIDED.values() else reminder(mail, at=at)
