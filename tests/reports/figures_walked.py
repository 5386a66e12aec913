"""Walks from page to explanation: whether what a page shows is what it leads to. Each address is opened once."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

from django.test import Client

from tests.reports.figures_explained import Explained, read
from tests.reports.figures_on_pages import Shown, figures
from tests.reports.page_addresses import INITIATIVE, Page, leads_to
from tests.reports.page_markup import NUMBER, place, signature, text_of, without_names

ROWS = 2  # of an explanation that are opened
# Differences of a figure, and its explanations at one past revision, that are opened: of what is live each is.
SAMPLE = 1


class Walk:
    """What was opened, and what it says. `words`: what people wrote, longest first; `beside`: what else an explanation
    may be linked to for, by its figure."""

    def __init__(self, client: Client, words: tuple[str, ...], beside: Mapping[str, set[str]]) -> None:
        self.client, self.words, self.beside = client, words, beside
        self.opened: dict[str, Page | None] = {}
        self.explained: dict[str, Explained] = {}
        self.sampled: defaultdict[tuple[str, str], set[str]] = defaultdict(set)

    def open(self, address: str) -> Page | None:
        """The page at an address; None where there is none."""
        asked = urldefrag(address).url
        if asked not in self.opened:
            answer = self.client.get(asked)
            found = Page(asked, answer.content.decode(), self.words) if answer.status_code == 200 else None
            self.opened[asked] = found
        return self.opened[asked]

    def faults(self, address: str) -> list[str]:
        """All that is wrong with the figures of a page, in English; and whether the French page leads to the same."""
        page = self._there(address)
        french = self._there(address.replace("/en/", "/fr/", 1)) if _explanations(page) else page
        return [
            *(f"{what}: {one}" for one in figures(page) for what in self.wrong(page, one)),
            *(f"counts what is not there: {text}" for text in miscounts(page)),
            *(f"leads elsewhere in French: {link}" for link in _apart(page, french)),
        ]

    def wrong(self, page: Page, one: Shown) -> Iterator[str]:
        """What is wrong with one figure."""
        links = [urljoin(page.address, link) for link in one.links]
        if not links:
            yield "leads to no explanation"
        elif not all(map(leads_to, links)):
            yield "leads to what explains nothing"
        else:
            if "as_of" in parse_qs(urlsplit(page.address).query) and any("as_of=" not in link for link in links):
                yield "leads out of the past"
            # A sentence of coverage is told by all of its links together.
            yield from min((list(self._told(one, link)) for link in links), key=len)

    def _told(self, one: Shown, link: str) -> Iterator[str]:
        kind = leads_to(link)
        explained = kind in ("explanation", "headline")
        if explained and not _of_scope(one.scope, link):
            yield "leads to another scope"
        if not self._is_opened(kind, link):
            return
        if self.open(link) is None:
            yield "leads to what is not there"
        elif explained:
            yield from self._explained(one, link)
        elif kind == "list":
            yield from self._listed(one, link)
        elif kind == "row":
            yield from self._stands(one, link)

    def _listed(self, one: Shown, link: str) -> Iterator[str]:
        if one.kind != "number":
            yield "leads to a list, which explains no more than a count"
        elif _length(self._there(link)) not in NUMBER.findall(one.text):
            yield "leads to a list of another length"

    def _stands(self, one: Shown, link: str) -> Iterator[str]:
        named = self._named(link)
        if named is None:
            yield "leads to a row that is not there"
        elif one.kind == "number" and not _numbers(one) <= set(NUMBER.findall(named)):
            yield "leads to a row that shows another number"

    def _explained(self, one: Shown, link: str) -> Iterator[str]:
        told = self.explanation(link)
        yield from (f"its explanation {fault}" for fault in told.faults)
        # Where no update is in force there is none to show, and that is what the colour says.
        if one.kind == "colour" and not one.states <= (told.colours or {"no_update"}):
            yield "its explanation tells of another colour"
        if one.kind in ("number", "coverage") and not _says(one, told.texts | self.beside.get(_key(link), set())):
            yield "its explanation shows another number"
        if "as_of=" not in link and None in map(self._named, told.rows[:ROWS]):
            yield "its explanation names a row that is not there"

    def _is_opened(self, kind: str, link: str) -> bool:
        """Whether an address belongs to the sample."""
        past = re.search(r"as_of=r\d+", link)
        if kind != "difference" and not (kind == "explanation" and past):
            return True
        sample = self.sampled[_key(link) or kind, past[0] if past else kind]
        if len(sample) < SAMPLE:
            sample.add(link)
        return link in sample

    def explanation(self, link: str) -> Explained:
        """What an address explains."""
        asked = urldefrag(link).url
        if asked not in self.explained:
            self.explained[asked] = read(self._there(asked))
        return self.explained[asked]

    def _there(self, link: str) -> Page:
        page = self.open(link)
        assert page is not None, link
        return page

    def _named(self, link: str) -> str | None:
        """What stands in what an address names, or all of the page where it names nothing; None where it is not."""
        page, named = self.open(link), urldefrag(link).fragment
        if page is None:
            return None
        there = page.main.xpath(".//*[@id=$named]", named=named) if named else [page.main]
        if not there:
            return None
        return text_of(there[0].getparent() if there[0].tag in ("h2", "h3") else there[0])


def miscounts(page: Page) -> list[str]:
    """Counts of a list that stands on the page itself, where neither a list or table of so many rows stands, nor a
    pager or a link to all of them that says so."""
    main = page.main
    longer = [a for a in main.iter("a") if leads_to(urljoin(page.address, a.get("href", ""))) == "list"]
    there = {
        number for one in [*main.xpath(".//nav[@class='pager']/p"), *longer] for number in NUMBER.findall(text_of(one))
    }
    so_far: Counter[str] = Counter()
    for rows in main.xpath(".//tbody | .//ul | .//ol"):
        # Lists of one kind follow each other under their own headings, and are counted together.
        kind, length = signature(rows), len([one for one in rows if isinstance(one.tag, str)])
        so_far[kind] += length
        there |= {str(length), str(so_far[kind])}
    there.add(str(len({link for link in main.xpath(".//a/@href") if INITIATIVE.fullmatch(link)})))
    wrong = []
    for one in main.xpath(".//*[contains(concat(' ', @class, ' '), ' count ') or @class='tally']"):
        said = " ".join(one.xpath(".//text()[not(ancestor::a or ancestor::span[@class='unseen' or @class='was'])]"))
        if not set(NUMBER.findall(without_names(said, page.words))) <= there:
            wrong.append(f"{text_of(one)!r}, in {place(one)}")
    return wrong


def _of_scope(meant: str, link: str) -> bool:
    """Whether a link is of the row or page that it stands in: of what belongs to a plan there may be any, and a budget
    line is told of its whole initiative."""
    asked = parse_qs(urlsplit(link).query)
    scope = asked.get("scope", [""])[0]
    within = "/" not in meant and scope.partition("/")[0] == meant
    return not meant or scope == meant or within or "/line-" in asked.get("bucket", [""])[0]


def _says(one: Shown, texts: frozenset[str]) -> bool:
    """Whether an explanation says what is shown: an amount as it is written, a count wherever it stands in the words
    of its link."""
    if one.text in texts:
        return True
    return _numbers(one) <= texts and not re.search("[$\N{MINUS SIGN}]", one.text)


def _numbers(one: Shown) -> set[str]:
    """The numbers of a figure but shares, which lead to what they are a part of."""
    return set(NUMBER.findall(re.sub(r"\d[\d.]*%", "", one.text)))


def _key(link: str) -> str:
    found = re.search(r"/figures/([a-z_]+)/", link)
    return found[1] if found else ""


def _length(page: Page) -> str:
    """How many rows a list says that it has."""
    said = page.main.xpath(".//nav[@class='pager']/p | .//h2[@id='rows']")
    numbers = NUMBER.findall(text_of(said[0])) if said else []
    return numbers[-1] if numbers else str(len(page.main.xpath(".//tbody/tr")))


def _explanations(page: Page) -> Counter[str]:
    """Addresses that a page is explained by, in whichever language."""
    links = page.main.xpath(".//a[contains(concat(' ', @class, ' '), ' explained ')]/@href")
    return Counter(re.sub(r"^/(?:en|fr)/", "/", link) for link in links)


def _apart(english: Page, french: Page) -> list[str]:
    """Addresses of explanations that only one of the pages leads to."""
    here, there = _explanations(english), _explanations(french)
    return sorted((here - there) | (there - here))
