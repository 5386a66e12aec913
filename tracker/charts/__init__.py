"""Charts and symbols as SVG, made on the server: the same string serves page, PDF and mail.

Each chart is a frozen dataclass, and a pure function draws it. Literal light colours stand as presentation attributes,
because a PDF or mail renderer sees no style sheet; the page's style sheet recolours by class for the dark theme.
Nothing is told by colour alone: symbols differ in shape, segments in pattern, lines in their strokes.
"""

from tracker.charts.bars import Bar, bars
from tracker.charts.burn import Burn, BurnMonth, burn
from tracker.charts.canvas import NARROW, WIDE
from tracker.charts.distribution import BAR_HEIGHT, SLIM_HEIGHT, Distribution, Segment, distribution_bar, swatch
from tracker.charts.looks import LOOKS, Look, symbol
from tracker.charts.paths import IndicatorPath, Observed, TargetPoint, indicator_path
from tracker.charts.pictures import png
from tracker.charts.slips import Forecasts, SlipChart, slip_chart
from tracker.charts.strip import StatusStrip, WeekState, status_strip
from tracker.charts.tables import Chart, Column, Table
from tracker.charts.timeline import MilestoneDates, MilestoneTimeline, milestone_timeline
from tracker.charts.years import YearColumns, YearMoney, year_columns

__all__ = [
    "BAR_HEIGHT",
    "LOOKS",
    "NARROW",
    "SLIM_HEIGHT",
    "WIDE",
    "Bar",
    "Burn",
    "BurnMonth",
    "Chart",
    "Column",
    "Distribution",
    "Forecasts",
    "IndicatorPath",
    "Look",
    "MilestoneDates",
    "MilestoneTimeline",
    "Observed",
    "Segment",
    "SlipChart",
    "StatusStrip",
    "Table",
    "TargetPoint",
    "WeekState",
    "YearColumns",
    "YearMoney",
    "bars",
    "burn",
    "distribution_bar",
    "indicator_path",
    "milestone_timeline",
    "png",
    "slip_chart",
    "status_strip",
    "swatch",
    "symbol",
    "year_columns",
]
