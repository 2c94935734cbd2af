"""The de-identified data set: nothing in it says who somebody is, and every value is accounted for."""

import csv
import io
import json
import re

import msgspec
import polars as pl
import pytest

from support.cohorts import core_set, dosed, enrolled, steroids
from support.results import read_small
from trialwright import catalog
from trialwright.export.adam import analysis_datasets
from trialwright.export.files import whole
from trialwright.export.formats import Sharing, Source
from trialwright.export.sharing import share, write
from trialwright.export.sharing.rules import merged

START = {"phga": "8.0", "ptga": "6.0", "mmt": 100, "haq": 16, "enz": 1000, "exm": "5.0"}
BETTER = {"phga": "4.0", "ptga": "4.0", "mmt": 130, "haq": 8, "enz": 400, "exm": "5.0"}
WORDS = "felt queasy at the harvest feast"
PEOPLE = tuple(f"P00{at}" for at in range(1, 8))
AGES = ("17", "18", "44", "45", "52", "91", "95")


def course(participant, sex, age):
    return "\n".join(
        [enrolled(participant), dosed(participant), core_set(participant, "W0", START),
         core_set(participant, "W12", BETTER), steroids(participant, ("20", "2021-01-01", "2021-03-31")),
         f"{participant} SCR demographics.sex {sex}", f"{participant} SCR demographics.birth_year 1968",
         f"{participant} SCR demographics.age {age}",
         f'{participant} LOG#1 adverse_event.term "{WORDS}"', f"{participant} LOG#1 adverse_event.serious N",
         f"{participant} LOG#1 adverse_event.start 2021-02-05", f"{participant} LOG#1 adverse_event.end 2021-04-UU"]
    )  # fmt: skip


def source_of(sexes):
    small = read_small("\n".join(map(course, PEOPLE, sexes, AGES)))
    return Source(study=small.study, snapshot=small.snapshot, analysis=small.analysis, rows=small.rows,
                  catalog=catalog.load(), version="1")  # fmt: skip


@pytest.fixture(scope="module")
def source():
    return source_of("FFFFFFM")


@pytest.fixture(scope="module")
def files(source):
    return whole(write(source))


@pytest.fixture(scope="module")
def said(files):
    return "\n".join(data.decode() for data in files.values())


def table(files, name):
    return list(csv.DictReader(io.StringIO(files[name].decode())))


def column(shared, dataset, name):
    (found,) = [each for each in shared if each.name == dataset]
    at = [each.name for each in found.variables].index(name)
    return [row[at] for row in found.rows]


def test_no_id_user_site_or_typed_word_stands_anywhere(source, said):
    users = set(source.snapshot.versions["user"]) | {event.user for event in source.snapshot.events}
    sites = {event.details["site"] for event in source.snapshot.events if "site" in event.details}
    subjects = analysis_datasets(source).dataset("ADSL")
    assert users
    names = {*PEOPLE, *subjects.column("USUBJID"), *subjects.column("SITEID"), *sites, WORDS}

    assert not [name for name in names if str(name).casefold() in said.casefold()]
    assert not [user for user in users if re.search(rf"\b{re.escape(user)}\b", said, re.IGNORECASE)]


def test_no_date_of_the_calendar_stands_anywhere(source, said):
    held = set(source.snapshot.versions.filter(pl.col("kind") == "date")["raw"])
    assert {"2021-02-05", "2021-04-UU"} <= held

    assert not re.search(r"\b(19|20)\d\d-(\d\d|UU)", said)
    assert not re.search(r"(^|,)1968(,|$)", said, re.MULTILINE)


def test_dates_are_days_from_the_first_dose(files):
    # First dose 2021-02-01 is day 1, so 2021-02-05 is day 5; the partial end has no day of its own.
    lines = table(files, "data/adae.csv")

    assert {line["AESTDTC_DAY"] for line in lines} == {"5"}
    assert "AEENDTC_DAY" not in lines[0]


