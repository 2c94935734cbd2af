"""A declared cohort becomes dated acts of the study it is planned for."""

from pathlib import Path

import msgspec
import pytest

from trialwright import catalog
from trialwright.design.cohort import plan_cohort, read_cohort
from trialwright.design.dry_run.meant import read_meant
from trialwright.model.problem import Problem
from trialwright.model.study import DoseTier
from trialwright.pipeline.study import load_study, packaged_study


@pytest.fixture(scope="module")
def study():
    loaded, problems = load_study(packaged_study("aba_dm"), catalog.load())
    assert loaded is not None, problems
    return loaded


@pytest.fixture(scope="module")
def cohort():
    return read_cohort(packaged_study("aba_dm") / "cohort.yaml")


@pytest.fixture(scope="module")
def acts(study, cohort):
    return plan_cohort(study, cohort, catalog.load(), participants=8, seed=5)


def test_the_first_participant_is_screened_on_the_registered_start_date(study, acts):
    assert study.registration.start_date.earliest == acts[0].at.date()


def test_acts_come_in_order_of_time_and_at_different_moments_for_one_participant(acts):
    assert [act.at for act in acts] == sorted(act.at for act in acts)
    for label in {act.participant for act in acts}:
        moments = [act.at for act in acts if act.participant == label]
        assert len(moments) == len(set(moments))


def test_every_field_that_is_typed_stands_on_its_form(study, acts):
    for act in acts:
        if act.kind == "form":
            known = {field.name for section in study.form(act.form).sections for field in section.fields}
            assert {name.removesuffix("__missing") for name in act.posted} <= known


def test_as_many_are_enrolled_as_were_asked_for_and_screen_failures_come_on_top(acts):
    enrolled = {act.participant for act in acts if act.kind == "enrol"}
    failed = {act.participant for act in acts if act.kind == "screen_failure"}

    assert len(enrolled) == 8
    assert failed
    assert not enrolled & failed


def test_one_participant_more_changes_no_answer_of_the_others(study, cohort, acts):
    more = plan_cohort(study, cohort, catalog.load(), participants=9, seed=5)
    # Who withdraws or has a rare event is a share of all; whoever is the same in both runs answers the same.
    before = {(a.participant, a.visit, a.form): a.posted for a in acts if a.form == "core_set" and not a.reason}
    after = {(a.participant, a.visit, a.form): a.posted for a in more if a.form == "core_set" and not a.reason}
    both = before.keys() & after.keys()
    same = [key for key in both if before[key] == after[key]]

    # Every participant but those who carry a typing error in one of the two runs.
    assert len(same) >= len(both) - 2


def test_another_seed_changes_the_answers_and_not_the_schedule_of_acts_it_is_made_of(study, cohort, acts):
    other = plan_cohort(study, cohort, catalog.load(), participants=8, seed=6)

    assert {act.kind for act in other} == {act.kind for act in acts}
    assert [a.posted for a in other] != [a.posted for a in acts]


def test_a_correction_retypes_the_same_form_with_its_reason(acts):
    corrections = [act for act in acts if act.kind == "form" and act.reason]

    assert corrections
    for act in corrections:
        first = next(
            a for a in acts
            if (a.participant, a.visit, a.form) == (act.participant, act.visit, act.form) and a.at < act.at
        )  # fmt: skip
        changed = [name for name in act.posted if act.posted[name] != first.posted[name]]
        assert len(changed) == 1


def test_every_number_of_the_packaged_cohort_says_why_it_was_assumed(cohort):
    lines = [*cohort.fields, *(line for log in cohort.logs for line in log.fields)]

    assert all(len(line.assumed) >= 5 for line in lines)
    assert all(log.assumed for log in cohort.logs)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("says: x\nseed: many\n", "seed"),
        ("says: [", "cohort.yaml"),
        ("says: x\nsurprise: 1\n", "surprise"),
    ],
)
def test_a_broken_cohort_file_is_answered_with_a_problem(tmp_path, text, told):
    path = tmp_path / "cohort.yaml"
    path.write_text(text, "utf-8")
    answer = read_cohort(path)

    assert isinstance(answer, list)
    assert isinstance(answer[0], Problem)
    assert told in answer[0].sentence()


def test_a_missing_cohort_file_is_answered_with_a_problem():
    answer = read_cohort(Path("nowhere") / "cohort.yaml")

    assert isinstance(answer, list)
    assert answer[0].code == "TW-DES-001"


@pytest.fixture(scope="module")
def two_arms(study):
    """Two to one, the second arm with a drug of its own in a single dose."""
    (arm,), (drug,) = study.arms, study.interventions
    tier = DoseTier(low=None, high=None, high_included=False, dose="15", unit="mg")
    other = msgspec.structs.replace(drug, name="methotrexate", tiers=(tier,))
    usual = msgspec.structs.replace(arm, name="usual", interventions=("methotrexate",), ratio=1)
    return msgspec.structs.replace(
        study, arms=(msgspec.structs.replace(arm, ratio=2), usual), interventions=(drug, other)
    )


def test_with_several_arms_each_block_of_the_ratio_is_shared_out_whole(two_arms, cohort):
    acts = plan_cohort(two_arms, cohort, catalog.load(), participants=9, seed=5)
    arms = [act.details["arm"] for act in sorted(acts, key=lambda a: int(a.participant)) if act.kind == "enrol"]

    assert [sorted(arms[at : at + 3]) for at in (0, 3, 6)] == [["abatacept", "abatacept", "usual"]] * 3
    assert len({tuple(arms[at : at + 3]) for at in (0, 3, 6)}) > 1


def test_the_dose_is_that_of_the_arm(two_arms, cohort):
    acts = plan_cohort(two_arms, cohort, catalog.load(), participants=9, seed=5)
    arm = {act.participant: act.details["arm"] for act in acts if act.kind == "enrol"}
    doses = {(arm[act.participant], act.posted["dosing_log.dose"]) for act in acts if act.form == "dosing"}

    assert {dose for name, dose in doses if name == "usual"} == {"15"}
    assert {dose for name, dose in doses if name == "abatacept"} <= {"500", "750", "1000"}
    assert {one.label: one.arm for one in read_meant(two_arms, acts).values() if one.enrolled} == arm


def test_with_one_arm_nothing_is_allotted(acts):
    assert {str(act.details) for act in acts if act.kind == "enrol"} == {"{}"}
