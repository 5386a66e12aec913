"""Data directories for supervisors under test."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.config.supervised import engines_of


@pytest.fixture
def home(place: Path) -> Path:
    return place / "home"


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    """One home whose engines run while this module's read-only tests look at them."""
    place = Path(tempfile.mkdtemp(prefix="tracker-"))
    place.chmod(0o755)
    with engines_of(place / "home") as process:
        yield place / "home", process
    shutil.rmtree(place)
