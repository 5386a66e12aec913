"""XLSX with typed cells. XlsxWriter makes the frame of the workbook; the rows of its first sheet are XML that
PostgreSQL writes itself, which takes a fraction of the time of a call for each cell in Python."""

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from django.db.models import QuerySet
from xlsxwriter.utility import xl_col_to_name

from tracker.tabular.columns import Column, Kind
from tracker.tabular.copy import Bounds, Made, Spool, copied_texts, statement_of

MOST_ROWS = (1 << 20) - 1  # of a sheet, without its header
CELL = 32_767  # UTF-16 units that a cell can hold
SHEET = "xl/worksheets/sheet1.xml"
FORMATS = {Kind.DECIMAL: "#,##0.00###", Kind.DAY: "yyyy-mm-dd", Kind.INSTANT: "yyyy-mm-dd hh:mm:ss"}
WIDTHS = {Kind.DAY: 12, Kind.INSTANT: 20, Kind.DECIMAL: 18, Kind.TEXT: 30, Kind.TEXTS: 20}
# Marks that no text can hold, for every & in one is escaped.
_ROW, _CUT = b'&"', b"&!"
# What XML holds only by another name, and what it cannot hold, which the format writes as _x0001_.
_CONTROLS = bytes(code for code in range(32) if code not in (9, 10))
_UNWRITABLE = re.compile(rb"[\x00-\x08\x0b-\x1f]|\xef\xbf[\xbe\xbf]")
_LOOKS_ESCAPED = re.compile(rb"_x([0-9A-Fa-f]{4}_)")


@dataclass(frozen=True)
class Sheet:
    """A small sheet beside the data: its name, a header, rows of text or numbers."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[str | int]]


# What stands beside the data, when its rows are known, and how many texts were cut.
Beside = Callable[[int, int], Sequence[Sheet]]


def make_xlsx(
    rows: QuerySet[Any], columns: Sequence[Column], beside: Beside, *, name: str = "data", bounds: Bounds | None = None
) -> Made:
    """The rows as a workbook, `name` its first sheet, frozen and filtered at its header. Memory stays constant.

    A text is never a formula or a link. One beyond what a cell holds ends in `…`, and is counted. Raises as `make_csv`
    does; `TooMany` also beyond what a sheet holds.
    """
    bounds = bounds or Bounds()
    most = min(bounds.rows or MOST_ROWS, MOST_ROWS)
    inner = Bounds(most, bounds.size, bounds.tell)
    spool = Spool(inner)
    try:
        cut = _Sheet1(rows, columns, name, inner).write(spool)
        with zipfile.ZipFile(spool.file, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as workbook:
            for part, content in _frame(columns, name, spool.rows, beside(spool.rows, cut)).items():
                if part != SHEET:
                    workbook.writestr(part, content)
        return spool.made_by_others()
    except BaseException:
        spool.file.close()
        raise


@dataclass(frozen=True)
class _Sheet1:
    """The sheet of the data, on its way into the file."""

    queryset: QuerySet[Any]
    columns: Sequence[Column]
    name: str
    bounds: Bounds

    def write(self, spool: Spool) -> int:
        """The number of texts that were cut."""
        head, styles, _tail = _split(_frame(self.columns, self.name, 1, [])[SHEET])
        select, params = statement_of(self.queryset, [column.value() for column in self.columns], self.bounds)
        names = [f"c{index}" for index in range(len(self.columns))]
        cells = ", ".join(map(_cell, self.columns, names, styles, range(len(names))))
        line = f"({select}) as line ({', '.join(names)})"
        row = f"""select concat('<row r="&">', {cells}, '</row>') from {line}"""  # noqa: S608 - names of our own
        cut, number = 0, 2
        with (
            zipfile.ZipFile(spool.file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as workbook,
            workbook.open(SHEET, "w") as sheet,
        ):
            sheet.write(head)
            for some in copied_texts(row, params):
                spool.took(len(some))
                block = b"".join([one.replace(_ROW, b'%d"' % at) for at, one in enumerate(some, number)])
                number += len(some)
                if _CUT in block:
                    cut += block.count(_CUT)
                    block = block.replace(_CUT, b"")
                sheet.write(_writable(block))
                spool.bound(spool.file.tell())
            tail = _split(_frame(self.columns, self.name, spool.rows, [])[SHEET])[2]
            sheet.write(tail)
        return cut


def _writable(block: bytes) -> bytes:
    """The block with every character that XML cannot hold as it is written otherwise."""
    if b"_x" in block:
        block = _LOOKS_ESCAPED.sub(rb"_x005F_x\1", block)
    if len(block.translate(None, _CONTROLS)) != len(block) or b"\xef\xbf" in block:
        block = _UNWRITABLE.sub(_written, block)
    return block


def _written(found: re.Match[bytes]) -> bytes:
    if found[0] == b"\r":
        return b"&#13;"
    return b"_x%04X_" % ord(found[0].decode())


def _cell(column: Column, name: str, style: bytes, index: int) -> str:
    """SQL of a cell's XML; null for an unknown value, which leaves no cell."""
    style_of = f' s="{style.decode()}"' if style else ""
    begin = f"""<c r="{xl_col_to_name(index)}&"{style_of}"""
    match column.kind:
        case Kind.FLAG:
            return f"""'{begin} t="b"><v>' || {name}::int || '</v></c>'"""
        case Kind.WHOLE | Kind.DECIMAL:
            return f"""'{begin}><v>' || {name} || '</v></c>'"""
        case Kind.DAY:
            # Spreadsheets count a 29 February 1900: a day before it would be read as its neighbour.
            early = f"""'{begin} t="inlineStr"><is><t>' || {name} || '</t></is></c>'"""
            serial = f"""'{begin}><v>' || ({name} - date '1899-12-30') || '</v></c>'"""
            return f"case when {name} < date '1900-03-01' then {early} else {serial} end"
        case Kind.INSTANT:
            days = f"extract(epoch from ({name} at time zone 'UTC') - timestamp '1899-12-30') / 86400"
            return f"""'{begin}><v>' || round({days}, 10) || '</v></c>'"""
    text = f"array_to_string({name}, '; ')" if column.kind is Kind.TEXTS else name
    return f"""'{begin} t="inlineStr"><is><t xml:space="preserve">' || {_text(text)} || '</t></is></c>'"""


