"""What every address of the API does the same way, and the addresses of the ground floor."""

import errno
from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.db.models import QuerySet, TextField, Value
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.utils.cache import patch_vary_headers
from django.utils.encoding import escape_uri_path
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.status import HTTP_200_OK
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from tracker.errors import Invalid, Refused
from tracker.exports import CsvResponse, Export
from tracker.filters import (
    OrganizationFilter,
    PlaceFilter,
    RevisionFilter,
    StrictFilterBackend,
    StrictFilterSet,
    effective_date,
    refuse_unknown,
)
from tracker.http import JsonOnly, SignedInRequest, json_bytes
from tracker.models import Organization, Place, Revision, User
from tracker.openapi import TrackerSchema
from tracker.pagination import KeysetPagination
from tracker.preconditions import etag
from tracker.serializers import OrganizationRow, PlaceRow, RevisionRow, RowSerializer
from tracker.tabular import Column, Kind, spool_csv
from tracker.timemachine.moments import Moment

READING = ("GET", "HEAD")
KEY = "[1-9][0-9]{0,18}"
CODE = r"[\w.-]+"


class NoRoom(Refused):
    """The disk is full."""

    status = 507
    code = "no_room"


class IsReader(BasePermission):
    """Reading needs any role at all; what it shows is then decided row by row."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the person is signed in and holds a role."""
        self.message = _("You have no role yet. Ask the plan's administrator for one.")
        return bool(request.user.is_authenticated and request.user.access.grants)


class ApiView(APIView):
    """An address of the API. A GET shows one revision, says which, and where the very same can be read again."""

    permission_classes = [IsReader]
    content_negotiation_class = JsonOnly
    http_method_names = ["get", "head", "post"]
    schema = TrackerSchema()
    # Parameters that the view reads itself; a filter set reads the others.
    parameters: ClassVar[frozenset[str]] = frozenset({"as_of"})
    dated: ClassVar[bool] = False

    @property
    def moment(self) -> Moment:
        """The moment that a GET shows."""
        return cast(SignedInRequest, self.request).moment

    @property
    def user(self) -> User:
        return cast(User, self.request.user)

    @property
    def on(self) -> Any:
        """The day that is asked about."""
        return effective_date(self.request)

    def pinned(self, **changes: str) -> str:
        """Path and query of exactly this answer: its revision, and its day where it depends on one, spelled out."""
        query: QueryDict = self.request.query_params.copy()
        query["as_of"] = f"r{self.moment.revision}"
        if self.dated:
            query["on"] = self.on.isoformat()
        for name, value in changes.items():
            query[name] = value
        return f"{escape_uri_path(self.request.path)}?{query.urlencode()}"

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Adds what a reader needs to cite the answer, and keeps it out of shared caches."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(answer, ["Authorization", "Cookie"])
        shown = request.method in READING and answer.status_code == HTTP_200_OK
        frozen = shown and self.moment.text.startswith("r")
        answer.headers.setdefault("Cache-Control", "private, max-age=3600" if frozen else "private, no-store")
        if shown:
            answer["X-Revision"] = str(self.moment.revision)
            answer["Content-Location"] = self.pinned()
            if self.moment.at is not None:
                answer["X-Data-As-Of"] = self.moment.at.isoformat().replace("+00:00", "Z")
        return answer

    def json(self, body: Any, status: int = 200) -> HttpResponse:
        """The body as JSON; depends on the moment and the person, never on the clock."""
        return HttpResponse(json_bytes(body), status=status, content_type="application/json")


class FilteredView(ApiView, GenericAPIView[Any]):
    """Rows that the person may see, through a filter set."""

    filter_backends = [StrictFilterBackend]
    filterset_class: ClassVar[type[StrictFilterSet]]

    @property
    def dated(self) -> bool:  # type: ignore[override]
        """Whether the rows depend on a day."""
        return self.filterset_class.dated()

    def get_queryset(self) -> QuerySet[Any]:
        """The rows before any filter."""
        return self.filterset_class.base(self.user, on=self.on)


