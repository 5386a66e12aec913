"""What every address of the API does the same way."""

from functools import cached_property
from typing import Any, ClassVar, cast

from django.http import HttpResponse, HttpResponseNotModified, QueryDict
from django.utils.cache import patch_vary_headers
from django.utils.encoding import escape_uri_path
from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.status import HTTP_200_OK, HTTP_304_NOT_MODIFIED
from rest_framework.views import APIView

from tracker.etags import by_parts, held, state_tag
from tracker.filters import effective_date, refuse_unknown
from tracker.http import JsonOnly, SignedInRequest, json_bytes
from tracker.middleware import past_is_read_only
from tracker.models import User
from tracker.openapi import TrackerSchema
from tracker.timemachine import head
from tracker.timemachine.moments import Moment

READING = ("GET", "HEAD")


class Unchanged(Exception):
    """The reader has the answer already, by this tag."""

    def __init__(self, tag: str) -> None:
        self.tag = tag


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

    @cached_property
    def tag(self) -> str:
        """The `ETag` of the whole answer, made before it is computed; empty where there is none. It names the instant
        of the revision, too: a database that was put back to an earlier state gives the numbers of revisions anew."""
        if not (self.request.method in READING and self.tagged and self.user.is_authenticated):
            return ""
        moment = self.moment
        newest = None if moment.live or not by_parts(self.user.access.grants) else head()
        asked = repr((self.request.get_full_path(), moment.at, newest))
        return state_tag(asked, revision=moment.revision, on=moment.on, user=self.user)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Once it is clear that the person may ask: whoever has the answer already is not given it again, and a write
        takes no parameter beside its body."""
        super().initial(request, *args, **kwargs)
        if request.method not in READING and request.method in self.allowed_methods:
            if request.query_params.get("as_of", "").strip():
                raise past_is_read_only()
            refuse_unknown(request.query_params, ())
        if tag := held(self.tag, request.headers.get("If-None-Match", "")):
            raise Unchanged(tag)

    def handle_exception(self, exc: Exception) -> Any:
        """What is no refusal."""
        if isinstance(exc, Unchanged):
            return HttpResponseNotModified(headers={"ETag": exc.tag})
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Adds what a reader needs to cite the answer, and keeps it out of shared caches."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(answer, ["Authorization", "Cookie"])
        shown = request.method in READING and answer.status_code in (HTTP_200_OK, HTTP_304_NOT_MODIFIED)
        if shown and "ETag" not in answer.headers and (tag := self.tag):
            answer["ETag"] = tag
        kept = "no-store"
        if shown and self.moment.text.startswith("r") and not by_parts(self.user.access.grants):
            kept = "max-age=3600"
        elif shown and (self.tagged or "ETag" in answer.headers):
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
