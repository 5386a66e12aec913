"""The account that the servers run under."""

import os
import pwd
from pathlib import Path

from config.embedded.errors import StartError

PREFERRED = ("postgres", "nobody")


def choose(database: Path, preferred: tuple[str, ...] = PREFERRED) -> pwd.struct_passwd | None:
    """The unprivileged account to drop to when started by root; None for an ordinary user, who stays as is.

    A database that exists decides: PostgreSQL opens only what its own account owns. Else it is
    the one named in TRACKER_ACCOUNT, else the first of `preferred` that exists. Raises StartError.
    """
    if os.geteuid() != 0:
        return None
    owner = database.stat().st_uid if database.exists() else 0
    if owner:
        try:
            return pwd.getpwuid(owner)
        except KeyError:
            msg = f"{database} belongs to user id {owner}, which has no account here: create one."
            raise StartError(msg) from None
    named = os.environ.get("TRACKER_ACCOUNT")
    for name in (named,) if named else preferred:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        if account.pw_uid != 0:
            return account
    wanted = f"TRACKER_ACCOUNT={named}" if named else " or ".join(preferred)
    msg = (
        f"Started as root, and no unprivileged account ({wanted}) exists to run the servers under: "
        "create one and name it in TRACKER_ACCOUNT, or start as an ordinary user."
    )
    raise StartError(msg)


def reaches(account: pwd.struct_passwd | None, *paths: Path, mode: int = os.R_OK | os.X_OK) -> bool:
    """Whether `account` (None: this one) has `mode` on every one of `paths`, all their parents included."""
    if account is None:
        return all(os.access(path, mode) for path in paths)
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
            status = 0 if all(os.access(path, mode) for path in paths) else 1
        finally:
            os._exit(status)
    return os.waitpid(pid, 0)[1] == 0


def barred_at(account: pwd.struct_passwd, path: Path, *, mode: int = os.R_OK) -> Path | None:
    """The outermost of the directories to `path`, and of those to where it leads, that `account` cannot pass, else
    `path` itself when it has not `mode` on it; None when nothing stands in its way."""
    for found in dict.fromkeys((path.absolute(), path.resolve())):
        for directory in reversed(found.parents):
            if not reaches(account, directory, mode=os.X_OK):
                return directory
    return None if reaches(account, path, mode=mode) else path


def own(path: Path, account: pwd.struct_passwd | None) -> None:
    """Give `path`, made by this process, to `account`."""
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)
