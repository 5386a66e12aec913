"""What a figure is."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Expression, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from initiatives.models.initiative import InitiativeQuerySet
from pillars.models import Plan
from reports.figures.feeds import Feed
from tracker.errors import Invalid

Rows = QuerySet[Any]


class Unit(StrEnum):
    INITIATIVES = "initiatives"
    MILESTONES = "milestones"
    INDICATORS = "indicators"
    DOLLARS = "dollars"
    WEIGHT = "weight"
    DAYS = "days"
    MOVES = "moves"

    @property
    def exact(self) -> bool:
        """Whether values have two decimals, which are written as text."""
        return self in (Unit.DOLLARS, Unit.WEIGHT)

    @property
    def nothing(self) -> int | Decimal | None:
        """What a figure without rows comes to: dollars are not known then, and what is counted is none."""
        return None if self is Unit.DOLLARS else Decimal("0.00") if self is Unit.WEIGHT else 0


@dataclass(frozen=True)
class Selection:
    """What a figure is asked about: a plan, and those of its initiatives that are meant and may be seen; the number of
    the pillar, where one is asked about."""

    plan: Plan
    initiatives: InitiativeQuerySet
    pillar: int | None = None


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure: which rows feed it, and how they add up. All figures here roll up by adding.

    rows:       the rows that count on a day, each of an initiative of the selection or of the plan as a whole. Adding
                `value` over them gives the figure.
    initiative: path from a row to its initiative's key (`id` for an initiative itself); null there for a row of the
                plan as a whole, which counts for the plan only.
    pillar:     path from a row to its pillar's number, for figures whose rows may be of a pillar as a whole (those have
                no initiative); such a row counts for the pillar and the plan.
    buckets:    names on the rows by which the figure is split; the parts of a bucket's key are joined by `/`.
    adds:       whether the buckets add up to something; where they do not there is no total.
    covers:     whether it is made of initiatives, so that coverage means something.
    known:      bucket keys that always stand, in order, with their labels; others appear as rows bring them.
    value:      aggregate over rows. Null means unknown, and stays so: it is not zero.
    rated, owed: initiatives whose bucket is in `rated` are covered, those in `owed` should be; without them, an
                initiative is covered when it has any row, and every initiative should be.
    excluded:   rows that one might expect and that do not count, each kind with its reason.
    fed_by:     every fact whose change can change a row; where the row stands in the plan goes without saying. What
                differs from a reported figure is traced to revisions by this (`reports.differences`).
    version:    changing what a figure means adds a version beside the old one; sealed rollups name the one they were
                made by, and are proved by that.
    """

    key: str
    version: int
    label_en: str
    label_fr: str
    definition_en: str
    definition_fr: str
    unit: Unit
    rows: Callable[[Selection, date], Rows]
    initiative: str
    value: Callable[[], Expression]
    pillar: str = ""
    buckets: tuple[str, ...] = ()
    adds: bool = True
    covers: bool = True
    known: Mapping[str, str | Promise] = field(default_factory=dict)
    rated: frozenset[str] = frozenset()
    owed: frozenset[str] = frozenset()
    excluded: Callable[[Selection, date], list[tuple[Promise, Rows]]] = lambda selection, on: []
    fed_by: tuple[Feed, ...] = ()

    @property
    def owner(self) -> str:
        """The relation from a row to its initiative; empty where the row is one."""
        return self.initiative.removesuffix("id").rstrip("_")


# The newest version of each figure: what pages, API and new rollups show.
FIGURES: dict[str, Figure] = {}
_VERSIONS: dict[tuple[str, int], Figure] = {}
UNSPECIFIED = "unspecified"
_VERSION = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)


def declare(new: Figure) -> Figure:
    """Put a figure into the registry; each version of a key is declared once, and stays."""
    if (new.key, new.version) in _VERSIONS:
        msg = f"version {new.version} of figure {new.key} is declared twice"
        raise ValueError(msg)
    _VERSIONS[new.key, new.version] = new
    if new.key not in FIGURES or FIGURES[new.key].version < new.version:
        FIGURES[new.key] = new
    return new


def figure(key: str, version: int | None = None) -> Figure:
    """The figure of that key, in its newest version unless another is named. Raises `Invalid` naming what there is."""
    if key not in FIGURES:
        message = _("There is no such figure. Known are: %(known)s.") % {"known": ", ".join(FIGURES)}
        raise Invalid(message, fields={"figure": message})
    found = FIGURES[key] if version is None else _VERSIONS.get((key, version))
    if found is None:
        message = _("The figure %(key)s has no version %(version)s.") % {"key": key, "version": version}
        raise Invalid(message, fields={"version": message})
    return found


def version_of(text: str) -> int | None:
    """The version that `?version=` names, None where it is empty. Raises `Invalid` for what is no whole number."""
    if text and not _VERSION.fullmatch(text):
        message = _("Write the number of a version, like 1.")
        raise Invalid(_("Some filters cannot be applied."), fields={"version": message}, code="bad_filter")
    return int(text) if text else None


def bucket_of(values: Iterable[object]) -> str:
    """The key of a bucket from a row's values; a value that is not recorded is `unspecified`."""
    return "/".join(UNSPECIFIED if value is None else str(value) for value in values)
