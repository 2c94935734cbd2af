"""
Outcome measures of two versions: which became which, and what kind of change it was.

An outcome is known again by its words: identical titles first, then the most alike. Words that any outcome has
("change", "baseline", "participants") count little, so that a change in eGFR is not taken for a change in UACR.
"""

import re
from collections.abc import Sequence
from functools import cache

from trialwright.model.changes import OutcomeChange, OutcomeChangeKind, OutcomeState
from trialwright.model.text import Text
from trialwright.register.history.thresholds import thresholds, without_numbers
from trialwright.register.spans import days_named
from trialwright.register.vocabulary import words

LEVELS = ("primary", "secondary", "other")
LEVEL_WORDS = {
    "primary": Text("primary", "主要"),
    "secondary": Text("secondary", "次要"),
    "other": Text("other", "其他"),
}
_ALIKE = 0.55
_HELD = 0.5
_WORD = re.compile(r"[^\W_]+")


def compare_outcomes(before: Sequence[OutcomeState], after: Sequence[OutcomeState]) -> tuple[OutcomeChange, ...]:
    """
    Every outcome measure that changed, primary ones first, with its classes of change; unchanged ones are left out.

    Missing: an absent description or time frame counts as an empty one.
    """
    pairs, gone, new = _matched(list(before), list(after))
    changes = [change for old, now in pairs if (change := _changed(old, now)) is not None]
    for old, there in _replaced(gone, new):
        # a title spelt out where it was abbreviated shares most of its words with the new description
        reworded = max(_held(old, there), _held(there, old)) >= _HELD
        change = _changed(old, there) if reworded else _swapped(old, there)
        changes += [change] if change is not None else []
        gone.remove(old)
        new.remove(there)
    changes += [_gone(old) for old in gone]
    changes += [_new(now) for now in new]
    return tuple(sorted(changes, key=_rank))


def _replaced(gone: list[OutcomeState], new: list[OutcomeState]) -> list[tuple[OutcomeState, OutcomeState]]:
    """
    Outcomes that vanished while another came in their place: primary ones in their order, others only one for one.

    Of many that left and many that came nobody can say which stands for which: those are dropped and added.
    """
    found = []
    for level in LEVELS:
        left = [state for state in gone if state.level == level]
        came = [state for state in new if state.level == level]
        if level == "primary" or len(left) == len(came) == 1:
            found += list(zip(left, came, strict=False))
    return found


def _rank(change: OutcomeChange) -> int:
    return min(LEVELS.index(state.level) for state in (change.before, change.after) if state is not None)


def plain(text: str) -> str:
    """Words in lower case with one blank between them, punctuation away: what two wordings may differ in."""
    return " ".join(_WORD.findall(text.lower().replace("per cent", "percent").replace("%", " percent ")))


@cache
def _words(text: str) -> frozenset[str]:
    return frozenset(plain(text).split())


def _telling(told: frozenset[str]) -> frozenset[str]:
    """The words that say which outcome it is; all of them where there is none."""
    common = words("common_outcome_words")
    return frozenset(word for word in told if word not in common and not word.isdigit()) or told


def _share(one: str, other: str) -> float:
    first, second = _words(one), _words(other)
    # of two outcomes with the same telling words the one with more of the rest is nearer
    return 0.9 * _dice(_telling(first), _telling(second)) + 0.1 * _dice(first, second)


def _dice(first: frozenset[str], second: frozenset[str]) -> float:
    return 2 * len(first & second) / (len(first) + len(second)) if first or second else 0.0


def alike(one: OutcomeState, other: OutcomeState) -> float:
    """How much two outcome measures have in common, 0 to 1: their titles, or a little less their whole texts."""
    titles = _share(one.measure, other.measure)
    texts = _share(f"{one.measure} {one.description}", f"{other.measure} {other.description}")
    return max(titles, 0.85 * texts)


def _held(one: OutcomeState, other: OutcomeState) -> float:
    """How much of the title of one stands in the whole text of the other, 0 to 1."""
    title = _telling(_words(one.measure))
    return len(title & _words(f"{other.measure} {other.description}")) / len(title) if title else 0.0


