"""Brings database and static files up to date before a start: `python -m config.embedded.prepare`.

Idempotent, and one process for all steps: each start of Django costs a good part of a second. Standard output
gets only what the operator must read: the demonstration's passwords, the first administrator's link.
"""

import argparse
import hashlib
import io
import logging
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError

from config.embedded.errors import EXPLAINED, say

PLAN = Path("plans") / "border-plan-2024"


def main() -> int:
    """Run every step; the exit status. A step that fails says why in one line on standard error."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m config.embedded.prepare")
    parser.add_argument("--demo", action="store_true", help="make the simulated plan and its users too")
    parser.add_argument("--progress", action="store_true", help="say what is being done")
    options = parser.parse_args()
    tell: Callable[[str], None] = say if options.progress else lambda _line: None
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # Under root's own umask the web process, which runs under another account, might not read what is made here.
    os.umask(0o022)
    log = Path(os.environ["TRACKER_HOME"]) / "logs" / "prepare.log"
    report = io.StringIO()
    try:
        django.setup()
        logging.disable(logging.INFO)
        _steps(tell, report, demo=options.demo)
    except (CommandError, ImproperlyConfigured, OperationalError) as error:
        say(str(error).strip())
        return EXPLAINED
    except Exception as error:  # noqa: BLE001 (kept whole in the log, said in one line)
        report.write(traceback.format_exc())
        say(f"{type(error).__name__}: {error} (more in {log})")
        return EXPLAINED
    finally:
        log.write_text(report.getvalue())
    return 0


def _steps(tell: Callable[[str], None], report: io.StringIO, *, demo: bool) -> None:
    tell("Bringing the database up to date ...")
    call_command("migrate", interactive=False, verbosity=1, stdout=report)
    if demo:
        tell("Simulating the demonstration plan ...")
        call_command("demo")
    tell("Loading the border plan ...")
    call_command("load_plan", str(PLAN), stdout=report)
    _collect_static(tell)
    link = io.StringIO()
    call_command("setup_link", stdout=link)
    if link.getvalue():
        sys.stdout.write(f"Make the first administrator, once, at {link.getvalue()}")


def _collect_static(tell: Callable[[str], None]) -> None:
    """Collect static files when a source has changed since they were last collected."""
    target = Path(settings.STATIC_ROOT)
    stamp = target.with_name(f"{target.name}.stamp")
    sources = _fingerprint()
    if target.is_dir() and stamp.exists() and stamp.read_text() == sources:
        return
    tell("Collecting static files ...")
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(sources)


def _fingerprint() -> str:
    """A digest of the path, size and time of every static source."""
    digest = hashlib.sha256(django.__version__.encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
