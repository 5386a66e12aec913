"""Initiatives with their milestones and money."""

import re
from decimal import Decimal

from initiatives.choices import FundingSource, Lifecycle, MilestoneKind, SecurityMarking, Stage, Vote
from initiatives.plan_files import scalars
from initiatives.plan_files.data import (
    BudgetLineData,
    InitiativeData,
    LedgerEntryData,
    MilestoneData,
    PromiseData,
)
from initiatives.plan_files.items import Bilingual, PartialDate
from initiatives.plan_files.provenance import LANGUAGE, aliases, origin, provenance
from initiatives.plan_files.records import LONG_TEXT, TITLE, Record
from initiatives.plan_files.vocabulary import Precision

_INITIATIVE_CODE = scalars.code(r"(?!\d+$)[0-9A-Za-z][0-9A-Za-z.-]*", "1.02", 24)
_MILESTONE_CODE = scalars.code(r"[A-Z][0-9A-Z.-]*", "M1", 16)
_REFERENCE = scalars.prose(200)
_PILLAR = scalars.integer(1, 99, "the number of a pillar")
_WEIGHT = scalars.Kind(scalars.weight, Decimal(1))
_LIFECYCLE = scalars.choice(Lifecycle)
_MARKING = scalars.choice(SecurityMarking)
_MILESTONE_KIND = scalars.choice(MilestoneKind)
_FUNDING_SOURCE = scalars.choice(FundingSource)
_VOTE = scalars.choice(Vote)
_STAGE = scalars.choice(Stage)


def initiative(record: Record) -> InitiativeData:
    code = record.required("code", _INITIATIVE_CODE)
    record.declare("initiative", "code", code)
    lead = record.reference("lead_organization", "organization")
    contributing = record.references("contributing_organizations", "organization")
    if lead in contributing:
        record.wrong("contributing_organizations", f"{lead} leads already; leave it out here")
    lifecycle, lifecycle_source, reason = _lifecycle(record)
    source_text = record.given("source_text", LONG_TEXT, "")
    language = record.optional("source_text_language", LANGUAGE)
    if bool(source_text) != bool(language):
        record.wrong("source_text_language", "write it with `source_text`, and not without")
    return InitiativeData(
        code=code,
        pillar=_pillar(record, code),
        title=record.pair("title", TITLE),
        description=record.pair("description"),
        aliases=aliases(record),
        lead_organization=lead,
        contributing_organizations=contributing,
        places=record.references("places", "place"),
        lifecycle=lifecycle,
        lifecycle_source=lifecycle_source,
        not_pursued_reason=reason,
        starts_on=record.optional("starts_on", scalars.DAY),
        announced_on=record.optional("announced_on", scalars.DAY),
        corroborated_by=record.references("corroborated_by", "source"),
        source_text=source_text,
        source_text_language=language,
        security_marking=record.given("security_marking", _MARKING, SecurityMarking.UNCLASSIFIED),
        **provenance(record),
        milestones=tuple(_milestone(milestone, code) for milestone in record.records("milestones")),
        money=tuple(_budget_line(line, code) for line in record.records("money", label="fiscal_year")),
        at=record.done(),
    )


def _pillar(record: Record, code: str) -> int:
    pillar = record.required("pillar", _PILLAR)
    if record.sound("pillar"):
        record.optional_reference("pillar", "pillar")
    numbered = re.fullmatch(r"(\d+)\.\d+", code)
    if numbered and int(numbered[1]) != pillar:
        record.wrong("pillar", f"initiative {code} stands under pillar {pillar}; give it a code of that pillar")
    return pillar


def _lifecycle(record: Record) -> tuple[Lifecycle, str | None, Bilingual | None]:
    lifecycle = record.required("lifecycle", _LIFECYCLE)
    source = record.optional_reference("lifecycle_source", "source")
    reason = record.optional_pair("not_pursued_reason")
    if lifecycle != Lifecycle.NOT_STARTED and source is None:
        record.wrong("lifecycle_source", f"missing; name the source that says {lifecycle.value}, or write not_started")
    if lifecycle == Lifecycle.NOT_PURSUED and reason is None:
        record.wrong("not_pursued_reason", "missing; a commitment that is dropped says why")
    if lifecycle != Lifecycle.NOT_PURSUED and reason is not None:
        record.wrong("not_pursued_reason", "only for `lifecycle: not_pursued`; leave it out")
    return lifecycle, source, reason


