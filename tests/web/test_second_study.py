"""The two-arm fixture in the app: entered and locked, read by several roles, opened again for one more participant."""

import secrets
import shutil

import pytest

from support.two_arms import FOLDER, INVESTIGATOR, MANAGER, enter
from trialwright import catalog
from trialwright.define import read_study
from trialwright.export.sdtm.subjects import subjects
from trialwright.pipeline import conduct
from trialwright.pipeline.place import real_clock
from trialwright.store import open_ledger
from trialwright.web import directory, place
from web.small_study import PASSWORD

PAGES = (
    "/participants/", "/participants/P001/", "/participants/P007/", "/participants/P005/visits/W8/forms/laboratory/",
    "/screening/", "/audit/", "/safety/", "/due/", "/results/", "/exports/", "/registry/", "/overview/",
)  # fmt: skip
FIRST_STUDY = ("abatacept", "myositis", "imacs", "阿巴西普", "皮肌炎")


@pytest.fixture(scope="module")
def entered(tmp_path_factory):
    """The folder of the study and its ledger, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("two-arms") / "whole"
    shutil.copytree(FOLDER, folder / "study")
    study, problems = read_study(folder / "study", catalog.load())
    assert study is not None, problems
    enter(folder / "ledger.sqlite", study)
    return folder


@pytest.fixture
def two_arms(here, entered, tmp_path):
    """The fixture in place of the small study, with one person for each of its roles."""
    folder = tmp_path / "two-arms"
    shutil.copytree(entered, folder)
    study, _ = read_study(folder / "study", catalog.load())
    assert study is not None
    with open_ledger(folder / "ledger.sqlite", clock=real_clock, nonces=lambda: secrets.token_bytes(32)) as ledger:
        made = place.Place(study, ledger, folder / "study")
        place.use(made)
        for role in study.roles:
            directory.add_user(made, f"{role.name}_2", PASSWORD, roles=(role.name,), by="test")
        yield made


@pytest.fixture
def reading(as_, two_arms):
    """A browser of somebody with a role of the fixture."""
    from django.contrib.auth.models import User

    def signed_in(role, language="en"):
        client = as_("", language)
        client.force_login(User.objects.get(username=f"{role}_2"), "django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("role", ["investigator", "data_manager", "statistician"])
def test_every_page_is_there_and_speaks_of_this_study_alone(reading, role, language):
    browser = reading(role, language)
    told = {page: browser.get(page, follow=True) for page in PAGES}

    assert {page: answer.status_code for page, answer in told.items() if answer.status_code not in (200, 403)} == {}
    words = {page: [w for w in FIRST_STUDY if w in answer.content.decode().lower()] for page, answer in told.items()}
    assert {page: found for page, found in words.items() if found} == {}
    assert ("诺龙组" if language == "zh" else "Arm: Nandrolone") in told["/participants/P001/"].content.decode()


def test_a_participant_enrolled_on_the_page_stands_in_that_arm_in_the_exports(two_arms, reading):
    ledger, study = two_arms.ledger, two_arms.study
    conduct.unlock_data(ledger, study, MANAGER, reason="One more participant")
    who, at = "P011", "/participants/P011/"
    conduct.add_participant(ledger, study, INVESTIGATOR, who, site="north")
    investigator = reading("investigator")
    assert investigator.post(f"{at}consent/", {"version": "1", "date": "2024-09-02"}).status_code == 302
    for form, posted in {
        "visit": {"visit_record.date": "2024-09-02", "weight.weight": "61.0"},
        "demographics": {"demographics.birth_year": "1960", "demographics.age": "64", "demographics.sex": "M"},
        "eligibility": {"eligibility.inc3_loss": "Y", "eligibility.exc1_prostate": "Y"},
    }.items():
        conduct.save_form(
            ledger, study,
            conduct.FormSave(actor=INVESTIGATOR, participant_id=who, visit="SCR", form=form, posted=posted),
        )  # fmt: skip
    assert investigator.post(f"{at}eligibility/").status_code == 302

    assert investigator.post(f"{at}enrol/", {"date": "2024-09-09"}).status_code == 422
    assert investigator.post(f"{at}enrol/", {"date": "2024-09-09", "arm": "testosterone"}).status_code == 302

    person = subjects(study, ledger.snapshot(), ())[who]
    assert person.arm is not None
    assert (person.arm.name, person.no_arm) == ("testosterone", "ASSIGNED, NOT TREATED")
