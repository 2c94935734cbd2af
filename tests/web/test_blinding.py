"""While data are open and a visit is being scored, no address tells a verdict or a result, in no role."""

import re

import polars as pl
import pytest

from support.statistics_files import read_statistics
from trialwright.catalog import load
from trialwright.export.files import whole
from trialwright.pipeline import conduct
from trialwright.pipeline.readout import export_files, export_formats, export_source, read_out
from trialwright.web.page import PUBLIC, address, routes
from web.test_language import NO_PAGES, SPELLED

MANAGER, INVESTIGATOR = conduct.Actor("data_manager"), conduct.Actor("investigator")
MARKS = re.compile(r'id="verdict"|data-cell|class="tag tag-[YNU]"|href="/results/trace/')
"""How a page marks a verdict, a cell of a result, the way back from one: on no page at all while data are open."""
WORDS = re.compile(
    r"not a responder|\bresponders?\b|undetermined:|improved by|Clopper|confidence interval|14\.2\.\d", re.IGNORECASE
)
"""How results are worded; the last one is the number of a table."""
QUOTES = {
    "results": "explains why results are hidden",
    "registry": "quotes the registered outcome measures",
    "registry_history": "tells how the definition changed, its outcome measures among it",
    "amendments": "tells how the definition changed, its displays among it",
    "study": "lists what the definition assumes",
    "design": "computes from the definition and from invented participants; it reads nothing of the ledger",
    "calculator": "computes from what its reader types; it reads nothing of the study",
}
"""Pages that hold such a word because they quote the definition or the record, and the reason why that is no result."""


@pytest.fixture
def scoring(demo):
    """Data open, no look declared, week 12 of somebody open again: the state in which nobody may see anything."""
    ledger, study = demo.ledger, demo.study
    who = next(e.participant_id for e in ledger.events(("visit_completed",)) if e.visit == "W12")
    conduct.unlock_data(ledger, study, MANAGER, reason="test")
    assert isinstance(conduct.reopen_visit(ledger, study, INVESTIGATOR, who, "W12", reason="test"), conduct.Saved)
    yield demo, who
    conduct.complete_visit(ledger, study, INVESTIGATOR, who, "W12", reason="test")
    conduct.lock_data(ledger, study, MANAGER, reason="test")


def gets(place, who):
    """Every address that Django knows and that answers a link, with the open visit and its participant spelled out."""
    for route in routes():
        if route.post_only or route.act == PUBLIC or route.name in ("home", *NO_PAGES):
            continue
        if "<" not in route.path:
            yield route.name, address(route.name)
        elif route.name == "history":
            for item in ("physician_global.vas", "muscle_enzymes.ck"):
                yield route.name, address("history", participant_id=who, visit="W12", form="core_set", item=item)
        elif route.name in ("visit", "form"):
            for path in SPELLED[route.name](place, who):
                if "/visits/W12/" in path:
                    yield route.name, path
        elif route.name in SPELLED:
            yield from ((route.name, path) for path in SPELLED[route.name](place, who))


def roles(place):
    return [role.name for role in place.study.roles]


def test_no_address_in_no_role_tells_a_verdict_or_a_result_while_data_are_open(scoring, as_):
    place, who = scoring
    told = {}
    for role in roles(place):
        browser = as_(role)
        for name, path in gets(place, who):
            text = browser.get(path).content.decode()
            found = MARKS.findall(text) + ([] if name in QUOTES else WORDS.findall(text))
            if found:
                told[role, path] = sorted(set(found))

    assert told == {}


def test_no_address_that_answers_a_link_is_left_out(scoring):
    """A page that somebody adds tomorrow is looked at as well, or is named here with where it is looked at."""
    place, who = scoring
    elsewhere = {*NO_PAGES, "home"}  # home sends on; a figure and the trace have tests of their own below
    wanted = {r.name for r in routes() if not r.post_only and r.act != PUBLIC} - elsewhere
    seen = {name for name, _ in gets(place, who)}

    assert wanted - seen <= {"safety_event"}, "only where this demo has no serious event"


