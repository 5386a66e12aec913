"""Filters, tags and components as templates use them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation
from django.utils.html import strip_tags
from django.utils.translation import gettext

from pillars.models import Plan
from tracker.errors import BadMoment
from tracker.timemachine.moments import Moment, resolve

NB = "\u00a0"
LOADED = "{% load tracker states travel %}"


@dataclass
class Titled:
    title_en: str = ""
    title_fr: str = ""


def render(source: str, **context: object) -> str:
    return Template(LOADED + source).render(Context(context)).strip()


def render_at(rf, address: str, source: str, *, moment: str = "") -> str:
    request = rf.get(address)
    request.moment = Moment(57, datetime(2026, 11, 22, 17, tzinfo=UTC), date(2026, 11, 22), moment)
    context = Context()
    context.request = request
    return Template(LOADED + source).render(context).strip()


@pytest.mark.parametrize(
    "name",
    [
        "money",
        "millions",
        "dollars",
        "number",
        "percent",
        "fiscal_year",
        "iso_date",
        "long_date",
        "long_datetime",
        "iso_week",
    ],
)
def test_none_is_said_to_be_missing_and_never_nothing(name):
    assert render("{{ value|" + name + " }}", value=None) == '<span class="absent">not published</span>'


def test_zero_is_a_figure():
    assert "$0" in render("{{ value|money }}", value=0)
    assert render("{{ value|or_not_published }}", value=0) == "0"


def test_money_carries_the_exact_amount():
    assert render("{{ value|money }}", value="47900000.00") == (
        f'<data class="figure" value="47900000.00" title="$47,900,000.00">$47.9{NB}M</data>'
    )


def test_a_float_is_refused():
    with pytest.raises(TypeError, match="cents"):
        render("{{ value|dollars }}", value=0.1)


def test_a_misspelt_variable_does_not_read_as_missing():
    with pytest.raises(InvalidOperation):
        render("{{ vlaue|money }}", value=1)


def test_dates_are_machine_readable_too():
    shown = render("{{ on|iso_date }}", on=date(2026, 3, 5))
    assert shown == '<time class="figure" datetime="2026-03-05">2026-03-05</time>'
    assert 'datetime="2026-03-05"' in render("{{ on|long_date }}", on=date(2026, 3, 5))


class TestBilingual:
    def test_shows_the_language_of_the_page(self):
        both = Titled("Canine teams", "Équipes canines")
        assert render('{% bilingual thing "title" %}', thing=both) == "Canine teams"
        with translation.override("fr"):
            assert render('{% bilingual thing "title" %}', thing=both) == "Équipes canines"

    def test_marks_text_that_leaks_from_the_other_language(self):
        with translation.override("fr"):
            shown = render('{% bilingual thing "title" %}', thing=Titled("Canine teams"))
            pending = gettext("French version pending")
        assert shown == f'<span lang="en">Canine teams</span> <span class="pending">({pending})</span>'
        shown = render('{% bilingual thing "title" %}', thing=Titled(title_fr="Équipes canines"))
        assert shown.startswith('<span lang="fr">Équipes canines</span>')
        assert "English version pending" in shown

    def test_neither_language_is_not_published(self):
        assert "not published" in render('{% bilingual thing "title" %}', thing=Titled())

    def test_escapes(self):
        assert render('{% bilingual thing "title" %}', thing=Titled("<b>")) == "&lt;b&gt;"
        assert "<b>" not in render('{% bilingual thing "title" %}', thing=Titled(title_fr="<b>"))

    def test_plain_text_for_attributes(self):
        assert render('{% bilingual_text thing "title" %}', thing=Titled("A & B")) == "A &amp; B"
        assert "(English version pending)" in render('{% bilingual_text thing "title" %}', thing=Titled("", "B"))

    def test_reads_a_mapping_as_well(self):
        assert render('{% bilingual row "title" %}', row={"title_en": "A", "title_fr": "B"}) == "A"

    def test_a_field_that_does_not_exist_fails(self):
        with pytest.raises(AttributeError):
            render('{% bilingual thing "titel" %}', thing=Titled("A", "B"))


@dataclass
class Span:
    monday: date | None
    weeks: int = 7


@dataclass
class Stood:
    since: Span | None
    last: Span


def standing(*, since: date | None = None, last: date | None = None) -> Stood:
    return Stood(Span(since) if since else None, Span(last))


class TestBadges:
    def test_health_is_said_by_shape_and_word(self):
        shown = render("{% health_badge health %}", health="amber")
        assert "At risk" in shown
        assert "<svg" in shown
        assert "state-amber" in shown

    def test_a_rating_says_since_when(self):
        shown = render("{% health_badge health standing %}", health="red", standing=standing(since=date(2026, 10, 5)))
        assert "since" in shown
        assert "2026-W41" in shown
        assert "(7 weeks)" in shown

    def test_no_update_says_when_the_last_was(self):
        shown = render("{% health_badge health standing %}", health=None, standing=standing(last=date(2026, 10, 5)))
        assert "No update" in shown
        assert "last update" in shown
        assert "7 weeks ago" in shown

    def test_no_update_ever_is_said(self):
        assert "never reported" in render("{% health_badge health standing %}", health=None, standing=standing())

    def test_lifecycle(self):
        assert "Met, modified" in render("{% lifecycle_tag state %}", state="met_modified")

    def test_an_unknown_state_fails(self):
        with pytest.raises(KeyError):
            render("{% health_badge health %}", health="teal")

    @pytest.mark.parametrize(("days", "words"), [(1, "1 day late"), (12, "12 days late"), (0, "due today")])
    def test_late(self, days, words):
        assert words in render('{% include "components/late_flag.html" with days=days only %}', days=days)

    @pytest.mark.parametrize("days", [-3, None])
    def test_not_late(self, days):
        assert render('{% include "components/late_flag.html" with days=days only %}', days=days) == ""


class TestTravel:
    def test_links_keep_the_moment_of_the_page(self, rf):
        link = '{% as_of_url "/en/BP/?late=1#top" %}'
        assert render_at(rf, "/", link) == "/en/BP/?late=1#top"
        assert render_at(rf, "/?as_of=r57", link, moment="r57") == "/en/BP/?late=1&amp;as_of=r57#top"

    def test_a_link_that_names_a_moment_keeps_it(self, rf):
        assert render_at(rf, "/", '{% as_of_url "/?as_of=r1" %}', moment="2026-W46") == "/?as_of=r1"

    def test_a_figure_leads_to_its_explanation(self, rf):
        source = '{% explained 5 "milestones" "/figures/health/?scope=BP" label="Late" %}'
        shown = render_at(rf, "/", source, moment="r57")
        assert "5" in shown
        assert "Late" in shown
        assert shown.startswith('<a class="explained" href="/figures/health/?scope=BP&amp;as_of=r57">')

    def test_links_work_without_a_request(self):
        assert render('{% as_of_url "/en/" %}') == "/en/"

    def test_a_form_keeps_the_rest_of_the_query(self, rf):
        shown = render_at(rf, "/?as_of=r57&q=a%22b&pillar=1&pillar=2", '{% hidden_query "as_of" %}')
        assert shown == (
            '<input type="hidden" name="q" value="a&quot;b"><input type="hidden" name="pillar" value="1">'
            '<input type="hidden" name="pillar" value="2">'
        )

    def test_a_filter_form_stays_in_the_past(self, rf):
        source = '{% include "components/filter_form.html" with form=form label="Find" only %}'
        assert 'name="as_of" value="r57"' in render_at(rf, "/", source, moment="r57")
        assert "as_of" not in render_at(rf, "/", source)


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        ("America/Toronto", datetime(2026, 11, 23, 4, 30, tzinfo=UTC), "2026-11-22"),
        ("America/Toronto", datetime(2026, 11, 23, 5, 30, tzinfo=UTC), "2026-11-23"),
        # Past midnight in Toronto it is still evening in the Yukon.
        ("America/Whitehorse", datetime(2026, 11, 23, 5, 30, tzinfo=UTC), "2026-11-22"),
        ("America/Whitehorse", datetime(2026, 11, 23, 7, 30, tzinfo=UTC), "2026-11-23"),
        # In Newfoundland the next day has begun, for which `as_of` cannot be asked yet.
        ("America/St_Johns", datetime(2026, 11, 23, 4, 0, tzinfo=UTC), "2026-11-22"),
        ("", datetime(2026, 11, 23, 5, 30, tzinfo=UTC), "2026-11-23"),
    ],
)
def test_the_last_day_to_pick_is_today_where_the_plan_is(monkeypatch, zone, at, day):
    monkeypatch.setattr(timezone, "now", lambda: at)
    plan = Plan(time_zone=zone) if zone else ""
    picker = Template('{% include "components/date_control.html" with plan=plan request=request only %}')
    html = picker.render(Context({"plan": plan, "request": RequestFactory().get("/")}))
    assert f'name="as_of" max="{day}"' in html
    with pytest.raises(BadMoment, match="future"):
        resolve("2026-11-24", now=at)


def test_a_scroll_region_has_a_name_and_takes_the_focus():
    shown = render("{% scroll_region label %}<table></table>{% endscroll_region %}", label='"Money"')
    assert shown == (
        '<div class="scroll" role="group" tabindex="0" aria-label="&quot;Money&quot;"><table></table></div>'
    )


def test_dollars_are_shortened_and_what_is_not_published_is_said():
    assert "$5.0" in render('{% explained value "dollars" "" %}', value=Decimal(5_000_000))
    assert "not published" in render('{% explained value "dollars" "/why/" %}', value=None)


@pytest.mark.parametrize(("days", "words"), [(28, "+28"), (0, "0"), (-3, "\u22123"), (None, "none")])
def test_slips_carry_their_sign(days, words):
    assert words in strip_tags(render('{% include "components/slip.html" with days=days only %}', days=days))


def test_a_tile_shows_the_part_and_the_whole():
    source = '{% include "components/stat_tile.html" with label="Met" value=5 url="/5/" of=9 of_url="/9/" only %}'
    shown = render(source)
    assert 'href="/5/"' in shown
    assert 'href="/9/"' in shown
    assert "of" in shown


def test_a_tile_without_a_value_says_so():
    shown = render('{% include "components/stat_tile.html" with label="Lapse" value=None only %}')
    assert "not published" in shown


class Decision(forms.Form):
    reason = forms.CharField(help_text="One sentence.")
    health = forms.ChoiceField(choices=[("green", "green"), ("red", "red")], widget=forms.RadioSelect)

    def clean(self):
        raise forms.ValidationError("The week is locked.")


class TestForms:
    def test_errors_are_summed_up_first_and_lead_to_their_fields(self):
        shown = str(Decision({}))
        assert "There are 3 things to correct" in shown
        assert shown.index("The week is locked.") < shown.index('href="#id_reason"')
        assert 'href="#id_health_0"' in shown

    def test_help_and_error_are_tied_to_the_field(self):
        shown = str(Decision({}))
        assert 'aria-describedby="id_reason_helptext id_reason_error"' in shown
        assert 'id="id_reason_helptext"' in shown
        assert 'id="id_reason_error"' in shown
        assert 'aria-invalid="true"' in shown

    def test_choices_stand_under_a_legend(self):
        assert "<legend>Health" in str(Decision())

    def test_nothing_is_summed_up_before_it_is_sent(self):
        assert "error-summary" not in str(Decision())


def test_amounts_of_a_sealed_payload_are_text():
    assert "$0.10" in render("{{ value|dollars }}", value="0.10")
    assert "46%" in render("{{ value|percent }}", value=Decimal("0.455"))
