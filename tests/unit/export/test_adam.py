"""ADaM from a readout: its lines give the reported numbers again, lead back to SDTM, and miss nothing silently."""

import statistics
from fractions import Fraction

import pytest
from lxml import etree

from support.cohorts import core_set, dosed, enrolled, steroids
from support.results import read_small
from trialwright import catalog
from trialwright.export import dataset_json, xpt
from trialwright.export.adam import analysis_datasets, write
from trialwright.export.adam.checking import check_datasets
from trialwright.export.adam.names import short
from trialwright.export.adam.tables import first_day, last_day, start_day
from trialwright.export.files import whole
from trialwright.export.formats import Source
from trialwright.export.sdtm import tabulate

START = {"phga": "8.0", "ptga": "6.0", "mmt": 100, "haq": 16, "enz": 1000, "exm": "5.0"}
BETTER = {"phga": "4.0", "ptga": "4.0", "mmt": 130, "haq": 8, "enz": 400, "exm": "5.0"}
WORSE = {"phga": "8.1", "ptga": None, "mmt": 100, "haq": 16, "enz": 1001, "exm": "8.0"}
DAYS = "P002 LOG#1 adverse_event.end 2021-04-UU\nP003 LOG#1 adverse_event.start 2021-02-UU"


def course(participant, last):
    return "\n".join(
        [enrolled(participant), dosed(participant), core_set(participant, "W0", START),
         core_set(participant, "W4", last), core_set(participant, "W12", last),
         steroids(participant, ("20", "2021-01-01", "2021-03-31"), ("15", "2021-04-01", "")),
         f'{participant} LOG#1 adverse_event.term "nausea"', f"{participant} LOG#1 adverse_event.serious N"]
    )  # fmt: skip


TABLE = "\n".join(
    [course("P001", BETTER), course("P002", WORSE), course("P003", BETTER), enrolled("P004"),
     "P001 LOG#1 adverse_event.start 2021-02-05", "P002 LOG#1 adverse_event.start 2021-01-20", DAYS,
     "P001 LOG#2 dosing_log.date 2021-02-15\nP001 LOG#2 dosing_log.dose 500"]
)  # fmt: skip


@pytest.fixture(scope="module")
def source():
    small = read_small(TABLE)
    return Source(study=small.study, snapshot=small.snapshot, analysis=small.analysis, rows=small.rows,
                  catalog=catalog.load(), version="1")  # fmt: skip


@pytest.fixture(scope="module")
def made(source):
    return analysis_datasets(source)


def lines(made, name, **wanted):
    dataset = made.dataset(name)
    names = [each.name for each in dataset.variables]
    rows = [dict(zip(names, row, strict=True)) for row in dataset.rows]
    return [row for row in rows if all(row.get(key) == value for key, value in wanted.items())]


def reported(source, cell):
    (row,) = [each for each in source.rows if each.cell == cell]
    return row.value


def mean(values):
    return float(sum(map(Fraction, values)) / len(values))


def test_responders_are_those_of_the_table(source, made):
    counted = lines(made, "ADRESP", PARAMCD="IMACSW12", AVISIT="Week 12 (endpoint)", ANL01FL="Y")

    assert reported(source, "14.2.1.1:responders:n") == sum(row["AVAL"] == 1 for row in counted) == 2
    assert reported(source, "14.2.1.1:nonresponders:n") == sum(row["AVALC"] == "N" for row in counted) == 2


def test_every_reading_has_the_responders_of_the_sensitivity_table(source, made):
    parameters = {row["PARAM"]: row["PARAMCD"] for row in lines(made, "ADRESP")}
    compared = 0
    for estimand in source.study.estimands:
        code = parameters.get(estimand.title.en)
        cell = f"14.2.1.3:{estimand.name}:n"
        if code is None or cell not in {row.cell for row in source.rows}:
            continue
        counted = lines(made, "ADRESP", PARAMCD=code, AVISIT="Week 12 (endpoint)", ANL01FL="Y")
        compared += 1
        whole = next(row.denominator for row in source.rows if row.cell == cell)
        assert (reported(source, cell), whole) == (sum(row["AVAL"] == 1 for row in counted), len(counted)), (
            estimand.name
        )

    assert compared == 20


@pytest.mark.parametrize(
    ("dataset", "code", "table"),
    [
        ("ADCORE", "PHGA", "14.2.3.1"), ("ADCORE", "PTGA", "14.2.3.2"), ("ADCORE", "MMT", "14.2.3.3"),
        ("ADCORE", "HAQ", "14.2.3.4"), ("ADCORE", "EXM", "14.2.3.6"), ("ADGC", "GCDOSE", "14.2.2.1"),
    ],
)  # fmt: skip
def test_value_and_change_are_those_of_the_tables(source, made, dataset, code, table):
    rows = lines(made, dataset, PARAMCD=code, AVISIT="Week 12 (endpoint)", FASFL="Y")
    values = [row["AVAL"] for row in rows if row["AVAL"] is not None]
    changes = [row["CHG"] for row in rows if row["CHG"] is not None]

    assert reported(source, f"{table}:W12:n") == len(values) > 0
    assert float(reported(source, f"{table}:W12:mean")) == pytest.approx(mean(values), rel=1e-12)
    assert float(reported(source, f"{table}:W12:change_mean")) == pytest.approx(mean(changes), rel=1e-12)


