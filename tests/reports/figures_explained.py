"""What an explanation says, read from its page: the number, what it means, by which rule, from which rows, and what is
wrong with it."""

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import override

from reports.figures import FIGURES
from tests.reports.figures_on_pages import states
from tests.reports.page_addresses import Page, leads_to
from tests.reports.page_markup import NUMBER, Element, text_of
from tracker import formats

FACTS = ("What it means", "Rule", "Effective date", "As known at")
VERSION = re.compile(r"version [1-9]\d*")


@dataclass(frozen=True)
class Explained:
    """An explanation. `texts`: every way in which a page may write its number, the numbers of its coverage, and what it
    tells step by step; `colours`: states that it tells of; `rows`: addresses of its rows; `faults`: what it lacks."""

    texts: frozenset[str]
    colours: frozenset[str]
    rows: tuple[str, ...]
    faults: tuple[str, ...]


def read(page: Page) -> Explained:
    """The explanation on an English page, of a figure or of a headline colour."""
    main = page.main
    if leads_to(page.address) == "headline":
        return _headline(main)
    value = _answer(main)
    rows = main.xpath(".//section[@aria-labelledby='rows']//tbody/tr")
    key = re.search(r"/figures/([a-z_]+)/", page.address)
    faults = [*_told(main, covers=key is not None and FIGURES[key[1]].covers), *_sums(main, rows, value)]
    links = tuple(row.xpath("string(./th//a/@href)") for row in rows)
    if "" in links:
        faults.append("a row leads nowhere")
    covered = NUMBER.findall(_facts(main).get("Coverage", ""))
    badges = main.xpath(".//section[@aria-labelledby='in-force']//a[contains(@class, 'badge')]")
    steps = [text_of(one) for one in main.xpath(".//section[@aria-labelledby='steps']//td")]
    texts = frozenset([*covered, *steps]).union(ways(value) if value is not None else ())
    return Explained(texts, _colours(badges), tuple(filter(None, links)), tuple(faults))


def ways(value: Decimal) -> set[str]:
    """How pages write a number."""
    with override("en"):
        whole = {formats.number(value)} if value == value.to_integral_value() else set()
        given = {formats.money(value), formats.millions(value), formats.dollars(value), formats.number(value, 2)}
    return {one.replace(formats.NO_BREAK, " ") for one in given | whole}


def amount(text: str) -> Decimal | None:
    """What a figure on an English page says to the cent; None where it says no number."""
    found = re.sub(r"[^\d.\-]", "", text.replace(formats.MINUS, "-"))
    return Decimal(found) if re.search(r"\d", found) else None


def _answer(main: Element) -> Decimal | None:
    exact = main.xpath(".//p[@class='answer']//*[@class='value']//data/@value")
    shown = main.xpath(".//p[@class='answer']//*[@class='value']")
    return Decimal(exact[0]) if exact else amount(text_of(shown[0])) if shown else None


def _facts(main: Element) -> dict[str, str]:
    terms = main.xpath(".//dl[contains(@class, 'facts')]/div")
    return {text_of(one.find("dt")): text_of(one.find("dd")) for one in terms}


def _told(main: Element, *, covers: bool) -> list[str]:
    """What every explanation has to say, and does not."""
    facts = _facts(main)
    missing = [f"does not say {name!r}" for name in FACTS if not facts.get(name)]
    if not VERSION.search(facts.get("Rule", "")):
        missing.append("names no version of its rule")
    if covers and not NUMBER.search(facts.get("Coverage", "")):
        missing.append("does not say 'Coverage'")
    left = main.xpath(".//section[@aria-labelledby='exclusions']")
    if not left or not left[0].xpath("./p | ./ul/li"):
        missing.append("does not say what is left out")
    elif any(not one.xpath("./following-sibling::ul[1]//a") for one in left[0].xpath("./h3")):
        missing.append("leaves out what cannot be looked at")
    return missing


def _sums(main: Element, rows: list[Element], value: Decimal | None) -> list[str]:
    """Whether the rows add up to the figure. One whose parts make no sum leads to each part instead."""
    if not rows:
        parts = main.xpath(".//h2[normalize-space()='How it is split']/following-sibling::table[1]//td//a")
        said = main.xpath(".//section[@aria-labelledby='rows']/p")
        return [] if said and (parts or not value) else ["has no rows"]
    adds = [amount(text_of(row.xpath("./td[contains(@class, 'num')]")[-1])) for row in rows]
    known = [one for one in adds if one is not None]
    total = main.xpath(".//section[@aria-labelledby='rows']//tfoot//td")
    said = amount(text_of(total[0])) if total else None
    wrong = []
    if known and (value is None or sum(known) != value):
        wrong.append(f"rows add up to {sum(known)}, and not to {value}")
    if known and said != sum(known):
        wrong.append(f"says that its rows add up to {said}, and they do to {sum(known)}")
    return wrong


def _headline(main: Element) -> Explained:
    """The explanation of a headline colour: which sentence of the rule gave it, and the cells that it read."""
    facts = _facts(main)
    faults = [f"does not say {name!r}" for name in (*FACTS, "Coverage") if not facts.get(name)]
    if not VERSION.search(facts.get("Rule", "")):
        faults.append("names no version of its rule")
    sentences = main.xpath(".//section[@aria-labelledby='rule']//li")
    gave = [one for one in sentences if one.find("strong") is not None]
    if len(gave) != 1 or len(sentences) == 1:
        faults.append("does not say the whole rule, and which sentence gave the colour")
    cells = main.xpath(".//section[@aria-labelledby='cells']//tbody//td[.//*[contains(@class, 'figure')]]")
    if not cells or any(not cell.xpath(".//a") for cell in cells):
        faults.append("reads cells that lead nowhere")
    if not main.xpath(".//section[@aria-labelledby='exclusions']//li"):
        faults.append("does not say what is left out")
    badges = main.xpath(".//*[@class='answer' or contains(@class, 'facts')]//*[contains(@class, 'badge')]")
    return Explained(frozenset(), _colours(badges), (), tuple(faults))


def _colours(badges: list[Element]) -> frozenset[str]:
    return frozenset().union(*(states(one) for one in badges))
