"""Money as it was announced. Dollars, to the cent."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from initiatives.models.initiative import visible
from tracker.models import User
from tracker.models.sourced import Sourced
from tracker.timemachine import Tracked, tracked


class FundingAnnouncementQuerySet(models.QuerySet["FundingAnnouncement"]):
    def visible_to(self, user: User) -> Self:
        """Announcements for the plan as a whole, and for initiatives within the person's scopes."""
        access = user.access
        if access.everywhere:
            return self
        whole = Q(initiative__isnull=True, plan__code__in=access.all_plans)
        return self.filter(whole | (Q(initiative__isnull=False) & visible(user, "initiative__")))

    def for_list(self) -> Self:
        return self.select_related("plan", "organization", "initiative").order_by("plan__code", "announced_on", "pk")


@tracked()
class FundingAnnouncement(Sourced, Tracked):
    """Dollars said in public. An announcement is not authority to spend, so it never enters the ledger."""

    plan = models.ForeignKey("pillars.Plan", on_delete=models.PROTECT, related_name="announcements")
    code = models.CharField(_("code"), max_length=24)
    organization = models.ForeignKey(
        "tracker.Organization", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    initiative = models.ForeignKey(
        "initiatives.Initiative", null=True, blank=True, on_delete=models.PROTECT, related_name="announcements"
    )
    amount = models.DecimalField(_("dollars"), max_digits=16, decimal_places=2)
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"), null=True, blank=True)
    covers_en = models.CharField(max_length=200, blank=True)
    covers_fr = models.CharField(max_length=200, blank=True)
    announced_on = models.DateField(_("announced"))
    # Part of the split of the plan's total; other announcements lie within these, or are not part of it.
    in_total = models.BooleanField(_("part of the plan's total"), default=False)
    note_en = models.TextField(blank=True)
    note_fr = models.TextField(blank=True)

    objects = FundingAnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("funding announcement")
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="initiatives_announcement_code"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="initiatives_announcement_amount"),
        ]

    def __str__(self) -> str:
        return self.code
