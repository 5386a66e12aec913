"""Files that are made in the background, and the record of all that left the tracker."""

from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from reports import exports
from reports.export_log import LogFilter, may_audit
from reports.stored_files import handed_out
from tracker.api_exports import reader_of
from tracker.api_view import ApiView
from tracker.authentication import TokenAuthentication
from tracker.choices import ExportFault, ExportFormat, ExportState, ExportWay
from tracker.credentials import from_browser
from tracker.errors import Invalid, NotAllowed
from tracker.exports import RETRY_SECONDS, TYPES, WAYS
from tracker.filters import refuse_unknown
from tracker.http import token_of
from tracker.idempotency import once
from tracker.models import ApiToken, ExportJob, ExportRecord, User
from tracker.serializers import StrictSerializer, TextField, VocabularyField

SHOWN = 100  # rows of a list


class AskingToken(TokenAuthentication):
    """A token that only reads may ask for a file: that writes nothing into the plan."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The token's owner, as for a reading; but nothing out of a browser, which another site may have moved."""
        token = token_of(request)
        if token is None or from_browser(request):
            return super().authenticate(request)
        return token.user, token


class ExportAskBody(StrictSerializer):
    """What file is to be made: the rows of a list, as its address would ask for them."""

    dataset = serializers.CharField(help_text="Name of the dataset, as in its address.")
    format = VocabularyField(ExportFormat)
    filters = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=1000),
        required=False,
        help_text='Parameters of the list, by name: `{"plan": "BP"}`.',
    )
    fields = TextField(help_text="Columns, with commas between; all without.")  # type: ignore[assignment]  # of this name
    as_of = TextField(help_text="A past moment; now without.")
    bom = TextField(help_text="Of CSV: `0` leaves the byte order mark out.")
    defuse = TextField(help_text="Of CSV: `0` leaves texts as they are that a spreadsheet would run.")
    separator = TextField(help_text="Of CSV: `semicolon` also writes decimal commas.")


class ExportJobSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    state = VocabularyField(ExportState)
    dataset = serializers.CharField()
    format = VocabularyField(ExportFormat)
    query = serializers.CharField(help_text="Filters and columns, as in an address.")
    revision = serializers.IntegerField(help_text="The revision that the file is of.")
    as_of = serializers.CharField(help_text="As it was asked; empty for the newest.")
    asked_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True, help_text="When the file is deleted.")
    rows = serializers.IntegerField(help_text="Written so far.")
    total = serializers.IntegerField(allow_null=True, help_text="To be written; null until it is known.")
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField(help_text="Of the file; empty until it is there.")
    marking = serializers.CharField(help_text="The gravest security marking of its rows.")
    fault = serializers.CharField(help_text=f"Why there is no file: {', '.join(ExportFault.values)}; else empty.")
    file = serializers.CharField(allow_null=True, help_text="Path of the file; null while there is none.")


def job_row(job: ExportJob) -> dict[str, Any]:
    """The job as the API shows it."""
    usable = job.usable(at=timezone.now())
    return {
        "id": job.pk, "state": job.state, "dataset": job.dataset, "format": job.form, "query": job.query,
        "revision": job.revision, "as_of": job.as_of, "asked_at": job.asked_at, "ended_at": job.ended_at,
        "expires_at": job.expires_at, "rows": job.rows, "total": job.total, "bytes": job.size, "sha256": job.sha256,
        "marking": job.marking, "fault": job.fault,
        "file": reverse("api:export-file", args=[job.pk]) if usable else None,
    }  # fmt: skip


@extend_schema_serializer(many=False)
class ExportJobListSerializer(serializers.Serializer[Any]):
    results = ExportJobSerializer(many=True)


class ExportsView(ApiView):
    """Files that are made in the background."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        """A token that only reads will do; the description of the API knows one kind of token."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_authenticators()
        return [AskingToken(), SessionAuthentication()]

    def job(self, pk: int) -> ExportJob:
        """The person's own. Raises `NotFound`, also for another's."""
        found = ExportJob.objects.shown_to(self.user).filter(pk=pk).first()
        if found is None:
            raise NotFound(_("Nothing is found here."))
        return found

    def shown(self, job: ExportJob, status: int = 200) -> HttpResponse:
        """The job, and when to ask again while it is not over."""
        answer = self.json(job_row(job), status=status)
        if job.is_working:
            answer["Retry-After"] = str(RETRY_SECONDS)
        return answer


