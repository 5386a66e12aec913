"""What background work did."""

from typing import Self

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from tracker.choices import RunOutcome


class TaskRunQuerySet(models.QuerySet["TaskRun"]):
    def for_list(self) -> Self:
        """Failures first, newest first among each."""
        failed = Case(When(outcome=RunOutcome.FAILED, then=Value(0)), default=Value(1))
        return self.order_by(failed, "-started_at", "-pk")


class TaskRun(models.Model):
    """One run of a background task that did something, or failed. Not tracked: forgotten after thirty days."""

    name = models.CharField(_("task"), max_length=40)
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"))
    outcome = models.CharField(_("outcome"), max_length=6, choices=RunOutcome.choices)
    # How many of what: {"locked": 1}; of a failure, how many "times" it came in a row.
    counts = models.JSONField(default=dict)
    error = models.TextField(_("error"), blank=True)

    objects = TaskRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run of a task")
        indexes = [models.Index(fields=["started_at"], name="tracker_run_started")]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=RunOutcome.values), name="tracker_run_outcome"),
            models.CheckConstraint(condition=Q(ended_at__gte=F("started_at")), name="tracker_run_times"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.started_at:%Y-%m-%d %H:%M:%S}"
