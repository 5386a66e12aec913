"""`python -m soak.drive`: what happens in the house of a soak, and what is found at its end. Started by the house."""

import argparse
import os
import random
import sys
import time
from pathlib import Path

import django


def main() -> int:
    """The exit status: 0 when everything holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("place", type=Path)
    for name in ("weeks", "initiatives", "seed", "port"):
        parser.add_argument(name, type=int)
    parser.add_argument("--every-scope", action="store_true")
    parser.add_argument("only", nargs="*")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    return _drive(options)


def _drive(options: argparse.Namespace) -> int:
    # Django has to be set up before its models can be imported.
    from soak.checks import checks  # noqa: PLC0415
    from soak.clock import Clock  # noqa: PLC0415
    from soak.faults import Faults  # noqa: PLC0415
    from soak.house import Switches  # noqa: PLC0415
    from soak.people import People  # noqa: PLC0415
    from soak.plan import make_plan  # noqa: PLC0415
    from soak.report import Report  # noqa: PLC0415
    from soak.sending import NeverAnswered  # noqa: PLC0415
    from soak.year import KINDS, NotSealed, Year, schedule  # noqa: PLC0415

    began = time.monotonic()
    chance = random.Random(options.seed)  # noqa: S311 - a game, not a secret
    clock = Clock(options.place)
    cast = make_plan(initiatives=options.initiatives, weeks=options.weeks, chance=chance, at=clock.now())
    year = Year(
        people=People(cast, ("127.0.0.1", options.port), chance),
        faults=Faults(
            clock, Switches(options.place), os.environ["REDIS_URL"], random.Random(options.seed + 1),  # noqa: S311
            options.place / "faults.log",
        ),
        monday=cast.plan.day(clock.now()),
        weeks=options.weeks,
        out=sys.stdout,
        schedule=schedule(options.weeks, chance, options.only or KINDS),
    )  # fmt: skip
    broke = ""
    try:
        year.run()
    except (NotSealed, NeverAnswered) as error:
        broke = f"{type(error).__name__}: {error}"
    played = time.monotonic() - began
    report = Report(year, sys.stdout)
    report.faults()
    report.people(played)
    return report.checks(checks(year, options.place / "mail", every_scope=options.every_scope), broke)


if __name__ == "__main__":
    sys.exit(main())
