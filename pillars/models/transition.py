"""What happened to reporting weeks, and when."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pillars.choices import Transition
from tracker.timemachine import Tracked, tracked


@tracked(append_only=True)
class WeekTransition(Tracked):
    """One step of a reporting week, recorded once in each edition: when it was due, and when it was recorded."""

    week = models.ForeignKey("pillars.ReportingWeek", on_delete=models.PROTECT, related_name="transitions")
    edition = models.PositiveSmallIntegerField(_("edition"))
    state = models.CharField(_("step"), max_length=12, choices=Transition.choices)
    due_at = models.DateTimeField(_("was due"))
    at = models.DateTimeField(_("recorded"))
    # More than a quarter of an hour after it was due.
    late = models.BooleanField(_("late"))
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey("tracker.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("step of a reporting week")
        constraints = [
            models.UniqueConstraint(fields=["week", "edition", "state"], name="pillars_transition_once"),
            models.CheckConstraint(condition=Q(edition__gte=1), name="pillars_transition_edition"),
            models.CheckConstraint(condition=Q(state__in=Transition.values), name="pillars_transition_state"),
        ]

    def __str__(self) -> str:
        return f"{self.week_id}-e{self.edition} {self.state}"
