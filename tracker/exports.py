"""Files that leave the tracker: what is asked for, made within its limits, logged, and sent."""

import errno
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from tracker.choices import ExportFormat, ExportWay
from tracker.datasets import Dataset
from tracker.dictionary import ColumnMeaning, describe
from tracker.errors import Invalid, Refused
from tracker.filters import effective_date
from tracker.http import SignedInRequest
from tracker.models import ExportRecord, User
from tracker.models.token import ADDRESS_LENGTH
from tracker.tabular import Column
from tracker.tabular.copy import Bounds, Made
from tracker.tabular.csv import Dialect, make_csv
from tracker.tabular.ndjson import make_ndjson
from tracker.tabular.parquet import make_parquet
from tracker.tabular.xlsx import Sheet, make_xlsx
from tracker.timemachine.moments import Moment

TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8; header=present",
    ExportFormat.NDJSON: "application/x-ndjson",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
}
# What an address takes beside the filters of the list; the first three are of CSV alone.
WAYS = {"bom": ("0", "1"), "defuse": ("0", "1"), "separator": ("comma", "semicolon")}
JOBS = "/api/v1/exports/"
RETRY_SECONDS = 5


class NoRoom(Refused):
    """The disk is full."""

    status = 507
    code = "no_room"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked for: `query` is all of the address's query but its moment."""

    dataset: Dataset
    form: ExportFormat
    query: Mapping[str, str]
    moment: Moment

    @property
    def canonical(self) -> str:
        """The query in one order, without what is empty."""
        return urlencode(sorted((name, value) for name, value in self.query.items() if value and name != "as_of"))

    @property
    def dialect(self) -> Dialect:
        """How a CSV is to be written. Raises `Invalid`, also for another format that is asked for one."""
        chosen = {name: self.query.get(name, "") for name in WAYS}
        faults = {
            name: _("Write one of: %(words)s.") % {"words": ", ".join(WAYS[name])}
            for name, value in chosen.items()
            if value and value not in WAYS[name]
        }
        if faults:
            raise Invalid(_("Some filters cannot be applied."), fields=faults, code="bad_filter")
        return Dialect(
            bom=chosen["bom"] != "0", semicolons=chosen["separator"] == "semicolon", defused=chosen["defuse"] != "0"
        )

    @property
    def file_name(self) -> str:
        return self.dataset.file_name(
            plan=self.query.get("plan", ""), revision=self.moment.revision, form=str(self.form)
        )

    def as_job(self) -> dict[str, Any]:
        """The request that has the same made in the background."""
        beside = {"fields", *WAYS}
        body: dict[str, Any] = {"dataset": self.dataset.name, "format": str(self.form)}
        filters = {name: value for name, value in self.query.items() if value and name not in {*beside, "as_of"}}
        if filters:
            body["filters"] = filters
        body |= {name: self.query[name] for name in sorted(beside) if self.query.get(name)}
        if self.moment.text:
            body["as_of"] = self.moment.text
        return {"method": "POST", "path": JOBS, "body": body}


def rows_of(asked: Asked, *, user: User) -> QuerySet[Any]:
    """The rows of the list for that person. Raises `Invalid` for what no filter takes."""
    request = cast(SignedInRequest, HttpRequest())
    request.method, request.user, request.moment = "GET", user, asked.moment
    request.GET = QueryDict(asked.canonical)
    filters = asked.dataset.filters
    on = effective_date(request) if filters.dated() else asked.moment.on
    also = {"fields", *(WAYS if asked.form == ExportFormat.CSV else ())}
    return filters(request.GET, filters.base(user, on=on), request=request, also=also).rows


@dataclass(frozen=True)
class Export:
    """A finished file, and the worst security marking of its rows (empty where they bear none)."""

    asked: Asked
    made: Made
    marking: str


def make(asked: Asked, rows: QuerySet[Any], *, user: User, bounds: Bounds) -> Export:
    """The file, whole, within the read-only transaction that is open, which shows the moment asked for.

    Raises `Invalid` for columns that there are not, `TooMany` beyond the bounds, `NoRoom`, and what the database
    raises.
    """
    columns = asked.dataset.file_columns(asked.query.get("fields", ""), user=user)
    try:
        made = _made(asked, rows, columns, bounds)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise NoRoom(_("There is no room on the server for this export.")) from error
        raise
    try:
        return Export(asked, made, worst_marking(asked.dataset, rows))
    except BaseException:
        made.file.close()
        raise


