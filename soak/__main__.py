"""`python -m soak`: a simulated year of weekly rollups under faults; prints what was injected and found."""

import argparse
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from config.embedded import guardian
from config.embedded.errors import StartError, say
from config.embedded.home import HomeInUse
from soak.house import keep

# A Monday, half an hour into it in the plan's time zone. The year has a week 53, both clock changes and a 31 March.
BEGINS = datetime(2026, 11, 30, 5, 30, tzinfo=UTC)
PORT = 8791
MOST = 1000


def main() -> int:
    """The exit status: 0 when everything holds, 1 when something does not, or nothing could be started."""
    parser = argparse.ArgumentParser(prog="script/soak", description=__doc__)
    parser.add_argument("--weeks", type=_number, default=52, help="how many are played (default: 52)")
    parser.add_argument("--initiatives", type=_number, default=60, help="of the plan (default: 60)")
    parser.add_argument("--seed", type=int, default=2026, help="what happens, and what goes wrong (default: 2026)")
    parser.add_argument("--port", type=int, default=PORT, help=f"port of the pages meanwhile (default: {PORT})")
    parser.add_argument("--only", nargs="+", default=[], metavar="FAULT", help="of these kinds alone: clock_ahead ...")
    parser.add_argument(
        "--every-scope",
        action="store_true",
        help="at the end, differences of every initiative at every pair of rollups",
    )
    options = parser.parse_args()
    if not sys.platform.startswith("linux"):
        say("The soak needs Linux.")
        return 1
    place = Path(tempfile.mkdtemp(prefix="soak-"))
    place.chmod(0o711)
    given = [str(number) for number in (options.weeks, options.initiatives, options.seed, options.port)]
    whole = ["--every-scope"] if options.every_scope else []
    driver = ["-m", "soak.drive", str(place), *given, *whole, *options.only]
    status = guardian.watch(lambda pid: _in_one_line(place, options.port, driver, pid))
    if status:
        say(f"Logs and data are kept in {place}.")
    else:
        for kept in (place / "engines", place):  # the engines of root's home may lie elsewhere
            shutil.rmtree(kept.resolve(), ignore_errors=True)
    return status


def _in_one_line(place: Path, port: int, driver: list[str], guardian_pid: int) -> int:
    try:
        return keep(place, port, driver, begins=BEGINS, guardian_pid=guardian_pid)
    except (StartError, HomeInUse) as error:
        if str(error):
            say(str(error))
    except OSError as error:
        say(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    return 1


def _number(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= MOST:
        msg = f"must be a whole number from 1 to {MOST}, not {text!r}"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
