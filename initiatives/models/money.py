"""Money: the lines of the budget, and an append-only ledger. Dollars, to the cent."""

from datetime import date
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Case, Exists, ExpressionWrapper, F, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils.translation import gettext_lazy as _

from initiatives.choices import FundingSource, Stage, Vote
from initiatives.models.initiative import visible
from initiatives.rules.money import ZERO
from pillars.rules import fiscal_year
from tracker.models import User
from tracker.timemachine import Tracked, tracked

_DOLLARS: "models.DecimalField[Any, Any]" = models.DecimalField(max_digits=30, decimal_places=2)


class BudgetLineQuerySet(models.QuerySet["BudgetLine"]):
    """What a line's ledger amounts to is said once, in `initiatives.rules.money`; here is the same for many lines in
    one query. `tests/initiatives/test_aggregates_money.py` holds the two together."""

    def visible_to(self, user: User) -> Self:
        return self.filter(visible(user, "initiative__"))

    def with_year_end(self, *, on: date) -> Self:
        """Adds `year_end`: what will have been spent when the funds lapse, as known on that day; null: nobody can
        tell."""
        return self.annotate(year_end=_of_ledger(on, **_year_end(on)))

    def with_known_year_end(self, *, on: date) -> Self:
        """Those whose `year_end` is known. Says what `with_year_end` would, without adding anything up."""
        closed = OuterRef("lapses_in")
        telling = Q(stage=Stage.EXPENDITURE) | Q(stage__in=[Stage.FORECAST, Stage.COMMITMENT]) & Q(open_in__lt=closed)
        standing = apps.get_model("initiatives", "LedgerEntry").objects.standing().filter(effective_on__lte=on)
        rows = standing.filter(line=OuterRef("pk")).alias(open_in=Value(fiscal_year(on)))
        return self.alias(lapses_in=_lapses_in(F)).filter(Exists(rows.filter(telling)))

    def with_lapse(self, *, on: date) -> Self:
        """Adds `lapse`: dollars lost when the funds lapse, carry-forward taken off; null: nobody can tell."""
        return self.annotate(lapse=_of_ledger(on, **_year_end(on), **_lapse()))

    def with_overspent(self, *, on: date) -> Self:
        """Adds `overspent`: dollars spent beyond the authority recorded, 0 within it; null: no spending is recorded."""
        beyond = Greatest(F("expenditure") - Coalesce(F("authority"), ZERO), Value(ZERO), output_field=_DOLLARS)
        told = Case(When(expenditure__isnull=False, then=beyond), output_field=_DOLLARS)
        return self.annotate(overspent=_of_ledger(on, told=told))

    def with_entries(self, *, on: date, stage: Stage | None = None) -> Self:
        """Those with something standing in the ledger on that day, at one stage when one is named."""
        standing = apps.get_model("initiatives", "LedgerEntry").objects.standing().filter(effective_on__lte=on)
        return self.filter(Exists(standing.filter(line=OuterRef("pk"), **({} if stage is None else {"stage": stage}))))

    def for_list(self) -> Self:
        return self.select_related("initiative__plan", "organization").order_by(
            "initiative__plan__code", "initiative__code", "fiscal_year", "pk"
        )


def _of_ledger(on: date, **steps: Any) -> Subquery:
    """The last of some expressions over the totals of a line by stage, as they stand on that day: one pass over the
    line's entries, and nothing else is looked up. What is of the line itself is read outside."""
    rows = (
        apps.get_model("initiatives", "LedgerEntry")
        .objects.standing()
        .filter(line=OuterRef("pk"), effective_on__lte=on)
        .order_by()
        .annotate(**{stage.value: _total(stage) for stage in Stage})
    )
    for name, step in steps.items():
        rows = rows.annotate(**{name: step})
    return Subquery(rows.values(list(steps)[-1]), output_field=_DOLLARS)


def _total(stage: Stage) -> Func:
    """The sum of what stands at that stage, of all entries of a query: as no aggregate, for which Django would sort
    them into groups first."""
    at_stage = Case(When(stage=stage, then=F("amount")), output_field=_DOLLARS)
    return Func(at_stage, function="sum", output_field=_DOLLARS)


def _year_end(on: date) -> dict[str, Any]:
    """`rules.money.year_end_forecast` of the line outside. Funds are closed when the day's fiscal year begins as many
    years after theirs as they live."""
    bound = Case(
        When(expenditure__isnull=True, then=F("commitment")),
        When(commitment__isnull=True, then=F("expenditure")),
        default=F("expenditure") + F("commitment"),
        output_field=_DOLLARS,
    )
    return {
        "lapses_in": _lapses_in(OuterRef),
        "told_end": Case(
            When(lapses_in__lte=fiscal_year(on), then=F("expenditure")),
            default=Coalesce(F("forecast"), bound),
            output_field=_DOLLARS,
        ),
    }


