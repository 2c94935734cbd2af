"""
Pages and saves as people meet them: over HTTP, signed in, with every check, beside a stock Django and the raw limit.

A save posts 30 fields of which five changed, with a reason; each form is saved once, by eight people at eight
connections. The raw limit is one in-process SQLite transaction of the rows that such a save appends, synchronous=FULL.
The same saves again on PostgreSQL, on a private server with fsync on, where its programs are installed.
"""

import os
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import _conduct_study as measured
from benchmarks._browser import Browser
from benchmarks._load import CONNECTIONS, Measured, drive, served
from trialwright.store.roles import make_roles
from trialwright.store.sqlite import SqliteDatabase

SAVES, SECONDS = 4000, 6.0
WARM = 4.0  # seconds of pages before the clock starts, for ours and for the peer: no first look at anything is timed
ROOT = Path(__file__).parents[1]


def run(*, saves: int = SAVES, seconds: float = SECONDS) -> None:
    """Prints saves and pages a second with their 99th percentile, each beside its peer, its target and its ratio."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCHMARK_FOLDER")) as name:
        folder = Path(name)
        stock_save, stock_page = _stock(folder, saves, seconds)
        our_save, our_page = _ours(folder, saves, seconds)
        raw = raw_limit(folder / "raw.sqlite", saves)
        print(f"machine    {os.cpu_count()} cores, the load generator on the same ones")
        _told("save", our_save, stock_save)
        _told("form page", our_page, stock_page)
        print(f"raw limit  {raw:7,.0f}/s  in-process SQLite transactions of the same rows")
        whole = not our_save.wrong and not our_page.wrong
        _judged(whole, (
            ("saves a second", our_save.rate, 1000.0),
            ("p99 of a save, ms (at most)", -our_save.p99, -25.0),
            ("saves / raw limit", our_save.rate / raw, 0.25),
            ("saves / stock Django", our_save.rate / stock_save.rate, 2.5),
            ("form pages a second", our_page.rate, 2500.0),
            ("p99 of a page, ms (at most)", -our_page.p99, -15.0),
        ))  # fmt: skip
        _on_postgres(folder, saves, seconds)


def _on_postgres(folder: Path, saves: int, seconds: float) -> None:
    sys.path.append(str(ROOT / "tests"))
    from support.postgres_server import run_server, why_no_postgres

    if why := why_no_postgres():
        print(f"PostgreSQL: not measured. {why}.")
        return
    # row by row through its triggers, the server takes a save of 450 values as long as twenty saves of five
    people = -(-saves // (measured.VISITS * measured.FORMS))
    for server in run_server():
        stock_save, _ = _stock(folder, saves, seconds, server.url("owner", server.new_database()), people)
        database = server.new_database()
        make_roles(server.url("owner", database), "app", lambda: os.urandom(32))
        our_save, our_page = _ours(folder, saves, seconds, server.url("app", database), people)
        print(f"PostgreSQL {people} participants, {people * measured.VISITS * measured.FORMS:,} forms")
        _told("PostgreSQL", our_save, stock_save)
        _judged(not our_save.wrong and not our_page.wrong, (
            ("saves a second, PostgreSQL", our_save.rate, 450.0),
            ("p99 of a save, ms (at most)", -our_save.p99, -40.0),
        ))  # fmt: skip


def _judged(whole: bool, lines: Sequence[tuple[str, float, float]]) -> None:
    """Found beside wanted; a negative pair is "at most"."""
    for text, found, wanted in lines:
        verdict = "met" if found >= wanted and whole else f"NOT MET ({found / wanted:.2f} x)"
        print(f"  {text:<30} {abs(found):10,.2f}  target {abs(wanted):8,.2f}  {verdict}")


def _told(what: str, ours: Measured, stock: Measured) -> None:
    print(f"{what:<10} ours {ours}\n{'':<10} stock {stock}\n{'':<10} {ours.rate / stock.rate:.2f} x")


def _ours(
    folder: Path, saves: int, seconds: float, url: str = "", participants: int = measured.PARTICIPANTS
) -> tuple[Measured, Measured]:
    url = url or str(folder / "ledger.sqlite")
    forms = list(_forms(participants))
    with measured.opened(url, create=True) as ledger:
        measured.fill(ledger, participants)
        versions = {at: ledger.form_version(at[0], f"V{at[1]}", f"form_{at[2]}") for at in forms}
    held = {
        "TRIALWRIGHT_DB": url, "TRIALWRIGHT_STUDY": str(folder), "TRIALWRIGHT_HOSTS": "127.0.0.1",
        "TRIALWRIGHT_PASSWORD_HASHER": "django.contrib.auth.hashers.MD5PasswordHasher",
    }  # fmt: skip
    _prepare("benchmarks._conduct_app", held | {"BENCHMARK_PREPARE": "yes"})
    with served("benchmarks._conduct_app:application", held) as port:
        people = _people(port)
        pages = _pages(port, people, forms, seconds)
        asked: list[list[bytes]] = [[] for _ in people]
        for number, at in zip(range(saves), forms, strict=False):
            person = people[number % len(people)]
            sent = measured.typed(at[2], changed=1 + number % 7) | {
                "build": "1", "version": str(versions[at]), "token": secrets.token_hex(16), "row": "0",
                "reason": "read again", "do": "save",
            }  # fmt: skip
            asked[number % len(people)].append(person.request("POST", _path(at), sent))
        return drive(port, asked, b"302"), pages


def _stock(
    folder: Path, saves: int, seconds: float, url: str = "", participants: int = measured.PARTICIPANTS
) -> tuple[Measured, Measured]:
    forms = list(_forms(participants))
    held = {"STOCK_DB": url or str(folder / "stock.sqlite")}
    _prepare("benchmarks._stock", held, "prepare")
    with served("benchmarks._stock:application", held) as port:
        people = _people(port)
        pages = _pages(port, people, forms, seconds)
        asked: list[list[bytes]] = [[] for _ in people]
        for number, at in zip(range(saves), forms, strict=False):
            person = people[number % len(people)]
            values = {name.rpartition(".")[2]: text for name, text in measured.typed(at[2], changed=1).items()
                      if "__" not in name}  # fmt: skip
            sent = values | {"version": "0", "reason": "read again"}
            asked[number % len(people)].append(person.request("POST", _path(at), sent))
        return drive(port, asked, b"302"), pages


def _people(port: int) -> list[Browser]:
    return [Browser(port, f"nurse_{number}", measured.PASSWORD) for number in range(CONNECTIONS)]


def _pages(port: int, people: list[Browser], forms: list[tuple[str, int, int]], seconds: float) -> Measured:
    asked = _page_requests(people, forms)
    drive(port, asked, b"200", seconds=WARM)
    return drive(port, asked, b"200", seconds=seconds)


def _page_requests(people: list[Browser], forms: list[tuple[str, int, int]]) -> list[list[bytes]]:
    """Every person reads other participants, so that no page is asked for twice in a row."""
    return [[person.request("GET", _path(at)) for at in forms[n :: len(people)]] for n, person in enumerate(people)]


def _forms(participants: int) -> Iterator[tuple[str, int, int]]:
    """Every form of everybody, participants in turn."""
    for k in range(measured.FORMS):
        for visit in range(1, measured.VISITS + 1):
            for number in range(participants):
                yield measured.participant(number), visit, k


def _path(at: tuple[str, int, int]) -> str:
    return f"/participants/{at[0]}/visits/V{at[1]}/forms/form_{at[2]}/"


def _prepare(module: str, held: dict[str, str], *words: str) -> None:
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"} | held
    subprocess.run([sys.executable, "-m", module, *words], env=environment, cwd=ROOT, check=True)


def raw_limit(path: Path, saves: int) -> float:
    """Transactions a second of one save row, five links and five contents into the ledger's tables without guards."""
    database = SqliteDatabase(path)
    database.create(bytes(32))
    database.close()
    held = sqlite3.connect(path, isolation_level=None)
    for (name,) in held.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        held.execute(f"DROP TRIGGER {name}")
    held.execute("PRAGMA synchronous=FULL")
    for table in ("participant", "visit", "form", "item", "unit", "account", "kind", "origin"):
        held.executemany(f"INSERT INTO {table} (id, name) VALUES (?, ?)", [(n, f"name {n}") for n in range(1, 201)])
    links = [
        [(5 * s + n + 1, s + 1, 0, 1, 1 + s % 100, 1 + s // 100 % 10, 1 + s // 1000 % 15, n + 1, 0, 0, 0,
          bytes(32), bytes(32)) for n in range(5)] for s in range(saves)
    ]  # fmt: skip
    contents = [[(5 * s + n + 1, bytes(32), "101", "101", 1, "read again") for n in range(5)] for s in range(saves)]
    begun = time.perf_counter()
    for s in range(saves):
        held.execute("BEGIN IMMEDIATE")
        held.execute("INSERT INTO save VALUES (?, ?, 1, 1, 1, ?)", (s + 1, s, secrets.token_hex(16)))
        held.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", links[s])
        held.executemany("INSERT INTO content VALUES (?, ?, ?, ?, ?, ?)", contents[s])
        held.execute("COMMIT")
    spent = time.perf_counter() - begun
    held.close()
    return saves / spent