def test_improvement_in_percent_is_that_of_the_table(source, made):
    rows = lines(made, "ADCORE", PARAMCD="MMT", AVISIT="Week 12 (endpoint)", FASFL="Y")
    improved = [row["IMPPCT"] for row in rows if row["IMPPCT"] is not None]

    assert float(reported(source, "14.2.3.7:mmt:median")) == statistics.median(improved) == 30


def test_the_criterion_stands_on_the_measure_as_the_table_counts_it(source, made):
    rows = lines(made, "ADCORE", PARAMCD="EXM", AVISIT="Week 12 (endpoint)")

    assert reported(source, "14.2.1.2:exm:improved") == sum(row["CRIT1FL"] == "Y" for row in rows) == 0
    assert reported(source, "14.2.1.2:exm:worsened") == sum(row["CRIT2FL"] == "Y" for row in rows) == 1


def test_a_laboratory_value_is_that_of_the_table_and_stands_against_its_limit(source, made):
    rows = lines(made, "ADLB", PARAMCD="CK", AVISIT="Week 12 (endpoint)", SAFFL="Y")

    assert reported(source, "14.3.5.1:ck.W12:mean") == Fraction(sum(row["AVAL"] for row in rows), len(rows))
    assert next((row["ANRHI"], row["R2ANRHI"], row["ANRIND"]) for row in rows) == (200, 2, "HIGH")


def test_doses_are_those_of_the_table(source, made):
    sums = lines(made, "ADEX", PARAMCD="CUMDOSE", SAFFL="Y")
    numbers = lines(made, "ADEX", PARAMCD="NDOSE", SAFFL="Y")

    assert reported(source, "14.1.8:total_dose:mean") == Fraction(sum(row["AVAL"] for row in sums), len(sums))
    assert reported(source, "14.1.8:doses:max") == max(row["AVAL"] for row in numbers) == 2


def test_events_are_those_of_the_table(source, made):
    counted = lines(made, "ADAE", ANL01FL="Y", TRTEMFL="Y", SAFFL="Y")

    assert reported(source, "14.3.1.1:any:events") == len(counted) == 2
    assert reported(source, "14.3.1.1:before:events") == len(lines(made, "ADAE", TRTEMFL="N")) == 1


def test_sets_are_those_of_the_table(source, made):
    for name, flag in (("full_analysis", "FASFL"), ("safety", "SAFFL"), ("per_protocol", "PPROTFL")):
        assert reported(source, f"14.1.2:{name}:n") == len(lines(made, "ADSL", **{flag: "Y"}))


def test_every_value_leads_back_to_its_record_in_sdtm(source, made):
    tabulated = tabulate(source.study, source.snapshot, source.catalog)
    physician = lines(made, "ADCORE", PARAMCD="PHGA", AVISIT="Week 12 (endpoint)", USUBJID="ABA-DM-NANJING-P001")[0]
    rs = tabulated.dataset("RS")
    at = {each.name: place for place, each in enumerate(rs.variables)}
    (record,) = [row for row in rs.rows
                 if row[at["USUBJID"]] == physician["USUBJID"] and row[at["RSSEQ"]] == physician["SRCSEQ"]]  # fmt: skip

    assert (physician["SRCDOM"], physician["SRCVAR"]) == ("RS", "RSSTRESN")
    assert record[at["RSSTRESN"]] == physician["AVAL"] == 4
    assert [p.sentence() for p in check_datasets(made.datasets, tabulated.datasets)] == []


def test_the_points_of_the_measures_are_lines_that_lead_to_the_measures_and_add_up_to_the_score(made):
    # 2016 ACR/EULAR criteria: the total improvement score is the sum of the points of the six measures.
    derived = [row for row in lines(made, "ADRESP") if row["PARAMTYP"] == "DERIVED" and row["SUBJID"] == "P001"]
    points = [row for row in derived if row["SRCSEQ"] is not None]
    (score,) = [row for row in derived if row["SRCSEQ"] is None]
    core = {row["ASEQ"]: row for row in lines(made, "ADCORE", SUBJID="P001")}

    assert len(points) == 6
    assert score["AVAL"] == sum(row["AVAL"] for row in points)
    assert {core[row["SRCSEQ"]]["PARAMCD"] for row in points} == {"PHGA", "PTGA", "MMT", "HAQ", "ENZ", "EXM"}
    assert {core[row["SRCSEQ"]]["AVISIT"] for row in points} == {score["AVISIT"]} == {"Week 12 (endpoint)"}


def test_an_open_score_is_no_line(made):
    # P002's patient global is missing: the score lies between two bounds.
    derived = [row for row in lines(made, "ADRESP") if row["PARAMTYP"] == "DERIVED" and row["SUBJID"] == "P002"]

    assert all(row["SRCSEQ"] is not None for row in derived)


