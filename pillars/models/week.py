"""Reporting weeks."""

from datetime import date, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import ExtractIsoYear, ExtractWeek
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from pillars.choices import Transition, WeekState
from pillars.models.transition import WeekTransition
from pillars.rules import Move, week_dates
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

    def open_for_writing(self, *, at: datetime) -> Self:
        """Weeks that take status updates at that instant, newest first: the running one, and those reopened."""
        return self.filter(opens_at__lte=at, locks_at__gt=at, locked_at__isnull=True).order_by("-starts_on", "plan_id")

    def to_lock(self, *, at: datetime) -> Self:
        """Weeks whose time to lock has come and that are not locked, oldest first."""
        return self.filter(locks_at__lte=at, locked_at__isnull=True).order_by("starts_on", "plan_id")

    def unfinished(self, *, at: datetime) -> Self:
        """Weeks that have opened and are not locked, oldest first, with what has happened to them."""
        rows = self.filter(opens_at__lte=at, locked_at__isnull=True).order_by("starts_on", "plan_id")
        return rows.select_related("plan").prefetch_related("transitions")

    def with_recorded_state(self) -> Self:
        """Each week's `recorded_state`: where it stands by what has been recorded, whatever the clock says."""
        locked = Q(locked_at__isnull=False)
        return self.annotate(
            recorded_state=Case(
                When(locked & Q(_happened(Transition.PUBLISHED)), then=Value(WeekState.PUBLISHED)),
                When(locked, then=Value(WeekState.LOCKED)),
                When(edition__gt=1, then=Value(WeekState.REOPENED)),
                When(_happened(Transition.DUE, Transition.CLOSED_EARLY), then=Value(WeekState.DUE)),
                When(_happened(Transition.OPENED), then=Value(WeekState.OPEN)),
                default=Value(WeekState.SCHEDULED),
                output_field=models.CharField(),
            )
        )


def _happened(*states: Transition) -> Exists:
    """Whether one of these is recorded of the week's present edition."""
    return Exists(WeekTransition.objects.filter(week=OuterRef("pk"), edition=OuterRef("edition"), state__in=states))


@tracked(write_once=("locked_at", "lock_revision"), renewed_by="edition")
class ReportingWeek(Tracked):
    """One ISO week, Monday to Sunday in the plan's time zone. Instants are stored in UTC.

    A week across 31 March is one week; its money is bucketed by date. Once locked, its status updates are closed and
    `lock_revision` is the knowledge that its rollup is computed from. Reopening it begins another `edition`, which
    locks by itself; the rollups of those before stay.
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
    edition = models.PositiveSmallIntegerField(_("edition"), default=1)
    locked_at = models.DateTimeField(_("locked"), null=True, blank=True)
    lock_revision = models.BigIntegerField(_("locked at revision"), null=True, blank=True)

    objects = ReportingWeekQuerySet.as_manager()

    class Meta:
        verbose_name = _("reporting week")
        # The week of a day is asked for across plans: by every health, once an initiative.
        indexes = [
            models.Index(fields=["starts_on"], name="pillars_week_starts_on"),
            # The weekly cycle looks for these every few seconds, and they are few.
            models.Index(fields=["opens_at"], condition=Q(locked_at__isnull=True), name="pillars_week_not_locked"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(edition__gte=1), name="pillars_week_edition"),
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
            return WeekState.PUBLISHED if self.published else WeekState.LOCKED
        if at < self.opens_at:
            return WeekState.SCHEDULED
        if self.edition > 1:
            return WeekState.REOPENED
        return WeekState.OPEN if at < self.initiative_due_at else WeekState.DUE

    @cached_property
    def published(self) -> bool:
        """Whether the rollup of the present edition is sealed. Asks the database, unless `transitions` are there."""
        happened = {(done.edition, done.state) for done in self.transitions.all()}
        return (self.edition, Transition.PUBLISHED) in happened

    @cached_property
    def moves(self) -> dict[str, Move]:
        """The cut-offs that are not on their day for a holiday's sake, by the field that holds the instant. One that
        stands otherwise than by the plan's calendar (the week closed early, or is older than the rule) is not told."""
        initiative, pillar, lock = self.plan.cutoffs
        planned = week_dates(self.starts_on, zone=self.plan.zone, initiative=initiative, pillar=pillar, lock=lock)
        return {
            move.cutoff: move for move in planned.moves if getattr(self, move.cutoff) == getattr(planned, move.cutoff)
        }
