"""Files kept in the database, handed out in pieces: none is ever whole in memory, and no transaction is open between
them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from reports import exports
from reports.export_sight import covers
from tracker.choices import ExportFormat
from tracker.errors import Conflict, NotAllowed, Refused, TooManyRequests
from tracker.exports import RETRY_SECONDS, TYPES, Reader, digest_headers, record
from tracker.http import SignedInRequest
from tracker.models import ExportChunk, ExportJob
from tracker.models.export import CHUNK
from tracker.sending import Pace, Seat

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


class NoSuchRange(Refused):
    """The file has no such bytes."""

    status = 416
    code = "no_such_range"


@dataclass(frozen=True)
class Part:
    """Bytes of a file, from `first` to before `end`."""

    first: int
    end: int
    whole: int

    @property
    def is_all(self) -> bool:
        return (self.first, self.end) == (0, self.whole)


def part_of(job: ExportJob, header: str, if_range: str) -> Part:
    """What `Range` asks for; all of it without, for several at once, and for another file than `If-Range` names.
    Raises `NoSuchRange`."""
    match = _RANGE.fullmatch(header.strip())
    tag = digest_headers(job.sha256)["ETag"]
    if match is None or not any(match.groups()) or (if_range and if_range.strip() != tag):
        return Part(0, job.size, job.size)
    first, last = match.groups()
    begin = int(first) if first else max(job.size - int(last), 0)
    end = min(int(last) + 1, job.size) if first and last else job.size
    if begin >= job.size or begin >= end:
        raise NoSuchRange(_("The file has %(size)d bytes: ask for some of these.") % {"size": job.size})
    return Part(begin, end, job.size)


class StoredFile(StreamingHttpResponse):
    """The part of the file, of known length."""

    def __init__(self, job: ExportJob, part: Part, seat: Seat) -> None:
        form = ExportFormat(job.form)
        super().__init__(_pieces(job.pk, part), status=200 if part.is_all else 206, content_type=TYPES[form])
        self["Content-Length"] = str(part.end - part.first)
        self["Accept-Ranges"] = "bytes"
        if not part.is_all:
            self["Content-Range"] = f"bytes {part.first}-{part.end - 1}/{part.whole}"
        if disposition := content_disposition_header(as_attachment=True, filename=job.file_name):
            self["Content-Disposition"] = disposition
        self["X-Rows"] = str(job.rows)
        for name, value in digest_headers(job.sha256).items():
            self[name] = value
        self._resource_closers.append(seat.close)  # type: ignore[attr-defined]  # Django's, undescribed


class Gone(Exception):
    """The file was deleted while it was read. What was sent is then short of its stated length."""


def _pieces(job: int, part: Part) -> Iterator[bytes]:
    pace = Pace(part.end - part.first)
    for number in range(part.first // CHUNK, -(-part.end // CHUNK)):
        pace.keep()
        data = ExportChunk.objects.filter(job=job, number=number).values_list("data", flat=True).first()
        if data is None:
            raise Gone
        begin = number * CHUNK
        yield bytes(data)[max(part.first - begin, 0) : part.end - begin]


def handed_out(request: HttpRequest, job: ExportJob, reader: Reader) -> HttpResponseBase:
    """The answer that carries the file. Raises what stands against it."""
    at = timezone.now()
    if not job.usable(at=at):
        raise Conflict(_("There is no file: it is not made yet, or not kept any more."), code="no_file")
    if not covers(reader.user, job):
        raise NotAllowed(_("You see no longer all that is in this file. Ask for it again."))
    part = part_of(job, request.headers.get("Range", ""), request.headers.get("If-Range", ""))
    if request.method == "HEAD":
        return StoredFile(job, part, Seat.free())
    seat = Seat.take(reader.user.pk)
    if seat is None:
        message = _("Too many files are being sent. Try again in a few seconds.")
        raise TooManyRequests(message, seconds=RETRY_SECONDS)
    answer = StoredFile(job, part, seat)

    def keep() -> None:
        """A file that cannot be put on record does not go out."""
        try:
            record(exports.file_record(job, reader, at=at))
        except BaseException:
            seat.close()
            raise

    cast(SignedInRequest, request).afterwards.append(keep)
    return answer
