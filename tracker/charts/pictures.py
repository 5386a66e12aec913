"""Drawings as PNG, for mail and documents that take no SVG."""

import re
import tempfile
from functools import cache
from pathlib import Path

from tracker import formats

FONTS = Path(__file__).resolve().parent.parent / "static" / "vendor" / "fonts"
FACES = ("gcds-noto-sans-regular", "gcds-noto-sans-bold")


def png(svg: str, width: int) -> bytes:
    """The drawing in its light theme, on white, `width` pixels wide. The same drawing gives the same bytes on every
    machine: only the vendored fonts are used. ValueError where `svg` is none."""
    import resvg_py  # noqa: PLC0415 - a binary that only mail and documents need

    standing = re.sub(r"<svg(?![^>]*\sxmlns=)", '<svg xmlns="http://www.w3.org/2000/svg"', svg, count=1)
    # The vendored fonts have no minus sign; their en dash is as long.
    return resvg_py.svg_to_bytes(
        svg_string=standing.replace(formats.MINUS, "\N{EN DASH}"),
        width=width,
        background="#ffffff",
        skip_system_fonts=True,
        font_files=[str(path) for path in _faces()],
        sans_serif_family="Noto Sans",
    )


@cache
def _faces() -> tuple[Path, ...]:
    """The vendored fonts unpacked once per process: the drawing library reads TrueType, but no WOFF2."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to load, needed once

    place = Path(tempfile.mkdtemp(prefix="tracker-fonts-"))
    found = []
    for face in FACES:
        with TTFont(FONTS / f"{face}.woff2") as font:
            font.flavor = None
            font.save(place / f"{face}.ttf")
        found.append(place / f"{face}.ttf")
    return tuple(found)
