"""SDTM from a snapshot: every value has one place or a reason, numbers are stable, dates are never imputed."""

import json

import msgspec
import pytest

from support.results import packaged_study
from support.snapshots import snapshot_of
from trialwright import catalog
from trialwright.export import dataset_json, xpt
from trialwright.export.files import whole
from trialwright.export.formats import Source
from trialwright.export.sdtm import tabulate, write
from trialwright.export.sdtm.metadata import domains
from trialwright.export.sdtm.places import asked_fields
from trialwright.export.sdtm.records import MET, NO_PLACE
from trialwright.export.sdtm.relations import NO_PARTNER
from trialwright.export.sdtm.values import NO_REASON, reason_name
from trialwright.model.expression import CodeIs
from trialwright.model.study import Field

PERSON = """
{p} @participant_added 2021-02-01 site=nanjing
{p} @consent_given 2021-02-01 date=2021-02-01
{p} SCR visit_record.date 2021-02-01
{p} SCR demographics.birth_year 1970
{p} SCR demographics.sex F
{p} SCR weight.weight 55.3
{p} @enrolled 2021-02-09 date=2021-02-09
{p} W0 visit_record.date 2021-02-09
{p} W0 weight.weight 55.1
{p} W0 muscle_enzymes.ck 1250
{p} W0 muscle_enzymes.ck_uln 200
{p} LOG#1 dosing_log.date 2021-02-09
{p} LOG#1 dosing_log.dose 500
{p} W4 visit_record.date 2021-03-09
{p} W4 weight.weight 54.0
{p} W4 muscle_enzymes.ck 20 µkat/L
{p} W4 physician_global.vas ?not done
{p} LOG#1 adverse_event.term "nausea"
{p} LOG#1 adverse_event.outcome recovered
{p} LOG#1 adverse_event.start 2021-03-UU
{p} LOG#1 adverse_event.end ?unknown
{p} LOG#1 disposition.status withdrawn
{p} LOG#1 disposition.reason lost
{p} LOG#1 disposition.date 2021-04-01
"""


def tabulated(table):
    return tabulate(packaged_study(), snapshot_of(table), catalog.load())


def rows(made, name):
    dataset = made.dataset(name)
    names = [each.name for each in dataset.variables]
    return [dict(zip(names, row, strict=True)) for row in dataset.rows]


@pytest.fixture(scope="module")
def one():
    return tabulated(PERSON.format(p="P001"))


def test_every_datapoint_is_in_a_dataset_or_counted_as_lost(one):
    held = snapshot_of(PERSON.format(p="P001")).current.height

    assert held == one.placed + sum(one.uncarried.values())
    assert one.uncarried == {}


def answer(item):
    """A value that the item takes, as support.snapshots writes it."""
    if item.choices:
        return f"={item.choices[0].code}"
    if item.kind == "yes_no":
        return "Y"
    if item.kind in ("number", "integer"):
        return item.low or "1"
    return "2021-02-10" if item.kind in ("date", "partial_date") else '"words"'


@pytest.mark.parametrize("said", ["answered", "?unknown"])
def test_every_question_of_every_form_is_carried_or_told_with_its_reason(said):
    # Every form once, each question answered, then each of them without a value: who is in SDTM, and who is not.
    study = packaged_study()
    lines = ["P001 @participant_added 2021-02-01 site=nanjing"]
    for form in study.forms:
        visit = next(each.name for each in study.visits if form.name in each.forms)
        row = "#1" if form.repeating else ""
        for section in form.sections:
            for field in section.fields:
                value = answer(field.item) if said == "answered" else said
                lines.append(f"P001 {visit}{row} {field.name} {value}")
    snapshot = snapshot_of("\n".join(lines))
    # the small table names a form after its instrument
    told = tabulate(study, snapshot, catalog.load())
    seqs = [seq for record in told.records for seq in record.seqs]

    assert len(seqs) == len(set(seqs))
    assert told.placed + sum(told.uncarried.values()) == snapshot.current.height
    reasons = {reason for _, reason in told.uncarried}
    if said == "answered":
        assert dict(told.uncarried.keys()) == {
            "protocol_deviation/protocol_deviation.rule": NO_PLACE,
            **{f"eligibility/eligibility.{each.name}": MET for each in study.eligibility if each.met_when is None},
        }
    else:
        assert reasons <= {NO_PLACE, MET, NO_REASON}


