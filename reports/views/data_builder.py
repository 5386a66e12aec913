"""Pull a dataset: its filters as a form, and the addresses, files and ready-made texts that answer it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from pillars.models import Plan
from reports import snippets
from reports.connections import ODC_TYPE, PBIDS_TYPE, odc, pbids
from reports.datasets import DATASETS
from reports.pulls import COUNTED, RAW, Pull, labels, refused
from reports.views.data import named
from tracker.choices import ExportFormat
from tracker.errors import Invalid
from tracker.filters import without
from tracker.models import Organization, Place
from tracker.templatetags.tracker import bilingual_text

UNPROCESSABLE = 422


@dataclass(frozen=True)
class Download:
    """One file of exactly these rows."""

    form: str
    label: str
    url: str  # empty where there are too many rows to make it at once


@dataclass(frozen=True)
class Tick:
    """A column to tick."""

    name: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Tool:
    """A ready-made text: for which program, what to do with it, and the text itself."""

    key: str
    label: str | Promise
    how: str | Promise
    text: str

    @property
    def lines(self) -> int:
        """How long the text is."""
        return self.text.count("\n")


@login_required
@require_safe
def builder(request: HttpRequest, dataset: str) -> HttpResponse:
    """The form; and where what it asks can be meant, how many rows that is, the first of them, and how to pull them."""
    pull = Pull(DATASETS[dataset], request)
    context = {
        "dataset": pull.dataset,
        "trail": [(_("Data"), reverse("data")), (str(pull.dataset.label), "")],
        "form": pull.form,
        "clear_url": reverse("data-dataset", args=[dataset]),
        "filtered": bool(pull.asked.dict().keys() - {"as_of"}),
        "suggestions": _suggestions(pull),
        "ticks": (ticks := _ticks(pull)),
        "chosen": sum(tick.chosen for tick in ticks),
        "tokens_url": named("tokens"),
    }
    try:
        context |= _answer(pull) if pull.form.is_valid() else {}
    except Invalid as error:
        refused(pull.form, error)
    return render(request, "reports/data_builder.html", context, status=UNPROCESSABLE if pull.form.errors else 200)


@login_required
@require_safe
def connection(request: HttpRequest, dataset: str) -> HttpResponse:
    """An `.odc` file: Excel opens it with the query in it, and asks for the token itself."""
    pull = _meant(request, dataset)
    name = pull.dataset.name.replace("-", "_")
    query = snippets.power_query(pull.file_address("csv"), pull.file_columns)
    body = odc(name, query, title=str(pull.dataset.label), about=str(pull.dataset.about))
    return _download(body, ODC_TYPE, f"{pull.dataset.name}.odc")


@login_required
@require_safe
def source(request: HttpRequest, dataset: str) -> HttpResponse:
    """A `.pbids` file: Power BI Desktop opens it and asks for the token itself."""
    pull = _meant(request, dataset)
    return _download(pbids(pull.file_address("csv")), PBIDS_TYPE, f"{pull.dataset.name}.pbids")


def _meant(request: HttpRequest, dataset: str) -> Pull:
    """What is asked. Raises `Invalid` for what cannot be meant."""
    pull = Pull(DATASETS[dataset], request)
    if not pull.form.is_valid():
        fields = {name: " ".join(map(str, errors)) for name, errors in pull.form.errors.items()}
        raise Invalid(_("Some filters cannot be applied."), fields=fields, code="bad_filter")
    _rows = pull.rows
    return pull


def _download(body: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(body, content_type=kind, headers=headers)


def _answer(pull: Pull) -> dict[str, Any]:
    """All that is shown of rows: raises `Invalid` before anything is."""
    count = pull.count
    names = labels(pull.dataset)
    query = without(pull.query, "ordering").urlencode()
    return {
        "built": True,
        "count": min(count, COUNTED),
        "more": count > COUNTED,
        "sample": [(name, names.get(name, ""), values) for name, values in pull.sample()],
        "downloads": [_file(pull, form) for form in ExportFormat],
        "file": pull.file_address("csv"),
        "list": pull.list_address(),
        "cited": pull.cited(),
        "tools": list(_tools(pull)),
        "query": query,
        "odc_url": _with(reverse("data-odc", args=[pull.dataset.name]), query),
        "pbids_url": _with(reverse("data-pbids", args=[pull.dataset.name]), query),
        "ask_url": named("export-ask"),
        "exports_url": named("exports"),
        "formats": ExportFormat.choices,
        "secure": pull.request.is_secure(),
    }


def _file(pull: Pull, form: ExportFormat) -> Download:
    most = {ExportFormat.XLSX: settings.EXPORT_XLSX_ROWS, ExportFormat.PARQUET: settings.EXPORT_PARQUET_ROWS}.get(form)
    address = pull.file_address(form)
    at_once = most is None or pull.count <= most
    return Download(form, str(form.label), address.url.removeprefix(address.site) if at_once else "")


def _with(url: str, query: str) -> str:
    return f"{url}?{query}" if query else url


def _ticks(pull: Pull) -> list[Tick]:
    chosen, names = set(pull.form.data.getlist("fields")), labels(pull.dataset)  # type: ignore[attr-defined]  # a query
    return [Tick(one.name, names.get(one.name, ""), one.name in chosen) for one in pull.dataset.row.columns()]


def _tools(pull: Pull) -> Iterator[Tool]:
    file, raw = pull.file_address("csv"), pull.file_address("csv", **RAW)
    columns, saved = pull.file_columns, f"{pull.dataset.name}.csv"
    yield Tool(
        "power-query", "Power Query (Excel, Power BI)", gettext_lazy(
            "Excel: Data, Get Data, From Other Sources, Blank Query; then Advanced Editor. Put the text there. When it "
            "asks who you are, choose Basic: the user name is “token”, the password is the token."
        ), snippets.power_query(file, columns),
    )  # fmt: skip
    yield Tool(
        "curl", "curl", gettext_lazy("In a shell. It saves the file; a refusal leaves none."),
        snippets.curl(raw, saved),
    )  # fmt: skip
    yield Tool(
        "pandas", "Python: pandas", gettext_lazy("A frame with a type for every column; what is unknown is missing."),
        snippets.pandas(raw, columns),
    )  # fmt: skip
    yield Tool(
        "r", "R: httr2, readr", gettext_lazy("A tibble with a type for every column; what is unknown is NA."),
        snippets.r(raw, columns),
    )  # fmt: skip
    yield Tool(
        "duckdb", "DuckDB", gettext_lazy("Reads the file that curl saved."), snippets.duckdb(saved, columns),
    )  # fmt: skip
    yield Tool(
        "duckdb-httpfs", "DuckDB: httpfs", gettext_lazy(
            "In DuckDB’s own command line: asks the address itself. Its extension httpfs is fetched from the Internet, "
            "once."
        ), snippets.duckdb_from_address(raw, columns),
    )  # fmt: skip
    if followed := pull.followed():
        yield Tool(
            "follow", gettext_lazy("Python: only what changed"), gettext_lazy(
                "Keeps a file equal to the list: the first run reads all of it, later ones what changed and what is "
                "gone since."
            ), snippets.follow(followed, pull.dataset.key, f"{pull.dataset.name}.json"),
        )  # fmt: skip


def _suggestions(pull: Pull) -> dict[str, list[tuple[str, str]]]:
    """Codes, with names, for the fields that take one."""
    user, wanted = pull.request.user, {field.widget.attrs.get("list") for field in pull.form.fields.values()}
    kinds: dict[str, tuple[Any, str]] = {
        "known-plans": (Plan.objects.visible_to(user), "title"),
        "known-organizations": (Organization.objects, "name"),
        "known-places": (Place.objects, "name"),
    }
    return {
        key: [(one.code, bilingual_text(one, name)) for one in rows.for_list()]
        for key, (rows, name) in kinds.items()
        if key in wanted
    }