class ExportJobsView(ExportsView):
    """Your files that are made in the background, newest first."""

    @extend_schema(operation_id="exports_list", responses=ExportJobListSerializer)
    def get(self, request: Request) -> HttpResponse:
        """The newest hundred: `{results}`."""
        refuse_unknown(request.query_params, self.parameters)
        return self.json(
            {"results": [job_row(job) for job in ExportJob.objects.shown_to(self.user).for_list()[:SHOWN]]}
        )

    @extend_schema(operation_id="exports_create", request=ExportAskBody, responses={202: ExportJobSerializer})
    @once
    def post(self, request: Request) -> HttpResponse:
        """Asks for a file, of the revision that is newest now or that `as_of` names. The answer's `Location` tells how
        far it is. It is kept for seven days."""
        sent = ExportAskBody(data=request.data)
        sent.is_valid(raise_exception=True)
        body = dict(sent.validated_data)
        query = dict(body.pop("filters", {}))
        twice = sorted({"as_of", "fields", *WAYS} & set(query))
        if twice:
            message = _("Write %(names)s beside “filters”.") % {"names": ", ".join(twice)}
            raise Invalid(_("Some fields cannot be accepted."), fields={"filters": message})
        dataset, form, moment = body.pop("dataset"), body.pop("format"), body.pop("as_of", "")
        job = exports.ask(
            dataset=dataset, form=form, query={**query, **body}, moment=moment, reader=reader_of(request),
            at=timezone.now(),
        )  # fmt: skip
        answer = self.shown(job, status=202)
        answer["Location"] = reverse("api:export-detail", args=[job.pk])
        return answer


class ExportJobView(ExportsView):
    """One file that is made in the background."""

    @extend_schema(operation_id="exports_retrieve", responses=ExportJobSerializer)
    def get(self, request: Request, pk: int) -> HttpResponse:
        """How far it is, and where the file is once it is there."""
        refuse_unknown(request.query_params, self.parameters)
        return self.shown(self.job(pk))


class ExportCancelView(ExportsView):
    """A file that is not wanted any more."""

    @extend_schema(operation_id="exports_cancel", request=None, responses=ExportJobSerializer)
    @once
    def post(self, request: Request, pk: int) -> HttpResponse:
        """Ends the making, or deletes the file."""
        return self.shown(exports.cancel(job=self.job(pk), at=timezone.now()))


class ExportFileView(ExportsView):
    """The bytes of a file that was made in the background."""

    @extend_schema(operation_id="exports_file", responses={(200, kind): OpenApiTypes.BINARY for kind in TYPES.values()})
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """The file; `Range` gives a part of it. Refused once you see no longer all that is in it."""
        refuse_unknown(request.query_params, self.parameters)
        return handed_out(cast(HttpRequest, request), self.job(pk), reader_of(request))


class ExportRecordSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    account = serializers.CharField()
    token = serializers.CharField(help_text="Beginning of the token; empty for a browser.")
    address = serializers.CharField()
    way = VocabularyField(ExportWay)
    dataset = serializers.CharField()
    format = VocabularyField(ExportFormat)
    query = serializers.CharField()
    as_of = serializers.CharField()
    revision = serializers.IntegerField()
    rows = serializers.IntegerField()
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    marking = serializers.CharField()


@extend_schema_serializer(many=False)
class ExportRecordListSerializer(serializers.Serializer[Any]):
    results = ExportRecordSerializer(many=True)


class ExportLogView(ApiView):
    """What left the tracker: every file, to whom, newest first. For administrators and auditors of everything."""

    parameters: ClassVar[frozenset[str]] = frozenset({"as_of", "account", "dataset", "from", "to", "before"})

    @extend_schema(
        operation_id="exports_log",
        responses=ExportRecordListSerializer,
        parameters=[
            OpenApiParameter("account", OpenApiTypes.STR, description="Of this account."),
            OpenApiParameter("dataset", OpenApiTypes.STR, description="Of this dataset."),
            OpenApiParameter("from", OpenApiTypes.DATE, description="From this day on."),
            OpenApiParameter("to", OpenApiTypes.DATE, description="To this day."),
            OpenApiParameter("before", OpenApiTypes.INT, description="Older than the record of this id."),
        ],
    )
    def get(self, request: Request) -> HttpResponse:
        """A hundred at a time: `{results}`; `before` leads on."""
        if not may_audit(self.user):
            raise NotAllowed(_("Your roles do not allow this here. Ask the plan's administrator for a role that does."))
        refuse_unknown(request.query_params, self.parameters)
        rows: QuerySet[ExportRecord] = LogFilter(request.query_params.dict()).rows()[:SHOWN]
        return self.json({"results": [_record_row(one) for one in rows]})


def _record_row(one: ExportRecord) -> dict[str, Any]:
    return {
        "id": one.pk, "at": one.at, "account": one.account, "token": one.token, "address": one.address, "way": one.way,
        "dataset": one.dataset, "format": one.form, "query": one.query, "as_of": one.as_of, "revision": one.revision,
        "rows": one.rows, "bytes": one.size, "sha256": one.sha256, "marking": one.marking,
    }  # fmt: skip
