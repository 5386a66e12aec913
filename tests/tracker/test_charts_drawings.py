"""Every chart in every state: what holds of its markup, its words, its table; on paper, and as a picture."""

import logging
import re
from datetime import date, timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
import weasyprint
from django.utils import translation

from tracker.charts import (
    NARROW,
    WIDE,
    Burn,
    BurnMonth,
    Chart,
    Forecasts,
    IndicatorPath,
    MilestoneDates,
    MilestoneTimeline,
    Observed,
    SlipChart,
    StatusStrip,
    TargetPoint,
    WeekState,
    YearColumns,
    YearMoney,
    png,
)
from tracker.charts.samples import samples

SVG = "{http://www.w3.org/2000/svg}"
TODAY = date(2026, 11, 23)


def drawn(markup: str) -> ET.Element:
    return ET.fromstring(markup.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # noqa: S314 - ours


def texts(markup: str) -> list[str]:
    return [text.text or "" for text in drawn(markup).iter(f"{SVG}text")]


@pytest.fixture(params=["en", "fr"])
def language(request):
    with translation.override(request.param):
        yield request.param


def test_every_state_is_well_made(language):
    for wide in (WIDE, NARROW):
        for sample in samples():
            chart = sample.chart
            markup = chart.drawn(wide)
            assert chart.drawn(wide) == markup
            root = drawn(markup)
            assert (root.get("role"), root.get("viewBox", "").split()[2]) == ("img", str(wide))
            title, description = list(root)[:2]
            assert (title.tag, title.text) == (f"{SVG}title", chart.title)
            assert (description.tag, description.text) == (f"{SVG}desc", chart.in_words)
            assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
            assert not re.search(r"style=|<script|var\(|currentColor|\b(?:nan|None|Infinity)\b", markup), chart.key


def test_ids_are_unique_in_a_page_and_every_pattern_is_there():
    whole = "".join(sample.chart.drawn(wide) for sample in samples() for wide in (WIDE, NARROW))
    ids = re.findall(r'id="([^"]+)"', whole)
    assert len(set(ids)) == len(ids)
    assert set(re.findall(r"url\(#([^)]+)\)", whole)) <= set(ids)


def test_every_coloured_part_has_a_class_for_the_dark_theme(settings):
    sheet = "".join(
        (settings.BASE_DIR / f"tracker/static/tracker/{name}.css").read_text(encoding="utf-8")
        for name in ("charts", "figures")
    )
    for sample in samples():
        for element in drawn(sample.chart.drawn()).iter():
            for name, prefix in (("fill", "f-"), ("stroke", "s-")):
                if element.get(name, "none").startswith("#"):
                    classes = element.get("class", "").split()
                    assert any(one.startswith((prefix, "fill-", "pattern-", "sign", "on-ink")) for one in classes)
                    assert all(f".{one}" in sheet for one in classes if one.startswith(prefix)), classes


def test_every_row_of_a_table_has_its_columns(language):
    for sample in samples():
        table = sample.chart.table()
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert all(row[0] for row in table.rows)


def test_an_empty_chart_says_so(language):
    for sample in samples():
        if sample.chart.key.endswith("-empty"):
            assert texts(sample.chart.drawn()) == [sample.chart.in_words]


def weeks(letters: str, *, last: date) -> tuple[WeekState, ...]:
    names = {"g": "green", "r": "red", "n": "no_update"}
    first = last - timedelta(7 * (len(letters) - 1))
    return tuple(
        WeekState(first + timedelta(7 * n), names[letter], names[letter])
        for n, letter in enumerate(letters)
        if letter != " "
    )


class TestStatusStrip:
    def test_it_shows_26_calendar_weeks_and_leaves_gaps(self):
        strip = StatusStrip("s", "S", weeks("r" * 10 + "g" * 20 + "  gggg", last=date(2026, 11, 16)))
        assert len(strip.shown) == 24
        assert strip.shown[0].monday == date(2026, 5, 25)
        assert strip.drawn().count('class="fill-green"') == 24 + 1  # and its key

    def test_changes_are_dated_and_the_new_fiscal_year_is_marked(self):
        strip = StatusStrip("s", "S", weeks("ggggggrrrrr", last=date(2026, 4, 27)))
        assert [week.monday for week in strip.changes] == [date(2026, 2, 16), date(2026, 3, 30)]
        with translation.override("en"):
            said = texts(strip.drawn())
        assert {"2025-26", "2026-27", "16\N{NO-BREAK SPACE}Feb.", "30\N{NO-BREAK SPACE}March"} <= set(said)

    def test_no_update_is_another_state_than_green(self):
        strip = StatusStrip("s", "S", weeks("gn", last=date(2026, 11, 16)))
        assert {"fill-green", "fill-no_update"} <= set(re.findall(r"fill-\w+", strip.drawn()))


class TestMilestoneTimeline:
    def test_slip_is_told_from_the_first_baseline(self):
        first = date(2026, 3, 31)
        late = MilestoneDates("M1", "Late", first, date(2026, 5, 31), date(2026, 6, 30))
        met = MilestoneDates("M2", "Met", first, first, date(2026, 9, 1), actual=date(2026, 3, 30))
        with translation.override("en"):
            assert late.standing(first) == "91 days after the first baseline"
            assert met.standing(TODAY) == "1 day before the first baseline"
            assert MilestoneDates("M3", "X", first, first, first).standing(first) == "on its date"
            assert MilestoneDates("M4", "X", None, None, first).standing(first) == "no baseline"
            assert MilestoneDates("M5", "X", first, first, None).standing(first) == "no forecast"
            assert MilestoneTimeline("t", "T", TODAY, (late, met)).in_words == (
                "Milestones: 2. Met: 1. Later than first agreed: 1. Overdue: 1."
            )

    def test_what_is_overdue_is_not_told_as_if_it_kept_its_date(self):
        past = TODAY - timedelta(1)
        with translation.override("en"):
            assert MilestoneDates("M1", "X", past, past, past).standing(TODAY) == "1 day overdue"
            assert MilestoneDates("M2", "X", past, past, None).standing(TODAY) == "1 day overdue"
            assert MilestoneDates("M3", "X", past, past, past, actual=past).standing(TODAY) == "on its date"
            assert MilestoneDates("M4", "X", past, past, TODAY).standing(TODAY) == "1 day after the first baseline"
            week = TODAY - timedelta(7)
            assert MilestoneDates("M5", "X", week, past, past).standing(TODAY) == "1 day overdue"
            later = TODAY + timedelta(7)
            assert MilestoneDates("M6", "X", later, later, past).standing(TODAY) == "forecast passed"

    def test_what_came_before_the_plan_is_shaded(self):
        done = MilestoneDates("M1", "Done", date(2024, 6, 1), None, None, date(2024, 6, 1))
        shaded = MilestoneTimeline("t", "T", TODAY, (done,), announced=date(2024, 12, 17)).drawn()
        assert "url(#t-700-before)" in shaded
        assert "url(#" not in MilestoneTimeline("t", "T", TODAY, (done,)).drawn()


@pytest.mark.parametrize("name", ["Mot" + " mot" * 74, "W" * 40, "Ouverture"])
def test_no_name_is_cut_however_long(name):
    dates = (TODAY - timedelta(90), TODAY - timedelta(30))
    for chart in (
        MilestoneTimeline("t", "T", TODAY, (MilestoneDates("M1", name, *dates, None),)),
        SlipChart("s", "S", TODAY, (Forecasts("M1", name, (dates,)),)),
    ):
        for wide in (NARROW, WIDE):
            said = "".join(texts(chart.drawn(wide))).replace(" ", "")
            assert f"M1{name}".replace(" ", "") in said


class TestSlipChart:
    def test_lines_differ_without_their_colours(self):
        said = ((date(2025, 1, 1), date(2026, 1, 1)),)
        chart = SlipChart("s", "S", TODAY, tuple(Forecasts(f"M{n}", "x", said) for n in range(8)))
        marks = [path for path in drawn(chart.drawn()).iter(f"{SVG}path") if "mark" in path.get("class", "")]
        assert len({path.get("stroke-dasharray") for path in marks}) == 8

    def test_a_milestone_of_which_nothing_was_said_is_left_out(self):
        chart = SlipChart("s", "S", TODAY, (Forecasts("M1", "x", ()),))
        assert chart.known == ()
        with translation.override("en"):
            assert texts(chart.drawn()) == ["No forecasts yet."]


class TestBurn:
    MONTHS = tuple(
        BurnMonth(date(2026, month, 1), authority=Decimal(100), spent=amount)
        for month, amount in ((4, Decimal(10)), (5, None), (6, Decimal(0)), (7, Decimal(30)), (8, None))
    )

    def test_an_unknown_month_is_a_gap_and_zero_is_not(self):
        burn = Burn("b", "B", 2026, self.MONTHS)
        lines = [path.get("d") for path in drawn(burn.drawn()).iter(f"{SVG}path") if "s-blue" in path.get("class", "")]
        assert sum(d.count("L") == 1 for d in lines if d) == 2  # June to July, and its key
        with translation.override("en"):
            assert [row[-1] for row in burn.table().rows] == ["$10.00", "not known", "$0.00", "$30.00", "not known"]
        assert burn.latest == self.MONTHS[3]

    def test_the_lapse_is_a_band_with_its_amount(self):
        burn = Burn("b", "B", 2026, self.MONTHS, forecast=Decimal(70), lapse=Decimal(30))
        with translation.override("en"):
            assert "At risk of lapsing: $30" in texts(burn.drawn())
            assert burn.in_words.endswith("At risk of lapsing: $30")
        assert "b-700-lapse" not in re.findall(r"url\(#([^)]+)\)", Burn("b", "B", 2026, self.MONTHS).drawn())


class TestIndicatorPath:
    def test_direction_is_said_in_words(self):
        def words(kind: str) -> str:
            target = TargetPoint(TODAY, kind, Decimal(1), None, "1")
            return IndicatorPath("i", "I", "teams", (), (target,)).direction

        with translation.override("en"):
            assert words("at_least") == "Higher is better: at least the target."
            assert words("at_most") == "Lower is better: at most the target."
            assert words("between") == "To be kept between two bounds."
            assert words("tbd") == "No target yet."

    def test_what_is_not_available_breaks_the_line_and_is_marked(self):
        values = (Decimal(1), Decimal(2), None, Decimal(4))
        seen = tuple(
            Observed(date(2026, n + 1, 28), "p", value, str(value)) for n, value in enumerate(values)
        )  # fmt: skip
        markup = IndicatorPath("i", "I", "teams", seen).drawn()
        assert markup.count('class="mark s-text"') == 2  # the cross, and its key
        assert len(re.findall(r'd="M[^"]*" class="mark s-blue"', markup)) == 1

    def test_a_part_of_a_year_is_told_from_a_whole_one_and_no_line_leads_to_it(self):
        seen = tuple(
            Observed(date(2020 + n, 3, 31), "p", Decimal(n), str(n), part=n == 3) for n in range(4)
        )  # fmt: skip
        chart = IndicatorPath("i", "I", "teams", seen)
        assert [path.count("L") for path in re.findall(r'd="(M[^"]*)" class="mark s-blue"', chart.drawn())] == [2]
        with translation.override("en"):
            assert "Part of a year" in texts(chart.drawn())
            assert [row[1] for row in chart.table().rows] == ["Observed"] * 3 + ["Part of a year"]


class TestYearColumns:
    def test_not_known_is_not_zero(self):
        with translation.override("en"):
            chart = YearColumns("y", "Y", (YearMoney(2026, Decimal(0), None, Decimal(5)),), current=2026)
            assert chart.table().rows == (("2026-27", "$0.00", "not known", "$5.00"),)
            assert "2026-27, under way" in texts(chart.drawn())


def typical() -> list[Chart]:
    """One of each kind, with something in it and with nothing."""
    found = [sample.chart for sample in samples() if sample.chart.key.endswith(("-typical", "-least", "-empty"))]
    assert len({type(chart) for chart in found}) == len({type(sample.chart) for sample in samples()})
    return found


class TestOnPaper:
    def test_each_figure_stands_in_the_pdf_under_its_name(self, caplog):
        charts = typical()
        html = "".join(f"<p>{chart.drawn()}</p>" for chart in charts)
        with caplog.at_level("WARNING", logger="weasyprint"):
            made = weasyprint.HTML(string=f"<html lang=en><title>x</title>{html}").write_pdf(
                pdf_variant="pdf/ua-1", uncompressed_pdf=True
            )
        assert not [record for record in caplog.records if record.levelno >= logging.WARNING], caplog.text
        assert made.count(b"/Alt (") == len(charts)
        for chart in charts:
            assert f"/Alt ({chart.title})".encode() in made

    def test_each_is_a_picture_of_the_width_asked_for(self):
        for chart in typical():
            picture = png(chart.drawn(), 1400)
            assert picture[:8] == b"\x89PNG\r\n\x1a\n"
            assert int.from_bytes(picture[16:20]) == 1400

    def test_a_picture_has_its_letters(self):
        """Without a font that the library can read, texts would be missing without a word."""
        chart = YearColumns("y", "Y", ())
        assert png(chart.drawn(), 700) != png(re.sub(r"<text.*?</text>", "", chart.drawn()), 700)

    def test_what_is_no_drawing_is_refused(self):
        with pytest.raises(ValueError, match=r"\w"):
            png("<p>none</p>", 100)