def test_why_a_value_is_absent_stands_beside_its_record(one):
    (line,) = [row for row in rows(one, "SUPPAE") if row["QNAM"] == "AEENDTCR"]

    assert (line["QVAL"], line["QLABEL"], line["IDVARVAL"]) == ("UNKNOWN", "Reason AEENDTC Is Missing", "1")


def test_no_name_of_a_reason_is_the_name_of_something_else():
    places = [each.place for each in asked_fields(packaged_study(), catalog.load()) if each.place is not None]
    names = {(each.domain, each.variable or each.name) for each in places}
    variables = {(name, each) for name, domain in domains().items() for each in domain.variables}
    made = [(domain, reason_name(name)) for domain, name in names if not domains()[domain].is_findings]

    assert len(made) == len(set(made))
    assert not set(made) & (names | variables)


VIALS = """
P001 LOG#1 dosing_log.vials 2
P001 LOG#1 dosing_log.prepared 500
P001 LOG#1 dosing_log.wasted 1
P001 LOG#2 dosing_log.date 2021-02-23
P001 LOG#2 dosing_log.dose 500
P001 LOG#2 dosing_log.vials ?not done
"""


def test_the_product_of_a_dose_is_accounted_for_and_tied_to_it():
    made = tabulated(PERSON.format(p="P001") + VIALS)
    product = [(row["DALNKID"], row["DATESTCD"], row["DAORRES"], row["DAORRESU"], row["DADTC"], row["DADY"])
               for row in rows(made, "DA")]  # fmt: skip

    assert product == [
        ("DOSING_LOG-1", "DISPAMT", "2", "VIAL", "2021-02-09", 1),
        ("DOSING_LOG-1", "PREPAMT", "500", "mg", "2021-02-09", 1),
        ("DOSING_LOG-1", "WASTAMT", "1", "VIAL", "2021-02-09", 1),
        ("DOSING_LOG-2", "DISPAMT", None, None, "2021-02-23", 15),
    ]
    # the second dose was given on a day without a visit
    assert [row["VISITNUM"] for row in rows(made, "DA")] == [2, 2, 2, None]
    assert [row["EXLNKID"] for row in rows(made, "EX")] == ["DOSING_LOG-1", "DOSING_LOG-2"]
    assert [(row["RDOMAIN"], row["IDVAR"], row["RELTYPE"], row["RELID"]) for row in rows(made, "RELREC")] == [
        ("DA", "DALNKID", "MANY", "EXDA"), ("EX", "EXLNKID", "ONE", "EXDA"),
    ]  # fmt: skip


def test_the_disease_is_related_to_what_was_given_for_it_before():
    table = PERSON.format(p="P001") + (
        "P001 SCR disease_history.subtype dermatomyositis\nP001 SCR disease_history.drug_1 methotrexate\n"
        "P001 SCR disease_history.drug_2 azathioprine\n"
    )
    related = [row for row in rows(tabulated(table), "RELREC") if row["RELID"] == "MHCM1"]

    assert [(row["RDOMAIN"], row["IDVAR"], row["IDVARVAL"]) for row in related] == [
        ("CM", "CMSEQ", "1"), ("CM", "CMSEQ", "2"), ("MH", "MHSEQ", "1"),
    ]  # fmt: skip


def asking(study, instrument):
    """The study with the question for the row of an adverse event, which its definition leaves out."""
    item = next(each for each in catalog.load().instrument(instrument).items if each.name == "event")
    field = Field(name=f"{instrument}.event", instrument=instrument, item=item, required=False)

    def wider(section):
        return msgspec.structs.replace(section, fields=(*section.fields, field))

    forms = tuple(
        msgspec.structs.replace(form, sections=tuple(
            wider(each) if each.instrument == instrument else each for each in form.sections))
        for form in study.forms
    )  # fmt: skip
    return msgspec.structs.replace(study, forms=forms)


