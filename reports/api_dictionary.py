"""Addresses of the data dictionary, and of the data package that says the same to programs."""

import csv
import io
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from pillars.models import Plan
from reports.datapackage import data_package
from reports.datasets import DATASETS
from reports.dictionary import HEADER, dataset_entry, dictionary, rows
from reports.figures import Unit
from tracker.api_view import ApiView
from tracker.errors import Invalid
from tracker.filters import refuse_unknown

PLAN = OpenApiParameter(
    "plan", OpenApiTypes.STR, description="Code of a plan: the files are of its rows alone; of all plans without it."
)


class WordSerializer(serializers.Serializer[Any]):
    """A value that is allowed."""

    value = serializers.CharField()
    label_en = serializers.CharField()
    label_fr = serializers.CharField()


class ColumnSerializer(serializers.Serializer[Any]):
    """A column of a dataset."""

    name = serializers.CharField(help_text="In JSON, in files and in `fields`.")
    label_en = serializers.CharField()
    label_fr = serializers.CharField()
    definition_en = serializers.CharField()
    definition_fr = serializers.CharField()
    type = serializers.CharField(help_text="One of `types`.")
    unit = serializers.CharField(allow_null=True, help_text="One of `units`; null: no measurement.")
    nullable = serializers.BooleanField(help_text="Whether it may be null, which is unknown and never zero.")
    guarded = serializers.BooleanField(help_text="Always null for readers of a part of the plans.")
    refers_to = serializers.CharField(
        allow_null=True,
        help_text="The column of a dataset that the value is found in, such as `initiatives.id`. Codes of initiatives, "
        "indicators and weeks and numbers of pillars name one row only together with the plan.",
    )
    allowed = WordSerializer(many=True, help_text="Empty: any value of the type.")


class FilterSerializer(serializers.Serializer[Any]):
    """A filter of a dataset's list and files."""

    name = serializers.CharField()
    type = serializers.CharField(help_text="One of `types`, or `week`: an ISO week, `2026-W46`.")
    label_en = serializers.CharField()
    label_fr = serializers.CharField()
    allowed = WordSerializer(many=True, help_text="Empty: any value of the type.")


class DatasetSerializer(serializers.Serializer[Any]):
    """A dataset."""

    name = serializers.CharField(help_text="In addresses.")
    label_en = serializers.CharField()
    label_fr = serializers.CharField()
    about_en = serializers.CharField(help_text="What one row is, and who sees which rows.")
    about_fr = serializers.CharField(help_text="What one row is, and who sees which rows.")
    path = serializers.CharField(help_text="Of its list in this API.")
    key = serializers.CharField(help_text="The column that names a row for good.")
    dated = serializers.BooleanField(help_text="Whether rows depend on the day `on`.")
    columns = ColumnSerializer(many=True, help_text="In the order of files.")
    filters = FilterSerializer(many=True)


class TypeSerializer(serializers.Serializer[Any]):
    """How values of a type are written."""

    name = serializers.CharField()
    label_en = serializers.CharField()
    label_fr = serializers.CharField()
    definition_en = serializers.CharField()
    definition_fr = serializers.CharField()


class UnitSerializer(serializers.Serializer[Any]):
    """What a number counts."""

    name = serializers.CharField()
    label_en = serializers.CharField()
    label_fr = serializers.CharField()


class FormatSerializer(serializers.Serializer[Any]):
    """A format of files."""

    name = serializers.CharField()
    media_type = serializers.CharField()
    path = serializers.CharField(help_text="With the name of a dataset for `{dataset}`.")


class BucketEntrySerializer(serializers.Serializer[Any]):
    """A cell of a figure."""

    key = serializers.CharField()
    label_en = serializers.CharField()
    label_fr = serializers.CharField()


class FigureEntrySerializer(serializers.Serializer[Any]):
    """A figure."""

    key = serializers.CharField()
    version = serializers.IntegerField(help_text="Changes whenever its meaning does.")
    label_en = serializers.CharField()
    label_fr = serializers.CharField()
    definition_en = serializers.CharField()
    definition_fr = serializers.CharField()
    unit = serializers.ChoiceField([unit.value for unit in Unit])
    adds = serializers.BooleanField(help_text="Whether the cells make a sum.")
    buckets = BucketEntrySerializer(many=True, help_text="Cells that always stand, in order; others come with rows.")


class DictionarySerializer(serializers.Serializer[Any]):
    """The whole dictionary."""

    version = serializers.CharField(help_text="Of this API: it changes only where readers have to change with it.")
    types = TypeSerializer(many=True)
    units = UnitSerializer(many=True)
    formats = FormatSerializer(many=True)
    datasets = DatasetSerializer(many=True)
    figures = FigureEntrySerializer(many=True)


class DictionaryView(ApiView):
    """The data dictionary: what every dataset, column, filter and figure means, in English and French."""

    tagged = True

    @extend_schema(responses=DictionarySerializer)
    def get(self, request: Request) -> HttpResponse:
        """All of it. It is the same for everybody, and changes only with the program."""
        refuse_unknown(request.query_params, self.parameters)
        return self.json(dictionary())


class DatasetEntryView(ApiView):
    """One dataset of the data dictionary."""

    tagged = True

    @extend_schema(responses=DatasetSerializer, operation_id="dictionary_dataset_retrieve")
    def get(self, request: Request, dataset: str) -> HttpResponse:
        """Its columns and filters."""
        refuse_unknown(request.query_params, self.parameters)
        found = DATASETS.get(dataset)
        if found is None:
            raise NotFound(_("Nothing is found here."))
        return self.json(dataset_entry(found))


class DictionaryFileView(ApiView):
    """The columns of all datasets as CSV."""

    tagged = True

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        """One row for each column of each dataset, English and French side by side. UTF-8 with a byte order mark."""
        refuse_unknown(request.query_params, self.parameters)
        text = io.StringIO(newline="")
        lines = csv.writer(text, lineterminator="\r\n")
        lines.writerow(HEADER)
        lines.writerows(rows())
        answer = HttpResponse(
            text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8; header=present"
        )
        answer["Content-Disposition"] = 'attachment; filename="dictionary.csv"'
        return answer


class DataPackageView(ApiView):
    """The datasets as a Tabular Data Package (Frictionless Data, version 1)."""

    tagged = True
    parameters = frozenset({"as_of", "plan"})

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT}, parameters=[PLAN])
    def get(self, request: Request) -> HttpResponse:
        """Where each CSV is, and the type, unit, meaning, keys and allowed values of its columns. With `as_of` the
        addresses of the files name that revision, and what they give never changes."""
        refuse_unknown(request.query_params, self.parameters)
        plan = request.query_params.get("plan", "")
        if plan and not Plan.objects.visible_to(self.user).filter(code=plan).exists():
            message = _("There is no such plan that you may see.")
            raise Invalid(_("Some filters cannot be applied."), fields={"plan": message}, code="bad_filter")
        moment = "" if self.moment.live else f"r{self.moment.revision}"
        site = request.build_absolute_uri("/").rstrip("/")
        return self.json(data_package(site, plan=plan, moment=moment))
