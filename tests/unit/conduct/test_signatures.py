"""A signature is bound to exact values: whoever may gives it, any later change breaks it, nobody can move it."""

import sqlite3

import msgspec
import pytest

from trialwright.capture.signatures import content_of, owed_signatures, signatures
from trialwright.capture.values import Place
from trialwright.catalog import load
from trialwright.export import odm
from trialwright.export.csv import tables
from trialwright.export.files import whole
from trialwright.export.formats import Source
from trialwright.model.ledger import NewEvent, Stamp
from trialwright.model.signature import Scope
from trialwright.pipeline import conduct
from trialwright.pipeline.casebook import Casebook, participant_casebook
from trialwright.report.html_file import write_html
from trialwright.store import open_ledger
from unit.conduct.small_study import INVESTIGATOR, NURSE, STUDY, codes, enrolled, save, saved

ID = "P001"
VISIT, FORM, WHOLE = Scope(ID, "W0"), Scope(ID, "W0", "visit"), Scope(ID)


@pytest.fixture
def ledger(tmp_path):
    """P001 enrolled, the baseline visit entered and complete."""
    with enrolled(tmp_path) as made:
        saved(save(made, "W0", "visit", {"visit_record.date": "2021-06-02", "weight.weight": "64"}))
        saved(save(made, "W0", "core", {"physician_global.vas": "5.5"}))
        saved(conduct.complete_visit(made, STUDY, INVESTIGATOR, ID, "W0", reason="the muscles were not tested"))
        yield made


def signing(ledger, *scopes, actor=INVESTIGATOR, meaning="reviewed", token=""):
    shown = tuple((scope, content_of(ledger.snapshot(), scope).hash) for scope in scopes)
    request = conduct.Signing(actor=actor, meaning=meaning, shown=shown, name="Dr Li Wei", token=token)
    return conduct.sign(ledger, STUDY, request)


def only(ledger):
    (found,) = signatures(ledger.snapshot(), ID)
    return found


def test_edc_r50_a_signature_holds_name_meaning_and_moment(ledger):
    saved(signing(ledger, VISIT))
    found = only(ledger)

    assert (found.name, found.statement.en, found.state) == ("Dr Li Wei", "I have reviewed these data", "valid")
    assert found.at_utc == ledger.events(("signed",))[0].at_utc
    assert found.versions == 3


def test_edc_r52_a_changed_value_breaks_the_signature_in_the_same_save(ledger):
    saved(signing(ledger, FORM))
    saved(conduct.reopen_visit(ledger, STUDY, INVESTIGATOR, ID, "W0", reason="a slip"))
    changed = saved(save(ledger, "W0", "visit", {"weight.weight": "46"}, reason="digits swapped"))
    found = only(ledger)
    told = ledger.events(("signature_broken",))

    assert found.state == "broken"
    assert len(told) == 1
    assert told[0].details["signature"] == str(found.seq)
    assert told[0].group == changed.receipt.group
    assert found.broken_by == changed.receipt.seqs[0]


