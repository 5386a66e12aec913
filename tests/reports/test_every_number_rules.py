"""The walk from numbers to explanations finds what it is there to find: each of these pages has one fault."""

from types import SimpleNamespace

import pytest

from tests.reports.figures_walked import Walk, miscounts
from tests.reports.page_addresses import Page, leads_to

PAGE = "/en/plans/BP/"
LATE = "/en/figures/milestones_late/?scope=BP"
ROW = "/en/plans/BP/initiatives/1.01/#milestone-M1"

CHART = (
    f'<figure class="chart"><svg><text class="figure">3</text></svg><a class="explained" href="{LATE}">Explain</a>'
    '<details><table><tbody><tr><td class="num">3</td></tr></tbody></table></details></figure>'
)
OWN_COLUMN = (
    '<table><thead><tr><th>Code</th><th class="num">Moves</th></tr></thead><tbody><tr><td>a</td>'
    '<td class="num">4</td></tr></tbody></table>'
)


def page(body: str) -> str:
    return f"<!doctype html><html><body><header>9</header><main id='main'>{body}</main><footer>9</footer></body></html>"


def explanation(answer: str = "3", adds: tuple[str, ...] = ("1", "2"), total: str = "3", **but: str) -> str:
    """A whole explanation, but for what is left out or said otherwise."""
    facts = {"What it means": "Late ones.", "Rule": "milestones_late, version 1", "Effective date": "2026-11-22",
             "As known at": "r5", "Coverage": "Its rows come from 2 of 7 initiatives."} | but  # fmt: skip
    rows = "".join(
        f'<tr><td class="code">1.01</td><th><a href="{ROW}">M1</a></th><td class="num">{one}</td></tr>' for one in adds
    )
    return page(
        f'<p class="answer"><span class="value"><span class="figure">{answer}</span></span></p><dl class="facts">'
        + "".join(f"<div><dt>{term}</dt><dd>{said}</dd></div>" for term, said in facts.items() if said)
        + f'</dl><section aria-labelledby="rows"><table><tbody>{rows}</tbody>'
        f'<tfoot><tr><th>Sum</th><td class="num">{total}</td></tr></tfoot></table></section>'
        '<section aria-labelledby="exclusions"><h2>Left out</h2><p>Nothing.</p></section>'
    )


def found(body: str, *, address: str = PAGE, words: tuple[str, ...] = (), **others: str) -> list[str]:
    """What the walk says of a page, where the others answer."""
    site = {
        address: page(body),
        address.replace("/en/", "/fr/"): page(body),
        LATE: explanation(),
        "/en/plans/BP/initiatives/1.01/": page('<p id="milestone-M1">M1</p>'),
        **others,
    }

    def get(asked: str) -> SimpleNamespace:
        return SimpleNamespace(status_code=200 if asked in site else 404, content=site.get(asked, "").encode())

    walk = Walk(SimpleNamespace(get=get), words, {})
    return [one.partition(": ")[0] for one in walk.faults(address)]


def link(text: str, to: str = LATE) -> str:
    return f'<a class="explained" href="{to}"><span class="figure">{text}</span></a>'


class TestWhatIsRight:
    @pytest.mark.parametrize(
        "body",
        [
            link("3"),
            f'<p class="coverage">2 of 7 initiatives reported. <a href="{LATE}">Explain</a></p>',
            f'<p><a href="{LATE}">All 3 late milestones</a></p>',
            f'<table><tbody><tr><td class="num">{link("3")}</td></tr></tbody></table>',
            f'<ul class="key"><li>Late <a class="explained" href="{LATE}">3</a></li></ul>',
            CHART,
            '<p>Week <span class="figure">2026-W46</span> of <time>22 November 2026</time>, r57, 1.01 M2</p>',
            '<h1>2. Pillar two</h1><p class="stamp">r5 by 3</p><details><summary>4 steps</summary></details>',
            OWN_COLUMN,
            '<table><tr id="entry-7"><td class="num"><span class="figure">$9.00</span></td></tr></table>',
            '<ul class="ratings"><li>Cost <span class="badge state-green">On track</span></li></ul>',
        ],
    )
    def test_passes(self, body):
        assert found(f"<div>{body}</div>") == []

    def test_words_that_people_wrote_hold_any_number(self):
        assert found("<p>Phase 2 of 3</p>", words=("Phase 2 of 3",)) == []

    def test_a_count_of_what_stands_there(self):
        assert miscounts(Page(PAGE, page('<p class="count">2 fit</p><ul><li>a</li><li>b</li></ul>'))) == []


