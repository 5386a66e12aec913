"""Where a place lies on the map: Lambert's conformal conic projection, with the parallels that Statistics Canada uses
for all of Canada (49° and 77° north). Maps of a part have a central meridian of their own, so that north is up."""

from dataclasses import dataclass
from math import cos, log, pi, radians, sin, tan

_SOUTH, _NORTH = radians(49), radians(77)


def _stretch(latitude: float) -> float:
    return tan(pi / 4 + latitude / 2)


_CONE = log(cos(_SOUTH) / cos(_NORTH)) / log(_stretch(_NORTH) / _stretch(_SOUTH))
_RADIUS = cos(_SOUTH) * _stretch(_SOUTH) ** _CONE / _CONE


@dataclass(frozen=True)
class Projection:
    """`meridian`: degrees east of Greenwich that run straight up. `left` and `top` are where the drawing begins, in
    radii of the Earth; `scale` is drawing units to a radius."""

    meridian: float
    left: float = 0.0
    top: float = 0.0
    scale: float = 1.0

    def project(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Drawing units to the right and downwards, of degrees east and north (WGS 84, taken for a sphere)."""
        distance = _RADIUS / _stretch(radians(latitude)) ** _CONE
        turn = _CONE * radians(longitude - self.meridian)
        return (distance * sin(turn) - self.left) * self.scale, (distance * cos(turn) - self.top) * self.scale
