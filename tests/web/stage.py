"""What several web tests start from: a study opened for enrolment, a participant on the way, forms that are right."""

import secrets
from pathlib import Path

from playwright.sync_api import Page

from trialwright.catalog import load
from trialwright.pipeline import conduct
from trialwright.pipeline.demo import run_demo
from trialwright.pipeline.place import real_clock
from trialwright.pipeline.study import load_study
from trialwright.store import open_ledger
from trialwright.web.place import Place

INVESTIGATOR = conduct.Actor("investigator_1")


def save(place: Place, visit: str, form: str, posted: dict[str, str], *, row: int = 0, reason: str = "") -> None:
    """One form saved as the investigator; the test fails where it is refused."""
    request = conduct.FormSave(
        actor=INVESTIGATOR, participant_id="P001", visit=visit, form=form, posted=posted, row=row, reason=reason
    )
    done = conduct.save_form(place.ledger, place.study, request)
    assert isinstance(done, conduct.Saved), done


def enrolled(place: Place) -> None:
    """P001, consented, eligible and enrolled, with a baseline date; the study is open."""
    ledger, study, who = place.ledger, place.study, INVESTIGATOR
    conduct.record_approval(ledger, study, who, date="2021-01-10", body="Committee", number="1")
    conduct.open_site(ledger, study, who, date="2021-01-11")
    conduct.add_participant(ledger, study, who, "P001")
    conduct.give_consent(ledger, study, who, "P001", version="1.0", date="2021-02-01")
    save(place, "SCR", "visit_date", {"visit_record.date": "2021-02-01", "eligibility.inc1": "Y"})
    assert isinstance(conduct.confirm_eligibility(ledger, study, who, "P001"), conduct.Saved)
    assert isinstance(conduct.enrol(ledger, study, who, "P001", date="2021-02-08"), conduct.Saved)
    save(place, "W0", "visit_date", {"visit_record.date": "2021-02-08"})


def sign_in(page: Page, served: str, name: str, language: str) -> None:
    """A demonstration account in a browser."""
    page.context.add_cookies([{"name": "trialwright_language", "value": language, "url": served}])
    page.goto(served + "/sign-in/")
    page.fill("#username", name)
    page.fill("#password", "virtual-patients-2021")
    page.click("main form button")


def make_demo(folder: Path) -> None:
    """The packaged study with a few virtual participants, data locked, in `folder`."""
    made = run_demo(folder, load(), participants=3, tell=lambda _: None, advance=lambda *_: None)
    assert not isinstance(made, list), [problem.sentence() for problem in made]


def open_demo(folder: Path) -> Place:
    """The demo made in `folder`, on the real clock."""
    study, _ = load_study(folder / "study", load())
    assert study is not None
    ledger = open_ledger(folder / "ledger.sqlite", clock=real_clock, nonces=lambda: secrets.token_bytes(32))
    return Place(study, ledger, folder / "study")
