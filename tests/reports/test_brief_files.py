"""The brief as PDF, Word and Excel: its numbers are the payload's, and it is made from nothing but the payload."""

import io
import re
import sys
from decimal import Decimal
from functools import cache

import docx
import openpyxl
import pypdf
import pytest
from django.utils import translation
from django.utils.translation import gettext

from initiatives.choices import Stage, Standing
from reports.brief import pdf
from reports.brief.charts import words
from reports.brief.docx import MOST_ROWS, make_docx
from reports.brief.pdf import FITS, NoRenderer, html_of, make_pdf
from reports.brief.shown import text_of
from reports.brief.xlsx import make_xlsx
from tests.reports.payloads import followed, payload
from tests.reports.tagged_pdf import Tagged
from tests.reports.test_brief import ADDRESS, made
from tracker import formats

ON_PAPER = ("pillars", "changes", "attention", "milestones", "money", "reporting", "announced", "indicators")


def turned():
    """A payload with changes since the week before, small enough that nothing is cut."""
    before = payload(week=45)
    for row in before["initiatives"][:3]:
        row["results"]["milestones_met"]["total"] += 1
    return followed(before, payload(override="The site opens on Monday"))


def files(found, language, make):
    with translation.override(language):
        return make(made(found, language))


def crowded():
    """A payload of a plan with more in it than two pages hold."""
    return payload(600, pillars=11, years=12, long=True, override="word " * 500)


PLANS = {"small": turned, "crowded": crowded}


@cache
def on_paper(language, plan="small"):
    """The PDF of a plan, made once."""
    return files(PLANS[plan](), language, make_pdf)


def without_space(text):
    return re.sub(r"\s+", "", text)


