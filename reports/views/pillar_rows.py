"""The pillars of a plan side by side, and the plan as a whole: colour, health, who reported, milestones."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from pillars.models import Pillar
from reports.comparison import Comparison
from reports.figures.scopes import Scope
from reports.headlines import PLAN, ShownHeadline
from reports.panels import Board, Cell, Panel
from reports.rules.headline import headline
from reports.views.distributions import cells_then, distribution
from tracker.charts import Distribution, distribution_bar, swatch


@dataclass(frozen=True)
class PillarRow:
    """One pillar; the plan as a whole where `pillar` is None. The bars split what `health` and `dollars` count, and are
    empty where there is nothing to split; `counts` are the parts of the first, the same in every row, each with its
    look in the bar. `before`: the headline colour by the rule at the moment that the page is compared with, if it was
    another, and where it is told why."""

    pillar: Pillar | None
    headline: ShownHeadline
    health: Panel
    health_bar: SafeString | str
    counts: list[tuple[SafeString, Cell]]
    dollars: Panel
    dollars_bar: SafeString | str
    met: Panel
    milestones: Panel
    late: Panel
    before: str = ""
    why_url: str = ""


def pillar_rows(
    pillars: Iterable[Pillar],
    figures: Board,
    scope: Scope,
    colours: Mapping[int | None, ShownHeadline],
    *,
    against: Comparison | None = None,
) -> list[PillarRow]:
    """The pillars in their order, and last the plan. States that no initiative of the plan is in are left out, unless
    one was at the moment that the page is compared with."""
    whole = distribution(figures.panel("health", scope.code), title="", unit="", slim=True, against=against)
    states = [segment.state for segment in whole.segments]
    scopes = [(pillar, f"{scope.code}/{pillar.number}") for pillar in pillars]
    rows = [_row(pillar, figures, code, colours[pillar.number], states) for pillar, code in scopes]
    rows.append(_row(None, figures, scope.code, colours[PLAN], states))
    return rows if against is None else [_beside(row, against) for row in rows]


def looks(rows: list[PillarRow]) -> list[tuple[SafeString, str]]:
    """How each state looks in the bars, with its name: the states of the whole plan."""
    whole = rows[-1]
    chart = replace(_chart(whole.health, title="", unit=""), key="looks")
    return [(swatch(chart, cell.bucket), str(cell.label)) for _swatch, cell in whole.counts]


def _row(pillar: Pillar | None, figures: Board, code: str, colour: ShownHeadline, states: Collection[str]) -> PillarRow:
    health, dollars = figures.panel("health", code), figures.panel("health_dollars", code)
    by_number = _chart(health, title=_("Health of initiatives"), unit=_("Initiatives"))
    by_dollars = _chart(dollars, title=_("Health by dollars"), unit=_("Dollars"))
    return PillarRow(
        pillar=pillar,
        headline=colour,
        health=health,
        health_bar=distribution_bar(by_number, slim=True) if health.total else "",
        counts=[(swatch(by_number, cell.bucket), cell) for cell in health.cells if cell.bucket in states],
        dollars=dollars,
        dollars_bar=distribution_bar(by_dollars, slim=True) if dollars.total else "",
        met=figures.panel("milestones_met", code),
        milestones=figures.panel("milestones", code),
        late=figures.panel("milestones_late", code),
    )


def _beside(row: PillarRow, against: Comparison) -> PillarRow:
    """The row with the headline colour that it had, if the pillar was there and it was another."""
    then = cells_then(against, row.health)
    if not then or row.health.scope in against.younger:
        return row
    colour = headline(then, cells_then(against, row.dollars)).colour.value
    if colour == row.headline.colour:
        return row
    return replace(row, before=colour, why_url=against.why("health", row.health.scope))


def _chart(panel: Panel, *, title: str, unit: str) -> Distribution:
    return distribution(panel, title=title, unit=unit, slim=True)
