"""Several arms and more than two epochs, in SDTM: each participant in the arm of the act, each record in its epoch."""

import msgspec
import pytest

from support.results import packaged_study
from support.snapshots import snapshot_of
from trialwright import catalog
from trialwright.export.sdtm import tabulate
from trialwright.export.sdtm.elements import arm_elements, epoch_of_visit
from trialwright.export.sdtm.summary import declared
from trialwright.export.sdtm.timing import epoch
from trialwright.export.usdm import document
from trialwright.model.epochs import UNDECLARED, Epoch
from trialwright.model.text import Text

FOLLOW_UP = Epoch(name="FOLLOW-UP", title=Text("Follow-up", "随访期"), begins="after_visit", visit="W8")
THREE = (*UNDECLARED, FOLLOW_UP)

# P001 comes to the end, P002 leaves before week 8, P003 is never dosed, P004 fails screening, P005 is not enrolled yet.
PEOPLE = """
P001 @participant_added 2021-02-01 site=nanjing
P001 @consent_given 2021-02-01 date=2021-02-01
P001 @enrolled 2021-02-09 date=2021-02-09 arm=abatacept
P001 W0 visit_record.date 2021-02-09
P001 W0 weight.weight 55.1
P001 LOG#1 dosing_log.date 2021-02-09
P001 LOG#1 dosing_log.dose 500
P001 W8 visit_record.date 2021-04-06
P001 W8 weight.weight 55.0
P001 W12 visit_record.date 2021-05-04
P001 W12 weight.weight 56.0
P001 LOG#1 adverse_event.term "nausea"
P001 LOG#1 adverse_event.start 2021-04-07
P001 LOG#2 adverse_event.term "cough"
P001 LOG#2 adverse_event.start 2021-04
P001 LOG#3 adverse_event.term "rash"
P001 LOG#3 adverse_event.start 2021-03
P001 @completed 2021-05-04 date=2021-05-04
P002 @participant_added 2021-02-02 site=nanjing
P002 @consent_given 2021-02-02 date=2021-02-02
P002 @enrolled 2021-02-10 date=2021-02-10 arm=usual
P002 W0 visit_record.date 2021-02-10
P002 LOG#1 dosing_log.date 2021-02-10
P002 LOG#1 dosing_log.dose 500
P002 @withdrawn 2021-03-01 date=2021-03-01 reason=lost
P003 @participant_added 2021-02-02 site=nanjing
P003 @consent_given 2021-02-02 date=2021-02-02
P003 @enrolled 2021-02-10 date=2021-02-10 arm=usual
P004 @participant_added 2021-02-02 site=nanjing
P004 @consent_given 2021-02-02 date=2021-02-02
P004 @screen_failure 2021-02-05 date=2021-02-05
P005 @participant_added 2021-02-02 site=nanjing
P005 @consent_given 2021-02-02 date=2021-02-02
"""


def two_arms(**more):
    study = packaged_study()
    (arm,), (drug,) = study.arms, study.interventions
    comparator = msgspec.structs.replace(
        drug, name="methotrexate", title=Text("Methotrexate", "甲氨蝶呤"), route="oral"
    )
    other = msgspec.structs.replace(
        arm,
        name="usual",
        title=Text("Usual care", "常规治疗"),
        kind="ACTIVE_COMPARATOR",
        interventions=("methotrexate",),
    )
    registered = msgspec.structs.replace(study.registration, allocation="RANDOMIZED", model="PARALLEL")
    return msgspec.structs.replace(
        study, arms=(arm, other), interventions=(drug, comparator), registration=registered, epochs=THREE, **more
    )


def rows(made, name):
    dataset = made.dataset(name)
    names = [each.name for each in dataset.variables]
    return [dict(zip(names, row, strict=True)) for row in dataset.rows]


@pytest.fixture(scope="module")
def made():
    return tabulate(two_arms(), snapshot_of(PEOPLE), catalog.load())


