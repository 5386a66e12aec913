"""Loads what a plan's files say. Loading again changes nothing; what people have changed since is kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from initiatives.models import (
    BudgetLine,
    FundingAnnouncement,
    Initiative,
    InitiativeOrganization,
    LedgerEntry,
    Milestone,
    MilestoneBaseline,
    MilestoneForecast,
)
from initiatives.plan_files import (
    Bilingual,
    BudgetLineData,
    InitiativeData,
    Location,
    MilestoneData,
    PlanData,
    PromiseData,
)
from initiatives.plan_files.items import Sourced as SourcedData
from initiatives.plan_files.vocabulary import French, Precision
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
        self.pillars: dict[int, Pillar] = {}
        self.initiatives: dict[str, Initiative] = {}
        self.ours = set(Revision.objects.filter(actor_name=LOADER).values_list("number", flat=True))

    def run(self) -> Iterator[LoadedRow]:
        yield from self._frame()
        for item in self.data.initiatives:
            yield from self._initiative(item)
        yield from self._funding()

    def _frame(self) -> Iterator[LoadedRow]:
        for organization in self.data.organizations:
            row, done = self._put(
                Organization, {"code": organization.code},
                {
                    **_both("abbreviation", organization.abbreviation), **_both("name", organization.name),
                    "gc_org_id": organization.gc_org_id, "fund_life_years": organization.fund_life_years,
                },
                organization.at,
            )  # fmt: skip
            self.organizations[organization.code] = row
            yield done
        for place in self.data.places:
            values: dict[str, Any] = {
                **_both("name", place.name), "kind": place.kind, "province": place.province,
                "latitude": place.latitude, "longitude": place.longitude,
            }  # fmt: skip
            yield self._put(Place, {"code": place.code}, values, place.at)[1]
        yield self._plan()
        yield from self._pillars()

    def _pillars(self) -> Iterator[LoadedRow]:
        for pillar in self.data.pillars:
            sponsor = pillar.sponsor_organization
            values: dict[str, Any] = {
                **_both("title", pillar.title), **self._source(pillar), **_aliases(pillar.aliases),
                "sponsor": self.organizations[sponsor] if sponsor else None,
            }  # fmt: skip
            row, done = self._put(Pillar, {"plan": self.plan, "number": pillar.number}, values, pillar.at)
            self.pillars[pillar.number] = row
            yield done

    def _plan(self) -> LoadedRow:
        plan, calendar = self.data.plan, self.data.plan.calendar
        values = {
            **_both("title", plan.title), **_both("description", plan.description), **self._source(plan),
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
            **_both("title", item.title), **_both("description", item.description), **self._source(item),
            **_aliases(item.aliases), "pillar": self.pillars[item.pillar],
            "lead": self.organizations[item.lead_organization], "lifecycle": item.lifecycle,
            "not_pursued_reason": _joined(item.not_pursued_reason), "starts_on": item.starts_on,
            "announced_on": item.announced_on, "source_text": item.source_text,
            "security_marking": item.security_marking,
        }  # fmt: skip
        row, done = self._put(Initiative, {"plan": self.plan, "code": item.code}, values, item.at)
        self.initiatives[item.code] = row
        yield done
        for code in item.contributing_organizations:
            key = {"initiative": row, "organization": self.organizations[code]}
            yield self._put(InitiativeOrganization, key, {}, item.at, name=f"{item.code} with {code}")[1]
        for milestone in item.milestones:
            yield from self._milestone(row, milestone)
        for line in item.money:
            yield from self._money(row, line)

    def _milestone(self, initiative: Initiative, item: MilestoneData) -> Iterator[LoadedRow]:
        name = f"{initiative.code} {item.code}"
        values = {
            **_both("title", item.title), **self._source(item), "kind": item.kind, "weight": item.weight,
            **_both("acceptance_criteria", item.acceptance_criteria), **_note(item),
            "actual_on": item.actual.on if item.actual else None, "evidence": item.evidence or "",
        }  # fmt: skip
        key = {"initiative": initiative, "code": item.code}
        row, done = self._put(Milestone, key, values, item.at, name=name)
        yield done
        for number, promise in enumerate(item.baselines, start=1):
            fields = {"date": promise.on.on, "reason": _joined(promise.reason), "approved_at": self._noon(promise)}
            yield self._add(MilestoneBaseline, {"milestone": row, "number": number}, fields, promise.at, name=name)
        for promise in item.forecasts:
            key = {"milestone": row, "date": promise.on.on, "made_at": self._noon(promise)}
            yield self._add(MilestoneForecast, key, {"reason": _joined(promise.reason)}, promise.at, name=name)

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
                "note": _joined(entry.note),
            }  # fmt: skip
            key = {"line": line, "reference": entry.reference}
            yield self._add(LedgerEntry, key, fields, entry.at, name=f"{initiative.code} {entry.reference}")

    def _funding(self) -> Iterator[LoadedRow]:
        for item in self.data.funding:
            values = {
                **self._source(item), **_both("covers", item.covers), **_both("note", item.note),
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


def _save(row: Tracked, at: Location) -> None:
    try:
        save(row)
    except Invalid as error:
        said = "; ".join(f"{name}: {text}" for name, text in error.fields.items())
        raise Invalid(f"{at}: {said}", fields=error.fields) from error


def _both(name: str, text: Bilingual | None) -> dict[str, str]:
    return {f"{name}_en": text.en if text else "", f"{name}_fr": text.fr if text else ""}


def _joined(text: Bilingual | None) -> str:
    """Both languages in a field that has one column."""
    return f"{text.en} / {text.fr}" if text else ""


def _aliases(aliases: tuple[Any, ...]) -> dict[str, list[str]]:
    return {f"aliases_{language}": [a.text for a in aliases if a.language == language] for language in ("en", "fr")}


def _note(item: MilestoneData) -> dict[str, str]:
    """The note, and what is known of a date that the source does not give to the day."""
    note = _both("note", item.note)
    actual = item.actual
    if actual is None or actual.precision == Precision.DAY:
        return note
    english, french = _imprecise(actual.on, actual.precision)
    return {
        "note_en": " ".join(filter(None, [note["note_en"], english])),
        "note_fr": " ".join(filter(None, [note["note_fr"], french])),
    }


def _imprecise(on: date, precision: Precision) -> tuple[str, str]:
    if precision == Precision.MONTH:
        return (
            f"The source gives the month only ({on:%Y-%m}); its last day stands for it.",
            f"La source ne donne que le mois ({on:%Y-%m}); son dernier jour en tient lieu.",
        )
    return (
        f"The source gives the year only ({on:%Y}); its last day stands for it.",
        f"La source ne donne que l’année ({on:%Y}); son dernier jour en tient lieu.",
    )
