"""One participant's way from consent to a corrected, locked visit, the same on SQLite and PostgreSQL."""

import pytest

from trialwright.capture import open_queries, participant_status
from trialwright.model.ledger import Conflict, Slot
from trialwright.pipeline import conduct
from unit.conduct.small_study import INVESTIGATOR, MANAGER, STUDY, codes, enrolled, request, save, saved

WEIGHT = Slot("P001", "W4", "visit", "weight.weight")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ledger(request, tmp_path):
    where = tmp_path if request.param == "sqlite" else str(request.getfixturevalue("emptied_postgres"))
    with enrolled(where) as one:
        yield one


def test_a_visit_is_entered_questioned_corrected_completed_and_locked(ledger):
    page = request("W4", "visit", {"visit_record.date": "2021-06-29", "weight.weight": "640"}, expected=0, token="page")
    first, again = (saved(conduct.save_form(ledger, STUDY, page)) for _ in range(2))

    assert again.receipt.repeated
    assert again.receipt.seqs == first.receipt.seqs
    assert {q.check for q in open_queries(ledger.events())} == {"weight_steady", "limits:weight.weight"}

    stale = save(ledger, "W4", "visit", {"weight.weight": "70"}, expected=0, token="other", reason="why")

    assert isinstance(stale, Conflict)

    saved(save(ledger, "W4", "visit", {"weight.weight": "64,0"}, reason="decimal point forgotten"))
    saved(conduct.complete_visit(ledger, STUDY, INVESTIGATOR, "P001", "W4", reason="assessor was ill"))
    saved(conduct.lock_data(ledger, STUDY, MANAGER, reason="screening stays open"))

    assert [(v.raw, v.reason) for v in ledger.history(WEIGHT)] == [("640", ""), ("64,0", "decimal point forgotten")]
    assert open_queries(ledger.events()) == ()
    assert codes(save(ledger, "W4", "visit", {"weight.weight": "65"}, reason="x"))[0] == "TW-CAP-034"
    assert participant_status(ledger.events(), "P001") == "enrolled"
    assert ledger.verify().ok