class TestWhatIsWrong:
    @pytest.mark.parametrize(
        ("body", "fault"),
        [
            ('<p><span class="figure">3</span></p>', "leads to no explanation"),
            ('<p><data class="figure" value="3">$3</data></p>', "leads to no explanation"),
            ("<p>There are 3 late.</p>", "leads to no explanation"),
            ('<dl><div><dt>Late</dt><dd class="value">3</dd></div></dl>', "leads to no explanation"),
            ('<table><tbody><tr><td class="num">3</td></tr></tbody></table>', "leads to no explanation"),
            ('<ul class="key"><li>Late <b>3</b></li></ul>', "leads to no explanation"),
            ('<p class="coverage">2 of 7 reported.</p>', "leads to no explanation"),
            ('<p><span class="badge state-red">Off track</span></p>', "leads to no explanation"),
            ('<figure class="chart"><svg></svg></figure>', "leads to no explanation"),
            (link("3", "/en/plans/BP/my-week/"), "leads to what explains nothing"),
            (link("3", "/en/plans/BP/"), "leads to what explains nothing"),
            ('<p><a href="/en/plans/BP/my-week/">12 late</a></p>', "leads to what explains nothing"),
            (link("3", "/en/figures/health/?scope=BP"), "leads to what is not there"),
            (link("4"), "its explanation shows another number"),
            (f'<p><a href="{LATE}">All 12 late milestones</a></p>', "its explanation shows another number"),
            (
                f'<p class="coverage">5 of 7 reported. <a href="{LATE}">Explain</a></p>',
                "its explanation shows another number",
            ),
            (f'<p><a class="badge state-red" href="{LATE}">Off track</a></p>',
             "its explanation tells of another colour"),
            (link("3", "/en/plans/BP/initiatives/1.01/#milestone-M9"), "leads to a row that is not there"),
            (link("3", "/en/plans/BP/initiatives/1.01/#milestone-M1"), "leads to a row that shows another number"),
            (CHART.replace("<tr>", f"<tr><td>{link('3')}</td>"), "leads to no explanation"),
            (
                f'<ul><li><a href="/en/plans/BP/initiatives/1.02/">1.02</a> {link("3")}</li></ul>',
                "leads to another scope",
            ),
            ('<p class="count">3 fit</p><ul><li>a</li></ul>', "counts what is not there"),
        ],
    )  # fmt: skip
    def test_is_found(self, body, fault):
        assert set(found(f"<div>{body}</div>")) == {fault}

    @pytest.mark.parametrize(
        ("explains", "fault"),
        [
            (explanation(adds=("1", "1")), "its explanation rows add up to 2, and not to 3"),
            (explanation(total="4"), "its explanation says that its rows add up to 4, and they do to 3"),
            (explanation(adds=()), "its explanation has no rows"),
            (explanation(**{"What it means": ""}), "its explanation does not say 'What it means'"),
            (explanation(Coverage=""), "its explanation does not say 'Coverage'"),
            (explanation(Rule="milestones_late"), "its explanation names no version of its rule"),
            (
                explanation().replace("<p>Nothing.</p>", ""),
                "its explanation does not say what is left out",
            ),
            (
                explanation().replace("<p>Nothing.</p>", "<h3>Cancelled</h3><ul><li>M3</li></ul>"),
                "its explanation leaves out what cannot be looked at",
            ),
            (explanation().replace("#milestone-M1", "#milestone-M7"), "its explanation names a row that is not there"),
        ],
    )
    def test_in_the_explanation(self, explains, fault):
        assert fault in found(f"<p>{link('3')}</p>", **{LATE: explains})

    def test_a_page_of_another_scope(self):
        assert found(f"<p>{link('3')}</p>", address="/en/plans/BP/pillars/1/") == ["leads to another scope"]

    def test_a_way_out_of_the_past(self):
        assert found(f"<p>{link('3')}</p>", address=f"{PAGE}?as_of=r5") == ["leads out of the past"]

    def test_a_count_that_leads_to_a_longer_list(self):
        late = "/en/plans/BP/milestones/?late=true"
        listed = page("<table><tbody><tr><td>a</td></tr><tr><td>b</td></tr></tbody></table>")
        assert found(f'<p><a href="{late}">12 late</a></p>', **{late: listed}) == ["leads to a list of another length"]
        assert found(f'<p><a href="{late}">2 late</a></p>', **{late: listed}) == []

    def test_a_french_page_that_leads_elsewhere(self):
        french = page(f"<p>{link('3', LATE.replace('/en/', '/fr/') + '&bucket=x')}</p>")
        assert set(found(f"<p>{link('3')}</p>", **{PAGE.replace("/en/", "/fr/"): french})) == {
            "leads elsewhere in French"
        }


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/en/figures/health/?scope=BP", "explanation"), ("/fr/figures/headline/?scope=BP", "headline"),
        ("/en/figures/health/difference/?scope=BP", "difference"), ("/en/plans/BP/compare/?from=now", "difference"),
        ("/en/plans/BP/milestones/?late=true", "list"), ("/en/plans/BP/initiatives/1.01/#line-3", "row"),
        ("/en/plans/BP/initiatives/1.01/", ""), ("#years", "row"), ("/en/plans/BP/history/", "history"),
        ("/en/rollups/BP-2026-W46-e1/", "sealed"), ("/api/v1/figures/health/", ""), ("https://example.org/", ""),
    ],
)  # fmt: skip
def test_what_an_address_is_of(address, kind):
    assert leads_to(address) == kind
