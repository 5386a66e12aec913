"""Figures week by week, for the API."""

from typing import Any

from rest_framework import serializers

from pillars.serializers import SIMULATED
from reports.figures import Unit
from reports.serializers.figures import CoverageSerializer
from reports.series import Absent, Basis
from tracker.serializers import VocabularyField


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
