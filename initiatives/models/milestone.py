"""Milestones, their approved baselines and their forecasts."""

from datetime import date
from typing import Self, TypeVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from initiatives.choices import MilestoneKind
from initiatives.models.initiative import visible
from initiatives.models.searched import MILESTONE
from tracker.models import User
from tracker.models.sourced import Sourced
from tracker.timemachine import Tracked, tracked

DateT = TypeVar("DateT", bound="MilestoneBaseline | MilestoneForecast")


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def visible_to(self, user: User) -> Self:
        """Milestones of initiatives within the person's scopes."""
        return self.filter(visible(user, "initiative__"))

    def with_dates(self) -> Self:
        """Adds `first_baseline_on`, `baseline_on` (latest), `forecast_on` (latest), and from them `planned_on` (what
        was promised: the latest baseline, else the first forecast) and `expected_on` (what is expected: the latest
        forecast, else the baseline). First and latest forecast go by when they were made, not recorded."""
        baselines = MilestoneBaseline.objects.filter(milestone=OuterRef("pk"))
        forecasts = MilestoneForecast.objects.filter(milestone=OuterRef("pk"))
        return self.annotate(
            first_baseline_on=Subquery(baselines.order_by("number").values("date")[:1]),
            baseline_on=Subquery(baselines.order_by("-number").values("date")[:1]),
            first_forecast_on=Subquery(forecasts.oldest_first().values("date")[:1]),
            forecast_on=Subquery(forecasts.newest_first().values("date")[:1]),
        ).annotate(
            planned_on=Coalesce("baseline_on", "first_forecast_on"),
            expected_on=Coalesce("forecast_on", "baseline_on"),
        )

    def for_list(self) -> Self:
        """With dates and initiative, in the order of their codes."""
        return (
            self.with_dates()
            .select_related("initiative__plan", "initiative__pillar")
            .order_by("initiative__plan__code", "initiative__code", "code", "pk")
        )

    def counted(self, *, on: date) -> Self:
        """Those that count for the plan on that day: not cancelled by then, and not met before its announcement."""
        return self.filter(Q(cancelled_on__isnull=True) | Q(cancelled_on__gt=on)).filter(
            Q(actual_on__isnull=True) | Q(actual_on__gte=F("initiative__plan__announced_on"))
        )

    def cancelled(self, *, on: date) -> Self:
        """Cancelled on or before that day."""
        return self.filter(cancelled_on__lte=on)

    def pre_plan(self) -> Self:
        """Met before the plan was announced: true work, but it earns the plan no progress."""
        return self.filter(actual_on__lt=F("initiative__plan__announced_on"))

    def met(self, *, on: date) -> Self:
        """Met on or before that day."""
        return self.filter(actual_on__lte=on)

    def unmet(self, *, on: date) -> Self:
        """Not met by that day."""
        return self.filter(Q(actual_on__isnull=True) | Q(actual_on__gt=on))

    def late(self, *, on: date) -> Self:
        """Unmet on that day though promised for an earlier one. Needs `with_dates`. A later forecast does not excuse:
        lateness is measured against the latest approved baseline."""
        return self.unmet(on=on).filter(planned_on__lt=on)

    def expected_between(self, first: date, last: date) -> Self:
        """Expected within these days, both included. Needs `with_dates`."""
        return self._dated_between(first, last).filter(expected_on__range=(first, last))

    def due_between(self, first: date, last: date) -> Self:
        """Promised or expected within these days, both included. Needs `with_dates`."""
        within = Q(planned_on__range=(first, last)) | Q(expected_on__range=(first, last))
        return self._dated_between(first, last).filter(within)

    def _dated_between(self, first: date, last: date) -> Self:
        """Those with any date there. Says nothing that the exact conditions do not, but in two scans instead of four
        look-ups for each milestone: a fifth of the time for 100,000."""
        span = Q(date__range=(first, last))
        return self.filter(
            Q(pk__in=MilestoneBaseline.objects.filter(span).values("milestone"))
            | Q(pk__in=MilestoneForecast.objects.filter(span).values("milestone"))
        )


