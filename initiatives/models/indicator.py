"""Indicators, their targets and their observations. Values in the indicator's own unit, up to six decimals."""

from datetime import date
from typing import Self

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, Round
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from initiatives.choices import (
    Accumulation,
    Availability,
    Calendar,
    Direction,
    Level,
    Measure,
    ObservationKind,
    Qualifier,
    RollupRule,
    TargetType,
)
from initiatives.models.initiative import visible
from tracker.models import User
from tracker.models.sourced import Sourced
from tracker.timemachine import Tracked, tracked


def _value(label: object, **options: object) -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(label, max_digits=18, decimal_places=6, **options)  # type: ignore[arg-type]


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    def visible_to(self, user: User) -> Self:
        """Indicators of initiatives within the person's scopes; those of a plan or pillar for everybody who sees
        something of that plan."""
        access = user.access
        if access.everywhere:
            return self
        shared = Q(initiative__isnull=True, plan__code__in=access.all_plans)
        return self.filter(shared | (Q(initiative__isnull=False) & visible(user, "initiative__")))

    def for_list(self) -> Self:
        return self.select_related("plan", "pillar__plan", "initiative__plan").order_by("plan__code", "code", "pk")


@tracked(write_once=("plan_id", "code"))
class Indicator(Sourced, Tracked):
    """A measure of what the plan does (output) or of what comes of it (outcome): of an initiative, a pillar, or the
    plan as a whole."""

    plan = models.ForeignKey("pillars.Plan", on_delete=models.PROTECT, related_name="indicators")
    pillar = models.ForeignKey(
        "pillars.Pillar", null=True, blank=True, on_delete=models.PROTECT, related_name="indicators"
    )
    initiative = models.ForeignKey(
        "initiatives.Initiative", null=True, blank=True, on_delete=models.PROTECT, related_name="indicators"
    )
    code = models.CharField(_("code"), max_length=40, validators=[RegexValidator(r"^[A-Z0-9][A-Z0-9-]*$")])
    title_en = models.CharField(max_length=300)
    title_fr = models.CharField(max_length=300)
    unit_en = models.CharField(max_length=80)
    unit_fr = models.CharField(max_length=80)
    decimals = models.PositiveSmallIntegerField(_("decimals shown"), default=0, validators=[MaxValueValidator(6)])
    level = models.CharField(_("level"), max_length=8, choices=Level.choices)
    measure = models.CharField(_("measure"), max_length=8, choices=Measure.choices, default=Measure.NUMBER)
    direction = models.CharField(_("direction"), max_length=8, choices=Direction.choices)
    target_type = models.CharField(_("target type"), max_length=8, choices=TargetType.choices, default=TargetType.TBD)
    accumulation = models.CharField(_("accumulation"), max_length=13, choices=Accumulation.choices)
    rollup_rule = models.CharField(_("rolls up by"), max_length=6, choices=RollupRule.choices, default=RollupRule.NONE)
    calendar = models.CharField(_("calendar"), max_length=9, choices=Calendar.choices)
    baseline_value = _value(_("baseline"), null=True, blank=True)
    baseline_on = models.DateField(_("baseline date"), null=True, blank=True)
    method_en = models.TextField(blank=True)
    method_fr = models.TextField(blank=True)
    note_en = models.TextField(blank=True)
    note_fr = models.TextField(blank=True)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator")
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="initiatives_indicator_code"),
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z0-9][A-Z0-9-]*$"), name="initiatives_indicator_form"),
            models.CheckConstraint(
                condition=Q(pillar__isnull=True) | Q(initiative__isnull=True), name="initiatives_indicator_one_scope"
            ),
            models.CheckConstraint(
                condition=Q(level__in=Level.values, measure__in=Measure.values, direction__in=Direction.values)
                & Q(target_type__in=TargetType.values, accumulation__in=Accumulation.values)
                & Q(rollup_rule__in=RollupRule.values, calendar__in=Calendar.values),
                name="initiatives_indicator_vocabulary",
            ),
            models.CheckConstraint(
                condition=Q(baseline_value__isnull=True, baseline_on__isnull=True)
                | Q(baseline_value__isnull=False, baseline_on__isnull=False),
                name="initiatives_indicator_baseline_is_dated",
            ),
            # A ratio rolls up by its numerators and denominators, and by nothing that would add ratios.
            models.CheckConstraint(
                condition=Q(measure=Measure.NUMBER) & ~Q(rollup_rule=RollupRule.RATIO)
                | Q(measure=Measure.RATIO) & ~Q(rollup_rule=RollupRule.SUM),
                name="initiatives_indicator_rollup_of_its_measure",
            ),
            models.CheckConstraint(
                condition=~Q(rollup_rule=RollupRule.SUM) | Q(accumulation=Accumulation.FLOW),
                name="initiatives_indicator_only_flows_add_up",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("indicator", args=[self.plan.code, self.code])

    @property
    def scopes(self) -> tuple[str, ...]:
        """Scopes at which a grant covers this indicator."""
        return (self.initiative or self.pillar or self.plan).scopes


class TargetQuerySet(models.QuerySet["Target"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(indicator__in=Indicator.objects.visible_to(user).values("pk"))

    def for_list(self) -> Self:
        return self.select_related("indicator__plan").order_by(
            "indicator__plan__code", "indicator__code", "due_on", "number", "pk"
        )

    def current(self) -> Self:
        """The latest version of each target: one for each indicator and day it is due."""
        later = Target.objects.filter(
            indicator=OuterRef("indicator"), due_on=OuterRef("due_on"), number__gt=OuterRef("number")
        )
        return self.filter(~models.Exists(later))


@tracked(append_only=True)
class Target(Tracked):
    """A value to be reached by a day. Revised by a new version under the next number, never overwritten; how it
    compares with the version before is computed (`rules.target_change`)."""

    indicator = models.ForeignKey("initiatives.Indicator", on_delete=models.PROTECT, related_name="targets")
    due_on = models.DateField(_("due"))
    number = models.PositiveSmallIntegerField(_("version"), default=1)
    target_type = models.CharField(_("target type"), max_length=8, choices=TargetType.choices)
    lower = _value(_("lower bound"), null=True, blank=True)
    upper = _value(_("upper bound"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    source_url = models.URLField(_("source address"), max_length=500, blank=True)
    set_by = models.ForeignKey("tracker.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(_("set at"))

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target")
        constraints = [
            models.UniqueConstraint(fields=["indicator", "due_on", "number"], name="initiatives_target_version"),
            models.CheckConstraint(
                condition=Q(number=1) | (Q(number__gt=1) & ~Q(reason="")), name="initiatives_target_revision_says_why"
            ),
            models.CheckConstraint(
                condition=Q(target_type=TargetType.TBD, lower__isnull=True, upper__isnull=True)
                | Q(target_type=TargetType.AT_LEAST, lower__isnull=False, upper__isnull=True)
                | Q(target_type=TargetType.AT_MOST, lower__isnull=True, upper__isnull=False)
                | Q(target_type=TargetType.BETWEEN, lower__isnull=False, upper__isnull=False, lower__lte=F("upper"))
                | Q(target_type=TargetType.EXACTLY, lower__isnull=False, upper__isnull=False, lower=F("upper")),
                name="initiatives_target_bounds_of_its_type",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id}@{self.due_on}#{self.number}"


class ObservationQuerySet(models.QuerySet["Observation"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(indicator__in=Indicator.objects.visible_to(user).values("pk"))

    def for_list(self) -> Self:
        return self.select_related("indicator__plan", "place").order_by(
            "indicator__plan__code", "indicator__code", "pk"
        )

    def with_amount(self) -> Self:
        """Adds `amount`: the value, or numerator divided by denominator, to six decimals; null unless reported."""
        ratio = Case(When(denominator__gt=0, then=Round(F("numerator") / F("denominator"), precision=6)))
        return self.annotate(amount=Coalesce(F("value"), ratio))

    def standing(self) -> Self:
        """Those that nothing has superseded."""
        return self.filter(superseded_by__isnull=True)

    def ended(self, *, on: date) -> Self:
        """Of periods that had ended by that day; of an undated period, those published by then."""
        undated = Q(period_end__isnull=True)
        known = Q(published_on__isnull=True) | Q(published_on__lte=on)
        return self.filter(Q(period_end__lte=on) | (undated & known))

    def latest_of(self, indicator: OuterRef) -> Subquery:
        """The key of the newest standing, reported observation of an outer query's indicator."""
        rows = self.standing().filter(indicator=indicator, availability=Availability.REPORTED)
        return Subquery(rows.order_by(F("period_end").desc(nulls_last=True), "-pk").values("pk")[:1])


@tracked(append_only=True)
class Observation(Tracked):
    """What was measured for a period, or why it was not. Never changed: a correction or a restatement is a new row
    that names the one it supersedes and says why. A period's date is empty where none is published."""

    indicator = models.ForeignKey("initiatives.Indicator", on_delete=models.PROTECT, related_name="observations")
    period_start = models.DateField(_("from"), null=True, blank=True)
    period_end = models.DateField(_("to"), null=True, blank=True)
    place = models.ForeignKey(
        "tracker.Place", null=True, blank=True, on_delete=models.PROTECT, related_name="observations"
    )
    availability = models.CharField(
        _("availability"), max_length=13, choices=Availability.choices, default=Availability.REPORTED
    )
    value = _value(_("value"), null=True, blank=True)
    numerator = _value(_("numerator"), null=True, blank=True)
    denominator = _value(_("denominator"), null=True, blank=True)
    qualifier = models.CharField(_("qualifier"), max_length=9, choices=Qualifier.choices, default=Qualifier.EXACT)
    kind = models.CharField(_("kind"), max_length=11, choices=ObservationKind.choices, default=ObservationKind.ORIGINAL)
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by",
        verbose_name=_("supersedes"),
    )  # fmt: skip
    reason = models.TextField(_("reason"), blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    source_url = models.URLField(_("source address"), max_length=500, blank=True)
    official = models.BooleanField(_("official source"), default=False)
    published_on = models.DateField(_("published"), null=True, blank=True)
    note_en = models.TextField(blank=True)
    note_fr = models.TextField(blank=True)
    recorded_by = models.ForeignKey("tracker.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"))

    objects = ObservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("observation")
        constraints = [
            models.CheckConstraint(
                condition=Q(availability__in=Availability.values, qualifier__in=Qualifier.values)
                & Q(kind__in=ObservationKind.values),
                name="initiatives_observation_vocabulary",
            ),
            # Zero is a value; nothing reported is none. The two never share a row.
            models.CheckConstraint(
                condition=Q(
                    availability=Availability.REPORTED, value__isnull=False, numerator__isnull=True,
                    denominator__isnull=True,
                )
                | Q(
                    availability=Availability.REPORTED, value__isnull=True, numerator__isnull=False,
                    denominator__gt=0,
                )
                | ~Q(availability=Availability.REPORTED)
                & Q(value__isnull=True, numerator__isnull=True, denominator__isnull=True),
                name="initiatives_observation_reported_has_a_value",
            ),
            models.CheckConstraint(
                condition=Q(period_start__isnull=True) | Q(period_end__isnull=True)
                | Q(period_start__lte=F("period_end")),
                name="initiatives_observation_period_in_order",
            ),
            models.UniqueConstraint(
                fields=["indicator", "period_start", "period_end", "place"],
                condition=Q(kind=ObservationKind.ORIGINAL, period_end__isnull=False),
                nulls_distinct=False,
                name="initiatives_observation_one_original",
            ),
            models.CheckConstraint(
                condition=Q(kind=ObservationKind.ORIGINAL, supersedes__isnull=True)
                | ~Q(kind=ObservationKind.ORIGINAL) & Q(supersedes__isnull=False) & ~Q(reason=""),
                name="initiatives_observation_supersedes_says_why",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["indicator", "period_end"], name="initiatives_observed"),
            models.Index(fields=["revision"], name="initiatives_observed_touched"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id}/{self.period_end}"
