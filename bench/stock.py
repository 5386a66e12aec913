"""What most people would write with Django REST framework: the peers of lists and writes.

They run in the same process, behind the same middleware and authentication, on the same database and tables, and answer
the same columns. What they do not do is said beside each.
"""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.generics import ListAPIView, ListCreateAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from bench.models import PlainEntry
from reports.datasets import DATASETS
from tracker.datasets import Dataset
from tracker.models import User

PAGE = 100


class Numbered(PageNumberPagination):
    """Pages by number, of 100."""

    page_size = PAGE


class Stock:
    """The framework's own defaults, where our settings name something else."""

    permission_classes: Any = [IsAuthenticated]
    content_negotiation_class: Any = DefaultContentNegotiation
    renderer_classes: Any = [JSONRenderer]
    parser_classes: Any = [JSONParser]
    filter_backends: Any = []
    pagination_class: Any = Numbered


def stock_list(dataset: Dataset) -> "type[ListAPIView[Any]]":
    """A list of a dataset's model through a `ModelSerializer` and pages by number, with the columns of our own list.

    A column of the model's own is the framework's; one that lies elsewhere is read through its relations, joined
    beforehand; one that is an expression is annotated. It filters nothing, refuses no unknown parameter, names no
    revision, and counts all rows for each page, as the framework does.
    """
    own = {field.name for field in dataset.model._meta.concrete_fields if not field.is_relation}
    columns = dataset.row.columns()
    annotations = {f"stock_{column.name}": column.source for column in columns if not isinstance(column.source, str)}
    paths = {
        column.name: column.source.replace("__", ".") if isinstance(column.source, str) else f"stock_{column.name}"
        for column in columns
    }
    declared = {name: serializers.ReadOnlyField(source=path) for name, path in paths.items() if path not in own}
    declared |= {name: serializers.ReadOnlyField(source=path) for name, path in paths.items() if path in own - {name}}
    for name in declared.keys() & set(paths.values()):
        if paths[name] == name:  # the framework refuses to be told of a source by its own name
            declared[name] = serializers.ReadOnlyField()
    meta = type("Meta", (), {"model": dataset.model, "fields": list(paths)})
    chosen = type("StockSerializer", (serializers.ModelSerializer,), {**declared, "Meta": meta})

    class StockList(Stock, ListAPIView[Any]):
        """The list."""

        serializer_class = chosen
        schema = None

        def get_queryset(self) -> Any:
            """The same rows in the same order."""
            return dataset.filters.base(cast(User, self.request.user), on=timezone.localdate()).annotate(**annotations)

    return StockList


NAMES = ("initiatives", "milestones", "ledger-entries", "status-updates")
LISTS = {name: stock_list(DATASETS[name]) for name in NAMES}


class PlainEntrySerializer(serializers.ModelSerializer[PlainEntry]):
    """The columns that a body of ours fills. Who sends it has to know the key of the budget line."""

    class Meta:
        model = PlainEntry
        fields = ["id", "line", "stage", "amount", "effective_on", "reference", "note"]


class PlainEntries(Stock, ListCreateAPIView[Any]):
    """A table without history, written by `many=True` in one transaction.

    It asks for no permission on the row's initiative, finds no initiative, organization or budget line by its code,
    opens no budget line, knows none of the ledger's rules, writes no revision and no history, and answers the rows
    without what they belong to.
    """

    queryset = PlainEntry.objects.all()
    serializer_class = PlainEntrySerializer
    schema = None

    @transaction.atomic
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The framework's own steps, for a list."""
        serializer = self.get_serializer(data=request.data, many=True)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data, status=201)


@login_required
def select_1(request: HttpRequest) -> HttpResponse:
    """The least that a page can do with a database."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
        return HttpResponse(str(cursor.fetchone()[0]))
