"""
Three people on one form, in any order: they load, type, save, send twice, and merge what was saved in between.

Whatever they do, every acknowledged value is in the history, and none was replaced by a page that had not seen it.
"""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from trialwright.model.ledger import Conflict, Slot
from trialwright.pipeline import conduct
from unit.conduct.small_study import INVESTIGATOR, NURSE, STUDY, enrolled

WEIGHT, VAS, NECK = "weight.weight", "physician_global.vas", "mmt8.neck_flexors"
ITEMS = (VAS, NECK)
PEOPLE = (NURSE, INVESTIGATOR, conduct.Actor("nina"))
TYPED = st.fixed_dictionaries({}, optional={item: st.integers(0, 10).map(str) for item in ITEMS})


class People(RuleBasedStateMachine):
    """`pages` is what each person has on the screen: the version it was made from, and the values it showed."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.ledger = enrolled(Path(self.folder.name))
        conduct.grant_role(self.ledger, STUDY, conduct.Actor("max"), user="nina", role="nurse")
        self.pages: dict[str, tuple[int, dict[str, str]]] = {}
        self.sent: list[tuple[conduct.FormSave, conduct.Saved]] = []
        self.stands: dict[str, str] = {}
        self.every: dict[str, list[str]] = {item: [] for item in ITEMS}
        self.count = 0

    def teardown(self) -> None:
        self.ledger.close()
        self.folder.cleanup()

    @initialize()
    def everybody_opens_the_form(self) -> None:
        for person in PEOPLE:
            self.opens(person)

    @rule(person=st.sampled_from(PEOPLE))
    def opens(self, person: conduct.Actor) -> None:
        self.pages[person.user] = (self.ledger.form_version("P001", "W0", "core"), dict(self.stands))

    @rule(person=st.sampled_from(PEOPLE), typed=TYPED)
    def saves(self, person: conduct.Actor, typed: dict[str, str]) -> None:
        version, shown = self.pages[person.user]
        answer = self.send(person, typed, version)
        changes = {item: text for item, text in typed.items() if shown.get(item) != text}
        fresh = version == self.ledger.form_version("P001", "W0", "core") or isinstance(answer, conduct.Saved)
        if not changes:
            assert isinstance(answer, conduct.Refused)
        elif isinstance(answer, conduct.Saved):
            self.acknowledged(changes)
            self.opens(person)
        else:
            assert isinstance(answer, Conflict) and not fresh

    @rule(person=st.sampled_from(PEOPLE), typed=TYPED, mine=st.booleans())
    def saves_and_merges(self, person: conduct.Actor, typed: dict[str, str], mine: bool) -> None:
        """A stale page is answered with theirs; the person keeps own or their values, and saves upon what was shown."""
        version, _ = self.pages[person.user]
        answer = self.send(person, typed, version)
        if isinstance(answer, Conflict):
            told = {d.slot.item: d.value for d in answer.theirs}

            assert {item: value.text for item, value in told.items()} == {item: self.stands[item] for item in told}

            kept = {item: text for item, text in typed.items() if mine or item not in told}
            answer = self.send(person, kept, answer.found)
            typed = kept
        if isinstance(answer, conduct.Saved):
            self.acknowledged({item: text for item, text in typed.items() if item in answer.items})
        self.opens(person)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def sends_again_what_was_saved(self, data: st.DataObject) -> None:
        request, first = data.draw(st.sampled_from(self.sent))
        again = conduct.save_form(self.ledger, STUDY, request)

        assert isinstance(again, conduct.Saved)
        assert again.receipt.repeated and again.receipt.seqs == first.receipt.seqs

    def send(self, person: conduct.Actor, typed: dict[str, str], version: int) -> object:
        self.count += 1
        request = conduct.FormSave(
            actor=person, participant_id="P001", visit="W0", form="core", posted=typed, reason="read again",
            expected=version, token=f"page {self.count}",
        )  # fmt: skip
        answer = conduct.save_form(self.ledger, STUDY, request)
        if isinstance(answer, conduct.Saved):
            self.sent.append((request, answer))
        return answer

    def acknowledged(self, values: dict[str, str]) -> None:
        self.stands |= values
        for item, text in values.items():
            self.every[item].append(text)

    @invariant()
    def what_stands_is_what_was_acknowledged_last(self) -> None:
        held = {d.slot.item: d.raw for d in self.ledger.datapoints("P001", "W0", "core")}

        assert held == self.stands

    @invariant()
    def every_acknowledged_value_is_in_the_history_once(self) -> None:
        for item in ITEMS:
            history = self.ledger.history(Slot("P001", "W0", "core", item))

            assert [d.raw for d in history] == self.every[item]
            assert [d.replaces for d in history] == [0, *(d.seq for d in history[:-1])][: len(history)]


People.TestCase.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
test_failure_1_no_acknowledged_value_is_replaced_unseen_and_a_second_sending_writes_nothing = People.TestCase