@tracked(write_once=("initiative_id", "code"), words=MILESTONE.words())
class Milestone(Sourced, Tracked):
    """An event of zero duration that is met or not. The actual date is a fact; its corrections are revisions."""

    initiative = models.ForeignKey("initiatives.Initiative", on_delete=models.PROTECT, related_name="milestones")
    code = models.CharField(_("code"), max_length=16)
    title_en = models.CharField(max_length=300)
    title_fr = models.CharField(max_length=300)
    kind = models.CharField(_("kind"), max_length=12, choices=MilestoneKind.choices)
    weight = models.DecimalField(
        _("weight"), max_digits=6, decimal_places=2, default=1, validators=[MinValueValidator(0)]
    )
    acceptance_criteria_en = models.TextField(blank=True)
    acceptance_criteria_fr = models.TextField(blank=True)
    evidence = models.URLField(_("evidence"), max_length=500, blank=True)
    note_en = models.TextField(blank=True)
    note_fr = models.TextField(blank=True)
    actual_on = models.DateField(_("met on"), null=True, blank=True)
    cancelled_on = models.DateField(_("cancelled on"), null=True, blank=True)
    cancelled_reason = models.TextField(blank=True)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("milestone")
        indexes = [models.Index(fields=["revision"], name="initiatives_milestone_touched")]
        constraints = [
            models.UniqueConstraint(fields=["initiative", "code"], name="initiatives_milestone_code"),
            models.CheckConstraint(condition=Q(kind__in=MilestoneKind.values), name="initiatives_milestone_kind"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="initiatives_milestone_weight"),
            models.CheckConstraint(
                condition=Q(cancelled_on__isnull=True) | (Q(actual_on__isnull=True) & ~Q(cancelled_reason="")),
                name="initiatives_milestone_cancelled_unmet_and_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class OfMilestoneQuerySet(models.QuerySet[DateT]):
    def visible_to(self, user: User) -> Self:
        """Those of milestones of initiatives within the person's scopes."""
        return self.filter(visible(user, "milestone__initiative__"))

    def for_list(self) -> Self:
        """As they were recorded, oldest first: the order that costs a page of any depth the same."""
        return self.select_related("milestone__initiative__plan").order_by("pk")


class MilestoneBaselineQuerySet(OfMilestoneQuerySet["MilestoneBaseline"]):
    """Approved dates."""


@tracked(append_only=True)
class MilestoneBaseline(Tracked):
    """An approved date. Numbered from 1; a new one never replaces the first, which variance is shown against too."""

    milestone = models.ForeignKey(
        "initiatives.Milestone",
        on_delete=models.PROTECT,
        related_name="baselines",
        db_index=False,  # an index of the dates begins with it
    )
    number = models.PositiveSmallIntegerField(_("number"))
    date = models.DateField(_("date"))
    reason = models.TextField(_("reason"), blank=True)
    # None for a baseline that was published with the plan and that nobody here asked for.
    request = models.OneToOneField(
        "initiatives.ChangeRequest", null=True, blank=True, on_delete=models.PROTECT, related_name="baseline"
    )
    approved_by = models.ForeignKey("tracker.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()

    objects = MilestoneBaselineQuerySet.as_manager()

    class Meta:
        verbose_name = _("baseline")
        indexes = [models.Index(fields=["revision"], name="initiatives_baseline_touched")]
        constraints = [
            models.UniqueConstraint(
                fields=["milestone", "number"], include=["date"], name="initiatives_baseline_number"
            ),
            models.CheckConstraint(
                condition=Q(number=1) | (Q(number__gt=1) & ~Q(reason="")), name="initiatives_baseline_change_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.milestone_id}#{self.number}"


class MilestoneForecastQuerySet(OfMilestoneQuerySet["MilestoneForecast"]):
    """In the order in which they were made: a plan file may bring in one that was published before those on record. Of
    two made at one instant, the one recorded later comes later."""

    def oldest_first(self) -> Self:
        return self.order_by("made_at", "pk")

    def newest_first(self) -> Self:
        return self.order_by("-made_at", "-pk")


@tracked(append_only=True)
class MilestoneForecast(Tracked):
    """A date expected; each move is a row, and each but the first says why."""

    milestone = models.ForeignKey(
        "initiatives.Milestone",
        on_delete=models.PROTECT,
        related_name="forecasts",
        db_index=False,  # an index of the dates begins with it
    )
    date = models.DateField(_("date"))
    reason = models.TextField(_("reason"), blank=True)
    made_by = models.ForeignKey("tracker.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = MilestoneForecastQuerySet.as_manager()

    class Meta:
        verbose_name = _("forecast")
        indexes = [
            models.Index(fields=["revision"], name="initiatives_forecast_touched"),
            # First and latest dates are found without reading the rows, one by one or all in order.
            models.Index(fields=["milestone", "made_at", "id"], include=["date"], name="initiatives_forecast_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.milestone_id}@{self.date}"