def test_an_answer_that_names_an_adverse_event_relates_the_two_records():
    study = asking(asking(packaged_study(), "concomitant_medication"), "dosing_log")
    table = PERSON.format(p="P001") + (
        'P001 LOG#2 adverse_event.term "rash"\nP001 LOG#2 adverse_event.start 2021-02-10\n'
        'P001 LOG#1 concomitant_medication.drug "cetirizine"\nP001 LOG#1 concomitant_medication.event 2\n'
        "P001 LOG#1 dosing_log.event 1\n"
        'P001 LOG#2 concomitant_medication.drug "ibuprofen"\nP001 LOG#2 concomitant_medication.event 7\n'
    )
    snapshot = snapshot_of(table)
    made = tabulate(study, snapshot, catalog.load())
    pairs = {(row["RELID"], row["RDOMAIN"], row["IDVARVAL"]) for row in rows(made, "RELREC")}

    assert pairs == {("AEEX1", "AE", "1"), ("AEEX1", "EX", "1"), ("AECM1", "AE", "2"), ("AECM1", "CM", "1")}
    assert made.uncarried == {("concomitant_medication/concomitant_medication.event", NO_PARTNER): 1}
    assert made.placed + 1 == snapshot.current.height


def test_a_laboratory_value_keeps_its_unit_and_is_given_in_the_standard_one(one):
    first, second = rows(one, "LB")

    assert (first["LBORRES"], first["LBORRESU"], first["LBSTRESN"], first["LBORNRHI"]) == ("1250", "U/L", 1250, "200")
    # 1 microkat/L is 60 U/L (1 kat = 1 mol/s, 1 U = 1 micromol/min)
    assert (second["LBORRES"], second["LBORRESU"], second["LBSTRESN"]) == ("20", "ukat/L", 1200)


def test_a_measure_that_was_not_done_says_so(one):
    (row,) = rows(one, "RS")

    assert (row["RSSTAT"], row["RSREASND"], row["RSORRES"]) == ("NOT DONE", "REASON NOT COLLECTED", None)


def test_a_partial_date_has_no_study_day_but_an_epoch_where_it_is_certain(one):
    (event,) = rows(one, "AE")

    assert (event["AESTDTC"], event.get("AESTDY"), event["EPOCH"]) == ("2021-03", None, "TREATMENT")


def test_the_last_value_before_the_first_dose_is_flagged_once(one):
    flagged = [(row["VISIT"], row["VSLOBXFL"]) for row in rows(one, "VS") if row["VSLOBXFL"]]

    assert flagged == [("WEEK 0 (FIRST DOSE)", "Y")]


def test_the_reason_for_leaving_is_the_disposition(one):
    ends = [row for row in rows(one, "DS") if row["DSCAT"] == "DISPOSITION EVENT"]

    assert [(row["DSDECOD"], row["DSSTDTC"]) for row in ends] == [("LOST TO FOLLOW-UP", "2021-04-01")]


def test_a_dose_names_its_treatment_and_route(one):
    (dose,) = rows(one, "EX")

    assert (
        dose["EXTRT"], dose["EXDOSE"], dose["EXDOSU"], dose["EXROUTE"], dose["EXSTDY"],
    ) == ("ABATACEPT", 500, "mg", "INTRAVENOUS", 1)  # fmt: skip


def test_a_screening_failure_has_no_arm_and_says_why():
    made = tabulated(
        "P009 @participant_added 2021-02-01 site=nanjing\nP009 @consent_given 2021-02-01\n"
        "P009 @screen_failure 2021-02-03 criteria=inc1_age date=2021-02-03"
    )
    (person,), (unmet,) = rows(made, "DM"), rows(made, "IE")

    assert (person["ARM"], person["ARMNRS"]) == (None, "SCREEN FAILURE")
    assert (unmet["IETESTCD"], unmet["IEORRES"], unmet["IECAT"]) == ("INCL02", "N", "INCLUSION")


def test_another_participant_leaves_every_earlier_number_alone(one):
    both = tabulated(PERSON.format(p="P000") + PERSON.format(p="P001"))
    for dataset in one.datasets:
        if f"{dataset.name}SEQ" in [each.name for each in dataset.variables] and dataset.name != "TS":
            before = rows(one, dataset.name)
            after = [row for row in rows(both, dataset.name) if str(row["USUBJID"]).endswith("P001")]

            assert before == after, dataset.name


def test_a_record_that_comes_later_leaves_the_numbers_of_earlier_ones_alone():
    more = (
        PERSON.format(p="P001") + 'P001 LOG#2 adverse_event.term "cough"\nP001 LOG#2 adverse_event.start 2021-02-10\n'
    )

    assert [(row["AETERM"], row["AESEQ"]) for row in rows(tabulated(more), "AE")] == [("nausea", 1), ("cough", 2)]


