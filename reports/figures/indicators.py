"""Indicators by where they stand towards their targets: counts, with what rests on no indicator beside them."""

from datetime import date

from django.db.models import Count, Expression, Q

from initiatives.aggregates.indicators import with_standing
from initiatives.choices import Standing
from initiatives.models import Indicator
from initiatives.models.indicator import IndicatorQuerySet
from reports.figures.declaration import Figure, Rows, Selection, Unit, declare
from reports.figures.feeds import Feed


def _mine(selection: Selection) -> IndicatorQuerySet:
    """Those of the selection's initiatives, and those of the plan and its pillars, which belong to no initiative."""
    of_initiatives = Q(initiative__in=selection.initiatives.order_by().values("pk"))
    return Indicator.objects.filter(Q(initiative__isnull=True) | of_initiatives, plan=selection.plan)


def _rows(selection: Selection, on: date) -> Rows:
    return with_standing(_mine(selection), on=on)


def _count() -> Expression:
    return Count("pk")


INDICATORS = declare(
    Figure(
        key="indicators",
        version=1,
        label_en="Indicators by standing",
        label_fr="Indicateurs selon leur situation",
        definition_en=(
            "How many indicators have met their target, are on the way to it, have missed it, are not reported, or have"
            " no target. The target that counts is the next one due on the day, else the last; it is judged by the"
            " version in force when it was due, so that a target lowered later improves nothing. It is met or missed"
            " once it is due and reported to that day; what only adds up may be met, or exceed its ceiling, before."
            " Indicators of a pillar count for the pillar and the plan, those of the plan for the plan alone. Coverage"
            " is how many initiatives have an indicator of their own."
        ),
        definition_fr=(
            "Nombre d’indicateurs qui ont atteint leur cible, en approchent, l’ont manquée, ne sont pas renseignés ou"
            " n’ont pas de cible. La cible qui compte est la prochaine à échoir ce jour-là, à défaut la dernière"
            " échue ; elle est jugée selon la version en vigueur à son échéance, de sorte qu’une cible abaissée ensuite"
            " n’améliore rien. Elle est atteinte ou manquée une fois échue et renseignée jusqu’à ce jour ; ce qui ne"
            " peut que s’additionner peut être atteint, ou dépasser son plafond, auparavant. Les indicateurs d’un"
            " pilier comptent pour le pilier et le plan, ceux du plan pour le plan seulement. La couverture est le"
            " nombre d’initiatives qui ont leur propre indicateur."
        ),
        unit=Unit.INDICATORS,
        rows=_rows,
        initiative="initiative_id",
        pillar="pillar__number",
        value=_count,
        buckets=("standing",),
        known={standing.value: standing.label for standing in Standing},
        fed_by=(
            Feed("", ("initiative_id", "pillar_id", "measure", "accumulation", "rollup_rule", "calendar")),
            Feed("targets"),
            Feed("observations"),
            Feed("plan", ("time_zone",)),
        ),
    )
)
