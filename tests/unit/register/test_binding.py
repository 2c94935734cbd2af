"""Computability: every registered outcome measure is bound to what computes it, or the nearest entries are offered."""

import json

import msgspec
import pytest

from trialwright.catalog import load
from trialwright.cli import main
from trialwright.define import read_study
from trialwright.pipeline.record_history import drafted
from trialwright.register import check_against_definition, plain_protocol
from trialwright.register.binding import bind_outcomes, nearest_entries, render_bindings

from .records import DATA, RECONSTRUCTION, ROOT, exemplary, record_of

STUDY = ROOT / "studies" / "aba_dm"
CATALOG = load()


def _study():
    study, problems = read_study(STUDY, CATALOG)
    assert study is not None, problems
    return study


def _with_primary(measure, description=""):
    document = exemplary()
    outcome = {"measure": measure, "description": description, "timeFrame": "12 weeks"}
    document["protocolSection"]["outcomesModule"]["primaryOutcomes"] = [outcome]
    return record_of(json.dumps(document).encode())


def test_every_outcome_of_the_seed_is_bound_with_all_its_parts():
    bindings = bind_outcomes(plain_protocol(record_of(RECONSTRUCTION.read_bytes())), CATALOG, _study())

    assert [(one.level, one.estimand, one.lacking) for one in bindings] == [
        ("primary", "imacs_week_12", ()),
        ("secondary", "glucocorticoid_week_12", ()),
        ("other", "adverse_events", ()),
    ]
    first = bindings[0]
    assert first.computed_by.startswith("imacs_doi_2004")
    assert first.anchor == "Baseline and study day 85 (window 7 days before to 7 days after); day 1 is the first dose"
    assert first.missing_rule == "a participant without a verdict counts as a non-responder"
    assert (bindings[1].unit, bindings[1].direction) == ("mg/d", "lower is better")


def test_the_record_that_the_definition_drafts_is_bound_as_well():
    study = _study()
    bindings = bind_outcomes(plain_protocol(drafted(STUDY, study)), CATALOG, study)

    assert [one.estimand for one in bindings] == ["imacs_week_12", "glucocorticoid_week_12", "adverse_events"]


def test_an_outcome_that_nothing_computes_is_an_error_with_the_nearest_entries():
    found = [
        problem
        for problem in check_against_definition(_study(), _with_primary("Change in HAQ-DI"))
        if problem.code == "TW-REG-961" and "primary" in problem.found
    ]

    assert [problem.severity for problem in found] == ["error"]
    assert "Nearest in the catalog: haq_di" in found[0].cure


def test_an_outcome_moved_to_another_level_is_bound_to_nothing():
    document = json.loads(RECONSTRUCTION.read_bytes())
    outcomes = document["protocolSection"]["outcomesModule"]
    outcomes["secondaryOutcomes"] += outcomes.pop("primaryOutcomes")
    bindings = bind_outcomes(plain_protocol(record_of(json.dumps(document).encode())), CATALOG, _study())

    assert [(one.level, one.estimand) for one in bindings][1] == ("secondary", "")


def test_an_endpoint_that_leaves_its_unit_open_is_an_error():
    study = _study()
    open_ended = msgspec.structs.replace(
        study.estimand("glucocorticoid_week_12"),
        variable=msgspec.structs.replace(study.estimand("glucocorticoid_week_12").variable, entry="disposition.status"),
    )
    changed = msgspec.structs.replace(
        study, estimands=tuple(open_ended if one.name == open_ended.name else one for one in study.estimands)
    )
    found = check_against_definition(changed, record_of(RECONSTRUCTION.read_bytes()))

    assert [problem.found.partition("does not say: ")[2] for problem in found if problem.code == "TW-REG-973"] == [
        "unit, direction."
    ]


@pytest.mark.parametrize(
    ("measure", "best"),
    [
        ("IMACS score improved", "imacs_doi_2004"),
        ("Change in HAQ-DI from baseline to week 24", "haq_di"),
        ("Total Improvement Score by the 2016 ACR/EULAR criteria", "acr_eular_2016_tis"),
        ("Manual muscle testing (MMT-8)", "mmt8"),
        ("Occurrence of adverse events", "adverse_event"),
        ("Serum creatine kinase", "muscle_enzymes"),
        ("Physician's Global Assessment of disease activity", "physician_global"),
    ],
)
def test_words_lead_to_the_entry_they_name(measure, best):
    assert [one.name for one in nearest_entries(measure, CATALOG)][:1] == [best]


@pytest.mark.parametrize(
    "measure", ["6-minute walk distance", "Overall survival", "Heart rate", "Number of participants at week 12", ""]
)
def test_words_that_name_no_entry_lead_to_none(measure):
    assert nearest_entries(measure, CATALOG) == ()


def test_a_record_alone_is_offered_the_nearest_entries():
    text = render_bindings(bind_outcomes(plain_protocol(_with_primary("Change in HAQ-DI")), CATALOG))

    assert "nothing computes it" in text
    assert "nearest in the catalog: haq_di" in text


@pytest.mark.parametrize(("path", "code"), [(STUDY, 0), (DATA / "exemplary.json", 0)])
def test_the_command_shows_the_bindings(path, code, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["trialwright", "record", "outcomes", str(path)])
    with pytest.raises(SystemExit) as left:
        main()

    assert left.value.code == code
    assert "Primary: " in capsys.readouterr().out
