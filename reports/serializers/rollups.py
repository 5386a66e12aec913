"""Rollups, for the API."""

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from tracker.key_fields import (
    ROLLUPS,
    WEEKS,
    CodeField,
    IdField,
    PlanField,
    RevisionField,
    RevisionNumberField,
    SimulatedField,
)
from tracker.serializers import RowSerializer
from tracker.tabular import IsoWeek


class WeeklyRollupRow(RowSerializer):
    expressions = {"week": IsoWeek(F("week__starts_on"))}

    id = IdField()
    code = serializers.CharField(
        label=_("Code"), help_text=_("`BP-2026-W46-e1`: plan, week, edition. Cite the rollup by it; it never changes.")
    )
    plan = PlanField(source="plan.code")
    simulated = SimulatedField(source="plan.simulated")
    week = CodeField(WEEKS, label=_("Reporting week"), help_text=_("ISO week that the rollup is of, `2026-W46`."))
    edition = serializers.IntegerField(
        label=_("Edition"), help_text=_("1; a week that was reopened has a rollup of each edition. The highest counts.")
    )
    on = serializers.DateField(
        label=_("Effective date"), help_text=_("The day that its figures are of: the week’s last.")
    )
    as_of = RevisionNumberField(
        label=_("As of revision"), help_text=_("The revision that its figures are computed from: what was known then.")
    )
    sha256 = serializers.CharField(
        label=_("SHA-256"), help_text=_("Of the sealed bytes, in hexadecimal; the next rollup repeats it.")
    )
    previous = CodeField(
        ROLLUPS,
        source="previous.code", allow_null=True, label=_("Previous rollup"),
        help_text=_("Code of the rollup of the plan that was sealed before it; null for the first."),
    )  # fmt: skip
    sealed_at = serializers.DateTimeField(label=_("Sealed at"), help_text=_("When it was sealed."))
    late = serializers.BooleanField(
        label=_("Sealed late"), help_text=_("Sealed more than fifteen minutes after the week was to lock.")
    )
    revision = RevisionField()


class WeeklyRollupDetail(WeeklyRollupRow):
    payload = serializers.DictField(
        help_text="What was sealed, as values; `/payload/` gives the sealed bytes, which `sha256` is of."
    )
