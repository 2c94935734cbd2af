"""
The web app in a process of its own, for tests that need another database or a server to kill.

usage: web_program.py FOLDER DATABASE visit   signs in, saves, reads back; prints what was seen as JSON
       web_program.py FOLDER DATABASE serve   prints its port, serves the small study until it is killed
       web_program.py FOLDER DATABASE serve_two_sites   the same with a second site, "two"
"""

import json
import os
import re
import secrets
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server


def configure(folder: str, url: str, *, two_sites: bool = False) -> None:
    """Django on the database named; the cheapest password hasher, for the real one is Django's to test."""
    os.environ |= {"TRIALWRIGHT_STUDY": folder, "TRIALWRIGHT_DB": url, "TRIALWRIGHT_HOSTS": "127.0.0.1,testserver",
                   "TRIALWRIGHT_PASSWORD_HASHER": "django.contrib.auth.hashers.MD5PasswordHasher",
                   "DJANGO_SETTINGS_MODULE": "trialwright.web.settings"}  # fmt: skip
    import django

    django.setup()
    from trialwright.pipeline.place import real_clock
    from trialwright.store import open_ledger
    from trialwright.web import directory, place, start
    from web.small_study import PASSWORD, small_study, with_second_site

    start.migrate()
    study = with_second_site(small_study()) if two_sites else small_study()
    ledger = open_ledger(url, clock=real_clock, nonces=lambda: secrets.token_bytes(32), create=True)
    here = place.Place(study, ledger, Path(folder))
    place.use(here)
    if not directory.everybody(here):
        from web import stage

        for role in here.study.roles:
            directory.add_user(here, f"{role.name}_1", PASSWORD, roles=(role.name,), by="test")
        stage.enrolled(here)


def visit() -> dict[str, object]:
    """One person's way through the app, by HTTP alone."""
    from django.db import connection
    from django.test import Client

    from trialwright.web import place
    from web.small_study import PASSWORD

    client = Client()
    wrong = client.post("/sign-in/", {"username": "investigator_1", "password": "wrong"}).status_code
    right = client.post("/sign-in/", {"username": "investigator_1", "password": PASSWORD}).status_code
    form = "/participants/P001/visits/W0/forms/laboratory/"
    sent = dict(
        re.findall(
            r'<input type="hidden" name="(version|build|token)" value="([^"]*)"', client.get(form).content.decode()
        )
    )
    saved = client.post(form, {**sent, "muscle_enzymes.ck": "1250", "do": "save"})
    again = client.post(form, {**sent, "muscle_enzymes.ck": "1250", "do": "save"})
    stale = client.post(form, {**sent, "token": "other", "muscle_enzymes.ck": "7", "do": "save"})
    pages = {path: client.get(path).status_code for path in ("/participants/", "/audit/", "/people/", "/study/")}
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    out = client.post("/sign-out/").status_code
    return {
        "wrong": wrong, "right": right, "saved": saved.status_code, "again": again.status_code,
        "stale": stale.status_code, "pages": pages, "out": out, "tables": tables,
        "after": client.get("/participants/").status_code,
        "held": [d.raw for d in place.current().ledger.datapoints("P001", "W0", "laboratory")],
        "ok": place.current().ledger.verify().ok,
    }  # fmt: skip


class Quiet(WSGIRequestHandler):
    """Says nothing: the test reads the port alone."""

    def log_message(self, *_: object) -> None: ...


class Threaded(ThreadingMixIn, WSGIServer):
    """A thread a request, as the real server has several."""

    daemon_threads = True


def serve() -> None:
    """The app over real HTTP in this very process, at any free port, until it is killed."""
    from django.core.wsgi import get_wsgi_application

    with make_server("127.0.0.1", 0, get_wsgi_application(), Threaded, Quiet) as server:
        sys.stdout.write(f"{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    configure(sys.argv[1], sys.argv[2], two_sites=sys.argv[3] == "serve_two_sites")
    if sys.argv[3] == "visit":
        sys.stdout.write(json.dumps(visit()))
    else:
        serve()
