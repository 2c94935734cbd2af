"""Intercurrent-event strategies and missing-data rules, one at a time."""

import pytest

from trialwright.derive.strategies import Happened, sentence, settle
from trialwright.model.text import Text

RESCUE = Text("Rescue treatment", "补救治疗")


def happened(strategy, found=True, name="rescue", title=RESCUE):
    seen_as = Text("Week 8", "第 8 周")
    return Happened(name=name, title=title, strategy=strategy, found=found, seen_at="W8", seen_as=seen_as)


def test_a_composite_event_makes_a_responder_a_non_responder_and_says_so():
    settled = settle("Y", [happened("composite")], "nonresponder")

    assert settled.verdict == "N"
    assert sentence("Y", settled).en == (
        "responder by the criterion, but Rescue treatment by Week 8: non-responder (composite)"
    )
    assert sentence("Y", settled).zh == "按标准判定：应答；补救治疗（至第 8 周）：未应答（复合变量策略）"


def test_a_composite_event_that_cannot_be_decided_leaves_a_responder_undetermined():
    assert settle("Y", [happened("composite", found=None)], "undetermined").verdict == "U"


def test_a_composite_event_that_cannot_be_decided_changes_nothing_for_a_non_responder():
    settled = settle("N", [happened("composite", found=None)], "undetermined")

    assert settled.verdict == "N"
    assert settled.steps == ()


@pytest.mark.parametrize("verdict", ["Y", "N"])
def test_treatment_policy_keeps_the_verdict_and_records_the_event(verdict):
    settled = settle(verdict, [happened("treatment_policy")], "nonresponder")

    assert settled.verdict == verdict
    assert [step.rule for step in settled.steps] == ["treatment_policy:rescue"]
    assert settled.intercurrent == ("rescue",)


def test_a_hypothetical_strategy_without_a_model_leaves_the_verdict_open_for_the_missing_rule():
    assert settle("Y", [happened("hypothetical")], "undetermined").verdict == "U"
    assert settle("Y", [happened("hypothetical")], "nonresponder").verdict == "N"


def test_a_composite_event_decides_whatever_a_hypothetical_one_leaves_open():
    events = [happened("composite"), happened("hypothetical", name="moved", title=Text("Moved away", "迁居"))]

    settled = settle("Y", events, "undetermined")

    assert settled.verdict == "N"
    assert [step.rule for step in settled.steps] == ["hypothetical:moved", "composite:rescue"]


@pytest.mark.parametrize("strategy", ["composite", "treatment_policy", "hypothetical", "while_alive"])
def test_an_event_that_did_not_happen_leaves_no_step(strategy):
    settled = settle("Y", [happened(strategy, found=False)], "nonresponder")

    assert (settled.verdict, settled.steps, settled.intercurrent) == ("Y", (), ())


@pytest.mark.parametrize(
    ("rule", "verdict"), [("nonresponder", "N"), ("undetermined", "U"), ("bounds", "U"), ("observed", "U")]
)
def test_each_missing_data_rule_meets_only_what_is_still_open(rule, verdict):
    assert settle("U", [], rule).verdict == verdict
    assert settle("Y", [], rule).steps == ()
    assert settle("N", [], rule).steps == ()


@pytest.mark.parametrize("rule", ["nonresponder", "undetermined", "bounds", "observed"])
def test_every_step_is_worded_in_both_languages(rule):
    said = sentence("U", settle("U", [happened("treatment_policy")], rule))

    assert said.en.startswith("undetermined by the criterion; Rescue treatment by Week 8")
    assert not any("a" <= letter.lower() <= "z" for letter in said.zh)
