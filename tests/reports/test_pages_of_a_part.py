"""What the pages tell who has a role on a part of the plan: nothing of the rest, and no link that leads nowhere."""

import html
import re

import pytest

pytestmark = pytest.mark.django_db

PAGES = (
    "plans/BP/", "plans/BP/pillars/1/", "plans/BP/initiatives/", "plans/BP/milestones/", "plans/BP/money/",
    "plans/BP/indicators/", "plans/BP/places/", "plans/BP/history/", "plans/BP/compare/", "plans/BP/rollups/",
    "figures/headline/?scope=BP", "figures/health/?scope=BP", "figures/milestones/?scope=BP", "figures/money/?scope=BP",
    "figures/health/difference/?scope=BP&from={code}&to=now", "plans/BP/search/?q=initiative",
    "plans/BP/?compare={code}", "plans/BP/initiatives/?compare={code}", "plans/BP/milestones/?compare={code}",
    "plans/BP/money/?compare={code}", "plans/BP/indicators/?compare={code}", "plans/BP/?as_of=r{revision}",
)  # fmt: skip
LINKS = re.compile(r'href="(/en/(?:rollups|figures|plans/BP/(?:initiatives|pillars|compare))[^"#]*)')


@pytest.mark.parametrize("who", ["manager", "pillar_lead"])
def test_nothing_of_the_rest_is_told_and_no_link_leads_nowhere(made, show, client, who):
    user, rollup = getattr(made.people, who), made.rollups[-1]
    seen = {one.code for one in type(made.initiatives["red"]).objects.visible_to(user)}
    rest = {one.code: one.title_en for one in made.initiatives.values() if one.code not in seen}
    assert seen
    assert rest
    followed: set[str] = set()
    for page in PAGES:
        text = html.unescape(show(user, page.format(code=rollup.code, revision=rollup.as_of)))
        main = text[text.index("<main") : text.index("</main>")]
        for code, title in rest.items():
            assert title not in main, (page, code)
            assert f"/initiatives/{code}/" not in text, (page, code)
        followed |= set(LINKS.findall(main))
    # One of each kind of page is enough.
    kinds = {re.sub(r"\d\.\d\d", "", link.partition("?")[0]): link for link in sorted(followed)}
    for link in kinds.values():
        assert client.get(link).status_code == 200, link
