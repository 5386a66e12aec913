"""Why a figure differs from what was reported: the difference between two points, split into parts that add up to it.

A point is a day, what was known (a revision), and the versions of the figures. `differences` walks from one to the
other in three legs (rule, knowledge, time); each row that changes on a leg is in exactly one part, with the revisions
that changed it. `docs/adr/0012-restatements.md` says why so.
"""

from reports.differences.compute import differences
from reports.differences.difference import CellDifference, Difference, Moved
from reports.differences.parts import Part
from reports.differences.points import NOW, Point, find_point, pair

__all__ = ["NOW", "CellDifference", "Difference", "Moved", "Part", "Point", "differences", "find_point", "pair"]
