"""In Chinese every page is Chinese: no Latin word outside the committed list, except where a page says it quotes."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from trialwright.capture.safety import cases
from trialwright.web.names import Names
from trialwright.web.page import address, routes

LATIN = re.compile(r"[A-Za-zÀ-ɏµ][A-Za-z0-9À-ɏµ'’_./-]*")
CHINESE = ("coordinator", "data-manager", "administrator")
"""Pages of the manual; the others are in English whatever the reader's language."""
NO_PAGES = {
    "registry_calendar",
    "results_figure",
    "calculator_script",
    "calculator_style",
    "health",
}  # a picture, programs, a style
ALLOWED = {
    line.strip()
    for line in (Path(__file__).parent / "latin_allowlist.txt").read_text().splitlines()
    if line.strip() and not line.startswith("#")
}


class Words(HTMLParser):
    """The text that a reader of the page meets, without what is marked as another language or as a name."""

    VOID = frozenset({"input", "meta", "link", "img", "br", "hr", "line", "rect", "circle", "path"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[bool] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        quoted = (
            (given.get("lang") or "zh").startswith("en") or given.get("translate") == "no" or tag in ("style", "script")
        )
        if not (quoted or any(self.open)):
            self.found += [given[name] for name in ("aria-label", "placeholder", "alt", "title") if given.get(name)]
        if tag not in self.VOID:
            self.open.append(quoted)

    def handle_endtag(self, tag):
        if tag not in self.VOID and self.open:
            self.open.pop()

    def handle_data(self, data):
        if not any(self.open):
            self.found.append(data)


def names_of(place) -> set[str]:
    """What is a name and no word: participants, accounts, versions, hashes, what was typed."""
    snapshot = place.ledger.snapshot()
    names = {event.participant_id for event in snapshot.events} | {event.user for event in snapshot.events}
    texts = [*snapshot.versions["raw"], *snapshot.versions["reason"], *snapshot.versions["text"]]
    texts += [t for e in snapshot.events for t in (e.reason, *e.details.values())]
    texts += [t[:12] for e in snapshot.events for t in e.details.values()]  # a hash is shown by its beginning
    return names | {word for text in texts for word in LATIN.findall(text or "")}


def latin_of(html: str, names: set[str]) -> set[str]:
    words = Words()
    words.feed(html)
    found = {word for text in words.found for word in LATIN.findall(text)}
    return {word for word in found if word not in ALLOWED and word not in names}


def paths(place) -> list[str]:
    """
    Every address of the URLconf that can be opened: each visit, form and history of a participant who has data.

    A route with names in its address that is not spelled out here fails the test below.
    """
    who = next(e.participant_id for e in place.ledger.events(("enrolled",)))
    failed = next((e.participant_id for e in place.ledger.events(("screen_failure", "withdrawn"))), who)
    found = [r for r in routes() if not r.post_only and r.name not in NO_PAGES]
    made = [address(r.name) for r in found if "<" not in r.path and r.name not in ("trace", "home")]
    made += ["/results/trace/?cell=14.2.1.1:responders:n", "/audit/?kind=value", "/audit/?kind=query_opened"]
    made += ["/audit/?page=3", "/participants/?status=completed", "/participants/?number=none", "/no/such/page/"]
    for route in found:
        if "<" in route.path:
            made += SPELLED[route.name](place, who)
    return [*made, *SPELLED["participant"](place, failed)]


def forms_of(place, who: str) -> list[str]:
    made = []
    for visit in place.study.visits:
        for form in visit.forms:
            path = address("form", participant_id=who, visit=visit.name, form=form)
            made += [path, path + "?row=1"] if place.study.form(form).repeating else [path]
    return made


def histories_of(place, who: str) -> list[str]:
    stored = place.ledger.snapshot().versions.filter(participant_id=who)
    slots = stored.select("visit", "form", "item", "row").unique(["form", "item"], maintain_order=True).to_dicts()
    return [
        address("history", participant_id=who, visit=s["visit"], form=s["form"], item=s["item"])
        + (f"?row={s['row']}" if s["row"] else "")
        for s in slots[::7]
    ]


SPELLED = {
    "manual_chapter": lambda _place, _who: [address("manual_chapter", chapter=name) for name in CHINESE],
    "lost": lambda _place, _who: [address("lost", standard=name) for name in ("csv", "odm", "sdtm")],
    "participant": lambda place, who: [address("participant", participant_id=who)],
    "identity": lambda place, who: [address("identity", participant_id=who)],
    "visit": lambda place, who: [address("visit", participant_id=who, visit=v.name) for v in place.study.visits],
    "form": forms_of,
    "history": histories_of,
    "safety_event": lambda place, who: [
        address("safety_event", participant_id=case.participant_id, row=case.row)
        for case in cases(place.study, place.snapshot(), place.ledger.now())
    ],
    "sign_participant": lambda place, who: [address("sign_participant", participant_id=who)],
    "sign_visit": lambda place, who: [address("sign_visit", participant_id=who, visit="W12")],
    "sign_form": lambda place, who: [address("sign_form", participant_id=who, visit="W12", form="core_set")],
    "form_print": lambda place, who: [f"{path}print/" for path in forms_of(place, who) if "?" not in path],
}


@pytest.mark.parametrize("role", ["investigator", "data_manager"])
def test_no_page_holds_an_untranslated_word(demo, as_, role):
    browser = as_(role, "zh")
    names = names_of(demo)
    wrong = {path: latin_of(browser.get(path).content.decode(), names) for path in paths(demo)}

    assert {path: words for path, words in wrong.items() if words} == {}


@pytest.mark.parametrize("form", ["physician", "function", "laboratory", "background"])
def test_forms_that_can_be_filled_in_hold_none_either(here, as_, form):
    from web.stage import enrolled

    enrolled(here)
    visit = "SCR" if form == "background" else "W0"
    path = f"/participants/P001/visits/{visit}/forms/{form}/"
    browser = as_("study_nurse", "zh")
    sent = {
        "do": "save",
        "build": "1",
        "version": "0",
        "token": "t",
        "physician_global.vas": "四",
        "muscle_enzymes.ck": "<5",
    }
    page = browser.get(path).content.decode()
    sent = {name: text for name, text in sent.items() if "." not in name or f'name="{name}"' in page}
    for answer in (browser.get(path), browser.post(path, sent)):
        assert set() == latin_of(answer.content.decode(), names_of(here))


def test_the_switch_keeps_the_page_and_the_choice(demo, as_):
    browser = as_("investigator")
    answer = browser.post("/language/", {"language": "zh", "next": "/participants/"})

    assert answer.headers["Location"] == "/participants/"
    assert 'lang="zh-Hans"' in browser.get("/participants/").content.decode()


def test_every_detail_of_an_act_has_a_label_in_chinese(demo):
    names = Names(demo.study, "zh")
    unlabelled = {
        (event.kind, key)
        for event in demo.ledger.events()
        for key in event.details
        if names.details({key: "x"}).startswith(f"{key}：")
    }

    assert unlabelled == set()


def test_a_signature_a_report_and_a_copy_are_told_in_chinese(demo):
    names = Names(demo.study, "zh")
    (meaning, *_), (recipient, *_) = demo.study.signatures, demo.study.safety.recipients
    told = {"meaning": meaning.name, "statement": meaning.title.en, "statement_zh": meaning.title.zh, "versions": "67"}

    assert names.details(told) == f"签名声明：{meaning.title.zh}；签名所含数据项数：67"
    assert names.details({"meaning": meaning.name}) == f"含义：{meaning.title.zh}"
    assert names.details({"recipient": recipient.name}) == f"报告对象：{recipient.title.zh}"
    assert names.details({"format": "sdtm", "files": "31", "snapshot": "0123456789abcdef"}) == (
        "格式：sdtm；文件数：31；数据截点校验值：0123456789ab…"
    )
