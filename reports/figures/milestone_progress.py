"""How far milestones have come by weight, how far they have slipped, and how often they have moved."""

from datetime import date

from django.db.models import (
    Case,
    CharField,
    DurationField,
    Exists,
    Expression,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, ExtractDay, Greatest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from initiatives.models import MilestoneBaseline, MilestoneForecast
from reports.figures.declaration import Figure, Rows, Selection, Unit, declare
from reports.figures.feeds import COUNTED_MILESTONES, DATED_MILESTONES, Feed
from reports.figures.milestones import counted, excluded


def _stated(rows: Rows, on: date) -> Rows:
    """Adds `state`, met or open by the day, and the weight as what a row adds."""
    state = Case(When(actual_on__lte=on, then=Value("met")), default=Value("open"), output_field=CharField())
    stated: Rows = rows.annotate(state=state, adds=F("weight"))
    return stated


def _weighed(selection: Selection, on: date) -> Rows:
    return _stated(counted(selection, on), on)


def _not_weighed(selection: Selection, on: date) -> list[tuple[Promise, Rows]]:
    return [(reason, _stated(rows, on)) for reason, rows in excluded(selection, on)]


def _slipped(selection: Selection, on: date) -> Rows:
    met = Case(When(actual_on__lte=on, then=F("actual_on")))
    measured = Exists(MilestoneBaseline.objects.filter(milestone=OuterRef("pk")))
    rows: Rows = counted(selection, on).filter(measured)
    # What has a baseline is expected by some day.
    rows = rows.annotate(reached_on=Coalesce(met, F("expected_on")))
    late = ExpressionWrapper(F("reached_on") - F("first_baseline_on"), output_field=DurationField())
    slipped: Rows = rows.annotate(adds=ExtractDay(late))
    return slipped


def _not_slipped(selection: Selection, on: date) -> list[tuple[Promise, Rows]]:
    every: Rows = counted(selection, on)
    unmeasured = every.filter(first_baseline_on__isnull=True)
    return [(_("No approved baseline to measure from"), unmeasured), *excluded(selection, on)]


def _moved(selection: Selection, on: date) -> Rows:
    forecasts = MilestoneForecast.objects.filter(milestone=OuterRef("pk")).order_by()
    made = Func(F("pk"), function="count", output_field=IntegerField())
    # None is no move either.
    return counted(selection, on).annotate(adds=Greatest(Subquery(forecasts.values(made=made)) - 1, 0))


def _sum() -> Expression:
    return Sum("adds")


MILESTONE_WEIGHT = declare(
    Figure(
        key="milestone_weight",
        version=1,
        label_en="Milestones by weight",
        label_fr="Jalons selon leur poids",
        definition_en=(
            "The weights of all milestones that count, split by whether they are met by the day. What is met of all is"
            " the weighted progress; a milestone of weight 0 counts nothing."
        ),
        definition_fr=(
            "Les poids de tous les jalons qui comptent, selon qu’ils sont atteints ou non ce jour-là. La part atteinte"
            " est le progrès pondéré; un jalon de poids 0 ne compte pas."
        ),
        unit=Unit.WEIGHT,
        rows=_weighed,
        initiative="initiative_id",
        value=_sum,
        buckets=("state",),
        known={"met": pgettext_lazy("milestone", "met"), "open": pgettext_lazy("milestone", "open")},
        excluded=_not_weighed,
        fed_by=(*COUNTED_MILESTONES, Feed("", ("weight",))),
    )
)
MILESTONE_SLIP = declare(
    Figure(
        key="milestone_slip",
        version=1,
        label_en="Slip of milestones",
        label_fr="Glissement des jalons",
        definition_en=(
            "Days from the first approved baseline of each milestone to the day on which it was met, or else is"
            " expected (latest forecast); later adds, earlier takes away. Later baselines excuse nothing."
        ),
        definition_fr=(
            "Jours entre la première référence approuvée de chaque jalon et le jour où il a été atteint, ou sinon est"
            " prévu (dernière prévision); un retard s’ajoute, une avance se soustrait. Les références ultérieures"
            " n’excusent rien."
        ),
        unit=Unit.DAYS,
        rows=_slipped,
        initiative="initiative_id",
        value=_sum,
        excluded=_not_slipped,
        fed_by=DATED_MILESTONES,
    )
)
MILESTONE_MOVES = declare(
    Figure(
        key="milestone_moves",
        version=1,
        label_en="Moves of forecasts",
        label_fr="Reports de prévisions",
        definition_en="How often the expected date of each milestone was moved after it was first given.",
        definition_fr="Nombre de fois où la date prévue de chaque jalon a été déplacée après avoir d’abord été donnée.",
        unit=Unit.MOVES,
        rows=_moved,
        initiative="initiative_id",
        value=_sum,
        excluded=excluded,
        fed_by=(*COUNTED_MILESTONES, Feed("forecasts")),
    )
)
