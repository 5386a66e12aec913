"""What the tests of search share: a plan with texts to be found, and how one asks."""

import json
import re
from datetime import timedelta
from html import unescape

from django.utils import timezone
from django.utils.html import strip_tags

from initiatives.search import Reach, asked_words, found
from tests.factories import (
    ACTOR,
    add_indicator,
    add_initiative,
    add_initiative_place,
    add_milestone,
    add_organization,
    add_pillar,
    add_place,
    add_plan,
    bearer,
)
from tracker.timemachine import revision

TODAY = timezone.localdate()


def border_plan():
    """A plan with two pillars, and texts in both languages or in one."""
    agency = add_organization()
    plan = add_plan("BP")
    first, second = add_pillar(plan, 1), add_pillar(plan, 2)
    with revision(by=ACTOR, reason="texts to be found"):
        canine = add_initiative(
            first, "1.01", lead=agency, title_en="Canine teams", title_fr="Équipes canines",
            description_en="Dogs that find fentanyl at ports of entry.", aliases_en=["Detector dogs"],
        )  # fmt: skip
        aerial = add_initiative(
            second, "2.01", lead=agency, title_en="Aerial Intelligence Task Force",
            title_fr="Groupe de travail sur le renseignement aérien",
            description_en="Helicopters beside canine teams.", description_fr="Des hélicoptères à l’œuvre dès l’été.",
        )  # fmt: skip
        milestone = add_milestone(
            canine, "M3", title_en="First dogs certified", title_fr="Premiers chiens certifiés",
            forecasts=[TODAY - timedelta(days=9)],
        )  # fmt: skip
        add_milestone(aerial, "M3", title_en="Hangar & yard leased", title_fr="Hangar loué")
        indicator = add_indicator(plan, "BP-DOGS", title_en="Dogs at work", title_fr="Chiens au travail", pillar=first)
        add_initiative_place(canine, add_place("WINDSOR", name_en="Windsor", name_fr="Windsor"))
    return {"plan": plan, "canine": canine, "aerial": aerial, "milestone": milestone, "indicator": indicator}


def keys(kind, text, user, *, past=None, **where):
    return found(kind, asked_words(text), Reach(user, past=past, **where)).keys


def words(response):
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", unescape(strip_tags(main)).replace("\u00a0", " "))


def api(client, user, query, **headers):
    response = client.get(f"/api/v1/search/?{query}", headers=headers or bearer(user))
    return response.status_code, json.loads(response.content)


def by_kind(body):
    return {group["kind"]: group["total"] for group in body["groups"]}
