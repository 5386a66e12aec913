"""Why figures differ between two points, for the API."""

from typing import Any

from rest_framework import serializers

from pillars.serializers import SIMULATED
from reports.differences.parts import Part
from reports.figures import Unit
from tracker.serializers import VocabularyField


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
