"""A payload read: its figures as values in their order, its texts in the active language."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.figures import Figure, figure
from reports.figures.values import Amount, known_sum
from tracker import formats
from tracker.templatetags.tracker import bilingual_text

Payload = Mapping[str, Any]
Cells = dict[str, Amount | None]


def titled(part: Payload) -> str:
    """The title in the active language; one that is there only in the other says so."""
    return bilingual_text(dict(part), "title")


def texted(part: Payload, field: str) -> str:
    """A text of a payload in the active language, as `titled`."""
    return bilingual_text(dict(part), field)


def declared(payload: Payload, key: str) -> Figure | None:
    """The figure in the version that the payload names; None where the payload does not have it."""
    named = payload["figures"].get(key)
    return None if named is None else figure(key, named["version"])


def none(payload: Payload, keys: Iterable[str], text: str) -> str:
    """What is said where nothing stands: `text`, unless the payload is older than one of the figures."""
    return text if all(key in payload["figures"] for key in keys) else capfirst(_("not published"))


def label_of(found: Figure) -> str:
    return str(getattr(found, f"label_{get_language()}"))


def definition_of(found: Figure) -> str:
    return str(getattr(found, f"definition_{get_language()}"))


def cells(payload: Payload, part: Payload, key: str) -> Cells:
    """The buckets of a figure for the plan, a pillar or an initiative, in the figure's order; none where the payload
    does not have the figure."""
    found = declared(payload, key)
    if found is None or key not in part["results"]:
        return {}
    sealed = part["results"][key]["cells"]
    order = [*(bucket for bucket in found.known if bucket in sealed), *sorted(set(sealed) - set(found.known))]
    return {bucket: _amount(found, sealed[bucket]) for bucket in order}


def _amount(found: Figure, value: Any) -> Amount | None:
    return Decimal(value) if found.unit.exact and value is not None else value


def exact(value: str) -> Decimal:
    """Dollars as a payload writes them."""
    return Decimal(value)


def total(payload: Payload, part: Payload, key: str) -> Amount | None:
    """The sealed total of a figure; None where it is not known or the payload does not have it."""
    found = declared(payload, key)
    if found is None or key not in part["results"]:
        return None
    return _amount(found, part["results"][key]["total"])


def under(found: Cells, bucket: str) -> Amount | None:
    """What the buckets come to that are `bucket` or begin with it and a slash; None when none is known."""
    return known_sum(value for key, value in found.items() if key == bucket or key.startswith(f"{bucket}/"))


def coverage(part: Payload, key: str) -> tuple[int, int] | None:
    """On how many initiatives the figure rests, and on how many it should."""
    sealed = part["results"].get(key, {}).get("coverage")
    return None if sealed is None else (sealed["counted"], sealed["of"])


def bucket_of(part: Payload, key: str) -> str:
    """The bucket of an initiative: the one cell that is not zero."""
    sealed = part["results"].get(key, {"cells": {}})["cells"]
    return next((bucket for bucket, value in sealed.items() if value), "")


def before(payload: Payload, key: str, scope: str = "plan") -> dict[str, Any]:
    """What the buckets of a figure were the week before, those that differ."""
    changes = payload.get("changes")
    turned = changes["figures"].get(scope, {}).get(key, {}) if changes else {}
    return {bucket: pair[0] for bucket, pair in turned.items()}


def named(label: object, value: Amount | str) -> str:
    """`on track: 11`, with the colon of the language."""
    text = value if isinstance(value, str) else formats.number(value)
    return f"{label}{_(':')} {text}"


def turned(now: object, was: object) -> str:
    """What stands, and what stood the week before."""
    return _("%(now)s (was %(was)s)") % {"now": now, "was": was}
