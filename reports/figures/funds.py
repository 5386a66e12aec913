"""What the ledger amounts to: free balance, year-end forecast, projected lapse, overspending. Dollars; an empty cell is
not known, not zero. The rules are those of `initiatives.rules.money`, line by line; here they are added up."""

from collections.abc import Callable
from datetime import date

from django.db.models import Case, Exists, Expression, F, OuterRef, Q, Sum, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from initiatives.choices import Stage
from initiatives.models import BudgetLine, LedgerEntry
from initiatives.models.money import BudgetLineQuerySet, LedgerEntryQuerySet
from reports.figures.declaration import Figure, Rows, Selection, Unit, declare
from reports.figures.feeds import ENTRIES, Feed
from reports.figures.money import entries, ledger, left_out

BALANCED = (Stage.AUTHORITY, Stage.COMMITMENT, Stage.EXPENDITURE)
_ENTRY_CELLS = ("line__fiscal_year", "line__organization__code")
_LINE_CELLS = ("fiscal_year", "organization__code")
_NOT_FORECAST = _("No spending, commitment or forecast is recorded: what will be spent is not known")
_NO_AUTHORITY = _("No authority is recorded on its budget line")


def _of(selection: Selection) -> BudgetLineQuerySet:
    return BudgetLine.objects.filter(initiative__in=selection.initiatives.order_by().values("pk"))


def _lines(selection: Selection, on: date) -> BudgetLineQuerySet:
    """The lines with something in the ledger."""
    return _of(selection).with_entries(on=on)


def _balanced(selection: Selection) -> LedgerEntryQuerySet:
    return ledger(selection).filter(stage__in=BALANCED)


def _authorized(on: date) -> Exists:
    authority = LedgerEntry.objects.standing().filter(stage=Stage.AUTHORITY, effective_on__lte=on)
    return Exists(authority.filter(line=OuterRef("line")))


def _balance(selection: Selection, on: date) -> Rows:
    signed = Case(When(stage=Stage.AUTHORITY, then=F("amount")), default=-F("amount"))
    standing = _balanced(selection).standing().filter(effective_on__lte=on)
    return standing.filter(_authorized(on)).annotate(counted=signed)


def _unbalanced(selection: Selection, on: date) -> list[tuple[Promise, Rows]]:
    rows = _balanced(selection)
    standing = rows.standing().filter(effective_on__lte=on)
    return [(_NO_AUTHORITY, standing.exclude(_authorized(on))), *left_out(rows, on)]


def _forecast(selection: Selection, on: date) -> Rows:
    return _of(selection).with_known_year_end(on=on).with_year_end(on=on)


def _not_forecast(selection: Selection, on: date) -> list[tuple[Promise, Rows]]:
    return [(_NOT_FORECAST, _lines(selection, on).with_year_end(on=on).filter(Q(year_end__isnull=True)))]


def _lapsing(selection: Selection, on: date) -> Rows:
    known = _of(selection).with_entries(on=on, stage=Stage.AUTHORITY).with_known_year_end(on=on)
    return known.with_lapse(on=on)


def _not_lapsing(selection: Selection, on: date) -> list[tuple[Promise, Rows]]:
    lines = _lines(selection, on)
    authorized = lines.with_entries(on=on, stage=Stage.AUTHORITY)
    return [
        (_NO_AUTHORITY, lines.exclude(pk__in=authorized.order_by().values("pk"))),
        (_NOT_FORECAST, authorized.with_year_end(on=on).filter(Q(year_end__isnull=True))),
    ]


def _spent(selection: Selection, on: date) -> Rows:
    return _of(selection).with_entries(on=on, stage=Stage.EXPENDITURE).with_overspent(on=on)


def _not_spent(selection: Selection, on: date) -> list[tuple[Promise, Rows]]:
    lines = _lines(selection, on)
    spent = lines.with_entries(on=on, stage=Stage.EXPENDITURE)
    return [(_("No spending is recorded on it"), lines.exclude(pk__in=spent.order_by().values("pk")))]


def _sum(name: str) -> Callable[[], Expression]:
    return lambda: Sum(name)


MONEY_BY_ORGANIZATION = declare(
    Figure(
        key="money_by_organization",
        version=1,
        label_en="Money by fiscal year, organization and stage",
        label_fr="Argent par exercice, organisation et étape",
        definition_en=(
            "Sum of ledger entries effective on or before the day, less those reversed, by the fiscal year and the"
            " organization of their budget line and by stage. Stages are steps of the same dollars, so they are never"
            " added to each other."
        ),
        definition_fr=(
            "Somme des écritures en vigueur au plus tard ce jour-là, moins celles qui sont contre-passées, selon"
            " l’exercice et l’organisation du poste budgétaire et l’étape. Les étapes suivent les mêmes dollars et ne"
            " s’additionnent jamais entre elles."
        ),
        unit=Unit.DOLLARS,
        rows=entries,
        initiative="line__initiative_id",
        value=_sum("amount"),
        buckets=(*_ENTRY_CELLS, "stage"),
        adds=False,
        excluded=lambda selection, on: left_out(ledger(selection), on),
        fed_by=(*ENTRIES, Feed("line__organization", ("code",))),
    )
)

