"""A value estimand with imputed values: what the strategies end is filled in, by the declared seed alone."""

from fractions import Fraction

import msgspec
import pytest

from support.cohorts import aba_dm, catalog, core_set, dosed, enrolled, steroids
from support.snapshots import snapshot_of
from trialwright.analyze import analyze
from trialwright.define import read_study
from trialwright.derive import derive

NAME = "glucocorticoid_imputed_week_12"
BASE = {"phga": 5, "ptga": 5, "mmt": 100, "haq": 8, "enz": 1000, "exm": 5}
PEOPLE = [f"P{n:02}" for n in range(1, 13)]
VISITS = ("W0", "W2", "W4", "W8", "W12")
# Doses fall by 1 to 5 mg at weeks 4 and 8; P12 needs rescue after week 4; P11 has no visit after week 4.
LATER = {pid: (str(19 - n % 3), str(18 - n % 5)) for n, pid in enumerate(PEOPLE)}


def cohort():
    lines = []
    for pid in PEOPLE:
        visits = VISITS[:3] if pid == "P11" else VISITS
        first, then = LATER[pid]
        lines += [enrolled(pid), dosed(pid), *(core_set(pid, visit, BASE) for visit in visits)]
        lines.append(
            steroids(
                pid, ("20", "2020-12-01", "2021-02-28"), (first, "2021-03-01", "2021-03-28"), (then, "2021-03-29", "")
            )
        )
    rescue = "P12 LOG#1 concomitant_medication.rescue Y\nP12 LOG#1 concomitant_medication.start 2021-03-10"
    return "\n".join([*lines, rescue])


def with_parameters(**changes):
    study = aba_dm()
    (method,) = study.estimand(NAME).summary
    now = msgspec.structs.replace(method, parameters=method.parameters | changes)
    return msgspec.structs.replace(
        study,
        estimands=tuple(msgspec.structs.replace(e, summary=(now,)) if e.name == NAME else e for e in study.estimands),
    )


def rows_of(study):
    analysis = derive(study, snapshot_of(cohort()), catalog())
    return {r.cell: r for r in analyze(study, analysis, catalog(), only=["14.2.2.3"])}


@pytest.fixture(scope="module")
def rows():
    return rows_of(aba_dm())


def test_what_rescue_ended_and_what_was_not_seen_is_filled_in(rows):
    # P11 was not seen at week 8 and 12, and what P12 had from week 8 on came after rescue.
    assert [rows[f"14.2.2.3:{visit}:n"].value for visit in ("W2", "W4", "W8", "W12")] == [12, 12, 10, 10]
    assert [rows[f"14.2.2.3:{visit}:imputed"].value for visit in ("W2", "W4", "W8", "W12")] == [0, 0, 2, 2]


def test_the_shift_moves_the_endpoint_by_its_share_of_the_imputed(rows):
    plain, moved = rows["14.2.2.3:W12:estimate"].value, rows["14.2.2.3:W12.shift_5:estimate"].value

    assert moved - plain == pytest.approx(5 * 2 / 12, abs=1e-9)
    assert "14.2.2.3:W8.shift_5:estimate" not in rows


def test_the_mean_lies_among_the_changes_that_were_seen(rows):
    changes = [Fraction(then) - 20 for pid, (_, then) in LATER.items() if pid not in ("P11", "P12")]

    assert min(changes) < rows["14.2.2.3:W12:estimate"].value < max(changes)
    assert rows["14.2.2.3:W12:lower"].value < rows["14.2.2.3:W12:estimate"].value < rows["14.2.2.3:W12:upper"].value


def test_the_seed_of_the_definition_decides_and_nothing_else(rows):
    again, other = rows_of(aba_dm()), rows_of(with_parameters(seed="7"))

    assert {cell: row.value for cell, row in rows.items()} == {cell: row.value for cell, row in again.items()}
    assert rows["14.2.2.3:W12:estimate"].value != other["14.2.2.3:W12:estimate"].value
    assert "seed 20210201" in rows["14.2.2.3:W12:n"].method


def test_a_change_before_and_after_says_that_there_is_no_control(rows):
    assert any("no concurrent control" in warning for warning in rows["14.2.2.3:W12:imputed"].warnings)


def test_imputing_without_a_seed_is_refused_and_so_is_imputing_a_verdict(tmp_path):
    import shutil

    from support.cohorts import STUDIES

    shutil.copytree(STUDIES / "aba_dm", tmp_path / "study")
    path = tmp_path / "study" / "analysis.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("seed: 20210201, ", "", 1), "utf-8")
    said = " ".join(problem.sentence() for problem in read_study(tmp_path / "study", catalog())[1])

    assert "with its seed and number of imputations" in said
    path.write_text(text.replace("    missing: last_observed", "    missing: imputed", 1), "utf-8")
    said = " ".join(problem.sentence() for problem in read_study(tmp_path / "study", catalog())[1])
    assert "a missing-data rule of a response" in said
