"""The tracker's own settings; the peers are mounted beside it, and accounts are made without the wait that keeps
passwords from being guessed: nothing that is measured looks at one."""

import os

from config.settings import *  # noqa: F403, TID251 - the same, whatever is in it
from config.settings import EXPORT_SECONDS as PATIENCE  # noqa: TID251 - what it is unless told otherwise
from config.settings import INSTALLED_APPS as OURS  # noqa: TID251 - to which the bench is added

INSTALLED_APPS = [*OURS, "bench"]
ROOT_URLCONF = "bench.urls"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A busy machine takes longer for the whole of the updates than anybody is let wait for.
EXPORT_SECONDS = int(os.environ.get("BENCH_EXPORT_SECONDS") or PATIENCE)
