"""Figures and their explanations, for the API."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from pillars.serializers import SIMULATED
from reports.figures import Unit


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