def read(document):
    return without_space("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(document)).pages))


def sealed(found, section, first, column):
    """What a payload says in the cell of a column of numbers, in the row that begins with `first`; by the payload's
    own keys, without the code of the brief."""
    part = found
    if section == "pillars":
        part = next(one for one in found["pillars"] if first.startswith(f"{one['number']}."))
    elif section in ("attention", "milestones"):
        part = next(one for one in found["initiatives"] if one["code"] == first)
    results = part["results"]
    if section == "money":
        stages = {"planned": Stage.PLANNED, "authority": Stage.AUTHORITY, "committed": Stage.COMMITMENT,
                  "spent": Stage.EXPENDITURE}  # fmt: skip
        year = first[:4]
        if column == "free_balance":
            return results["free_balance"]["cells"].get(f"{year}/CBSA")
        return results["money"]["cells"].get(f"{year}/{stages[column]}")
    if section == "announced":
        return results["announced"]["cells"][first]
    if section == "indicators":
        return results["indicators"]["cells"][{str(one.label): one.value for one in Standing}[first]]
    if column in results["health"]["cells"]:
        return results["health"]["cells"][column] or 0
    return results["health_dollars" if column == "funding" else column]["total"]


def written(value):
    """As every reader of that language is shown it."""
    if value is None:
        return gettext("not published")
    return formats.money(Decimal(value)) if isinstance(value, str) else formats.number(value)


@pytest.mark.parametrize("language", ["en", "fr"])
class TestPdf:
    def test_every_figure_of_every_table_is_on_its_two_pages(self, language):
        found = turned()
        brief = made(found, language)
        document = on_paper(language)
        text = read(document)
        assert len(pypdf.PdfReader(io.BytesIO(document)).pages) == 2
        assert len(document) < 200_000
        with translation.override(language):
            for key in ON_PAPER:
                table = brief.section(key).table
                assert table.rows
                for row in table.rows:
                    for column, value in zip(table.columns, row, strict=True):
                        assert value in ("", None) or without_space(text_of(column, value)) in text, (key, row)
            for chart in brief.section("health").charts:
                for part in chart.segments:
                    assert without_space(f"{part.label[1:]}{part.shown}") in text
        for tile in brief.tiles:
            assert without_space(tile.figure + tile.label) in text
        for said in (
            brief.headline.sentence,
            brief.headline.reported.reason,
            brief.seal.short,
            brief.seal.code,
            "r930",
        ):
            assert without_space(said) in text

    @pytest.mark.parametrize("plan", PLANS)
    def test_it_is_tagged_and_its_figures_say_in_words_what_they_show(self, language, plan):
        document = Tagged(on_paper(language, plan))
        reader, brief = document.reader, made(PLANS[plan](), language)
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == language
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert b"pdfuaid:part" in root["/Metadata"].get_data()
        assert reader.metadata.title.startswith("BP-2026-W46-e1 – ")
        pictures = document.elements("/Figure")
        with translation.override(language):
            drawn = {len(re.findall(r"<svg [^>]*><title", html_of(brief, fit))) for fit in FITS}
            in_words = {words(chart) for chart in brief.section("health").charts}
        assert len(pictures) in drawn
        assert all(picture.get("/Alt") for picture in pictures)
        assert len(in_words) == 2
        assert in_words <= {picture["/Alt"] for picture in pictures}
        [title] = document.elements("/H1")
        assert without_space(document.text(title)) == without_space(brief.title)
        assert len(document.elements("/TH")) > 40
        headings = {without_space(document.text(one)) for one in document.elements("/H2")}
        assert headings == {without_space(section.title) for section in brief.sections}

    @pytest.mark.parametrize("plan", PLANS)
    def test_what_stands_under_a_heading_is_what_the_payload_holds(self, language, plan):
        found = PLANS[plan]()
        brief = made(found, language)
        known = {key: {without_space(one.label): one for one in brief.section(key).table.columns} for key in ON_PAPER}
        compared = set()
        for headings, *rows in Tagged(on_paper(language, plan)).tables:
            [section] = [key for key, found_in in known.items() if set(map(without_space, headings)) <= set(found_in)]
            assert rows
            for row in rows:
                assert len(row) == len(headings)
                for heading, cell in zip(headings[1:], row[1:], strict=True):
                    column = known[section][without_space(heading)]
                    if column.kind.numeric:
                        with translation.override(language):
                            value = written(sealed(found, section, row[0], column.key))
                        assert without_space(cell) == without_space(value), (section, row[0], heading)
                        compared.add((section, column.key))
        tables = {section for section, _column in compared}
        assert tables == {"pillars", "attention", "milestones", "money", "announced", "indicators"}
        assert {column for _section, column in compared} >= {
            "red", "amber", "no_update", "green", "milestones", "milestones_met", "milestones_late", "milestones_next",
            "funding", "planned", "authority", "spent", "free_balance", "announced", "indicators",
        }  # fmt: skip

    def test_only_fonts_of_ours_are_in_it(self, language):
        reader = pypdf.PdfReader(io.BytesIO(on_paper(language)))
        fonts = {
            font.get_object()["/BaseFont"].partition("+")[2]
            for page in reader.pages
            for font in page["/Resources"]["/Font"].values()
        }
        assert fonts <= {"Noto-Sans", "Noto-Sans-Bold", "Lato-Bold"}
        assert len(fonts) == 3

    def test_two_pages_however_big_the_plan_is(self, language):
        found, document = crowded(), on_paper(language, "crowded")
        assert len(pypdf.PdfReader(io.BytesIO(document)).pages) == 2
        assert len(document) < 200_000
        text = read(document)
        assert re.search(r"(and\d+more|et\d+autres).{0,3}https://tracker", text)
        assert without_space(made(found, language).tiles[0].figure) in text


class TestOfThePayloadAlone:
    def test_the_same_payload_gives_the_same_bytes(self):
        assert files(turned(), "en", make_pdf) == on_paper("en")
        for make in (make_docx, make_xlsx):
            assert files(turned(), "en", make) == files(turned(), "en", make)

    @pytest.mark.parametrize(
        "address",
        ["file:///etc/hostname", "http://127.0.0.1/x", "data:text/plain,x", "https://static.invalid/../settings.py"],
    )
    def test_nothing_but_static_files_is_fetched(self, address):
        with pytest.raises(Exception, match=r"static|outside|located"):
            pdf._fetch(address)
        assert pdf._fetch("https://static.invalid/reports/brief.css").read().startswith(b"/*")

    def test_a_title_is_text_whatever_it_says(self):
        found = payload(3)
        found["initiatives"][0]["title_en"] = '<img src="file:///etc/hostname">'
        assert without_space('<img src="file:///etc/hostname">') in read(files(found, "en", make_pdf))

    def test_a_machine_without_the_library_says_so(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "weasyprint", None)
        with pytest.raises(NoRenderer):
            files(payload(3), "en", make_pdf)


@pytest.mark.parametrize("language", ["en", "fr"])
class TestDocx:
    def test_headings_tables_and_pictures(self, language):
        found = turned()
        brief = made(found, language)
        document = docx.Document(io.BytesIO(files(found, language, make_docx)))
        headings = [line.text for line in document.paragraphs if line.style.name.startswith("Heading")]
        assert headings == [brief.title, *(section.title for section in brief.sections)]
        assert document.core_properties.language == f"{language}-CA"
        assert len(document.tables) == len(brief.sections)
        for table in document.tables:
            assert table.rows[0]._tr.trPr.xpath("w:tblHeader")
        with translation.override(language):
            said = [f"{chart.title}. {chart.in_words}" for chart in brief.section("health").charts]
        assert [shape._inline.docPr.get("descr") for shape in document.inline_shapes] == said
        money = next(table for table in document.tables if len(table.columns) == len(brief.section("money").table.used))
        assert [cell.text for cell in money.columns[0].cells][1:] == {
            "en": ["2026-27", "2027-28"], "fr": ["2026-2027", "2027-2028"],
        }[language]  # fmt: skip
        widths = {cell.text: cell.width for table in document.tables for cell in table.rows[0].cells}
        assert widths["Code"] < widths["Initiative"] / 2
        assert without_space(money.rows[1].cells[2].text) == without_space({"en": "$55.6M", "fr": "55,6M$"}[language])
        assert brief.seal.short in document.sections[0].footer.paragraphs[0].text

    def test_long_tables_end_with_where_the_others_are(self, language):
        document = docx.Document(io.BytesIO(files(payload(200), language, make_docx)))
        assert max(len(table.rows) for table in document.tables) == MOST_ROWS + 1
        assert any(ADDRESS in line.text and re.search(r"\d", line.text) for line in document.paragraphs)


class TestXlsx:
    def test_cells_have_the_type_of_what_they_hold(self):
        found = turned()
        found["initiatives"][0]["title_en"] = "=1+1"
        book = openpyxl.load_workbook(io.BytesIO(files(found, "en", make_xlsx)))
        assert book.sheetnames[0] == "About"
        assert book.sheetnames[-1] == "Dictionary"
        sheet = book["Initiatives"]
        assert [cell.value for cell in sheet[1]][:4] == ["Code", "Initiative", "Pillar", "Lead"]
        assert sheet.freeze_panes == "A2"
        first = sheet[2]
        assert (first[1].value, first[1].data_type) == ("=1+1", "s")
        assert (first[5].data_type, first[9].data_type) == ("n", "n")
        assert first[9].number_format == "#,##0.00###"
        assert sum(row[9].value for row in sheet.iter_rows(min_row=2)) == float(
            found["results"]["health_dollars"]["total"]
        )
        spent = book["Money"]["E3"]
        assert spent.value is None  # not published, and no zero

    def test_every_sealed_cell_is_there(self):
        found = turned()
        book = openpyxl.load_workbook(io.BytesIO(files(found, "en", make_xlsx)))
        rows = {tuple(cell.value for cell in row[:4]): row[4].value for row in book["Figures"].iter_rows(min_row=2)}
        for scope, part in (("BP", found), *((f"BP/{one['number']}", one) for one in found["pillars"])):
            for key, result in part["results"].items():
                for bucket, value in result["cells"].items():
                    version = found["figures"][key]["version"]
                    shown = rows[scope, key, version, bucket or None]
                    assert shown == (None if value is None else float(value)), (scope, key, bucket)

    def test_french(self):
        book = openpyxl.load_workbook(io.BytesIO(files(turned(), "fr", make_xlsx)))
        assert book["Santé"]["A1"].value == "État"
        assert {"Piliers", "Jalons", "Argent", "Indicateurs", "Dictionnaire"} <= set(book.sheetnames)
