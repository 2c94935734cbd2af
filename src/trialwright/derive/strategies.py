"""From the criterion's verdict to the estimand's: intercurrent events, then the missing-data rule, step by step."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from trialwright.model.study import Strategy
from trialwright.model.text import Text

Verdict = Literal["Y", "N", "U"]

VERDICTS: dict[Verdict, Text] = {
    "Y": Text("responder", "应答"),
    "N": Text("non-responder", "未应答"),
    "U": Text("undetermined", "无法判定"),
}
STRATEGIES: dict[Strategy, Text] = {
    "composite": Text("composite", "复合变量策略"),
    "treatment_policy": Text("treatment policy", "疗法策略"),
    "hypothetical": Text("hypothetical", "假想策略"),
    "while_on_treatment": Text("while on treatment", "在治策略"),
    "while_alive": Text("while alive", "存活期策略"),
}


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """An intercurrent event of the definition at this participant: found, not found, or (None) not decidable."""

    name: str
    title: Text
    strategy: Strategy
    found: bool | None
    seen_at: str = ""  # the first planned visit by which it was found
    seen_as: Text = Text("")  # that visit's title


class Step(msgspec.Struct, frozen=True):
    """One thing that was weighed after the criterion: why, and the verdict it left."""

    rule: str  # "composite:rescue", "missing:nonresponder"
    verdict: Verdict
    says: Text


class Earlier(msgspec.Struct, frozen=True):
    """The last verdict before the endpoint's visit that could be decided, the title of its visit, its measures' ids."""

    verdict: Verdict
    visit: Text
    records: tuple[str, ...] = ()


class Settled(msgspec.Struct, frozen=True):
    """The estimand's verdict, the steps to it, and the intercurrent events that were found."""

    verdict: Verdict
    steps: tuple[Step, ...]
    intercurrent: tuple[str, ...]


def settle(
    by_criterion: Verdict, events: Sequence[Happened], missing_rule: str, earlier: Earlier | None = None
) -> Settled:
    """
    The verdict after every strategy and the missing-data rule.

    Shape:    strategies that change which data count (hypothetical) come before the composite ones, which decide the
              outcome whatever the data say; the missing-data rule comes last and meets only what is still undetermined.
    Missing:  a composite event that cannot be decided leaves a responder undetermined, never a responder.
    """
    verdict = by_criterion
    steps: list[Step] = []
    for event in sorted(events, key=lambda e: e.strategy == "composite"):
        step = _weigh(verdict, event)
        if step is not None:
            steps.append(step)
            verdict = step.verdict
    last = _missing(verdict, missing_rule, earlier)
    if last is not None:
        steps.append(last)
        verdict = last.verdict
    return Settled(verdict, tuple(steps), tuple(e.name for e in events if e.found))


def _weigh(verdict: Verdict, event: Happened) -> Step | None:
    if event.found is False:
        return None
    if event.found is None:
        # A non-responder stays one whether or not the event took place, and what is open stays open.
        if event.strategy != "composite" or verdict != "Y":
            return None
        says = Text("undetermined, for it cannot be told whether it took place", "无法确定其是否发生，故无法判定")
        return _step(event, "U", says)
    match event.strategy:
        case "composite":
            return _step(event, "N", VERDICTS["N"])
        case "hypothetical":
            # No model of the unobserved course is declared, so the value without the event is not known.
            return _step(
                event,
                "U",
                Text("undetermined, for the course without it is not known", "未发生该事件时的病程未知，故无法判定"),
            )
        case "treatment_policy":
            return _step(event, verdict, Text("the observed value counts all the same", "仍按实际观察值计"))
        case _:
            return _step(event, verdict, Text("the last visit before it counts", "按事件发生前最后一次访视计"))


def _step(event: Happened, verdict: Verdict, what: Text) -> Step:
    by_en = f" by {event.seen_as.en}" if event.seen_as.en else ""
    by_zh = f"（至{event.seen_as.of('zh')}）" if event.seen_as.en else ""
    strategy = STRATEGIES[event.strategy]
    return Step(
        f"{event.strategy}:{event.name}",
        verdict,
        Text(
            f"{event.title.en}{by_en}: {what.en} ({strategy.en})",
            f"{event.title.of('zh')}{by_zh}：{what.zh}（{strategy.zh}）",
        ),
    )


def _missing(verdict: Verdict, rule: str, earlier: Earlier | None) -> Step | None:
    if verdict != "U":
        return None
    match rule:
        case "last_observed" if earlier is not None:
            at = earlier.visit
            says = Text(
                f"what is missing leaves it open: {VERDICTS[earlier.verdict].en} as at {at.en}, carried forward",
                f"缺失数据使其无法判定：结转{at.of('zh')}的结果，{VERDICTS[earlier.verdict].zh}",
            )
            return Step("missing:last_observed", earlier.verdict, says)
        case "last_observed":
            says = Text(
                "what is missing leaves it open, and no earlier visit could be decided: non-responder",
                "缺失数据使其无法判定，且此前访视均不可判定：计为未应答",
            )
            return Step("missing:nonresponder", "N", says)
        case "nonresponder":
            return Step(
                "missing:nonresponder",
                "N",
                Text(
                    "what is missing leaves it open: non-responder by the missing-data rule",
                    "缺失数据使其无法判定：按缺失数据规则计为未应答",
                ),
            )
        case "bounds":
            says = Text(
                "what is missing leaves it open: counted both ways, as bounds",
                "缺失数据使其无法判定：按两种可能分别计，给出上下界",
            )
            return Step("missing:bounds", "U", says)
        case "observed":
            says = Text(
                "what is missing leaves it open: not counted (observed cases)",
                "缺失数据使其无法判定：不计入（观察病例）",
            )
            return Step("missing:observed", "U", says)
        case _:
            return Step("missing:undetermined", "U", Text("what is missing leaves it open", "缺失数据使其无法判定"))


def sentence(by_criterion: Verdict, settled: Settled) -> Text:
    """
    The way from the criterion to the estimand in one sentence, in both languages; the last clause is the verdict.

    Empty where nothing was weighed after the criterion, whose own reasons then say all.
    """
    if not settled.steps:
        return Text("")
    first = VERDICTS[by_criterion]
    start = Text(f"{first.en} by the criterion", f"按标准判定：{first.zh}")
    but = ", but " if by_criterion == "Y" and settled.verdict != "Y" else "; "
    return Text(
        start.en + but + "; ".join(step.says.en for step in settled.steps),
        start.zh + "；" + "；".join(step.says.zh for step in settled.steps),
    )
