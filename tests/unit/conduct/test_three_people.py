"""Three people at one form, in any order, with stale pages and retries: nothing acknowledged is lost or overwritten."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from trialwright.model.ledger import Conflict, Slot
from trialwright.model.quantity import Quantity
from trialwright.pipeline import conduct
from unit.conduct.small_study import STUDY, codes, enrolled, request

PEOPLE = st.integers(0, 2)


class ThreePeople(RuleBasedStateMachine):
    """Each person has a page: what it was made from, and a token. Some send it twice, some send an old one."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.ledger = enrolled(Path(self.folder.name))
        self.pages: dict[int, tuple[int, str]] = {}
        self.sent: dict[str, conduct.FormSave] = {}
        self.acknowledged: list[tuple[int, str, str]] = []
        self.count = 0

    @rule(who=PEOPLE)
    def load(self, who: int) -> None:
        self.count += 1
        seen = conduct.form_token(self.ledger, "P001", "W4", "visit").seq
        self.pages[who] = (seen, f"page {self.count}")

    @rule(who=PEOPLE, kg=st.integers(40, 99))
    def send(self, who: int, kg: int) -> None:
        if who not in self.pages:
            return
        seen, token = self.pages.pop(who)
        save = request("W4", "visit", {"weight.weight": str(kg)}, expected=seen, token=token, reason=f"why {token}")
        self.sent[token] = save
        latest = conduct.form_token(self.ledger, "P001", "W4", "visit").seq
        got = conduct.save_form(self.ledger, STUDY, save)
        if isinstance(got, conduct.Saved):
            assert seen == latest
            self.acknowledged.append((got.receipt.seqs[0], str(kg), f"why {token}"))
        elif isinstance(got, Conflict):
            assert seen < latest
            assert all(d.seq > seen for d in got.theirs)
        else:
            assert codes(got) == ["TW-CAP-060"]

    @rule(pick=st.randoms(use_true_random=False))
    def send_again(self, pick: object) -> None:
        if not self.sent:
            return
        before = self.ledger.head()
        got = conduct.save_form(self.ledger, STUDY, self.sent[pick.choice(sorted(self.sent))])

        assert not isinstance(got, conduct.Saved) or got.receipt.repeated
        assert self.ledger.head() == before

    @invariant()
    def every_acknowledged_save_is_in_the_history_with_its_reason(self) -> None:
        versions = self.ledger.history(Slot("P001", "W4", "visit", "weight.weight"))

        assert [(seq, Quantity(kg, "kg"), reason) for seq, kg, reason in self.acknowledged] == [
            (v.seq, v.value, v.reason) for v in versions
        ]
        assert [v.replaces for v in versions] == [0, *(v.seq for v in versions)][: len(versions)]

    def teardown(self) -> None:
        self.ledger.close()
        self.folder.cleanup()


TestThreePeople = ThreePeople.TestCase
TestThreePeople.settings = settings(
    max_examples=12, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
