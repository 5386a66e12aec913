"""Figures on pages: which numbers and colours of a page have to lead to an explanation, and where each leads.

Every number that stands in the main part of a page is a figure, and so is every badge of health or of a headline, every
chart, and every bar that stands by itself; but for what is one of these:

- names: dates, times, weeks, fiscal years, revisions, codes, versions, and words that people wrote (`Page.words`);
- rows of facts, which are what explanations lead to: entries, announcements, evidence, milestones, targets and
  observations in their own tables, and the history;
- columns and terms that say what the row itself records (`OWN`);
- ratings of an update that stands there itself, with its author: an opinion, not a figure;
- labels and choices of a form, and the count in a summary of what the summary opens;
- the drawing and the table of a chart, which are explained with it;
- on a page that explains, the explanation: its answer, its steps, its rows, what it left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from tests.reports.page_addresses import SUBJECT, Page, leads_to
from tests.reports.page_markup import (
    DIGIT,
    NAMED,
    NUMBER,
    Element,
    classes,
    markup,
    own_words,
    place,
    text_of,
    without_names,
)

FACT_ROWS = re.compile(r"(?:entry|announcement|evidence|milestone|target|observation)-")
# Columns and terms that say what the row itself records, or what follows from its own dates, forecasts and evidence.
OWN = frozenset(
    {"A year before", "Days against the first baseline", "Days against the latest baseline", "Days covered", "Dollars",
     "Dollars, says the requester", "Edition", "Entry", "Evidence", "Moves", "Recorded now", "Slip, first baseline",
     "Slip, latest baseline", "Target now", "Unspent", "Value before", "Version"}
)  # fmt: skip
UNREAD_TAGS = frozenset({"script", "select", "style", "summary", "svg", "template", "textarea", "time"})
# The history, counts of what stands beside them (`counts` looks at those), what is heard only.
UNREAD = frozenset({"history", "changes", "stamp", "pager", "count", "tally", "unseen"})
# Where words hold names and labels. What our tags wrote as a figure is one here too.
LABEL_TAGS = frozenset({"button", "caption", "cite", "code", "del", "figcaption", "form", "nav", "pre", "s", "thead"})
LABELS = frozenset({"tag", "since", "source", "number", "symbol", "banner", "rules"})
# Where an update stands whole, so that its ratings are what somebody said.
UPDATES = frozenset({"ratings", "update", "review", "task", "waiting"})
EXPLAINS_ITSELF = frozenset({"rows", "exclusions", "steps", "in-force", "rule"})
BOTH = 2  # ends of a change

Around = tuple[Element, ...]  # an element and what it stands in, from the main part down


@dataclass(frozen=True)
class Shown:
    """One figure of a page. `kind`: number, colour, picture, or coverage (a number of a sentence that says what a
    figure rests on, whose links explain all of it together); `links`: addresses that it leads to; `scope`: what its row
    or page is of, empty where that is not told."""

    kind: str
    text: str
    links: tuple[str, ...]
    scope: str
    element: Element

    @property
    def states(self) -> frozenset[str]:
        """Of a colour: the health that it stands for."""
        return states(self.element)

    def __str__(self) -> str:
        where = f"in {place(self.element)} -> {', '.join(self.links) or '-'}"
        return f"{self.text!r}, {where}\n  {markup(self.element)}"


def figures(page: Page) -> list[Shown]:
    """The figures in the main part of a page, in its order."""
    return [one for around in _read((page.main,)) for one in _shown(around, page)]


def states(element: Element) -> frozenset[str]:
    return frozenset(one.removeprefix("state-") for one in classes(element) if one.startswith("state-"))


def _read(around: Around) -> Iterator[Around]:
    """All that may show a figure: not what stands in facts, nor the parts of what is one figure."""
    yield around
    if not _is_whole(around[-1]):
        for child in around[-1]:
            if isinstance(child.tag, str) and not _is_fact(child, around):
                yield from _read((*around, child))


def _is_whole(element: Element) -> bool:
    return element.tag == "svg" or not classes(element).isdisjoint({"badge", "figure"})


def _shown(around: Around, page: Page) -> Iterator[Shown]:
    element, own = around[-1], classes(around[-1])
    link = next((one for one in reversed(around) if one.tag == "a"), None)
    if link is None and any(_explains(one, page) for one in around):
        return
    if "badge" in own:
        yield Shown("colour", text_of(element), _links(element, link), scope_of(around, page), element)
    elif element.tag == "svg" or (element.tag == "figure" and "chart" in own):
        yield Shown("picture", element.tag, _links(element, link), scope_of(around, page), element)
    elif "figure" in own:
        yield from _numbers(text_of(element), around, link, page)
    elif DIGIT.search(words := own_words(element)) and not _is_label(around, link, page):
        exact = element.tag == "td" and "num" in own
        yield from _numbers(words if exact else without_names(words, page.words), around, link, page)


def _numbers(text: str, around: Around, link: Element | None, page: Page) -> Iterator[Shown]:
    element, text = around[-1], " ".join(text.split())
    if not DIGIT.search(text) or NAMED.fullmatch(text):
        return
    links = _links(element, link)
    sentence = next((one for one in around if "coverage" in classes(one)), None)
    scope = scope_of(around, page)
    if links or sentence is None:
        yield Shown("number", text, links or _of_the_row(around, page) or _of_the_table(around), scope, element)
        return
    links = tuple(a.get("href") for a in sentence.iter("a") if leads_to(a.get("href", "")) == "explanation")
    for number in NUMBER.findall(text):
        yield Shown("coverage", number, links, scope, sentence)


def _links(element: Element, link: Element | None) -> tuple[str, ...]:
    """The link that it stands in, or else the first in it; of a chart, its explanation."""
    chart = element.tag == "figure"
    inner = (a for a in element.iter("a") if not chart or "explained" in classes(a))
    found = link if link is not None else next(inner, None)
    return (found.get("href"),) if found is not None and found.get("href") else ()


def _of_the_row(around: Around, page: Page) -> tuple[str, ...]:
    """A change stands in a row that leads to its reasons, or where nothing differs to both ends."""
    row = next((one for one in reversed(around) if one.tag == "tr"), None)
    links = (
        []
        if row is None or leads_to(page.address) != "difference"
        else [a.get("href") for a in row.iter("a") if a.get("href")]
    )
    why = [link for link in links if leads_to(link) == "difference"]
    ends = [link for link in links if leads_to(link) == "explanation"]
    return tuple(why[:1] or (ends[:1] if len(ends) == BOTH else []))


def _of_the_table(around: Around) -> tuple[str, ...]:
    """The caption of a table may lead to where all of its cells are explained."""
    table = next((one for one in reversed(around) if one.tag == "table"), None)
    return () if table is None else tuple(table.xpath("./caption//a/@href")[:1])


def _is_fact(element: Element, above: Around) -> bool:
    """Whether it is a fact or a label, with all that stands in it, as the head of this module lists them."""
    own = classes(element)
    if element.tag in UNREAD_TAGS:
        return "bar" not in own or any(one.tag == "figure" for one in above)
    if own & UNREAD or (element.tag in ("tr", "li") and FACT_ROWS.match(element.get("id", ""))):
        return True
    if "badge" in own:
        return any(_shows_an_update(one) for one in above)
    if element.tag in ("td", "dd"):
        return _heading(element) in OWN
    if "figure" in own:
        # The share of a fiscal year that is over is no figure of a plan.
        return (element.tail or "").startswith(" of the year") or _sourced(element, above)
    return False


def _is_label(around: Around, link: Element | None, page: Page) -> bool:
    """Whether words with a number in them are a label, as no figure is but in a link to its explanation; beside a
    figure in that link they name what it counts."""
    if link is not None and any("figure" in classes(one) for one in link.iter()):
        return True
    if link is not None and leads_to(urljoin(page.address, link.get("href", ""))) in ("explanation", "list"):
        return False
    return any(
        one.tag in LABEL_TAGS or classes(one) & LABELS or (one.tag == "span" and "flag" in classes(one))
        for one in around
    )


def _shows_an_update(one: Element) -> bool:
    """An update that stands there itself, or a form in which one is written."""
    return one.tag == "form" or bool(classes(one) & UPDATES) or one.get("aria-labelledby") in ("own", "previous")


def _explains(one: Element, page: Page) -> bool:
    """What is explained as a whole: the drawings and the table of a chart, where they lead nowhere themselves; and on a
    page that explains, the parts that tell it."""
    own = classes(one)
    if one.tag in ("div", "details") and "chart" in classes(one.getparent()):
        return one.find(".//a") is None
    return page.explains and bool(
        one.get("aria-labelledby") in EXPLAINS_ITSELF
        or own & {"answer", "facts"}
        or (one.tag == "section" and one.xpath(".//ul[contains(@class, 'moved')]"))
    )


def _sourced(element: Element, above: Around) -> bool:
    """An amount that somebody announced, in the paragraph that names the source."""
    paragraph = next((one for one in reversed(above) if one.tag == "p"), None)
    return element.tag == "data" and paragraph is not None and bool(paragraph.xpath(".//span[@class='source']"))


def scope_of(around: Around, page: Page) -> str:
    """Of which initiative or pillar its row is, by the row's code or first link to one; else what the page is of."""
    plan = page.scope.partition("/")[0]
    for one in reversed(around):
        if one.tag not in ("tr", "li"):
            continue
        code = one.xpath("./td[contains(concat(' ', @class, ' '), ' code ')]")
        if code and plan:
            return f"{plan}/{text_of(code[0]).split()[0]}"
        for link in one.iter("a"):
            subject = SUBJECT.match(link.get("href", ""))
            if subject:
                return f"{subject['plan']}/{subject['code']}"
    return page.scope


def _heading(cell: Element) -> str:
    """What heads the column of a cell, or the term that a fact is of, without its number."""
    if cell.tag == "dd":
        return re.sub(r"\s\d+$", "", text_of(cell.getparent().find("dt")))
    if cell.get("data-label"):
        return cell.get("data-label")
    table = next(cell.iterancestors("table"))
    heads = table.xpath("./thead/tr[last()]/th")
    at = [one for one in cell.getparent() if isinstance(one.tag, str)].index(cell)
    return text_of(heads[at]) if at < len(heads) else ""
