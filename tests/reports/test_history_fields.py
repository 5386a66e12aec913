"""What the history says of fields: no database."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from initiatives.models import BudgetLine, Indicator, LedgerEntry, Milestone, Observation
from reports.history import KINDS
from reports.history.events import told_fields
from reports.history.fields import LABELS, changed_fields, label_of, told
from reports.history.kinds import BY_SLUG, INTERNAL, SET, UNSET
from reports.history.names import Names
from tracker.timemachine import tracked_models

NOBODY = Names([])
# Of no plan: who may do what, and what plans have in common.
ELSEWHERE = {"tracker_organization", "tracker_place", "tracker_rolegrant"}


def field(model, name):
    return model._meta.get_field(name)


class TestKinds:
    def test_every_tracked_table_is_told_or_belongs_to_no_plan(self):
        tables = {tracking.model._meta.db_table for tracking in tracked_models()}
        ours = {table for table in tables if not table.startswith("tests_")}
        assert {kind.model._meta.db_table for kind in KINDS} == ours - ELSEWHERE

    def test_each_is_named_once(self):
        assert len(BY_SLUG) == len(KINDS)

    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
    def test_names_fields_and_paths_that_exist(self, kind):
        names = {one.name for one in kind.model._meta.local_concrete_fields}
        turned = {name for name, _value in kind.turns}
        assert {*kind.said, *kind.untold, *turned, *filter(None, [kind.why, kind.path, kind.also])} <= names
        for slug, path in kind.family:
            model = BY_SLUG[slug].model
            for step in path.split("__"):
                model = field(model, step).related_model
            assert model is kind.model

    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
    def test_turns_are_values_that_fields_take(self, kind):
        for name, value in kind.turns:
            choices = dict(field(kind.model, name).flatchoices)
            assert value in (SET, UNSET) or value in choices

    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
    def test_every_field_that_is_told_has_a_label_of_its_own(self, kind):
        """Django makes one up from the name, which no translator ever sees."""
        for one in told_fields(kind):
            if one.name in INTERNAL | kind.untold:
                continue
            base = one.name.removesuffix("_en").removesuffix("_fr")
            assert base in LABELS or one.name in LABELS or one._verbose_name, f"{kind.slug}.{one.name}"


class TestLabels:
    def test_texts_in_two_languages_name_theirs(self):
        assert label_of(field(Milestone, "title_en")) == "title, English"
        assert label_of(field(Milestone, "note_fr")) == "note, French"
        assert label_of(field(Milestone, "weight")) == "weight"


class TestValues:
    def test_dollars_to_the_cent(self):
        row = LedgerEntry(amount=Decimal("1250000.10"))
        assert told(row, field(LedgerEntry, "amount"), NOBODY).text == "$1,250,000.10"
        with override("fr"):
            assert told(row, field(LedgerEntry, "amount"), NOBODY).text == "1 250 000,10 $".replace(" ", "\u00a0")

    def test_dates_years_choices_and_yes_as_pages_write_them(self):
        line = BudgetLine(fiscal_year=2025, vote="capital")
        assert told(line, field(BudgetLine, "fiscal_year"), NOBODY).text == "2025-26"
        assert told(line, field(BudgetLine, "vote"), NOBODY).text == "capital"
        with override("fr"):
            assert told(line, field(BudgetLine, "fiscal_year"), NOBODY).text == "2025-2026"
        met = Milestone(actual_on=date(2026, 3, 31), official=True)
        assert told(met, field(Milestone, "actual_on"), NOBODY).text == "2026-03-31"
        assert told(met, field(Milestone, "official"), NOBODY).text == "yes"

    def test_a_value_of_an_indicator_keeps_every_digit_that_is_stored(self):
        small = Observation(value=Decimal("1.240000"), indicator_id=1)
        assert told(small, field(Observation, "value"), NOBODY).text == "1.24"
        assert told(Observation(value=Decimal(19000)), field(Observation, "value"), NOBODY).text == "19,000"
        baseline = Indicator(baseline_value=Decimal(5), decimals=1)
        assert told(baseline, field(Indicator, "baseline_value"), NOBODY).text == "5.0"

    def test_zero_and_no_are_values_and_nothing_is_none(self):
        assert told(Observation(value=Decimal(0)), field(Observation, "value"), NOBODY).text == "0"
        assert told(Milestone(official=False), field(Milestone, "official"), NOBODY).text == "no"
        assert told(Observation(value=None), field(Observation, "value"), NOBODY) is None
        assert told(Milestone(note_en=""), field(Milestone, "note_en"), NOBODY) is None

    def test_who_is_gone_is_a_number(self):
        assert told(LedgerEntry(reverses_id=7), field(LedgerEntry, "reverses"), NOBODY).text == "entry 7"
        assert told(Milestone(initiative_id=3), field(Milestone, "initiative"), NOBODY).text == "#3"


class TestSentences:
    def change(self, name, before, after):
        [found] = changed_fields(
            [field(Milestone, name)], Milestone(**{name: before}), Milestone(**{name: after}), NOBODY
        )
        return found

    def test_from_what_to_what(self):
        sentence = self.change("weight", Decimal("1.00"), Decimal("2.50")).sentence
        assert sentence == ('Weight changed from <span class="figure">1.00</span> to <span class="figure">2.50</span>.')

    def test_words_are_quoted_in_their_language_and_escaped(self):
        sentence = self.change("title_fr", "Chiens & <b>", "Équipes").sentence
        assert sentence == (
            'Title, French changed from “<span lang="fr">Chiens &amp; &lt;b&gt;</span>” '
            'to “<span lang="fr">Équipes</span>”.'
        )

    def test_what_was_or_becomes_empty_is_said(self):
        assert "Met on: now " in self.change("actual_on", None, date(2026, 3, 31)).sentence
        emptied = self.change("actual_on", date(2026, 3, 31), None)
        assert "Met on: nothing any more; it was " in emptied.sentence
        assert "2026-03-31" in emptied.sentence

    def test_a_long_text_is_short_in_the_sentence_and_whole_beside_it(self):
        long = "word " * 100
        change = self.change("note_en", "short", long)
        assert change.cut
        assert len(change.sentence) < 400
        assert change.new.text == long
        assert not self.change("note_en", "short", "brief").cut

    def test_what_reads_alike_did_not_change(self):
        assert not changed_fields(
            [field(Milestone, "weight")], Milestone(weight=Decimal("1.0")), Milestone(weight=Decimal("1.00")), NOBODY
        )
