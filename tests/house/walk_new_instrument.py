"""
Walks one new instrument through the whole route and prints as JSON what was seen on the way.

Run in a process of its own, with the changed copy of the source first on the path:
    python walk_new_instrument.py INSTRUMENT FOLDER
"""

import json
import os
import re
import sys
from html import unescape
from pathlib import Path

INSTRUMENT, OUT = sys.argv[1], Path(sys.argv[2])
ANSWERS = {f"{INSTRUMENT}.now": "7", f"{INSTRUMENT}.worst": "3"}
os.environ["TRIALWRIGHT_PASSWORD_HASHER"] = "django.contrib.auth.hashers.MD5PasswordHasher"
os.environ["TRIALWRIGHT_HOSTS"] = "testserver"

import trialwright  # noqa: E402 - the environment is read when the web app starts
from trialwright import catalog  # noqa: E402
from trialwright.export.files import whole  # noqa: E402
from trialwright.pipeline import conduct, readout  # noqa: E402
from trialwright.pipeline.demo import run_demo  # noqa: E402
from trialwright.web import server, start  # noqa: E402


def made() -> dict[str, object]:
    """The demo with three virtual participants, on the changed definition."""
    done = run_demo(OUT, catalog.load(), participants=3, tell=lambda _: None, advance=lambda *_: None)
    if isinstance(done, list):
        sys.exit("\n".join(problem.sentence() for problem in done))
    return {
        "source": str(Path(trialwright.__file__).parents[1]),
        "build": [done.study.build, done.study.status],
        "entries": [problem.sentence() for problem in catalog.load().problems],
        "refused": [problem.sentence() for problem in done.refused],
    }


def served():
    """The web app on what the demo made, and a signed-in browser for the person of a role."""
    server.environment_for(OUT / "study", str(OUT / "ledger.sqlite"))
    start.set_up()
    from django.contrib.auth.models import User  # Django is configured only now
    from django.test import Client

    from trialwright.web import directory, place

    here = place.current()
    directory.create_demo_accounts(here)

    def browser(act: str, language: str = "en"):
        client = Client()
        client.cookies["trialwright_language"] = language
        client.force_login(User.objects.get(username=who(here, act)), "django.contrib.auth.backends.ModelBackend")
        return client

    return here, browser


def who(here, act: str) -> str:
    return next(role.name for role in here.study.roles if act in role.may)


def where_it_stands(here) -> tuple[str, str, str]:
    """Participant, visit and form of the first value of the instrument that the virtual cohort entered."""
    items = here.ledger.snapshot().current.filter(item=f"{INSTRUMENT}.now").sort("seq")
    return items.select("participant_id", "visit", "form").row(0)


def opened(here, participant: str, visit: str) -> None:
    """Data unlocked and the visit reopened, each with its reason."""
    unlocked = conduct.unlock_data(here.ledger, here.study, actor(here, "lock"), reason="one value to correct")
    reopened = conduct.reopen_visit(
        here.ledger, here.study, actor(here, "complete_visit"), participant, visit, reason="one value to correct"
    )
    assert isinstance(unlocked, conduct.Saved) and isinstance(reopened, conduct.Saved), (unlocked, reopened)


def closed(here, participant: str, visit: str) -> None:
    done = conduct.complete_visit(
        here.ledger, here.study, actor(here, "complete_visit"), participant, visit, reason="the rest was not done"
    )
    locked = conduct.lock_data(here.ledger, here.study, actor(here, "lock"), reason="locked with what is open")
    assert isinstance(done, conduct.Saved) and isinstance(locked, conduct.Saved), (done, locked)


def actor(here, act: str) -> conduct.Actor:
    return conduct.Actor(who(here, act))


def saved(browser, page: str, path: str) -> dict[str, object]:
    """The two answers sent with the hidden fields of the page, and a reason for changing them."""
    hidden = dict(re.findall(r'<input type="hidden" name="(build|version|token|row)" value="([^"]*)"', page))
    answer = browser.post(path, hidden | ANSWERS | {"do": "save", "reason": "misread"})
    return {"status": answer.status_code, "told": re.findall(r'<li><a href="#[^"]*">([^<]*)', answer.content.decode())}


def shown(here, browser, place: tuple[str, str, str]) -> dict[str, object]:
    """What listing, trace, baseline table and export say of the answers that were typed on the page."""
    participant, visit, _ = place
    record = f"{participant}:{visit}:{INSTRUMENT}.total"
    results = browser("see_results").get("/results/").content.decode()
    links = [unescape(link) for link in re.findall(r'href="([^"]+)"', results)]
    trace_link = next((link for link in links if link.endswith(f"record={record.replace(':', '%3A')}")), "")
    found = readout.read_out(here.study, catalog.load(), here.ledger)
    derived, ends = found.tracer().trace_record(record)
    files = whole(readout.export_files(readout.export_source(found, catalog.load()), "csv"))
    return {
        "value": [str(each.value) for each in derived if each.id == record],
        "trace_link": trace_link,
        "trace_page": browser("see_results").get(trace_link).content.decode() if trace_link else "",
        "ends": sorted([each.item, each.raw, each.user] for each in ends if each.item.startswith(f"{INSTRUMENT}.")),
        "baseline": [row.cell for row in found.rows if row.row.startswith(f"{INSTRUMENT}.")],
        "listing": listing(here, found, (participant, visit)),
        "csv": sorted(name for name, content in files.items() if f"{INSTRUMENT}.".encode() in content),
    }


def listing(here, found, place: tuple[str, str]) -> list[dict[str, str]]:
    """The line of the participant and visit in every listing that shows the instrument."""
    from trialwright.report import lay_out

    lines = []
    for each in lay_out(here.study, found.snapshot, found.analysis, found.rows, catalog=catalog.load()):
        columns = getattr(each.display, "columns", ())
        title = here.study.visit(place[1]).title.en
        for row in getattr(each.display, "rows", ()) if any("Itch" in column for column in columns) else ():
            if (row[0].text, row[1].text) == (place[0], title):
                lines.append({"number": each.use.number} | {c: cell.text for c, cell in zip(columns, row, strict=True)})
    return lines


def walk() -> dict[str, object]:
    seen = made()
    here, browser = served()
    place = participant, visit, form = where_it_stands(here)
    opened(here, participant, visit)
    path = f"/participants/{participant}/visits/{visit}/forms/{form}/"
    pages = {language: browser("enter", language).get(path).content.decode() for language in ("en", "zh")}
    seen |= {"form": form, "pages": pages, "saved": saved(browser("enter"), pages["en"], path)}
    seen["again"] = browser("enter").get(path).content.decode()
    closed(here, participant, visit)
    return seen | shown(here, browser, place)


if __name__ == "__main__":
    print(json.dumps(walk(), ensure_ascii=False))