def test_the_same_addresses_do_tell_once_it_is_allowed(demo, as_):
    """The test above could pass by looking at nothing: on the locked demo the same eyes find verdicts and results."""
    who = next(e.participant_id for e in demo.ledger.events(("visit_completed",)) if e.visit == "W12")
    statistician = as_("statistician")

    results = statistician.get("/results/").content.decode()
    verdict = as_("investigator").get(f"/participants/{who}/visits/W12/").content.decode()

    assert MARKS.search(results) and WORDS.search(results)
    assert MARKS.search(verdict)


@pytest.mark.parametrize("path", ["/results/trace/?cell=14.2.1.1:responders:n", "/results/figures/14.2.2.svg"])
def test_no_trace_and_no_figure_in_any_role(scoring, as_, path):
    place, _ = scoring

    assert {role: as_(role).get(path).status_code for role in roles(place)} == dict.fromkeys(roles(place), 403)


def test_the_pages_that_quote_such_words_hold_no_number_of_the_study(scoring, as_):
    place, _ = scoring
    for role in roles(place):
        browser = as_(role)
        hidden = browser.get("/results/").content.decode()
        calculator = browser.get("/calculator/").content.decode()
        assert "data-cell" not in hidden and "<table" not in hidden and "<svg" not in hidden.replace("mark.svg", "")
        assert not re.search(r"\bP0\d\d\b", calculator)
        assert not re.search(r"\bP0\d\d\b", browser.get("/design/").content.decode())
        assert not re.search(r"\bP0\d\d\b", browser.get("/registry/").content.decode())


def test_a_copy_of_open_data_holds_no_verdict_and_no_result(demo, scoring, tmp_path):
    """Every format, beside the same formats once the data are locked again: it is not their silence that is tested."""

    def told():
        source = export_source(read_out(demo.study, load(), demo.ledger), load())
        files = {each.name: whole(export_files(source, each.name)) for each in export_formats()}
        results, analysis = (
            next(content.decode() for path, content in files["csv"].items() if re.search(rf"machine/.*\b{name}", path))
            for name in ("results", "analysis")
        )
        ars = b"".join(files["ars"].values()).count(b'"rawValue"')
        counted = [told_by(name, files[name]) for name in ("parquet", "spss", "stata")]
        return len(results.splitlines()) - 1, analysis.count(",response,"), ars, *(n for each in counted for n in each)

    def told_by(name, held):
        """Rows of results and verdicts in the files of a statistics program."""
        frames = {}
        for path, data in held.items():
            table = path.partition("-")[0].partition(".")[0]
            if table in ("results", "analysis"):
                (tmp_path / path).write_bytes(data)
                frames[table] = read_statistics(name, tmp_path / path)
        return frames["results"].height, frames["analysis"].filter(pl.col("kind") == "response").height

    place, who = scoring
    while_open = told()
    conduct.complete_visit(place.ledger, place.study, INVESTIGATOR, who, "W12", reason="test")
    conduct.lock_data(place.ledger, place.study, MANAGER, reason="test")

    assert set(while_open) == {0}
    assert min(told()) > 0


def test_an_answer_to_a_post_tells_none_either(scoring, as_):
    """Completing the open visit without a right, saving on it, printing it: what comes back is blind as well."""
    place, who = scoring
    form = f"/participants/{who}/visits/W12/forms/core_set/"
    prints = [path.split("?")[0] + "print/" for path in SPELLED["safety_event"](place, who)]
    for role in roles(place):
        browser = as_(role)
        for path, sent in (
            ("/due/visits.ics", {}),
            *((path, {}) for path in prints),
            (form, {"do": "save", "physician_global.vas": "x", "version": "0", "build": str(place.study.build)}),
            (form + "print/", {"token": f"print-{role}"}),
            (f"/participants/{who}/visits/W12/complete/", {"token": f"c-{role}", "reason": ""})
            if role not in ("investigator", "coordinator")
            else (form, {"do": "refresh", "physician_global.vas": "1"}),
        ):
            text = browser.post(path, sent).content.decode()
            assert not MARKS.search(text) and not WORDS.search(text), (role, path)
