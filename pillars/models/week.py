"""Reporting weeks."""

from datetime import date, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractIsoYear, ExtractWeek
from django.utils.translation import gettext_lazy as _

from pillars.choices import WeekState
from tracker.models import User
from tracker.timemachine import Tracked, tracked


class ReportingWeekQuerySet(models.QuerySet["ReportingWeek"]):
    def visible_to(self, user: User) -> Self:
        """Weeks of plans that the person sees at all."""
        access = user.access
        if access.everywhere:
            return self
        return self.filter(plan__code__in=access.all_plans)

    def for_list(self) -> Self:
        return self.select_related("plan").order_by("-starts_on", "plan__code")

    def holding(self, day: date) -> Self:
        """The week of each plan that holds that day."""
        return self.filter(starts_on__lte=day, ends_on__gte=day)

    def to_lock(self, *, at: datetime) -> Self:
        """Weeks whose time to lock has come and that are not locked, oldest first."""
        return self.filter(locks_at__lte=at, locked_at__isnull=True).order_by("starts_on", "plan_id")


@tracked(write_once=("locked_at", "lock_revision"))
class ReportingWeek(Tracked):
    """One ISO week, Monday to Sunday in the plan's time zone. Instants are stored in UTC.

    A week across 31 March is one week; its money is bucketed by date. Once locked, its status updates are closed and
    `lock_revision` is the knowledge that its rollup is computed from.
    """

    plan = models.ForeignKey("pillars.Plan", on_delete=models.PROTECT, related_name="weeks")
    year = models.PositiveSmallIntegerField(_("ISO year"))
    number = models.PositiveSmallIntegerField(_("ISO week"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    opens_at = models.DateTimeField(_("opens"))
    initiative_due_at = models.DateTimeField(_("updates due"))
    pillar_due_at = models.DateTimeField(_("reviews due"))
    locks_at = models.DateTimeField(_("locks"))
    locked_at = models.DateTimeField(_("locked"), null=True, blank=True)
    lock_revision = models.BigIntegerField(_("locked at revision"), null=True, blank=True)

    objects = ReportingWeekQuerySet.as_manager()

    class Meta:
        verbose_name = _("reporting week")
        # The week of a day is asked for across plans: by every health, once an initiative.
        indexes = [models.Index(fields=["starts_on"], name="pillars_week_starts_on")]
        constraints = [
            models.UniqueConstraint(fields=["plan", "starts_on"], name="pillars_week_once"),
            models.CheckConstraint(condition=Q(starts_on__iso_week_day=1), name="pillars_week_starts_on_monday"),
            models.CheckConstraint(
                condition=Q(ends_on=F("starts_on") + timedelta(days=6)), name="pillars_week_is_seven_days"
            ),
            models.CheckConstraint(
                condition=Q(year=ExtractIsoYear("starts_on"), number=ExtractWeek("starts_on")),
                name="pillars_week_number_by_iso_8601",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("initiative_due_at"))
                & Q(initiative_due_at__lte=F("pillar_due_at"))
                & Q(pillar_due_at__lte=F("locks_at")),
                name="pillars_week_deadlines_in_order",
            ),
            models.CheckConstraint(
                condition=Q(locked_at__isnull=True, lock_revision__isnull=True)
                | Q(locked_at__isnull=False, lock_revision__isnull=False),
                name="pillars_week_locked_at_a_revision",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """`2026-W46`."""
        return f"{self.year}-W{self.number:02d}"

    def closed(self, *, at: datetime) -> bool:
        """Nothing is written or decided for it any more: it is locked, or its time to lock has come."""
        return self.locked_at is not None or self.locks_at <= at

    def state(self, *, at: datetime) -> WeekState:
        """Where the week stands at that instant."""
        if self.locked_at is not None and self.locked_at <= at:
            return WeekState.LOCKED
        if at < self.opens_at:
            return WeekState.SCHEDULED
        return WeekState.OPEN if at < self.initiative_due_at else WeekState.DUE