class RowsViewSet(FilteredView, GenericViewSet[Any]):
    """A list with filters, columns and keyset pages; and one row by its key or code."""

    pagination_class = KeysetPagination
    serializer_class: type[RowSerializer]
    detail_class: ClassVar[type[RowSerializer] | None] = None
    lookup_value_regex = KEY

    @property
    def parameters(self) -> frozenset[str]:  # type: ignore[override]
        """Beside the filters of a list; a single row takes no filters."""
        if self.action == "list":
            return frozenset({"as_of", "limit", "after", "fields"})
        return frozenset({"as_of", "on"} if self.dated else {"as_of"})

    def get_serializer_class(self) -> type[RowSerializer]:
        """One row by itself may show more than in a list."""
        return self.detail_class or self.serializer_class if self.action == "retrieve" else self.serializer_class

    def columns(self, names: str = "") -> Sequence[Column]:
        """The columns that are asked for."""
        return self.serializer_class.chosen(names)

    def list(self, request: Request) -> HttpResponse:
        """`{revision, next, results}`, and `on` where the rows depend on a day."""
        query = request.query_params
        rows = self.filter_queryset(self.get_queryset())
        columns = self.columns(query.get("fields", ""))
        page = KeysetPagination().page(rows, columns, query)
        names = [column.name for column in columns]
        return self.json(
            {
                "revision": self.moment.revision,
                **({"on": self.on} if self.dated else {}),
                "next": self.pinned(after=page.after) if page.after else None,
                "results": [dict(zip(names, row, strict=True)) for row in page.rows],
            }
        )

    def retrieve(self, request: Request, **kwargs: str) -> HttpResponse:
        """One row. Not found when there is none, or when the person may not see it."""
        refuse_unknown(request.query_params, self.parameters)
        row = self.row(self.get_queryset().filter(**{self.lookup_field: kwargs[self.lookup_field]}))
        answer = self.json({**row, **self.more(row)})
        if "revision" in row:
            answer["ETag"] = etag(row["revision"])
        return answer

    def row(self, rows: QuerySet[Any]) -> dict[str, Any]:
        """The only one of these rows. Raises `NotFound`."""
        found = self.serializer_class.read(rows, self.columns())
        if not found:
            raise NotFound(_("Nothing is found here."))
        return found[0]

    def more(self, row: dict[str, Any]) -> dict[str, Any]:
        """What one row by itself shows beside its columns."""
        return {}


class ExportView(FilteredView):
    """A dataset as CSV: the rows and columns of its list, whole."""

    export: ClassVar[Export]
    parameters = frozenset({"as_of", "fields", "bom"})
    pagination_class = None

    @property
    def filterset_class(self) -> type[StrictFilterSet]:  # type: ignore[override]
        return self.export.filters

    def get_serializer_class(self) -> type[RowSerializer]:
        return self.export.row

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponseBase:
        """UTF-8 with a byte order mark (for Excel; `bom=0` leaves it out), RFC 4180, ISO dates, decimal points. An
        empty cell is unknown. Text that a spreadsheet would run as a formula begins with an apostrophe."""
        query = request.query_params
        rows = self.filter_queryset(self.get_queryset())
        columns = self.export.columns(query.get("fields", ""))
        bom = _bom(query.get("bom", ""))
        if request.method == "HEAD":
            return HttpResponse(content_type="text/csv; charset=utf-8; header=present")
        try:
            file = spool_csv(rows, columns, bom=bom)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise NoRoom(_("There is no room on the server for this export.")) from error
            raise
        name = self.export.file_name(plan=query.get("plan", ""), revision=self.moment.revision)
        return CsvResponse(file, filename=name)


def _bom(text: str) -> bool:
    if text not in ("", "0", "1"):
        message = _("Write 0 or 1.")
        raise Invalid(_("Some filters cannot be applied."), fields={"bom": message}, code="bad_filter")
    return text != "0"


class OrganizationViewSet(RowsViewSet):
    """Departments and agencies."""

    queryset = Organization.objects.none()
    serializer_class = OrganizationRow
    filterset_class = OrganizationFilter
    lookup_field = "code"
    lookup_value_regex = CODE


class PlaceViewSet(RowsViewSet):
    """Places that the plans name."""

    queryset = Place.objects.none()
    serializer_class = PlaceRow
    filterset_class = PlaceFilter
    lookup_field = "code"
    lookup_value_regex = CODE


class RevisionViewSet(RowsViewSet):
    """The steps of the history, newest first."""

    queryset = Revision.objects.none()
    serializer_class = RevisionRow
    filterset_class = RevisionFilter
    lookup_field = "number"

    def columns(self, names: str = "") -> Sequence[Column]:
        """Author, account and reason may tell of things out of the reader's scope: who sees everything gets them."""
        chosen = super().columns(names)
        if self.user.access.everywhere:
            return chosen
        unknown = Value(None, output_field=TextField())
        hidden = ("actor", "account", "reason")
        return [Column(c.name, unknown, Kind.TEXT) if c.name in hidden else c for c in chosen]
