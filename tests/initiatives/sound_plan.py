"""A small sound plan, to be spoiled one thing at a time."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

TODAY = date(2026, 11, 16)

# `ON`, `1.10` and `06:00` stand bare on purpose: YAML reads them as a boolean, a float and a number.
SOUND = {
    "sources.yaml": """\
sources:
  - code: NW1
    title: {en: Release, fr: Communiqué}
    language: en
    official: true
    url: https://www.newswire.ca/news-releases/plan-1.html
    published_on: 2024-12-17
  - code: PRESS
    title: {en: Press report, fr: Article de presse}
    language: en
    official: false
""",
    "organizations.yaml": """\
organizations:
  - code: PS
    abbreviation: {en: PS, fr: SP}
    name: {en: Public Safety Canada, fr: Sécurité publique Canada}
    gc_org_id: 135
    source: NW1
""",
    "places.yaml": """\
places:
  - code: WINDSOR
    name: {en: Windsor, fr: Windsor}
    kind: port_of_entry
    province: ON
""",
    "pillars.yaml": """\
pillars:
  - number: 1
    title:
      en: Detecting
      fr: Détecter
    source: NW1
""",
    "plan.yaml": """\
code: BP
title:
  en: Border Plan
  fr: Plan frontalier
description:
  en: A plan.
  fr: Un plan.
announced_on: 2024-12-17
funding_announced: 1300000000.00
first_fiscal_year: 2024
last_fiscal_year: 2029
coordinating_organization: PS
source: NW1
""",
    "initiatives-1.yaml": """\
initiatives:
  - code: 1.10
    pillar: 1
    title:
      en: Canine teams
      fr: Équipes canines
    description:
      en: Teams.
      fr: Équipes.
    lead_organization: PS
    places: [WINDSOR]
    lifecycle: underway
    lifecycle_source: NW1
    source: NW1
    milestones:
      - code: M1
        title:
          en: Teams in service
          fr: Équipes en service
        kind: deployment
        actual_on: 2025-06-30
        source: NW1
    money:
      - organization: PS
        fiscal_year: 2024
        entries:
          - stage: commitment
            amount: 12345678901234.56
            effective_on: 2025-01-23
            reference: contract 1
            source: NW1
""",
    "funding.yaml": """\
funding:
  - code: F01
    organization: PS
    amount: 20000000
    in_total: true
    covers:
      en: Five years
      fr: Cinq ans
    announced_on: 2024-12-17
    source: NW1
""",
    "series.yaml": """\
series:
  - code: REMOVALS
    title:
      en: Removals
      fr: Renvois
    unit: {en: removals, fr: renvois}
    level: output
    calendar: fiscal
    accumulation: flow
    direction: increase
    initiative: 1.10
    source: NW1
    points:
      - period_start: 2023-04-01
        period_end: 2024-03-31
        value: 69300
        source: NW1
""",
}

Write = Callable[..., Path]


def write_plan(directory: Path, file: str = "", old: str = "", new: str = "") -> Path:
    """Write the sound plan, with `old` replaced by `new` in `file`."""
    for name, text in SOUND.items():
        assert name != file or old in text
        (directory / name).write_text(text.replace(old, new, 1) if name == file else text, encoding="utf-8")
    return directory