def test_everybody_stands_in_the_arm_of_the_act_or_with_the_reason(made):
    told = [(line["SUBJID"], line["ARMCD"], line["ACTARM"], line["ARMNRS"]) for line in rows(made, "DM")]

    assert told == [
        ("P001", "ABATACEPT", "Refractory Dermatomyositis", None), ("P002", "USUAL", "Usual care", None),
        ("P003", "USUAL", None, "ASSIGNED, NOT TREATED"), ("P004", None, None, "SCREEN FAILURE"),
        ("P005", None, None, "NOT ASSIGNED"),
    ]  # fmt: skip


def test_what_was_given_is_what_the_arm_gets(made):
    told = [(line["USUBJID"][-4:], line["EXTRT"], line["EXROUTE"]) for line in rows(made, "EX")]

    assert told == [("P001", "ABATACEPT", "INTRAVENOUS"), ("P002", "METHOTREXATE", "ORAL")]


def test_each_arm_has_its_elements_and_shares_those_in_which_nothing_is_given(made):
    planned = [tuple(line[each] for each in ("ARMCD", "TAETORD", "ETCD", "EPOCH")) for line in rows(made, "TA")]
    rules = {line["ETCD"]: (line["TESTRL"], line["TEENRL"]) for line in rows(made, "TE")}

    assert planned == [
        ("ABATACEPT", 1, "SCRN", "SCREENING"), ("ABATACEPT", 2, "TRT1", "TREATMENT"),
        ("ABATACEPT", 3, "FOLLOWUP", "FOLLOW-UP"), ("USUAL", 1, "SCRN", "SCREENING"),
        ("USUAL", 2, "TRT2", "TREATMENT"), ("USUAL", 3, "FOLLOWUP", "FOLLOW-UP"),
    ]  # fmt: skip
    assert [line["TABRANCH"] for line in rows(made, "TA")][::3] == [
        "Assigned to Refractory Dermatomyositis", "Assigned to Usual care",
    ]  # fmt: skip
    assert rules == {
        "SCRN": ("Informed consent", "First dose of study treatment, or screening failure"),
        "TRT1": ("First dose of study treatment", "Day after visit Week 8, or withdrawal from the study"),
        "FOLLOWUP": ("Day after visit Week 8", "Last planned visit, or withdrawal from the study"),
        "TRT2": ("First dose of study treatment", "Day after visit Week 8, or withdrawal from the study"),
    }


def test_an_element_lasts_until_the_next_one_and_who_left_never_entered_the_last(made):
    told = [(line["USUBJID"][-4:], line["ETCD"], line["SESTDTC"], line["SEENDTC"]) for line in rows(made, "SE")]

    assert told == [
        ("P001", "SCRN", "2021-02-01", "2021-02-09"), ("P001", "TRT1", "2021-02-09", "2021-04-07"),
        ("P001", "FOLLOWUP", "2021-04-07", "2021-05-04"), ("P002", "SCRN", "2021-02-02", "2021-02-10"),
        ("P002", "TRT2", "2021-02-10", "2021-03-01"), ("P003", "SCRN", "2021-02-02", None),
        ("P004", "SCRN", "2021-02-02", "2021-02-05"), ("P005", "SCRN", "2021-02-02", None),
    ]  # fmt: skip


def test_a_record_stands_in_the_epoch_of_its_day(made):
    weights = [(line["VISIT"], line["EPOCH"]) for line in rows(made, "VS")]
    events = [(line["AETERM"], line["AESTDTC"], line["EPOCH"]) for line in rows(made, "AE")]

    assert weights == [
        ("WEEK 0 (FIRST DOSE)", "TREATMENT"),
        ("WEEK 8", "TREATMENT"),
        ("WEEK 12 (ENDPOINT)", "FOLLOW-UP"),
    ]
    assert events == [
        ("nausea", "2021-04-07", "FOLLOW-UP"), ("cough", "2021-04", None), ("rash", "2021-03", "TREATMENT"),
    ]  # fmt: skip


