"""Every figure is declared once; pages, rollups, API and explanations all read that declaration."""

from reports.figures import health, milestones, money  # noqa: F401 - declares the figures, in this order

from reports.figures import funds  # noqa: F401 - after those of the frame  # isort: skip
from reports.figures import indicators  # noqa: F401 - after funds  # isort: skip
from reports.figures import milestone_progress  # noqa: F401 - after indicators  # isort: skip
from reports.figures import freshness  # noqa: F401 - after milestone_progress  # isort: skip
from reports.figures.compute import compute
from reports.figures.declaration import FIGURES, Figure, Selection, Unit, figure
from reports.figures.values import Coverage, Result

__all__ = ["FIGURES", "Coverage", "Figure", "Result", "Selection", "Unit", "compute", "figure"]
