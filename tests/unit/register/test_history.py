"""How a record changed: field by field in words, outcome measures by class of change, original beside current."""

import copy
import json

import msgspec
import pytest

from trialwright.model.changes import OutcomeState
from trialwright.model.record import RegistryRecord
from trialwright.register.history import (
    Version,
    compare_outcomes,
    compare_records,
    compare_versions,
    history_of_document,
    history_of_versions,
    render_history,
)
from trialwright.register.history.fields import pieces
from trialwright.register.history.markup import plain_markup
from trialwright.register.history.moments import moment_of
from trialwright.register.history.thresholds import thresholds

from .records import SHARED, exemplary, record_of


def recorded(document: dict) -> RegistryRecord:
    return record_of(json.dumps(document).encode())


def outcome(measure: str, time_frame: str = "12 weeks", level: str = "primary", description: str = "") -> OutcomeState:
    return OutcomeState(level=level, measure=measure, description=description, time_frame=time_frame)


def kinds(before: list[OutcomeState], after: list[OutcomeState]) -> list[tuple[str, ...]]:
    return [change.kinds for change in compare_outcomes(before, after)]


HBA1C = outcome("Change from baseline in HbA1c")
WALK = outcome("Six-minute walk distance", level="secondary")


def test_the_same_outcomes_in_another_order_are_no_change():
    pain = outcome("Pain on a visual analogue scale", level="secondary")

    assert kinds([HBA1C, WALK, pain], [HBA1C, pain, WALK]) == []


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (outcome("Change in HbA1c from baseline to week 12"), ("wording",)),
        (outcome("Change from baseline in HbA1c", "24 weeks"), ("time frame",)),
        (outcome("Change from baseline in HbA1c", "Week 12"), ("wording",)),
        (outcome("Change from baseline in body weight"), ("measure swapped",)),
        (outcome("Change from baseline in HbA1c", level="secondary"), ("demoted",)),
        (outcome("Change from baseline in HbA1c", "24 weeks", "other"), ("demoted", "time frame")),
    ],
)
def test_an_outcome_change_is_classed(after, expected):
    assert kinds([HBA1C], [after]) == [expected]


def test_a_secondary_outcome_that_becomes_primary_is_promoted():
    promoted = msgspec.structs.replace(WALK, level="primary")

    assert kinds([HBA1C, WALK], [HBA1C, promoted]) == [("promoted",)]


def test_two_outcomes_that_trade_places_are_told_as_such():
    before = [HBA1C, WALK]
    after = [msgspec.structs.replace(WALK, level="primary"), msgspec.structs.replace(HBA1C, level="secondary")]

    assert sorted(kinds(before, after)) == [("demoted",), ("promoted",)]


def test_outcomes_that_leave_and_come_are_dropped_and_added_where_nobody_knows_which_stands_for_which():
    before = [HBA1C, WALK, outcome("Pain", level="secondary")]
    after = [HBA1C, outcome("Fatigue", level="secondary"), outcome("Sleep", level="secondary")]

    assert kinds(before, after) == [("dropped",), ("dropped",), ("added",), ("added",)]


def test_a_change_of_one_laboratory_value_for_another_is_no_wording():
    before = [outcome("Change from baseline in eGFR at week 12", level="secondary"), WALK]
    after = [outcome("Change from baseline in UACR at week 12", level="secondary"), WALK]

    assert kinds(before, after) == [("measure swapped",)]


def test_a_threshold_that_moves_is_told_with_both_numbers():
    before = outcome("Responders", description="Improvement by more than 20 % in three measures")
    after = outcome("Responders", description="Improvement by at least 30 % in three measures")

    (change,) = compare_outcomes([before], [after])

    assert change.kinds == ("threshold changed",)
    assert change.says[0].en == "Thresholds were > 20 percent; they are >= 30 percent."
    assert change.of_substance


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("over 20 percent with no more than 2 worse", ("> 20 percent", "<= 2")),
        ("by more than 20 percent; how many measures may be worse: 2", ("> 20 percent", "<= 2")),
        ("a fall of 30% or more", (">= 30 percent",)),
        ("at least 3 months of treatment", ()),
        ("MMT-8, range 0 to 150", ()),
        ("potassium > 5.5 mmol/L", ("> 5.5",)),
        ("a 2-fold rise", ("2 fold",)),
    ],
)
def test_a_threshold_is_a_number_with_a_comparison_and_never_a_length_of_time(text, expected):
    assert thresholds(text) == expected


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2021-01-31", "before the start"),
        ("2021-02-01", "before the start"),
        ("2021-02-02", "after the start, before primary completion"),
        ("2022-08-15", "after primary completion"),
        ("2022-10-01", "after study completion"),
        ("", ""),
    ],
)
def test_a_change_is_dated_against_start_and_completion(date, expected):
    assert moment_of(date, "2021-02-01", "2022-07-31", "2022-09-30").en == expected


