"""The brief as a PDF of two pages, tagged, with its fonts in it.

WeasyPrint needs libraries of the system (Pango) and is loaded only here: without them the tracker runs, and says so
where a PDF is asked for.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reports.brief.charts import words
from reports.brief.document import Brief, Column, Kind, Section, Value
from reports.brief.shown import REASON, cut, foot, span, text_of
from tracker import charts
from tracker.charts import Distribution

log = logging.getLogger("reports.brief")

PAGES = 2
OPTIONS = {"pdf_variant": "pdf/ua-1", "pdf_tags": True}
SHORT_TABLES = 7  # rows of pillars and fiscal years, of which there are few, and none is to be missed
# A host that is none: what a document asks for under it is a static file, and all else is refused.
STATIC = "https://static.invalid/"
_RENDERING = Lock()
_OPENING = re.compile(r"<svg [^>]*>")


class NoRenderer(Exception):
    """This machine cannot make a PDF: a library of the system is missing."""


@dataclass(frozen=True)
class Fit:
    """How much is put on the pages: rows of a table, characters of a cell, and whether in large type."""

    rows: int
    letters: int
    large: bool = False


# From most to least; the first that fits two pages is taken.
FITS = (Fit(12, 160, large=True), Fit(8, 120), Fit(6, 70), Fit(4, 50), Fit(1, 40))


@dataclass(frozen=True)
class ShownCell:
    """One cell as it is drawn."""

    text: str
    symbol: SafeString
    kind: str
    header: bool
    absent: bool


@dataclass(frozen=True)
class ShownSection:
    """A section cut to what the page has room for; `more` rows are not on it."""

    section: Section
    notes: str
    charts: list[dict[str, Any]]
    columns: list[Column]
    rows: list[list[ShownCell]]
    more: str


def make_pdf(brief: Brief) -> bytes:
    """The document, in the brief's language, which has to be the active one. Raises `NoRenderer`."""
    weasyprint = _renderer()
    # Pango's fonts are the process's own, and two documents at once would take twice the memory.
    with _RENDERING:
        from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]  # noqa: PLC0415 - see above

        fonts = FontConfiguration()
        sheet = weasyprint.CSS(
            string=_static("reports/brief.css").read_text(encoding="utf-8"), base_url=f"{STATIC}reports/brief.css",
            url_fetcher=_fetch, font_config=fonts,
        )  # fmt: skip

        def draw(fit: Fit) -> Any:
            html = weasyprint.HTML(string=html_of(brief, fit), url_fetcher=_fetch)
            return html.render(stylesheets=[sheet], font_config=fonts, **OPTIONS)

        return bytes(_fitting(draw).write_pdf(**OPTIONS))


def _fitting(draw: Callable[[Fit], Any]) -> Any:
    """The fullest document that fits. Most plans fit at once; for the others the middle of what is left is tried."""
    document = draw(FITS[0])
    if len(document.pages) <= PAGES:
        return document
    low, high, found = 1, len(FITS) - 1, None
    while low < high:
        middle = (low + high) // 2
        tried = draw(FITS[middle])
        if len(tried.pages) <= PAGES:
            high, found = middle, tried
        else:
            low = middle + 1
    return found or draw(FITS[low])


def _renderer() -> Any:
    try:
        import weasyprint  # type: ignore[import-untyped]  # noqa: PLC0415 - it loads libraries that a machine may not have
    except (ImportError, OSError) as error:
        log.warning("No PDF can be made here: %s", str(error).partition("\n")[0])
        raise NoRenderer from error
    for talkative in ("weasyprint", "weasyprint.progress", "fontTools"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    return weasyprint


def _fetch(url: str) -> Any:
    """A static file of ours; nothing else is opened, whatever a text makes the document ask for."""
    from weasyprint.urls import URLFetcherResponse  # type: ignore[import-untyped]  # noqa: PLC0415 - see above

    if not url.startswith(STATIC):
        message = f"not a static file: {url}"
        raise ValueError(message)
    return URLFetcherResponse(url, _static(url.removeprefix(STATIC)).read_bytes())


def _static(name: str) -> Path:
    found = finders.find(name)
    if found is None:
        message = f"{name} is not among the static files"
        raise FileNotFoundError(message)
    return Path(found)


def html_of(brief: Brief, fit: Fit) -> str:
    """The page that is drawn."""
    shown = {one.key: _shown(one, fit) for one in brief.sections}
    reported = brief.headline.reported if brief.headline else None
    return render_to_string(
        "reports/brief.html",
        {
            "brief": brief,
            "seal": brief.seal,
            "large": fit.large,
            "sections": shown,
            "first": [shown[key] for key in ("pillars", "changes")],
            "second": [shown[key] for key in ("attention", "milestones", "money")],
            "beside": [shown[key] for key in ("reporting", "announced", "indicators")],
            "headline_symbol": _symbol(brief.headline.state, brief.headline.label) if brief.headline else "",
            "reported_symbol": _symbol(reported.state, reported.label) if reported else "",
            "reason": cut(reported.reason, REASON) if reported else "",
            "foot": foot(brief.seal),
            "span": span(brief.seal),
            "page": _("Page"),
            "of": pgettext("page of pages", "of"),
        },
    )


def _shown(section: Section, fit: Fit) -> ShownSection:
    """The section within bounds. Columns without any value are left out, but for the first."""
    table = section.table
    most = max(fit.rows, SHORT_TABLES) if section.key in ("pillars", "money") else fit.rows
    kept = table.rows[:most]
    used = replace(table, rows=kept).used
    return ShownSection(
        section=section,
        notes=" · ".join(note.removesuffix(".") for note in section.notes),
        charts=[_drawn(chart) for chart in section.charts],
        columns=[table.columns[at] for at in used],
        rows=[[_cell(table.columns[at], row[at], fit.letters, first=at == 0) for at in used] for row in kept],
        more=_more(len(table.rows) - len(kept)),
    )


def _more(count: int) -> str:
    return ngettext("and %(count)d more", "and %(count)d more", count) % {"count": count} if count > 0 else ""


def _cell(column: Column, value: Value, letters: int, *, first: bool) -> ShownCell:
    text = text_of(column, value)
    state = column.kind is Kind.STATE and bool(value)
    return ShownCell(
        text=cut(text, letters),
        symbol=_symbol(str(value), text) if state else mark_safe(""),
        kind="num" if column.kind.numeric else column.kind.value,
        header=first,
        absent=value is None,
    )


def _drawn(chart: Distribution) -> dict[str, Any]:
    parts = [
        {"swatch": _named(charts.swatch(chart, one.state), one.label), "label": one.label, "shown": one.shown}
        for one in chart.segments
    ]
    return {"chart": chart, "bar": _worded(charts.distribution_bar(chart), words(chart)), "parts": parts}


def _symbol(state: str, name: str) -> SafeString:
    return _named(charts.symbol(state), name)


def _named(svg: SafeString, name: str) -> SafeString:
    """A figure of a tagged PDF has a text of its own, taken from its title; on a page the word beside it is enough."""
    start = _OPENING.match(svg)
    end = start.end() if start else 0
    return format_html("{}<title>{}</title>{}", mark_safe(svg[:end]), name, mark_safe(svg[end:]))  # noqa: S308 - ours


def _worded(svg: SafeString, text: str) -> SafeString:
    """Only the title of a figure gets into the PDF, so it says what the page says in its description."""
    before, title, after = svg.partition("</title>")
    opening = before[: before.rindex(">") + 1]
    return format_html("{}{}{}{}", mark_safe(opening), text, mark_safe(title), mark_safe(after))  # noqa: S308 - ours