def test_every_value_is_kept_changed_or_removed_with_a_reason(source, files):
    told = json.loads(files["removed.json"])
    counts = told["counts"]
    made = analysis_datasets(source)
    held = sum(cell not in (None, "") for each in made.datasets for row in each.rows for cell in row)
    shared = sum(
        cell != "" for name in files if name.startswith("data/") for line in table(files, name)
        for variable, cell in line.items() if variable != "DATA_OF"
    )  # fmt: skip
    in_datasets = [each for each in told["log"] if each["dataset"] not in ("ledger", "analysis records")]

    assert counts["values"] == held == counts["kept"] + counts["changed"] + counts["removed"]
    assert shared == counts["kept"] + counts["changed"]
    for done in ("kept", "changed", "removed"):
        assert sum(each["values"] for each in in_datasets if each["done"] == done) == counts[done]
    assert all(each["reason"] for each in told["log"])
    assert [{**each, "values": int(each["values"])} for each in table(files, "removed.csv")] == told["log"]


def test_the_same_snapshot_gives_the_same_bytes(source, files):
    assert whole(write(source)) == files


def test_an_id_cannot_be_made_from_the_printed_hash_and_the_old_id(source, files):
    other = source.snapshot.versions.with_columns(at_utc=source.snapshot.versions["at_utc"] + "Z")
    later = msgspec.structs.replace(source, snapshot=msgspec.structs.replace(source.snapshot, versions=other))
    assert later.snapshot.hash == source.snapshot.hash
    ids = {line["USUBJID"] for line in table(files, "data/adsl.csv")}

    assert len(ids) == len(PEOPLE)
    assert not ids & {line["USUBJID"] for line in table(whole(write(later)), "data/adsl.csv")}


def test_under_a_key_of_ones_own_a_participant_keeps_the_id_from_snapshot_to_snapshot(source):
    def ids(made, key):
        kept = msgspec.structs.replace(made, sharing=Sharing(key=key))
        return {line["USUBJID"] for line in table(whole(write(kept)), "data/adsl.csv")}

    other = source.snapshot.versions.with_columns(at_utc=source.snapshot.versions["at_utc"] + "Z")
    later = msgspec.structs.replace(source, snapshot=msgspec.structs.replace(source.snapshot, versions=other))

    assert ids(source, b"a" * 32) == ids(later, b"a" * 32)
    assert not ids(source, b"a" * 32) & ids(source, b"b" * 32)


def test_the_key_and_the_choice_are_declared_and_the_key_is_not_written(source):
    other = msgspec.structs.replace(source, sharing=Sharing(fewest=5, key=b"my own secret key of many bytes!"))
    made = whole(write(other))
    declared = json.loads(made["removed.json"])["declared"]

    assert (declared["fewest_in_a_category"], declared["new_ids"]) == (5, "by a key file")
    assert not any(b"my own secret" in data for data in made.values())


def test_a_larger_fewest_removes_more(source):
    few = msgspec.structs.replace(source_of("FFFFMMM"), sharing=Sharing(fewest=4))

    # three men are too few now, and so the women join them
    assert {line["SEX"] for line in table(whole(write(few)), "data/adsl.csv")} == {"OTHER"}


def test_an_attacker_who_knows_a_birthday_a_visit_day_or_a_rare_answer_finds_nobody(source, files):
    """The look of somebody who knows one participant from outside: dates, rare values, words, ids, files."""
    rows = {name: table(files, name) for name in files if name.startswith("data/")}
    cells = {cell for lines in rows.values() for line in lines for cell in line.values()}
    categories = {"SEX", "AGEBAND", "COUNTRY", "RACE", "ETHNIC"}

    assert not [cell for cell in cells if re.search(r"(19|20)\d\d[-/]\d", cell)]
    assert not cells & {"1968", *PEOPLE, WORDS}
    for name in categories & set(rows["data/adsl.csv"][0]):
        shares = [line[name] for line in rows["data/adsl.csv"] if line[name]]
        assert all(shares.count(value) >= 3 for value in set(shares)), name
    # nothing beside the cells tells: no user, machine or moment in a file's name or its text
    assert all(re.fullmatch(r"(data/[a-z]+|dictionary|removed|README)\.(csv|json|txt)", name) for name in files)


def test_rows_stand_by_new_id_and_one_id_means_one_participant_everywhere(files):
    ids = [line["USUBJID"] for line in table(files, "data/adsl.csv")]
    assert ids == sorted(ids)

    assert {line["USUBJID"] for line in table(files, "data/adcore.csv")} == set(ids)


