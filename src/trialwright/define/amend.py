"""
What an amendment may not do to data that may already stand: give a code, an item or a form another meaning.

Values are kept for ever under the names of their build. A name that is used again for something else makes old and new
values look alike, and no later reader can tell them apart; so the next build is refused and a new name is asked for.
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from trialwright.define import problems as say
from trialwright.model.problem import Problem
from trialwright.model.study import Field, Form, Study

REWORDED = 0.6
"""How alike the words of two labels must be to pass for the same meaning (difflib's ratio over words)."""

_TURNING = {"not", "no", "never", "none", "without"}
"""Words that turn a label into its opposite, however alike the rest is."""


def check_amendment(earlier: Sequence[Study], after: Study) -> list[Problem]:
    """
    Every name of an earlier build that the next one would use for something else.

    Problems: TW-DEF-060 an item of another kind, 061 a unit no longer known, 062 a code with another meaning,
              063 a form that begins or ceases to repeat.
    """
    found: dict[str, Problem] = {}
    for study in reversed(earlier):  # the newest build first: what it says is nearest to the reader
        for told in _between(study, after):
            found.setdefault(f"{told.code} {told.where}", told)
    return list(found.values())


def _between(before: Study, after: Study) -> Iterator[Problem]:
    forms = {form.name: form for form in after.forms}
    fields = _fields(after)
    for form in before.forms:
        if form.name in forms and forms[form.name].repeating != form.repeating:
            yield say.form_repeats(f"form {form.name}", before.build, repeating=form.repeating)
    for name, field in _fields(before).items():
        if name in fields:
            yield from _item(before.build, name, field, fields[name])


def _fields(study: Study) -> dict[str, Field]:
    return {field.name: field for form in study.forms for field in _every(form)}


def _every(form: Form) -> Iterator[Field]:
    for section in form.sections:
        yield from section.fields


def _item(build: int, name: str, before: Field, after: Field) -> Iterator[Problem]:
    old, new = before.item, after.item
    if old.kind != new.kind:
        yield say.item_of_another_kind(name, build, old.kind, new.kind)
        return
    if old.unit not in (new.unit, *new.other_units):
        yield say.unit_forgotten(name, build, old.unit, new.unit)
    labels = {choice.code: choice.label.en for choice in new.choices}
    for choice in old.choices:
        label = labels.get(choice.code)
        if label is not None and not _same_meaning(choice.label.en, label):
            yield say.code_with_another_meaning(f"{name} code {choice.code}", build, choice.label.en, label)


def _same_meaning(before: str, after: str) -> bool:
    one, other = before.casefold().split(), after.casefold().split()
    if (set(one) ^ set(other)) & _TURNING:
        return False
    if set(one) <= set(other) or set(other) <= set(one):
        return True
    return SequenceMatcher(None, one, other).ratio() >= REWORDED
