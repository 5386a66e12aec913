"""Money by fiscal year and stage, and money announced. Dollars; an empty cell is not published, not zero."""

from datetime import date

from django.db.models import Expression, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from initiatives.models import FundingAnnouncement, LedgerEntry
from initiatives.models.funding_announcement import FundingAnnouncementQuerySet
from initiatives.models.money import LedgerEntryQuerySet
from reports.figures.declaration import Figure, Rows, Selection, Unit, declare
from reports.figures.feeds import ENTRIES, Feed


def ledger(selection: Selection) -> LedgerEntryQuerySet:
    """Every entry of the selection's initiatives."""
    return LedgerEntry.objects.filter(line__initiative__in=selection.initiatives.order_by().values("pk"))


def entries(selection: Selection, on: date) -> Rows:
    """The entries that stand on that day."""
    return ledger(selection).standing().filter(effective_on__lte=on)


def left_out(rows: LedgerEntryQuerySet, on: date) -> list[tuple[Promise, Rows]]:
    """Those of some entries that do not stand on that day, and why."""
    return [
        (_("Reversed, with the reversal: they cancel out"), rows.reversed_pairs().filter(effective_on__lte=on)),
        (_("Effective after this day"), rows.filter(effective_on__gt=on)),
    ]


def _said(selection: Selection) -> FundingAnnouncementQuerySet:
    mine = Q(initiative__in=selection.initiatives.order_by().values("pk"))
    return FundingAnnouncement.objects.filter(Q(initiative__isnull=True) | mine, plan=selection.plan)


def _announcements(selection: Selection, on: date) -> Rows:
    return _said(selection).filter(in_total=True, announced_on__lte=on)


def _beside(selection: Selection, on: date) -> list[tuple[Promise, Rows]]:
    return [
        (
            _("Lies within another announcement, or is no part of the plan’s total"),
            _said(selection).filter(in_total=False, announced_on__lte=on),
        ),
        (_("Announced after this day"), _said(selection).filter(announced_on__gt=on)),
    ]


def _dollars() -> Expression:
    return Sum("amount")


MONEY = declare(
    Figure(
        key="money",
        version=1,
        label_en="Money by fiscal year and stage",
        label_fr="Argent par exercice et par étape",
        definition_en=(
            "Sum of ledger entries effective on or before the day, less those reversed, by the fiscal year of their"
            " budget line (1 April to 31 March) and by stage: planned, authority, commitment, expenditure, forecast."
            " Stages are steps of the same dollars, so they are never added to each other."
        ),
        definition_fr=(
            "Somme des écritures en vigueur au plus tard ce jour-là, moins celles qui sont contre-passées, selon"
            " l’exercice du poste budgétaire (du 1er avril au 31 mars) et l’étape : prévu, autorisation, engagement,"
            " dépense, prévision. Les étapes suivent les mêmes dollars et ne s’additionnent jamais entre elles."
        ),
        unit=Unit.DOLLARS,
        rows=entries,
        initiative="line__initiative_id",
        value=_dollars,
        buckets=("line__fiscal_year", "stage"),
        adds=False,
        excluded=lambda selection, on: left_out(ledger(selection), on),
        fed_by=ENTRIES,
    )
)

ANNOUNCED = declare(
    Figure(
        key="announced",
        version=1,
        label_en="Funding announced, by organization",
        label_fr="Financement annoncé, par organisation",
        definition_en=(
            "Dollars announced in public by the day as the split of the plan’s total. An announcement is not authority"
            " to spend."
        ),
        definition_fr=(
            "Sommes annoncées publiquement à ce jour comme répartition du total du plan. Une annonce n’est pas une"
            " autorisation de dépenser."
        ),
        unit=Unit.DOLLARS,
        rows=_announcements,
        initiative="initiative_id",
        value=_dollars,
        buckets=("organization__code",),
        covers=False,
        excluded=_beside,
        fed_by=(
            Feed("", ("amount", "in_total", "announced_on", "organization_id", "initiative_id")),
            Feed("organization", ("code",)),
        ),
    )
)
