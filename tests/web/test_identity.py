"""Who a participant is: sealed, for the site alone, in no export and no ledger; read and erased with a reason."""

import json
import sqlite3

import msgspec
import pytest

from trialwright.catalog import load
from trialwright.export import csv as csv_export
from trialwright.export.files import whole
from trialwright.model.declared import RecordsPlan
from trialwright.pipeline import conduct, conduct_identity
from trialwright.pipeline.readout import read_out
from trialwright.store.sealed import SealedStore
from trialwright.web import directory
from trialwright.web.pages.identity import page as identity
from web.small_study import HERE, PASSWORD
from web.stage import enrolled

AT = "/participants/P001/identity/"
NAME, PHONE = "Zhang Meiling", "13812345678"


@pytest.fixture
def kept(here, as_, tmp_path, monkeypatch):
    """P001, whose name and telephone the investigator kept."""
    monkeypatch.setattr(identity, "store_of", lambda call: SealedStore(tmp_path))
    enrolled(here)
    done = as_("investigator").post(AT + "keep/", {"name": NAME, "telephone": PHONE, "token": "k"})
    assert done.headers["Location"] == AT + "?done=1"
    return here


def files_hold(folder, text):
    return [p.name for p in sorted(folder.rglob("*")) if p.is_file() and text.encode() in p.read_bytes()]


def test_edc_r61_it_is_shown_once_to_the_site_for_a_purpose_and_each_reading_is_told(kept, as_):
    browser = as_("investigator")
    before = browser.get(AT).content.decode()
    without = browser.post(AT + "read/", {"reason": " "})
    shown = browser.post(AT + "read/", {"reason": "to arrange the visit of week 4"})
    after = browser.get(AT).content.decode()
    (event,) = kept.ledger.events(("identity_read",))

    assert NAME not in before and NAME not in after
    assert without.status_code == 422 and NAME not in without.content.decode()
    assert NAME in shown.content.decode() and PHONE in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert (event.user, event.reason) == ("investigator_1", "to arrange the visit of week 4")


def test_edc_r61_it_stands_in_no_file_in_the_clear(kept, tmp_path, as_):
    as_("investigator").post(AT + "read/", {"reason": "to call"})

    assert [files_hold(tmp_path, text) for text in (NAME, PHONE, "Meiling")] == [[], [], []]
    assert (tmp_path / "identity.key").stat().st_mode & 0o077 == 0
    assert (tmp_path / "identity.sqlite").stat().st_mode & 0o077 == 0


def test_edc_r61_no_export_and_no_page_of_the_trail_holds_it(kept, as_):
    readout = read_out(kept.study, load(), kept.ledger)
    files = whole(csv_export.write(kept.study, readout.snapshot, readout.analysis, readout.rows))
    texts = [data.decode() for data in files.values()] + [
        as_(role).get(path).content.decode()
        for role in ("monitor", "data_manager", "investigator")
        for path in ("/audit/?participant=P001", "/participants/P001/", "/screening/")
    ]

    assert not [text for text in texts if NAME in text or PHONE in text or "Meiling" in text]


def test_edc_r61_whoever_only_checks_the_data_opens_nothing(kept, as_):
    for role in ("study_nurse", "monitor", "data_manager", "statistician", "sponsor", "administrator"):
        browser = as_(role)
        codes = [browser.get(AT).status_code] + [
            browser.post(AT + act, {"reason": "x", "name": "y"}).status_code for act in ("read/", "keep/", "erase/")
        ]
        assert codes == [403] * 4, role
    assert kept.ledger.events(("identity_read", "identity_erased")) == ()


def test_edc_r61_another_site_finds_nobody(kept, as_):
    directory.add_user(kept, "elsewhere_1", PASSWORD, roles=(), by="test")
    conduct.grant_role(
        kept.ledger, kept.study, conduct.Actor("data_manager_1"), user="elsewhere_1", role="investigator", site="two"
    )

    assert as_("elsewhere").get(AT).status_code in (403, 404)
    assert as_("elsewhere").post(AT + "read/", {"reason": "x"}).status_code in (403, 404)


def test_it_is_replaced_for_a_reason_and_the_earlier_one_is_gone(kept, as_, tmp_path):
    browser = as_("investigator")

    assert browser.post(AT + "keep/", {"name": "Li", "token": "a"}).status_code == 422

    browser.post(AT + "keep/", {"name": "Li", "reason": "misspelt", "token": "b"})
    shown = browser.post(AT + "read/", {"reason": "to call"}).content.decode()

    assert "Li" in shown and PHONE not in shown
    assert [e.reason for e in kept.ledger.events(("identity_kept",))] == ["", "misspelt"]


