"""USDM 4.0: valid against CDISC's schema, ids that stay, every reference answered, what is lost said."""

import gzip
import json
from collections import Counter
from pathlib import Path

import jsonschema
import msgspec
import pytest

from support.results import packaged_study
from trialwright.export.terminology import _terminology
from trialwright.export.usdm import codes, document, lost
from trialwright.export.usdm.timeline import elapsed

SCHEMA = Path(__file__).parents[4] / "shared" / "standards" / "json-schema" / "USDM_API_v4.json"


TERMS = [SCHEMA.parents[1] / "core-cache" / f"{name}ct-{codes.DDF_VERSION}.json.gz" for name in ("ddf", "protocol")]


def instances(value):
    """Every object of a document that has a class."""
    if isinstance(value, dict):
        if "instanceType" in value:
            yield value
        for each in value.values():
            yield from instances(each)
    elif isinstance(value, list):
        for each in value:
            yield from instances(each)


def schema_errors(made):
    schema = json.loads(SCHEMA.read_text("utf-8"))
    schema["$ref"] = "#/components/schemas/Wrapper-Input"
    judge = jsonschema.Draft202012Validator(schema)
    return [f"{'/'.join(map(str, each.absolute_path))}: {each.message[:200]}" for each in judge.iter_errors(made)]


@pytest.fixture(scope="module")
def made():
    return document(packaged_study(), "1")


@pytest.mark.skipif(not SCHEMA.exists(), reason="CDISC's USDM schema stands in ../shared/standards")
def test_the_document_is_valid_against_the_schema_of_the_api(made):
    assert schema_errors(made) == []


@pytest.mark.skipif(not SCHEMA.exists(), reason="CDISC's USDM schema stands in ../shared/standards")
def test_the_schema_refuses_a_document_without_a_study_name(made):
    spoilt = json.loads(json.dumps(made))
    del spoilt["study"]["name"]

    assert schema_errors(spoilt) != []


def test_no_id_stands_twice_and_none_has_a_space(made):
    ids = Counter(each["id"] for each in instances(made))

    assert [name for name, count in ids.items() if count > 1 or " " in name] == []


def test_every_reference_leads_to_an_object(made):
    ids = {each["id"] for each in instances(made)}
    asked = {
        id_
        for each in instances(made)
        for key, value in each.items()
        if key.endswith(("Id", "Ids")) and value
        for id_ in (value if isinstance(value, list) else [value])
    }

    assert asked - ids == set()
    assert len(asked) > 100


def test_every_code_of_the_sdtm_terminology_agrees_with_its_term(made):
    version, lists = _terminology()
    terms = {(code, term) for each in lists.values() for term, code in each.terms.items()}
    used = {(each["code"], each["decode"]) for each in instances(made)
            if each["instanceType"] == "Code" and each["codeSystemVersion"] == version}  # fmt: skip

    assert used - terms == set()
    assert ("C64489", "CK") in used


def test_week_12_is_84_days_after_the_first_dose_a_week_either_way(made):
    # schedule.yaml: W12 is study day 85, W0 study day 1, window 7 and 7
    timing = next(each for each in instances(made) if each["id"] == "Timing_W12")

    assert (timing["value"], timing["windowLower"], timing["windowUpper"], timing["type"]["decode"]) == (
        "P84D", "P7D", "P7D", "After",
    )  # fmt: skip


@pytest.mark.parametrize(("first", "last", "days"), [(1, 85, 84), (-14, 1, 14), (1, -14, -14), (-3, -1, 2)])
def test_there_is_no_day_0_between_two_study_days(first, last, days):
    assert elapsed(first, last) == days


def test_every_visit_form_criterion_arm_and_own_endpoint_is_there(made):
    study = packaged_study()
    (version,) = made["study"]["versions"]
    (design,) = version["studyDesigns"]
    asked = {each for activity in design["activities"]
             for each in [*activity.get("biomedicalConceptIds", []), *activity.get("bcSurrogateIds", [])]}  # fmt: skip
    items = {field.name for form in study.forms for section in form.sections for field in section.fields}

    assert [each["name"] for each in design["encounters"]] == ["SCR", "W0", "W2", "W4", "W8", "W12"]
    assert len(design["eligibilityCriteria"]) == len(study.eligibility)
    assert [each["name"] for each in design["arms"]] == ["abatacept"]
    assert {each["name"] for each in instances(design) if each["instanceType"] == "Endpoint"} == {
        each.name for each in study.estimands if not each.is_variation
    }
    assert len(asked) == len(items)


def test_another_criterion_leaves_every_earlier_id_alone(made):
    study = packaged_study()
    first = study.eligibility[0]
    more = msgspec.structs.replace(study, eligibility=(msgspec.structs.replace(first, name="inc0"), *study.eligibility))
    before = {each["id"] for each in instances(made)}

    assert before <= {each["id"] for each in instances(document(more, "1"))}


def two_arms():
    """The packaged study with a second, masked arm that gets the same drug."""
    study = packaged_study()
    (arm,) = study.arms
    other = msgspec.structs.replace(arm, name="placebo", kind="PLACEBO_COMPARATOR")
    registered = msgspec.structs.replace(
        study.registration, allocation="RANDOMIZED", model="PARALLEL", masking="DOUBLE"
    )
    return msgspec.structs.replace(study, arms=(arm, other), registration=registered)


def without_schedule():
    study = packaged_study()
    return msgspec.structs.replace(study, visits=tuple(each for each in study.visits if each.kind == "log"))


@pytest.mark.skipif(not SCHEMA.exists(), reason="CDISC's USDM schema stands in ../shared/standards")
@pytest.mark.parametrize("study", [two_arms, without_schedule])
def test_other_designs_are_valid_too(study):
    assert schema_errors(document(study(), "1")) == []


def test_a_randomised_study_says_so_and_has_a_cell_for_each_arm_and_epoch():
    (version,) = document(two_arms(), "1")["study"]["versions"]
    (design,) = version["studyDesigns"]

    assert [each["type"]["decode"] for each in design["arms"]] == ["Experimental Arm", "Placebo Comparator Arm"]
    assert "Randomized" in [each["decode"] for each in design["characteristics"]]
    assert (design["model"]["decode"], design["blindingSchema"]["standardCode"]["decode"]) == (
        "PARALLEL", "DOUBLE BLIND",
    )  # fmt: skip
    assert len(design["studyCells"]) == 4


def test_what_usdm_cannot_carry_is_named():
    named = [each.where for each in lost(packaged_study())]

    assert "age limit P18Y" in named
    assert "condition Abatacept" in named
    assert any(each.startswith("sensitivity analyses: rider_week_12") for each in named)


@pytest.mark.skipif(not TERMS[0].exists(), reason="CDISC's DDF terminology stands in ../shared/standards/core-cache")
def test_every_code_of_ours_is_a_term_of_the_release_it_names():
    known = {
        (term["conceptId"], term["submissionValue"])
        for path in TERMS
        for each in json.loads(gzip.decompress(path.read_bytes()))["codelists"]
        for term in each["terms"]
    }
    held = [each for each in vars(codes).values() if isinstance(each, codes.Term)]
    held += [each for table in vars(codes).values() if isinstance(table, dict) for each in table.values()
             if isinstance(each, codes.Term)]  # fmt: skip

    assert len(held) > 35
    assert [each for each in held if (each.code, each.decode) not in known] == []
