"""Bars and symbols as SVG."""

import re
from xml.etree import ElementTree as ET

from tracker.charts import LOOKS, Distribution, Segment, distribution_bar, swatch, symbol

SVG = "{http://www.w3.org/2000/svg}"


def chart(**sizes: int) -> Distribution:
    parts = tuple(Segment(state, state.title(), size, str(size)) for state, size in sizes.items())
    return Distribution("health", "Health & money", "Initiatives", parts)


def drawn(markup: str) -> ET.Element:
    return ET.fromstring(markup.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # noqa: S314 - ours


def test_widths_are_the_shares_and_fill_the_bar():
    marks = [rect for rect in drawn(distribution_bar(chart(green=5, amber=3, red=2))).iter(f"{SVG}rect")
             if "mark" in rect.get("class", "")]  # fmt: skip
    assert [rect.get("width") for rect in marks] == ["50.0000%", "30.0000%", "20.0000%"]
    assert [rect.get("x") for rect in marks] == ["0.0000%", "50.0000%", "80.0000%"]


def test_it_is_named_and_described_for_those_who_do_not_see_it():
    bar = drawn(distribution_bar(chart(green=5, red=2)))
    assert bar.get("role") == "img"
    assert bar.get("aria-labelledby") == "health-title health-desc"
    assert bar.findtext(f"{SVG}title") == "Health & money"
    assert bar.findtext(f"{SVG}desc") == "Green: 5; Red: 2"


def test_a_figure_stands_only_where_it_fits_on_the_narrowest_bar():
    parts = (Segment("green", "on track", 1, "$58.6 M"), Segment("red", "off track", 4, "$286.2 M"))
    texts = [
        text.text
        for text in drawn(distribution_bar(Distribution("money", "Money", "Dollars", parts))).iter(f"{SVG}text")
    ]
    assert texts == ["$286.2 M"]


def test_a_slim_bar_has_no_figures_but_all_its_parts():
    bar = drawn(distribution_bar(chart(green=5, amber=5), slim=True))
    assert not list(bar.iter(f"{SVG}text"))
    assert len([rect for rect in bar.iter(f"{SVG}rect") if "mark" in rect.get("class", "")]) == 2


def test_a_narrow_part_has_no_figure_and_an_empty_one_is_not_drawn():
    texts = [text.text for text in drawn(distribution_bar(chart(green=99, amber=0, red=1))).iter(f"{SVG}text")]
    assert texts == ["99"]
    assert "fill-amber" not in distribution_bar(chart(green=99, amber=0, red=1))


def test_an_empty_whole_is_an_empty_bar():
    bar = distribution_bar(chart(green=0, red=0))
    assert "mark" not in bar
    assert "Green: 0" in bar


def test_no_two_symbols_look_alike_without_their_colour():
    shapes = [str(look.symbol) for look in LOOKS.values()]
    assert len(set(shapes)) == len(shapes)


def test_nothing_is_styled_inline_and_every_reference_has_its_target():
    whole = chart(**dict.fromkeys(LOOKS, 1))
    markup = distribution_bar(whole) + "".join(symbol(state) + swatch(whole, state) for state in LOOKS)
    assert "style=" not in markup
    ids = re.findall(r'id="([^"]+)"', markup)
    assert len(set(ids)) == len(ids)
    assert set(re.findall(r"url\(#([^)]+)\)", markup)) <= set(ids)
