"""The brief as a document: from a payload, and from nothing else. No test here has a database."""

import re
from decimal import Decimal

import pytest
from django.utils import translation

from initiatives.choices import HealthBucket
from reports.brief import Brief, Kind, brief_of
from reports.brief.shown import cut, text_of
from tests.reports.payloads import followed, payload

ADDRESS = "https://tracker.example/en/rollups/BP-2026-W46-e1/"


def made(found, language="en") -> Brief:
    with translation.override(language):
        return brief_of(found, sha256="ab" * 32, address=ADDRESS)


class TestWhatItSays:
    def test_the_states_are_those_of_the_payload(self):
        found = payload()
        health = made(found).section("health").table
        sealed = found["results"]["health"]["cells"]
        assert dict(zip(health.column("state"), health.column("initiatives"), strict=True)) == {
            state: sealed[state] for state in HealthBucket.values if sealed[state] or state in ("green", "amber", "red")
        }
        assert sum(health.column("dollars")) == Decimal(found["results"]["health_dollars"]["total"])

    def test_the_worst_comes_first_and_the_dearest_before_the_others(self):
        rows = made(payload(12)).section("attention").table
        assert rows.column("health") == ["red", "red", "no_update", "no_update", "amber", "amber"]
        assert rows.column("code")[:2] == ["1.06", "1.00"]
        late = made(payload(12)).section("milestones").table.column("milestones_late")
        assert late == sorted(late, reverse=True)

    def test_who_did_not_report_is_named(self):
        found = made(payload(12)).section("reporting")
        assert found.table.column("code") == ["3.02", "3.08"]
        assert "in time: 6" in found.notes

    def test_money_is_unknown_where_nothing_is_recorded_never_zero(self):
        money = made(payload(3)).section("money").table
        assert money.column("fiscal_year") == [2026, 2027]
        assert money.column("spent") == [Decimal("300000.00"), None]
        assert money.column("free_balance") == [Decimal("207402.00"), None]
        assert text_of(money.columns[4], None) == "not published"

    def test_what_changed_is_what_the_payload_says_changed(self):
        before, after = payload(week=45), payload()
        row = after["initiatives"][0]["results"]["health"]["cells"]
        row["red"], row["green"] = 0, 1
        after["results"]["health"]["cells"]["red"] -= 1
        after["results"]["health"]["cells"]["green"] += 1
        found = made(followed(before, after))
        assert found.section("changes").table.rows == (("1.00", "Initiative no. 0", "on track (was off track)"),)
        assert "on track 2 (was 1), off track 1 (was 2)" in found.section("health").notes[-1]
        turned = found.section("health").table
        assert dict(zip(turned.column("state"), turned.column("before"), strict=True))["red"] == 2

    def test_the_first_week_has_nothing_to_compare_with(self):
        found = made(payload()).section("changes")
        assert found.table.rows == ()
        assert "no week before" in found.empty

    def test_a_reported_colour_stands_beside_the_rule_with_its_reason(self):
        headline = made(payload(override="The site opens on Monday")).headline
        assert (headline.state, headline.rule) == ("red", 1)
        assert headline.reported.reason == "The site opens on Monday"
        assert headline.reported.by == "Chloé Chief"

    def test_another_colour_of_a_pillar_is_told_with_who_answers_for_it(self):
        found = payload()
        found["pillars"][1]["headline"]["override"] = payload(override="why " * 100)["headline"]["override"]
        [note] = made(found).section("pillars").notes
        assert re.fullmatch(r"2\. Reported: at risk, Chloé Chief: (why )+why…", note)
        assert len(note) < 300

    def test_seal_and_address_are_said(self):
        found = made(payload())
        assert (found.seal.code, found.seal.edition, found.seal.as_of) == ("BP-2026-W46-e1", 1, 930)
        assert (found.seal.short, found.seal.previous) == ("abababababab", "BP-2026-W45-e1")
        assert found.address == ADDRESS

    def test_it_is_written_in_the_language_that_is_active(self):
        found = made(payload(override="why"), "fr")
        assert (found.language, found.title) == ("fr", "Plan frontalier")
        assert found.section("health").title == "Santé des initiatives"
        assert found.headline.label == "en difficulté"
        assert [chart.segments[0].shown for chart in found.section("health").charts][1].endswith("M$")


class TestOtherPayloads:
    def test_one_of_the_first_format_has_neither_colours_nor_changes(self):
        found = payload()
        for part in (found, *found["pillars"]):
            del part["headline"]
        del found["changes"]
        brief = made({**found, "format": 1})
        assert brief.headline is None
        assert brief.section("pillars").table.column("headline") == ["", "", ""]

    def test_figures_that_a_payload_does_not_have_are_left_out(self):
        found = payload()
        for key in ("freshness", "indicators", "free_balance", "milestones_next"):
            del found["figures"][key]
            for part in (found, *found["pillars"], *found["initiatives"]):
                del part["results"][key]
        brief = made(found)
        assert brief.section("indicators").table.rows == ()
        assert brief.section("money").table.column("free_balance") == [None, None]

    def test_a_plan_without_initiatives(self):
        found = made(payload(0, pillars=1))
        assert found.section("attention").table.rows == ()
        assert found.section("health").charts == ()

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_every_column_and_figure_is_in_the_dictionary(self, language):
        brief = made(payload(), language)
        named = {(row[0], row[1]) for row in brief.dictionary.rows}
        for section in (*brief.sections, *brief.data):
            assert {(section.name, column.label) for column in section.table.columns} <= named
        assert all(row[2] for row in brief.dictionary.rows)
        keys = {str(row[1]).partition(" ")[0] for row in brief.dictionary.rows}
        assert set(payload()["figures"]) <= keys

    def test_every_row_has_a_value_of_its_columns_kind(self):
        brief = made(followed(payload(week=45), payload(13)))
        for section in (*brief.sections, *brief.data):
            for row in section.table.rows:
                for column, value in zip(section.table.columns, row, strict=True):
                    text_of(column, value)
                    assert not (column.kind is Kind.DOLLARS and isinstance(value, str) and value), (section.key, row)


def test_a_text_is_cut_between_words():
    assert cut("short", 10) == "short"
    assert cut("Renewal of cargo scanners", 16) == "Renewal of…"
    assert cut("Unbreakablewordhere", 8) == "Unbreak…"
