"""Slips in names: the quick way of looking for the name meant finds what the slow way finds."""

import pytest

from trialwright.register import spelling
from trialwright.register.vocabulary import words

MEDICINES = sorted(name for name in words("medicines") if len(name) >= spelling.SHORTEST)


def _slips(name: str) -> set[str]:
    """The name with a letter left out, written twice, another in its place, or two changed, behind the first letter."""
    made = set()
    for at in range(1, len(name)):
        before, after = name[:at], name[at + 1 :]
        made |= {before + after, before + name[at] * 2 + after, f"{before}k{after}"}
        made |= {before + name[at + 1] + name[at] + name[at + 2 :]} if at + 1 < len(name) else set()
    return {slip for slip in made if len(slip) >= spelling.SHORTEST}


def test_letters_that_need_not_be_asked_for_would_find_nothing(monkeypatch):
    slips = sorted({slip for name in MEDICINES[::4] for slip in _slips(name)})
    quick = [spelling.meant.__wrapped__(slip) for slip in slips]
    monkeypatch.setattr(spelling, "_where_letters_may_differ", lambda sounding: [*range(1, len(sounding))])
    slow = [spelling.meant.__wrapped__(slip) for slip in slips]

    assert len(slips) > 3000
    assert sum(map(bool, quick)) > len(slips) / 2
    differing = [
        (slip, one, other) for slip, one, other in zip(slips, quick, slow, strict=True) if other and one != other
    ]
    assert differing == []


@pytest.mark.parametrize(
    ("word", "name"), [("albumine", "albumin"), ("thyroxin", "thyroxine"), ("liraglutid", "liraglutide")]
)
def test_the_german_and_french_form_of_a_substance_is_told(word, name):
    assert spelling.meant(word) == name


def test_the_foreign_form_of_every_substance_is_told_unless_it_is_a_word_of_its_own():
    for name in MEDICINES:
        foreign = name.removesuffix("e") if name.endswith("e") else f"{name}e"
        if len(foreign) >= spelling.SHORTEST and foreign not in spelling.known_words():
            assert spelling.meant(foreign) in (name, ""), foreign
            assert spelling.meant(foreign) or foreign in spelling._variants(), foreign


def test_of_two_given_names_that_are_as_near_the_first_by_letter_is_told():
    given = ["hyponatremia", "hyperkalemia"]

    assert spelling.meant_for("hypovolemia", given) == "hyperkalemia"
    assert spelling.meant_for("hypovolemia", given[::-1]) == "hyperkalemia"


def test_short_words_that_were_met_are_settled_and_long_ones_are_asked_again():
    met = {"the", "qqq", "methotrexat", "methotrexate"}

    assert spelling.unlisted(met) == {"methotrexat"}
    assert {"the", "qqq"} <= spelling.never_a_slip()
    assert spelling.unlisted(met) == {"methotrexat"}
