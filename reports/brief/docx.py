"""The brief as a Word file: headings, tables whose headings repeat, pictures with their text."""

import io
import zipfile
from dataclasses import replace
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.brief.charts import picture, words
from reports.brief.document import Brief, HeadlineColour, Kind, Section
from reports.brief.shown import foot, span, text_of

MOST_ROWS = 60  # of a table; the workbook has all
_MARGIN, _PICTURE, _BODY, _SMALL = 0.8, 6.6, 10, 8.5  # inches and points
_WIDE = 8.5 - 2 * _MARGIN
# How the width of a table is shared out: a title needs more of it than a code.
_SHARES = {
    Kind.TEXT: 3.0, Kind.CODE: 0.8, Kind.STATE: 1.4, Kind.COUNT: 1.0, Kind.DOLLARS: 1.1, Kind.YEAR: 1.0,
    Kind.AMOUNT: 1.2,
}  # fmt: skip
_WHEN = (1980, 1, 1, 0, 0, 0)  # of every part of the file: the same brief gives the same bytes


def make_docx(brief: Brief) -> bytes:
    """The document, in the brief's language, which has to be the active one."""
    from docx import Document  # noqa: PLC0415 - only where such a file is asked for
    from docx.shared import Inches, Pt  # noqa: PLC0415 - see above

    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Inches(8.5), Inches(11)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Inches(_MARGIN)
    document.styles["Normal"].font.size = Pt(_BODY)
    _speak(document, brief)
    document.add_paragraph(f"{_('The week in brief')} · {brief.seal.week}")
    document.add_heading(brief.title, level=1)
    document.add_paragraph(span(brief.seal))
    if brief.simulated:
        document.add_paragraph().add_run(_("Simulated plan: its data are invented.")).bold = True
    if brief.headline:
        _headline(document, brief.headline)
    for tile in brief.tiles:
        line = document.add_paragraph(style="List Bullet")
        line.add_run(tile.figure).bold = True
        line.add_run(f" {tile.label} {tile.note}".rstrip())
    for section in brief.sections:
        _section(document, section, brief.address)
    document.add_paragraph(
        f"{_('Everything here is read from the sealed document. The whole of it, with every number explained:')}"
        f" {brief.address}"
    )
    _foot(page, foot(brief.seal))
    return _settled(document)


def _speak(document: Any, brief: Brief) -> None:
    """Title and language, which screen readers go by."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - see above

    document.core_properties.title = f"{brief.seal.code} – {brief.title}"
    document.core_properties.language = f"{brief.language}-CA"
    document.core_properties.author = ""
    document.core_properties.comments = ""
    properties = document.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    language = properties.find(qn("w:lang"))
    if language is None:
        language = properties.makeelement(qn("w:lang"), {})
        properties.append(language)
    language.set(qn("w:val"), f"{brief.language}-CA")


def _headline(document: Any, headline: HeadlineColour) -> None:
    line = document.add_paragraph()
    line.add_run(f"{_('Headline:')} ").bold = True
    line.add_run(headline.sentence)
    if headline.reported:
        one = headline.reported
        line = document.add_paragraph()
        line.add_run(f"{_('Reported:')} {capfirst(one.label)}").bold = True
        line.add_run(f", {one.by}{_(':')} {one.reason}")


def _section(document: Any, section: Section, address: str) -> None:
    from docx.shared import Inches  # noqa: PLC0415 - see above

    document.add_heading(section.title, level=2)
    for chart in section.charts:
        document.add_paragraph(chart.title).paragraph_format.keep_with_next = True
        drawn = document.add_picture(io.BytesIO(picture(chart)), width=Inches(_PICTURE))
        drawn._inline.docPr.set("descr", words(chart))  # noqa: SLF001 - there is no other way to its text
    for note in section.notes:
        document.add_paragraph(note)
    if section.table.rows:
        _table(document, section)
        more = len(section.table.rows) - MOST_ROWS
        if more > 0:
            said = ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more}
            document.add_paragraph(f"{said}{_(':')} {address}")
    else:
        document.add_paragraph(section.empty)


def _table(document: Any, section: Section) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - see above
    from docx.oxml.ns import qn  # noqa: PLC0415 - see above
    from docx.shared import Inches, Pt  # noqa: PLC0415 - see above

    kept = replace(section.table, rows=section.table.rows[:MOST_ROWS])
    used, rows = kept.used, kept.rows
    columns = [kept.columns[at] for at in used]
    widths = [Inches(_WIDE * _SHARES[one.kind] / sum(_SHARES[other.kind] for other in columns)) for one in columns]
    table = document.add_table(rows=len(rows) + 1, cols=len(columns), style="Light Grid Accent 1")
    for number, row in enumerate(table.rows):
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - Word's own marks for rows have no other name
        properties.append(properties.makeelement(qn("w:cantSplit"), {}))
        if not number:
            properties.append(properties.makeelement(qn("w:tblHeader"), {}))
        for at, column, width, cell in zip(used, columns, widths, row.cells, strict=True):
            cell.width = width
            text = text_of(column, rows[number - 1][at]) if number else column.label
            line = cell.paragraphs[0]
            line.add_run(text).font.size = Pt(_SMALL)
            if column.kind.numeric:
                line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph()


def _foot(page: Any, text: str) -> None:
    """The seal and the number of the page."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - see above

    line = page.footer.paragraphs[0]
    line.add_run(f"{text} · {_('Page')} ")
    run = line.add_run()
    field = run._r.makeelement(qn("w:fldSimple"), {qn("w:instr"): "PAGE"})  # noqa: SLF001 - see `_table`
    line._p.append(field)  # noqa: SLF001 - see `_table`


def _settled(document: Any) -> bytes:
    """The file with the same time on all its parts."""
    made, settled = io.BytesIO(), io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as file:
        for name in parts.namelist():
            one = zipfile.ZipInfo(name, _WHEN)
            one.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(one, parts.read(name))
    return settled.getvalue()
