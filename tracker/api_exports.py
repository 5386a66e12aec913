"""Datasets as files, made while one waits: `exports/<name>.csv`, `.ndjson`, `.xlsx`, `.parquet`."""

from typing import ClassVar, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from tracker.api import FilteredView
from tracker.choices import ExportFormat
from tracker.export_limits import at_once, too_many
from tracker.exports import (
    TYPES,
    WAYS,
    Asked,
    Export,
    Reader,
    digest_headers,
    direct_record,
    make,
    record,
)
from tracker.http import SignedInRequest, client_address, token_of
from tracker.sending import Seat, WholeFile

OTHERS = tuple(form for form in ExportFormat if form != ExportFormat.CSV)


class OtherFormat:
    """A format of the addresses beside CSV, which has parameters of its own."""

    regex = "|".join(OTHERS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def reader_of(request: Request) -> Reader:
    """Who asks, by which token, from where."""
    plain = cast(HttpRequest, request)
    token = token_of(request)
    return Reader(
        user=cast(SignedInRequest, request).user, token=token.prefix if token else "", address=client_address(plain)
    )


class FileView(FilteredView):
    """A dataset as a file: the rows and columns of its list, whole."""

    pagination_class = None
    export: ClassVar[bool] = True
    form: ClassVar[ExportFormat]

    @cached_property
    def tag(self) -> str:
        """None: a file has the tag of its bytes, which nobody knows before it is made, so that HEAD names none."""
        return ""

    def answer(self, request: Request, form: ExportFormat) -> HttpResponseBase:
        """The file, once it is whole and what is kept of it is written."""
        asked = Asked(dataset=self.dataset, form=form, query=request.query_params.dict(), moment=self.moment)
        rows = self.filter_queryset(self.get_queryset())
        self.dataset.file_columns(asked.query.get("fields", ""), user=self.user)
        _dialect = asked.dialect
        if request.method == "HEAD":
            # Nothing is streamed: of an answer that is not, the length would be told, of which nothing is known.
            return StreamingHttpResponse((), content_type=TYPES[form], headers=self._links())
        seat = Seat.take(self.user.pk)
        if seat is None:
            raise too_many(asked)
        try:
            with at_once(asked, user=self.user) as bounds:
                export = make(asked, rows, user=self.user, bounds=bounds)
        except BaseException:
            seat.close()
            raise
        return self._sent(request, export, seat)

    def _sent(self, request: Request, export: Export, seat: Seat) -> HttpResponseBase:
        """The file on its way; or that it is the one that the reader has."""
        headers = {**digest_headers(export.made.sha256), **self._links()}
        if headers["ETag"] in [tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")]:
            export.made.file.close()
            seat.close()
            return HttpResponse(status=304, headers=headers)
        answer = WholeFile(
            export.made.file, size=export.made.size, filename=export.asked.file_name, seat=seat,
            content_type=TYPES[export.asked.form],
        )  # fmt: skip
        for name, value in headers.items():
            answer[name] = value
        answer["X-Rows"] = str(export.made.rows)
        reader, at = reader_of(request), timezone.now()

        def keep() -> None:
            """A file that cannot be put on record does not go out."""
            try:
                record(direct_record(export, reader, at=at))
            except BaseException:
                export.made.file.close()
                seat.close()
                raise

        cast(SignedInRequest, request).afterwards.append(keep)
        return answer

    def _links(self) -> dict[str, str]:
        """Where the columns are described."""
        return {"Link": f'<{reverse("api:datapackage")}>; rel="describedby"; type="application/json"'}


class CsvView(FileView):
    """A dataset as CSV: the rows and columns of its list, whole."""

    parameters = frozenset({"as_of", "fields", *WAYS})

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponseBase:
        """UTF-8 with a byte order mark (for Excel; `bom=0` leaves it out), RFC 4180, ISO dates, decimal points. An
        empty cell is unknown. Text that a spreadsheet would run as a formula begins with an apostrophe; `defuse=0`
        leaves it as it is, for programs. `separator=semicolon` also writes decimal commas."""
        return self.answer(request, ExportFormat.CSV)


FORM = OpenApiParameter(
    "form", OpenApiTypes.STR, OpenApiParameter.PATH, enum=[str(form) for form in OTHERS], description="The format."
)


class OtherFormatsView(FileView):
    """A dataset as NDJSON, XLSX or Parquet: the rows and columns of its list, whole."""

    parameters = frozenset({"as_of", "fields"})

    @extend_schema(
        parameters=[FORM],
        responses={
            (200, TYPES[ExportFormat.NDJSON]): OpenApiTypes.STR,
            (200, TYPES[ExportFormat.XLSX]): OpenApiTypes.BINARY,
            (200, TYPES[ExportFormat.PARQUET]): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, form: str) -> HttpResponseBase:
        """NDJSON: a row of the list a line. XLSX: typed cells, with sheets of what the columns mean and of where the
        file comes from. Parquet: typed columns (decimals, days, instants), zstd, the columns' meanings as metadata."""
        return self.answer(request, ExportFormat(form))
