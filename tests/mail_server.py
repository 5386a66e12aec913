"""A mail server of the tests' own: it takes mail, refuses it, breaks off, or hangs, as the address it is for says."""

import asyncio
import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller


class Taken:
    """What the server took, and what it was told."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.seen: list[str] = []

    def to(self, address: str) -> list[EmailMessage]:
        return [message for message in self.messages if message["To"] == address]

    async def dawdle(self, server: Any) -> None:
        """Say a line from time to time, and never the last one."""
        while not server.transport.is_closing():
            await server.push("250-Wait")
            await asyncio.sleep(0.1)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        self.seen.append(address)
        told = address.partition("@")[0]
        if told == "later":
            return "451 4.3.0 Try again later"
        if told == "never":
            return "550 5.1.1 No such person"
        if told == "away":
            return "421 4.3.2 Closing down"
        if told == "broken-before":
            server.transport.abort()
        if told == "slow":
            await self.dawdle(server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        told = envelope.rcpt_tos[0].partition("@")[0]
        if told == "full":
            return "452 4.2.2 Mailbox full"
        if told == "spam":
            return "554 5.7.1 Looks like spam"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        if told == "broken-after":
            server.transport.abort()
        if told == "silent":
            await asyncio.sleep(30)
        if told == "slow-after":
            await self.dawdle(server)
        if told == "odd":
            return "??? what"
        return "250 2.0.0 Taken"


@contextmanager
def mail_server(port: int = 0) -> Iterator[tuple[Taken, int]]:
    """The server on a free port of this machine, and what it took."""
    taken = Taken()
    port = port or free_port()
    controller = Controller(taken, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield taken, port
    finally:
        controller.stop()


@contextmanager
def mute_server() -> Iterator[tuple[list[socket.socket], int]]:
    """A server that takes every call and never says a word, its calls, and its port."""
    calls: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def take() -> None:
            with suppress(OSError):
                while True:
                    calls.append(listening.accept()[0])

        Thread(target=take, daemon=True).start()
        try:
            yield calls, int(listening.getsockname()[1])
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            for call in calls:
                call.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
