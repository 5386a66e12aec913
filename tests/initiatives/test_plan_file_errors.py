"""What a wrong plan file says: each case spoils one thing of a sound plan."""

from pathlib import Path
from typing import NamedTuple

import pytest

from initiatives.plan_files import PlanFileError, read_plan
from tests.initiatives.sound_plan import SOUND, TODAY, write_plan

INITIATIVE = "initiatives[1.10]"
MILESTONE = f"{INITIATIVE}.milestones[M1]"
ENTRY = f"{INITIATIVE}.money[2024].entries[contract 1]"
POINT = "series[REMOVALS].points[2023-04-01]"


class Case(NamedTuple):
    """Replace `old` by `new` in `file`; the message must name a line that holds `on`, and `field`, and say `words`."""

    file: str
    old: str
    new: str
    on: str
    field: str
    words: str


# fmt: off
CASES = {
    "unknown field": Case("plan.yaml", "announced_on:", "anounced_on:", "anounced_on", "anounced_on",
        "did you mean announced_on?"),
    "unknown field in a list": Case("pillars.yaml", "number: 1", "number: 1\n    sponsor: PS", "sponsor",
        "pillars[1].sponsor", "did you mean sponsor_organization?"),
    "missing field": Case("plan.yaml", "announced_on: 2024-12-17\n", "", "code: BP", "announced_on",
        "required"),
    "missing French": Case("pillars.yaml", "      fr: Détecter\n", "", "en: Detecting",
        "pillars[1].title.fr", "the French is missing"),
    "empty French": Case("pillars.yaml", "fr: Détecter", "fr:", "fr:", "pillars[1].title.fr",
        "the French is missing"),
    "blank French": Case("pillars.yaml", "fr: Détecter", "fr: '  '", "fr:", "pillars[1].title.fr",
        "empty"),
    "one text for both languages": Case("plan.yaml", "title:\n  en: Border Plan\n  fr: Plan frontalier",
        "title: Border Plan", "title", "title", "wrong type"),
    "number for a text": Case("pillars.yaml", "en: Detecting", "en: 2025", "en: 2025",
        "pillars[1].title.en", "put it in quotes"),
    "bare yes for a text": Case("pillars.yaml", "en: Detecting", "en: yes", "en: yes",
        "pillars[1].title.en", "put it in quotes"),
    "list for a text": Case("plan.yaml", "code: BP", "code: [BP]", "code: [BP]", "code", "wrong type"),
    "text for a list": Case("initiatives-1.yaml", "places: [WINDSOR]", "places: WINDSOR", "places",
        f"{INITIATIVE}.places", "write a list"),
    "text for an entry of a list": Case("places.yaml", "places:", "places:\n  - Cornwall", "- Cornwall",
        "places[1]", "each entry holds fields"),
    "a title too long": Case("pillars.yaml", "en: Detecting", f"en: {'x' * 301}", "en: x",
        "pillars[1].title.en", "at most 300"),
    "no such day": Case("plan.yaml", "2024-12-17", "2024-13-17", "announced_on", "announced_on",
        "write YYYY-MM-DD"),
    "date in words": Case("plan.yaml", "2024-12-17", "17 December 2024", "announced_on", "announced_on",
        "write YYYY-MM-DD"),
    "date with a time": Case("plan.yaml", "2024-12-17", "2024-12-17T10:00:00Z", "announced_on",
        "announced_on", "write YYYY-MM-DD"),
    "date before 2000": Case("plan.yaml", "2024-12-17", "1924-12-17", "announced_on", "announced_on",
        "out of range"),
    "absurd date": Case("plan.yaml", "2024-12-17", "9024-12-17", "announced_on", "announced_on",
        "out of range"),
    "month that does not exist": Case("initiatives-1.yaml", "2025-06-30", "2025-13", "actual_on",
        f"{MILESTONE}.actual_on", "is not a date"),
    "actual date in the future": Case("initiatives-1.yaml", "2025-06-30", "2026-11-17", "actual_on",
        f"{MILESTONE}.actual_on", "in the future"),
    "date known only by month, without a note": Case("initiatives-1.yaml", "2025-06-30", "2025-06",
        "code: M1", f"{MILESTONE}.note", "only the month"),
    "expenditure in the future": Case("initiatives-1.yaml",
        "stage: commitment\n            amount: 12345678901234.56\n            effective_on: 2025-01-23",
        "stage: expenditure\n            amount: 1\n            effective_on: 2027-01-23",
        "effective_on", f"{ENTRY}.effective_on", "in the future"),
    "amount with three decimals": Case("funding.yaml", "20000000", "20000000.125", "amount",
        "funding[F01].amount", "3 decimals"),
    "amount with too many digits": Case("funding.yaml", "20000000", "123456789012345", "amount",
        "funding[F01].amount", "too many digits"),
    "amount with commas": Case("funding.yaml", "20000000", "20,000,000", "amount", "funding[F01].amount",
        "is not a number"),
    "amount with an exponent": Case("funding.yaml", "20000000", "2e7", "amount", "funding[F01].amount",
        "is not a number"),
    "amount with underscores": Case("funding.yaml", "20000000", "20_000_000", "amount",
        "funding[F01].amount", "is not a number"),
    "amount that is not a number": Case("funding.yaml", "20000000", ".nan", "amount",
        "funding[F01].amount", "is not a number"),
    "announcement of nothing": Case("funding.yaml", "20000000", "0", "amount", "funding[F01].amount",
        "more than zero"),
    "entry of nothing": Case("initiatives-1.yaml", "12345678901234.56", "0.00", "amount",
        f"{ENTRY}.amount", "not zero"),
    "fiscal year in words": Case("plan.yaml", "first_fiscal_year: 2024", "first_fiscal_year: 2024-25",
        "first_fiscal_year", "first_fiscal_year", "2024 stands for 2024-25"),
    "fiscal years backwards": Case("plan.yaml", "last_fiscal_year: 2029", "last_fiscal_year: 2023",
        "last_fiscal_year", "last_fiscal_year", "before the first"),
    "unknown organization": Case("plan.yaml", "coordinating_organization: PS",
        "coordinating_organization: PSC", "coordinating", "coordinating_organization",
        "there is no organization PSC; did you mean PS?"),
    "unknown pillar": Case("initiatives-1.yaml", "code: 1.10\n    pillar: 1",
        "code: 7.10\n    pillar: 7", "pillar: 7", "initiatives[7.10].pillar", "there is no pillar 7"),
    "code of another pillar": Case("initiatives-1.yaml", "code: 1.10", "code: 2.10", "pillar: 1",
        "initiatives[2.10].pillar", "under pillar 1"),
    "unknown source": Case("pillars.yaml", "source: NW1", "source: NW2", "source: NW2",
        "pillars[1].source", "there is no source NW2"),
    "unknown place": Case("initiatives-1.yaml", "[WINDSOR]", "\n      - WINDSOR\n      - LONDON",
        "- LONDON", f"{INITIATIVE}.places[2]", "there is no place LONDON"),
    "place named twice": Case("initiatives-1.yaml", "[WINDSOR]", "[WINDSOR, WINDSOR]", "places",
        f"{INITIATIVE}.places[2]", "named twice"),
    "lead that also contributes": Case("initiatives-1.yaml", "places:",
        "contributing_organizations: [PS]\n    places:", "contributing",
        f"{INITIATIVE}.contributing_organizations", "leads already"),
    "unknown word": Case("initiatives-1.yaml", "lifecycle: underway", "lifecycle: under_way",
        "lifecycle: under_way", f"{INITIATIVE}.lifecycle", "did you mean underway?"),
    "not pursued without a reason": Case("initiatives-1.yaml", "lifecycle: underway",
        "lifecycle: not_pursued", "code: 1.10", f"{INITIATIVE}.not_pursued_reason", "says why"),
    "reason without not pursued": Case("initiatives-1.yaml", "lifecycle: underway",
        "lifecycle: underway\n    not_pursued_reason: {en: Dropped., fr: Abandonné.}",
        "not_pursued_reason", f"{INITIATIVE}.not_pursued_reason", "leave it out"),
    "lifecycle without a source": Case("initiatives-1.yaml", "    lifecycle_source: NW1\n", "",
        "code: 1.10", f"{INITIATIVE}.lifecycle_source", "name the source"),
    "words of the commitment without their language": Case("initiatives-1.yaml", "places:",
        "source_text: New teams\n    places:", "code: 1.10", f"{INITIATIVE}.source_text_language",
        "write it with"),
    "official French without its source": Case("pillars.yaml", "source: NW1",
        "source: NW1\n    french: official", "french", "pillars[1].french", "french_source"),
    "source for our own French": Case("pillars.yaml", "source: NW1",
        "source: NW1\n    french_source: NW1", "french_source", "pillars[1].french_source",
        "leave it out"),
    "official item of an unofficial source": Case("funding.yaml", "source: NW1",
        "source: PRESS\n    official: true", "official: true", "funding[F01].official",
        "PRESS is not official"),
    "same code twice": Case("sources.yaml", "code: PRESS", "code: NW1", "code: NW1", "sources[NW1].code",
        "is taken already, at sources.yaml:2"),
    "same reference of a ledger entry twice": Case("initiatives-1.yaml",
        "            reference: contract 1\n            source: NW1\n",
        "            reference: contract 1\n            source: NW1\n          - {stage: commitment,"
        " amount: 2, effective_on: 2025-01-24, reference: contract 1, source: NW1}\n", "amount: 2,",
        f"{ENTRY}.reference", "is taken already, at initiatives-1.yaml"),
    "same milestone twice": Case("initiatives-1.yaml", "    money:",
        "      - {code: M1, title: {en: Two, fr: Deux}, kind: event, source: NW1}\n    money:", "en: Two",
        f"{MILESTONE}.code", "is taken already, at initiatives-1.yaml:16"),
    "same budget line twice": Case("initiatives-1.yaml", "    money:",
        "    money:\n      - {organization: PS, fiscal_year: 2024, entries: [{stage: planned, amount: 1, "
        "effective_on: 2024-06-01, reference: two, source: NW1}]}", "fiscal_year: 2024",
        f"{INITIATIVE}.money[2024].fiscal_year", "is taken already"),
    "negative weight": Case("initiatives-1.yaml", "kind: deployment", "kind: deployment\n        weight: -1",
        "weight", f"{MILESTONE}.weight", "is negative"),
    "field twice": Case("plan.yaml", "code: BP\n", "code: BP\ncode: BPX\n", "code: BPX", "code",
        "written twice, first on line 1"),
    "baseline replaced without a reason": Case("initiatives-1.yaml", "        actual_on:",
        "        baselines:\n          - {on: 2025-01-06, published_on: 2024-11-18, source: NW1}\n   "
        "       - {on: 2025-02-06, published_on: 2024-12-18, source: NW1}\n        actual_on:",
        "2025-02-06", f"{MILESTONE}.baselines[2025-02-06].reason", "says why"),
    "deadlines out of order": Case("plan.yaml", "source: NW1",
        "source: NW1\ncalendar:\n  lock: {day: tuesday, time: 06:00}", "calendar", "calendar",
        "out of order"),
    "no such weekday": Case("plan.yaml", "source: NW1", "source: NW1\ncalendar:\n  lock: {day: mondays}",
        "lock", "calendar.lock.day", "did you mean monday?"),
    "no such time": Case("plan.yaml", "source: NW1", "source: NW1\ncalendar:\n  lock: {time: 25:00}",
        "lock", "calendar.lock.time", "write HH:MM"),
    "no such time zone": Case("plan.yaml", "source: NW1", "source: NW1\ntime_zone: America/Ottawa",
        "time_zone", "time_zone", "IANA"),
    "half an address": Case("sources.yaml", "https://www.newswire.ca/news-releases/plan-1.html",
        "newswire.ca/plan-1", "url", "sources[NW1].url", "write it whole"),
    "publication in the future": Case("sources.yaml", "published_on: 2024-12-17",
        "published_on: 2026-12-17", "published_on", "sources[NW1].published_on", "in the future"),
    "neither true nor false": Case("sources.yaml", "official: true", "official: yes", "official: yes",
        "sources[NW1].official", "neither true"),
    "one coordinate": Case("places.yaml", "province: ON", "latitude: 42.31600", "code: WINDSOR",
        "places[WINDSOR].longitude", "neither"),
    "coordinate out of range": Case("places.yaml", "province: ON",
        "latitude: 142.3\n    longitude: -83.0", "latitude", "places[WINDSOR].latitude", "out of range"),
    "value without a number": Case("series.yaml", "        value: 69300\n", "", "period_start",
        f"{POINT}.value", "availability"),
    "number that is not available": Case("series.yaml", "value: 69300",
        "value: 69300\n        availability: not_available", "value", f"{POINT}.value", "has no number"),
    "period backwards": Case("series.yaml", "period_end: 2024-03-31", "period_end: 2023-03-31",
        "period_end", f"{POINT}.period_end", "before the period's start"),
    "year of another calendar": Case("series.yaml", "calendar: fiscal", "calendar: us_fiscal",
        "period_start", f"{POINT}.period_start", "a year of a us_fiscal series"),
    "restatement of nothing": Case("series.yaml", "value: 69300",
        "value: 69300\n        kind: restatement", "kind", f"{POINT}.kind", "no earlier value"),
    "running total that adds up": Case("series.yaml", "accumulation: flow",
        "accumulation: running_total\n    rollup_rule: sum", "rollup_rule", "series[REMOVALS].rollup_rule",
        "only a flow adds up"),
    "ratio without its parts": Case("series.yaml", "accumulation: flow",
        "accumulation: flow\n    rollup_rule: ratio", "rollup_rule", "series[REMOVALS].rollup_rule", "numerators"),
    "series of an unknown initiative": Case("series.yaml", "initiative: 1.10", "initiative: 1.11",
        "initiative", "series[REMOVALS].initiative", "did you mean 1.10?"),
    "YAML that breaks off": Case("plan.yaml", "code: BP", "code: [BP", "title:", "YAML", "expected"),
    "colon in a bare text": Case("plan.yaml", "en: A plan.", "en: A plan: five pillars", "five pillars",
        "YAML", "needs quotes"),
    "tabs for indentation": Case("plan.yaml", "  en: A plan.", "\ten: A plan.", "\ten", "YAML",
        "cannot start any token"),
    "tag that makes an object": Case("plan.yaml", "code: BP",
        "code: !!python/object/apply:os.system ['true']", "code", "YAML", "is not allowed"),
    "character that is not allowed": Case("plan.yaml", "en: A plan.", "en: A\x07plan.", "A\x07plan",
        "YAML", "U+0007"),
    "file without fields": Case("places.yaml", SOUND["places.yaml"], "- WINDSOR\n", "WINDSOR", "YAML",
        "must hold fields"),
    "file without its list": Case("places.yaml", "places:", "place:", "place:", "place",
        "did you mean places?"),
}
# fmt: on


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_wrong_file_names_line_and_field(tmp_path: Path, case: Case) -> None:
    path = write_plan(tmp_path, case.file, case.old, case.new) / case.file

    with pytest.raises(PlanFileError) as caught:
        read_plan(tmp_path, today=TODAY)

    found = [problem for problem in caught.value.problems if problem.field == case.field]
    assert len(found) == 1, str(caught.value)
    assert case.words in found[0].message
    lines = path.read_text(encoding="utf-8").splitlines()
    assert found[0].at.file == case.file
    assert case.on in lines[found[0].at.line - 1]
    assert str(found[0]) == f"{case.file}:{found[0].at.line}: {case.field}: {found[0].message}"
