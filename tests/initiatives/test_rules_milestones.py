"""Effects of new baselines, circles of dependencies, and what files are taken: no database."""

import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from initiatives.rules.files import MEDIA_TYPES, MOST_BYTES, file_problem, media_type
from initiatives.rules.milestones import Planned, YearFunds, all_waiting, circle, effect_of, still_open

LAW = settings(deadline=None, max_examples=300, database=None)
OLD, ON = date(2027, 2, 1), date(2026, 11, 22)
EDGES = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), max_size=12)


def effect(to, *, planned_on=OLD, first=date(2027, 1, 1), latest=OLD, waiting=(), funds=(), on=ON):
    return effect_of(
        to=to, planned_on=planned_on, first_baseline_on=first, baseline_on=latest, waiting=waiting, funds=funds, on=on
    )


def year(start, authority="100.00", spent=None, life=1):
    return YearFunds(start, "RCMP", "GRC", life, authority and Decimal(authority), spent and Decimal(spent))


class TestEffect:
    def test_days_against_both_baselines_are_signed(self):
        found = effect(date(2027, 3, 3))
        assert (found.days_against_latest, found.days_against_first) == (30, 61)
        assert effect(date(2026, 12, 31)).days_against_first == -1

    def test_without_a_baseline_there_are_no_days(self):
        found = effect(date(2027, 3, 3), first=None, latest=None)
        assert (found.days_against_latest, found.days_against_first) == (None, None)

    def test_those_planned_before_the_new_date_are_overtaken(self):
        to = date(2027, 6, 1)
        waiting = [Planned(1, to - timedelta(1)), Planned(2, to), Planned(3, None), Planned(4, OLD - timedelta(9))]
        assert effect(to, waiting=waiting).overtaken == (1, 4)

    @pytest.mark.parametrize(
        ("to", "risk"),
        [(date(2027, 3, 31), None), (date(2027, 4, 1), "60.00"), (date(2028, 3, 31), "60.00"),
         (date(2028, 4, 1), "85.00"), (date(2026, 1, 1), None)],
    )  # fmt: skip
    def test_a_year_is_at_risk_from_the_day_after_its_last(self, to, risk):
        found = effect(to, funds=[year(2026, spent="40.00"), year(2027, "25.00")])
        assert found.at_risk == (risk and Decimal(risk))
        assert found.lapsed is None

    def test_two_year_funds_live_a_year_longer(self):
        assert effect(date(2027, 4, 1), funds=[year(2026, life=2)]).at_risk is None
        assert effect(date(2028, 4, 1), funds=[year(2026, life=2)]).at_risk == 100

    def test_the_old_date_may_be_the_last_day_itself(self):
        assert effect(date(2027, 4, 1), planned_on=date(2027, 3, 31), funds=[year(2026)]).at_risk == 100
        assert effect(date(2027, 4, 2), planned_on=date(2027, 4, 1), funds=[year(2026)]).at_risk is None

    def test_what_lapsed_before_today_is_not_at_risk_any_more(self):
        found = effect(date(2027, 5, 1), planned_on=date(2026, 3, 1), funds=[year(2025, "7.00"), year(2026, "9.00")])
        assert (found.lapsed, found.at_risk) == (7, 9)

    def test_overspending_leaves_nothing_and_takes_nothing_from_other_years(self):
        assert effect(date(2028, 5, 1), funds=[year(2026, spent="150.00"), year(2027)]).at_risk == 100

    def test_unknown_authority_is_not_zero(self):
        assert effect(date(2027, 5, 1), funds=[year(2026, None, "5.00")]).at_risk is None
        assert effect(date(2027, 5, 1), funds=[year(2026, "5.00", "5.00")]).at_risk == 0


class TestDependencies:
    @LAW
    @given(EDGES, st.integers(1, 6), st.integers(1, 6))
    def test_a_circle_is_found_exactly_where_there_is_one(self, edges, milestone, needs):
        """Edges are added as the action adds them: those that close a circle are left out."""
        kept = []
        for one, other in edges:
            if not circle(milestone=one, needs=other, edges=kept):
                kept.append((one, other))
        found = circle(milestone=milestone, needs=needs, edges=kept)
        closes = milestone == needs or needs in all_waiting(milestone, kept)
        assert bool(found) == closes
        if found:
            assert found[0] == found[-1] == milestone
            assert set(pairwise(found)) <= {*kept, (milestone, needs)}
            assert len(set(found)) == len(found) - 1
        assert all(key not in all_waiting(key, kept) for key in range(1, 7))

    def test_who_waits_is_found_at_any_distance_once_and_nearest_first(self):
        edges = [(2, 1), (3, 2), (3, 1), (4, 3), (6, 5)]
        assert all_waiting(1, edges) == [2, 3, 4]
        assert all_waiting(4, edges) == []


def package(*parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for part in parts:
            archive.writestr(part, "<x/>")
    return file.getvalue()


XLSX = package("[Content_Types].xml", "xl/workbook.xml")
DOCX = package("[Content_Types].xml", "word/document.xml")
GOOD = {
    "plan.pdf": b"%PDF-1.7\n...", "photo.PNG": b"\x89PNG\r\n\x1a\n\0\0", "photo.jpg": b"\xff\xd8\xff\xe0\0",
    "photo.jpeg": b"\xff\xd8\xff\xe1\0", "book.xlsx": XLSX, "letter.docx": DOCX,
    "rows.csv": "année,coût\r\n2025,5\r\n".encode(), "latin.csv": "année;coût".encode("cp1252"), "note.txt": b"a < b\n",
}  # fmt: skip
BAD = {
    "page.html": b"<html>", "run.exe": b"MZ\0", "no-extension": b"text", "archive.zip": package("a.txt"),
    "page.txt": b" \n<!DOCTYPE html><script>", "page.csv": b"\xef\xbb\xbf<svg onload=x>", "a.pdf": b"plain text",
    "b.png": b"\xff\xd8\xff", "c.txt": b"\x89PNG\r\n\x1a\n", "d.txt": b"nul \0", "e.xlsx": DOCX,
    "f.docx": package("word/document.xml"), "g.xlsx": b"PK\x03\x04 broken", "h.csv": XLSX, "i.pdf": b"",
    "j.docx": package("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
    "k.txt": "utf-16".encode("utf-16"),
    "l.xlsx": package("[Content_Types].xml", "xl/workbook.xml", "word/document.xml"),
    "m.docm": DOCX, f"{'n' * 200}.txt": b"x", "o.txt": b"x" * (MOST_BYTES + 1),
}  # fmt: skip


class TestFiles:
    @pytest.mark.parametrize("name", GOOD)
    def test_what_is_what_its_name_says_is_taken(self, name):
        assert file_problem(name, GOOD[name]) is None

    @pytest.mark.parametrize("name", BAD)
    def test_all_else_is_refused_with_a_reason(self, name):
        assert file_problem(name, BAD[name])

    @LAW
    @given(st.binary(max_size=64))
    def test_any_bytes_have_one_kind_or_none(self, content):
        assert media_type(content) in {"", *MEDIA_TYPES.values()} - {"text/csv"}


@pytest.mark.parametrize(
    ("actual", "cancelled", "open_"),
    [(None, None, True), (0, None, False), (1, None, True), (None, -1, False), (None, 1, True), (1, -1, False)],
)
def test_what_is_met_or_cancelled_by_the_day_is_open_no_longer(actual, cancelled, open_):
    day = date(2026, 6, 1)
    met, gone = (None if shift is None else day + timedelta(shift) for shift in (actual, cancelled))
    assert still_open(met, gone, on=day) is open_
