"""An amendment changes what is asked from now on; what was entered stays readable, signed forms stay where they are."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialwright.analyze import analyze
from trialwright.capture.builds import build_of
from trialwright.capture.locks import Scope
from trialwright.capture.signatures import signatures
from trialwright.derive import derive
from trialwright.export.csv import write as write_csv
from trialwright.export.files import whole
from trialwright.model.ledger import NewEvent, Stamp
from trialwright.model.study import Study
from trialwright.pipeline import conduct
from unit.conduct.small_study import (
    CATALOG,
    INVESTIGATOR,
    MANAGER,
    NURSE,
    STUDY,
    enrolled,
    form,
    request,
    saved,
    section,
)

VISIT = {"visit_record.date": "2021-06-02", "weight.weight": "61"}
LATER = msgspec.structs.replace(STUDY, build=2, hash="1" * 64)


def amended(build: int, *, weight: bool = True, extra: bool = False, scheduled: bool = True) -> Study:
    """The small study as build `build`: the visit form with or without the weight, with another instrument, or gone."""
    sections = [section("visit_record"), *([section("weight")] if weight else [])]
    sections += [section("physician_global")] if extra else []
    forms = tuple(form("visit", *sections) if each.name == "visit" else each for each in STUDY.forms)
    visits = tuple(
        each if scheduled or each.name != "W4" else msgspec.structs.replace(each, forms=("core",))
        for each in STUDY.visits
    )
    return msgspec.structs.replace(STUDY, build=build, hash=f"{build:064d}", forms=forms, visits=visits)


def saved_in(ledger, study, visit, posted, **more):
    more.setdefault("expected", ledger.form_version("P001", visit, "visit"))
    return conduct.save_form(ledger, study, request(visit, "visit", posted, **more))


@pytest.fixture
def entered(tmp_path):
    ledger = enrolled(tmp_path)
    saved(saved_in(ledger, STUDY, "W0", VISIT))
    return ledger


def test_impact_names_the_items_that_keep_values_and_those_newly_owed(entered):
    impact = {(i.visit, i.form): i for i in conduct.amendment_impact(entered, amended(2, weight=False, extra=True))}

    assert impact["W0", "visit"].kept == ("weight.weight",)
    assert impact["W0", "visit"].owed == ("physician_global.vas",)
    assert impact["W0", "visit"].build == 1
    assert impact["W0", "visit"].stays == ""


def test_edc_r01_every_form_moves_with_a_row_of_its_own_that_says_who_and_why(entered):
    before = entered.head().seq

    saved(conduct.migrate_forms(entered, amended(2, weight=False), MANAGER, reason="Amendment 1"))

    moved = [event for event in entered.events(kinds=["migrated"]) if event.seq > before]
    assert {(e.visit, e.form) for e in moved} == {("SCR", "screening"), ("W0", "visit")}
    assert all((e.user, e.reason, e.origin, e.build) == ("max", "Amendment 1", "migration", 2) for e in moved)
    assert {e.details["from"] for e in moved} == {"1"}
    assert next(e for e in moved if e.form == "visit").details["items"] == "weight.weight"
    assert build_of(entered.case("P001"), "W0", "visit") == 2


def test_values_are_not_touched_by_a_migration(entered):
    held = entered.datapoints("P001", "W0", "visit")

    saved(conduct.migrate_forms(entered, amended(2, weight=False), MANAGER, reason="Amendment 1"))

    assert entered.datapoints("P001", "W0", "visit") == held


def test_a_migration_needs_a_reason_and_a_role(entered):
    nobody = conduct.migrate_forms(entered, LATER, NURSE, reason="why")
    unsaid = conduct.migrate_forms(entered, LATER, MANAGER, reason=" ")

    assert [p.code for p in nobody.problems] == ["TW-CAP-036"]
    assert [p.code for p in unsaid.problems] == ["TW-CAP-059"]


def test_a_second_migration_finds_nothing_to_move(entered):
    saved(conduct.migrate_forms(entered, LATER, MANAGER, reason="Amendment 1"))

    again = conduct.migrate_forms(entered, LATER, MANAGER, reason="Amendment 1")

    assert [p.code for p in again.problems] == ["TW-CAP-141"]


def test_a_signed_form_never_moves_and_is_corrected_under_its_own_build(entered):
    sign_visit(entered)

    saved(conduct.migrate_forms(entered, LATER, MANAGER, reason="Amendment 1"))

    assert build_of(entered.case("P001"), "W0", "visit") == 1
    refused = saved_in(entered, LATER, "W0", {"weight.weight": "62"}, reason="misread")
    assert [p.code for p in refused.problems] == ["TW-CAP-140"]
    saved(saved_in(entered, STUDY, "W0", {"weight.weight": "62"}, reason="misread"))


def test_a_locked_form_never_moves(entered):
    saved(conduct.hold(entered, STUDY, MANAGER, "locked", Scope(participant_id="P001", visit="W0", form="visit")))

    saved(conduct.migrate_forms(entered, LATER, MANAGER, reason="Amendment 1"))

    assert build_of(entered.case("P001"), "W0", "visit") == 1
    assert {(i.form, i.stays) for i in conduct.amendment_impact(entered, LATER)} == {("visit", "locked")}


def test_the_first_save_under_a_new_build_moves_the_form_in_the_same_group(entered):
    done = saved(saved_in(entered, LATER, "W0", {"weight.weight": "62"}, reason="misread"))

    (moved,) = entered.events(kinds=["migrated"])
    assert moved.group == done.receipt.group
    assert (moved.details["from"], moved.details["to"]) == ("1", "2")


def test_a_form_that_left_the_schedule_keeps_its_values_in_the_impact(entered):
    saved(saved_in(entered, STUDY, "W4", {"visit_record.date": "2021-06-30"}))

    gone = {(i.visit, i.form): i for i in conduct.amendment_impact(entered, amended(2, scheduled=False))}

    assert gone["W4", "visit"].kept == ("visit_record.date",)


BUILDS = st.fixed_dictionaries({"weight": st.booleans(), "extra": st.booleans(), "scheduled": st.booleans()})
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("amend"), BUILDS),
        st.tuples(st.just("save"), st.sampled_from(["W0", "W4"]), st.integers(30, 99)),
        st.tuples(st.just("migrate")),
        st.tuples(st.just("sign")),
    ),
    min_size=4,
    max_size=9,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_failure_6_after_any_builds_and_entries_the_export_holds_every_value_ever_entered(steps):
    with TemporaryDirectory() as name, enrolled(Path(name)) as ledger:
        study, typed = STUDY, []
        for number, step in enumerate(steps, 2):
            match step:
                case ("amend", change):
                    study = amended(number, **change)
                case ("save", visit, weight):
                    if "visit" not in study.visit(visit).forms:
                        continue
                    asked = {f.name for s in study.form("visit").sections for f in s.fields}
                    posted = {n: t for n, t in (("visit_record.date", "2021-06-02"), ("weight.weight", f"{weight}"),
                                                ("physician_global.vas", "4.5")) if n in asked}  # fmt: skip
                    done = saved_in(ledger, study, visit, posted, reason="entered")
                    if isinstance(done, conduct.Saved):
                        typed += [(visit, item, posted[item]) for item in done.items]
                case ("migrate",):
                    conduct.migrate_forms(ledger, study, MANAGER, reason="amendment")
                case ("sign",):
                    sign_visit(ledger)
        assert lost_in_export(ledger, study, typed) == []


def lost_in_export(ledger, study, typed):
    """What was typed and stands nowhere in the files of the full export."""
    snapshot = ledger.snapshot()
    analysis = derive(study, snapshot, CATALOG)
    rows = analyze(study, analysis, CATALOG)
    files = whole(write_csv(study, snapshot, analysis, rows, signatures=signatures(snapshot)))
    audit = list(csv.DictReader(io.StringIO(files["machine/audit.csv"].decode("utf-8-sig"))))
    told = {(line["visit"], line["item"], line["raw"]) for line in audit}
    current = snapshot.current.filter(snapshot.current["visit"].is_in(["W0", "W4"]))
    forms = files["machine/form_visit.csv"].decode("utf-8-sig")
    missing = [entry for entry in typed if entry not in told]
    return missing + [raw for raw in current["raw"].to_list() if raw not in forms]


def sign_visit(ledger):
    """The investigator signs the visit form of W0, under the build it was entered in."""
    stamp = Stamp(user=INVESTIGATOR.user, build=1, origin="typed")
    event = NewEvent(kind="signed", participant_id="P001", visit="W0", form="visit",
                     details={"name": "Iris", "meaning": "reviewed", "level": "form", "hash": "0" * 64})  # fmt: skip
    ledger.write(stamp, [event])
