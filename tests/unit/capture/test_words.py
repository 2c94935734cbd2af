"""Every word a nurse reads exists in Chinese, and Chinese has no Latin word that is not a name or a sign."""

import re

import pytest

from trialwright.capture.gates import ACTS
from trialwright.capture.messages import MESSAGES
from trialwright.capture.status import STATUS_WORDS
from trialwright.capture.visits import PROGRESS_WORDS
from trialwright.catalog import load

CATALOG = load()
NAMES = {
    "HAQ", "MMT-8", "CDASI", "MDAAT", "MITAX", "MYOACT", "RAND",  # instruments, by the names they are known by
    "CK", "LDH", "AST", "ALT", "IGRA", "HBsAg", "HBc", "HBV", "DNA", "FVC", "DLCO", "TNF", "JAK",  # laboratory
    "A", "B", "C", "D", "E", "T", "mg", "cm",  # letters of a form and units
    "Mi-2", "TIF1-γ", "NXP2", "MDA5", "SAE", "Jo-1", "SRP", "HMGCR",  # antibodies
    "UU", "P001",  # what is to be typed
}  # fmt: skip
LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9γ]+)*")


def texts():
    for name in CATALOG.names("instrument"):
        entry = CATALOG.instrument(name)
        yield name, entry.title
        for part in (*entry.items, *entry.scores, *entry.options):
            yield f"{name}.{part.name}", part.label
        yield from ((f"{name}.{item.name}", item.hint) for item in entry.items if item.hint)
    for name in CATALOG.names("terms"):
        yield name, CATALOG.terms(name).title
        yield from ((f"{name}:{choice.code}", choice.label) for choice in CATALOG.terms(name).choices)
    for code, message in MESSAGES.items():
        yield from ((code, part) for part in (message.found, message.expected, message.cure))
    for words in (ACTS, STATUS_WORDS, PROGRESS_WORDS):
        yield from words.items()


@pytest.mark.parametrize(("where", "text"), [pytest.param(*each, id=str(each[0])) for each in texts()])
def test_a_text_has_chinese_words_of_its_own(where, text):
    shown = re.sub(r"\{\w+\}", "", text.zh)

    assert text.zh
    assert [word for word in LATIN.findall(shown) if word not in NAMES] == []
