"""The calculator inside the app: for those who see results, closed to those who enter core set measures."""

from trialwright.pipeline import conduct


def test_a_statistician_finds_the_fields_and_their_script(here, as_):
    browser = as_("statistician")
    page = browser.get("/calculator/").content.decode()

    assert 'id="calculator"' in page
    assert 'src="/calculator/calculator.js"' in page
    script = browser.get("/calculator/calculator.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert "imacs_doi_2004" in script.content.decode()
    assert browser.get("/calculator/calculator.css").headers["Content-Type"].startswith("text/css")


def test_it_opens_on_the_criterion_of_the_study(demo, as_):
    assert 'data-criterion="imacs_doi_2004"' in as_("statistician").get("/calculator/").content.decode()


def test_whoever_enters_core_set_measures_sees_no_verdict_forming_until_data_lock(demo, as_):
    ledger, study, manager = demo.ledger, demo.study, conduct.Actor("data_manager")
    locked = as_("investigator").get("/calculator/").content.decode()  # sees results and enters measures
    conduct.unlock_data(ledger, study, manager, reason="test")
    page = as_("investigator").get("/calculator/").content.decode()
    conduct.lock_data(ledger, study, manager, reason="test")

    assert "does not see a verdict forming" in page
    assert "calculator.js" not in page
    assert "calculator.js" in locked, "nothing can be scored any more: no verdict can be steered"


def test_a_nurse_is_refused_and_finds_it_in_no_menu(here, as_):
    browser = as_("study_nurse")

    assert browser.get("/calculator/").status_code == 403
    assert "/calculator/" not in browser.get("/participants/").content.decode()


def test_the_page_asks_the_server_for_nothing_of_the_study(here, as_):
    script = as_("statistician").get("/calculator/calculator.js").content.decode()

    assert not any(word in script for word in ("fetch(", "XMLHttpRequest", "localStorage", "sendBeacon", "cookie"))
