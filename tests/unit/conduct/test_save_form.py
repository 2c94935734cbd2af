"""Saving a form through the one service: reasons, history, rows, queries, all or nothing."""

import pytest

from trialwright.capture import Place, open_queries
from trialwright.model.ledger import Blank, Slot
from trialwright.model.quantity import Limit, Quantity
from trialwright.pipeline import conduct
from unit.conduct.small_study import (
    INVESTIGATOR,
    MANAGER,
    NURSE,
    OUTSIDER,
    STUDY,
    codes,
    consented,
    enrolled,
    opened,
    request,
    save,
    saved,
)  # fmt: skip

VIRTUAL = conduct.Actor("ning", "simulated")
WEIGHT = Slot("P001", "W4", "visit", "weight.weight")
VISIT = {"visit_record.date": "2021-06-29", "weight.weight": "64,5"}


@pytest.fixture
def ledger(tmp_path):
    with enrolled(tmp_path) as one:
        yield one


def test_a_value_stands_in_the_ledger_as_typed_and_as_understood(ledger):
    saved(save(ledger, "W4", "visit", VISIT))
    (version,) = ledger.history(WEIGHT)

    assert (version.raw, version.value, version.user, version.origin) == (
        "64,5",
        Quantity("64.5", "kg"),
        "ning",
        "typed",
    )


def test_a_form_is_one_group_and_the_receipt_names_all_of_it(ledger):
    got = saved(save(ledger, "W4", "visit", {**VISIT, "weight.weight": "120"}))
    group = {d.group for d in ledger.datapoints("P001", "W4", "visit")}
    query = ledger.events(kinds=("query_opened",))[0]

    assert {got.receipt.group} == group == {query.group}
    assert (len(got.receipt.seqs), got.queries) == (3, 1)


def test_nothing_is_written_when_one_item_cannot_be_read(ledger):
    got = save(ledger, "W4", "visit", {**VISIT, "weight.weight": "heavy"})

    assert codes(got) == ["TW-CAP-001"]
    assert ledger.datapoints("P001", "W4", "visit") == ()


def test_a_change_without_a_reason_is_refused_and_with_one_keeps_both_versions_and_the_reason(ledger):
    saved(save(ledger, "W4", "visit", VISIT))

    assert codes(save(ledger, "W4", "visit", {"weight.weight": "65"})) == ["TW-CAP-018"]

    saved(save(ledger, "W4", "visit", {"weight.weight": "65"}, reason="misread the scale"))
    first, second = ledger.history(WEIGHT)

    assert [first.reason, second.reason] == ["", "misread the scale"]
    assert [first.value, second.value] == [Quantity("64.5", "kg"), Quantity("65", "kg")]
    assert second.replaces == first.seq


def test_what_the_ledger_cannot_keep_is_a_refusal_and_no_traceback(ledger):
    got = save(ledger, "W4", "visit", VISIT, reason="pasted\x00")

    assert codes(got) == ["TW-STO-012"]
    assert ledger.datapoints("P001", "W4", "visit") == ()
    assert codes(
        conduct.withdraw(ledger, STUDY, INVESTIGATOR, "P001", date="2021-06-20", code="moved", reason="\x00")
    ) == ["TW-STO-012"]


def test_clearing_a_value_keeps_the_old_one_readable(ledger):
    saved(save(ledger, "W4", "visit", VISIT))
    saved(save(ledger, "W4", "visit", {"weight.weight": ""}, reason="other participant's weight"))

    assert [v.value for v in ledger.history(WEIGHT)] == [Quantity("64.5", "kg"), Blank()]
    assert codes(save(ledger, "W4", "visit", {"weight.weight": "60"})) == ["TW-CAP-018"]


def test_saving_what_stands_there_already_writes_nothing(ledger):
    saved(save(ledger, "W4", "visit", VISIT))
    head = ledger.head()

    assert codes(save(ledger, "W4", "visit", {**VISIT, "weight.weight": "64.50"})) == ["TW-CAP-060"]
    assert ledger.head() == head


def test_a_hidden_value_is_retained(ledger):
    row = {"dosing_log.date": "2021-06-02", "dosing_log.interrupted": "Y", "dosing_log.interruption": "nausea"}
    saved(save(ledger, "LOG", "dosing", row))
    saved(save(ledger, "LOG", "dosing", {**row, "dosing_log.interrupted": "N"}, row=1, reason="wrong participant"))
    held = {d.slot.item: d.value for d in ledger.datapoints("P001", "LOG", "dosing")}

    assert held["dosing_log.interruption"].text == "nausea"


def test_rows_of_a_log_get_numbers_that_are_never_reused(ledger):
    rows = [saved(save(ledger, "LOG", "events", {"adverse_event.term": term})).row for term in ("rash", "fever")]
    saved(save(ledger, "LOG", "events", {"adverse_event.term": ""}, row=2, reason="entered twice"))
    third = saved(save(ledger, "LOG", "events", {"adverse_event.term": "cough"})).row

    assert [*rows, third] == [1, 2, 3]


