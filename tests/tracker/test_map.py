"""The map of Canada: where places lie on it, and what is drawn."""

import hashlib
import importlib.machinery
import importlib.util
import re
from math import cos, hypot, radians

import pytest
from django.conf import settings

from tracker.choices import PlaceKind
from tracker.map.base import CANADA, FILE, INSETS, frames
from tracker.map.draw import APART, SHAPES, Marker, draw, drawings, spread
from tracker.map.projection import Projection

KILOMETRES = 6371.0


def outline(path: str) -> list[list[tuple[float, float]]]:
    """The closed lines of path data, in units."""
    rings = []
    for part in path.removesuffix("z").split("z"):
        numbers = [int(text) / 10 for text in re.findall(r"-?\d+", part)]
        steps = list(zip(numbers[::2], numbers[1::2], strict=True))
        ring = [steps[0]]
        for dx, dy in steps[1:]:
            ring.append((ring[-1][0] + dx, ring[-1][1] + dy))
        rings.append(ring)
    return rings


def holds(ring: list[tuple[float, float]], x: float, y: float) -> bool:
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def off(ring: list[tuple[float, float]], x: float, y: float) -> float:
    """How far a point is from a line."""
    near = 1e9
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        dx, dy = x2 - x1, y2 - y1
        t = max(0.0, min(1.0, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy or 1)))
        near = min(near, hypot(x - x1 - t * dx, y - y1 - t * dy))
    return near


class TestProjection:
    @pytest.mark.parametrize("latitude", [49, 77])
    def test_distances_are_true_on_the_two_parallels(self, latitude):
        one = Projection(-95, scale=KILOMETRES)
        (x1, y1), (x2, y2) = one.project(-90, latitude - 0.005), one.project(-90, latitude + 0.005)
        assert hypot(x2 - x1, y2 - y1) == pytest.approx(KILOMETRES * 0.01 * 3.141592653589793 / 180, rel=1e-5)

    @pytest.mark.parametrize("place", [(-123, 49), (-75, 45), (-63, 82)])
    def test_shapes_are_true_everywhere(self, place):
        """Conformal: a little step to the north and one as long to the east are as long, and square to each other."""
        one, step = Projection(-91.8666667), 1e-4
        x, y = one.project(*place)
        north = one.project(place[0], place[1] + step)
        east = one.project(place[0] + step / cos(radians(place[1])), place[1])
        (ax, ay), (bx, by) = (north[0] - x, north[1] - y), (east[0] - x, east[1] - y)
        assert hypot(ax, ay) == pytest.approx(hypot(bx, by), rel=1e-4)
        assert (ax * bx + ay * by) / (hypot(ax, ay) * hypot(bx, by)) == pytest.approx(0, abs=1e-4)

    def test_north_is_up_on_the_middle_meridian(self):
        one = Projection(-81)
        (x1, y1), (x2, y2) = one.project(-81, 42), one.project(-81, 44)
        assert x1 == x2 == 0
        assert y2 < y1


class TestBaseMap:
    def test_it_is_small_and_names_its_source(self):
        assert FILE.stat().st_size < 60_000
        assert '"source":"Natural Earth' in FILE.read_text()

    def test_the_archive_that_it_is_made_of_is_the_one_that_is_named(self):
        path = settings.BASE_DIR / "script" / "make_map"
        loader = importlib.machinery.SourceFileLoader("make_map", str(path))
        made = importlib.util.module_from_spec(importlib.util.spec_from_loader("make_map", loader))
        loader.exec_module(made)
        vendored = (settings.BASE_DIR / "tracker/static/vendor/VENDORED.md").read_text()
        assert f"`{made.SHA256}`" in vendored
        assert hashlib.sha256(FILE.read_bytes()).hexdigest() in vendored

    def test_every_province_and_territory_is_there_with_a_point_inside(self):
        canada = frames()[CANADA]
        assert sorted(canada.provinces) == sorted(canada.points) == sorted(
            ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"]
        )  # fmt: skip
        for code, (x, y) in canada.points.items():
            assert any(holds(ring, x, y) for ring in outline(canada.provinces[code])), code

    def test_the_border_of_the_prairies_runs_along_the_49th_parallel(self):
        canada = frames()[CANADA]
        for longitude, province in [(-112, "AB"), (-105, "SK"), (-98, "MB")]:
            x, y = canada.projection.project(longitude, 49.0)
            assert min(off(ring, x, y) for ring in outline(canada.provinces[province])) < 0.8

    def test_parts_are_drawn_larger_and_hold_their_corners(self):
        for name in INSETS:
            part = frames()[name]
            west, south, east, north = part.bounds
            assert part.projection.scale > 5 * frames()[CANADA].projection.scale
            assert part.at((west + east) / 2, (south + north) / 2) is not None
            assert part.at(west - 3, south) is None


def marker(number: int, longitude: float | None = None, latitude: float | None = None, **fields) -> Marker:
    given = {"kind": PlaceKind.PORT_OF_ENTRY, "name": f"Port {number}", "url": f"#place-{number}", **fields}
    return Marker(number=number, longitude=longitude, latitude=latitude, **given)


class TestDrawings:
    def test_places_that_crowd_stand_in_a_part_and_its_letter_on_the_whole(self):
        whole, part = drawings([marker(1, -83.0, 42.3), marker(2, -79.0, 43.1), marker(3, -112, 49)])
        assert (whole.letter, [one.number for one in whole.markers]) == ("", [3])
        assert (part.letter, part.frame.name, [one.number for one in part.markers]) == ("A", "windsor-niagara", [1, 2])
        drawn = draw(whole, title="Places", parts=[part])
        assert 'href="#map-windsor-niagara"' in drawn
        assert ">A</text>" in drawn

    def test_one_alone_stays_on_the_whole(self):
        [whole] = drawings([marker(1, -83.0, 42.3)])
        assert [one.number for one in whole.markers] == [1]

    def test_a_region_stands_in_its_province_and_one_that_nobody_can_draw_nowhere(self):
        region = marker(1, kind=PlaceKind.REGION, province="MB")
        [whole] = drawings([region, marker(2, kind=PlaceKind.LABORATORY, province="ON"), marker(3, 2.35, 48.85)])
        assert whole.markers == (region,)
        assert "map-canada-hatch)" in draw(whole, title="Places")

    def test_markers_never_cover_each_other(self):
        canada = frames()[CANADA]
        points = [(300.0 + number % 3, 300.0) for number in range(30)] + [(1.0, 1.0), (599.0, 510.0)]
        stand = spread(points, canada)
        assert stand[0] == points[0]
        assert all(
            hypot(a[0] - b[0], a[1] - b[1]) >= APART - 1e-6 for n, a in enumerate(stand) for b in stand[:n]
        )  # fmt: skip
        assert all(0 <= x <= canada.width and 0 <= y <= canada.height for x, y in stand)

    def test_it_is_a_group_of_links_with_names_and_no_style(self):
        drawn = draw(drawings([marker(7, -112, 49, name="<Coutts>")])[0], title="Places & more")
        assert 'role="group"' in drawn
        assert "style=" not in drawn
        assert "Places &amp; more</title>" in drawn
        assert 'href="#place-7"' in drawn
        assert "<title>7. &lt;Coutts&gt;</title>" in drawn
        assert float(re.search(r'font-size="([\d.]+)"', drawn)[1]) >= 11

    def test_each_kind_has_a_shape_of_its_own(self):
        assert set(SHAPES) == set(PlaceKind.values)
        assert len(set(SHAPES.values())) == len(SHAPES)
