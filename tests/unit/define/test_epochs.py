"""The epochs of a schedule: two where it declares none, else those it declares, in an order that can be."""

from pathlib import Path
from typing import get_args

import pytest
from tests.unit.define.conftest import Edit

from trialwright.catalog import Catalog
from trialwright.define import compare_studies, read_study
from trialwright.define.scalars import EpochTerm
from trialwright.export.terminology import named_list
from trialwright.model.study import Study

TREATED = "  - {name: TREATMENT, title: {en: T, zh: 治疗期}, begins: first_dose, treated: yes, origin: protocol}\n"
SCREENED = "  - {name: SCREENING, title: {en: S, zh: 筛选期}, begins: consent, origin: protocol}\n"


def later(visit: str, name: str = "FOLLOW-UP", begins: str = "after_visit") -> str:
    at = f", visit: {visit}" if visit else ""
    return f"  - {{name: {name}, title: {{en: F, zh: 随访期}}, begins: {begins}{at}, origin: protocol}}\n"


def read(edit: Edit, catalog: Catalog, epochs: str) -> tuple[Study | None, list[str]]:
    folder: Path = edit("schedule.yaml", "visits:\n", f"epochs:\n{epochs}visits:\n")
    study, problems = read_study(folder, catalog)
    return study, [problem.sentence() for problem in problems]


def test_a_schedule_that_declares_none_has_screening_and_treatment(folder: Path, catalog: Catalog) -> None:
    study, _ = read_study(folder, catalog)

    assert study is not None
    assert [(each.name, each.begins, each.treated) for each in study.epochs] == [
        ("SCREENING", "consent", False), ("TREATMENT", "first_dose", True),
    ]  # fmt: skip


def test_declared_epochs_are_read_and_an_amendment_tells_the_new_one(
    folder: Path, edit: Edit, catalog: Catalog
) -> None:
    before, _ = read_study(folder, catalog)
    after, told = read(edit, catalog, SCREENED + TREATED + later("W8"))

    assert told == []
    assert before is not None
    assert after is not None
    assert [(each.name, each.visit) for each in after.epochs][-1] == ("FOLLOW-UP", "W8")
    assert "Epoch FOLLOW-UP is added." in compare_studies(before, after)


@pytest.mark.parametrize(
    ("epochs", "said"),
    [
        (TREATED, "The first one begins with consent"),
        (SCREENED + later("W8"), "0 epochs begin with first_dose"),
        (SCREENED + TREATED.replace("treated: yes", "treated: no"), "Treatment begins with the first dose"),
        (SCREENED + TREATED + TREATED, "TREATMENT"),
        (SCREENED + TREATED + later("W6"), "is not a planned visit"),
        (SCREENED + TREATED + later("LOG"), "a planned visit"),
        (SCREENED + TREATED + later(""), "visit of epoch FOLLOW-UP"),
        (SCREENED + TREATED.replace("first_dose", "first_dose, visit: W0"), "names visit W0"),
        (SCREENED + later("W8") + TREATED, "Epochs follow one another as their visits do"),
        (SCREENED + later("W0", "RUN-IN", "visit") + TREATED, "Epochs follow one another as their visits do"),
        (SCREENED + TREATED + later("W12") + later("W8", "WASHOUT"), "Epochs follow one another as their visits do"),
        (SCREENED + TREATED + later("W8", "AFTERWARDS"), "AFTERWARDS"),
    ],
)
def test_epochs_that_cannot_follow_one_another_are_refused(
    edit: Edit, catalog: Catalog, epochs: str, said: str
) -> None:
    study, told = read(edit, catalog, epochs)

    assert study is None
    assert any(said in each for each in told), told


def test_an_epoch_may_have_any_term_of_the_standard_and_no_other() -> None:
    assert set(named_list("EPOCH").terms) == set(get_args(EpochTerm))


def test_a_ratio_is_said_of_every_arm_or_of_none(edit: Edit, catalog: Catalog) -> None:
    other = (
        "arms:\n  - {name: usual, title: {en: Usual care, zh: 常规治疗}, kind: NO_INTERVENTION, description: None,"
        " interventions: [], origin: protocol"
    )
    folder = edit("study.yaml", "arms:\n", f"{other}, ratio: 2}}\n")
    _, alone = read_study(folder, catalog)
    edit("study.yaml", "ratio: 2}", "ratio: 0}")
    _, nobody = read_study(folder, catalog)

    assert any("ratio of arm abatacept" in each.found for each in alone)
    assert any("At least 1" in each.expected for each in nobody)
