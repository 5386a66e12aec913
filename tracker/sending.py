"""How files go out: whole, of known length, by so many threads at a time that pages always find one."""

import time
from collections import Counter
from contextlib import AbstractContextManager
from threading import Lock
from types import TracebackType
from typing import IO

from django.conf import settings
from django.http import FileResponse

BLOCK = 1 << 18
AT_ONCE = 1 << 18  # bytes that a connection takes without its reader: such a file holds no thread
GRACE_SECONDS = 120
SLOWEST = 1 << 15  # bytes a second that a reader takes on the whole, after the grace


class Seat(AbstractContextManager["Seat"]):
    """One of the threads of this process that may be busy with sending files. Given back once, however often it is
    closed."""

    _lock = Lock()
    _taken: Counter[int] = Counter()

    def __init__(self, user: int) -> None:
        self.user = user
        self._held = True

    @classmethod
    def take(cls, user: int) -> "Seat | None":
        """None when all are taken, or half of them by this person."""
        with cls._lock:
            most: int = settings.EXPORTS_SENDING
            if cls._taken.total() >= most or cls._taken[user] >= max(most // 2, 1):
                return None
            cls._taken[user] += 1
        return cls(user)

    @classmethod
    def free(cls) -> "Seat":
        """One that stands for no thread: for an answer without a body."""
        seat = cls(0)
        seat._held = False
        return seat

    @classmethod
    def taken(cls) -> int:
        """How many are busy."""
        with cls._lock:
            return cls._taken.total()

    def close(self) -> None:
        """Give it back."""
        with self._lock:
            if self._held:
                self._held = False
                self._taken[self.user] -= 1
                self._taken += Counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class TooSlow(Exception):
    """The reader takes so little that the thread is given to others. The file is then short of its stated length."""


class WholeFile(FileResponse):
    """A whole file of known length: a transfer that breaks off cannot look complete. Closing it, which the server does
    also when the reader has gone, deletes the file and gives the seat back."""

    block_size = BLOCK

    def __init__(self, file: IO[bytes], *, size: int, filename: str, content_type: str, seat: Seat) -> None:
        super().__init__(_Paced(file, size), as_attachment=True, filename=filename, content_type=content_type)
        self["Content-Length"] = str(size)
        if size <= AT_ONCE:
            seat.close()
        else:
            self._resource_closers.append(seat.close)  # type: ignore[attr-defined]  # Django's, undescribed


class Pace:
    """How long so many bytes may take."""

    def __init__(self, size: int) -> None:
        self._ends = time.monotonic() + GRACE_SECONDS + size / SLOWEST

    def keep(self) -> None:
        """Raises `TooSlow` when that is over."""
        if time.monotonic() > self._ends:
            raise TooSlow


class _Paced:
    """The file, read in blocks, as long as its reader keeps the pace."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self._pace = Pace(size)
        self.close = file.close

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises `TooSlow`."""
        self._pace.keep()
        return self._file.read(size)
