"""Addresses of evidence: links and files, added, withdrawn, downloaded."""

import hashlib
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.utils import timezone
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.utils.mediatypes import media_type_matches

from initiatives.actions.evidence import Borne, add_file, add_link, withdraw_evidence
from initiatives.api.naming import the_initiative, the_milestone
from initiatives.datasets import EVIDENCE
from initiatives.downloads import evidence_download
from initiatives.models import Evidence, LedgerEntry, Observation
from initiatives.rules.files import MOST_BYTES
from initiatives.serializers import EvidenceRow
from initiatives.serializers.evidence import FileBody, LinkBody, WithdrawalBody
from tracker.api_writing import WrittenViewSet, only, values_of
from tracker.errors import Invalid, Missing
from tracker.filters import refuse_unknown
from tracker.http import StrictJSONParser, api_actor, token_of
from tracker.idempotency import once
from tracker.problems import TooBig

Row = TypeVar("Row", bound=Model)
MOST_SENT = MOST_BYTES + 64 * 1024  # bytes of a request: the file, and the form around it
FORM = "multipart/form-data"


class EvidenceViewSet(WrittenViewSet):
    """Links and files that bear facts out, newest first."""

    dataset = EVIDENCE
    parser_classes = (StrictJSONParser, MultiPartParser)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """A file may be longer than other bodies. Its length is known before any of it is read, and nothing is read
        from a stranger; then it is kept whole, for its parser and for the key of the write."""
        asked: HttpRequest = request._request  # noqa: SLF001 - whose body it is
        if request.method == "POST" and media_type_matches(FORM, request.content_type):
            if int(asked.META.get("CONTENT_LENGTH") or 0) > MOST_SENT:
                raise TooBig(_("The file is larger than 10 MB."))
            if asked.user.is_authenticated or token_of(asked) is not None:
                _keep(asked)
        super().initial(request, *args, **kwargs)

    @extend_schema(
        request={"application/json": LinkBody, FORM: FileBody},
        responses={201: OpenApiResponse(EvidenceRow, "The evidence.")},
    )
    @once
    def create(self, request: Request) -> HttpResponse:
        """Adds a link, as JSON, or a file, as a form. A file is kept with its SHA-256; its kind is read from its bytes,
        and must be the one that its name claims."""
        now = timezone.now()
        by = api_actor(self.user)
        if not isinstance(request.data, QueryDict):
            link = values_of(LinkBody, request)
            borne = self._borne(link)
            return self.created(add_link(borne=borne, title=link["title"], url=link["url"], by=by, at=now))
        form = FileBody(data=_as_json(request.data))
        form.is_valid(raise_exception=True)
        sent = dict(form.validated_data)
        borne, upload = self._borne(sent), sent["file"]
        content = upload.read(MOST_BYTES + 1)
        made = add_file(borne=borne, title=sent["title"], name=upload.name, content=content, by=by, at=now)
        return self.created(made)

    @extend_schema(request=WithdrawalBody, responses={200: OpenApiResponse(EvidenceRow, "The evidence, withdrawn.")})
    @action(detail=True, methods=["post"], parser_classes=[StrictJSONParser])
    @once
    def withdrawal(self, request: Request, **kwargs: str) -> HttpResponse:
        """It bears nothing out any more, and stays on record with the reason. A withdrawal is final."""
        now = timezone.now()
        rows = Evidence.objects.visible_to(self.user).select_related("initiative__plan", "initiative__pillar__plan")
        found = only(rows, kwargs["pk"])
        body = values_of(WithdrawalBody, request)
        withdrawn = withdraw_evidence(evidence=found, reason=body["reason"], by=api_actor(self.user), at=now)
        return self.shown(self.rows([withdrawn])[0])

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def file(self, request: Request, **kwargs: str) -> HttpResponseBase:
        """The bytes of a file, to be saved; the `ETag` is their SHA-256. Not found for a link."""
        refuse_unknown(request.query_params, self.parameters)
        found = only(Evidence.objects.visible_to(self.user).exclude(sha256=""), kwargs["pk"])
        return evidence_download(request._request, found)  # noqa: SLF001 - Django's own

    def _borne(self, body: dict[str, Any]) -> Borne:
        """What it bears out. Raises `Missing` naming what is no fact of the initiative, `Invalid` for more than one."""
        initiative = the_initiative(body, user=self.user)
        given = [name for name in ("milestone", "entry", "observation") if body[name] is not None]
        if len(given) > 1:
            message = _("Evidence bears out one fact: name one of these.")
            raise Invalid(message, fields=dict.fromkeys(given, message))
        entries = LedgerEntry.objects.filter(line__initiative=initiative)
        observations = Observation.objects.filter(indicator__initiative=initiative)
        return Borne(
            initiative=initiative,
            milestone=body["milestone"] and the_milestone(body["milestone"], initiative=initiative),
            entry=body["entry"] and _fact(entries, body["entry"], "entry"),
            observation=body["observation"] and _fact(observations, body["observation"], "observation"),
        )


def _keep(asked: HttpRequest) -> None:
    """Read the form into `body`, with a boundary that comes from its content: programs draw another one whenever they
    send it, and the same form sent again is the same write to its key."""
    body = asked.read(MOST_SENT)
    _kind, parameters = parse_header_parameters(asked.META["CONTENT_TYPE"])
    if drawn := parameters.get("boundary"):
        parts = body.split(b"--" + drawn.encode())
        own = hashlib.sha256(b"--".join(parts)).hexdigest()
        body = f"--{own}".encode().join(parts)
        asked.META["CONTENT_TYPE"] = f"{FORM}; boundary={own}"
    asked._body = body  # noqa: SLF001 - as `body` keeps it


def _fact(rows: "QuerySet[Row]", key: int, field: str) -> Row:
    found = rows.filter(pk=key).first()
    if found is None:
        message = _("The initiative has no such fact.")
        raise Missing(message, fields={field: message})
    return found


def _as_json(form: QueryDict) -> dict[str, Any]:
    """The fields of a form as JSON would have them. Raises a `ValidationError` for a field that is given twice."""
    twice = [name for name, values in form.lists() if len(values) > 1]
    if twice:
        raise ValidationError({name: [_("Given more than once.")] for name in twice})
    found: dict[str, Any] = form.dict()
    keys = {name: found[name] for name in ("entry", "observation") if found.get(name, "").isdecimal()}
    return found | {name: int(key) for name, key in keys.items()}