def test_a_rare_category_is_removed(source, files):
    # One man among seven: OTHER of one would be him, so the women join it.
    assert {line["SEX"] for line in table(files, "data/adsl.csv")} == {"OTHER"}
    assert {"ADSL", "SEX", "rare category"} <= {
        word for each in json.loads(files["removed.json"])["log"] if each["variable"] == "SEX" for word in
        (each["dataset"], each["variable"], each["rule"])
    }  # fmt: skip


def test_a_category_of_enough_participants_stays():
    made = source_of("FFFFMMM")
    shared, _ = share(made, analysis_datasets(made))

    assert sorted(column(shared, "ADSL", "SEX")) == ["F"] * 4 + ["M"] * 3


def test_rare_categories_join_until_they_are_enough():
    said = [(name, "kept", "closed list") for name in "AAAABBBCD"]
    people = list("123456789")

    assert [cell for cell, _, _ in merged(said, people, 3)] == ["A"] * 4 + ["OTHER"] * 5
    assert [cell for cell, _, _ in merged(said[-2:], people[-2:], 3)] == [None, None]
    assert [cell for cell, _, _ in merged(said[:4], list("1111"), 3)] == [None] * 4


def with_cells(made, dataset="ADSL", **columns):
    """The ADaM datasets with other cells in one of them, a column made new where there is none."""
    held = made.dataset(dataset)
    like = next(each for each in held.variables if each.name == "FASFL")
    new = [name for name in columns if name not in {each.name for each in held.variables}]
    variables = (*held.variables, *(msgspec.structs.replace(like, name=name) for name in new))
    rows = tuple(
        tuple(columns[v.name][at] if v.name in columns else cell
              for v, cell in zip(variables, (*row, *[None] * len(new)), strict=True))
        for at, row in enumerate(held.rows)
    )  # fmt: skip
    changed = msgspec.structs.replace(held, variables=variables, rows=rows)
    return msgspec.structs.replace(made, datasets=tuple(changed if each is held else each for each in made.datasets))


def shown(source, name, **columns):
    """What the shared ADSL has of one variable; nothing where it is gone."""
    shared, log = share(source, with_cells(analysis_datasets(source), **columns))
    held = {each.name for each in shared if each.name == "ADSL" for each in each.variables}
    rules = {rule for (dataset, variable, _, rule) in log if (dataset, variable) == ("ADSL", name)}
    return (sorted(map(str, column(shared, "ADSL", name))) if name in held else []), rules


def test_a_flag_of_one_participant_is_hidden_and_one_of_enough_stays(source):
    assert shown(source, "RESCUEFL", RESCUEFL="YNNNNNN") == (["OTHER"] * 7, {"rare category"})
    assert shown(source, "RESCUEFL", RESCUEFL="YYYNNNN") == (["N"] * 4 + ["Y"] * 3, {"closed list"})


def test_a_flag_of_an_analysis_set_stays_however_few_it_sets_apart_and_the_readme_says_why(source, files):
    assert shown(source, "FASFL", FASFL="NYYYYYY") == (["N"] + ["Y"] * 6, {"analysis set"})
    assert "flags of the analysis sets (FASFL, SAFFL, PPROTFL)" in files["README.txt"].decode()
    assert "without them no result can be worked out" in files["README.txt"].decode()


def test_completion_does_not_tell_which_end_was_hidden(source):
    # one withdrew: with the completers in OTHER, the flag of completion would name the one again
    ends = ["COMPLETED"] * 3 + ["DISCONTINUED"] + ["ONGOING"] * 3
    flags = "YYYNNNN"

    assert shown(source, "EOSSTT", EOSSTT=ends)[0] == ["ONGOING"] * 3 + ["OTHER"] * 4
    assert shown(source, "COMPLFL", EOSSTT=ends, COMPLFL=flags) == ([], {"rare category"})
    ends[3] = "ONGOING"
    assert shown(source, "COMPLFL", EOSSTT=ends, COMPLFL=flags)[0] == ["N"] * 4 + ["Y"] * 3


def test_a_screen_failure_has_no_arm_and_takes_none_with_it(source):
    arms, planned = [None, *["Abatacept"] * 6], ["SCREEN FAILURE", *["Abatacept"] * 6]
    told = {"ARM": arms, "ACTARM": arms, "TRT01P": planned, "TRT01A": arms}

    assert shown(source, "TRT01P", **told) == (["Abatacept"] * 6 + ["None"], {"closed list", "rare category"})
    assert shown(source, "ARM", **told) == (["Abatacept"] * 6 + ["None"], {"closed list"})


