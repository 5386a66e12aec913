"""The brief as a workbook: a sheet for each section, cells of their own type, and what every column means."""

import io
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from reports.brief.document import Brief, Column, Kind, Table, Value
from reports.brief.shown import text_of
from tracker import formats
from tracker.tabular import columns as tabular
from tracker.tabular.xlsx import FORMATS

# As in every workbook of the tracker: a text is never a formula or a link.
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_WIDTHS = {Kind.TEXT: 30, Kind.CODE: 10, Kind.STATE: 18, Kind.COUNT: 14, Kind.DOLLARS: 20, Kind.YEAR: 14}
_WIDEST = 60  # characters; what is longer is written over several lines
_LETTER = 1  # the format's number of that paper
_LONGEST_NAME = 31  # characters of a sheet's name
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def make_xlsx(brief: Brief) -> bytes:
    """The workbook, in the brief's language, which has to be the active one."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        # A day of the payload's own, so that the same brief gives the same bytes.
        made = datetime.combine(brief.seal.ends_on, time())
        book.set_properties({"title": f"{brief.seal.code} – {brief.title}", "created": made})
        styles = {
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            "numbers": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "align": "right"}),
            "dollars": book.add_format({"num_format": FORMATS[tabular.Kind.DECIMAL]}),
            "day": book.add_format({"num_format": FORMATS[tabular.Kind.DAY], "align": "left"}),
            "left": book.add_format({"align": "left"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        _about(book.add_worksheet(_name(_("About"))), brief, styles)
        for section in (*brief.sections, *brief.data):
            _sheet(book.add_worksheet(_name(section.name)), section.table, styles)
        _sheet(book.add_worksheet(_name(_("Dictionary"))), brief.dictionary, styles)
    return file.getvalue()


def _name(title: str) -> str:
    """A text within what the name of a sheet may be."""
    return title.translate(_FORBIDDEN)[:_LONGEST_NAME].strip().strip("'")


def _about(page: Any, brief: Brief, styles: dict[str, Any]) -> None:
    """What the workbook is of, and how to find the record."""
    page.set_paper(_LETTER)
    page.fit_to_pages(1, 0)
    page.set_column(0, 0, 26, styles["head"])
    page.set_column(1, 1, 90, styles["text"])
    for number, (label, value) in enumerate(_facts(brief)):
        page.write_string(number, 0, label, styles["head"])
        if isinstance(value, date):
            page.write_datetime(number, 1, datetime.combine(value, time()), styles["day"])
        elif isinstance(value, int):
            page.write_number(number, 1, value, styles["left"])
        else:
            page.write_string(number, 1, value)


def _facts(brief: Brief) -> Iterable[tuple[str, str | int | date]]:
    seal = brief.seal
    yield _("Plan"), f"{brief.plan_code} – {brief.title}"
    if brief.simulated:
        yield _("Note"), _("Simulated plan: its data are invented.")
    yield _("Rollup"), seal.code
    yield _("Edition"), seal.edition
    yield _("Week"), seal.week
    yield _("First day"), seal.starts_on
    yield _("Last day"), seal.ends_on
    yield _("As known at revision"), seal.as_of
    yield "SHA-256", seal.sha256
    yield _("Follows"), seal.previous or _("none: the first of the plan")
    if brief.headline:
        yield _("Headline colour"), brief.headline.label
        yield _("By rule"), f"{formats.number(brief.headline.rule)}{_(':')} {brief.headline.sentence}"
        if brief.headline.reported:
            one = brief.headline.reported
            yield _("Reported colour"), f"{one.label} ({one.by}){_(':')} {one.reason}"
    yield _("Address"), brief.address
    yield _("Empty cells"), _("Not published, or nothing to say; never zero.")


def _sheet(page: Any, table: Table, styles: dict[str, Any]) -> None:
    page.freeze_panes(1, 0)
    # Should somebody print it: letter paper, as wide as the sheet, its headings on every page.
    page.set_paper(_LETTER)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
    for at, column in enumerate(table.columns):
        page.set_column(at, at, _width(column, [row[at] for row in table.rows]))
        page.write_string(0, at, column.label, styles["numbers" if column.kind.numeric else "head"])
    for number, row in enumerate(table.rows, 1):
        for at, (column, value) in enumerate(zip(table.columns, row, strict=True)):
            _cell(page, (number, at), column, value, styles)


def _width(column: Column, values: Iterable[Value]) -> int:
    """In characters: as wide as the longest text that it holds, within bounds; of numbers as wide as their kind."""
    longest = max((len(text_of(column, one)) for one in values if isinstance(one, str) and one), default=0)
    return max(_WIDTHS.get(column.kind, 18), min(longest + 2, _WIDEST))


def _cell(page: Any, at: tuple[int, int], column: Column, value: Value, styles: dict[str, Any]) -> None:
    """Unknown stays empty: a spreadsheet would take a word for a text among numbers."""
    if value is None or value == "":
        return
    if isinstance(value, str) or column.kind is Kind.YEAR:
        page.write_string(*at, text_of(column, value), styles["text"])
    elif isinstance(value, Decimal):
        page.write_number(*at, value, styles["dollars"])
    else:
        page.write_number(*at, value)
