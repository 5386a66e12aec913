"""The embedded Valkey: Celery's broker, with its queue on disk."""

import os
import signal
import socket
import subprocess
import time
from urllib.parse import quote

from config.embedded import programs
from config.embedded.errors import StartError
from config.embedded.home import Home
from config.embedded.processes import Launch, pause

READY_SECONDS = 60


class Valkey:
    """The Valkey of one home. Raises StartError when it cannot be found or started."""

    name = "valkey"
    title = "Valkey"
    variable = "REDIS_URL"
    stop_steps = ((signal.SIGTERM, 10.0),)

    def __init__(self, home: Home) -> None:
        self.home = home
        self.log = home.log(self.name)
        self.data = home.directory("broker")
        self.socket = home.directory("sockets") / "kv.sock"
        self.program = programs.find_broker(home.account, home.engines / "programs")

    @property
    def url(self) -> str:
        """The broker's address in Celery's notation."""
        return f"redis+socket://{quote(str(self.socket))}"

    def launch(self) -> Launch:
        """How to start the server: no port, every entry appended to a file that is flushed each second."""
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "save": "",
            "appendonly": "yes",
            "appendfsync": "everysec",
            # Pages and figures are kept for a while, and go first; the queue has no such end and is never thrown away.
            "maxmemory": "256mb",
            "maxmemory-policy": "volatile-lru",
        }
        return Launch(
            argv=[
                str(self.program),
                *(part for name, value in settings.items() for part in (f"--{name}", value)),
            ],
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            account=self.home.account,
            output=self.log.begin(),
            kept_open=(self.home.lock,),
        )

    def await_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the server has loaded its file and answers."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                msg = f"Valkey ended at once: {self.log.fault()}"
                raise StartError(msg)
            if self._answers():
                return
            pause(0.02)
        msg = f"Valkey was not ready within {READY_SECONDS} s: see {self.log.path}"
        raise StartError(msg)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(1)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
