"""Inside the product's own application: every page that is only read, and a save, timed at the server, one user."""

import re
import secrets
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from benchmarks import _conduct_app as application
from benchmarks import _conduct_study as measured

if TYPE_CHECKING:
    from django.test import Client

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


def saves(browser: "Client") -> Iterator[float]:
    """Milliseconds of each save of a form of thirty fields, five of them changed, safe on disk when it is answered."""
    from trialwright.web.place import current

    path = f"/participants/{AT['participant_id']}/visits/{AT['visit']}/forms/{AT['form']}/"
    token = token_on(browser, path)
    for changed in range(1, EACH + 2):
        version = current().ledger.form_version(AT["participant_id"], AT["visit"], AT["form"])
        sent = measured.typed(7, changed=changed) | {
            "build": "1", "version": str(version), "token": secrets.token_hex(16), "row": "0", "reason": "read again",
            "do": "save", "csrfmiddlewaretoken": token,
        }  # fmt: skip
        body = urlencode(sent)
        begun = time.perf_counter()
        answer = browser.post(path, body, content_type="application/x-www-form-urlencoded")
        spent = (time.perf_counter() - begun) * 1000
        if answer.status_code != 302:
            raise ValueError(f"a save was answered {answer.status_code}")
        yield spent


def token_on(browser: "Client", path: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(path).content.decode())
    return found[1] if found else ""


def main() -> None:
    """Prints who, milliseconds and address of each page, and of a save; the best of some readings after the first."""
    from django.test import Client

    for name in ("nurse_0", "manager_0"):
        browser = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1", HTTP_ACCEPT_LANGUAGE="en")
        token = token_on(browser, "/sign-in/")
        browser.post("/sign-in/", {"username": name, "password": measured.PASSWORD, "csrfmiddlewaretoken": token})
        if name == "nurse_0":
            print(name, f"{min([*saves(browser)][1:]):.2f}", "save")
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