def _text(text: str) -> str:
    """SQL of a text as XML, cut to what a cell holds: it counts in UTF-16, where what is beyond U+FFFF counts twice."""
    escaped = "replace(replace(replace({0}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"
    twice = f"length(regexp_replace({text}, '[\\x01-\\uffff]', '', 'g'))"
    cut = escaped.format(f"left({text}, greatest({CELL - 1} - {twice}, {CELL // 2}))")
    fits = f"octet_length({text}) <= {CELL} or length({text}) + {twice} <= {CELL}"
    return f"case when {text} is null then null when {fits} then {escaped.format(text)} else {cut} || '…&!' end"


def _frame(columns: Sequence[Column], name: str, rows: int, sheets: Sequence[Sheet]) -> dict[str, bytes]:
    """The parts of the workbook by their names, its first sheet with a header and one row of empty cells that have the
    style of their column."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True})
        formats = {kind: book.add_format({"num_format": text}) for kind, text in FORMATS.items()}
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        data = book.add_worksheet(name)
        data.freeze_panes(1, 0)
        data.autofilter(0, 0, max(rows, 1), len(columns) - 1)
        for index, column in enumerate(columns):
            data.set_column(index, index, WIDTHS.get(column.kind, max(len(column.name) + 4, 10)))
            data.write_string(0, index, column.name, bold)
            data.write_blank(1, index, None, formats.get(column.kind, bold))
        for sheet in sheets:
            _beside(book.add_worksheet(sheet.name), sheet, bold, wrapped)
    with zipfile.ZipFile(file) as parts:
        return {part: parts.read(part) for part in parts.namelist()}


def _beside(page: Any, sheet: Sheet, bold: Any, wrapped: Any) -> None:
    page.freeze_panes(1, 0)
    page.set_column(0, len(sheet.header) - 1, 28, wrapped)
    page.write_row(0, 0, sheet.header, bold)
    for number, row in enumerate(sheet.rows, 1):
        for index, value in enumerate(row):
            if isinstance(value, int):
                page.write_number(number, index, value)
            else:
                page.write_string(number, index, value)


_SAMPLE = re.compile(rb'<row r="2".*?</row>', re.DOTALL)
_STYLE = re.compile(rb'<c r="[A-Z]+2" s="([0-9]+)"/>')
_DIMENSION = re.compile(rb"<dimension [^>]*/>")


def _split(sheet: bytes) -> tuple[bytes, list[bytes], bytes]:
    """What stands before the rows, the style of each column (empty for none of its own), what stands after them."""
    sample = _SAMPLE.search(sheet)
    assert sample is not None  # noqa: S101 - `_frame` writes it
    head = _DIMENSION.sub(b"", sheet[: sample.start()])
    styles = _STYLE.findall(sample[0])
    return head, [b"" if style == b"1" else style for style in styles], sheet[sample.end() :]
