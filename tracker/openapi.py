"""How the API describes itself (OpenAPI 3.1)."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_doc
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, PolymorphicProxySerializer

from tracker.http import PROBLEM
from tracker.idempotency import HEADER as KEY_HEADER
from tracker.idempotency import KEY, REPLAY
from tracker.preconditions import HEADER as MATCH_HEADER
from tracker.serializers import ProblemSerializer, RowSerializer

IF_MATCH = '^"r[1-9][0-9]{0,17}(-[0-9a-f]{32})?"$'
MOMENT = r"^(r[1-9]\d{0,17}|\d{4}-\d{2}-\d{2}(T\S+)?|\d{4}-W\d{2})$"
AS_OF = OpenApiParameter(
    "as_of",
    OpenApiTypes.STR,
    pattern=MOMENT,
    description="A past moment: a date (`2026-11-22`), an instant, a revision (`r1234`) or an ISO week (`2026-W46`). "
    "The answer is what was known then.",
)
ON = OpenApiParameter(
    "on", OpenApiTypes.DATE, description="The day that is asked about; the day of the moment without it."
)
BOM = OpenApiParameter(
    "bom", OpenApiTypes.STR, enum=["0", "1"], description="`0` leaves out the byte order mark that Excel needs."
)
HEADERS = [
    OpenApiParameter(
        "X-Revision", OpenApiTypes.INT, OpenApiParameter.HEADER, response=[200, 201],
        description="The revision that the answer shows, or that the write made.",
    ),
    OpenApiParameter(
        "X-Data-As-Of", OpenApiTypes.DATETIME, OpenApiParameter.HEADER, response=[200],
        description="When that revision was made.",
    ),
    OpenApiParameter(
        "Content-Location", OpenApiTypes.STR, OpenApiParameter.HEADER, response=[200],
        description="Where exactly this answer can be read again.",
    ),
]  # fmt: skip
TAG = OpenApiParameter(
    "ETag", OpenApiTypes.STR, OpenApiParameter.HEADER, response=[200, 201],
    description="The revision that last touched the row, `\"r57\"`, for `If-Match`.",
)  # fmt: skip
ROW = OpenApiParameter(
    "ETag", OpenApiTypes.STR, OpenApiParameter.HEADER, response=[200, 304],
    description="Names this answer, for `If-None-Match`, and the revision that last touched the row, for `If-Match`: "
    "`\"r57-1f0c...\"`.",
)  # fmt: skip
STATE = OpenApiParameter(
    "ETag", OpenApiTypes.STR, OpenApiParameter.HEADER, response=[200, 304],
    description="Names this answer, for `If-None-Match`: it stays while nothing is written anywhere.",
)  # fmt: skip
KNOWN_ALREADY = OpenApiParameter(
    "If-None-Match", OpenApiTypes.STR, OpenApiParameter.HEADER,
    description="The `ETag` of an answer that you have: 304 without a body if it is still the answer.",
)  # fmt: skip
POSTING = [
    OpenApiParameter(
        KEY_HEADER, {"type": "string", "pattern": f"^{KEY}$"}, OpenApiParameter.HEADER,
        description="A key of your own for this write, such as a UUID. Sent again with the same key within a week, it "
        "is answered as the first time and writes nothing.",
    ),
    OpenApiParameter(
        REPLAY, {"type": "string", "enum": ["true"]}, OpenApiParameter.HEADER, response=[200, 201],
        description="Only on an answer that is given again.",
    ),
]  # fmt: skip
PATCHING = [
    OpenApiParameter(
        MATCH_HEADER, {"type": "string", "pattern": IF_MATCH}, OpenApiParameter.HEADER, required=True,
        description="The revision at which you read the row, as its `ETag` or `revision` says it.",
    ),
    TAG,
]  # fmt: skip
KNOWN = {"as_of": AS_OF, "on": ON, "bom": BOM}

REFUSALS = {
    "400": "A parameter or field cannot be meant.",
    "401": "No token, or one that is unknown, expired or revoked.",
    "403": "The person may not do this.",
    "404": "Nothing of that name exists, or the person may not see it.",
    "409": "The rules of the plan stand against it, or the past would be written.",
    "410": "What you may see is not what it was: read the list whole once more, and follow it from there.",
    "412": "Somebody else changed the same fields since the revision that `If-Match` names.",
    "415": "The body is not JSON.",
    "422": "The `Idempotency-Key` was given to another write.",
    "428": "`If-Match` is missing.",
    "429": "Too much in a minute; `Retry-After` says in how many seconds more can be sent.",
    "503": "Another change is being written; send the same again.",
}
_READING = ("400", "401", "403", "404", "429")
_WRITING = (*_READING, "409", "415", "503")
_ANSWERS = {"GET": _READING, "POST": (*_WRITING, "422"), "PATCH": (*_WRITING, "412", "428")}


def _one_or_many(row: Any) -> PolymorphicProxySerializer:
    return PolymorphicProxySerializer(
        f"{row.__name__}OrMany", [row, row(many=True)], resource_type_field_name=None, many=False
    )


def _fields(row: type[RowSerializer]) -> OpenApiParameter:
    names = [column.name for column in row.columns()]
    return OpenApiParameter(
        "fields",
        {"type": "array", "items": {"type": "string", "enum": names}},
        style="form",
        explode=False,
        description="Columns to give, with commas between; all without.",
    )


class TrackerSchema(AutoSchema):
    """Adds what every operation has: the moment, the headers, the refusals."""

    def get_override_parameters(self) -> list[Any]:
        """Parameters that the view says it reads, and the headers of its answers."""
        if self.method != "GET":
            return [HEADERS[0], *(PATCHING if self.method == "PATCH" else POSTING), *([TAG] if self._bodies() else [])]
        names: frozenset[str] = getattr(self.view, "parameters", frozenset())
        filters = getattr(getattr(self.view, "filterset_class", None), "base_filters", {})
        listed = self._is_list_view() or getattr(self.view, "export", None)
        found = [KNOWN[name] for name in sorted(names) if name in KNOWN and not (listed and name in filters)]
        if "fields" in names:
            found.append(_fields(self.view.get_serializer_class()))
        known = [KNOWN_ALREADY, ROW if self._tagged() else STATE] if getattr(type(self.view), "tagged", False) else []
        return [*found, *HEADERS, *known]

    def _tagged(self) -> bool:
        """Whether the answer is a row with a revision."""
        row = getattr(self.view, "serializer_class", None)
        return getattr(self.view, "action", "") == "retrieve" and "revision" in getattr(row, "_declared_fields", ())

    def _bodies(self) -> Any:
        """What one row of a write is made of, where a view makes rows."""
        return getattr(self.view, "body_class", None) if getattr(self.view, "action", "") == "create" else None

    def get_request_serializer(self) -> Any:
        """One body, or an array of them."""
        body = self._bodies()
        return _one_or_many(body) if body else super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        """One row, or an array of them."""
        if not self._bodies():
            return super().get_response_serializers()
        return {201: OpenApiResponse(_one_or_many(self.view.get_serializer_class()), "The rows, in the order sent.")}

    def _get_parameters(self) -> list[dict[str, Any]]:
        """A parameter without a value asks for nothing: so forms send those that nobody filled in."""
        found: list[dict[str, Any]] = super()._get_parameters()
        for parameter in found:
            if parameter["in"] == "query" and not parameter.get("required"):
                parameter["allowEmptyValue"] = True
        return found

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        """A row has every key, unless `fields` asks for some."""
        schema: dict[str, Any] = super()._map_basic_serializer(  # type: ignore[no-untyped-call]  # theirs
            serializer, direction
        )
        if isinstance(serializer, RowSerializer):
            schema.pop("required", None)
            if not type(serializer).__doc__:
                schema.pop("description", None)  # of the class that all rows inherit from
        return schema

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        """What the view holds, then what the operation does."""
        operation = super().get_description()
        about = get_doc(type(self.view))
        return operation if about in operation else f"{about}\n\n{operation}"

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        following = self.method == "GET" and "since" in getattr(self.view, "parameters", ())
        for code in (*_ANSWERS[self.method], *(["410"] if following else [])):
            if code not in bodies and (code != "404" or "{" in self.path or self.method != "GET"):
                response = OpenApiResponse(ProblemSerializer, REFUSALS[code])
                bodies[code] = self._get_response_for_code(  # type: ignore[no-untyped-call]  # theirs
                    response, code, [PROBLEM], direction
                )
        if self.method == "GET" and getattr(type(self.view), "tagged", False):
            bodies["304"] = {"description": "You have this answer already."}
        return bodies
