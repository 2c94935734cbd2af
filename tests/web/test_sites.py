"""Two sites: for whoever has a role at one of them, the participants of the other do not exist."""

import io
import re
import zipfile

import msgspec
import pytest

from trialwright.pipeline import conduct
from trialwright.web import acts, directory
from trialwright.web.page import PUBLIC, SIGNED_IN, address, routes
from web.small_study import PASSWORD, with_second_site
from web.stage import INVESTIGATOR, enrolled
from web.test_permissions import NAMES, ROLES

FOREIGN = "P777"
OURS, THEIRS = "one", "two"


@pytest.fixture
def two(here):
    """P001 of site one and P777 of site two, alike; a person for each role at site one only: `nurse.one` and so on."""
    here.study = with_second_site(here.study)
    enrolled(here)
    conduct.add_participant(here.ledger, here.study, INVESTIGATOR, FOREIGN, site=THEIRS)
    conduct.give_consent(here.ledger, here.study, INVESTIGATOR, FOREIGN, version="1.0", date="2021-02-03")
    for visit, date in (("SCR", "2021-02-03"), ("W0", "2021-02-09")):
        conduct.save_form(here.ledger, here.study, conduct.FormSave(
            actor=INVESTIGATOR, participant_id=FOREIGN, visit=visit, form="visit_date",
            posted={"visit_record.date": date} | ({"eligibility.inc1": "Y"} if visit == "SCR" else {}),
        ))  # fmt: skip
        if visit == "SCR":
            conduct.confirm_eligibility(here.ledger, here.study, INVESTIGATOR, FOREIGN)
            conduct.enrol(here.ledger, here.study, INVESTIGATOR, FOREIGN, date="2021-02-09")
    for role in here.study.roles:
        name = f"{role.name}.one"
        directory.add_user(here, name, PASSWORD, roles=(), by="test", printed="At one")
        manager = conduct.Actor("data_manager_1")
        done = conduct.grant_role(here.ledger, here.study, manager, user=name, role=role.name, site=OURS)
        assert isinstance(done, conduct.Saved)
    return here


@pytest.fixture
def at_one(two):
    from django.contrib.auth.models import User
    from django.test import Client

    def signed_in(role: str) -> Client:
        client = Client()
        person = User.objects.get(username=f"{role}.one")
        client.force_login(person, "django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


def path_of(route, who):
    needed = {name: NAMES[name] for name in NAMES if f":{name}>" in route.path}
    return address(route.name, **(needed | ({"participant_id": who} if "participant_id" in needed else {})))


@pytest.mark.parametrize("role", ROLES)
def test_edc_r36_a_foreign_participant_is_not_here_on_any_address_for_any_role(two, at_one, role):
    browser = at_one(role)
    before = two.ledger.head()
    for route in routes():
        if "participant_id" not in route.path or route.act in (PUBLIC, SIGNED_IN):
            continue
        path = path_of(route, FOREIGN)
        if not route.post_only:
            assert browser.get(path).status_code == 404, (role, path)
        if route.post_only or route.post_act:
            sent = {"do": "save", "reason": "mine now", "date": "2021-03-01"}
            assert browser.post(path, sent).status_code == 404, (role, path)

    assert two.ledger.head() == before


@pytest.mark.parametrize("role", ROLES)
def test_edc_r36_no_page_of_the_study_tells_of_a_foreign_participant(two, at_one, role):
    browser = at_one(role)
    for route in routes():
        if not route.post_only and "<" not in route.path:
            told = browser.get(f"/{route.path}?participant={FOREIGN}")
            text = told.content.decode().replace(f"participant={FOREIGN}", "") if told.status_code == 200 else ""
            assert f'value="{FOREIGN}"' in text or FOREIGN not in text, (role, route.path)


@pytest.mark.parametrize("role", ["investigator", "data_manager"])
def test_edc_r17_a_site_takes_its_own_data_away_and_no_others(two, at_one, role):
    answer = at_one(role).post("/exports/csv/")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        held = {name: archive.read(name).decode() for name in archive.namelist()}

    assert any("P001" in content for name, content in held.items() if "datapoints" in name)
    assert [name for name, content in held.items() if FOREIGN in content] == []


def manager_of(two, site: str) -> str:
    name = f"manager.{site}"
    directory.add_user(two, name, PASSWORD, roles=(), by="test")
    manager = conduct.Actor("data_manager_1")
    conduct.grant_role(two.ledger, two.study, manager, user=name, role="data_manager", site=site)
    return name


def test_the_exports_page_names_no_taker_of_another_site_and_tells_nothing_of_that_copy(two, at_one, as_):
    theirs, whole = manager_of(two, THEIRS), as_("data_manager")
    acts.record(two, "exported", user="data_manager_1", details={"format": "csv", "sha256": "a" * 64})
    acts.record(two, "exported", user=theirs, details={"format": "csv", "sha256": "b" * 64})
    acts.record(two, "exported", user=theirs, details={"format": "odm", "sha256": "c" * 64})
    site, study = (browser.get("/exports/").content.decode() for browser in (at_one("data_manager"), whole))

    assert theirs in study and "b" * 64 in study and "c" * 64 in study
    assert theirs not in site and "b" * 64 not in site and "c" * 64 not in site
    assert "data_manager_1" in site and "a" * 64 in site


def test_the_exports_page_names_who_works_at_the_own_site(two, at_one):
    ours = manager_of(two, OURS)
    acts.record(two, "exported", user=ours, details={"format": "csv", "sha256": "d" * 64})

    assert ours in at_one("data_manager").get("/exports/").content.decode()


def test_a_taker_whom_no_delegation_knows_is_not_named_to_a_site(two, at_one, as_):
    acts.record(two, "exported", user="root_of_server", details={"format": "csv", "sha256": "e" * 64})
    site, study = (b.get("/exports/").content.decode() for b in (at_one("investigator"), as_("data_manager")))

    assert "root_of_server" in study
    assert "root_of_server" not in site and "e" * 64 in site


@pytest.mark.parametrize("role", ["study_nurse", "investigator"])
def test_the_own_participant_is_there_as_before(two, at_one, role):
    browser = at_one(role)

    assert browser.get("/participants/P001/").status_code == 200
    assert "P001" in browser.get("/participants/").content.decode()


def test_a_stranger_and_a_foreign_participant_look_alike(two, at_one):
    browser = at_one("monitor")
    told = [browser.get(f"/participants/{who}/").content.decode().replace(who, "") for who in (FOREIGN, "P999")]
    foreign, unknown = (re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html) for html in told)

    assert foreign == unknown


