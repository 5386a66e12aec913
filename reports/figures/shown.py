"""The figures that the overview and the pages of pillars show."""

MILESTONE_FIGURES = (
    "milestones_met", "milestones_due_this_week", "milestones_late", "milestones_next", "milestones",
)  # fmt: skip
MONEY_FIGURES = ("money", "free_balance", "year_end_forecast", "projected_lapse", "overspent")
# What both show.
SHOWN = ("health", "health_dollars", "freshness", *MILESTONE_FIGURES, *MONEY_FIGURES)
OVERVIEW = ("announced", *SHOWN)