def test_a_row_that_was_taken_back_keeps_its_number_for_nobody_else():
    more = (
        'P001 LOG#2 adverse_event.term "cough"\nP001 LOG#2 adverse_event.start 2021-02-10\n'
        "P001 @row_inactivated 2021-05-01 visit=LOG form=adverse_event row=1"
    )
    made = tabulated(PERSON.format(p="P001") + more)

    assert [(row["AETERM"], row["AESEQ"]) for row in rows(made, "AE")] == [("cough", 2)]
    assert made.uncarried["adverse_event/adverse_event.term", "the row was taken back by the site"] == 1


def test_an_unscheduled_visit_has_a_number_between_two_planned_ones():
    made = tabulated(PERSON.format(p="P001"))

    assert {1, 2, 4} == {row["VISITNUM"] for row in rows(made, "SV")}


def source(table, **changes):
    return Source(
        study=packaged_study(), snapshot=msgspec.structs.replace(snapshot_of(table), **changes), analysis=None, rows=(),
        catalog=catalog.load(), version="test",
    )  # fmt: skip


def test_the_transport_files_hold_what_dataset_json_holds():
    files = whole(write(source(PERSON.format(p="P001"))))
    for name in [each for each in files if each.endswith(".xpt")]:
        dataset = dataset_json.read(files[name.replace("xpt/", "json/").replace(".xpt", ".json")])
        frame = xpt.read(files[name])
        for at, variable in enumerate(dataset.variables):
            held = [row[at] for row in dataset.rows]
            texts = variable.kind == "text"
            expected = [(cell or "") if texts else cell for cell in held]
            if all(len(str(cell)) <= 200 for cell in held):
                assert expected == frame[variable.name].to_list(), f"{name} {variable.name}"


def test_a_long_chinese_text_is_whole_in_json_and_listed_as_cut_in_transport_files():
    words = "皮疹" * 60
    files = whole(write(source(PERSON.format(p="P001").replace("nausea", words))))
    lost = json.loads(files["lost.json"])["lost"]
    terms = [
        row[at] for row in dataset_json.read(files["json/ae.json"]).rows for at in range(len(row)) if row[at] == words
    ]

    assert [words] == terms
    assert [each["where"] for each in lost if "AETERM" in each["where"]] == ["xpt: AE.AETERM row 1"] * 2
    assert any("360 bytes, of which a transport file holds 200" in each["reason"] for each in lost)


def test_the_same_snapshot_gives_the_same_bytes():
    once, again = (whole(write(source(PERSON.format(p="P001")))) for _ in range(2))

    assert once == again


def test_a_value_without_a_place_is_told_with_its_reason():
    table = PERSON.format(p="P001") + "P001 W0 old_instrument.item 3\n"
    lost = json.loads(whole(write(source(table)))["lost.json"])

    assert {"where": "old_instrument/old_instrument.item (1 values)",
            "reason": "an item of an earlier build that this build no longer asks"} in lost["lost"]  # fmt: skip
    assert lost["counts"]["datapoints"] == lost["counts"]["in_datasets"] + lost["counts"]["lost"]


def parameters(made, name):
    return [(row["TSVAL"], row["TSVALNF"]) for row in rows(made, "TS") if row["TSPARMCD"] == name]


@pytest.mark.parametrize("name", ["ADAPT", "ADDON", "EXTTIND", "STOPRULE", "HLTSUBJI"])
def test_what_nobody_declared_is_without_information_and_never_guessed(one, name):
    assert parameters(one, name) == [(None, "NI")]


def test_the_trial_summary_reads_ages_and_sexes_from_the_criteria_themselves():
    study = packaged_study()
    women = msgspec.structs.replace(study.eligibility[0], name="women", met_when=CodeIs("demographics.sex", ("F",)))
    asking = msgspec.structs.replace(study, eligibility=(*study.eligibility, women))
    told = tabulate(asking, snapshot_of(PERSON.format(p="P001")), catalog.load())

    assert (parameters(told, "SEXPOP"), parameters(told, "AGEMIN")) == ([("F", None)], [("P18Y", None)])
    assert parameters(tabulated(PERSON.format(p="P001")), "SEXPOP") == [("BOTH", None)]


def test_where_no_form_says_why_somebody_left_the_act_does():
    table = """
    P001 @participant_added 2021-02-01 site=nanjing
    P001 @withdrawn 2021-03-01 reason=adverse_event date=2021-03-01
    """

    assert [row["DSDECOD"] for row in rows(tabulated(table), "DS")] == ["ADVERSE EVENT"]
