"""Three users, stale pages, double clicks: whatever the order, nobody's save is lost in silence."""

import itertools

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from support.ledger import typed, vas, weight
from trialwright.model.ledger import Conflict, FormToken, NewDatapoint, Receipt
from trialwright.store import Ledger

USERS = ("nurse", "doctor", "monitor")
_numbers = itertools.count(1)


class Desk(RuleBasedStateMachine):
    """Each user looks at a page, later saves it. The model is a list of what was acknowledged."""

    ledger: Ledger  # set by the test: all examples share one, each with a participant of its own

    def __init__(self) -> None:
        super().__init__()
        self.participant_id = f"P{next(_numbers)}"
        self.pages = {user: (FormToken(self.participant_id, "W0", "core", 0), f"{self.participant_id}-first-{user}")
                      for user in USERS}  # fmt: skip
        self.acknowledged: list[tuple[int, str, str]] = []  # seq, item, text
        self.sent: dict[str, tuple[list[NewDatapoint], Receipt, FormToken]] = {}

    @rule(user=st.sampled_from(USERS))
    def look(self, user: str) -> None:
        seq = self.ledger.form_version(self.participant_id, "W0", "core")
        self.pages[user] = (FormToken(self.participant_id, "W0", "core", seq), f"page-{next(_numbers)}")

    @rule(user=st.sampled_from(USERS), number=st.integers(0, 9), both=st.booleans())
    def save(self, user: str, number: int, both: bool) -> None:
        token, page = self.pages[user]
        writes = [vas(f"{number}.0", self.participant_id)] + [weight("60", self.participant_id)] * both
        last = self.acknowledged[-1][0] if self.acknowledged else 0
        result = self.ledger.write(typed(user=user), writes, expect=token, token=page)
        if page in self.sent and writes == self.sent[page][0]:
            assert isinstance(result, Receipt)
            assert result.repeated
        elif page in self.sent or token.seq != last:
            assert isinstance(result, Conflict)
            newer = [seq for seq, _, _ in self.acknowledged if seq > token.seq]
            assert page in self.sent or newer == [version.seq for version in result.theirs]
        else:
            assert isinstance(result, Receipt)
            assert not result.repeated
            self.sent[page] = (writes, result, token)
            self.acknowledged += [(seq, write.slot.item, write.raw)
                                  for seq, write in zip(result.seqs, writes, strict=True)]  # fmt: skip

    @rule(user=st.sampled_from(USERS))
    def click_twice(self, user: str) -> None:
        _, page = self.pages[user]
        if page in self.sent:
            writes, first, token = self.sent[page]
            again = self.ledger.write(typed(user=user), writes, expect=token, token=page)
            assert isinstance(again, Receipt)
            assert (again.repeated, again.seqs, again.head) == (True, first.seqs, first.head)

    @invariant()
    def every_acknowledged_version_is_there_in_its_order(self) -> None:
        for item in ("physician_global.vas", "weight.kg"):
            slot = vas("0", self.participant_id).slot if item != "weight.kg" else weight("0", self.participant_id).slot
            expected = [(seq, text) for seq, saved, text in self.acknowledged if saved == item]
            assert expected == [(version.seq, version.raw) for version in self.ledger.history(slot)]


def test_failure_1_whatever_users_do_no_save_is_lost_in_silence(ledger: Ledger) -> None:
    class ThisDesk(Desk):
        pass

    ThisDesk.ledger = ledger
    run_state_machine_as_test(
        ThisDesk,
        settings=settings(max_examples=25, stateful_step_count=20, deadline=None, derandomize=True, database=None,
                          suppress_health_check=list(HealthCheck)),
    )  # fmt: skip

    assert ledger.verify().ok
