"""Every page there is, each state of it once: for tests that must hold of each."""

from urllib.parse import urlsplit

from django.urls import resolve
from django.utils import translation

from tests.factories import token_for
from tests.initiatives.every_form import World
from tests.scenarios import People
from tracker.models import ApiToken, User

# Addresses that answer no page to whoever asks for them, by name; and pages that another test looks at.
NO_PAGES = {
    "health-live", "health-ready", "health-deep",  # for programs
    "theme", "export-ask", "export-cancel", "mail-again", "approve-ticked",  # they lead back to a page
    "evidence-file", "export-file", "rollup-pdf", "rollup-docx", "rollup-xlsx", "data-odc", "data-pbids",  # files
}  # fmt: skip
ELSEWHERE = {
    "setup": "test_single_pages",
    "chart-gallery": "test_gallery",
    "sign-out": "test_pages",  # which presses the button
    "decide": "test_every_form",  # where it is refused it shows the queue
    "change-request-decide": "test_every_form",
}


def named(addresses: list[str]) -> set[str]:
    """The names of addresses, as the table of addresses has them."""
    with translation.override("en"):
        return {resolve(f"/en/{urlsplit(address).path}").url_name or "" for address in addresses}


def reading(world: World) -> list[str]:
    """Addresses that everybody with a role reads."""
    made, entry = world.made, world.made.reversed_entry
    first, rollup = made.rollups[0], made.rollups[-1]
    return [
        "plans/BP/",
        "plans/DEMO/",
        f"plans/BP/?as_of=r{rollup.as_of}",
        f"plans/BP/?compare=r{rollup.as_of}",
        "plans/BP/pillars/1/",
        "plans/BP/initiatives/",
        "plans/BP/initiatives/?q=nothing+is+called+so",
        "plans/BP/initiatives/1.01/",
        "plans/BP/initiatives/2.01/",
        "plans/BP/initiatives/2.04/",
        "plans/BP/milestones/",
        f"plans/BP/milestones/?compare=r{rollup.as_of}",
        "plans/BP/milestones/?slipped_from=1&sort=slip&kind=deliverable",
        "plans/BP/milestones/?q=nothing+is+called+so",
        "plans/DEMO/milestones/",
        "plans/BP/money/",
        "plans/BP/money/?fiscal_year=2025&organization=CBSA",
        "plans/BP/indicators/",
        "plans/BP/indicators/TEAMS/",
        "plans/DEMO/indicators/",
        "plans/BP/places/",
        "plans/BP/places/?province=ON&pillar=1",
        "plans/DEMO/places/",
        "plans/BP/search/?q=initiative",
        "plans/BP/search/?q=nothing+is+called+so",
        "search/?q=initiative&kind=initiatives",
        "plans/BP/rollups/",
        "plans/DEMO/rollups/",
        "plans/BP/weeks/",
        "plans/DEMO/weeks/",
        f"rollups/{rollup.code}/",
        f"rollups/{rollup.code}/restated/",
        f"plans/BP/compare/?from={first.code}&to=now",
        "plans/BP/compare/?from=now&to=now",
        f"figures/milestones_late/difference/?scope=BP&from={first.code}&to=now",
        "figures/headline/?scope=BP",
        "figures/health/?scope=BP",
        "figures/money/?scope=BP",
        "figures/announced/?scope=BP",
        "figures/projected_lapse/?scope=BP",
        "figures/free_balance/?scope=BP&bucket=2025",
        "figures/milestones_late/?scope=BP/1.01",
        "figures/money/?scope=BP&bucket=2025/expenditure",
        "data/",
        "exports/",
        "dictionary/?q=author",
        "dictionary/?dataset=milestones",
        "dictionary/?q=nothing+is+called+so",
        "data/milestones/?plan=BP&late=true&fields=code,title_fr,late",
        "data/initiatives/?plan=BP&as_of=r20",
        "api-reference/",
        "api-reference/places/",
        "history/",
        "plans/BP/history/",
        "plans/BP/history/?kind=milestone&within=1.01&channel=shell",
        "plans/BP/history/?who=nobody+of+that+name",
        "plans/DEMO/history/",
        f"plans/BP/history/milestone/{made.milestones['late'].pk}/",
        f"plans/BP/history/ledger-entry/{entry.pk}/",
        f"plans/BP/history/initiative/{made.initiatives['amber'].pk}/",
    ]


def writing(world: World) -> list[str]:
    """Addresses of those who write, and everybody's own."""
    made = world.made
    token_for(world.chief)
    token = ApiToken.objects.filter(user=world.chief).latest("pk")
    return [
        "plans/BP/my-week/",
        "plans/DEMO/my-week/",
        "plans/BP/review/",
        "plans/BP/review/?select=green",
        "plans/DEMO/review/",
        *(form.shown_at for form in world.forms if form.shown_at != "plans/BP/review/"),
        "plans/BP/initiatives/1.01/update/",
        "plans/BP/initiatives/2.01/update/",
        "plans/BP/initiatives/2.02/update/",
        f"plans/BP/weeks/{made.week.code}/close/",
        f"plans/BP/weeks/{made.weeks[0].code}/reopen/",
        "account/",
        "account/password/",
        "account/tokens/",
        f"account/tokens/{token.prefix}/revoke/",
    ]


def elsewhere(who: People, chief: User) -> list[tuple[User | None, str, int]]:
    """What cannot be shown or done is a page too; so is what somebody sees who sees little, or who looks after the
    site. Who asks for it, and how it is answered."""
    return [
        (chief, "nowhere/", 404),
        (chief, "plans/BP/?as_of=2999-01-01", 400),
        (chief, "plans/BP/initiatives/?health=teal", 400),
        (chief, "plans/BP/search/?q=a", 400),
        (chief, "data/initiatives/?health=teal&fields=colour", 422),
        (who.viewer, "plans/BP/initiatives/1.01/update/", 403),
        (who.viewer, "plans/BP/my-week/", 200),
        (who.viewer, "plans/BP/review/", 200),
        (who.manager, "plans/BP/", 200),
        (who.manager, "plans/BP/my-week/", 200),
        (who.manager, "plans/BP/rollups/", 200),
        (who.administrator, "operations/", 200),
        (who.administrator, "operations/exports/", 200),
        (who.administrator, "operations/exports/?dataset=plans", 200),
        (who.manager, "operations/", 403),
        (who.outsider, "", 200),
        (who.outsider, "account/tokens/", 200),
        (None, "sign-in/", 200),
        (None, "accessibility/", 200),
    ]
