"""What every address of the API does the same way, and the addresses of the ground floor."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar, cast

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseNotModified, QueryDict
from django.utils.cache import patch_vary_headers
from django.utils.encoding import escape_uri_path
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.status import HTTP_200_OK, HTTP_304_NOT_MODIFIED
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from tracker.datasets import ORGANIZATIONS, PLACES, REVISIONS, Dataset
from tracker.etags import has, state_tag
from tracker.filters import StrictFilterBackend, StrictFilterSet, effective_date, refuse_unknown
from tracker.http import JsonOnly, SignedInRequest, json_bytes
from tracker.middleware import past_is_read_only
from tracker.models import User
from tracker.openapi import TrackerSchema
from tracker.pagination import KeysetPagination, in_order, limit_of
from tracker.preconditions import etag
from tracker.row_json import Kept, Statement
from tracker.serializers import RowSerializer
from tracker.since import Following, State, access_of, refuse_unfollowed, state_of
from tracker.tabular import Column
from tracker.timemachine.moments import Moment

READING = ("GET", "HEAD")
STATEMENTS = Kept()
LISTED = frozenset({"as_of", "limit", "after", "fields", "ordering", "since"})
KEY = "[1-9][0-9]{0,18}"
CODE = r"[\w.-]+"


class Unchanged(Exception):
    """The reader has the answer already."""


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
    # Whether an answer depends on nothing but what its tag is made of (`tracker.etags`).
    tagged: ClassVar[bool] = False

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

    @property
    def tag(self) -> str:
        """The `ETag` of the whole answer, known before it is computed; empty where there is none."""
        if not (self.tagged and self.request.method in READING and self.user.is_authenticated):
            return ""
        moment = self.moment
        return state_tag(self.request.get_full_path(), revision=moment.revision, on=moment.on, user=self.user)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Once it is clear that the person may ask: whoever has the answer already is not given it again, and a write
        takes no parameter beside its body."""
        super().initial(request, *args, **kwargs)
        if request.method not in READING and request.method in self.allowed_methods:
            if request.query_params.get("as_of", "").strip():
                raise past_is_read_only()
            refuse_unknown(request.query_params, ())
        sent = request.headers.get("If-None-Match", "")
        if sent and has(self.tag, sent):
            raise Unchanged

    def handle_exception(self, exc: Exception) -> Any:
        """What is no refusal."""
        if isinstance(exc, Unchanged):
            return HttpResponseNotModified(headers={"ETag": self.tag})
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Adds what a reader needs to cite the answer, and keeps it out of shared caches."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(answer, ["Authorization", "Cookie"])
        shown = request.method in READING and answer.status_code in (HTTP_200_OK, HTTP_304_NOT_MODIFIED)
        if shown and "ETag" not in answer.headers and (tag := self.tag):
            answer["ETag"] = tag
        kept = "no-store"
        if shown and self.moment.text.startswith("r"):
            kept = "max-age=3600"
        elif shown and "ETag" in answer.headers:
            kept = "no-cache"
        answer.headers.setdefault("Cache-Control", f"private, {kept}")
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
    dataset: ClassVar[Dataset]
    filterset_class: ClassVar[type[StrictFilterSet]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """What the framework and the schema look for by its own names."""
        super().__init_subclass__(**kwargs)
        if dataset := cls.__dict__.get("dataset"):
            cls.queryset, cls.filterset_class = dataset.model.objects.none(), dataset.filters
            cls.serializer_class = dataset.row

    @property
    def dated(self) -> bool:  # type: ignore[override]
        """Whether the rows depend on a day."""
        return self.dataset.filters.dated()

    @property
    def tagged(self) -> bool:  # type: ignore[override]
        """A filter by the clock leaves other rows from hour to hour."""
        return not any(self.request.query_params.get(name) for name in self.filterset_class.by_the_clock)

    def get_queryset(self) -> QuerySet[Any]:
        """The rows before any filter."""
        return self.dataset.filters.base(self.user, on=self.on)

    def listing(self, on: date | None) -> QuerySet[Any]:
        """The filtered rows of that day, as the moment shows them that is open."""
        rows = self.dataset.filters.base(self.user, on=on or self.on)
        query: QueryDict = self.request.query_params.copy()
        if self.dated and on is not None:
            query["on"] = on.isoformat()
        return self.filterset_class(query, queryset=rows, request=self.request, also=self.parameters).rows


class RowsViewSet(FilteredView, GenericViewSet[Any]):
    """A list with filters, columns and keyset pages; and one row by its key or code."""

    pagination_class = KeysetPagination
    detail_class: ClassVar[type[RowSerializer] | None] = None
    lookup_value_regex = KEY

    @property
    def parameters(self) -> frozenset[str]:  # type: ignore[override]
        """Beside the filters of a list; a single row takes no filters."""
        if self.action == "list":
            return LISTED
        return frozenset({"as_of", "on"} if self.dated else {"as_of"})

    def get_serializer_class(self) -> type[RowSerializer]:
        """One row by itself may show more than in a list."""
        return self.detail_class or self.dataset.row if self.action == "retrieve" else self.dataset.row

    def columns(self, names: str = "") -> Sequence[Column]:
        """The columns that are asked for, as this person may read them."""
        return self.dataset.columns(names, user=self.user)

    def list(self, request: Request) -> HttpResponse:
        """`{revision, since, next, results}`, and `on` where the rows depend on a day; with `since` only what changed,
        and `gone`."""
        query = request.query_params
        if query.get("since"):
            return self.follow(query)
        page = KeysetPagination().read(self.statement(query), query)
        return self.rows_as_json(page.rows, after=page.after)

    def statement(self, query: QueryDict) -> Statement:
        """What reads the page that is asked for."""

        def make() -> Statement:
            order = query.get("ordering", "")
            rows = in_order(self.filter_queryset(self.get_queryset()), self.dataset.orderable, order)
            return KeysetPagination().statement(rows, self.columns(query.get("fields", "")), query)

        if not self.tagged:
            return make()
        asked = frozenset((name, tuple(values)) for name, values in query.lists() if name not in ("as_of", "after"))
        past = connection.features.allows_group_by_selected_pks  # how the views of the past are to be asked
        pages = KeysetPagination()
        key = (self.dataset.name, self.user.pk, self.user.access, self.on, past, asked, pages.asked(query))
        kept = STATEMENTS.get(key, make)
        return pages.at(kept, query) if kept.place or not query.get("after") else make()

    def follow(self, query: QueryDict) -> HttpResponse:
        """What changed in the list since an earlier answer."""
        refuse_unknown(query, {*self.filterset_class.base_filters, *self.parameters})
        refuse_unfollowed(query, self.dataset)
        asked_on = self.on if self.dated and query.get("on") else None
        then = state_of(query.get("since", ""), now=self.state, asked_on=asked_on, user=self.user)
        following = Following(self.dataset, self.listing, self.columns(query.get("fields", "")), then, self.state)
        step = following.step(after=query.get("after", ""), limit=limit_of(query))
        return self.rows_as_json(step.rows, after=step.after, gone=step.gone)

    @property
    def state(self) -> State:
        """What the list is read at."""
        return State(self.moment.revision, self.on if self.dated else None, access_of(self.user))

    def rows_as_json(self, rows: Sequence[str], *, after: str, gone: Sequence[int] | None = None) -> HttpResponse:
        """A page of rows that are JSON already."""
        told = {
            "revision": self.moment.revision,
            **({"on": self.on} if self.dated else {}),
            "since": str(self.state),
            "next": self.pinned(after=after) if after else None,
            **({} if gone is None else {"gone": gone}),
        }
        body = b'%s,"results":[%s]}' % (json_bytes(told)[:-1], ",".join(rows).encode())
        return HttpResponse(body, content_type="application/json")

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
        found = self.dataset.row.read(rows, self.columns())
        if not found:
            raise NotFound(_("Nothing is found here."))
        return found[0]

    def more(self, row: dict[str, Any]) -> dict[str, Any]:
        """What one row by itself shows beside its columns."""
        return {}


class OrganizationViewSet(RowsViewSet):
    """Departments and agencies."""

    dataset = ORGANIZATIONS
    lookup_field = "code"
    lookup_value_regex = CODE


class PlaceViewSet(RowsViewSet):
    """Places that the plans name."""

    dataset = PLACES
    lookup_field = "code"
    lookup_value_regex = CODE


class RevisionViewSet(RowsViewSet):
    """The steps of the history, newest first."""

    dataset = REVISIONS
    lookup_field = "number"
