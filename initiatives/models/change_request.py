"""Requests to change what was promised, decided by somebody else than who asked."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from initiatives.choices import Decision
from initiatives.models.initiative import visible
from tracker.models import User
from tracker.timemachine import Tracked, tracked


class ChangeRequestQuerySet(models.QuerySet["ChangeRequest"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible(user, "milestone__initiative__"))

    def for_list(self) -> Self:
        """Newest first."""
        return self.select_related(
            "milestone__initiative__plan", "milestone__initiative__pillar__plan", "requested_by", "decided_by"
        ).order_by("-requested_at", "-pk")

    def undecided(self) -> Self:
        return self.filter(decision="")


@tracked(sealed_when="old.decision <> ''")
class ChangeRequest(Tracked):
    """A new baseline date asked for a milestone. Approved, it becomes the next baseline; a decision is final.

    `dollars` is what the requester says it costs the initiative (negative: saves); null is not estimated.
    """

    milestone = models.ForeignKey("initiatives.Milestone", on_delete=models.PROTECT, related_name="change_requests")
    date = models.DateField(_("new baseline date"))
    dollars = models.DecimalField(_("effect in dollars"), max_digits=16, decimal_places=2, null=True, blank=True)
    reason = models.TextField(_("reason"))
    requested_by = models.ForeignKey("tracker.User", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decision = models.CharField(_("decision"), max_length=9, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey("tracker.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    comment = models.TextField(_("comment of who decided"), blank=True)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("change request")
        constraints = [
            models.UniqueConstraint(
                fields=["milestone"], condition=Q(decision=""), name="initiatives_request_one_undecided"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="initiatives_request_says_why"),
            models.CheckConstraint(
                condition=Q(decision__in=["", *Decision.values]), name="initiatives_request_decision"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(decision="") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="initiatives_request_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(decision__in=[Decision.APPROVED, Decision.REFUSED]) | ~Q(decided_by=F("requested_by")),
                name="initiatives_request_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(decision=Decision.REFUSED) | ~Q(comment=""), name="initiatives_request_refused_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.milestone_id}->{self.date}"
