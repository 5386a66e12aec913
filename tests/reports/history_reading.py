"""Pages of the history, as somebody reads them."""

import re
from decimal import Decimal

from django.utils.html import strip_tags

from tests.factories import ACTOR, kept
from tracker.timemachine import revision

PLAN = "plans/BP/history/"
ONE = "plans/BP/initiatives/1.01/"


def pages_of(client):
    """Pages as somebody reads them."""

    def get(user, address, *, status=200, language="en"):
        client.force_login(user)
        response = client.get(address if address.startswith("/") else f"/{language}/{address}")
        assert response.status_code == status, strip_tags(response.content.decode())[:500]
        return response.content.decode()

    return get


def words(html: str, begin: str = "<main") -> str:
    """What stands from there to the end of the main part, on one line."""
    main = html[html.index(begin) : html.index("</main>")]
    main = strip_tags(re.sub(r"<(?=td|th|dd|li|summary|p)", " <", re.sub(r'<span class="unseen">.*?</span>', "", main)))
    return re.sub(r"\s+", " ", main.replace("\u00a0", " "))


def changes(html: str) -> str:
    """What the list of changes says, without the filters and its links to pages."""
    begin = '<ol class="changes'
    if begin not in html:
        return ""
    bare = re.sub(r'<span class="unseen">.*?</span>', "", html)
    return words(re.sub(r'(?s)<span class="note links">.*?</span>', "", bare), begin)


def weigh(made, kilos="2.50", *, by=ACTOR, reason="Weighed again"):
    """Another weight for a milestone, by a revision of its own."""
    milestone = made.milestones["late"]
    milestone.weight = Decimal(kilos)
    with revision(by=by, reason=reason):
        kept(milestone)
    return milestone
