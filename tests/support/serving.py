"""The product served by its own command, for tests that look at it from outside."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def serving(*words: object) -> Iterator[str]:
    """The address where `trialwright WORDS --port P` answers, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "trialwright", *map(str, words), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield answering(f"http://127.0.0.1:{port}", server)
    finally:
        server.terminate()
        server.wait(timeout=30)


def answering(address: str, server: subprocess.Popen) -> str:
    """The address once somebody answers there."""
    for _ in range(1200):
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(address + "/sign-in/"):
                return address
        except OSError:
            time.sleep(0.1)  # a machine that is busy needs longer to start; nothing here is measured
    raise AssertionError("the server does not answer")
