"""Rows as columns, and the files that are made of them."""

from tracker.tabular.columns import Column, DaysBetween, Defused, Instant, IsoWeek, Joined, Kind

__all__ = ["Column", "DaysBetween", "Defused", "Instant", "IsoWeek", "Joined", "Kind"]