def test_what_is_erased_cannot_be_read_by_anybody_and_the_chain_verifies(kept, as_, tmp_path):
    sealed = SealedStore(tmp_path)
    digest = conduct_identity.kept_hash(kept.ledger.events(), "P001")
    assert json.loads(sealed.read("P001", digest))["name"] == NAME
    with sqlite3.connect(tmp_path / "identity.sqlite") as store:
        ((bytes_of_it,),) = store.execute("SELECT text FROM sealed").fetchall()

    as_("investigator").post(AT + "erase/", {"reason": "asked by the participant", "token": "e"})
    answer = as_("investigator").post(AT + "read/", {"reason": "x"})

    assert sealed.read("P001", digest) is None
    assert bytes_of_it not in (tmp_path / "identity.sqlite").read_bytes(), "overwritten, not only marked as free"
    assert answer.status_code == 422 and "o identity of P001 is kept" in answer.content.decode()
    assert kept.ledger.verify().ok
    assert kept.ledger.events(("identity_erased",))[0].reason == "asked by the participant"


@pytest.mark.parametrize("spoil", ["key", "store"])
def test_a_lost_key_or_an_altered_store_is_told_and_shows_nothing(kept, as_, tmp_path, spoil):
    if spoil == "key":
        (tmp_path / "identity.key").unlink()
    else:
        with sqlite3.connect(tmp_path / "identity.sqlite") as store:
            store.execute("UPDATE sealed SET text = x'00'")
    answer = as_("investigator").post(AT + "read/", {"reason": "to call"})

    assert answer.status_code == 422
    assert "cannot be opened" in answer.content.decode() and NAME not in answer.content.decode()


@pytest.mark.parametrize("typed", [{}, {"name": "x" * 201}])
def test_nothing_and_too_much_are_refused(kept, as_, typed):
    assert as_("investigator").post(AT + "keep/", typed | {"reason": "r"}).status_code == 422


def test_the_same_page_sent_twice_keeps_one(kept, as_):
    sent = {"name": "Li", "reason": "misspelt", "token": "t"}
    for _ in range(2):
        as_("investigator").post(AT + "keep/", sent)

    assert "Li" in as_("investigator").post(AT + "read/", {"reason": "to call"}).content.decode()
    assert len(kept.ledger.events(("identity_kept",))) == 2


def with_years(here, years: int) -> None:
    here.study = msgspec.structs.replace(here.study, records=RecordsPlan(kept_years=years, origin=HERE))


def test_edc_r16_it_is_not_erased_while_the_records_are_to_be_kept(kept, as_):
    with_years(kept, 25)
    browser = as_("investigator")
    page = browser.get(AT).content.decode()
    answer = browser.post(AT + "erase/", {"reason": "asked for", "token": "e"})

    assert "25 years from then" in page and "Erase it for good" not in page
    assert answer.status_code == 422 and "Nothing of them is deleted before" in answer.content.decode()
    assert NAME in browser.post(AT + "read/", {"reason": "to call"}).content.decode()
    assert kept.ledger.events(("identity_erased",)) == ()


def test_edc_r16_what_is_replaced_stays_sealed_while_the_records_are_to_be_kept(kept, as_, tmp_path):
    with_years(kept, 25)
    first = conduct_identity.kept_hash(kept.ledger.events(), "P001")
    as_("investigator").post(AT + "keep/", {"name": "Li", "reason": "misspelt", "token": "b"})

    assert json.loads(SealedStore(tmp_path).read("P001", first))["name"] == NAME
    assert NAME not in as_("investigator").post(AT + "read/", {"reason": "to call"}).content.decode()

    with_years(kept, 0)
    assert isinstance(
        conduct.lock_data(kept.ledger, kept.study, conduct.Actor("data_manager_1"), reason="test"), conduct.Saved
    )
    as_("investigator").post(AT + "erase/", {"reason": "the years are over", "token": "e"})

    assert SealedStore(tmp_path).read("P001", first) is None


def test_edc_r16_after_the_years_it_may_go(kept, as_):
    with_years(kept, 0)
    manager = conduct.Actor("data_manager_1")
    assert isinstance(conduct.lock_data(kept.ledger, kept.study, manager, reason="test"), conduct.Saved)
    page = as_("investigator").get(AT).content.decode()
    answer = as_("investigator").post(AT + "erase/", {"reason": "the years are over", "token": "e"})

    assert "Erase it for good" in page
    assert answer.headers["Location"] == AT + "?done=1"
    assert len(kept.ledger.events(("identity_erased",))) == 1


def test_the_page_of_the_study_says_how_long_records_are_kept(kept, as_):
    with_years(kept, 15)

    assert "锁定后满 15 年" in as_("data_manager", "zh").get("/study/").content.decode()
