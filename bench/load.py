"""Clients. They read, count and discard, so that they are not what is measured."""

import http.client
import json
import socket
import statistics
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BLOCK = 1 << 18
CONNECTIONS = 8
TIMEOUT = 300  # seconds


@dataclass(frozen=True)
class Load:
    """What some connections got in a time. Latencies in milliseconds."""

    seconds: float
    latencies: Sequence[float]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    @property
    def median(self) -> float:
        return statistics.median(self.latencies)

    @property
    def p95(self) -> float:
        return quantile(self.latencies, 0.95)


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class KeptConnection:
    """One connection that asks again and again for answers of a known length: some 30 µs of ours for each."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> None:
        """Send it and read the whole answer. Raises `RuntimeError` unless it is 200."""
        self.socket.sendall(request)
        got = bytearray()
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += self._receive()
        head = bytes(got[:end]).lower()
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(bytes(got[:2000]).decode(errors="replace"))
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        left = length - (len(got) - end - 4)
        while left > 0:
            left -= len(self._receive())

    def _receive(self) -> bytes:
        part = self.socket.recv(BLOCK)
        if not part:
            raise ConnectionError
        return part

    def close(self) -> None:
        self.socket.close()


def request_of(path: str, headers: Mapping[str, str]) -> bytes:
    """A GET as it goes over the wire."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def load(port: int, request: bytes, *, seconds: float, connections: int = CONNECTIONS) -> Load:
    """Ask for the same on so many connections at once, each as soon as it has its answer."""
    latencies: list[float] = []
    faults: list[Exception] = []
    began = time.perf_counter()
    until = began + seconds

    def client() -> None:
        try:
            kept = KeptConnection(port)
            now = time.perf_counter()
            while now < until:
                kept.ask(request)
                then, now = now, time.perf_counter()
                latencies.append((now - then) * 1000)
            kept.close()
        except Exception as error:  # noqa: BLE001 - told by the thread that waits
            faults.append(error)

    clients = [threading.Thread(target=client, daemon=True) for _ in range(connections)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    if faults:
        raise faults[0]
    return Load(time.perf_counter() - began, latencies)


def download(port: int, path: str, headers: Mapping[str, str]) -> int:
    """Read an answer of any length and discard it; its bytes. Raises `RuntimeError` unless it is 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request("GET", path, headers=dict(headers))
        response = connection.getresponse()
        if response.status != http.client.OK:
            raise RuntimeError(f"{path}: {response.status} {response.read(2000)!r}")
        block, total = bytearray(BLOCK), 0
        while got := response.readinto(block):
            total += got
        return total
    finally:
        connection.close()


def fetch(port: int, path: str, headers: Mapping[str, str], body: Any = None) -> Any:
    """A GET, or a POST of a body, as JSON both ways. Raises `RuntimeError` when it is refused."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        sent = None if body is None else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        connection.request("GET" if body is None else "POST", path, body=sent, headers={**headers, **kind})
        response = connection.getresponse()
        answer = response.read()
        if response.status >= http.client.BAD_REQUEST:
            raise RuntimeError(f"{path}: {response.status} {answer[:2000]!r}")
        return json.loads(answer)
    finally:
        connection.close()
