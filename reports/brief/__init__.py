"""The brief: the weekly rollup as a document that is read in thirty seconds, made from its sealed payload alone."""

from reports.brief.document import Brief, Column, HeadlineColour, Kind, Seal, Section, Table, Tile, Value
from reports.brief.making import brief_of

__all__ = ["Brief", "Column", "HeadlineColour", "Kind", "Seal", "Section", "Table", "Tile", "Value", "brief_of"]
