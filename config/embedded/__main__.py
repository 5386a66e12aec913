"""`python -m config.embedded run|exec`: start the tracker, or lend its engines to one command."""

import argparse
import os
import sys
from pathlib import Path

from config.embedded import guardian
from config.embedded.application import Address
from config.embedded.commands import execute, run
from config.embedded.errors import InterruptedStart, StartError, say
from config.embedded.home import CHECKOUT, HomeInUse, require_prepared

LARGEST_PORT = 65_535


def main() -> int:
    """The command line; the exit status."""
    options = parser().parse_args()
    if not sys.platform.startswith("linux"):
        say("The embedded servers need Linux: see docs/engines.md for others.")
        return 1
    home = home_of(options)
    if options.action == "exec" and options.prepared and not os.environ.get("DATABASE_URL"):
        try:
            require_prepared(home, "--demo" if options.demo and not options.home else "")
        except StartError as error:
            say(str(error))
            return 1
    return guardian.watch(lambda guardian_pid: _in_one_line(options, home, guardian_pid))


def _in_one_line(options: argparse.Namespace, home: Path, guardian_pid: int) -> int:
    """Do what was asked; whatever prevents it is said in one line."""
    try:
        if options.action == "run":
            return run(home, Address(options.host, options.port), demo=options.demo, guardian_pid=guardian_pid)
        return execute(home, options.command, alone=options.alone, guardian_pid=guardian_pid)
    except (StartError, HomeInUse) as error:
        if str(error):
            say(str(error))
    except OSError as error:
        say(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except InterruptedStart as stop:
        return 128 + stop.number
    return 1


def parser() -> argparse.ArgumentParser:
    """What the command line takes."""
    parser = argparse.ArgumentParser(prog="python -m config.embedded", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    run_parser = actions.add_parser("run", help="start everything and keep it running")
    run_parser.add_argument("--port", type=_port, default=8000, help="port of the pages (default: 8000)")
    run_parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    run_parser.add_argument("--demo", action="store_true", help="add a simulated plan, and a user for each role")
    exec_parser = actions.add_parser("exec", help="run one command with the engines up")
    exec_parser.add_argument("--alone", action="store_true", help="refuse to join engines that are running")
    exec_parser.add_argument("--demo", action="store_true", help="on the data directory of run --demo")
    exec_parser.add_argument("--prepared", action="store_true", help="refuse a data directory that run never prepared")
    exec_parser.add_argument("command", nargs="+", metavar="-- COMMAND", help="the command and its arguments")
    for action in (run_parser, exec_parser):
        action.add_argument("--home", type=Path, help="data directory (default: .home in the checkout)")
    return parser


def home_of(options: argparse.Namespace) -> Path:
    """The data directory: the one that is named, else the checkout's, of which the demonstration has its own."""
    named = options.home or os.environ.get("TRACKER_HOME")
    return Path(named) if named else CHECKOUT / (".home-demo" if options.demo else ".home")


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= LARGEST_PORT:
        msg = f"must be a whole number from 1 to {LARGEST_PORT}, not {text!r}"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