def test_a_small_arm_is_hidden_in_every_dataset(source):
    arms = ["Placebo", *["Abatacept"] * 6]
    made = with_cells(analysis_datasets(source), **dict.fromkeys(("ARM", "ACTARM", "TRT01P", "TRT01A"), arms))
    shared, _ = share(source, made)

    assert set(column(shared, "ADSL", "TRT01A")) == {"OTHER"}


def test_an_event_of_the_analysis_that_one_participant_had_is_hidden(source):
    made = analysis_datasets(source)
    who = made.dataset("ADRESP").column("USUBJID")
    events = ["rescue" if person == who[0] else None for person in who]
    shared, log = share(source, with_cells(made, "ADRESP", ICEVENT=events))
    (adresp,) = [each for each in shared if each.name == "ADRESP"]
    names = {each.name for each in adresp.variables}

    assert "ICEVENT" not in names
    assert {"AVALC", "CRITVERD", "ANL01FL"} <= names
    assert {rule for (dataset, name, _, rule) in log if (dataset, name) == ("ADRESP", "ICEVENT")} == {"rare category"}


def test_no_category_of_the_set_is_smaller_than_the_readme_says(files):
    """Every text column but what the README exempts: new ids, words of the definition, verdicts, analysis sets."""
    exempt = re.compile(
        r"USUBJID|SITEID|DATA_OF|STUDYID|PARAM\w*|PARCAT1|AVISIT|EPOCH|CRIT\d?|FASFL|SAFFL|PPROTFL|AVALC|CRITVERD"
        r"|CRIT\dFL|ANL\d\dFL|ABLFL"
    )
    kinds = {(each["dataset"], each["variable"]): each["kind"] for each in table(files, "dictionary.csv")}
    small = []
    for name in (each for each in files if each.startswith("data/")):
        members = {}
        for line in table(files, name):
            for variable, cell in line.items():
                if cell and kinds.get((name[5:-4].upper(), variable)) == "text" and not exempt.fullmatch(variable):
                    members.setdefault((variable, cell), set()).add(line["USUBJID"])
        small += [(name, *each) for each, who in members.items() if len(who) < 3]

    assert small == []


def test_age_is_told_in_bands_and_the_oldest_together(source):
    shared, _ = share(source, analysis_datasets(source), fewest=1)

    assert sorted(column(shared, "ADSL", "AGEBAND")) == ["18-19", "40-49", "40-49", "50-59", "<18", ">=90", ">=90"]


def test_a_small_site_is_dropped_and_a_large_one_renamed(source, files):
    shared, _ = share(source, analysis_datasets(source), fewest_at_site=len(PEOPLE))
    (site,) = set(column(shared, "ADSL", "SITEID"))

    assert "SITEID" not in table(files, "data/adsl.csv")[0]
    assert site not in analysis_datasets(source).dataset("ADSL").column("SITEID")


def test_the_numbers_of_the_primary_endpoint_survive(source, files):
    adresp = [
        line for line in table(files, "data/adresp.csv")
        if (line["PARAMCD"], line["AVISIT"], line["ANL01FL"]) == ("IMACSW12", "Week 12 (endpoint)", "Y")
    ]  # fmt: skip
    (reported,) = [row.value for row in source.rows if row.cell == "14.2.1.1:responders:n"]
    made = analysis_datasets(source).dataset("ADCORE")
    core = table(files, "data/adcore.csv")

    assert sum(line["AVAL"] == "1" for line in adresp) == reported == len(PEOPLE)
    for name in ("AVAL", "BASE", "CHG"):
        before = sorted(float(cell) for cell in made.column(name) if cell is not None)
        assert sorted(float(line[name]) for line in core if line[name]) == before


def test_virtual_participants_are_named_so_on_every_line():
    small = read_small(course("P001", "F", "44"), simulated=True)
    made = whole(write(Source(study=small.study, snapshot=small.snapshot, analysis=small.analysis, rows=small.rows,
                              catalog=catalog.load(), version="1")))  # fmt: skip
    tables = [name for name in made if name.startswith("data/")]

    assert tables
    assert all(name.endswith("-virtual-participants.csv") for name in tables)
    assert {line["DATA_OF"] for name in tables for line in table(made, name)} == {"virtual participants"}
