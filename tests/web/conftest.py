"""
One Django a test process, in a temporary folder; a fresh ledger and fresh accounts for every test.

Passwords are hashed with argon2's cheapest cost here: the hasher itself is Django's to test.
"""

import atexit
import os
import re
import secrets
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

_folder = tempfile.mkdtemp(prefix="trialwright-web-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["TRIALWRIGHT_STUDY"] = _folder
os.environ["TRIALWRIGHT_DB"] = str(Path(_folder) / "ledger.sqlite")
os.environ["TRIALWRIGHT_PASSWORD_HASHER"] = "django.contrib.auth.hashers.MD5PasswordHasher"
os.environ["DJANGO_SETTINGS_MODULE"] = "trialwright.web.settings"

import django  # noqa: E402 - settings read the environment when Django starts

django.setup()

from axes.models import AccessAttempt  # noqa: E402
from django.contrib.auth.models import Group, User  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from trialwright.pipeline import conduct  # noqa: E402
from trialwright.pipeline.place import real_clock  # noqa: E402
from trialwright.store import open_ledger  # noqa: E402
from trialwright.web import directory, place, start  # noqa: E402
from trialwright.web.drawn import Where  # noqa: E402
from trialwright.web.opened import Opened  # noqa: E402
from trialwright.web.page import Call  # noqa: E402
from trialwright.web.pages.form import page as form_page  # noqa: E402
from trialwright.web.pages.form.kept import Values  # noqa: E402
from trialwright.web.render import page  # noqa: E402
from trialwright.web.session_store import BACKEND  # noqa: E402
from web import stage  # noqa: E402
from web.small_study import PASSWORD, small_study  # noqa: E402

setup_test_environment()
start.migrate()


def forget_accounts() -> None:
    """No account, session or lock-out is left of the test before."""
    for model in (User, Group, Session, AccessAttempt):
        model.objects.all().delete()


_TOKENS = re.compile(r'(name="(?:csrfmiddlewaretoken|token)" value=")[^"]*')


@pytest.fixture(autouse=True)
def kept_says_what_the_template_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page of a form that comes from a kept frame in any test is drawn anew besides: both are equal."""
    kept = form_page.kept_page

    def compared(call: Call, ready: Opened, values: Values, where: Where) -> HttpResponse | None:
        whole = kept(call, ready, values, where)
        if whole is not None:
            anew = page(call, "form/form.html", blocks=ready.filled(where), **values)
            texts = [_TOKENS.sub(r"\1", each.content.decode()) for each in (whole, anew)]
            assert texts[0] == texts[1]
        return whole

    monkeypatch.setattr(form_page, "kept_page", compared)


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packaged study after a small demo: made once, copied for each file of tests."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    stage.make_demo(folder)
    return folder


@pytest.fixture(scope="module")
def demo_study(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[place.Place]:
    """A file's own copy of the demo: a look declared in one file shows nothing in another."""
    folder = tmp_path_factory.mktemp("demo-copy") / "out"
    shutil.copytree(demo_folder, folder)
    made = stage.open_demo(folder)
    yield made
    made.ledger.close()


@pytest.fixture
def demo(demo_study: place.Place) -> place.Place:
    """The same, served, with its demonstration accounts."""
    forget_accounts()
    place.use(demo_study)
    directory.create_demo_accounts(demo_study)
    return demo_study


@pytest.fixture
def here(tmp_path: Path) -> Iterator[place.Place]:
    """The small study on an empty ledger, with one person for each role, and one without any."""
    forget_accounts()
    ledger = open_ledger(
        tmp_path / "ledger.sqlite", clock=real_clock, nonces=lambda: secrets.token_bytes(32), create=True
    )
    made = place.Place(small_study(), ledger, tmp_path)
    place.use(made)
    for role in made.study.roles:
        directory.add_user(made, f"{role.name}_1", PASSWORD, roles=(role.name,), by="test")
    directory.add_user(made, "nobody_1", PASSWORD, roles=(), by="test")
    yield made
    ledger.close()


@pytest.fixture
def as_():
    """A signed-in browser for a role: `as_("study_nurse").get(...)`; `as_("")` is nobody."""

    def signed_in(role: str, language: str = "en") -> Client:
        client = Client()
        client.cookies["trialwright_language"] = language
        if role:
            client.force_login(User.objects.filter(username__in=(f"{role}_1", role)).get(), BACKEND)
        return client

    return signed_in


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def served(demo) -> Iterator[str]:
    """The demo, its data unlocked so that forms can be filled in, on a free port of this computer."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def opened(demo) -> Iterator[str]:
    """A participant whose week 12 can be filled in again: data unlocked, the visit reopened; put back afterwards."""
    ledger, study = demo.ledger, demo.study
    manager, investigator = conduct.Actor("data_manager"), conduct.Actor("investigator")
    who = next(e.participant_id for e in ledger.events(("visit_completed",)) if e.visit == "W12")
    conduct.unlock_data(ledger, study, manager, reason="test")
    conduct.reopen_visit(ledger, study, investigator, who, "W12", reason="test")
    yield who
    conduct.complete_visit(ledger, study, investigator, who, "W12", reason="test")
    conduct.lock_data(ledger, study, manager, reason="test")