def test_edc_r36_the_service_refuses_a_foreign_participant_whatever_the_page(two):
    nurse = conduct.Actor("study_nurse.one")
    save = conduct.FormSave(
        actor=nurse, participant_id=FOREIGN, visit="W4", form="visit_date", posted={"visit_record.date": "2021-03-08"}
    )
    done = conduct.save_form(two.ledger, two.study, save)

    assert [problem.code for problem in done.problems] == ["TW-CAP-036"]
    assert isinstance(
        conduct.save_form(two.ledger, two.study, msgspec.structs.replace(save, participant_id="P001")), conduct.Saved
    )


def test_two_roles_at_two_sites_count_each_at_its_own(two, at_one):
    manager = conduct.Actor("data_manager_1")
    conduct.grant_role(two.ledger, two.study, manager, user="study_nurse.one", role="monitor", site=THEIRS)
    browser = at_one("study_nurse")
    form = "/participants/{}/visits/W4/forms/visit_date/"

    assert 'name="do"' in browser.get(form.format("P001")).content.decode()
    assert 'name="do"' not in browser.get(form.format(FOREIGN)).content.decode()
    assert browser.post(form.format(FOREIGN), {"do": "save"}).status_code == 403


def test_what_bears_on_the_whole_study_is_not_for_a_role_of_one_site(two):
    manager = conduct.Actor("data_manager.one")
    lock = conduct.lock_data(two.ledger, two.study, manager, reason="mine")
    grant = conduct.grant_role(two.ledger, two.study, manager, user="nobody_1", role="monitor")
    ours = conduct.grant_role(two.ledger, two.study, manager, user="nobody_1", role="monitor", site=OURS)
    theirs = conduct.grant_role(two.ledger, two.study, manager, user="nobody_1", role="monitor", site=THEIRS)

    assert [isinstance(each, conduct.Saved) for each in (lock, grant, ours, theirs)] == [False, False, True, False]


def test_somebody_of_one_site_adds_participants_there(two, at_one):
    at_one("study_nurse").post("/participants/add/", {"number": "P002"})

    assert [e.details["site"] for e in two.ledger.events(participant_id="P002")] == [OURS]


def test_a_number_that_another_site_gave_is_not_given_again(two, at_one):
    answer = at_one("study_nurse").post("/participants/add/", {"number": FOREIGN})

    assert answer.status_code == 422
    assert len(two.ledger.events(("participant_added",), participant_id=FOREIGN)) == 1
