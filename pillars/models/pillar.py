"""Pillars of a plan."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tracker.models import User
from tracker.models.sourced import Sourced
from tracker.timemachine import Tracked, tracked


class PillarQuerySet(models.QuerySet["Pillar"]):
    def visible_to(self, user: User) -> Self:
        """Pillars of plans that the person sees at all: the frame is no secret among its people."""
        access = user.access
        if access.everywhere:
            return self
        return self.filter(plan__code__in=access.all_plans)

    def for_list(self) -> Self:
        return self.select_related("plan", "sponsor").order_by("plan__code", "number")


@tracked()
class Pillar(Sourced, Tracked):
    """One pillar. Official pages word the same pillar differently: other wordings are kept as aliases."""

    plan = models.ForeignKey("pillars.Plan", on_delete=models.PROTECT, related_name="pillars")
    number = models.PositiveSmallIntegerField(_("number"))
    title_en = models.CharField(max_length=300)
    title_fr = models.CharField(max_length=300)
    aliases_en = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    aliases_fr = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    sponsor = models.ForeignKey(
        "tracker.Organization", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PillarQuerySet.as_manager()

    class Meta:
        verbose_name = _("pillar")
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="pillars_pillar_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="pillars_pillar_number_from_one"),
            # What an initiative's key to its pillar refers to, so that the two are of one plan.
            models.UniqueConstraint(fields=["id", "plan"], name="pillars_pillar_of_plan"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("pillar", args=[self.plan.code, self.number])

    @property
    def scopes(self) -> tuple[str, ...]:
        """Scopes at which a grant covers this pillar."""
        return (*self.plan.scopes, f"{self.plan.code}/{self.number}")