def test_edc_r52_every_copy_says_by_whom_and_when_a_signature_was_broken(ledger):
    """Signed, changed, then copied: the casebook in both languages, both versions of ODM, the table of CSV."""
    saved(signing(ledger, FORM))
    saved(conduct.reopen_visit(ledger, STUDY, INVESTIGATOR, ID, "W0", reason="a slip"))
    saved(save(ledger, "W0", "visit", {"weight.weight": "46"}, reason="digits swapped"))
    snapshot, found = ledger.snapshot(), only(ledger)
    minute = found.broken_at.replace("T", " ")[:16]

    for language, words in (
        ("en", "BROKEN by a later change of {who}, {when}"),
        ("zh", "因后续修改而失效（{who}，{when}"),
    ):
        book = Casebook(study=STUDY, snapshot=snapshot, study_at=lambda _: STUDY, language=language)
        page = write_html(participant_casebook(book, ID)).decode()
        assert words.format(who=found.broken_user, when=minute) in page
    source = Source(study=STUDY, snapshot=snapshot, analysis=None, rows=(), catalog=load(), version="1",
                    signatures=signatures(snapshot))  # fmt: skip
    told = f"broken by {found.broken_user}, {found.broken_at} ({found.broken_kind}, entry {found.broken_by})"
    files = whole(odm.write(source))
    assert told in files["1.3.2/snapshot.xml"].decode()
    assert told in files["2.0/snapshot.xml"].decode()
    table = tables.signatures(signatures(snapshot))
    (line,) = (dict(zip(table.columns, row, strict=True)) for row in table.rows)
    assert (line["state"], line["broken_user"], line["broken_at_utc"]) == ("broken", found.broken_user, found.broken_at)
    assert (line["name"], line["at_utc"], line["statement"]) == (
        "Dr Li Wei",
        found.at_utc,
        "I have reviewed these data",
    )


def test_edc_r52_putting_the_old_value_back_does_not_heal_it(ledger):
    saved(signing(ledger, FORM))
    saved(conduct.reopen_visit(ledger, STUDY, INVESTIGATOR, ID, "W0", reason="a slip"))
    saved(save(ledger, "W0", "visit", {"weight.weight": "46"}, reason="digits swapped"))
    saved(save(ledger, "W0", "visit", {"weight.weight": "64"}, reason="no, they were right"))

    assert only(ledger).state == "broken"


def test_edc_r52_a_change_elsewhere_leaves_it_valid(ledger):
    saved(signing(ledger, FORM))
    saved(save(ledger, "W4", "visit", {"visit_record.date": "2021-06-30", "weight.weight": "65"}))

    assert only(ledger).state == "valid"


def test_edc_r52_a_signature_put_on_another_record_does_not_hold(ledger):
    saved(signing(ledger, FORM))
    stolen = ledger.events(("signed",))[0].details
    forged = NewEvent(kind="signed", participant_id=ID, visit="SCR", form="screening", details=stolen)
    ledger.write(Stamp(user=INVESTIGATOR.user, build=1, origin="typed"), [forged])
    states = {s.scope.form: s.state for s in signatures(ledger.snapshot(), ID)}

    assert states == {"visit": "valid", "screening": "broken"}


def test_edc_r52_a_value_changed_in_the_file_itself_breaks_it(ledger, tmp_path):
    saved(signing(ledger, FORM))
    ledger.close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as bare:
        for (trigger,) in bare.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            bare.execute(f'DROP TRIGGER "{trigger}"')
        changed = bare.execute("UPDATE content SET raw = '46' WHERE raw = '64'").rowcount
    with open_ledger(str(tmp_path / "ledger.sqlite"), clock=None, nonces=None) as again:
        found = only(again)

    assert changed == 1
    assert (found.state, found.broken_kind, found.broken_by) == ("broken", "content", 0)


def test_a_reopened_visit_breaks_the_signature_of_the_visit_and_not_of_its_forms(ledger):
    saved(signing(ledger, VISIT))
    saved(signing(ledger, FORM))
    saved(conduct.reopen_visit(ledger, STUDY, INVESTIGATOR, ID, "W0", reason="a slip"))

    assert {s.scope.level: s.state for s in signatures(ledger.snapshot(), ID)} == {"visit": "broken", "form": "valid"}


def test_a_row_taken_out_of_use_breaks_the_signature_of_its_log(ledger):
    saved(save(ledger, "LOG", "events", {"adverse_event.term": "rash", "adverse_event.grade": "1",
                                         "adverse_event.start": "2021-06-05"}))  # fmt: skip
    saved(signing(ledger, Scope(ID, "LOG", "events")))
    saved(conduct.inactivate_row(ledger, STUDY, NURSE, Place(ID, "LOG", "events", 1), reason="another patient"))

    assert only(ledger).state == "broken"


