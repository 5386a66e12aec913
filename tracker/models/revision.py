"""The numbered revisions of the whole database."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.choices import Channel


class RevisionQuerySet(models.QuerySet["Revision"]):
    def for_list(self) -> Self:
        """Newest first, with the accounts behind them."""
        return self.select_related("actor").order_by("-number")

    def unattributed(self) -> Self:
        """Writes that came in outside any action: nobody is named for them."""
        return self.filter(attributed=False)


class Revision(models.Model):
    """One step of the linear history: who, when, why, and by which way. Written by the database, never changed."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(unique=True)
    actor = models.ForeignKey(
        "tracker.User", null=True, on_delete=models.SET_NULL, db_constraint=False, related_name="+"
    )
    actor_name = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    attributed = models.BooleanField()
    # True when `at` was given by a replay of dated records instead of the clock.
    replayed = models.BooleanField()

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision")

    def __str__(self) -> str:
        return f"r{self.number}"

    @property
    def by_tracker(self) -> bool:
        """The tracker itself wrote it, under one of its own names: no account stands behind it."""
        return self.attributed and self.actor_id is None
