"""Figures tallied together: those of the ledger, and those of milestones, in one pass over each, not one by one.

Each figure says by its rows what it is (`declaration`), and can be tallied by itself (`compute.tally`) or totalled
(`totals.totals`). This is the same for many at once; `tests/reports/test_figures_together.py` holds them together.
"""

from collections.abc import Sequence
from datetime import date

from reports.figures import of_ledger, of_milestones
from reports.figures.compute import Tally, tally
from reports.figures.declaration import Figure, Selection
from reports.figures.health import HEALTH, HEALTH_DOLLARS
from reports.figures.money import MONEY
from reports.figures.totals import Totals
from reports.figures.totals import totals as added_up_alone


def tallies(figures: Sequence[Figure], selection: Selection, *, on: date) -> list[Tally]:
    """The tally of each figure, in their order: what each initiative brings."""
    found: dict[str, Tally] = {}
    if len(_among(figures, of_ledger.FIGURES)) > 1:
        found = {one.figure.key: one for one in of_ledger.tallies(selection, on=on)}
    dated = _among(figures, of_milestones.FIGURES)
    if len(dated) > 1:
        found |= {one.figure.key: one for one in of_milestones.tallies(dated, selection, on=on)}
    made: list[Tally] = []
    for figure in figures:
        health = next((one for one in made if one.figure is HEALTH), None)
        if figure is HEALTH_DOLLARS and health is not None and MONEY.key in found:
            made.append(of_ledger.weighed(health, found[MONEY.key]))
        else:
            ours = found.get(figure.key)
            made.append(ours if ours and ours.figure is figure else tally(figure, selection, on=on))
    return made


def totals(figures: Sequence[Figure], selection: Selection, *, on: date) -> list[Totals]:
    """The totals of each figure, in their order: what each pillar brings."""
    found: dict[str, Totals] = {}
    weighed = bool(_among(figures, [HEALTH_DOLLARS]))
    if weighed or len(_among(figures, of_ledger.FIGURES)) > 1:
        found = {one.figure.key: one for one in of_ledger.totals(selection, on=on, weighed=weighed)}
    dated = _among(figures, of_milestones.FIGURES)
    if len(dated) > 1:
        found |= {one.figure.key: one for one in of_milestones.totals(dated, selection, on=on)}
    made = []
    for figure in figures:
        ours = found.get(figure.key)
        made.append(ours if ours and ours.figure is figure else added_up_alone(figure, selection, on=on))
    return made


def _among(figures: Sequence[Figure], these: Sequence[Figure]) -> list[Figure]:
    """Those that are one of these very declarations: another version of the same key counts otherwise."""
    return [figure for figure in figures if any(figure is one for one in these)]