def test_edc_r38_what_is_incomplete_is_not_signed(ledger):
    saved(save(ledger, "W4", "visit", {"visit_record.date": "2021-06-30"}))

    assert codes(signing(ledger, Scope(ID, "W4"))) == ["TW-CAP-102"]
    assert codes(signing(ledger, Scope(ID, "W4", "visit"))) == ["TW-CAP-102"]
    assert codes(signing(ledger, WHOLE)) == ["TW-CAP-102"]
    assert ledger.events(("signed",)) == ()


def test_a_participant_is_signed_once_the_study_is_over_for_the_person(ledger):
    saved(conduct.complete_visit(ledger, STUDY, INVESTIGATOR, ID, "SCR", reason="no weight was taken"))
    saved(conduct.withdraw(ledger, STUDY, INVESTIGATOR, ID, date="2021-06-09", code="other", reason="moved away"))
    saved(signing(ledger, WHOLE))

    assert (only(ledger).scope.level, only(ledger).state) == ("participant", "valid")

    saved(conduct.record_death(ledger, STUDY, INVESTIGATOR, ID, date="2021-06-20", reason="told by the family"))

    assert only(ledger).state == "broken"


@pytest.mark.parametrize(("actor", "meaning", "code"), [
    (NURSE, "reviewed", "TW-CAP-036"),
    (INVESTIGATOR, "anything", "TW-CAP-100"),
    (INVESTIGATOR, "entered", "TW-CAP-100"),
], ids=["a role that signs nothing", "no such meaning", "not at this level"])  # fmt: skip
def test_who_may_sign_what_is_the_definitions_to_say(ledger, actor, meaning, code):
    assert codes(signing(ledger, VISIT, actor=actor, meaning=meaning)) == [code]


def test_a_role_that_signs_does_not_sign_in_anothers_meaning(ledger):
    others = (msgspec.structs.replace(STUDY.signatures[0], by=("manager",)),)
    study = msgspec.structs.replace(STUDY, signatures=others)
    shown = ((VISIT, content_of(ledger.snapshot(), VISIT).hash),)
    request = conduct.Signing(actor=INVESTIGATOR, meaning="reviewed", shown=shown, name="Dr Li Wei")

    assert codes(conduct.sign(ledger, study, request)) == ["TW-CAP-101"]


def test_what_changed_since_it_was_shown_is_not_signed(ledger):
    request = conduct.Signing(actor=INVESTIGATOR, meaning="reviewed", shown=((VISIT, "0" * 64),), name="Dr Li Wei")

    assert codes(conduct.sign(ledger, STUDY, request)) == ["TW-CAP-103"]


def test_a_valid_signature_is_not_given_twice_and_a_double_click_signs_once(ledger):
    first = saved(signing(ledger, VISIT, token="t1"))
    again = signing(ledger, VISIT, token="t2")

    assert codes(again) == ["TW-CAP-104"]
    assert len(ledger.events(("signed",))) == len(first.receipt.seqs) == 1


def test_edc_r54_signing_each_form_of_a_visit_leaves_a_row_a_form(ledger):
    done = saved(signing(ledger, FORM, Scope(ID, "W0", "core")))

    assert [(e.form, e.group) for e in ledger.events(("signed",))] == [
        ("visit", done.receipt.group), ("core", done.receipt.group),
    ]  # fmt: skip


def test_a_complete_visit_waits_for_its_signature_and_again_when_it_is_broken(ledger):
    def owed():
        return [(each.scope, each.broken) for each in owed_signatures(STUDY, ledger.snapshot())]

    before = owed()
    saved(signing(ledger, VISIT))
    after = owed()
    saved(conduct.reopen_visit(ledger, STUDY, INVESTIGATOR, ID, "W0", reason="a slip"))
    saved(conduct.complete_visit(ledger, STUDY, INVESTIGATOR, ID, "W0", reason="as before"))

    assert (before, after, owed()) == ([(VISIT, False)], [], [(VISIT, True)])
