"""Authority moved between budget lines."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from initiatives.choices import TransferKind
from initiatives.models.initiative import visible
from initiatives.models.money import LedgerEntry
from tracker.models import User
from tracker.timemachine import Tracked, tracked


class TransferQuerySet(models.QuerySet["Transfer"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible(user, "initiative__"))

    def for_list(self) -> Self:
        """Newest first, with `undone`: whether its entries are reversed."""
        undoing = LedgerEntry.objects.filter(transfer=OuterRef("pk"), reverses__isnull=False)
        return (
            self.select_related("initiative__plan", "initiative__pillar__plan")
            .annotate(undone=Exists(undoing))
            .order_by("-pk")
        )


@tracked(append_only=True)
class Transfer(Tracked):
    """Authority moved between budget lines of an initiative: between fiscal years (a reprofile) or between votes,
    sources or organizations. Its entries sum to zero (`initiatives_transfer_sums_to_zero`)."""

    initiative = models.ForeignKey("initiatives.Initiative", on_delete=models.PROTECT, related_name="transfers")
    kind = models.CharField(_("kind"), max_length=9, choices=TransferKind.choices)
    reason = models.TextField(_("reason"))
    effective_on = models.DateField(_("effective"))
    made_by = models.ForeignKey("tracker.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=TransferKind.values), name="initiatives_transfer_kind"),
            models.CheckConstraint(condition=~Q(reason=""), name="initiatives_transfer_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
