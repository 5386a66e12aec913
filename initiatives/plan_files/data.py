"""What a plan's files say, as plain values. No database, no clock.

Every item carries `at`, the file and line where it is written. Texts for people come in both languages.
`official` says whether the source is official, `french` whether the French wording of the title is. None stands
for what is not published.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain

from initiatives.choices import (
    Accumulation,
    Availability,
    Calendar,
    Direction,
    FundingSource,
    Level,
    Lifecycle,
    MilestoneKind,
    ObservationKind,
    Qualifier,
    RollupRule,
    SecurityMarking,
    Stage,
    Vote,
)
from initiatives.plan_files.items import Alias, Bilingual, Item, PartialDate, Sourced
from initiatives.plan_files.vocabulary import French
from pillars.rules import Cutoff
from tracker.choices import Language, PlaceKind


@dataclass(frozen=True, kw_only=True)
class SourceData(Item):
    """A publication. `url` is None when it is not known whole; `locator` is then what is known of it."""

    code: str
    title: Bilingual
    language: Language
    official: bool
    url: str | None
    locator: str
    published_on: date | None
    note: Bilingual | None


@dataclass(frozen=True, kw_only=True)
class WeeklyCalendar(Item):
    initiative_due: Cutoff
    pillar_due: Cutoff
    lock: Cutoff


@dataclass(frozen=True, kw_only=True)
class PlanHeader(Sourced):
    """`funding_announced` in dollars; fiscal years by their start year."""

    code: str
    title: Bilingual
    description: Bilingual
    announced_on: date
    funding_announced: Decimal | None
    first_fiscal_year: int
    last_fiscal_year: int
    time_zone: str
    coordinating_organization: str
    calendar: WeeklyCalendar


@dataclass(frozen=True, kw_only=True)
class OrganizationData(Sourced):
    code: str
    abbreviation: Bilingual
    name: Bilingual
    gc_org_id: int | None
    fund_life_years: int


@dataclass(frozen=True, kw_only=True)
class PlaceData(Item):
    """A place in Canada; `source` is None where geography alone is stated."""

    code: str
    name: Bilingual
    kind: PlaceKind
    province: str
    latitude: Decimal | None
    longitude: Decimal | None
    source: str | None
    french: French
    french_source: str | None


@dataclass(frozen=True, kw_only=True)
class PillarData(Sourced):
    number: int
    title: Bilingual
    aliases: tuple[Alias, ...]
    sponsor_organization: str | None


@dataclass(frozen=True, kw_only=True)
class PromiseData(Item):
    """A date that was promised or forecast in public, and when; the first of a milestone needs no reason."""

    on: PartialDate
    published_on: date
    reason: Bilingual | None
    source: str
    official: bool


@dataclass(frozen=True, kw_only=True)
class MilestoneData(Sourced):
    code: str
    title: Bilingual
    kind: MilestoneKind
    weight: Decimal
    acceptance_criteria: Bilingual | None
    baselines: tuple[PromiseData, ...]
    forecasts: tuple[PromiseData, ...]
    actual: PartialDate | None
    evidence: str | None
    note: Bilingual | None


@dataclass(frozen=True, kw_only=True)
class LedgerEntryData(Item):
    """`reference` names the entry in the plan: the ledger is append-only, a second load knows it by this."""

    stage: Stage
    amount: Decimal
    effective_on: date
    reference: str
    note: Bilingual | None
    source: str
    official: bool


@dataclass(frozen=True, kw_only=True)
class BudgetLineData(Item):
    organization: str
    fiscal_year: int
    funding_source: FundingSource | None
    vote: Vote | None
    entries: tuple[LedgerEntryData, ...]


@dataclass(frozen=True, kw_only=True)
class InitiativeData(Sourced):
    """`lifecycle_source` is None where nothing is published about what became of the commitment; `corroborated_by`
    names further sources of it."""

    code: str
    pillar: int
    title: Bilingual
    description: Bilingual
    aliases: tuple[Alias, ...]
    lead_organization: str
    contributing_organizations: tuple[str, ...]
    places: tuple[str, ...]
    lifecycle: Lifecycle
    lifecycle_source: str | None
    not_pursued_reason: Bilingual | None
    starts_on: date | None
    announced_on: date | None
    corroborated_by: tuple[str, ...]
    source_text: str
    source_text_language: Language | None
    security_marking: SecurityMarking
    milestones: tuple[MilestoneData, ...]
    money: tuple[BudgetLineData, ...]


@dataclass(frozen=True, kw_only=True)
class FundingData(Sourced):
    """Dollars said in public: for an initiative, an organization, or, with neither, the plan as a whole."""

    code: str
    organization: str | None
    initiative: str | None
    amount: Decimal
    fiscal_year: int | None
    in_total: bool
    covers: Bilingual
    announced_on: date
    note: Bilingual | None


@dataclass(frozen=True, kw_only=True)
class PointData(Item):
    """One published value, None unless reported; a date of the period is None where none is published."""

    period_start: date | None
    period_end: date | None
    value: Decimal | None
    qualifier: Qualifier
    availability: Availability
    kind: ObservationKind
    published_on: date | None
    source: str
    official: bool
    note: Bilingual | None


@dataclass(frozen=True, kw_only=True)
class SeriesData(Sourced):
    code: str
    title: Bilingual
    unit: Bilingual
    level: Level
    calendar: Calendar
    accumulation: Accumulation
    rollup_rule: RollupRule
    direction: Direction
    initiative: str | None
    pillar: int | None
    note: Bilingual | None
    points: tuple[PointData, ...]


@dataclass(frozen=True, kw_only=True)
class PlanData:
    """A whole plan, every code in it resolved, in the order of its files."""

    plan: PlanHeader
    sources: tuple[SourceData, ...]
    organizations: tuple[OrganizationData, ...]
    places: tuple[PlaceData, ...]
    pillars: tuple[PillarData, ...]
    initiatives: tuple[InitiativeData, ...]
    funding: tuple[FundingData, ...]
    series: tuple[SeriesData, ...]

    def source(self, code: str) -> SourceData:
        """The source with that code."""
        return next(source for source in self.sources if source.code == code)

    @property
    def milestones(self) -> tuple[MilestoneData, ...]:
        return tuple(chain.from_iterable(initiative.milestones for initiative in self.initiatives))
