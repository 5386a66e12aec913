"""What the simulated plan measures, in both languages."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from initiatives.actions.indicators import IndicatorContent
from initiatives.choices import Accumulation, Calendar, Direction, Level, Measure, RollupRule, TargetType


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """An indicator, the target at the end of its first fiscal year, and how it goes month by month.

    `month` are the least and the most that a month adds (tenths of the quotient, of a ratio); `begins` is where a stock
    or a running total starts. `skips`: one month is not available; `restates`: one is restated.
    """

    code: str
    initiative: str
    title: tuple[str, str]
    unit: tuple[str, str]
    level: Level
    accumulation: Accumulation
    rollup_rule: RollupRule
    month: tuple[int, int]
    direction: Direction = Direction.INCREASE
    target_type: TargetType = TargetType.AT_LEAST
    measure: Measure = Measure.NUMBER
    decimals: int = 0
    lower: Decimal | None = None
    upper: Decimal | None = None
    baseline: Decimal | None = None
    begins: Decimal = Decimal(0)
    skips: bool = False
    restates: bool = False

    def content(self, start: date) -> IndicatorContent:
        """What the action takes; the baseline is of the plan's first day."""
        return IndicatorContent(
            code=self.code, title_en=self.title[0], title_fr=self.title[1], unit_en=self.unit[0],
            unit_fr=self.unit[1], level=self.level, measure=self.measure, direction=self.direction,
            accumulation=self.accumulation, calendar=Calendar.FISCAL, rollup_rule=self.rollup_rule,
            target_type=self.target_type, decimals=self.decimals, baseline_value=self.baseline,
            baseline_on=None if self.baseline is None else start, source="Simulation",
        )  # fmt: skip


GAUGES = (
    Gauge(
        code="SCANNERS", initiative="1.01", title=("Scanners replaced", "Appareils de balayage remplacés"),
        unit=("scanners", "appareils"), level=Level.OUTPUT, accumulation=Accumulation.FLOW, rollup_rule=RollupRule.SUM,
        month=(0, 4), lower=Decimal(24),
    ),
    Gauge(
        code="DOGS", initiative="1.03", title=("Detector dogs in service", "Chiens détecteurs en service"),
        unit=("dogs", "chiens"), level=Level.OUTPUT, accumulation=Accumulation.STOCK, rollup_rule=RollupRule.LATEST,
        month=(0, 3), lower=Decimal(50), baseline=Decimal(38), begins=Decimal(38), skips=True,
    ),
    Gauge(
        code="LANES", initiative="3.01",
        title=("Travellers served per lane hour", "Voyageurs servis par heure de voie"),
        unit=("travellers per hour", "voyageurs par heure"), level=Level.OUTCOME, accumulation=Accumulation.FLOW,
        rollup_rule=RollupRule.RATIO, measure=Measure.RATIO, decimals=1, month=(570, 650),
        lower=Decimal(65), baseline=Decimal(58),
    ),
    Gauge(
        code="DECLARATIONS", initiative="3.02",
        title=("Digital declarations since 1 April", "Déclarations numériques depuis le 1er avril"),
        unit=("declarations", "déclarations"), level=Level.OUTPUT, accumulation=Accumulation.RUNNING_TOTAL,
        rollup_rule=RollupRule.LATEST, month=(20_000, 60_000), lower=Decimal(400_000),
    ),
    Gauge(
        code="CROSSINGS", initiative="",
        title=("Crossings between ports of entry", "Passages entre les points d’entrée"),
        unit=("crossings", "passages"), level=Level.OUTCOME, accumulation=Accumulation.FLOW,
        rollup_rule=RollupRule.SUM, direction=Direction.DECREASE, target_type=TargetType.AT_MOST, month=(40, 110),
        upper=Decimal(900), baseline=Decimal(1200), restates=True,
    ),
)  # fmt: skip
