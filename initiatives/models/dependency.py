"""What a milestone waits for."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from initiatives.models.initiative import visible
from tracker.models import User
from tracker.timemachine import Tracked, tracked


class MilestoneDependencyQuerySet(models.QuerySet["MilestoneDependency"]):
    def visible_to(self, user: User) -> Self:
        """Those of which both ends lie within the person's scopes."""
        return self.filter(visible(user, "milestone__initiative__") & visible(user, "needs__initiative__"))

    def for_list(self) -> Self:
        return self.select_related("milestone__initiative__plan", "needs__initiative__plan").order_by("pk")


@tracked(write_once=("milestone_id", "needs_id"))
class MilestoneDependency(Tracked):
    """`milestone` cannot be met before `needs` is. The graph has no cycle: the database refuses the row that would
    close one (`initiatives_dependency_acyclic`)."""

    milestone = models.ForeignKey("initiatives.Milestone", on_delete=models.PROTECT, related_name="dependencies")
    needs = models.ForeignKey("initiatives.Milestone", on_delete=models.PROTECT, related_name="dependents")
    note = models.TextField(_("note"), blank=True)

    objects = MilestoneDependencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("dependency")
        constraints = [
            models.UniqueConstraint(fields=["milestone", "needs"], name="initiatives_dependency_once"),
            models.CheckConstraint(condition=~Q(milestone=F("needs")), name="initiatives_dependency_not_on_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.milestone_id}<-{self.needs_id}"
