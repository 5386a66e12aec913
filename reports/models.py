"""Sealed weekly rollups, and headline colours that a person answers for."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reports.choices import Headline
from tracker.models import User
from tracker.timemachine import Tracked, tracked

REPORTED = (Headline.GREEN, Headline.AMBER, Headline.RED)


class WeeklyRollupQuerySet(models.QuerySet["WeeklyRollup"]):
    def visible_to(self, user: User) -> Self:
        """Rollups of plans that the person may read whole: a sealed payload cannot be cut down."""
        access = user.access
        return self if access.everywhere else self.filter(plan__code__in=access.plans)

    def for_list(self) -> Self:
        """Newest week and edition first, without the payloads."""
        return self.select_related("plan", "week").defer("payload").order_by("-week__starts_on", "-edition", "pk")


@tracked(append_only=True)
class WeeklyRollup(Tracked):
    """What the figures said at the end of a week, as known when it locked: citable by `code`, never changed.

    `payload` is canonical JSON; `sha256` is of its UTF-8 bytes; the payload holds the hash of the rollup of the plan
    that was sealed before it, so a change to one breaks every later one.
    """

    plan = models.ForeignKey("pillars.Plan", on_delete=models.PROTECT, related_name="rollups")
    week = models.ForeignKey("pillars.ReportingWeek", on_delete=models.PROTECT, related_name="rollups")
    edition = models.PositiveSmallIntegerField(_("edition"), default=1)
    code = models.CharField(_("code"), max_length=48, unique=True)
    on = models.DateField(_("effective date"))
    as_of = models.BigIntegerField(_("as of revision"))
    payload = models.TextField()
    sha256 = models.CharField(max_length=64)
    previous = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="next", verbose_name=_("previous")
    )
    sealed_at = models.DateTimeField(_("sealed"))
    late = models.BooleanField(_("sealed late"))

    objects = WeeklyRollupQuerySet.as_manager()

    class Meta:
        verbose_name = _("weekly rollup")
        constraints = [
            models.UniqueConstraint(fields=["plan", "week", "edition"], name="reports_rollup_once"),
            # With `previous` unique, the rollups of a plan are one chain: one first link, no branch.
            models.UniqueConstraint(fields=["plan"], condition=Q(previous=None), name="reports_rollup_one_first_link"),
            models.CheckConstraint(condition=Q(edition__gte=1), name="reports_rollup_edition"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="reports_rollup_sha256"),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("rollup", args=[self.code])


class HeadlineOverrideQuerySet(models.QuerySet["HeadlineOverride"]):
    def in_force(self) -> Self:
        """The newest of each week and scope; one that was taken back stays among them, without a colour."""
        return self.order_by("week_id", "pillar_id", "-pk").distinct("week_id", "pillar_id")


@tracked(append_only=True)
class HeadlineOverride(Tracked):
    """Another colour than the rule's for one reporting week, reported by a person who says why. It stands beside the
    rule's colour, never in its place, and ends with its week. Without a colour it takes the one before back."""

    plan = models.ForeignKey("pillars.Plan", on_delete=models.PROTECT, related_name="headlines")
    # Null: of the plan as a whole.
    pillar = models.ForeignKey(
        "pillars.Pillar", null=True, blank=True, on_delete=models.PROTECT, related_name="headlines"
    )
    week = models.ForeignKey("pillars.ReportingWeek", on_delete=models.PROTECT, related_name="headlines")
    colour = models.CharField(
        _("colour"), max_length=7, blank=True, choices=[(colour.value, colour.label) for colour in REPORTED]
    )
    reason_en = models.TextField(blank=True)
    reason_fr = models.TextField(blank=True)
    set_by = models.ForeignKey("tracker.User", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(_("set"))

    objects = HeadlineOverrideQuerySet.as_manager()

    class Meta:
        verbose_name = _("headline override")
        constraints = [
            models.CheckConstraint(condition=Q(colour__in=["", *REPORTED]), name="reports_headline_colour"),
            models.CheckConstraint(
                condition=~Q(reason_en="") | ~Q(reason_fr=""), name="reports_headline_says_why"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.pillar_id}@{self.week_id}"