def test_a_query_is_opened_once_and_closed_by_the_correction(ledger):
    saved(save(ledger, "W4", "visit", {**VISIT, "weight.weight": "120"}))
    saved(save(ledger, "W4", "visit", {"weight.weight": "121"}, reason="read again"))
    waiting = open_queries(ledger.events())

    assert [query.check for query in waiting] == ["weight_steady"]

    saved(save(ledger, "W4", "visit", {"weight.weight": "64"}, reason="decimal slip"))

    assert open_queries(ledger.events()) == ()


def test_a_value_outside_its_limits_is_saved_with_a_warning_and_a_query(ledger):
    got = saved(save(ledger, "W4", "core", {"physician_global.vas": "11"}))

    assert [p.code for p in got.warnings if p.code != "TW-CAP-022"] == ["TW-CAP-020"]
    assert [q.check for q in open_queries(ledger.events())] == ["limits:physician_global.vas"]


@pytest.mark.parametrize("actor", [MANAGER, OUTSIDER])
def test_whoever_has_no_role_that_enters_is_refused_by_the_ledgers_own_log(ledger, actor):
    assert codes(save(ledger, "W4", "visit", VISIT, actor=actor)) == ["TW-CAP-036"]


def test_a_revoked_role_no_longer_enters(ledger):
    saved(conduct.revoke_role(ledger, STUDY, MANAGER, user=NURSE.user, role="nurse", reason="left the hospital"))

    assert codes(save(ledger, "W4", "visit", VISIT)) == ["TW-CAP-036"]


def test_a_page_of_another_build_is_refused(ledger):
    assert codes(save(ledger, "W4", "visit", VISIT, build=2)) == ["TW-CAP-061"]
    assert saved(save(ledger, "W4", "visit", VISIT, build=1))


def test_data_before_consent_and_before_the_study_is_open_are_refused(tmp_path):
    with opened(tmp_path) as ledger:
        saved(conduct.add_participant(ledger, STUDY, NURSE, "P001"))

        assert codes(save(ledger, "SCR", "screening", {"weight.weight": "64"})) == ["TW-CAP-031"]


def test_treatment_visits_wait_for_enrolment(tmp_path):
    with consented(tmp_path) as ledger:
        assert codes(save(ledger, "W0", "core", {"physician_global.vas": "5"})) == ["TW-CAP-038"]
        assert saved(save(ledger, "SCR", "screening", {"weight.weight": "64"}))


def test_the_origin_of_a_virtual_participant_is_kept(ledger):
    actor = conduct.Actor("ning", "simulated")
    saved(save(ledger, "W4", "visit", VISIT, actor=actor))

    assert {v.origin for v in ledger.history(WEIGHT)} == {"simulated"}


# Two people, one form.


def test_a_stale_page_is_a_conflict_that_shows_the_others_versions_and_writes_nothing(ledger):
    seen = conduct.form_token(ledger, "P001", "W4", "visit").seq
    saved(save(ledger, "W4", "visit", VISIT, expected=seen, token="nurse's page"))
    got = save(ledger, "W4", "visit", {"weight.weight": "70"}, actor=INVESTIGATOR, expected=seen, token="another page")

    assert (got.expected, {d.slot.item for d in got.theirs}) == (0, {"visit_record.date", "weight.weight"})
    assert [v.value for v in ledger.history(WEIGHT)] == [Quantity("64.5", "kg")]


def test_a_page_that_lost_its_version_passes_for_one_of_an_empty_form(ledger):
    saved(save(ledger, "W4", "visit", VISIT))
    got = save(ledger, "W4", "visit", {"weight.weight": "70"}, expected=None, token="page", reason="why")

    assert (got.expected, len(got.theirs)) == (0, 2)
    assert saved(
        save(ledger, "W4", "visit", {"weight.weight": "70"}, expected=None, token="2", reason="why", actor=VIRTUAL)
    )


def test_a_double_click_saves_once_and_gives_the_same_receipt(ledger):
    first = saved(save(ledger, "W4", "visit", {**VISIT, "weight.weight": "120"}, expected=0, token="page 1"))
    again = saved(save(ledger, "W4", "visit", {**VISIT, "weight.weight": "120"}, expected=0, token="page 1"))

    assert again.receipt.repeated
    assert again.receipt.seqs == first.receipt.seqs
    assert len(ledger.history(WEIGHT)) == 1


def test_a_retried_change_keeps_one_version_and_its_reason(ledger):
    saved(save(ledger, "W4", "visit", VISIT))
    seen = conduct.form_token(ledger, "P001", "W4", "visit").seq
    change = request("W4", "visit", {"weight.weight": "65"}, reason="slip", expected=seen, token="page 2")
    first, again = (saved(conduct.save_form(ledger, STUDY, change)) for _ in range(2))

    assert again.receipt.seqs == first.receipt.seqs
    assert len(ledger.history(WEIGHT)) == 2