def _milestone(record: Record, initiative_code: str) -> MilestoneData:
    code = record.required("code", _MILESTONE_CODE)
    record.declare(f"milestone of {initiative_code}", "code", code)
    actual = record.optional("actual_on", scalars.PARTIAL_DAY)
    note = record.optional_pair("note")
    _check_actual(record, actual, note)
    return MilestoneData(
        code=code,
        title=record.pair("title", TITLE),
        kind=record.required("kind", _MILESTONE_KIND),
        weight=record.given("weight", _WEIGHT, Decimal(1)),
        acceptance_criteria=record.optional_pair("acceptance_criteria"),
        baselines=_promises(record, "baselines"),
        forecasts=_promises(record, "forecasts"),
        actual=actual,
        evidence=record.optional("evidence", scalars.URL),
        note=note,
        **provenance(record),
        at=record.done(),
    )


def _check_actual(record: Record, actual: PartialDate | None, note: Bilingual | None) -> None:
    if actual is None:
        return
    if actual.on > record.reading.today:
        record.wrong("actual_on", f"{actual.on} is in the future; what is expected belongs in `forecasts`")
    if actual.precision is not Precision.DAY and note is None:
        record.wrong("note", f"missing; say that only the {actual.precision} is published")


def _promises(milestone: Record, field: str) -> tuple[PromiseData, ...]:
    records = milestone.records(field, label="on")
    found = tuple(
        PromiseData(
            on=record.required("on", scalars.PARTIAL_DAY),
            published_on=record.required("published_on", scalars.DAY),
            reason=record.optional_pair("reason"),
            **origin(record),
            at=record.done(),
        )
        for record in records
    )
    for earlier, later, record in zip(found, found[1:], records[1:], strict=False):
        if later.reason is None:
            record.wrong("reason", "missing; a date that replaces another says why")
        if later.published_on < earlier.published_on:
            record.wrong("published_on", f"before the one above, {earlier.published_on}; order them by publication")
    return found


def _budget_line(record: Record, initiative_code: str) -> BudgetLineData:
    entries = record.records("entries", label="reference")
    if not entries:
        record.wrong("entries", "missing; a line holds at least one entry")
    organization = record.reference("organization", "organization")
    fiscal_year = record.required("fiscal_year", scalars.FISCAL_YEAR)
    funding_source = record.optional("funding_source", _FUNDING_SOURCE)
    vote = record.optional("vote", _VOTE)
    line = " ".join(str(part or "-") for part in (organization, fiscal_year, funding_source, vote))
    record.declare(f"budget line of {initiative_code}", "fiscal_year", line)
    return BudgetLineData(
        organization=organization,
        fiscal_year=fiscal_year,
        funding_source=funding_source,
        vote=vote,
        entries=tuple(_entry(entry) for entry in entries),
        at=record.done(),
    )


def _entry(record: Record) -> LedgerEntryData:
    amount = record.required("amount", scalars.AMOUNT)
    reference = record.required("reference", _REFERENCE)
    stage = record.required("stage", _STAGE)
    effective_on = record.required("effective_on", scalars.DAY)
    record.declare("reference of a ledger entry", "reference", reference)
    if not amount:
        record.wrong("amount", "zero; leave the entry out: what is not published is not zero")
    if stage == Stage.EXPENDITURE and effective_on > record.reading.today:
        record.wrong("effective_on", f"{effective_on} is in the future; money to be spent is a forecast")
    return LedgerEntryData(
        stage=stage,
        amount=amount,
        effective_on=effective_on,
        reference=reference,
        note=record.optional_pair("note"),
        **origin(record),
        at=record.done(),
    )
