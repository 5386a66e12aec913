"""The border plan as shipped: whole, sourced, in both languages, and nothing in it that is not published."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from initiatives.choices import Calendar, Lifecycle, ObservationKind, Stage
from initiatives.plan_files import Alias, Bilingual, LedgerEntryData, PlaceData, PlanData, read_plan
from initiatives.plan_files.items import Sourced
from initiatives.plan_files.vocabulary import French
from tracker.choices import Language

DIRECTORY = Path(__file__).resolve().parents[2] / "plans" / "border-plan-2024"

# The commitments of the Government's page "Border Security", word for word, and the initiatives that hold them.
COMMITMENTS = {
    "New artificial intelligence and enhanced imaging tools like portable X-ray machines and mobile examination "
    "vehicles to detect illegal drugs.": {"1.01"},
    "New canine teams and 100 new chemical detection tools at high-risk ports of entry.": {"1.02", "1.03"},
    "Creation of a drug profiling center supporting 2,000 investigations annually.": {"1.04"},
    "New unit to monitor and act against precursor chemicals, supply chains and distribution channels.": {"1.05"},
    "New Aerial Intelligence Task Force with helicopters, drones, and surveillance towers.": {
        "2.01",
        "2.02",
        "2.03",
        "2.04",
    },
    "Expanded mandates for port facilities to support export inspections.": {"2.05"},
    "Enhanced capacity and capabilities to target organized crime and fentanyl trafficking.": {"2.06"},
    "Creation of Canada-U.S. Joint Strike Force to combat transnational organized crime.": {"3.01"},
    "Three new regional hubs (federal, provincial, and local law enforcement) to intercept organized crime and "
    "illegal drugs.": {"3.02"},
    "Build on information and intelligence sharing between Canada, the U.S., and international partners to intercept "
    "high-risk individuals and goods of interest.": {"4.01"},
    "End temporary residents “flagpoling” to receive immigration services at the border.": {"5.01"},
    "Strengthen control over immigration documents.": {"5.02"},
    "New restrictions on countries not facilitating the rapid return of their citizens.": {"5.03"},
}
PAGE_PILLARS = (
    "Detecting and Disrupting the Fentanyl Trade",
    "Significant New Tools for Law Enforcement",
    "Enhancing Operational Coordination",
    "Increasing Information Sharing",
    "Minimizing Unnecessary Border Volumes",
)


@pytest.fixture(scope="module")
def plan() -> PlanData:
    return read_plan(DIRECTORY, today=date(2026, 11, 16))


def parts(item: object) -> Iterator[object]:
    """The item, and everything within it."""
    yield item
    if isinstance(item, tuple):
        for member in item:
            yield from parts(member)
    elif is_dataclass(item):
        for field in fields(item):
            yield from parts(getattr(item, field.name))


def entries(plan: PlanData) -> list[LedgerEntryData]:
    return [entry for initiative in plan.initiatives for line in initiative.money for entry in line.entries]


def french(plan: PlanData) -> list[str]:
    pairs = [part.fr for part in parts(plan) if isinstance(part, Bilingual)]
    return pairs + [part.text for part in parts(plan) if isinstance(part, Alias) and part.language == Language.FRENCH]


def test_the_plan_is_whole(plan: PlanData) -> None:
    counted = (plan.pillars, plan.initiatives, plan.milestones, plan.funding, entries(plan), plan.series)

    assert [len(items) for items in counted] == [5, 32, 61, 12, 1, 41]
    assert sum(len(series.points) for series in plan.series) == 73
    assert [sum(i.pillar == number for i in plan.initiatives) for number in range(1, 6)] == [9, 9, 4, 4, 6]


@pytest.mark.parametrize("words", COMMITMENTS)
def test_every_commitment_of_the_page_is_an_initiative(plan: PlanData, words: str) -> None:
    holding = {i.code for i in plan.initiatives if i.source_text == words and i.source == "BSP"}

    assert holding == COMMITMENTS[words]


def test_every_pillar_of_the_page_is_known_by_that_wording(plan: PlanData) -> None:
    wordings = [
        {pillar.title.en.lower(), *(a.text.lower() for a in pillar.aliases if a.language == Language.ENGLISH)}
        for pillar in plan.pillars
    ]

    assert all(title.lower() in known for title, known in zip(PAGE_PILLARS, wordings, strict=True))


def test_every_text_is_in_both_languages(plan: PlanData) -> None:
    pairs = [part for part in parts(plan) if isinstance(part, Bilingual)]

    assert len(pairs) > 300
    assert all(pair.en and pair.fr for pair in pairs)
    sentences = [pair for pair in pairs if len(pair.en) > 40]
    assert all(pair.en != pair.fr for pair in sentences)


def test_french_is_set_as_french(plan: PlanData) -> None:
    badly_set = re.compile(
        r"'| [:;?!»]|« |«[^\u00a0]|[^\u00a0]»|\d \d{3}\b|\d (?:%|millions?|milliards?)|\bEtat|\bA la "
    )

    assert [text for text in french(plan) if badly_set.search(text)] == []


def test_no_official_item_rests_on_an_unofficial_source(plan: PlanData) -> None:
    items = [part for part in parts(plan) if hasattr(part, "official") and hasattr(part, "source")]

    wrong = [i for i in items if i.official and not plan.source(i.source).official]
    assert len(items) > 150
    assert wrong == []


def test_official_french_names_an_official_source_that_is_french(plan: PlanData) -> None:
    claims = [part for part in parts(plan) if isinstance(part, (Sourced, PlaceData)) and part.french is French.OFFICIAL]

    sources = {plan.source(claim.french_source or "") for claim in claims}
    assert all(source.official and (source.language == Language.FRENCH or source.code == "IGOC") for source in sources)
    assert [p.number for p in plan.pillars if p.french is French.OFFICIAL] == [1]


def test_what_is_not_published_is_not_claimed(plan: PlanData) -> None:
    silent = {i.code for i in plan.initiatives if i.lifecycle_source is None}

    assert silent == {"1.02", "1.06", "3.02", "5.03"}
    assert all(i.lifecycle == Lifecycle.NOT_STARTED for i in plan.initiatives if i.code in silent)
    assert next(i for i in plan.initiatives if i.code == "3.02").places == ()
    assert all(place.latitude is None for place in plan.places)


def test_places_are_those_that_a_page_names_with_the_initiative(plan: PlanData) -> None:
    named = {i.code: set(i.places) for i in plan.initiatives if i.places}

    assert named == {
        "1.04": {"TORONTO-LAB", "VANCOUVER-LAB"},
        "2.02": {"MANITOBA", "QUEBEC"},
        "2.03": {"ALBERTA", "SASKATCHEWAN", "MANITOBA"},
        "3.04": {"ONTARIO"},
    }


def test_words_of_a_commitment_are_in_the_language_of_their_source(plan: PlanData) -> None:
    quoted = [i for i in plan.initiatives if i.source_text]

    assert len(quoted) == 19
    assert all(i.source_text_language == plan.source(i.source).language for i in quoted)
    assert not any(i.source_text_language for i in plan.initiatives if not i.source_text)


def test_what_corroborates_a_commitment_is_another_source(plan: PlanData) -> None:
    assert not [i.code for i in plan.initiatives if i.source in i.corroborated_by]
    assert sum(1 + len(i.corroborated_by) + bool(i.lifecycle_source) for i in plan.initiatives) == 102


def test_what_was_done_before_the_plan_is_dated_before_it(plan: PlanData) -> None:
    before = {
        f"{i.code}-{m.code}"
        for i in plan.initiatives
        for m in i.milestones
        if m.actual and m.actual.on < plan.plan.announced_on
    }

    assert before == {"1.09-M1", "5.05-M1", "5.06-M1", "5.06-M2"}


def test_only_published_promises_are_baselines(plan: PlanData) -> None:
    baselines = {
        f"{i.code}-{m.code}": [b.on.on for b in m.baselines]
        for i in plan.initiatives
        for m in i.milestones
        if m.baselines
    }

    assert baselines == {"4.04-M1": [date(2025, 12, 31)], "5.05-M2": [date(2025, 1, 6)]}
    assert not any(m.forecasts for m in plan.milestones)


def test_announced_money_keeps_its_traps(plan: PlanData) -> None:
    amounts = {f.code: f.amount for f in plan.funding}
    in_total = [f for f in plan.funding if f.in_total]

    assert sum(f.amount for f in in_total) == Decimal(1_300_600_000)
    assert {f.organization for f in in_total} == {"RCMP", "CBSA", "CSE", "HC", "PS"}
    assert amounts["F09"] + amounts["F10"] == amounts["F05"] + 1_000_000
    assert amounts["F04"] + amounts["F06"] == amounts["F12"]
    assert not any(f.in_total for f in plan.funding if f.initiative)


def test_the_ledger_holds_only_what_has_a_fiscal_year(plan: PlanData) -> None:
    [entry] = entries(plan)
    [line] = next(i for i in plan.initiatives if i.code == "2.02").money

    assert (entry.stage, entry.amount, entry.effective_on) == (Stage.COMMITMENT, Decimal(5_300_000), date(2025, 1, 23))
    assert (line.organization, line.fiscal_year, line.funding_source, line.vote) == ("RCMP", 2024, None, None)


def test_restated_values_stand_beside_what_was_first_published(plan: PlanData) -> None:
    removals = next(series for series in plan.series if series.code == "REMOVALS-CALENDAR")

    of_2024 = [(p.kind, p.value) for p in removals.points if p.period_start == date(2024, 1, 1)]
    assert of_2024 == [(ObservationKind.ORIGINAL, Decimal(16860)), (ObservationKind.RESTATEMENT, Decimal(17357))]
    assert {series.calendar for series in plan.series} == set(Calendar)
