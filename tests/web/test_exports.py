"""The Exports page: who may take a copy, what it holds for whom, and that its taking stands in the ledger."""

import csv
import hashlib
import io
import json
import re
import zipfile

import pytest

from trialwright.pipeline.readout import export_formats
from trialwright.web.place import Place
from web.stage import enrolled, save


def taken(browser, standard):
    answer = browser.post(f"/exports/{standard}/")
    assert answer.status_code == 200, answer.content.decode()[:500]
    assert answer.headers["Content-Disposition"].endswith(f'-{standard}.zip"')
    return answer.content


def files(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows(held, name):
    found = next(content for path, content in held.items() if re.search(rf"machine/{name}\b", path))
    return list(csv.DictReader(io.StringIO(found.decode(), newline="")))


def exported(place: Place):
    return [event for event in place.events() if event.kind == "exported"]


@pytest.mark.parametrize("standard", [each.name for each in export_formats()])
def test_every_standard_can_be_taken_away_and_its_taking_is_told_with_its_checksum(demo, as_, standard):
    data = taken(as_("data_manager"), standard)
    event = exported(demo)[-1]

    assert (event.details["format"], event.user) == (standard, "data_manager")
    assert event.details["sha256"] == hashlib.sha256(data).hexdigest()
    assert int(event.details["files"]) == len(files(data))


def test_who_may_not_see_results_takes_none_away_and_who_may_does(demo, as_):
    manager, statistician = (files(taken(as_(role), "csv")) for role in ("data_manager", "statistician"))

    assert len(rows(manager, "datapoints")) == len(rows(statistician, "datapoints")) > 1_000
    assert not rows(manager, "results")
    assert len(rows(statistician, "results")) > 1_000
    assert {row["kind"] for row in rows(statistician, "analysis")} - {
        row["kind"] for row in rows(manager, "analysis")
    } == {"response"}


@pytest.mark.parametrize("role", ["study_nurse", "assessor", "monitor", "sponsor", "registry_officer"])
def test_other_roles_take_nothing(demo, as_, role):
    before = len(exported(demo))

    assert as_(role).get("/exports/").status_code == 403
    assert as_(role).post("/exports/csv/").status_code == 403
    assert len(exported(demo)) == before


def test_the_page_tells_the_last_copy_and_that_the_data_have_changed(here, as_):
    enrolled(here)
    manager = as_("data_manager")
    assert "none yet" in manager.get("/exports/").content.decode()
    data = taken(manager, "odm")
    page = manager.get("/exports/").content.decode()

    assert hashlib.sha256(data).hexdigest() in page
    assert "data have changed since" not in page
    save(here, "W0", "visit_date", {"visit_record.date": "2021-02-09"}, reason="wrong day")
    assert "data have changed since" in manager.get("/exports/").content.decode()


def test_what_a_standard_cannot_carry_is_told_before_it_is_taken(demo, as_):
    before, page = len(exported(demo)), as_("data_manager").get("/exports/odm/lost/").content.decode()
    told = json.loads(files(taken(as_("data_manager"), "odm"))["lost.json"])["lost"]

    assert len(exported(demo)) == before + 1  # looking at the list takes nothing away
    assert len(told) >= 7
    assert all(each["reason"].replace("'", "&#39;") in page for each in told)


def test_a_set_for_sharing_tells_what_was_removed_from_it(demo, as_):
    page = as_("data_manager").get("/exports/sharing/lost/").content.decode()

    assert re.search(r"ADSL\.\w+ \(removed: \d+ values\)", page)
    assert "(kept:" not in page


def test_without_a_participant_there_is_no_copy(here, as_):
    answer = as_("data_manager").post("/exports/csv/")

    assert answer.status_code == 422
    assert "No participant stands in the data yet." in answer.content.decode()
    assert not exported(here)


def test_an_unknown_standard_is_no_page(demo, as_):
    assert as_("data_manager").post("/exports/nothing/").status_code == 404
    assert as_("data_manager").get("/exports/nothing/lost/").status_code == 404


def test_it_stands_in_chinese(demo, as_):
    page = as_("data_manager", "zh").get("/exports/").content.decode()

    assert "下载压缩文件" in page
    assert "其中不含判定与结果" in page