def _matched(
    before: list[OutcomeState], after: list[OutcomeState]
) -> tuple[list[tuple[OutcomeState, OutcomeState]], list[OutcomeState], list[OutcomeState]]:
    """The best pairs first, each outcome used once; what is left of either side."""
    scored = []
    for i, old in enumerate(before):
        for j, now in enumerate(after):
            identical = plain(old.measure) == plain(now.measure)
            score = 2.0 if identical else alike(old, now)
            if score >= _ALIKE:
                # of two equally alike ones the same level, then the same time frame, then the nearer place
                score += 0.1 * (old.level == now.level) + 0.05 * (plain(old.time_frame) == plain(now.time_frame))
                scored.append((-score, abs(i - j), i, j))
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, i, j in sorted(scored):
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    found = [(before[i], after[j]) for i, j in sorted(pairs.items())]
    gone = [state for i, state in enumerate(before) if i not in pairs]
    new = [state for j, state in enumerate(after) if j not in taken]
    return found, gone, new


def _changed(old: OutcomeState, now: OutcomeState) -> OutcomeChange | None:
    kinds: list[OutcomeChangeKind] = []
    says: list[Text] = []
    if old.level != now.level:
        up = LEVELS.index(now.level) < LEVELS.index(old.level)
        kinds.append("promoted" if up else "demoted")
        says.append(_moved(old.level, now.level, up))
    ours, theirs = f"{old.measure} {old.description}", f"{now.measure} {now.description}"
    limits = thresholds(ours), thresholds(theirs)
    if set(limits[0]) != set(limits[1]):
        kinds.append("threshold changed")
        says.append(_limits(*limits))
    if _time_differs(old.time_frame, now.time_frame):
        kinds.append("time frame")
        says.append(_framed(old.time_frame, now.time_frame))
    if _wording_differs(old, now, "threshold changed" in kinds) or (
        not kinds and plain(old.time_frame) != plain(now.time_frame)
    ):
        kinds.append("wording")
        says.append(Text("Worded differently.", "措辞改变。"))
    if not kinds:
        return None
    return OutcomeChange(kinds=tuple(kinds), before=old, after=now, says=tuple(says))


def _time_differs(old: str, now: str) -> bool:
    if plain(old) == plain(now):
        return False
    before, after = sorted(set(days_named(old))), sorted(set(days_named(now)))
    # "12 weeks" and "week 12 after the first dose" end on the same day: that is wording
    return before != after or not before


def _wording_differs(old: OutcomeState, now: OutcomeState, thresholds_told: bool) -> bool:
    texts = [f"{state.measure} | {state.description}" for state in (old, now)]
    if thresholds_told:
        texts = [without_numbers(text) for text in texts]
    return plain(texts[0]) != plain(texts[1])


def _moved(old: str, now: str, up: bool) -> Text:
    return Text(
        f"{'Promoted' if up else 'Demoted'} from {old} to {now}.",
        f"由{LEVEL_WORDS[old].zh}结局{'升' if up else '降'}为{LEVEL_WORDS[now].zh}结局。",
    )


def _limits(before: tuple[str, ...], after: tuple[str, ...]) -> Text:
    old, now = ", ".join(before) or "none", ", ".join(after) or "none"
    chinese = [text.replace("none", "无").replace("percent", "%") for text in (old, now)]
    return Text(f"Thresholds were {old}; they are {now}.", f"界值由 {chinese[0]} 改为 {chinese[1]}。")


def _framed(old: str, now: str) -> Text:
    return Text(
        f'The time frame was "{old}" and is "{now}".' if old else f'The time frame "{now}" was not stated before.',
        f"时间范围由“{old or '未提供'}”改为“{now or '未提供'}”。",
    )


def _swapped(old: OutcomeState, now: OutcomeState) -> OutcomeChange:
    says = Text(
        f'"{old.measure}" is no longer the {old.level} outcome; "{now.measure}" stands in its place.',
        f"{LEVEL_WORDS[old.level].zh}结局“{old.measure}”被“{now.measure}”取代。",
    )
    return OutcomeChange(kinds=("measure swapped",), before=old, after=now, says=(says,))


def _gone(old: OutcomeState) -> OutcomeChange:
    says = Text(f"No longer among the {old.level} outcomes, nor anywhere else.", "已从结局指标中删除。")
    return OutcomeChange(kinds=("dropped",), before=old, after=None, says=(says,))


def _new(now: OutcomeState) -> OutcomeChange:
    says = Text(f"A new {now.level} outcome.", f"新增的{LEVEL_WORDS[now.level].zh}结局。")
    return OutcomeChange(kinds=("added",), before=None, after=now, says=(says,))
