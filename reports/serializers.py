"""Rollups, figures and their explanations, for the API."""

from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from pillars.serializers import SIMULATED
from reports.differences.parts import Part
from reports.figures import Unit
from reports.series import Absent, Basis
from tracker.row_fields import (
    ROLLUPS,
    WEEKS,
    CodeField,
    IdField,
    PlanField,
    RevisionField,
    RevisionNumberField,
    SimulatedField,
)
from tracker.serializers import RowSerializer, VocabularyField
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


class CoverageSerializer(serializers.Serializer[Any]):
    counted = serializers.IntegerField(help_text="Initiatives that the figure rests on.")
    of = serializers.IntegerField(help_text="Initiatives that it should rest on.")


class BucketSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label_en = serializers.CharField()
    label_fr = serializers.CharField()


class FigureSerializer(serializers.Serializer[Any]):
    """What a figure is."""

    key = serializers.CharField()
    version = serializers.IntegerField(help_text="Changes whenever its meaning does.")
    label_en = serializers.CharField()
    label_fr = serializers.CharField()
    definition_en = serializers.CharField()
    definition_fr = serializers.CharField()
    unit = serializers.ChoiceField([unit.value for unit in Unit])
    adds = serializers.BooleanField(help_text="Whether the cells make a sum; planned and spent dollars do not.")
    buckets = BucketSerializer(many=True, help_text="Cells that always stand, in order; others come with the rows.")


@extend_schema_serializer(many=False)
class FigureListSerializer(serializers.Serializer[Any]):
    revision = serializers.IntegerField()
    results = FigureSerializer(many=True)


class _ValueFields(serializers.Serializer[Any]):
    revision = serializers.IntegerField(help_text="The revision that the figure is computed from.")
    on = serializers.DateField(help_text="The day that it is of.")
    scope = serializers.CharField(help_text="Plan `BP`, pillar `BP/2` or initiative `BP/2.01`.")
    partial = serializers.BooleanField(  # type: ignore[assignment]  # a key of this name
        help_text="The reader sees a part of the plan; the figure is of that part."
    )
    simulated = serializers.BooleanField(help_text=SIMULATED)
    key = serializers.CharField()
    version = serializers.IntegerField()
    unit = serializers.ChoiceField([unit.value for unit in Unit])


class FigureValueSerializer(_ValueFields):
    """A figure for one scope and day. Counts are numbers, dollars are strings, null is unknown."""

    cells = serializers.DictField(
        child=serializers.JSONField(), help_text="Value by bucket; a figure that is not split has one, named empty."
    )
    total = serializers.JSONField(
        allow_null=True, help_text="Sum of the known cells; null when none is known, or they make no sum."
    )
    coverage = CoverageSerializer(allow_null=True, help_text="Null where the figure is not made of initiatives.")


class ExplainedRowSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(
        help_text="What the row is: initiative, milestone, ledger-entry, funding-announcement, indicator."
    )
    id = serializers.IntegerField()
    label = serializers.CharField(  # type: ignore[assignment]  # a key of this name
        help_text="Code by which people know it; of a ledger entry also its number, its day and its reference."
    )
    title_en = serializers.CharField()
    title_fr = serializers.CharField()
    bucket = serializers.CharField()
    value = serializers.JSONField(allow_null=True, help_text="What the row adds; null is unknown.")
    url = serializers.CharField(help_text="Path of the row in this API, at the same revision.")


class ExclusionSerializer(serializers.Serializer[Any]):
    reason_en = serializers.CharField()
    reason_fr = serializers.CharField()
    rows = ExplainedRowSerializer(many=True)


class ExplanationSerializer(_ValueFields):
    """The rows behind a figure, or behind one of its buckets: adding their values gives `value`."""

    bucket = serializers.CharField(help_text="Empty for the whole figure.")
    value = serializers.JSONField(
        allow_null=True, help_text="Of the bucket, or of all where they make a sum; null is unknown."
    )
    coverage = CoverageSerializer(allow_null=True, help_text="Null where the figure is not made of initiatives.")
    rows = ExplainedRowSerializer(many=True)
    exclusions = ExclusionSerializer(many=True, help_text="Rows that one might expect and that do not count, and why.")


class PointSerializer(serializers.Serializer[Any]):
    pinned = serializers.CharField(help_text="Means the same for ever: a rollup, or `r1234@2026-11-15`.")
    on = serializers.DateField(help_text="The day of its figures.")
    revision = serializers.IntegerField(help_text="What was known.")
    at = serializers.DateTimeField(allow_null=True)
    rollup = serializers.CharField(allow_null=True)
    version = serializers.IntegerField(help_text="Of the figure, as it counts there.")


class DifferencePartSerializer(serializers.Serializer[Any]):
    part = VocabularyField(Part)
    label_en = serializers.CharField()
    label_fr = serializers.CharField()
    change = serializers.JSONField()
    rows = serializers.IntegerField()


class CellDifferenceSerializer(serializers.Serializer[Any]):
    bucket = serializers.CharField(help_text="Empty for the whole.")
    before = serializers.JSONField(allow_null=True, help_text="At `from`; null is not known then.")
    after = serializers.JSONField(allow_null=True, help_text="At `to`; null is not known then.")
    change = serializers.JSONField(help_text="The sum of the parts; what is not known counts as nothing.")
    parts = DifferencePartSerializer(many=True)


