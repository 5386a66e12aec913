"""Health as a distribution, by count and by dollars. Colours are never averaged."""

from datetime import date

from django.db.models import Count, Expression, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from initiatives.choices import HealthBucket, Stage, Workflow
from reports.figures.declaration import Figure, Rows, Selection, Unit, declare
from reports.figures.feeds import Feed

_KNOWN = {bucket.value: bucket.label for bucket in HealthBucket}
_RATED = frozenset({"green", "amber", "red"})
_OWED = _RATED | {"no_update"}
_FEEDS = (
    Feed("", ("lifecycle",)),
    Feed("updates", ("health_overall", "week_id"), only={"workflow": (Workflow.APPROVED,)}),
    Feed("updates__week", ("starts_on",)),
)


def _rows(selection: Selection, on: date) -> Rows:
    return selection.initiatives.with_health(on=on)


def _funded_rows(selection: Selection, on: date) -> Rows:
    return selection.initiatives.with_published_funding(on=on).with_health(on=on).with_funding(on=on)


def _unfunded(selection: Selection, on: date) -> list[tuple[Promise, Rows]]:
    rows = selection.initiatives.with_health(on=on).with_funding(on=on).funded(known=False)
    return [(_("Funding is not published: weighs nothing here"), rows)]


def _count() -> Expression:
    return Count("pk")


def _dollars() -> Expression:
    return Sum("funding")


HEALTH = declare(
    Figure(
        key="health",
        version=1,
        label_en="Health of initiatives",
        label_fr="Santé des initiatives",
        definition_en=(
            "How many initiatives are on track, at risk or off track by the approved status update in force on the day:"
            " that of the last complete reporting week, or of the current week once approved. An initiative in progress"
            " without one is “no update”, whatever it said before. Initiatives met or not pursued stand apart, and so"
            " do those not started on which nobody reports."
        ),
        definition_fr=(
            "Nombre d’initiatives en bonne voie, à risque ou en difficulté selon la mise à jour approuvée en vigueur ce"
            " jour-là : celle de la dernière semaine de rapport complète, ou de la semaine en cours dès son"
            " approbation. Une initiative en cours qui n’en a pas est « sans mise à jour », quoi qu’elle ait dit"
            " auparavant. Les initiatives réalisées ou abandonnées sont comptées à part, de même que celles qui n’ont"
            " pas commencé et n’ont pas de mise à jour."
        ),
        unit=Unit.INITIATIVES,
        rows=_rows,
        initiative="id",
        value=_count,
        buckets=("health",),
        known=_KNOWN,
        rated=_RATED,
        owed=_OWED,
        fed_by=_FEEDS,
    )
)

HEALTH_DOLLARS = declare(
    Figure(
        key="health_dollars",
        version=1,
        label_en="Health by dollars",
        label_fr="Santé selon les dollars",
        definition_en=(
            "The same distribution weighed by each initiative’s funding: dollars of authority recorded by the day in"
            " all fiscal years, or dollars planned where no authority is recorded. Initiatives whose funding is not"
            " published weigh nothing, and lower the coverage."
        ),
        definition_fr=(
            "La même répartition, pondérée par le financement de chaque initiative : les autorisations inscrites à ce"
            " jour pour tous les exercices ou, à défaut, les dépenses prévues. Les initiatives dont le financement"
            " n’est pas publié n’ont aucun poids et réduisent la couverture."
        ),
        unit=Unit.DOLLARS,
        rows=_funded_rows,
        initiative="id",
        value=_dollars,
        buckets=("health",),
        known=_KNOWN,
        excluded=_unfunded,
        fed_by=(*_FEEDS, Feed("budget_lines__entries", only={"stage": (Stage.AUTHORITY, Stage.PLANNED)})),
    )
)
