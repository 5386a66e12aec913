"""Lists and rows of the API, and those of the ground floor."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from tracker.api_view import ApiView
from tracker.datasets import ORGANIZATIONS, REVISIONS, Dataset
from tracker.filters import StrictFilterBackend, StrictFilterSet, refuse_unknown
from tracker.http import json_bytes
from tracker.ordering import in_order
from tracker.pagination import KeysetPagination, limit_of
from tracker.preconditions import etag
from tracker.row_json import Kept, Statement
from tracker.serializers import RowSerializer
from tracker.since import Following, State, access_of, refuse_unfollowed, state_of
from tracker.tabular import Column

STATEMENTS = Kept()
LISTED = frozenset({"as_of", "limit", "after", "fields", "ordering", "since"})
KEY = "[1-9][0-9]{0,18}"
CODE = r"[\w.-]+"


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
    def dated(self) -> bool:  # type: ignore[override]  # it depends on the request
        """Whether the rows depend on a day."""
        return self.dataset.filters.dated()

    @property
    def tagged(self) -> bool:  # type: ignore[override]  # it depends on the request
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
    def parameters(self) -> frozenset[str]:  # type: ignore[override]  # it depends on the request
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
            answer["ETag"] = etag(row["revision"], self.tag)
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


class RevisionViewSet(RowsViewSet):
    """The steps of the history, newest first."""

    dataset = REVISIONS
    lookup_field = "number"