def _made(asked: Asked, rows: QuerySet[Any], columns: Sequence[Column], bounds: Bounds) -> Made:
    if asked.form == ExportFormat.CSV:
        return make_csv(rows, columns, asked.dialect, bounds)
    if asked.form == ExportFormat.NDJSON:
        return make_ndjson(rows, columns, bounds)
    meanings = _meanings(asked.dataset, columns)
    if asked.form == ExportFormat.XLSX:
        return make_xlsx(rows, columns, _beside(asked, meanings), bounds=bounds)
    told = dict(_about(asked))
    about = {one.name: _told_of(one) for one in meanings}
    return make_parquet(rows, columns, told=told, about=about, bounds=bounds)


def _meanings(dataset: Dataset, columns: Sequence[Column]) -> list[ColumnMeaning]:
    names = {column.name for column in columns}
    return [one for one in describe(dataset) if one.name in names]


def _told_of(meaning: ColumnMeaning) -> dict[str, str]:
    """A column's words, as metadata."""
    return {
        "label_en": meaning.label_en, "label_fr": meaning.label_fr, "unit": meaning.unit,
        "definition_en": meaning.definition_en, "definition_fr": meaning.definition_fr,
    }  # fmt: skip


def _about(asked: Asked) -> list[tuple[str, str]]:
    at = asked.moment.at
    return [
        ("dataset", asked.dataset.name),
        ("filters", asked.canonical),
        ("as_of", asked.moment.text),
        ("revision", f"r{asked.moment.revision}"),
        ("data_as_of", at.isoformat().replace("+00:00", "Z") if at else ""),
    ]


def _beside(asked: Asked, meanings: Sequence[ColumnMeaning]) -> Callable[[int, int], Sequence[Sheet]]:
    """The sheets of what the columns mean and of where the file comes from, in both languages."""
    dictionary = Sheet(
        "dictionary",
        ("column", "type", "label_en", "label_fr", "unit_en", "unit_fr", "definition_en", "definition_fr", "allowed"),
        [
            (
                one.name, str(one.type), one.label_en, one.label_fr, one.unit_en, one.unit_fr, one.definition_en,
                one.definition_fr, ", ".join(word.value for word in one.allowed),
            )
            for one in meanings
        ],
    )  # fmt: skip

    def sheets(rows: int, cut: int) -> Sequence[Sheet]:
        about: list[tuple[str, str | int]] = [*_about(asked), ("rows", rows), ("texts_cut", cut), ("times", "UTC")]
        return [dictionary, Sheet("about", ("what", "value"), about)]

    return sheets


def worst_marking(dataset: Dataset, rows: QuerySet[Any]) -> str:
    """The gravest security marking of the rows; empty where rows of this dataset bear none."""
    if not dataset.marking:
        return ""
    model: Any = rows.model
    *way, last = dataset.marking.split("__")
    for step in way:
        model = model._meta.get_field(step).related_model
    words = [word for word, _label in model._meta.get_field(last).choices]  # the least first
    graver = rows.order_by().filter(**{f"{dataset.marking}__in": words[1:]})
    found = set(graver.values_list(dataset.marking, flat=True).distinct())
    return str(next((word for word in reversed(words) if word in found), words[0]))


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who is handed a file, by which token (its prefix; empty for a browser), and where."""

    user: User
    token: str
    address: str


def record(export: ExportRecord) -> None:
    """Keep that a file is handed out. The file does not go out when this fails."""
    export.save(force_insert=True)


def direct_record(export: Export, reader: Reader, *, at: datetime) -> ExportRecord:
    """What is kept of a file that was made at once."""
    asked, made = export.asked, export.made
    return ExportRecord(
        at=at, user=reader.user, account=reader.user.username, token=reader.token,
        address=reader.address[:ADDRESS_LENGTH], way=ExportWay.DIRECT, dataset=asked.dataset.name,
        form=asked.form, query=asked.canonical, as_of=asked.moment.text[:60], revision=asked.moment.revision,
        rows=made.rows, size=made.size, sha256=made.sha256, marking=export.marking,
    )  # fmt: skip


def digest_headers(sha256: str) -> dict[str, str]:
    """The hash of the whole file, in hexadecimal for people and by RFC 9530 for programs; and its tag."""
    spelled = b64encode(bytes.fromhex(sha256)).decode()
    return {"X-Content-SHA256": sha256, "Repr-Digest": f"sha-256=:{spelled}:", "ETag": f'"{sha256[:32]}"'}