def test_a_change_in_the_month_of_a_start_known_to_the_month_is_not_late():
    assert moment_of("2021-02-20", "2021-02", "2022-07", "").en == "before the start"


def changed(change) -> tuple[RegistryRecord, RegistryRecord]:
    before = exemplary()
    after = copy.deepcopy(before)
    change(after["protocolSection"])
    return recorded(before), recorded(after)


def test_every_changed_field_is_told_in_words_and_no_other():
    def change(protocol):
        protocol["statusModule"]["startDateStruct"]["date"] = "2031-05-05"
        protocol["designModule"]["enrollmentInfo"]["count"] = 999

    before, after = changed(change)
    told = {each.label.en: (each.before, each.after) for each in compare_records(before, after)}
    was = exemplary()["protocolSection"]

    assert told == {
        "Study start": (was["statusModule"]["startDateStruct"]["date"], "2031-05-05"),
        "Enrolment, count": (str(was["designModule"]["enrollmentInfo"]["count"]), "999"),
    }


def test_a_site_is_known_by_its_name_whatever_its_place_in_the_list():
    def change(protocol):
        protocol["contactsLocationsModule"]["locations"].insert(0, {"facility": "New Hospital", "country": "China"})

    changes = compare_records(*changed(change))

    assert {each.kind for each in changes} == {"added"}
    assert {each.item for each in changes} == {"New Hospital, China"}


def test_an_arm_that_was_renamed_is_not_a_new_arm():
    def change(protocol):
        protocol["armsInterventionsModule"]["armGroups"][0]["label"] = "Another name"

    titles = [each for each in compare_records(*changed(change)) if each.label.en == "Arm, title"]

    assert [(each.kind, each.after) for each in titles] == [("changed", "Another name")]


def test_codes_are_told_in_the_words_of_the_registry():
    def change(protocol):
        protocol["statusModule"]["overallStatus"] = "ACTIVE_NOT_RECRUITING"
        protocol["statusModule"]["startDateStruct"]["type"] = "ESTIMATED"
        protocol["designModule"]["designInfo"]["maskingInfo"] = {"masking": "NONE"}
        protocol["armsInterventionsModule"]["armGroups"][0]["type"] = "NO_INTERVENTION"
        protocol["identificationModule"]["acronym"] = "PHASE2"

    told = [each.after for each in compare_records(*changed(change)) if each.after]

    assert {"Active, not recruiting", "estimated", "None (Open Label)", "No Intervention"} <= set(told)
    assert "PHASE2" in told  # an acronym is no code


def test_one_word_of_a_list_that_replaces_another_is_one_change():
    def change(protocol):
        protocol["designModule"]["phases"] = ["PHASE4"]

    (told,) = compare_records(*changed(change))

    assert (told.label.en, told.kind, told.after) == ("Phase", "changed", "Phase 4")


def test_an_escape_or_a_line_break_is_no_change():
    def change(protocol):
        text = protocol["descriptionModule"]["briefSummary"]
        protocol["descriptionModule"]["briefSummary"] = text.replace("-", r"\-").replace(". ", ".\n")

    assert compare_records(*changed(change)) == ()


def test_a_field_that_nobody_named_is_compared_too():
    def change(protocol):
        protocol["designModule"]["somethingNew"] = {"inside": 1}

    (told,) = compare_records(*changed(change))

    assert (told.path, told.after) == ("protocolSection.designModule.somethingNew.inside", "1")


def test_a_draft_of_ours_does_not_lack_what_only_the_registry_writes():
    before, after = exemplary(), exemplary()
    after["_draft"] = {"build": 2}
    for key in ("overallStatus", "statusVerifiedDate", "studyFirstPostDateStruct", "lastUpdatePostDateStruct"):
        after["protocolSection"]["statusModule"].pop(key, None)

    assert compare_records(recorded(before), recorded(after)) == ()


def test_a_long_text_is_told_by_what_was_taken_out_and_put_in():
    before = "Participants aged 18 years or older with active disease despite treatment with glucocorticoids"
    after = before.replace("18 years", "21 years")

    assert [(p.kind, p.text.strip()) for p in pieces(before, after) if p.kind != "same"] == [
        ("removed", "18"),
        ("added", "21"),
    ]


