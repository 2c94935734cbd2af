"""What the next build may not do with names that data already stand under."""

import msgspec
import pytest

from trialwright.define.amend import check_amendment
from trialwright.model.entry import Choice
from trialwright.model.study import Study
from trialwright.model.text import Text
from unit.conduct.small_study import STUDY


def changed(item: str, build: int = 2, **new: object) -> Study:
    """The small study with one item of the form of adverse events made anew."""
    forms = []
    for form in STUDY.forms:
        sections = []
        for section in form.sections:
            fields = tuple(
                msgspec.structs.replace(f, item=msgspec.structs.replace(f.item, **new)) if f.name == item else f
                for f in section.fields
            )
            sections.append(msgspec.structs.replace(section, fields=fields))
        forms.append(msgspec.structs.replace(form, sections=tuple(sections)))
    return msgspec.structs.replace(STUDY, build=build, forms=tuple(forms))


def codes(*studies: Study) -> list[str]:
    *earlier, after = studies
    return [problem.code for problem in check_amendment(earlier, after)]


def choice(code: str, label: str) -> Choice:
    return Choice(code, Text(label))


def test_an_amendment_that_only_asks_less_or_more_is_accepted():
    fewer = msgspec.structs.replace(STUDY, build=2, forms=STUDY.forms[:-1])

    assert codes(STUDY, fewer) == []
    assert codes(fewer, STUDY) == []


def test_an_item_of_another_kind_is_refused():
    assert codes(STUDY, changed("weight.weight", kind="text")) == ["TW-DEF-060"]


def test_a_unit_that_is_no_longer_known_is_refused():
    assert codes(STUDY, changed("weight.weight", unit="lb", other_units={})) == ["TW-DEF-061"]


def test_a_unit_that_stays_among_the_others_is_accepted():
    kept = changed("weight.weight", unit="g", other_units={"kg": "1000"})

    assert "TW-DEF-061" not in codes(STUDY, kept)


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [
        ("Dose reduced", "Drug stopped", True),
        ("Dose reduced", "Dose reduced for a time", False),
        ("Mild", "mild", False),
        ("Male", "Female", True),
        ("Not related", "Related", True),
        ("Yes", "No", True),
    ],
)
def test_a_code_never_gets_another_meaning(before, after, refused):
    first = changed("demographics.sex", 1, choices=(choice("1", before),))
    second = changed("demographics.sex", 2, choices=(choice("1", after),))

    assert (codes(first, second) == ["TW-DEF-062"]) is refused


def test_a_code_that_was_dropped_does_not_come_back_with_another_meaning():
    first = changed("demographics.sex", 1, choices=(choice("1", "Dose reduced"), choice("2", "Other")))
    second = changed("demographics.sex", 2, choices=(choice("2", "Other"),))
    third = changed("demographics.sex", 3, choices=(choice("1", "Withdrawn by the parent"), choice("2", "Other")))

    assert codes(first, second) == []
    assert codes(first, second, third) == ["TW-DEF-062"]


def test_a_form_does_not_begin_to_repeat():
    forms = tuple(msgspec.structs.replace(f, repeating=not f.repeating) if f.name == "core" else f for f in STUDY.forms)

    assert codes(STUDY, msgspec.structs.replace(STUDY, build=2, forms=forms)) == ["TW-DEF-063"]
