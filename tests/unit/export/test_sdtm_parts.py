"""The small parts of the SDTM export: dates, days, places, epochs, terms."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright import catalog
from trialwright.export.sdtm.metadata import domains, name_of_test
from trialwright.export.sdtm.places import read_place
from trialwright.export.sdtm.summary import route_term
from trialwright.export.sdtm.timing import epoch, iso_date, study_day
from trialwright.export.sdtm.values import number, quotient
from trialwright.export.terminology import named_list
from trialwright.model.quantity import PartialDate


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2020", "2020"), ("2020-03", "2020-03"), ("2020-03-15", "2020-03-15"), ("2020-UU", "2020"),
        ("2020-03-UU", "2020-03"), ("2020-UU-15", "2020---15"),
    ],
)  # fmt: skip
def test_a_partial_date_keeps_its_precision(written, iso):
    # SDTMIG 3.4, 4.4.2: a missing middle part is one hyphen
    assert iso == iso_date(PartialDate(written))


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2021-02-09", 1), ("2021-02-10", 2), ("2021-02-08", -1), ("2021-01-09", -31), ("2021-02", None)],
)
def test_there_is_no_day_zero(day, expected):
    # SDTMIG 3.4, 4.4.4: by hand
    assert expected == study_day(day, "2021-02-09")


def test_whoever_has_no_first_dose_has_no_study_day():
    assert study_day("2021-02-09", "") is None


@pytest.mark.parametrize(
    ("day", "dose", "expected"),
    [
        ("2021-02-08", "2021-02-09", "SCREENING"), ("2021-02-09", "2021-02-09", "TREATMENT"),
        ("2021-02-09", "", "SCREENING"), ("2021-02", "2021-02-09", None),
        ("2021-03", "2021-02-09", "TREATMENT"), ("2020", "2021-02-09", "SCREENING"),
    ],
)  # fmt: skip
def test_treatment_begins_on_the_day_of_the_first_dose(day, dose, expected):
    starts = (("SCREENING", "2021-02-01"), *((("TREATMENT", dose),) if dose else ()))

    assert expected == epoch(day, starts)


def test_a_place_is_read_with_its_record_and_its_constants():
    place = read_place("MK.MMTDELT; MKLOC=DELTOID MUSCLE; MKLAT=LEFT", "MKCAT=MMT-8; QSCAT=NOT OURS")

    assert (place.domain, place.name) == ("MK", "MMTDELT")
    assert place.constants == {"MKCAT": "MMT-8", "MKLOC": "DELTOID MUSCLE", "MKLAT": "LEFT"}


def test_a_place_may_word_codes_and_label_a_supplement():
    place = read_place("SUPPCM@drug_1.CMRESULT; QLABEL=Result of the Treatment; code Y=YES")

    assert (
        place.supplemental, place.record, place.label, place.codes,
    ) == (True, "drug_1", "Result of the Treatment", {"Y": "YES"})  # fmt: skip


@pytest.mark.parametrize("text", ["AE", "AE AETERM", "ae.aeterm", "", "A.B"])
def test_what_is_no_place_is_none(text):
    assert read_place(text) is None


def test_every_mapping_of_the_catalog_is_a_place_that_the_guide_knows():
    known, wrong = catalog.load(), []
    for name in known.names("instrument"):
        entry = known.instrument(name)
        for item in entry.items:
            text = item.mapping.get("sdtm")
            place = read_place(text, entry.mapping.get("sdtm", "")) if text else None
            if text and (place is None or place.domain not in domains()):
                wrong.append(f"{name}.{item.name}: {text}")
            elif place is not None and place.domain == "RELREC":
                wrong += [] if place.name in domains() else [f"{name}.{item.name}: {text}"]
            elif place is not None and not place.supplemental:
                domain = domains()[place.domain]
                asked = [*place.constants, *([place.variable] if place.variable else [])]
                asked += [] if domain.is_findings else [place.name]
                wrong += [f"{name}.{item.name}: {each}" for each in asked if each not in domain.variables]

    assert wrong == []


def test_short_names_fit_a_transport_file():
    known, wrong = catalog.load(), []
    for name in known.names("instrument"):
        entry = known.instrument(name)
        for item in entry.items:
            place = read_place(item.mapping.get("sdtm", ""), entry.mapping.get("sdtm", ""))
            if place is not None:
                test = place.constants.get(f"{place.domain}TEST", "") or place.label
                wrong += [f"{name}.{item.name}"] if len(place.variable or place.name) > 8 or len(test) > 40 else []

    assert wrong == []


@pytest.mark.parametrize(
    ("terms", "listed"),
    [("adverse_event_outcome", "OUT"), ("action_taken", "ACN"), ("sex", "SEX"), ("dose_frequency", "FREQ"),
     ("medication_route", "ROUTE"), ("withdrawal_reason", "NCOMPLT"), ("disposition_status", "NCOMPLT")],
)  # fmt: skip
def test_the_terms_of_the_catalog_are_terms_of_the_standard(terms, listed):
    theirs = named_list(listed).terms
    ours = {each.mapping["sdtm"] for each in catalog.load().terms(terms).choices if "sdtm" in each.mapping}

    assert ours <= set(theirs) | {"OTHER"}


def test_a_test_has_the_terminology_s_own_name():
    # CDISC SDTM CT 2025-03-28: LBTESTCD CK and LBTEST Creatine Kinase share C64489
    assert name_of_test("LB", "CK") == "Creatine Kinase"
    assert name_of_test("LB", "NOSUCH") == ""


def test_the_longest_route_in_the_words_is_taken():
    assert route_term("Intravenous drip over 30 minutes") == "INTRAVENOUS DRIP"
    assert route_term("by a way nobody knows") == ""


@given(dividend=st.integers(), divisor=st.integers().filter(bool))
def test_a_quotient_is_the_number_of_its_fraction(dividend, divisor):
    assert quotient(dividend, divisor) == number(Fraction(dividend, divisor))


@pytest.mark.parametrize(
    ("dividend", "divisor", "expected"), [(6, -3, -2), (1, 3, 1 / 3), (-7, 2, -3.5), (0, 5, 0), (10**30, 10**29, 10)]
)
def test_a_quotient_is_whole_where_it_is_whole(dividend, divisor, expected):
    found = quotient(dividend, divisor)

    assert (found, type(found)) == (expected, type(expected))
