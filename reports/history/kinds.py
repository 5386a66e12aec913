"""The kinds of rows whose history a plan tells: what each is called, what it belongs to, what is said of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from initiatives.choices import Decision, Workflow
from initiatives.models import (
    BudgetLine,
    ChangeRequest,
    Evidence,
    FundingAnnouncement,
    Indicator,
    Initiative,
    InitiativeOrganization,
    InitiativePlace,
    InitiativeSource,
    LedgerEntry,
    Milestone,
    MilestoneBaseline,
    MilestoneDependency,
    MilestoneForecast,
    Observation,
    StatusUpdate,
    Target,
    Transfer,
)
from pillars.choices import Transition
from pillars.models import Pillar, Plan, ReportingWeek, WeekTransition
from reports.models import HeadlineOverride, WeeklyRollup
from tracker.timemachine import Tracked

SET, UNSET = "set", "unset"
CHANGED, REMOVED = _("Changed"), _("Removed")


class Root(Enum):
    """What decides in which plan a row stands, and who sees it: columns of the table at the end of `Kind.path`."""

    INITIATIVE = "its initiative"
    SHARED = "its initiative, or the plan where it has none"
    PLAN = "the plan"
    WHOLE_PLAN = "the plan, for those who read all of it"


@dataclass(frozen=True)
class Kind:
    """One kind of rows.

    `path` leads by foreign keys to the table that `root` speaks of. `also`: another such path that has to end in an
    initiative that the reader sees. `said`: the fields that the sentence of a new row tells; `why`: the one that gives
    the reason. `untold`: what is shown otherwise, or is nobody's business. `turns`: what a field's new value is called;
    of a new row too, where `born` says so. `part_of`: the key to the row whose history tells what becomes of this one.
    `family`: rows that belong to one of this kind, by their kind and the path from them to it.
    """

    slug: str
    model: type[Tracked]
    label: Promise
    added: Promise
    changed: Promise = CHANGED
    removed: Promise = REMOVED
    path: str = ""
    root: Root = Root.INITIATIVE
    also: str = ""
    said: tuple[str, ...] = ()
    why: str = ""
    untold: frozenset[str] = frozenset()
    turns: Mapping[tuple[str, str], Promise] = field(default_factory=dict)
    born: bool = False
    part_of: str = ""
    family: tuple[tuple[str, str], ...] = ()


KINDS: tuple[Kind, ...] = (
    Kind(
        "plan", Plan, _("plan"), _("Plan added"), _("Plan changed"), _("Plan removed"), root=Root.PLAN,
        said=("title_en", "title_fr"),
    ),
    Kind(
        "pillar", Pillar, _("pillar"), _("Pillar added"), _("Pillar changed"), _("Pillar removed"), root=Root.PLAN,
        said=("title_en", "title_fr"), untold=frozenset({"plan"}), family=(("indicator", "pillar"),),
    ),
    Kind(
        "reporting-week", ReportingWeek, _("reporting week"), _("Reporting week added"), _("Reporting week changed"),
        _("Reporting week removed"), root=Root.PLAN, said=("starts_on", "ends_on"), untold=frozenset({"plan"}),
        turns={("locked_at", SET): _("Reporting week locked"), ("locked_at", UNSET): _("Reporting week reopened")},
    ),
    Kind(
        "week-step", WeekTransition, _("step of a reporting week"), _("Reporting week moved on"), path="week",
        root=Root.PLAN, said=("due_at",), why="reason", untold=frozenset({"week", "edition", "at", "by"}),
        turns={
            ("state", Transition.OPENED): _("Reporting week opened"),
            ("state", Transition.DUE): _("Updates of the week due"),
            ("state", Transition.REVIEW_DUE): _("Reviews of the week due"),
            ("state", Transition.CLOSED_EARLY): _("Reporting week closed early"),
            ("state", Transition.LOCKED): _("Reporting week locked"),
            ("state", Transition.PUBLISHED): _("Reporting week published"),
            ("state", Transition.REOPENED): _("Reporting week reopened"),
        },
        born=True,
    ),
    Kind(
        "weekly-rollup", WeeklyRollup, _("weekly rollup"), _("Weekly rollup sealed"), root=Root.WHOLE_PLAN,
        said=("on",), untold=frozenset({"plan", "week", "payload", "previous"}),
    ),
    Kind(
        "initiative", Initiative, _("initiative"), _("Initiative added"), _("Initiative changed"),
        _("Initiative removed"), said=("title_en", "title_fr"), untold=frozenset({"plan"}),
    ),
    Kind(
        "contributor", InitiativeOrganization, _("contributing organization"), _("Contributing organization added"),
        _("Contributing organization changed"), _("Contributing organization removed"), said=("organization",),
        untold=frozenset({"initiative"}),
    ),
    Kind(
        "place", InitiativePlace, _("place"), _("Place added"), _("Place changed"), _("Place removed"),
        said=("place",), untold=frozenset({"initiative"}),
    ),
    Kind(
        "source", InitiativeSource, _("source"), _("Source added"), _("Source changed"), _("Source removed"),
        said=("title",), untold=frozenset({"initiative"}),
    ),
    Kind(
        "funding-announcement", FundingAnnouncement, _("funding announcement"), _("Funding announcement added"),
        _("Funding announcement changed"), _("Funding announcement removed"), root=Root.SHARED,
        said=("amount", "announced_on"), untold=frozenset({"plan"}),
    ),
    Kind(
        "milestone", Milestone, _("milestone"), _("Milestone added"), _("Milestone changed"), _("Milestone removed"),
        said=("title_en", "title_fr"), untold=frozenset({"initiative"}),
        turns={
            ("cancelled_on", SET): _("Milestone cancelled"),
            ("actual_on", SET): _("Milestone met"),
            ("cancelled_on", UNSET): _("Milestone reopened"),
            ("actual_on", UNSET): _("Milestone reopened"),
        },
        family=(
            ("baseline", "milestone"), ("forecast", "milestone"), ("dependency", "milestone"), ("dependency", "needs"),
            ("change-request", "milestone"), ("evidence", "milestone"),
        ),
    ),
    Kind(
        "baseline", MilestoneBaseline, _("baseline"), _("Baseline added"), path="milestone", said=("date",),
        why="reason", untold=frozenset({"milestone"}), part_of="milestone",
    ),
    Kind(
        "forecast", MilestoneForecast, _("forecast"), _("Forecast added"), path="milestone", said=("date",),
        why="reason", untold=frozenset({"milestone"}), part_of="milestone",
    ),
    Kind(
        "dependency", MilestoneDependency, _("dependency"), _("Dependency added"), _("Dependency changed"),
        _("Dependency removed"), path="milestone", also="needs", said=("needs", "note"),
        untold=frozenset({"milestone"}), part_of="milestone",
    ),
    Kind(
        "change-request", ChangeRequest, _("change request"), _("Change request added"), _("Change request changed"),
        _("Change request removed"), path="milestone", said=("date",), why="reason", untold=frozenset({"milestone"}),
        turns={
            ("decision", Decision.APPROVED): _("Change request approved"),
            ("decision", Decision.REFUSED): _("Change request refused"),
            ("decision", Decision.WITHDRAWN): _("Change request withdrawn"),
        },
        family=(("baseline", "request"),),
    ),
    Kind(
        "budget-line", BudgetLine, _("budget line"), _("Budget line added"), _("Budget line changed"),
        _("Budget line removed"), said=("funding_source", "vote"), untold=frozenset({"initiative"}),
        family=(("ledger-entry", "line"),),
    ),
    Kind(
        "transfer", Transfer, _("transfer"), _("Transfer made"), said=("kind", "effective_on"), why="reason",
        untold=frozenset({"initiative"}), family=(("ledger-entry", "transfer"),),
    ),
    Kind(
        "ledger-entry", LedgerEntry, _("ledger entry"), _("Ledger entry added"), path="line",
        said=("amount", "stage", "effective_on", "reverses", "corrects", "note"), untold=frozenset({"line"}),
        family=(("ledger-entry", "reverses"), ("ledger-entry", "corrects"), ("evidence", "entry")),
    ),
    Kind(
        "indicator", Indicator, _("indicator"), _("Indicator added"), _("Indicator changed"), _("Indicator removed"),
        root=Root.SHARED, said=("title_en", "title_fr"), untold=frozenset({"plan"}),
        family=(("target", "indicator"), ("observation", "indicator"), ("evidence", "observation__indicator")),
    ),
    Kind(
        "target", Target, _("target"), _("Target added"), path="indicator", root=Root.SHARED,
        said=("target_type", "lower", "upper", "due_on"), why="reason", untold=frozenset({"indicator"}),
    ),
    Kind(
        "observation", Observation, _("observation"), _("Value recorded"), path="indicator", root=Root.SHARED,
        said=("value", "numerator", "denominator", "availability", "kind"), why="reason",
        untold=frozenset({"indicator"}), family=(("observation", "supersedes"), ("evidence", "observation")),
    ),
    Kind(
        "evidence", Evidence, _("evidence"), _("Evidence added"), _("Evidence changed"), _("Evidence removed"),
        said=("title",), untold=frozenset({"initiative"}),
        turns={("withdrawn_reason", SET): _("Evidence withdrawn")},
    ),
    Kind(
        "status-update", StatusUpdate, _("status update"), _("Status update drafted"), _("Status update changed"),
        _("Status update removed"), said=("health_overall",), untold=frozenset({"initiative", "week", "writers"}),
        turns={
            ("workflow", Workflow.SUBMITTED): _("Status update submitted"),
            ("workflow", Workflow.RETURNED): _("Status update returned"),
            ("workflow", Workflow.APPROVED): _("Status update approved"),
        },
        born=True,
    ),
    Kind(
        "headline-override", HeadlineOverride, _("headline colour"), _("Headline colour reported"),
        root=Root.WHOLE_PLAN, said=("colour",), untold=frozenset({"plan", "week", "pillar", "set_by", "set_at"}),
    ),
)  # fmt: skip

BY_SLUG = {kind.slug: kind for kind in KINDS}
INTERNAL = frozenset({"id", "revision"})
