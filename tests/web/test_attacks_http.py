"""The app over real HTTP: on PostgreSQL, under eight hands at once, and killed in the middle of a save."""

import contextlib
import http.cookiejar
import json
import os
import random
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from support import postgres
from support.ledger import Ticking, counted_nonces
from trialwright.model.ledger import Slot
from trialwright.store import open_ledger
from web.small_study import PASSWORD

postgres_server = postgres.postgres_server
TESTS = Path(__file__).parents[1]
KILLS = int(os.environ.get("TRIALWRIGHT_KILLS", "10"))
FORM = "/participants/P001/visits/W0/forms/laboratory/"
ITEMS = ("muscle_enzymes.ck", "muscle_enzymes.ldh")


def program(*arguments):
    """The app in a process of its own, started."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("TRIALWRIGHT_")}
    return subprocess.Popen(
        [sys.executable, TESTS / "support" / "web_program.py", *map(str, arguments)],
        env=environment | {"PYTHONPATH": str(TESTS)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer: 302 after a post is the acknowledgement."""

    def redirect_request(self, *_):
        return None


class Browser:
    """One signed-in person at the port."""

    def __init__(self, port, name="investigator_1"):
        self._base = f"http://127.0.0.1:{port}"
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar, _Stay)
        hidden = self.hidden("/sign-in/")
        assert self.post("/sign-in/", hidden | {"username": name, "password": PASSWORD}) == 302

    def hidden(self, path):
        """The hidden fields of the page's own form."""
        with self._opener.open(self._base + path, timeout=30) as answer:
            text = answer.read().decode()
        names = ("csrfmiddlewaretoken", "version", "build", "token")
        found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text)
        return {name: value for name, value in found if name in names}

    def post(self, path, fields):
        body = urllib.parse.urlencode(fields).encode()
        try:
            with self._opener.open(self._base + path, body, timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as answered:
            return answered.code


@contextlib.contextmanager
def server(folder, database):
    running = program(folder, database, "serve")
    try:
        yield running, Browser(int(running.stdout.readline()))
    finally:
        running.kill()
        running.communicate()


def values(number):
    return {**dict.fromkeys(ITEMS, str(number)), "reason": f"number {number}", "do": "save"}


def test_of_eight_hands_on_one_stale_page_one_saves_and_seven_are_told(tmp_path):
    with server(tmp_path, tmp_path / "ledger.sqlite") as (_, browser), ThreadPoolExecutor(8) as pool:
        page = browser.hidden(FORM)
        sent = [page | {"token": f"page-{number}"} | values(number) for number in range(100, 108)]
        got = sorted(pool.map(lambda fields: browser.post(FORM, fields), sent))

    assert got == [302] + [409] * 7


def test_a_page_sent_eight_times_at_once_is_saved_once(tmp_path):
    with server(tmp_path, tmp_path / "ledger.sqlite") as (_, browser), ThreadPoolExecutor(8) as pool:
        fields = browser.hidden(FORM) | values(100)
        got = set(pool.map(lambda _: browser.post(FORM, fields), range(8)))
    with open_ledger(tmp_path / "ledger.sqlite", clock=Ticking(), nonces=counted_nonces()) as ledger:
        versions = ledger.history(Slot("P001", "W0", "laboratory", ITEMS[0]))

    assert (got, len(versions)) == ({302}, 1)


def test_edc_r81_a_killed_server_loses_no_save_that_it_acknowledged_by_http(tmp_path):
    draw, acknowledged, number = random.Random(2021), [], 1000
    for _ in range(KILLS):
        with server(tmp_path, tmp_path / "ledger.sqlite") as (running, browser):
            wanted = len(acknowledged) + draw.randint(1, 3)
            killer = threading.Timer(20, running.kill)
            killer.start()
            with contextlib.suppress(OSError, http.client.HTTPException):
                while True:
                    page, number = browser.hidden(FORM), number + 1
                    if len(acknowledged) >= wanted and running.poll() is None:
                        # the next save is under way when the signal comes, or just before or after
                        threading.Timer(draw.uniform(0, 0.03), running.kill).start()
                        wanted += 1000
                    if browser.post(FORM, page | values(number)) == 302:
                        acknowledged.append(str(number))
            killer.cancel()
    with open_ledger(tmp_path / "ledger.sqlite", clock=time_is_now, nonces=counted_nonces()) as ledger:
        first, second = ([(v.raw, v.group) for v in ledger.history(Slot("P001", "W0", "laboratory", i))] for i in ITEMS)
        verified = ledger.verify()

    assert len(acknowledged) >= KILLS
    assert [raw for raw, _ in first if raw in acknowledged] == acknowledged
    assert first == second, "a form was saved by half"
    assert verified.ok, verified.problems


def time_is_now():
    return Ticking()()


@pytest.mark.postgres
def test_the_whole_app_works_on_postgresql_as_a_role_that_may_do_little(tmp_path, postgres_server):
    name = postgres_server.new_database()
    open_ledger(postgres_server.url("owner", name), clock=Ticking(), nonces=counted_nonces(), create=True).close()
    with psycopg.connect(postgres_server.url("postgres", name), autocommit=True) as connection:
        connection.execute("CREATE SCHEMA trialwright_web AUTHORIZATION app")
    text, trouble = program(tmp_path, postgres_server.url("app", name), "visit").communicate(timeout=120)
    seen = json.loads(text or "{}")
    with psycopg.connect(postgres_server.url("postgres", name)) as connection:
        schemas = connection.execute(
            "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename LIKE 'auth_%' OR tablename LIKE 'django_%'"
        ).fetchall()

    assert seen, trouble
    assert (seen["wrong"], seen["right"], seen["saved"], seen["again"], seen["stale"]) == (401, 302, 302, 302, 409)
    assert set(seen["pages"].values()) == {200}
    assert (seen["held"], seen["ok"], seen["out"], seen["after"]) == (["1250"], True, 302, 302)
    assert schemas == [("trialwright_web",)]


@pytest.mark.postgres
def test_a_schema_that_may_not_be_made_is_told_with_the_cure(tmp_path, postgres_server):
    name = postgres_server.new_database()
    open_ledger(postgres_server.url("owner", name), clock=Ticking(), nonces=counted_nonces(), create=True).close()
    _, trouble = program(tmp_path, postgres_server.url("app", name), "visit").communicate(timeout=120)

    assert "TW-WEB-017" in trouble or "trialwright_web" in trouble.splitlines()[-1]
