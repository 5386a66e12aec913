"""Figures week by week."""

from reports.series.asked import LONGEST, USUAL, Asked, Basis, asked_series
from reports.series.weeks import Absent, Item, Series, series

__all__ = ["LONGEST", "USUAL", "Absent", "Asked", "Basis", "Item", "Series", "asked_series", "series"]
