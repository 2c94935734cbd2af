"""Inside the product's own application: every page that is only read, timed at the server, one user."""

import time
from collections.abc import Callable
from functools import partial

from benchmarks import _conduct_app as application
from benchmarks import _conduct_study as measured

AT = {"participant_id": measured.participant(50), "visit": "V5", "form": "form_7", "item": "part7.n3"}
EACH = 5


def pages() -> list[str]:
    """Every address that is only read and needs no other name than those of AT."""
    from trialwright.web.page import routes

    found = []
    for route in routes():
        path = "/" + route.path
        for name, value in AT.items():
            path = path.replace(f"<str:{name}>", value)
        if not route.post_only and "<" not in path:
            found.append(path)
    return found


def main() -> None:
    """Prints who, milliseconds and address of each page; the second and later readings count, the best of them."""
    from django.test import Client

    for name in ("nurse_0", "manager_0"):
        browser = Client(HTTP_HOST="127.0.0.1", HTTP_ACCEPT_LANGUAGE="en")
        browser.post("/sign-in/", {"username": name, "password": measured.PASSWORD})
        for path in pages():
            browser.get(path)
            print(name, f"{min(timed(partial(browser.get, path)) for _ in range(EACH)):.2f}", path)


def timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    assert application.application is not None
    main()