class RowSideSerializer(serializers.Serializer[Any]):
    bucket = serializers.CharField()
    value = serializers.JSONField(allow_null=True)


class TouchedFactSerializer(serializers.Serializer[Any]):
    model = serializers.CharField()
    id = serializers.IntegerField()
    columns = serializers.ListField(
        child=serializers.CharField(), help_text="What changed and matters here; empty for a fact that came or went."
    )


class ToldChangeSerializer(serializers.Serializer[Any]):
    what_en = serializers.CharField()
    what_fr = serializers.CharField()
    subject = serializers.CharField()
    before_url = serializers.CharField(allow_null=True, help_text="The page as it was before.")
    after_url = serializers.CharField(allow_null=True, help_text="The page as the revision left it.")
    history_url = serializers.CharField()


class TouchingRevisionSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    channel = serializers.CharField()
    actor = serializers.CharField(allow_null=True, help_text="Null where the reader is not told who and why.")
    reason = serializers.CharField(allow_null=True)
    facts = TouchedFactSerializer(many=True)
    changes = ToldChangeSerializer(many=True, help_text="In words, as far as the reader may see them.")


class MovedRowSerializer(serializers.Serializer[Any]):
    part = VocabularyField(Part)
    label_en = serializers.CharField(help_text="Of the part.")
    label_fr = serializers.CharField(help_text="Of the part.")
    kind = serializers.CharField(help_text="What the row is, as in an explanation.")
    id = serializers.IntegerField()
    row_label = serializers.CharField()
    title_en = serializers.CharField()
    title_fr = serializers.CharField()
    url = serializers.CharField(help_text="Path of the row in this API, at the revision that knew it last.")
    before = RowSideSerializer(allow_null=True, help_text="Null: it did not count.")
    after = RowSideSerializer(allow_null=True, help_text="Null: it does not count.")
    changes = serializers.DictField(child=serializers.JSONField(), help_text="What it adds to each bucket.")
    revisions = TouchingRevisionSerializer(many=True, help_text="What moved it, newest first.")


class DifferenceSerializer(serializers.Serializer[Any]):
    """Why a figure differs between two points. The parts add up to the difference, to the cent."""

    revision = serializers.IntegerField()
    scope = serializers.CharField()
    partial = serializers.BooleanField(help_text="The reader sees a part of the plan.")  # type: ignore[assignment]  # a key of this name
    simulated = serializers.BooleanField(help_text=SIMULATED)
    key = serializers.CharField()
    unit = serializers.ChoiceField([unit.value for unit in Unit])
    to = PointSerializer()
    bucket = serializers.CharField(help_text="Empty for the whole figure.")
    total = CellDifferenceSerializer(allow_null=True, help_text="Null where the buckets make no sum.")
    cells = CellDifferenceSerializer(many=True)
    rows = MovedRowSerializer(many=True)

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of the language, so that it cannot be written as the others are."""
        return {**super().get_fields(), "from": PointSerializer()}


class SeriesWeekSerializer(serializers.Serializer[Any]):
    """A figure in one week. Counts are numbers, dollars are strings, null is unknown."""

    week = serializers.CharField(help_text="ISO week, `2026-W46`.")
    on = serializers.DateField(help_text="The day that it is of: the week's last.")
    as_of = serializers.IntegerField(
        allow_null=True, help_text="The revision that it is computed from; null where there is none."
    )
    rollup = serializers.CharField(
        allow_null=True, help_text="The sealed rollup that says so; null where it is computed."
    )
    version = serializers.IntegerField(allow_null=True, help_text="Of the figure, as it counts there.")
    cells = serializers.DictField(
        child=serializers.JSONField(), allow_null=True, help_text="Value by bucket; null where the week has no value."
    )
    total = serializers.JSONField(
        allow_null=True, help_text="Sum of the known cells; null when none is known, or they make no sum."
    )
    coverage = CoverageSerializer(allow_null=True, help_text="Null where the figure is not made of initiatives.")
    absent = VocabularyField(Absent, allow_null=True, help_text="Why the week has no value; null where it has one.")
    reason_en = serializers.CharField(allow_null=True, help_text="The same in words.")
    reason_fr = serializers.CharField(allow_null=True, help_text="The same in words.")
    explanation = serializers.CharField(
        allow_null=True, help_text="Path of the explanation in this API: the rows that make it, at the same revision."
    )


class SeriesSerializer(serializers.Serializer[Any]):
    """A figure for one scope, week by week, oldest first: one item for every week that is asked for."""

    revision = serializers.IntegerField(help_text="The revision that the answer shows.")
    scope = serializers.CharField(help_text="Plan `BP`, pillar `BP/2` or initiative `BP/2.01`.")
    partial = serializers.BooleanField(help_text="The reader sees a part of the plan.")  # type: ignore[assignment]  # a key of this name
    simulated = serializers.BooleanField(help_text=SIMULATED)
    key = serializers.CharField()
    unit = serializers.ChoiceField([unit.value for unit in Unit])
    basis = VocabularyField(Basis)
    to = serializers.CharField(help_text="The last week.")
    bucket = serializers.CharField(help_text="Empty for the whole figure.")
    results = SeriesWeekSerializer(many=True)

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of the language, so that it cannot be written as the others are."""
        return {**super().get_fields(), "from": serializers.CharField(help_text="The first week.")}
