"""The publications that an initiative rests on."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from initiatives.choices import Supports
from tracker.choices import Language
from tracker.timemachine import Tracked, tracked


class InitiativeSourceQuerySet(models.QuerySet["InitiativeSource"]):
    def for_list(self) -> "InitiativeSourceQuerySet":
        """Those of the commitment before those of the lifecycle, each in the order in which they came."""
        return self.order_by("supports", "pk")


@tracked()
class InitiativeSource(Tracked):
    """A publication that states the commitment, or what has become of it. Its title is in its own language; without an
    address it is not known where it can be read."""

    initiative = models.ForeignKey("initiatives.Initiative", on_delete=models.PROTECT, related_name="sources")
    supports = models.CharField(_("source of"), max_length=10, choices=Supports.choices)
    code = models.CharField(_("code"), max_length=16)
    title = models.CharField(_("title"), max_length=200)
    url = models.URLField(_("address"), max_length=500, blank=True)
    official = models.BooleanField(_("official source"), default=False)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)

    objects = InitiativeSourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source")
        constraints = [
            models.UniqueConstraint(fields=["initiative", "supports", "code"], name="initiatives_source_once"),
            models.CheckConstraint(condition=Q(supports__in=Supports.values), name="initiatives_source_supports"),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="initiatives_source_language"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(title=""), name="initiatives_source_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.code
