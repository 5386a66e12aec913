"""What happens to the small plans of `worlds`, by chance: each happening takes a number that decides the rest."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st

from initiatives.choices import Lifecycle, Workflow
from initiatives.models import (
    FundingAnnouncement,
    Initiative,
    LedgerEntry,
    Milestone,
    MilestoneBaseline,
    MilestoneForecast,
    Observation,
    StatusUpdate,
    Target,
)
from pillars.models import Pillar, Plan, ReportingWeek
from tests.factories import ACTOR
from tests.reports.worlds import (
    LAW,
    SUNDAY,
    WORLDS,
    EntrySpec,
    IndicatorSpec,
    InitiativeSpec,
    MilestoneSpec,
    World,
    build,
)
from tracker.models import Organization
from tracker.timemachine import head, revision

FEW = settings(LAW, max_examples=4)  # examples, where each computes every figure at several states


def _first(rows, chance):
    found = list(rows.order_by("pk"))
    return found[chance % len(found)] if found else None


def _milestone_changed(chance):
    """A date met, taken back, a cancellation, another weight."""
    row = _first(Milestone.objects.all(), chance)
    if row is None:
        return
    day = SUNDAY + timedelta(days=chance % 40 - 20)
    fields = [
        {"actual_on": day, "cancelled_on": None},
        {"actual_on": None},
        {"actual_on": None, "cancelled_on": day, "cancelled_reason": "merged"},
        {"weight": Decimal(chance % 5)},
    ][chance % 4]
    Milestone.objects.filter(pk=row.pk).update(**fields)


def _milestone_dated(chance):
    row = _first(Milestone.objects.all(), chance)
    if row is None:
        return
    day, at = SUNDAY + timedelta(days=chance % 60 - 30), timezone.now() - timedelta(days=chance % 30)
    if chance % 2:
        MilestoneForecast.objects.create(milestone=row, date=day, reason="moved", made_at=at)
    else:
        number = row.baselines.count() + 1
        MilestoneBaseline.objects.create(milestone=row, number=number, date=day, reason="why", approved_at=at)


def _entry_reversed(chance):
    row = _first(LedgerEntry.objects.standing(), chance)
    if row is not None:
        values = {"line": row.line, "stage": row.stage, "effective_on": row.effective_on}
        LedgerEntry.objects.create(amount=-row.amount, reverses=row, **values)
        LedgerEntry.objects.create(amount=row.amount + 7, corrects=row, **values)


def _entry_added(chance):
    row = _first(LedgerEntry.objects.all(), chance)
    if row is not None:
        day = SUNDAY + timedelta(days=chance % 60 - 30)
        LedgerEntry.objects.create(line=row.line, stage=row.stage, effective_on=day, amount=Decimal(chance + 1))


def _initiative_changed(chance):
    row = _first(Initiative.objects.all(), chance)
    if row is not None:
        fields = [
            {"lifecycle": Lifecycle.NOT_PURSUED, "not_pursued_reason": "why"},
            {"lifecycle": Lifecycle.UNDERWAY},
            {"pillar": Pillar.objects.exclude(pk=row.pillar_id).first()},
            {"code": f"9.{row.pk}"},
        ][chance % 4]
        Initiative.objects.filter(pk=row.pk).update(**fields)


def _update_approved(chance):
    row = _first(StatusUpdate.objects.exclude(workflow=Workflow.APPROVED), chance)
    if row is not None:
        decider = row.author.__class__.objects.get(username="reviewer")
        row.workflow, row.decided_by, row.decided_at = Workflow.APPROVED, decider, timezone.now()
        row.save()


def _frame_changed(chance):
    """What rows only point to: organization, pillar, plan."""
    if chance % 3 == 0:
        Organization.objects.filter(code="CBSA").update(fund_life_years=2, carry_forward_operating=Decimal(9))
    elif chance % 3 == 1:
        Plan.objects.update(announced_on=SUNDAY - timedelta(days=chance % 60))
    else:
        Pillar.objects.filter(number=2).update(number=3)


def _indicator_told(chance):
    row = _first(Observation.objects.standing(), chance)
    if row is None:
        return
    Observation.objects.create(
        indicator=row.indicator, period_end=row.period_end, value=Decimal(chance % 7 - 3), kind="correction",
        supersedes=row, reason="Counted again", recorded_at=timezone.now(),
    )  # fmt: skip
    old = row.indicator.targets.first()
    if old is not None:
        Target.objects.create(
            indicator=row.indicator, due_on=old.due_on, number=row.indicator.targets.count() + 1, reason="why",
            target_type=old.target_type, lower=old.lower, upper=old.upper, set_at=timezone.now(),
        )  # fmt: skip


def _announcement_changed(chance):
    row = _first(FundingAnnouncement.objects.all(), chance)
    if row is not None:
        FundingAnnouncement.objects.filter(pk=row.pk).update(in_total=not row.in_total, amount=row.amount + 1)


def _week_moved(_chance):
    ReportingWeek.objects.filter(locked_at=None).update(locked_at=timezone.now(), lock_revision=1)


HAPPENINGS = [
    _milestone_changed, _milestone_dated, _entry_reversed, _entry_added, _initiative_changed, _update_approved,
    _frame_changed, _indicator_told, _announcement_changed, _week_moved,
]  # fmt: skip
LIVES = st.lists(st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, 200)), min_size=2, max_size=8)
_EARLY, _LATE = SUNDAY - timedelta(days=20), SUNDAY + timedelta(days=12)


def _full(pillar, rating):
    """An initiative on which everything that may happen has an effect."""
    money = [
        EntrySpec(stage, year, Decimal(amount), _EARLY, False, who, "operating")
        for stage, amount in (("authority", 900), ("expenditure", 400), ("planned", 800))
        for year, who in ((2025, "RCMP"), (2026, "CBSA"))
    ]
    milestones = (
        MilestoneSpec((_EARLY,), (_EARLY, _LATE), None, None),
        MilestoneSpec((_EARLY, SUNDAY), (), SUNDAY - timedelta(days=3), None),
        MilestoneSpec((), (_LATE,), None, None),
    )
    stock = IndicatorSpec(Decimal(1), _EARLY, Decimal(2), SUNDAY, increase=True)
    return InitiativeSpec(
        pillar, Lifecycle.UNDERWAY, (rating, None, rating), milestones, tuple(money), Decimal(5), (stock,)
    )


RICH = World(
    (_full(0, ("green", "approved")), _full(1, ("amber", "submitted")), _full(1, None)),
    ((Decimal(7), True, "CBSA"),),
    ((1, IndicatorSpec(None, _EARLY, None, SUNDAY, increase=False)),),
)
# Half of them full, for chance makes poor ones; the days around which things happen; mostly after all was there.
SOME = st.one_of(st.just(RICH), st.just(RICH), WORLDS)
NEAR = st.integers(-25, 25).map(lambda shift: SUNDAY + timedelta(days=shift))


def live(base, world, happened):
    """A world, what happens to it in as many revisions, and the numbers of all of them."""
    numbers = [head(), build(base, world)]
    for happening, chance in happened:
        with revision(by=ACTOR, reason=happening.__name__):
            happening(chance)
        numbers.append(head())
    return numbers
