"""Numbers from memory serve no primary endpoint, and an endpoint asks only what a baseline and one visit can answer."""

import msgspec
import pytest
from tests.unit.define.conftest import PACKAGED

from trialwright.catalog import Catalog
from trialwright.define import read_study
from trialwright.define.documents import read_documents
from trialwright.define.notes import Notes
from trialwright.define.recalled import check_endpoints
from trialwright.model.study import Estimand, Study, Variable


@pytest.fixture
def study(catalog: Catalog) -> Study:
    read, _ = read_study(PACKAGED, catalog)
    assert read is not None
    return read


def wrong(study: Study, catalog: Catalog, variable: Variable, level: str = "primary") -> list[str]:
    """Codes and what was found, where the first estimand of the study asks for this variable at this level."""
    estimand: Estimand = msgspec.structs.replace(study.estimands[0], variable=variable, level=level)
    notes = Notes()
    documents, _ = read_documents(PACKAGED)
    check_endpoints(msgspec.structs.replace(study, estimands=(estimand,)), catalog, documents["analysis.yaml"], notes)
    return [f"{problem.code} {problem.found}" for problem in notes.problems]


def acr(reading: str, **parameters: str) -> Variable:
    return Variable(kind="response", entry="acr_20_50_70", reading=reading, parameters=parameters)


def test_a_reading_from_memory_serves_no_primary_endpoint(study: Study, catalog: Catalog) -> None:
    assert wrong(study, catalog, acr("acr70")) == [
        "TW-DEF-043 improved_by_pct = 70 of acr_20_50_70 is from memory: nobody has seen it in its source",
        "TW-DEF-043 enough = 3 of acr_20_50_70 is from memory: nobody has seen it in its source",
    ]


def test_a_secondary_endpoint_may_rest_on_it(study: Study, catalog: Catalog) -> None:
    assert wrong(study, catalog, acr("acr70"), level="secondary") == []


def test_the_same_numbers_written_down_by_the_study_are_its_own_decision(study: Study, catalog: Catalog) -> None:
    assert wrong(study, catalog, acr("acr70", improved_by_pct="70", enough="3")) == []


def test_what_was_read_in_its_source_may_serve(study: Study, catalog: Catalog) -> None:
    assert wrong(study, catalog, acr("acr20")) == []


def test_defaults_from_memory_are_told_one_by_one(study: Study, catalog: Catalog) -> None:
    found = wrong(study, catalog, Variable(kind="response", entry="printo_20", parameters={"enough": "3"}))

    assert [each.split(" = ")[0].split()[-1] for each in found] == ["improved_by_pct", "worse_by_pct", "allowed_worse"]


def test_a_score_of_weights_from_memory_serves_none_either(study: Study, catalog: Catalog) -> None:
    found = wrong(study, catalog, Variable(kind="value", entry="mdaat_mitax.sum"))

    assert found and all("of mdaat_mitax is from memory" in each for each in found)


def test_a_table_that_the_study_did_not_choose_does_not_matter(study: Study, catalog: Catalog) -> None:
    # Table 2 of the equivalents holds deflazacort 7.5 mg from memory; this study names no table, so: the agreed one.
    assert wrong(study, catalog, Variable(kind="value", entry="glucocorticoid_log.daily_dose")) == []


def test_an_endpoint_cannot_ask_for_the_visit_after_it(study: Study, catalog: Catalog) -> None:
    variable = msgspec.structs.replace(
        study.estimands[0].variable, parameters={"measures": "phga,ptga,mmt", "confirm_visits": "2"}
    )

    assert wrong(study, catalog, variable) == [
        "TW-DEF-044 imacs_doi_2004 asks for phga_n, ptga_n, mmt_n, which no baseline and no single visit can answer"
    ]


def test_a_classification_is_no_endpoint(study: Study, catalog: Catalog) -> None:
    (found,) = wrong(study, catalog, Variable(kind="response", entry="bohan_peter"), level="secondary")

    assert found.startswith("TW-DEF-044 bohan_peter asks for weakness")
