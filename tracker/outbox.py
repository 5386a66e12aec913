"""The outbox: mails are left in it by what causes them, and sent from it by whoever comes first.

At most once: a mail is marked as being sent, and that is committed, before the server hears of it. A worker that is
killed in between leaves it so; it then becomes uncertain and is not sent again by itself.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from tracker.alone import Work, alone
from tracker.choices import MailKind, MailState, SkipReason
from tracker.delivery import Outcome, Verdict, deliver, said
from tracker.errors import Conflict
from tracker.letters import Author, message
from tracker.models import Mail, MailRound
from tracker.models.mail import UNKNOWN_AFTER
from tracker.rules import EVERYWHERE, MAIL_TRIES, Permission, next_mail_try
from tracker.timemachine import Actor, database_time
from tracker.writing import require

log = logging.getLogger("tracker.mail")

KEPT = timedelta(days=90)
BUDGET_SECONDS = 8  # shorter than from tick to tick: what is left the next run takes, and runs do not pile up
Composer = Callable[[Mail, datetime], Author | SkipReason]
Clock = Callable[[], datetime]

_ENDS = {
    Outcome.TAKEN: MailState.SENT, Outcome.REFUSED: MailState.FAILED, Outcome.UNCERTAIN: MailState.UNCERTAIN,
}  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """A mail to leave: `key` says what it is about, without whom it goes to."""

    key: str
    kind: MailKind
    recipient: int
    plan: str
    about: dict[str, Any] = field(default_factory=dict)


def leave(drafts: Iterable[Draft], *, at: datetime) -> int:
    """Put mails into the outbox, in the transaction that is open; those that are there already stay as they are. How
    many were asked for."""
    rows = [
        Mail(
            key=f"{draft.kind}/{draft.key}/{draft.recipient}", kind=draft.kind, recipient_id=draft.recipient,
            plan=draft.plan, about=draft.about, made_at=at, next_try_at=at,
        )
        for draft in drafts
    ]  # fmt: skip
    Mail.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    return len(rows)


def hold_round(occasion: str, kind: MailKind, drafts: Callable[[], Iterable[Draft]], *, at: datetime) -> int:
    """Leave the mails of an occasion, once for ever; how many. Whoever comes second leaves none."""
    with transaction.atomic():
        held, first = MailRound.objects.get_or_create(occasion=occasion, defaults={"kind": kind, "at": at})
        if not first:
            return 0
        held.mails = leave(drafts(), at=at)
        held.save(update_fields=["mails"])
        return held.mails


def pass_over(occasions: Iterable[str], kind: MailKind, *, at: datetime) -> int:
    """Keep on record that on these occasions nobody was written to, for it was too late; how many."""
    rows = [MailRound(occasion=name, kind=kind, at=at, skip_reason=SkipReason.TOO_LATE) for name in occasions]
    MailRound.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    return len(rows)


def send_due(compose: Composer, *, clock: Clock = database_time, seconds: float = BUDGET_SECONDS) -> dict[str, int]:
    """Send what is due, one mail after the other, for `seconds`; how many came into which state. Ends early when the
    server is away: each mail would only wait for it in turn. One worker at a time does so, that a slow server holds no
    more of them; the others find nothing to do."""
    states: Counter[str] = Counter()
    deadline = time.monotonic() + seconds
    with alone(Work.SENDING) as mine:
        while mine and time.monotonic() < deadline:
            mail = _claim(at=clock())
            if mail is None:
                break
            away = _send(mail, compose, clock)
            states[mail.state] += 1
            if away:
                break
    return dict(states)


def settle_mails(*, at: datetime) -> int:
    """Give up on what a worker left half-way: mails that were being handed over become uncertain, mails that ended
    their worker every time before they could be have failed. How many."""
    lost = Mail.objects.filter(state=MailState.SENDING, sending_since__lte=at - UNKNOWN_AFTER).update(
        state=MailState.UNCERTAIN, ended_at=at, error="The worker ended while it was handing the mail over."
    )
    broken = Mail.objects.due(at=at).filter(tries__gte=MAIL_TRIES).update(
        state=MailState.FAILED, ended_at=at, error="The worker ended each time while it was writing the mail."
    )  # fmt: skip
    return lost + broken


def forget_mails(*, at: datetime) -> int:
    """Delete mails that ended ninety days ago; how many. The rounds stay: by them nothing is sent a second time."""
    return Mail.objects.filter(ended_at__lt=at - KEPT).delete()[0]


def send_again(*, mail: Mail, by: Actor, at: datetime) -> Mail:
    """Have a mail sent that failed, is uncertain (it may then come twice), or was skipped for want of an address or a
    server. Raises `Conflict` for others, and while the person has no address."""
    require(by, Permission.MANAGE_PEOPLE, [EVERYWHERE])
    if not mail.recipient.email:
        raise Conflict(_("This person has no e-mail address: the mail cannot be sent again."), code="no_address")
    changed = Mail.objects.filter(pk=mail.pk).to_send_again().update(
        state=MailState.WAITING, skip_reason="", tries=0, next_try_at=at, ended_at=None, sending_since=None,
        sent_again_by=by.user, sent_again_at=at,
    )  # fmt: skip
    if not changed:
        raise Conflict(_("This mail waits already, or was sent. Open the page again."), code="not_to_send_again")
    log.info("Mail %s sent again by %s", mail.key, by.display_name)
    mail.refresh_from_db()
    return mail


def _claim(*, at: datetime) -> Mail | None:
    """The mail whose turn it is. It counts as tried, and waits longer, before it is even written: one that ends its
    worker is not the first thing that the next worker takes."""
    with transaction.atomic():
        mail = (
            Mail.objects.due(at=at)
            .filter(tries__lt=MAIL_TRIES)
            .select_related("recipient")
            .order_by("next_try_at", "pk")
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
        if mail is None:
            return None
        mail.tries += 1
        mail.next_try_at = next_mail_try(mail.tries, at)
        mail.save(update_fields=["tries", "next_try_at"])
    return mail


def _send(mail: Mail, compose: Composer, clock: Clock) -> bool:
    """Write and hand over a claimed mail, and keep what became of it; whether the server is away."""
    try:
        written = _written(mail, compose, at=clock())
    except Exception as error:  # a mail that cannot be written holds up no other
        log.exception("mail %s", mail.key)
        _end(mail, Verdict(Outcome.LATER, said(error)), at=clock())
        return False
    if isinstance(written, SkipReason):
        _change(mail, state=MailState.SKIPPED, skip_reason=written, ended_at=clock())
        return False
    person = mail.recipient
    if not _change(
        mail, state=MailState.SENDING, sending_since=clock(), address=person.email, language=person.language
    ):
        return False
    verdict = deliver(written)
    _end(mail, verdict, at=clock())
    return verdict.away


def _written(mail: Mail, compose: Composer, *, at: datetime) -> EmailMessage | SkipReason:
    """The message, or why there is none."""
    person = mail.recipient
    reasons = {
        SkipReason.CLOSED: not person.is_active,
        SkipReason.TURNED_OFF: mail.kind in person.mail_off,
        SkipReason.NO_ADDRESS: not person.email,
        SkipReason.NO_SERVER: not settings.MAIL_GOES_TO,
    }
    for reason, holds in reasons.items():
        if holds:
            return reason
    author = compose(mail, at)
    if isinstance(author, SkipReason):
        return author
    return message(author, key=mail.key, address=person.email, language=person.language)


def _end(mail: Mail, verdict: Verdict, *, at: datetime) -> None:
    """What became of it; refused for now, it waits for its next try while it has any left."""
    if verdict.outcome == Outcome.LATER and mail.tries < MAIL_TRIES:
        _change(mail, state=MailState.WAITING, error=verdict.text)
        return
    state = _ENDS.get(verdict.outcome, MailState.FAILED)
    _change(mail, state=state, error=verdict.text, ended_at=at)
    if state != MailState.SENT:
        log.warning("mail %s %s: %s", mail.key, state, verdict.text)


def _change(mail: Mail, **columns: Any) -> bool:
    """Write to the mail as this worker knows it; False when another has it meanwhile."""
    mine = Mail.objects.filter(pk=mail.pk, state=mail.state, tries=mail.tries)
    if not mine.update(**columns):
        return False
    for name, value in columns.items():
        setattr(mail, name, value)
    return True
