"""What needs attention on the overview: groups, the gravest first, each matter with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from initiatives.aggregates.freshness import Fresh
from initiatives.choices import HealthBucket
from initiatives.models import StatusUpdate
from pillars.rules import fiscal_year
from reports.figures import FIGURES
from reports.figures.scopes import Scope
from reports.panels import Board, Cell, explain_url
from reports.signals import Signal
from reports.views.attention import SHOWN, late_milestones
from reports.views.lists import Lists
from reports.views.matters import Matters, Named, matters
from reports.views.standing import Standing
from tracker import formats


@dataclass(frozen=True)
class Matter:
    """An initiative or one of its milestones, and the reasons why it needs a look: those that its group gives. The
    headline, the decision asked for and what is disputed stand in an update."""

    initiative: Any
    health: str = ""
    health_url: str = ""
    standing: Standing | None = None
    headline: StatusUpdate | None = None
    decision: StatusUpdate | None = None
    disputed: StatusUpdate | None = None
    hollow: bool = False
    milestone: Any = None
    days: int | None = None
    fresh: Fresh | None = None
    lapse: Cell | None = None


@dataclass(frozen=True)
class Group:
    """Matters of one kind, the worst of them. `shown`: how many there are in all, or their dollars. `state`: the one
    that they are in. `links`: words and address of lists that hold more; `explain`: where the number comes from.
    `more`: there are more, and no list that holds them."""

    key: str
    label: str
    shown: str
    matters: list[Matter]
    state: str = ""
    links: tuple[tuple[str, str], ...] = ()
    explain: str = ""
    more: bool = False


@dataclass(frozen=True)
class _Page:
    """What the groups are made of."""

    scope: Scope
    figures: Board
    lists: Lists
    lapse: Cell | None
    found: Matters
    named: Named

    @property
    def on(self) -> date:
        return self.figures.on

    def rated(self, key: int, **reasons: Any) -> Matter:
        """A named initiative with its health, and where that is explained."""
        one = self.named.rows[key]
        url = explain_url(FIGURES["health"], f"{one.plan.code}/{one.code}", on=self.on)
        return Matter(one, one.health, url, **reasons)

    def explain(self, key: str, bucket: str = "") -> str:
        """Where a figure of the page's scope is explained."""
        return self.figures.panel(key, self.scope.code).explain(bucket)


def attention_groups(
    scope: Scope, figures: Board, *, told: Sequence[Signal], lists: Lists, lapse: Cell | None, at: datetime
) -> list[Group]:
    """The groups that have anything in them. `told`: the signals of each initiative; `lapse`: what the figures say will
    lapse in this fiscal year. How many queries it takes depends on nothing."""
    found = matters(told, scope.selection.initiatives, at=at)
    named = Named.of(scope.selection.initiatives, found.first, on=figures.on, at=at)
    page = _Page(scope, figures, lists, lapse, found, named)
    made = (
        _off_track(page),
        _at_risk(page),
        _decisions(page),
        _late(page),
        _doubtful(page),
        _behind(page),
        _lapse(page),
    )
    return [group for group in made if group.matters]


def _off_track(page: _Page) -> Group:
    words = _("All %(n)s off track")
    return _of_health(page, HealthBucket.RED, page.found.red, label=_("Off track"), words=words)


def _at_risk(page: _Page) -> Group:
    words = _("All %(n)s at risk")
    return _of_health(page, HealthBucket.AMBER, page.found.amber, label=_("At risk"), words=words)


def _of_health(page: _Page, bucket: HealthBucket, keys: list[int], *, label: str, words: str) -> Group:
    named, count = page.named, formats.number(len(keys))
    return Group(
        bucket.value,
        label,
        count,
        [page.rated(key, standing=named.standing[key], headline=named.updates[key]) for key in keys[:SHOWN]],
        state=bucket.value,
        links=((words % {"n": count}, page.lists.at("initiatives", health=bucket.value)),) if keys[SHOWN:] else (),
        explain=page.explain("health", bucket.value),
    )


def _decisions(page: _Page) -> Group:
    keys, named = page.found.decisions, page.named
    count = formats.number(len(keys))
    address = page.lists.at("initiatives", decision_asked="true")
    return Group(
        "decisions",
        _("Decisions requested"),
        count,
        [page.rated(key, decision=named.updates[key]) for key in keys[:SHOWN]],
        links=((_("All %(n)s that ask for a decision") % {"n": count}, address),) if keys[SHOWN:] else (),
    )


def _late(page: _Page) -> Group:
    total = page.figures.panel("milestones_late", page.scope.code).total
    rows = late_milestones(page.found.late, on=page.on)
    count = formats.number(total or 0)
    address = page.lists.at("milestones", late="true", sort="promised")
    return Group(
        "late",
        _("Late milestones"),
        count,
        [Matter(row.milestone.initiative, milestone=row.milestone, days=row.days) for row in rows],
        links=((_("All %(n)s late milestones") % {"n": count}, address),) if (total or 0) > SHOWN else (),
        explain=page.explain("milestones_late"),
    )


def _doubtful(page: _Page) -> Group:
    keys, named = page.found.doubtful, page.named
    disputed, hollow = set(page.found.disputed), set(page.found.hollow)
    found = [
        page.rated(key, disputed=named.updates[key] if key in disputed else None, hollow=key in hollow)
        for key in keys[:SHOWN]
    ]
    count = formats.number(len(disputed))
    address = page.lists.at("initiatives", disputed="true")
    return Group(
        "doubtful",
        _("Doubtful ratings"),
        formats.number(len(keys)),
        found,
        links=((_("All %(n)s that facts speak against") % {"n": count}, address),) if len(disputed) > SHOWN else (),
        more=len(keys) > SHOWN,
    )


def _behind(page: _Page) -> Group:
    behind = page.found.behind
    counts = behind.counts
    return Group(
        "behind",
        _("Not reported"),
        formats.number(sum(counts.values())),
        [Matter(page.named.rows[key], fresh=page.named.fresh[key]) for key in behind.first(SHOWN)],
        links=tuple(
            (f"{formats.number(n)} {state.label}", page.lists.at("initiatives", freshness=state.value))
            for state, n in counts.items()
        ),
    )


def _lapse(page: _Page) -> Group:
    declared, year = FIGURES["projected_lapse"], str(fiscal_year(page.on))
    found = []
    for key, dollars in page.found.lapsing:
        one = page.named.rows[key]
        url = explain_url(declared, f"{one.plan.code}/{one.code}", on=page.on, bucket=year)
        found.append(Matter(one, lapse=Cell(year, _("Projected lapse"), dollars, 0.0, url)))
    return Group(
        "lapse",
        _("May lapse"),
        formats.money(page.lapse.value or 0) if page.lapse else "",
        found,
        links=((_("Money of the year, by organization"), page.lists.at("money", fiscal_year=year)),),
        explain=page.lapse.url if page.lapse else "",
    )
