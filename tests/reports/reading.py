"""What tests of pages share: words of a page, and more rows than a page shows."""

import re
from datetime import date, timedelta

from django.utils import timezone
from django.utils.html import strip_tags

from initiatives.choices import Health, Stage, Workflow
from tests.factories import (
    ACTOR,
    add_entry,
    add_initiative,
    add_milestone,
    add_update,
)
from tracker.timemachine import revision

TODAY = timezone.localdate


def words(html: str) -> str:
    """What stands in the main part, on one line."""
    main = html[html.index("<main") : html.index("</main>")]
    text = strip_tags(re.sub(r"<(?=td|th|dd|li)", " <", re.sub(r'<span class="unseen">.*?</span>', "", main)))
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


def add_more(made, prefix: str, rows: int) -> None:
    """So many more initiatives off track, each with a late milestone and money, and one waiting for its review."""
    lead, people = made.organizations["CBSA"], made.people
    with revision(by=ACTOR, reason="many more"):
        for number in range(rows):
            found = add_initiative(made.pillars[0], f"{prefix}.{number:03d}", lead=lead)
            add_milestone(found, baselines=[TODAY() - timedelta(10)])
            add_entry(found, "10.00", stage=Stage.AUTHORITY, effective_on=date(2025, 6, 1))
            workflow = Workflow.SUBMITTED if number % 3 == 0 else Workflow.APPROVED
            add_update(
                found, made.week, Health.RED, author=people.manager, reviewer=people.pillar_lead, workflow=workflow
            )