def test_the_html_of_the_registrys_own_pages_reads_like_the_markdown_of_its_interface():
    html = "<p>AKI is any of:</p><ul><li>creatinine &gt;0.3 mg&#x2F;dL</li><li>urine &lt;0.5</li></ul>"

    assert plain_markup(html) == "AKI is any of:\n* creatinine >0.3 mg/dL\n* urine <0.5"
    assert plain_markup(r"p \< 0.05") == "p < 0.05"


def document(original: dict, changes: int = 2, **outcomes: list) -> bytes:
    study = exemplary()
    study["protocolSection"]["outcomesModule"] |= outcomes
    told = [
        {"version": n, "date": f"2020-0{n + 1}-01", "status": "RECRUITING", "moduleLabels": []} for n in range(changes)
    ]
    history = {"changes": told, "originalData": original, "lastUpdateVersions": {"primaryOutcomes": 1}}
    return json.dumps({"study": study, "history": history}).encode()


def cell(data: bytes, row: str):
    history = history_of_document(record_of(data))
    return next(each for each in history.originals if each.label.en == row)


def test_an_original_that_the_registry_calls_the_same_is_same_as_current():
    found = cell(document({"primaryOutcomesSame": True}), "Primary outcome measures")

    assert (found.shown, found.current_date, found.original_date) == ("Same as current", "2020-02-01", "2020-01-01")


def test_an_original_that_differs_is_shown_in_its_own_words():
    original = {"primaryOutcomes": [{"measure": "Old measure", "timeFrame": "6 weeks"}]}

    assert cell(document(original), "Primary outcome measures").shown == "Old measure [Time Frame: 6 weeks]"


def test_an_element_that_came_later_was_not_provided_at_first():
    data = document({}, otherOutcomes=[{"measure": "Later", "timeFrame": "1 year"}])

    assert cell(data, "Other pre-specified outcome measures").shown == "Not Provided"


def test_with_one_version_everything_there_is_is_the_same_as_current():
    assert cell(document({}, changes=1), "Primary outcome measures").shown == "Same as current"


def test_versions_make_a_history_with_every_step():
    documents = [exemplary() for _ in range(3)]
    documents[1]["protocolSection"]["designModule"]["enrollmentInfo"]["count"] = 33
    documents[2]["protocolSection"]["designModule"]["enrollmentInfo"]["count"] = 33
    documents[2]["protocolSection"]["outcomesModule"]["primaryOutcomes"][0]["timeFrame"] = "52 weeks"
    history = history_of_versions(
        [Version(record=recorded(d), date=f"2030-0{n + 1}-01", source="file") for n, d in enumerate(documents)]
    )

    assert [len(step.fields) for step in history.steps] == [1, 0]
    assert [change.kinds for change in history.steps[1].outcomes] == [("time frame",)]
    assert history.originals[0].current_date == "2030-03-01"
    assert next(c for c in history.originals if c.label.en == "Enrolment").current_date == "2030-02-01"


def test_two_equal_versions_differ_in_nothing():
    version = Version(record=recorded(exemplary()), date="2030-01-01", source="a")

    assert compare_versions(version, version).same


@pytest.mark.bulk
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared registry data is not beside this checkout")
@pytest.mark.parametrize(
    ("name", "rows"),
    [
        # read in the documents: originalData names what differs and flags what does not
        ("NCT01874431", {"Responsible party": True, "Study sponsor": True, "Enrolment": False}),
        ("NCT05254002", {"Responsible party": True, "Study sponsor": True, "Primary outcome measures": False}),
    ],
)
def test_the_two_real_history_documents_render_same_as_current_rightly(name, rows):
    history = history_of_document(record_of((SHARED / "history" / f"{name}.history.json").read_bytes()))
    shown = {each.label.en: each.shown == "Same as current" for each in history.originals}

    assert rows == {row: shown[row] for row in rows}
    assert [version.number for version in history.versions] == list(range(len(history.versions)))
    assert "&lt;" not in render_history(history)


@pytest.mark.bulk
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared registry data is not beside this checkout")
def test_a_real_history_classes_its_outcome_changes_and_dates_them():
    history = history_of_document(record_of((SHARED / "history" / "NCT05254002.history.json").read_bytes()))
    found = {kind for change in history.overall.outcomes for kind in change.kinds}

    # read by hand: two primary outcomes came, nine secondary ones are worded differently ("proportion" for "number")
    assert found == {"added", "wording"}
    assert [c.after.level for c in history.overall.outcomes if c.kinds == ("added",) and c.after] == ["primary"] * 2
    assert (history.overall.date, history.overall.moment.en) == (
        "2023-12-19",
        "after the start, before primary completion",
    )
