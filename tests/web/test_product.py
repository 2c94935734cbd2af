"""The product log balances lot by lot, and says where it does not."""

from fractions import Fraction

import pytest

from trialwright.capture.product import doses, lots, unassigned
from trialwright.pipeline import conduct, conduct_product
from web.stage import INVESTIGATOR, enrolled, save

GIVEN = {"date": "2021-02-08", "dose": "750", "lot": "A1", "vials": "3", "prepared": "750", "wasted": "0",
         "interrupted": "N", "reaction": "N"}  # fmt: skip


def give(place, *, row: int = 0, reason: str = "", **more: str) -> None:
    values = {f"dosing_log.{item}": text for item, text in (GIVEN | more).items()}
    save(place, "LOG", "dosing", values, row=row, reason=reason)


def move(place, kind: str, vials: str, *, actor=INVESTIGATOR, **more: str):
    given = {"lot": "A1", "date": "2021-02-01", "move": kind, "vials": vials} | more
    return conduct_product.move_product(place.ledger, place.study, actor, **given)


def codes(answer) -> list[str]:
    return [] if isinstance(answer, conduct.Saved) else [problem.code for problem in answer.problems]


def lot(place, name: str = "A1"):
    return next(each for each in lots(place.study, place.ledger.snapshot()) if each.lot == name)


@pytest.fixture
def treated(here):
    """P001 weighs 72.5 kg and was given three vials of lot A1, of which ten came."""
    enrolled(here)
    save(here, "SCR", "background", {"weight.weight": "72.5", "demographics.sex": "F"})
    assert codes(move(here, "received", "10", expiry="2022-06-30")) == []
    give(here)
    return here


def test_a_lot_balances_when_what_came_is_used_wasted_gone_or_there(treated):
    give(treated, date="2021-02-22", wasted="1")
    move(treated, "returned", "1")
    move(treated, "destroyed", "1")
    counted = move(treated, "counted", "1")
    found = lot(treated)

    # ten came; six used, one wasted, one returned, one destroyed: one is left
    assert codes(counted) == []
    assert (found.used, found.wasted, found.stock, found.counted) == (6, 1, 1, 1)
    assert (found.odd, found.difference, found.expiry) == ((), 0, "2022-06-30")


def test_a_count_that_differs_is_said_with_the_number_and_stays_after_later_doses(treated):
    move(treated, "counted", "6")
    give(treated, date="2021-02-22")
    found = lot(treated)

    assert (found.odd, found.difference) == (("count_differs",), Fraction(-1))

    move(treated, "counted", "4")

    assert lot(treated).odd == ()


def test_a_corrected_dose_changes_the_balance(treated):
    give(treated, row=1, vials="4", reason="read the label again")

    assert (lot(treated).used, lot(treated).stock) == (4, 6)


@pytest.mark.parametrize(("more", "odd"), [
    ({"lot": "B9"}, ("never_received", "more_out_than_in")), ({"vials": "9"}, ("more_out_than_in",)),
    ({"date": "2022-07-01"}, ("given_after_expiry",)),
])  # fmt: skip
def test_what_does_not_fit_is_named(treated, more, odd):
    give(treated, **({"date": "2021-02-22"} | more))

    assert lot(treated, more.get("lot", "A1")).odd == odd


@pytest.mark.parametrize(("date", "odd"), [("2022-06-30", ()), ("2022-07-01", ("received_after_expiry",))])
def test_a_lot_that_came_after_its_expiry_is_named(treated, date, odd):
    assert codes(move(treated, "received", "2", date=date)) == []

    assert lot(treated).odd == odd


def test_the_dose_by_weight_comes_from_the_catalog(treated):
    (dose,) = doses(treated.study, treated.ledger.snapshot())

    # the label: 60 to 100 kg get 750 mg, three vials of 250 mg
    assert (dose.planned_dose, dose.planned_vials, dose.dose) == (750, 3, 750)


def test_a_dose_without_lot_or_vials_is_in_no_balance_and_is_listed(treated):
    values = {f"dosing_log.{k}": v for k, v in GIVEN.items() if k not in ("lot", "vials")}
    save(treated, "LOG", "dosing", values | {"dosing_log.date": "2021-02-22"})

    assert [each.row for each in unassigned(treated.study, treated.ledger.snapshot())] == [2]
    assert lot(treated).used == 3


@pytest.mark.parametrize(("more", "code"), [
    ({"move": "lent"}, "TW-CAP-150"), ({"lot": " "}, "TW-CAP-151"), ({"lot": "x" * 41}, "TW-CAP-151"),
    ({"vials": "2.5"}, "TW-CAP-152"), ({"vials": "-1"}, "TW-CAP-152"), ({"vials": "1 0"}, "TW-CAP-152"),
    ({"lot": "ZZ"}, "TW-CAP-153"), ({"vials": "8"}, "TW-CAP-154"), ({"date": "1.2.2021"}, "TW-CAP-010"),
])  # fmt: skip
def test_a_movement_that_cannot_be_is_refused(treated, more, code):
    before = treated.ledger.head()
    given = {"move": "destroyed", "vials": "1"} | more

    assert codes(move(treated, given.pop("move"), given.pop("vials"), **given)) == [code]
    assert treated.ledger.head() == before


def test_vials_are_read_as_numbers_on_forms_are(treated):
    assert codes(move(treated, "returned", " ２\u200b")) == []
    assert lot(treated).stock == 5


def test_the_page_says_that_it_balances_or_where_not(treated, as_):
    browser = as_("investigator")
    before = browser.get("/product/").content.decode()
    sent = {"move": "counted", "lot": "A1", "vials": "6", "date": "2021-02-09"}
    answer = browser.post("/product/move/", sent)
    after = browser.get("/product/").content.decode()

    assert "does not balance" not in before
    assert answer.status_code == 302
    assert "does not balance" in after
    assert "the count differs from the papers (-1)" in after


def test_a_movement_needs_the_right(treated):
    assert codes(move(treated, "received", "5", actor=conduct.Actor("monitor_1"))) == ["TW-CAP-036"]


def test_a_dose_other_than_by_weight_is_found_as_a_deviation(treated):
    from trialwright.capture.deviations import candidates

    give(treated, date="2021-02-22", dose="500")
    found = [each for each in candidates(treated.study, treated.ledger.snapshot()) if each.rule.startswith("dose:")]

    assert [(each.rule, each.major) for each in found] == [("dose:2", True)]
    assert found[0].description.en == "dose 500 mg; by body weight 750"