def _lapses_in(of: type[F]) -> "ExpressionWrapper[Any]":
    """The fiscal year with which the funds of a line are closed, of the query's own lines or of those outside."""
    number: models.IntegerField[Any, Any] = models.IntegerField()
    return ExpressionWrapper(of("fiscal_year") + of("organization__fund_life_years"), number)


def _lapse() -> dict[str, Any]:
    """`rules.money.projected_lapse` of the line outside: what is lost."""
    share = ExpressionWrapper(F("authority") * F("percentage") / Value(100), models.DecimalField())
    limit = Greatest(Func(share, Value(2), function="trunc"), Value(ZERO), output_field=_DOLLARS)
    return {
        "vote": ExpressionWrapper(OuterRef("vote"), models.CharField()),
        "percentage": Case(
            When(vote=Vote.OPERATING, then=OuterRef("organization__carry_forward_operating")),
            When(vote=Vote.CAPITAL, then=OuterRef("organization__carry_forward_capital")),
            default=Value(0),
            output_field=models.DecimalField(max_digits=5, decimal_places=2),
        ),
        "unspent": ExpressionWrapper(F("authority") - F("told_end"), _DOLLARS),
        # GREATEST and LEAST pass over null, so that what is not known has to be said first.
        "told_lapse": Case(
            When(unspent__isnull=True, then=None),
            When(unspent__lte=0, then=Value(ZERO)),
            default=F("unspent") - Least(F("unspent"), limit, output_field=_DOLLARS),
            output_field=_DOLLARS,
        ),
    }


# Its dollars are append-only, so what they are dollars of stays too.
@tracked(append_only=True)
class BudgetLine(Tracked):
    """Where money of one fiscal year sits: initiative, organization, source and vote; the last two may be unpublished.

    `fiscal_year` is the start year: 2025 is 2025-26, from 1 April 2025 to 31 March 2026.
    """

    initiative = models.ForeignKey("initiatives.Initiative", on_delete=models.PROTECT, related_name="budget_lines")
    organization = models.ForeignKey("tracker.Organization", on_delete=models.PROTECT, related_name="+")
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    funding_source = models.CharField(_("funding source"), max_length=12, choices=FundingSource.choices, blank=True)
    vote = models.CharField(_("vote"), max_length=20, choices=Vote.choices, blank=True)

    objects = BudgetLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("budget line")
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "organization", "fiscal_year", "funding_source", "vote"],
                name="initiatives_line_once",
            ),
            models.CheckConstraint(condition=Q(fiscal_year__range=(2000, 2100)), name="initiatives_line_fiscal_year"),
            models.CheckConstraint(
                condition=Q(funding_source__in=["", *FundingSource.values]), name="initiatives_line_source"
            ),
            models.CheckConstraint(condition=Q(vote__in=["", *Vote.values]), name="initiatives_line_vote"),
        ]

    def __str__(self) -> str:
        return f"{self.initiative_id}/{self.fiscal_year}"


class LedgerEntryQuerySet(models.QuerySet["LedgerEntry"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible(user, "line__initiative__"))

    def for_list(self) -> Self:
        """As they were recorded, oldest first: the order that costs a page of any depth the same."""
        return self.select_related("line__initiative__plan", "line__organization").order_by("pk")

    def standing(self) -> Self:
        """Neither reversed nor a reversal: such a pair cancels out, and leaves nothing known rather than a zero."""
        undone = LedgerEntry.objects.filter(reverses__isnull=False).values("reverses")
        return self.filter(reverses__isnull=True).exclude(pk__in=undone)

    def reversed_pairs(self) -> Self:
        """Entries that were reversed, and their reversals."""
        return self.filter(Q(reverses__isnull=False) | Q(reversed_by__isnull=False))


@tracked(append_only=True)
class LedgerEntry(Tracked):
    """One amount at one stage. Never changed: an error is reversed by an entry of the opposite amount, of the same
    line, stage and day (the database demands it: `migrations/0001_initial.py`)."""

    line = models.ForeignKey(
        "initiatives.BudgetLine",
        on_delete=models.PROTECT,
        related_name="entries",
        db_index=False,  # the index of the sums begins with it
    )
    stage = models.CharField(_("stage"), max_length=12, choices=Stage.choices)
    amount = models.DecimalField(_("dollars"), max_digits=16, decimal_places=2)
    effective_on = models.DateField(_("effective"))
    reference = models.CharField(_("source reference"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    reverses = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by", verbose_name=_("reverses")
    )
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by", verbose_name=_("corrects")
    )
    transfer = models.ForeignKey(
        "initiatives.Transfer", null=True, blank=True, on_delete=models.PROTECT, related_name="entries"
    )

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="initiatives_entry_stage"),
            models.CheckConstraint(condition=~Q(amount=0), name="initiatives_entry_amount"),
        ]
        indexes = [
            # What sums over the ledger read, in the order of its lines, without the rows themselves.
            models.Index(
                fields=["line", "stage", "effective_on"],
                include=["id", "amount", "reverses"],
                name="initiatives_entry_sums",
            ),
            models.Index(fields=["revision"], name="initiatives_entry_touched"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.amount}"
