"""What was typed, held against what the ledger keeps: value by value, row by row."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from trialwright.design.dry_run.meant import MISSING, Meant
from trialwright.model.study import Study


class Kept(NamedTuple):
    """One current value of the ledger, and why it was changed after its first entry ("" where it was not)."""

    participant_id: str
    visit: str
    form: str
    row: int
    item: str
    raw: str
    reason: str


class Differing(NamedTuple):
    """A value that is not as meant; `reason` is what somebody gave for changing it, "" explains nothing."""

    participant_id: str
    where: str
    meant: str
    found: str
    reason: str


def compare_values(
    study: Study, meant: Iterable[Meant], numbers: Mapping[str, str], kept: Iterable[Kept]
) -> tuple[int, tuple[Differing, ...]]:
    """
    How many values were compared, and those that differ.

    Shape:    forms item by item; rows of logs by the texts they hold, for the service gives them their numbers. A row
              with a reason was changed by a person afterwards and is matched by what is the same in it.
    Missing:  a reason for absence is compared as its word.
    """
    held: dict[str, list[Kept]] = {}
    for each in kept:
        held.setdefault(each.participant_id, []).append(each)
    repeating = {form.name for form in study.forms if form.repeating}
    count, found = 0, list[Differing]()
    for one in meant:
        number = numbers.get(one.label, "")
        own = held.get(number, [])
        forms = {(k.visit, k.form, k.item): k for k in own if k.form not in repeating}
        wanted = {
            (visit, form, name.removesuffix(MISSING)): text
            for (visit, form), posted in one.forms.items()
            for name, text in posted.items()
        }
        count += len(wanted.keys() | forms.keys())
        for place in sorted(wanted.keys() | forms.keys()):
            typed, there = wanted.get(place, ""), forms.get(place)
            raw, reason = (there.raw, there.reason) if there is not None else ("", "")
            if typed != raw:
                found.append(Differing(number, " ".join(place), typed, raw, reason))
        compared, odd = _rows(number, one, [k for k in own if k.form in repeating])
        count += compared
        found += odd
    return count, tuple(found)


def _rows(number: str, one: Meant, own: list[Kept]) -> tuple[int, list[Differing]]:
    wanted = Counter((form, _texts(posted)) for form, posted in one.rows if posted)
    rows: dict[tuple[str, int], list[Kept]] = {}
    for each in own:
        rows.setdefault((each.form, each.row), []).append(each)
    there = Counter((form, _texts({k.item: k.raw for k in row})) for (form, _), row in rows.items())
    count = sum(len(texts) * times for (_, texts), times in (wanted | there).items())
    lost = sorted((wanted - there).elements())
    more = sorted((there - wanted).elements())
    reasons = {(form, _texts({k.item: k.raw for k in row})): row for (form, _), row in rows.items()}
    odd: list[Differing] = []
    for form, texts in more:
        # The row that was meant is the one most of whose texts are here.
        near = max((each for each in lost if each[0] == form), key=lambda e: len(set(e[1]) & set(texts)), default=None)
        if near is not None:
            lost.remove(near)
        before = dict(near[1]) if near is not None else {}
        told = {k.item: k.reason for k in reasons[form, texts]}
        changed = [(name, before.get(name, ""), text) for name, text in texts if before.get(name, "") != text]
        changed += [(name, text, "") for name, text in before.items() if name not in dict(texts)]
        odd += [Differing(number, f"{form} {name}", was, text, told.get(name, "")) for name, was, text in changed]
    return count, odd + [
        Differing(number, f"{form} {name}", text, "", "") for form, texts in lost for name, text in texts
    ]


def _texts(posted: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name.removesuffix(MISSING), text) for name, text in posted.items() if text))
