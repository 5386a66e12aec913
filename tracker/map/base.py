"""The base map: Canada with its provinces, and three parts of it where places crowd. Made by `script/make_map`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tracker.map.projection import Projection

FILE = Path(__file__).parent / "canada.json"
CANADA = "canada"
INSETS = ("lower-mainland", "windsor-niagara", "montreal-quebec")


@dataclass(frozen=True)
class Frame:
    """One drawing, `width` by `height` units, of the degrees within `bounds` (west, south, east, north; None: all of
    Canada). Outlines are SVG path data in tenths of a unit: of each province by its
    two letters, of the states across the border, and of lakes. `points` are in the middle of the provinces."""

    name: str
    bounds: tuple[float, float, float, float] | None
    width: int
    height: int
    projection: Projection
    provinces: Mapping[str, str]
    neighbours: tuple[str, ...]
    lakes: str
    points: Mapping[str, tuple[float, float]]

    def at(self, longitude: float, latitude: float) -> tuple[float, float] | None:
        """Where a place lies, in units from the upper left corner; None outside the drawing."""
        x, y = self.projection.project(longitude, latitude)
        return (x, y) if 0 <= x <= self.width and 0 <= y <= self.height else None


@cache
def frames() -> Mapping[str, Frame]:
    """Every drawing by its name: all of Canada, then the parts."""
    drawn: Mapping[str, Any] = json.loads(FILE.read_text())["frames"]
    return {name: _frame(name, drawn[name]) for name in (CANADA, *INSETS)}


def _frame(name: str, found: Mapping[str, Any]) -> Frame:
    return Frame(
        name=name,
        bounds=tuple(found["bounds"]) if found["bounds"] else None,
        width=found["width"],
        height=found["height"],
        projection=Projection(found["meridian"], found["left"], found["top"], found["scale"]),
        provinces=found["provinces"],
        neighbours=tuple(found["neighbours"]),
        lakes=found["lakes"],
        points={code: (x, y) for code, (x, y) in found["points"].items()},
    )
