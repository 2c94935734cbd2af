"""What a person judges is chosen by that person: no list stands on its first entry, and none is taken for silence."""

import re

import msgspec
import pytest

from trialwright.pipeline import conduct
from web.small_study import PASSWORD  # noqa: F401 - the people of the fixture sign in with it
from web.stage import INVESTIGATOR, enrolled, save

P001 = "/participants/P001/"
AT = "/safety/P001/1/"
SERIOUS = {"term": "pneumonia", "grade": "3", "serious": "Y", "serious_hospitalisation": "Y", "causality": "possible",
           "outcome": "recovering", "start": "2021-03-01", "awareness": "2021-03-02"}  # fmt: skip


@pytest.fixture
def place(here):
    """P001 enrolled, with one serious event."""
    enrolled(here)
    save(here, "LOG", "adverse_events", {f"adverse_event.{name}": text for name, text in SERIOUS.items()})
    return here


def first_of(page: str, name: str) -> tuple[str, str]:
    """The attributes of a list and its first entry."""
    return re.search(rf'<select [^>]*name="{name}"([^>]*)>\s*<option value="([^"]*)"', page).groups()


@pytest.mark.parametrize(("role", "path", "name"), [
    ("investigator", P001, "code"), ("investigator", P001, "category"), ("investigator", P001, "major"),
    ("sponsor", AT, "causality"), ("sponsor", AT, "unexpected"),
    ("data_manager", "/people/", "user"), ("data_manager", "/people/", "role"),
])  # fmt: skip
def test_a_judgement_stands_on_no_answer_before_it_is_chosen(place, as_, role, path, name):
    attributes, first = first_of(as_(role).get(path).content.decode(), name)

    assert (first, "required" in attributes) == ("", True)


@pytest.mark.parametrize(("role", "path", "sent", "said"), [
    ("investigator", P001 + "withdraw/", {"date": "2021-03-01", "reason": "moved"}, "nothing is chosen"),
    ("investigator", P001 + "deviation/", {"category": "procedure", "description": "x", "date": "2021-03-01"},
     "Whether it is important: nothing is chosen"),
    ("investigator", P001 + "deviation/", {"major": "N", "description": "x", "date": "2021-03-01"},
     "nothing is chosen"),
    ("sponsor", AT + "assess/", {"unexpected": "Y", "reason": "x"}, "nothing is chosen"),
    ("sponsor", AT + "assess/", {"causality": "possible", "reason": "x"}, "nothing is chosen"),
    ("data_manager", "/people/grant/", {"role": "monitor"}, "choose the account, the role and the site"),
    ("data_manager", "/people/grant/", {"user": "nobody_1"}, "choose the account, the role and the site"),
    ("investigator", P001 + "consent/", {"date": "2021-03-01"}, "Version of the consent form: nothing is chosen"),
])  # fmt: skip
def test_silence_is_no_judgement(place, as_, role, path, sent, said):
    before = place.ledger.head()
    answer = as_(role).post(path, sent | {"token": "a"})

    assert (answer.status_code, place.ledger.head()) == (422, before)
    assert said in answer.content.decode()


def test_a_refused_deviation_keeps_what_was_chosen(place, as_):
    sent = {"category": "procedure", "major": "Y", "description": " ", "date": "2021-03-01"}
    page = as_("investigator").post(P001 + "deviation/", sent).content.decode()

    assert '<option value="procedure" selected>' in page and '<option value="Y" selected>' in page


def test_of_several_unsigned_versions_of_a_consent_none_is_chosen_and_a_single_one_is(here, as_):
    conduct.add_participant(here.ledger, here.study, INVESTIGATOR, "P001")
    (only,) = here.study.consents
    single = first_of(as_("investigator").get(P001).content.decode(), "version")
    here.study = msgspec.structs.replace(here.study, consents=(only, msgspec.structs.replace(only, name="2.0")))
    several = first_of(as_("investigator").get(P001).content.decode(), "version")

    assert (single[1], several[1]) == (only.name, "")
    assert "required" in several[0]


def test_where_there_are_several_sites_that_of_a_role_is_chosen(here, as_):
    (one,) = here.study.sites
    here.study = msgspec.structs.replace(here.study, sites=(one, msgspec.structs.replace(one, name="second")))
    manager, sent = as_("data_manager"), {"user": "nobody_1", "role": "monitor"}
    shown = first_of(manager.get("/people/").content.decode(), "site")
    silent = manager.post("/people/grant/", sent)
    everywhere = manager.post("/people/grant/", sent | {"site": "*"})
    given = here.ledger.events(("role_granted",))[-1].details

    assert ("required" in shown[0], shown[1]) == (True, "")
    assert (silent.status_code, everywhere.status_code) == (422, 302)
    assert (given["user"], given.get("site", "")) == ("nobody_1", "")
