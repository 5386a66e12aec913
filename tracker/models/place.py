"""Places that the plan names: ports of entry, laboratories, regions."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.choices import PlaceKind
from tracker.timemachine.tracked import Tracked, tracked


class PlaceQuerySet(models.QuerySet["Place"]):
    def for_list(self) -> "PlaceQuerySet":
        return self.order_by("code")


@tracked()
class Place(Tracked):
    """A place in Canada. Coordinates stay empty where none are published."""

    code = models.CharField(_("code"), max_length=32, unique=True)
    name_en = models.CharField(max_length=200)
    name_fr = models.CharField(max_length=200)
    kind = models.CharField(_("kind"), max_length=16, choices=PlaceKind.choices)
    province = models.CharField(_("province or territory"), max_length=2, blank=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place")
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=PlaceKind.values), name="tracker_place_kind"),
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="tracker_place_coordinates",
            ),
        ]

    def __str__(self) -> str:
        return self.code
