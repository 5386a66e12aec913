"""Pages by their addresses: what each is of, and what it can explain."""

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qs, urlsplit

from tests.reports.page_markup import Element, main_of

_ROUTES = (
    ("headline", re.compile(r"/figures/headline/")),
    ("difference", re.compile(r"/figures/[a-z_]+/difference/|/plans/[^/]+/compare/|/rollups/[^/]+/restated/")),
    ("explanation", re.compile(r"/figures/(?P<key>[a-z_]+)/")),
    ("history", re.compile(r"/plans/[^/]+/history/(?:.*)")),
    ("sealed", re.compile(r"/rollups/[^/]+/")),
    ("indicator", re.compile(r"/plans/[^/]+/indicators/[^/]+/")),
    ("list", re.compile(r"/plans/[^/]+/(?:initiatives|milestones|indicators|places|search)/|/data/[a-z-]+/|/search/")),
    ("row", re.compile(r"/plans/[^/]+/(?:(?:initiatives|indicators|pillars)/[^/]+/)?")),
)  # fmt: skip
SUBJECT = re.compile(r"/(?:en|fr)/plans/(?P<plan>[^/]+)/(?:initiatives|pillars)/(?P<code>[^/?#]+)/")
INITIATIVE = re.compile(r"/(?:en|fr)/plans/[^/]+/initiatives/[^/?#]+/(?:\?.*)?")
_PLAN = re.compile(r"/(?:en|fr)/(?:plans/(?P<plan>[^/]+)/|rollups/(?P<sealed>.+)-\d{4}-W\d{2}-e\d+/)")


@dataclass(frozen=True)
class Page:
    """A page as it was answered. `words`: texts that people wrote, which may hold any number, longest first."""

    address: str
    html: str
    words: tuple[str, ...] = ()

    @cached_property
    def main(self) -> Element:
        return main_of(self.html)

    @cached_property
    def scope(self) -> str:
        """What its figures are of: an initiative, a pillar, or a plan and what belongs to it; empty where it is of
        several plans."""
        parts = urlsplit(self.address)
        asked = parse_qs(parts.query).get("scope", [""])[0]
        subject, plan = SUBJECT.match(parts.path), _PLAN.match(parts.path)
        if asked or subject:
            return asked or f"{subject['plan']}/{subject['code']}"
        return (plan["plan"] or plan["sealed"]) if plan else ""

    @cached_property
    def explains(self) -> bool:
        return leads_to(self.address) in ("explanation", "headline", "difference")


def leads_to(address: str) -> str:
    """What kind of page an address is of: explanation, headline, difference, indicator (whose own page explains it),
    list, row (what stands on a page under the name of a fragment), history, sealed; empty for any other."""
    parts = urlsplit(address)
    path = re.sub(r"^/(?:en|fr)(?=/)", "", parts.path)
    kind = next((kind for kind, route in _ROUTES if route.fullmatch(path)), "")
    if parts.fragment and kind in ("", "list", "indicator"):
        return "row"
    return "" if kind == "row" and not parts.fragment else kind
