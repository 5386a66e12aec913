"""Writing rows through the API: one body or an array of them, as one revision, all or nothing."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from types import NoneType
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.fields import SkipField, empty
from rest_framework.request import Request
from rest_framework.serializers import Serializer as BaseBody
from rest_framework.status import HTTP_200_OK, HTTP_201_CREATED

from tracker.api import RowsViewSet
from tracker.api_view import READING
from tracker.errors import Invalid, Refused, of_one_row
from tracker.idempotency import once
from tracker.openapi import PATCHING
from tracker.preconditions import etag
from tracker.problems import flat
from tracker.serializers import StrictSerializer

MOST = 1000  # rows of one write
PLAIN = frozenset({str, int, bool, NoneType, date})  # equal ones of these are the same, and none of them changes

IF_MATCH = PATCHING[0]  # for a POST that has to name the revision that was read

Bodies = dict[int, dict[str, Any]]
Row = TypeVar("Row", bound=Model)


class WrittenViewSet(RowsViewSet):
    """Rows that programs also write."""

    @property
    def on(self) -> Any:
        """The day that is asked about; the answer to a write shows today."""
        return super().on if self.request.method in READING else timezone.localdate()

    def rows(self, made: Sequence[Model]) -> list[dict[str, Any]]:
        """The rows as a list shows them, in the order in which they were made."""
        found = self.dataset.row.read(self.get_queryset().filter(pk__in=[one.pk for one in made]))
        by_key = {row["id"]: row for row in found}
        return [by_key[one.pk] for one in made]

    def shown(self, row: Mapping[str, Any], status: int = HTTP_200_OK) -> HttpResponse:
        """One row, and the revision that last touched it."""
        answer = self.json(row, status=status)
        answer["ETag"] = etag(row["revision"])
        answer["X-Revision"] = str(row["revision"])
        return answer

    def created(self, made: Model) -> HttpResponse:
        """The row that was made, and its address."""
        [row] = self.rows([made])
        answer = self.shown(row, status=HTTP_201_CREATED)
        space = getattr(self.request.resolver_match, "namespace", "")
        answer["Location"] = reverse(f"{space}:{self.basename}-detail", args=[made.pk])
        return answer


class WritingViewSet(WrittenViewSet):
    """Rows that may also be made: `POST` one body, or an array of up to 1,000."""

    body_class: ClassVar[type[StrictSerializer]]

    @once
    def create(self, request: Request) -> HttpResponse:
        """Makes one row, or an array of 1 to 1,000 in one revision: all of them, or none.

        An array is answered by the rows in its order. When rows of it cannot be accepted, `errors` has each of them
        with its place. Costs the same few queries for any number of rows.
        """
        now = timezone.now()
        sent: Any = request.data
        if not isinstance(sent, list):
            with of_one_row():
                [made] = self.make(*_read([sent], self.body_class()), at=now)
            return self.created(made)
        rows = self.rows(self.make(*_read(sent, self.body_class()), at=now))
        answer = self.json(rows, status=HTTP_201_CREATED)
        answer["X-Revision"] = str(rows[0]["revision"])
        return answer

    def make(self, bodies: Bodies, refused: dict[int, Refused], *, at: datetime) -> Sequence[Model]:
        """Write the rows of the bodies, which are by their place. Raises `RowsRefused`, also for those that are refused
        already: then nothing is written."""
        raise NotImplementedError


def values_of(body: type[StrictSerializer], request: Request, *, partial: bool = False) -> dict[str, Any]:
    """The values of the body that was sent. Raises a `ValidationError` that names each fault."""
    found = body(data=request.data, partial=partial)
    found.is_valid(raise_exception=True)
    return dict(found.validated_data)


def only(rows: "QuerySet[Row]", key: str) -> Row:
    """The row of that key. Raises `NotFound`, and tells what may not be seen not apart from what is not there."""
    found = rows.filter(pk=key).first()
    if found is None:
        raise NotFound(_("Nothing is found here."))
    return found


def _read(data: Sequence[Any], body: StrictSerializer) -> tuple[Bodies, dict[int, Refused]]:
    """The bodies that are well formed and why the others are not, each by its place."""
    if not 1 <= len(data) <= MOST:
        message = _("Send 1 to %(most)d rows at once, not %(count)d.") % {"most": MOST, "count": len(data)}
        raise Invalid(message, fields={"body": message}, code="bad_count")
    bodies: Bodies = {}
    refused: dict[int, Refused] = {}
    reader = BodyReader(body)
    for index, item in enumerate(data):
        try:
            bodies[index] = reader.values(item)
        except ValidationError as error:
            refused[index] = Invalid(_("Some fields cannot be accepted."), fields=flat(error.detail))
    return bodies, refused


class BodyReader:
    """Reads many bodies of one kind. What a field has accepted once it accepts again without a look, for rows have much
    in common; a body that is not accepted so takes the serializer's own way, which says what is wrong with it."""

    def __init__(self, body: StrictSerializer) -> None:
        self.body = body
        self.fields = dict(body.fields)
        self.accepted: dict[tuple[str, type, object], Any] = {}
        # What a serializer adds to the sum of its fields, only it can say.
        self.plain = not body.validators and all(
            field.source == name and not hasattr(body, f"validate_{name}") for name, field in self.fields.items()
        )
        self.plain = self.plain and type(body).validate is BaseBody.validate
        self.plain = self.plain and type(body).to_internal_value is StrictSerializer.to_internal_value

    def values(self, item: Any) -> dict[str, Any]:
        """The values of one body. Raises a `ValidationError` that names each fault."""
        if self.plain and type(item) is dict and item.keys() <= self.fields.keys():
            with suppress(ValidationError):
                return {
                    name: value
                    for name, field in self.fields.items()
                    if (value := self._value(name, field, item.get(name, empty))) is not empty
                }
        found: dict[str, Any] = self.body.run_validation(item)
        return found

    def _value(self, name: str, field: Any, given: Any) -> Any:
        key = (name, type(given), given)
        known = given is empty or type(given) in PLAIN
        if known and key in self.accepted:
            return self.accepted[key]
        try:
            value = field.run_validation(given)
        except SkipField:
            value = empty
        if known and (value is empty or type(value) in PLAIN):
            self.accepted[key] = value
        return value