def test_visits_are_planned_in_their_epochs_and_logs_in_treatment():
    study = two_arms()

    assert [epoch_of_visit(study, each.name).name for each in study.visits] == [
        "SCREENING", "TREATMENT", "TREATMENT", "TREATMENT", "TREATMENT", "FOLLOW-UP", "TREATMENT",
    ]  # fmt: skip


def test_two_treated_epochs_make_two_elements_of_each_arm():
    more = msgspec.structs.replace(
        FOLLOW_UP, name="CONTINUATION TREATMENT", title=Text("Continuation", "继续治疗期"), treated=True
    )
    study = msgspec.structs.replace(two_arms(), epochs=(*UNDECLARED, more))

    assert [(each.code, each.title) for each in arm_elements(study, study.arms[1])] == [
        ("SCRN", "Screening"), ("TRT2E1", "Treatment: Methotrexate"), ("TRT2E2", "Continuation: Methotrexate"),
    ]  # fmt: skip


def test_usdm_has_a_cell_for_every_arm_and_epoch_and_the_same_elements():
    (version,) = document(two_arms(), "1")["study"]["versions"]
    (design,) = version["studyDesigns"]

    assert [each["name"] for each in design["epochs"]] == ["SCREENING", "TREATMENT", "FOLLOW-UP"]
    assert [each["name"] for each in design["elements"]] == ["SCRN", "TRT1", "FOLLOWUP", "TRT2"]
    assert len(design["studyCells"]) == 6


@pytest.mark.parametrize(
    ("kind", "ratios", "allocation", "control", "share"),
    [
        ("ACTIVE_COMPARATOR", (2, 1), "RANDOMIZED", ("ACTIVE", ""), ("0.67", "")),
        ("PLACEBO_COMPARATOR", (1, 1), "RANDOMIZED", ("PLACEBO", ""), ("0.5", "")),
        ("NO_INTERVENTION", (0, 0), "RANDOMIZED", ("NONE", ""), ("", "NI")),
        ("EXPERIMENTAL", (1, 1), "RANDOMIZED", ("", "NI"), ("1", "")),
        ("ACTIVE_COMPARATOR", (1, 1), "NON_RANDOMIZED", ("ACTIVE", ""), ("", "NA")),
    ],
)
def test_control_and_ratio_come_from_the_arms(kind, ratios, allocation, control, share):
    study = two_arms()
    kinds = ("EXPERIMENTAL", kind)
    arms = tuple(
        msgspec.structs.replace(each, kind=kind, ratio=ratio)
        for each, kind, ratio in zip(study.arms, kinds, ratios, strict=True)
    )
    registered = msgspec.structs.replace(study.registration, allocation=allocation)
    told = {each.name: each for each in declared(msgspec.structs.replace(study, arms=arms, registration=registered))}

    assert (told["TCNTRL"].value, told["TCNTRL"].null) == control
    assert (told["RANDQT"].value, told["RANDQT"].null) == share


@pytest.mark.parametrize(
    ("masking", "term"),
    [("NONE", "OPEN LABEL"), ("SINGLE", "SINGLE BLIND"), ("QUADRUPLE", "DOUBLE BLIND"), ("TRIPLE", None)],
)
def test_masking_is_told_where_the_terminology_has_a_term_for_it(masking, term):
    study = two_arms()
    registered = msgspec.structs.replace(study.registration, masking=masking)
    told = {each.name: each.value for each in declared(msgspec.structs.replace(study, registration=registered))}

    assert told.get("TBLIND") == term


STARTS = (("SCREENING", "2021-02-01"), ("TREATMENT", "2021-02-09"), ("FOLLOW-UP", "2021-04-07"))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2021-04-06", "TREATMENT"), ("2021-04-07", "FOLLOW-UP"), ("2021-05", "FOLLOW-UP"), ("2021-04", None),
        ("2021", None), ("2020", "SCREENING"), ("2021---15", None),
    ],
)  # fmt: skip
def test_a_partial_date_has_an_epoch_where_all_its_days_lie_in_one(day, expected):
    assert expected == epoch(day, STARTS)
