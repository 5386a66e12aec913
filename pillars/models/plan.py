"""Action plans."""

from datetime import date, datetime, time
from typing import Self
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pillars.rules import Cutoff
from tracker.models import User
from tracker.models.sourced import Sourced
from tracker.timemachine import Tracked, tracked


def check_time_zone(name: str) -> None:
    """Raise `ValidationError` for a name that is no time zone: the weekly cycle could not count its weeks."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        sentence = _("“%(name)s” is no time zone; write it like America/Vancouver.")
        raise ValidationError(sentence, params={"name": name}) from error


class PlanQuerySet(models.QuerySet["Plan"]):
    def visible_to(self, user: User) -> Self:
        """Plans of which the person may see something."""
        access = user.access
        if access.everywhere:
            return self
        return self.filter(code__in=access.all_plans)

    def for_list(self) -> Self:
        """Real plans first, then simulated ones."""
        return self.select_related("coordinator").order_by("simulated", "code")


def _not_after(first: str, second: str) -> Q:
    earlier = Q(**{f"{first}_day__lt": F(f"{second}_day")})
    same_day = Q(**{f"{first}_day": F(f"{second}_day"), f"{first}_time__lte": F(f"{second}_time")})
    return earlier | same_day


@tracked()
class Plan(Sourced, Tracked):
    """A published set of commitments with money and dates. Fiscal years are stored as their start year."""

    code = models.CharField(_("code"), max_length=16, unique=True, validators=[RegexValidator(r"^[A-Z][A-Z0-9-]*$")])
    title_en = models.CharField(max_length=200)
    title_fr = models.CharField(max_length=200)
    description_en = models.TextField(blank=True)
    description_fr = models.TextField(blank=True)
    coordinator = models.ForeignKey(
        "tracker.Organization", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    announced_on = models.DateField(_("announced"))
    # Dollars as announced, which is not authority to spend.
    funding_announced = models.DecimalField(
        _("funding announced"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    first_fiscal_year = models.PositiveSmallIntegerField(_("first fiscal year"))
    last_fiscal_year = models.PositiveSmallIntegerField(_("last fiscal year"))
    time_zone = models.CharField(_("time zone"), max_length=40, default="America/Toronto", validators=[check_time_zone])
    # Days count from the week's Monday (0); 7 is the Monday after it.
    initiative_due_day = models.PositiveSmallIntegerField(default=3)
    initiative_due_time = models.TimeField(default=time(17))
    pillar_due_day = models.PositiveSmallIntegerField(default=4)
    pillar_due_time = models.TimeField(default=time(12))
    lock_day = models.PositiveSmallIntegerField(default=7)
    lock_time = models.TimeField(default=time(6))
    simulated = models.BooleanField(_("simulated"), default=False)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_fiscal_year__gte=F("first_fiscal_year")) & Q(first_fiscal_year__range=(2000, 2100)),
                name="pillars_plan_fiscal_years",
            ),
            models.CheckConstraint(
                condition=Q(funding_announced__isnull=True) | Q(funding_announced__gte=0),
                name="pillars_plan_funding",
            ),
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z][A-Z0-9-]*$"), name="pillars_plan_code_format"),
            models.CheckConstraint(
                condition=(Q(initiative_due_day__gt=0) | Q(initiative_due_time__gt=time.min))
                & _not_after("initiative_due", "pillar_due")
                & _not_after("pillar_due", "lock")
                & Q(lock_day__lte=13),
                name="pillars_plan_deadlines_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("plan", args=[self.code])

    @property
    def scopes(self) -> tuple[str, ...]:
        """Scopes at which a grant covers this plan."""
        return ("", self.code)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def day(self, at: datetime) -> date:
        """The date in the plan's time zone at that instant."""
        return at.astimezone(self.zone).date()

    @property
    def cutoffs(self) -> tuple[Cutoff, Cutoff, Cutoff]:
        """When initiatives report, when pillars have reviewed, when the week locks."""
        return (
            Cutoff(self.initiative_due_day, self.initiative_due_time),
            Cutoff(self.pillar_due_day, self.pillar_due_time),
            Cutoff(self.lock_day, self.lock_time),
        )
