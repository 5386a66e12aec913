"""Departments and agencies."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.timemachine.tracked import Tracked, tracked


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def for_list(self) -> "OrganizationQuerySet":
        return self.order_by("code")


@tracked()
class Organization(Tracked):
    """A department or agency of the Government of Canada."""

    code = models.CharField(_("code"), max_length=16, unique=True)
    abbreviation_en = models.CharField(max_length=16)
    abbreviation_fr = models.CharField(max_length=16)
    name_en = models.CharField(max_length=200)
    name_fr = models.CharField(max_length=200)
    gc_org_id = models.PositiveIntegerField(_("government organization number"), null=True, blank=True)
    # Years in which an authority may be spent before it lapses; two for the Canada Border Services Agency.
    fund_life_years = models.PositiveSmallIntegerField(_("years that funds live"), default=1)
    # Shares of a year's authority, in percent, that may be carried into the next when they were not spent.
    carry_forward_operating = models.DecimalField(
        _("operating carry-forward, percent"), max_digits=5, decimal_places=2, default=Decimal(5)
    )
    carry_forward_capital = models.DecimalField(
        _("capital carry-forward, percent"), max_digits=5, decimal_places=2, default=Decimal(20)
    )

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(fund_life_years__range=(1, 2)), name="tracker_organization_fund_life"
            ),
            models.CheckConstraint(
                condition=models.Q(carry_forward_operating__range=(0, 100), carry_forward_capital__range=(0, 100)),
                name="tracker_organization_carry_forward",
            ),
        ]

    def __str__(self) -> str:
        return self.code
