"""Whether initiatives were reported on, and in time, for the last complete reporting week."""

from datetime import date

from django.db.models import Count, Expression

from initiatives.choices import Timeliness
from initiatives.rules.freshness import end_of_day
from reports.figures.declaration import Figure, Rows, Selection, Unit, declare
from reports.figures.feeds import Feed

_TOUCHED = ("revision",)  # whatever of the row is written
_FACTS = ("milestones", "milestones__baselines", "milestones__forecasts", "budget_lines__entries",
          "indicators__observations", "evidence")  # fmt: skip
_FEEDS = (
    Feed("", ("lifecycle", *_TOUCHED)),
    Feed("plan", ("time_zone",)),
    Feed("updates", _TOUCHED),
    Feed("plan__weeks", ("starts_on", "ends_on", "initiative_due_at")),
    *(Feed(path, _TOUCHED) for path in _FACTS),
)


def _rows(selection: Selection, on: date) -> Rows:
    return selection.initiatives.with_timeliness(on=on, until=end_of_day(on, selection.plan.zone))


def _count() -> Expression:
    return Count("pk")


FRESHNESS = declare(
    Figure(
        key="freshness",
        version=1,
        label_en="Updates for the last complete week",
        label_fr="Mises à jour de la dernière semaine complète",
        definition_en=(
            "How initiatives reported for the last reporting week complete on the day: in time or late, by when the"
            " update approved for that week was first submitted. Without one the week is missed; two missed in a row or"
            " more are stale; where besides no fact and no update was touched in the 21 days that end with the day, the"
            " initiative is silent. Initiatives that are not underway or ongoing owe no update, nor does anybody for a"
            " week that is not in the plan’s calendar, or that ended before the initiative started or was recorded to"
            " be underway or ongoing after it had not been."
        ),
        definition_fr=(
            "Façon dont les initiatives ont rendu compte de la dernière semaine de rapport complète ce jour-là : à"
            " temps ou en retard, selon le moment de la première soumission de la mise à jour approuvée pour cette"
            " semaine. Sans mise à jour approuvée, la semaine est manquée ; à partir de deux semaines manquées de"
            " suite, l’information est périmée ; si, de plus, aucun fait ni aucune mise à jour n’a été touché dans les"
            " 21 jours qui finissent ce jour-là, l’initiative est muette. Les initiatives qui ne sont ni en cours ni"
            " continues ne doivent pas de mise à jour ; il n’en est pas dû non plus pour une semaine absente du"
            " calendrier du plan, ou finie avant le début de l’initiative ou avant qu’elle ne soit inscrite comme en"
            " cours ou continue alors qu’elle ne l’était pas."
        ),
        unit=Unit.INITIATIVES,
        rows=_rows,
        initiative="id",
        value=_count,
        buckets=("timeliness",),
        known={bucket.value: bucket.label for bucket in Timeliness},
        rated=frozenset({"in_time", "late"}),
        owed=frozenset(Timeliness.values) - {"not_owed"},
        fed_by=_FEEDS,
    )
)
