"""Until when records are kept: from the last data lock, by the day at the site; nothing is deleted before."""

import datetime as dt

import msgspec
import pytest

from trialwright.capture.keeping import check_deletion, keeping
from trialwright.model.declared import RecordsPlan
from trialwright.model.ledger import LedgerEvent
from trialwright.model.study import Provenance
from web.small_study import small_study

STUDY = msgspec.structs.replace(small_study(), records=RecordsPlan(kept_years=25, origin=Provenance(kind="protocol")))


def act(kind: str, at_utc: str, **more: object) -> LedgerEvent:
    return LedgerEvent(
        seq=1, group=1, kind=kind, participant_id=str(more.get("who", "")), visit="", form="", row=0,
        details=dict(more.get("details", {})), user="u", at_utc=at_utc, reason="", build=1, origin="typed",
    )  # fmt: skip


LOCKED = act("locked", "2021-06-30T16:30:00.000Z")  # the 1 July in Nanjing


@pytest.mark.parametrize(
    ("acts", "until"),
    [
        ([], None),
        ([LOCKED], dt.date(2046, 7, 1)),
        ([LOCKED, act("unlocked", "2021-08-01T00:00:00.000Z")], None),
        ([LOCKED, act("unlocked", "2021-08-01T00:00:00.000Z"), act("locked", "2021-08-02T00:00:00.000Z")],
         dt.date(2046, 8, 2)),
        ([act("locked", "2021-06-30T00:00:00.000Z", who="P001")], None),
        ([act("locked", "2021-06-30T00:00:00.000Z", details={"scope": "site"})], None),
        ([act("locked", "2024-02-29T00:00:00.000Z")], dt.date(2049, 3, 1)),
    ],
)  # fmt: skip
def test_edc_r16_the_years_count_from_the_last_lock_of_all_data(acts, until):
    kept = keeping(STUDY, acts)

    assert kept is not None
    assert (kept.years, kept.until) == (25, until)


@pytest.mark.parametrize(
    ("acts", "today", "refused"),
    [
        ([], dt.date(2090, 1, 1), True),
        ([LOCKED], dt.date(2046, 6, 30), True),
        ([LOCKED], dt.date(2046, 7, 1), False),
    ],
)
def test_edc_r16_nothing_is_deleted_before_that_day(acts, today, refused):
    told = check_deletion(STUDY, acts, today, "identity")

    assert [each.code for each in told] == (["TW-CAP-093"] if refused else [])


def test_where_the_definition_does_not_say_nothing_is_promised():
    assert keeping(small_study(), [LOCKED]) is None
    assert check_deletion(small_study(), [], dt.date(2021, 1, 1), "identity") == []