FREE_BALANCE = declare(
    Figure(
        key="free_balance",
        version=1,
        label_en="Free balance",
        label_fr="Solde disponible",
        definition_en=(
            "Authority less outstanding commitments and expenditure, as recorded by the day: what may still be"
            " committed. Negative when more is bound than was given. Budget lines without recorded authority are left"
            " out: what was spent on them is listed as overspending."
        ),
        definition_fr=(
            "Autorisations moins engagements en cours et dépenses, tels qu’inscrits à ce jour : ce qui peut encore être"
            " engagé. Négatif lorsque les sommes liées dépassent les sommes accordées. Les postes budgétaires sans"
            " autorisation inscrite sont laissés de côté : leurs dépenses figurent aux dépassements."
        ),
        unit=Unit.DOLLARS,
        rows=_balance,
        initiative="line__initiative_id",
        value=_sum("counted"),
        buckets=_ENTRY_CELLS,
        excluded=_unbalanced,
        fed_by=(
            *ENTRIES,
            Feed("line__organization", ("code",)),
            Feed("line__entries", only={"stage": (Stage.AUTHORITY,)}),
        ),
    )
)

YEAR_END_FORECAST = declare(
    Figure(
        key="year_end_forecast",
        version=1,
        label_en="Year-end forecast",
        label_fr="Prévision de fin d’exercice",
        definition_en=(
            "What will have been spent when the funds lapse, budget line by budget line: the forecast where one is"
            " recorded, else expenditure so far and outstanding commitments; once the last day to spend is over, the"
            " expenditure itself. Lines with none of these are not known, and left out."
        ),
        definition_fr=(
            "Ce qui aura été dépensé à la péremption des fonds, poste par poste : la prévision lorsqu’elle est"
            " inscrite, sinon les dépenses à ce jour et les engagements en cours; une fois passé le"
            " dernier jour pour dépenser, les dépenses mêmes."
            " Les postes sans aucune de ces données sont inconnus et laissés de côté."
        ),
        unit=Unit.DOLLARS,
        rows=_forecast,
        initiative="initiative_id",
        value=_sum("year_end"),
        buckets=_LINE_CELLS,
        excluded=_not_forecast,
        fed_by=(Feed("entries"), Feed("organization", ("code", "fund_life_years"))),
    )
)

PROJECTED_LAPSE = declare(
    Figure(
        key="projected_lapse",
        version=1,
        label_en="Projected lapse",
        label_fr="Péremption prévue",
        definition_en=(
            "Authority that will not be spent by the last day to spend it (31 March, a year later for organizations"
            " whose funds live two years) and may not be carried forward: authority less year-end forecast, never"
            " negative, less the part of it that the organization may carry into the next year (of operating and"
            " capital, at most its percentage of the line’s authority, usually 5% and 20%)."
        ),
        definition_fr=(
            "Autorisations qui ne seront pas dépensées au dernier jour permis (le 31 mars, un an plus tard pour les"
            " organisations dont les fonds durent deux ans) et ne peuvent être reportées : autorisations moins"
            " prévision de fin d’exercice, jamais négatif, moins la part que l’organisation peut reporter à"
            " l’exercice suivant (pour le fonctionnement et le capital, au plus son pourcentage de"
            " l’autorisation du poste, d’ordinaire"
            " 5 % et 20 %)."
        ),
        unit=Unit.DOLLARS,
        rows=_lapsing,
        initiative="initiative_id",
        value=_sum("lapse"),
        buckets=_LINE_CELLS,
        excluded=_not_lapsing,
        fed_by=(
            Feed("entries"),
            Feed("organization", ("code", "fund_life_years", "carry_forward_operating", "carry_forward_capital")),
        ),
    )
)

OVERSPENT = declare(
    Figure(
        key="overspent",
        version=1,
        label_en="Spent beyond authority",
        label_fr="Dépassement des autorisations",
        definition_en=(
            "Expenditure beyond the authority recorded, budget line by budget line; all of it where no authority is"
            " recorded. A line within its authority adds zero. Overspending is listed, never refused."
        ),
        definition_fr=(
            "Dépenses au-delà de l’autorisation inscrite, poste par poste; leur totalité lorsqu’aucune autorisation"
            " n’est inscrite. Un poste qui respecte son autorisation compte pour zéro. Un dépassement est signalé,"
            " jamais refusé."
        ),
        unit=Unit.DOLLARS,
        rows=_spent,
        initiative="initiative_id",
        value=_sum("overspent"),
        buckets=_LINE_CELLS,
        excluded=_not_spent,
        fed_by=(
            Feed("entries", only={"stage": (Stage.AUTHORITY, Stage.EXPENDITURE)}),
            Feed("organization", ("code",)),
        ),
    )
)
