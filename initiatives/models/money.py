"""Money: what was announced, the lines of the budget, and an append-only ledger. Dollars, to the cent."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from initiatives.choices import FundingSource, Stage, Vote
from initiatives.models.initiative import visible
from tracker.models import User
from tracker.models.sourced import Sourced
from tracker.timemachine import Tracked, tracked


class FundingAnnouncementQuerySet(models.QuerySet["FundingAnnouncement"]):
    def visible_to(self, user: User) -> Self:
        """Announcements for the plan as a whole, and for initiatives within the person's scopes."""
        access = user.access
        if access.everywhere:
            return self
        whole = Q(initiative__isnull=True, plan__code__in=access.all_plans)
        return self.filter(whole | (Q(initiative__isnull=False) & visible(user, "initiative__")))

    def for_list(self) -> Self:
        return self.select_related("plan", "organization", "initiative").order_by("plan__code", "announced_on", "pk")


@tracked()
class FundingAnnouncement(Sourced, Tracked):
    """Dollars said in public. An announcement is not authority to spend, so it never enters the ledger."""

    plan = models.ForeignKey("pillars.Plan", on_delete=models.PROTECT, related_name="announcements")
    code = models.CharField(_("code"), max_length=24)
    organization = models.ForeignKey(
        "tracker.Organization", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    initiative = models.ForeignKey(
        "initiatives.Initiative", null=True, blank=True, on_delete=models.PROTECT, related_name="announcements"
    )
    amount = models.DecimalField(_("dollars"), max_digits=16, decimal_places=2)
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"), null=True, blank=True)
    covers_en = models.CharField(max_length=200, blank=True)
    covers_fr = models.CharField(max_length=200, blank=True)
    announced_on = models.DateField(_("announced"))
    # Part of the split of the plan's total; other announcements lie within these, or are not part of it.
    in_total = models.BooleanField(_("part of the plan's total"), default=False)
    note_en = models.TextField(blank=True)
    note_fr = models.TextField(blank=True)

    objects = FundingAnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("funding announcement")
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="initiatives_announcement_code"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="initiatives_announcement_amount"),
        ]

    def __str__(self) -> str:
        return self.code


class BudgetLineQuerySet(models.QuerySet["BudgetLine"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible(user, "initiative__"))

    def for_list(self) -> Self:
        return self.select_related("initiative__plan", "organization").order_by(
            "initiative__plan__code", "initiative__code", "fiscal_year", "pk"
        )


@tracked()
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
        return self.select_related("line__initiative__plan", "line__organization").order_by(
            "line__initiative__plan__code", "line__initiative__code", "pk"
        )

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

    line = models.ForeignKey("initiatives.BudgetLine", on_delete=models.PROTECT, related_name="entries")
    stage = models.CharField(_("stage"), max_length=12, choices=Stage.choices)
    amount = models.DecimalField(_("dollars"), max_digits=16, decimal_places=2)
    effective_on = models.DateField(_("effective"))
    reference = models.CharField(_("source reference"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    reverses = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by", verbose_name=_("reverses")
    )

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="initiatives_entry_stage"),
            models.CheckConstraint(condition=~Q(amount=0), name="initiatives_entry_amount"),
        ]
        indexes = [models.Index(fields=["line", "stage", "effective_on"], name="initiatives_entry_sums")]

    def __str__(self) -> str:
        return f"{self.stage} {self.amount}"
