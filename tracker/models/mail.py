"""The outbox: one row a mail, kept in the transaction of what causes it."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tracker.choices import Language, MailKind, MailState, SkipReason
from tracker.rules import MAIL_TRIES

LATE = timedelta(minutes=2)  # a mail that waits this long past its time is held up
UNKNOWN_AFTER = timedelta(minutes=15)  # longer than any task may run: whoever was sending it has ended
AGAIN = (MailState.FAILED, MailState.UNCERTAIN, MailState.SKIPPED)  # what a person may have sent again
TURNED_AROUND = (SkipReason.NO_ADDRESS, SkipReason.NO_SERVER)  # reasons to skip that can have gone since


class MailQuerySet(models.QuerySet["Mail"]):
    def due(self, *, at: datetime) -> Self:
        """Waiting, and its time has come."""
        return self.filter(state=MailState.WAITING, next_try_at__lte=at)

    def for_list(self) -> Self:
        """What went wrong first, then newest first."""
        return self.select_related("recipient", "sent_again_by").order_by(F("ended_at").desc(nulls_last=True), "-pk")

    def to_send_again(self) -> Self:
        """Those that a person may have sent again: no wish of the reader's stands against it."""
        return self.filter(Q(state__in=AGAIN) & (~Q(state=MailState.SKIPPED) | Q(skip_reason__in=TURNED_AROUND)))


class Mail(models.Model):
    """One mail to one person. `key` says what it is about, and there is one row of each: whatever runs twice, nobody
    gets it twice. Not tracked: it tells of the plan and is no part of it; what it says is read when it is sent.
    """

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=MailKind.choices)
    recipient = models.ForeignKey("tracker.User", on_delete=models.CASCADE, related_name="mails")
    # A code, as the scope of a grant is: the frame stands on this floor.
    plan = models.CharField(_("plan"), max_length=16)
    # Keys of what it is about, by kind.
    about = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=9, choices=MailState.choices, default=MailState.WAITING)
    skip_reason = models.CharField(_("reason"), max_length=10, choices=SkipReason.choices, blank=True)
    # As they were when it was sent; a language of "" is both.
    address = models.EmailField(_("address"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    made_at = models.DateTimeField(_("made"))
    next_try_at = models.DateTimeField(_("next try"))
    sending_since = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)
    sent_again_by = models.ForeignKey(
        "tracker.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    sent_again_at = models.DateTimeField(null=True, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="tracker_mail_waiting"),
            models.Index(fields=["state", "ended_at"], name="tracker_mail_state"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MailKind.values), name="tracker_mail_kind"),
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="tracker_mail_state_known"),
            models.CheckConstraint(condition=Q(tries__lte=MAIL_TRIES), name="tracker_mail_tries"),
            models.CheckConstraint(
                condition=Q(state="skipped", skip_reason__in=SkipReason.values)
                | (~Q(state="skipped") & Q(skip_reason="")),
                name="tracker_mail_skipped_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(sending_since__isnull=False), name="tracker_mail_sending_since"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending"], ended_at__isnull=True)
                | (~Q(state__in=["waiting", "sending"]) & Q(ended_at__isnull=False)),
                name="tracker_mail_ended",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def may_go_again(self) -> bool:
        """Whether a person may have it sent again, and there is an address to send it to."""
        return self.repeatable and bool(self.recipient.email)

    @property
    def repeatable(self) -> bool:
        """Whether it ended in a way that another try can mend."""
        return self.state in AGAIN and (self.state != MailState.SKIPPED or self.skip_reason in TURNED_AROUND)


class MailRound(models.Model):
    """An occasion on which many were to be written to, looked at once: a week's reminder, its notice of what is
    overdue, a rollup's digest. `skip_reason` says why nobody was: an outage makes no flood of old mail."""

    occasion = models.CharField(max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=MailKind.choices)
    at = models.DateTimeField()
    mails = models.PositiveIntegerField(default=0)
    skip_reason = models.CharField(_("reason"), max_length=10, choices=SkipReason.choices, blank=True)

    class Meta:
        verbose_name = _("round of mail")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MailKind.values), name="tracker_round_kind"),
            models.CheckConstraint(condition=Q(skip_reason__in=["", *SkipReason.values]), name="tracker_round_reason"),
        ]

    def __str__(self) -> str:
        return self.occasion