def test_the_metadata_name_the_terminology_of_both_standards(source):
    root = etree.fromstring(whole(write(source))["json/define.xml"])
    told = {(each.get("PublishingSet"), each.get("Version")) for each in root.iter("{*}Standard")}

    assert {("SDTM", "2025-03-28"), ("ADaM", "2026-03-27")} <= told


def test_every_analysis_record_is_in_a_dataset_or_counted_as_lost(source, made):
    assert len(source.analysis.records) == made.placed + sum(made.uncarried.values())


def test_transport_files_and_json_hold_the_same(source, made):
    files = whole(write(source))
    for dataset in made.datasets:
        name = dataset.name.lower()
        in_json = dataset_json.read(files[f"json/{name}.json"])

        assert dataset.rows == in_json.rows == xpt.read_dataset(files[f"xpt/{name}.xpt"], dataset.name).rows


def test_a_partial_date_is_imputed_and_says_so():
    assert first_day("2021-03") == ("2021-03-01", "D")
    assert last_day("2021-02") == ("2021-02-28", "D")
    assert first_day("2021") == ("2021-01-01", "M")
    assert first_day("2021-03-05") == ("2021-03-05", None)
    # the first dose lies within what is possible: treatment may have come first
    assert start_day("2021-02", "2021-02-09") == ("2021-02-09", "D")
    assert start_day("2021-01", "2021-02-09") == ("2021-01-01", "D")


def test_an_imputed_start_has_no_day(made):
    (event,) = lines(made, "ADAE", USUBJID="ABA-DM-NANJING-P003")

    assert (event["ASTDT"], event["ASTDTF"], event["ASTDY"], event["TRTEMFL"]) == ("2021-02-01", "D", None, "Y")


@pytest.mark.parametrize(
    ("name", "taken", "code"),
    [
        ("imacs_week_12", (), "IMACSW12"),
        ("no_glucocorticoid_increase_week_12", (), "NOGLIW12"),
        ("phga", (), "PHGA"),
        ("phga", ("PHGA",), "PHGAB"),
        ("total_improvement", ("TOTAIMPR",), "TOTAIMPB"),
        ("12_months", (), "P12MONTH"),
        ("imacs_week_12", ("IMACSW12",), "IMACBW12"),
        ("imacs_week_12", ("IMACSW12", "IMACBW12"), "IMACCW12"),
    ],
)
def test_a_code_has_eight_characters_and_is_nobody_elses(name, taken, code):
    found = short(name, taken)

    assert len(found) <= 8
    assert found not in taken
    assert found == code


def defined(source):
    return etree.fromstring(whole(write(source))["json/define.xml"])


SPACES = {"o": "http://www.cdisc.org/ns/odm/v1.3", "d": "http://www.cdisc.org/ns/def/v2.1"}


def test_the_terms_of_adam_are_of_its_own_terminology_and_those_of_sdtm_are_not(source):
    root = defined(source)
    lists = root.xpath("//o:CodeList", namespaces=SPACES)
    standard = {each.get("OID"): each.get(f"{{{SPACES['d']}}}StandardOID") for each in lists}
    sets = {each.get("OID"): each.get("PublishingSet") for each in root.xpath("//d:Standard", namespaces=SPACES)}
    (terms,) = [each for each in lists if each.get("OID") == "CL.DTYPE"]

    assert sets[standard["CL.DTYPE"]] == sets[standard["CL.PARAMTYP"]] == "ADaM"
    assert sets[standard["CL.NY"]] == "SDTM"
    assert {each.get("Name") for each in terms.xpath(".//o:Alias", namespaces=SPACES)} <= {"C81224", "C81203", "C81198"}
    assert root.xpath("//o:ItemDef[@OID='IT.ADRESP.DTYPE']/o:CodeListRef/@CodeListOID", namespaces=SPACES) == [
        "CL.DTYPE"
    ]


def test_who_worked_a_value_out_is_named(source):
    origins = [
        (each.getparent().get("OID"), each.get("Type"), each.get("Source"))
        for each in defined(source).xpath("//o:ItemDef/d:Origin", namespaces=SPACES)
    ]

    assert [each for each in origins if each[1] in ("Derived", "Assigned") and each[2] != "Sponsor"] == []
    assert [each for each in origins if each[1] == "Predecessor" and each[2] is not None] == []


def test_a_fact_that_is_not_known_has_an_empty_flag(source, made):
    by_id = {line["SUBJID"]: line for line in lines(made, "ADSL")}
    facts = {each.participant_id: each.facts for each in source.analysis.participants}

    assert facts["P004"]["glucocorticoid_above_baseline"] is None
    assert (by_id["P004"]["GLUABOFL"], by_id["P001"]["GLUABOFL"]) == (None, "N")
    assert (by_id["P004"]["DOSEDFL"], by_id["P001"]["DOSEDFL"]) == ("N", "Y")
