"""Loads what a plan's files say. Loading again changes nothing; what people have changed since is kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Any

from django.db.models import Q

from initiatives.actions.plan_columns import both, joined, noted, worded
from initiatives.actions.plan_series import SeriesFrame, load_series
from initiatives.choices import Supports
from initiatives.models import (
    BudgetLine,
    FundingAnnouncement,
    Initiative,
    InitiativeOrganization,
    InitiativePlace,
    InitiativeSource,
    LedgerEntry,
    Milestone,
    MilestoneBaseline,
    MilestoneForecast,
)
from initiatives.plan_files import (
    BudgetLineData,
    InitiativeData,
    Location,
    MilestoneData,
    PlanData,
    PromiseData,
    SourceData,
)
from initiatives.plan_files.items import Sourced as SourcedData
from initiatives.plan_files.vocabulary import French
from pillars.models import Pillar, Plan
from tracker.choices import Channel
from tracker.errors import Invalid
from tracker.models import Organization, Place, Revision
from tracker.timemachine import Actor, Tracked, revision
from tracker.writing import fill, save

LOADER = "Plan files"


class Outcome(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    KEPT = "kept"  # differs from the file because somebody changed it since
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class LoadedRow:
    """What the loading did with one item."""

    outcome: Outcome
    what: str
    at: Location
    note: str = ""


def load_plan(data: PlanData, *, at: datetime) -> list[LoadedRow]:
    """Bring the database in line with the files, in one revision; none when nothing differs.

    Rows are known by their codes. A row that somebody else changed after the last loading keeps their values and is
    reported as kept. Nothing is ever removed: baselines, forecasts and ledger entries are only added.
    """
    by = Actor(name=LOADER, channel=Channel.IMPORT)
    with revision(by=by, reason=f"{data.plan.code} loaded from its plan files", at=at):
        return list(_Loading(data, at).run())


class _Loading:
    """One loading, with the rows that later ones refer to."""

    def __init__(self, data: PlanData, at: datetime) -> None:
        self.data = data
        self.now = at
        self.organizations: dict[str, Organization] = {}
        self.places: dict[str, Place] = {}
        self.pillars: dict[int, Pillar] = {}
        self.initiatives: dict[str, Initiative] = {}
        # A name alone proves nothing: people choose their own. Revisions without an account are the tracker's.
        ours = Revision.objects.filter(actor_id=None, channel=Channel.IMPORT, actor_name=LOADER)
        self.ours = set(ours.values_list("number", flat=True))

    def run(self) -> Iterator[LoadedRow]:
        yield from self._frame()
        for item in self.data.initiatives:
            yield from self._initiative(item)
        yield from self._funding()
        yield from load_series(
            self.data,
            SeriesFrame(
                plan=self.plan, pillars=self.pillars, initiatives=self.initiatives, ours=self.ours, now=self.now,
                source=self._source, put=self._put, add=self._add,
            ),
        )  # fmt: skip

    def _frame(self) -> Iterator[LoadedRow]:
        for organization in self.data.organizations:
            row, done = self._put(
                Organization, {"code": organization.code},
                {
                    **both("abbreviation", organization.abbreviation), **both("name", organization.name),
                    "gc_org_id": organization.gc_org_id, "fund_life_years": organization.fund_life_years,
                },
                organization.at,
            )  # fmt: skip
            self.organizations[organization.code] = row
            yield done
        for place in self.data.places:
            values: dict[str, Any] = {
                **both("name", place.name), "kind": place.kind, "province": place.province,
                "latitude": place.latitude, "longitude": place.longitude,
            }  # fmt: skip
            found, done = self._put(Place, {"code": place.code}, values, place.at)
            self.places[place.code] = found
            yield done
        yield self._plan()
        yield from self._pillars()

    def _pillars(self) -> Iterator[LoadedRow]:
        for pillar in self.data.pillars:
            sponsor = pillar.sponsor_organization
            values: dict[str, Any] = {
                **both("title", pillar.title), **self._source(pillar), **worded(pillar.aliases),
                "sponsor": self.organizations[sponsor] if sponsor else None,
            }  # fmt: skip
            row, done = self._put(Pillar, {"plan": self.plan, "number": pillar.number}, values, pillar.at)
            self.pillars[pillar.number] = row
            yield done

    def _plan(self) -> LoadedRow:
        plan, calendar = self.data.plan, self.data.plan.calendar
        values = {
            **both("title", plan.title), **both("description", plan.description), **self._source(plan),
            "coordinator": self.organizations[plan.coordinating_organization], "announced_on": plan.announced_on,
            "funding_announced": plan.funding_announced, "first_fiscal_year": plan.first_fiscal_year,
            "last_fiscal_year": plan.last_fiscal_year, "time_zone": plan.time_zone,
            "initiative_due_day": calendar.initiative_due.day, "initiative_due_time": calendar.initiative_due.at,
            "pillar_due_day": calendar.pillar_due.day, "pillar_due_time": calendar.pillar_due.at,
            "lock_day": calendar.lock.day, "lock_time": calendar.lock.at,
        }  # fmt: skip
        self.plan, done = self._put(Plan, {"code": plan.code}, values, plan.at)
        return done

    def _initiative(self, item: InitiativeData) -> Iterator[LoadedRow]:
        values = {
            **both("title", item.title), **both("description", item.description), **self._source(item),
            **worded(item.aliases), "pillar": self.pillars[item.pillar],
            "lead": self.organizations[item.lead_organization], "lifecycle": item.lifecycle,
            "not_pursued_reason": joined(item.not_pursued_reason), "starts_on": item.starts_on,
            "announced_on": item.announced_on, "source_text": item.source_text,
            "source_text_language": item.source_text_language or "", "security_marking": item.security_marking,
        }  # fmt: skip
        row, done = self._put(Initiative, {"plan": self.plan, "code": item.code}, values, item.at)
        self.initiatives[item.code] = row
        yield done
        for code in item.contributing_organizations:
            key = {"initiative": row, "organization": self.organizations[code]}
            yield self._put(InitiativeOrganization, key, {}, item.at, name=f"{item.code} with {code}")[1]
        for code in item.places:
            key = {"initiative": row, "place": self.places[code]}
            yield self._put(InitiativePlace, key, {}, item.at, name=f"{item.code} in {code}")[1]
        for left in row.places.exclude(place__code__in=item.places).select_related("place"):
            yield _unnamed(left, f"{item.code} in {left.place.code}", item.at)
        yield from self._sources(row, item)
        for milestone in item.milestones:
            yield from self._milestone(row, milestone)
        for line in item.money:
            yield from self._money(row, line)

    def _sources(self, initiative: Initiative, item: InitiativeData) -> Iterator[LoadedRow]:
        """Those of the commitment, the one that it is taken from first; and the one that says what became of it: its
        row follows the file, so that no source stands for a lifecycle that it does not state."""
        named = list(dict.fromkeys([item.source, *item.corroborated_by]))
        for code in named:
            source = self.data.source(code)
            official = item.official if code == item.source else source.official
            key = {"initiative": initiative, "supports": Supports.COMMITMENT, "code": code}
            name = f"{item.code} commitment {code}"
            yield self._put(InitiativeSource, key, _publication(source, official=official), item.at, name=name)[1]
        if item.lifecycle_source:
            source = self.data.source(item.lifecycle_source)
            key = {"initiative": initiative, "supports": Supports.LIFECYCLE}
            values = {"code": source.code, **_publication(source, official=source.official)}
            yield self._put(InitiativeSource, key, values, item.at, name=f"{item.code} lifecycle {source.code}")[1]
        unnamed = ~Q(supports=Supports.COMMITMENT, code__in=named)
        unnamed &= ~Q(supports=Supports.LIFECYCLE, code=item.lifecycle_source or "")
        for left in initiative.sources.filter(unnamed).for_list():
            yield _unnamed(left, f"{item.code} {left.supports} {left.code}", item.at)

    def _milestone(self, initiative: Initiative, item: MilestoneData) -> Iterator[LoadedRow]:
        name = f"{initiative.code} {item.code}"
        values = {
            **both("title", item.title), **self._source(item), "kind": item.kind, "weight": item.weight,
            **both("acceptance_criteria", item.acceptance_criteria), **noted(item),
            "actual_on": item.actual.on if item.actual else None, "evidence": item.evidence or "",
        }  # fmt: skip
        key = {"initiative": initiative, "code": item.code}
        row, done = self._put(Milestone, key, values, item.at, name=name)
        yield done
        for number, promise in enumerate(item.baselines, start=1):
            fields = {"date": promise.on.on, "reason": joined(promise.reason), "approved_at": self._noon(promise)}
            yield self._add(MilestoneBaseline, {"milestone": row, "number": number}, fields, promise.at, name=name)
        for promise in item.forecasts:
            key = {"milestone": row, "date": promise.on.on, "made_at": self._noon(promise)}
            yield self._add(MilestoneForecast, key, {"reason": joined(promise.reason)}, promise.at, name=name)

    def _money(self, initiative: Initiative, item: BudgetLineData) -> Iterator[LoadedRow]:
        key = {
            "initiative": initiative, "organization": self.organizations[item.organization],
            "fiscal_year": item.fiscal_year, "funding_source": item.funding_source or "", "vote": item.vote or "",
        }  # fmt: skip
        line, done = self._put(BudgetLine, key, {}, item.at, name=f"{initiative.code} {item.fiscal_year}")
        yield done
        for entry in item.entries:
            fields = {
                "stage": entry.stage, "amount": entry.amount, "effective_on": entry.effective_on,
                "note": joined(entry.note),
            }  # fmt: skip
            key = {"line": line, "reference": entry.reference}
            yield self._add(LedgerEntry, key, fields, entry.at, name=f"{initiative.code} {entry.reference}")

    def _funding(self) -> Iterator[LoadedRow]:
        for item in self.data.funding:
            values = {
                **self._source(item), **both("covers", item.covers), **both("note", item.note),
                "organization": self.organizations[item.organization] if item.organization else None,
                "initiative": self.initiatives[item.initiative] if item.initiative else None,
                "amount": item.amount, "fiscal_year": item.fiscal_year, "announced_on": item.announced_on,
                "in_total": item.in_total,
            }  # fmt: skip
            yield self._put(FundingAnnouncement, {"plan": self.plan, "code": item.code}, values, item.at)[1]

    def _put(
        self, model: type[Any], key: dict[str, Any], values: dict[str, Any], at: Location, *, name: str = ""
    ) -> tuple[Any, LoadedRow]:
        """Add the row, or change what differs, unless somebody else changed it last."""
        what = f"{model._meta.model_name} {name or key.get('code') or key.get('number')}"
        row = model.objects.filter(**key).first()
        if row is None:
            row = model(**key, **values)
            _save(row, at)
            return row, LoadedRow(Outcome.ADDED, what, at)
        differing = {field: value for field, value in values.items() if getattr(row, field) != value}
        if not differing:
            return row, LoadedRow(Outcome.UNCHANGED, what, at)
        note = ", ".join(sorted(differing))
        if row.revision not in self.ours:
            return row, LoadedRow(Outcome.KEPT, what, at, f"changed since by somebody else (r{row.revision}): {note}")
        fill(row, differing)
        _save(row, at)
        return row, LoadedRow(Outcome.CHANGED, what, at, note)

    def _add(
        self, model: type[Any], key: dict[str, Any], values: dict[str, Any], at: Location, *, name: str
    ) -> LoadedRow:
        """Add a row that is never changed; one that is there under its key and says something else is reported."""
        what = f"{model._meta.model_name} {name}"
        row = model.objects.filter(**key).first()
        if row is None:
            _save(model(**key, **values), at)
            return LoadedRow(Outcome.ADDED, what, at)
        differing = sorted(field for field, value in values.items() if getattr(row, field) != value)
        if differing:
            return LoadedRow(Outcome.KEPT, what, at, f"rows of this kind are only added: {', '.join(differing)}")
        return LoadedRow(Outcome.UNCHANGED, what, at)

    def _source(self, item: SourcedData) -> dict[str, Any]:
        """The publication under its own title, in its own language."""
        source = self.data.source(item.source)
        return {
            "source": getattr(source.title, source.language), "source_url": source.url or "",
            "official": item.official, "french_official": item.french == French.OFFICIAL,
        }  # fmt: skip

    def _noon(self, promise: PromiseData) -> datetime:
        """A published day as an instant."""
        return datetime.combine(promise.published_on, time(12), self.plan.zone)


def _unnamed(row: Tracked, name: str, at: Location) -> LoadedRow:
    what = f"{row._meta.model_name} {name}"
    return LoadedRow(Outcome.KEPT, what, at, "the files do not name it; loading removes nothing")


def _publication(source: SourceData, *, official: bool) -> dict[str, Any]:
    """A publication under its own title, in its own language."""
    return {
        "title": getattr(source.title, source.language), "url": source.url or "", "official": official,
        "language": source.language,
    }  # fmt: skip


def _save(row: Tracked, at: Location) -> None:
    try:
        save(row)
    except Invalid as error:
        said = "; ".join(f"{name}: {text}" for name, text in error.fields.items())
        raise Invalid(f"{at}: {said}", fields=error.fields) from error
