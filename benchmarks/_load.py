"""
Eight kept-open connections asking as fast as they are answered, and the server that answers them.

The connections are spread evenly over the server's processes. Which process takes a connection is chance; with six at
one and two at the other, a rate tells of that chance and not of the server.
"""

import contextlib
import os
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

CONNECTIONS, PROCESSES = 8, 2


class Measured(NamedTuple):
    """Answers a second, the median and the 99th percentile in milliseconds, and how many were not as expected."""

    rate: float
    p50: float
    p99: float
    wrong: int

    def __str__(self) -> str:
        return f"{self.rate:7,.0f}/s  p50 {self.p50:5.1f} ms  p99 {self.p99:6.1f} ms" + (
            f"  {self.wrong} NOT AS EXPECTED" if self.wrong else ""
        )


@contextlib.contextmanager
def served(application: str, environment: dict[str, str], processes: int = PROCESSES) -> Iterator[int]:
    """The port on which granian serves a WSGI application with `processes` workers of one blocking thread each."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", str(processes),
               "--blocking-threads", "1", "--host", "127.0.0.1",
               "--port", str(port), "--log-level", "warning", application]  # fmt: skip
    root = Path(__file__).parents[1]
    held = os.environ | {"PYTHONPATH": f"{root / 'src'}:{root}"} | environment
    server = subprocess.Popen(command, env=held, cwd=root)
    try:
        _wait(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError("the server ended before it answered")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(b"GET /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            if line.recv(12).startswith(b"HTTP/1.1"):
                return
        time.sleep(0.1)
    raise RuntimeError("the server does not answer")


def drive(port: int, asked: list[list[bytes]], expected: bytes, *, seconds: float = 0.0) -> Measured:
    """
    Sends the requests of each list over a connection of its own, one after the other.

    With `seconds`, the lists are asked in a circle for so long; else each request is sent once.
    """
    lines = [_Line(held, requests) for held, requests in zip(_spread(port, len(asked)), asked, strict=True)]
    times: list[float] = []
    wrong = 0
    with selectors.DefaultSelector() as waiting:
        for line in lines:
            waiting.register(line.socket, selectors.EVENT_READ, line)
        begun = time.perf_counter()
        busy = sum(line.send(begun, again=bool(seconds)) for line in lines)
        while busy:
            for key, _ in waiting.select(timeout=30):
                line = key.data
                status = line.take()
                if status is None:
                    continue
                now = time.perf_counter()
                times.append(now - line.sent)
                wrong += not status.startswith(expected)
                going = not seconds or now - begun < seconds
                if not (going and line.send(now, again=bool(seconds))):
                    busy -= 1
        spent = time.perf_counter() - begun
    for line in lines:
        line.socket.close()
    times.sort()
    return Measured(len(times) / spent, times[len(times) // 2] * 1000, times[int(len(times) * 0.99)] * 1000, wrong)


def _spread(port: int, wanted: int) -> list[socket.socket]:
    """Open connections, as many to each process of the server (Linux tells; elsewhere as it falls)."""
    opened = [socket.create_connection(("127.0.0.1", port)) for _ in range(wanted * 8)]
    time.sleep(0.3)  # until each was accepted
    owners = _owners(port)
    by_process: dict[int, list[socket.socket]] = {}
    for held in opened:
        by_process.setdefault(owners.get(held.getsockname()[1], 0), []).append(held)
    share = -(-wanted // len(by_process))
    kept = [held for of_one in by_process.values() for held in of_one[:share]]
    # a process that took too few leaves places: whoever is left fills them
    kept += [held for held in opened if held not in kept]
    for held in kept[wanted:]:
        held.close()
    return kept[:wanted]


def _owners(port: int) -> dict[int, int]:
    """Our port of a connection -> the process of the server that accepted it; empty where /proc is not there."""
    if not Path("/proc/net/tcp").exists():
        return {}
    ours: dict[str, int] = {}
    for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]:
        fields = line.split()
        if int(fields[1].rpartition(":")[2], 16) == port:
            ours[f"socket:[{fields[9]}]"] = int(fields[2].rpartition(":")[2], 16)
    found: dict[int, int] = {}
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if (target := str(link.readlink())) in ours:
                found[ours[target]] = int(link.parts[2])
    return found


class _Line:
    """One connection; answers are told apart by their Content-Length, which every answer must have."""

    def __init__(self, held: socket.socket, requests: list[bytes]) -> None:
        self.socket = held
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._requests, self._next, self._held, self.sent = requests, 0, b"", 0.0

    def send(self, now: float, *, again: bool) -> bool:
        if self._next >= len(self._requests):
            if not again:
                return False
            self._next = 0
        self.sent = now
        self.socket.sendall(self._requests[self._next])
        self._next += 1
        return True

    def take(self) -> bytes | None:
        """The status line once a whole answer is there."""
        self._held += self.socket.recv(262144)
        head = self._held.find(b"\r\n\r\n")
        if head < 0:
            return None
        place = self._held.lower().find(b"content-length:", 0, head)
        if place < 0:
            # read as an empty one, its page would pass for the next answer
            raise ValueError("an answer without Content-Length cannot be measured")
        length = int(self._held[place + 15 : self._held.find(b"\r\n", place)])
        if len(self._held) < head + 4 + length:
            return None
        status, self._held = self._held[9:head], b""
        return status