def test_a_retried_new_row_does_not_become_a_second_row(ledger):
    page = request("LOG", "events", {"adverse_event.term": "rash"}, expected=0, token="page 3")
    first, again = (saved(conduct.save_form(ledger, STUDY, page)) for _ in range(2))

    assert (first.row, again.row, again.receipt.repeated) == (1, 1, True)
    assert len(ledger.datapoints("P001", "LOG", "events")) == 1


def test_two_people_adding_rows_to_a_log_do_not_meet(ledger):
    saved(save(ledger, "LOG", "events", {"adverse_event.term": "rash"}, expected=0, token="page of one"))
    got = saved(save(ledger, "LOG", "events", {"adverse_event.term": "fever"}, expected=0, token="page of other"))

    assert got.row == 2


def test_two_people_changing_one_row_of_a_log_do_meet(ledger):
    seen = saved(save(ledger, "LOG", "events", {"adverse_event.term": "rash"})).receipt.seqs[-1]
    saved(save(ledger, "LOG", "events", {"adverse_event.term": "red rash"}, row=1, expected=seen, reason="more words"))
    got = save(ledger, "LOG", "events", {"adverse_event.term": "itch"}, row=1, expected=seen, reason="other words")

    assert [d.slot.row for d in got.theirs] == [1]


# Rows taken out of use, and checks that look across forms.


def test_a_row_taken_out_of_use_keeps_its_values_and_its_reason_and_takes_nothing_new(ledger):
    saved(save(ledger, "LOG", "events", {"adverse_event.term": "rash"}))
    place = Place("P001", "LOG", "events", 1)

    assert codes(conduct.inactivate_row(ledger, STUDY, NURSE, place, reason=" ")) == ["TW-CAP-059"]

    saved(conduct.inactivate_row(ledger, STUDY, NURSE, place, reason="entered twice"))

    assert ledger.events(kinds=("row_inactivated",))[0].reason == "entered twice"
    assert len(ledger.datapoints("P001", "LOG", "events")) == 1
    assert codes(save(ledger, "LOG", "events", {"adverse_event.term": "itch"}, row=1, reason="x")) == ["TW-CAP-042"]
    assert saved(save(ledger, "LOG", "events", {"adverse_event.term": "itch"})).row == 2


@pytest.mark.parametrize(("form", "row"), [("events", 0), ("events", 7)])
def test_only_a_row_that_is_there_can_be_taken_out_of_use(ledger, form, row):
    place = Place("P001", "LOG", form, row)

    assert codes(conduct.inactivate_row(ledger, STUDY, NURSE, place, reason="why")) == ["TW-CAP-037"]


def test_a_check_that_looks_at_another_visit_is_run_when_that_visit_changes(ledger):
    saved(save(ledger, "SCR", "screening", {"weight.weight": "64"}))
    saved(save(ledger, "W4", "core", {"physician_global.vas": "5"}))

    assert open_queries(ledger.events()) == ()

    saved(save(ledger, "SCR", "screening", {"weight.weight": "30"}, reason="misread"))

    assert [(q.place.form, q.check) for q in open_queries(ledger.events())] == [("core", "heavy_enough")]

    saved(save(ledger, "SCR", "screening", {"weight.weight": "65"}, reason="read again"))

    assert open_queries(ledger.events()) == ()


def test_a_limit_stands_in_the_ledger_as_typed_and_comes_back(ledger):
    saved(save(ledger, "W4", "visit", {**VISIT, "weight.weight": "<３０"}))
    (version,) = ledger.history(WEIGHT)

    assert (version.raw, version.value) == ("<３０", Limit("<", "30", "kg"))


def test_another_assessor_opens_a_query_that_closes_when_it_is_corrected(ledger):
    saved(save(ledger, "W0", "visit", {"visit_record.date": "2021-06-02", "visit_record.assessor": "Dr Wang"}))
    got = saved(save(ledger, "W4", "visit", {**VISIT, "visit_record.assessor": "Dr Li"}))
    saved(save(ledger, "W4", "visit", {"visit_record.assessor": "Dr Wang"}, reason="wrong line"))

    assert got.queries == 1
    assert [e.kind for e in ledger.events(participant_id="P001") if e.details.get("check") == "same_assessor"] == [
        "query_opened",
        "query_closed",
    ]


def test_a_query_that_a_person_closed_is_asked_again_only_when_its_value_changes(ledger):
    saved(save(ledger, "W4", "visit", {**VISIT, "weight.weight": "120"}))
    (asked,) = open_queries(ledger.events())
    saved(conduct.close_query(ledger, STUDY, MANAGER, asked, reason="the source says so"))
    other = saved(save(ledger, "W4", "visit", {"visit_record.date": "2021-06-30"}, reason="misread"))
    again = saved(save(ledger, "W4", "visit", {"weight.weight": "130"}, reason="misread"))

    assert (other.queries, again.queries) == (0, 1)
