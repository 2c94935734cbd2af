"""An upload file against the schema and against the words that the schema leaves open."""

from functools import cache
from importlib.resources import as_file, files

from lxml import etree

from trialwright.model.problem import Problem
from trialwright.register import problems
from trialwright.register.prs_words import PATTERNS, WORDS, YES_NO_ELEMENTS

_YES_NO = frozenset(["yes", "no"])
# elements whose words depend on where they stand
_BY_PARENT = {"status": "location/status", "role": "{parent}/role"}


def check_upload(content: bytes) -> list[Problem]:
    """
    Every place where the schema of 2018.05.08 or its words are not kept; an empty list is a clean file.

    Missing:  an element written empty is no word: it is owed, and the writer lists it.
    Problems: TW-REG-011 for the schema, TW-REG-012 for a word.
    """
    tree = etree.fromstring(content)
    schema = _schema()
    found: list[Problem] = []
    if not schema.validate(tree):
        found += [_refused(line) for line in str(schema.error_log).splitlines()]
    for node in tree.iter():
        word = (node.text or "").strip()
        if isinstance(node.tag, str) and word and not _allowed(node, word):
            found.append(problems.word_unknown(f"line {node.sourceline}: {node.tag}", word, _expected(node)))
    return found


def _refused(line: str) -> Problem:
    """One line of libxml2's log: "<string>:5:0:ERROR:SCHEMASV:CODE: message"."""
    parts = line.split(":", 6)
    return problems.against_schema(f"line {parts[1]}", parts[-1].strip())


@cache
def _schema() -> etree.XMLSchema:
    with as_file(files("trialwright.register").joinpath("schemas")) as folder:
        return etree.XMLSchema(etree.parse(str(folder / "ProtocolRecordSchema.xsd")))


def _key(node: etree._Element) -> str:
    parent = node.getparent()
    named = _BY_PARENT.get(str(node.tag), str(node.tag))
    return named.format(parent=parent.tag if parent is not None else "")


def _allowed(node: etree._Element, word: str) -> bool:
    key = _key(node)
    if key in YES_NO_ELEMENTS:
        return word.lower() in _YES_NO
    if key in PATTERNS:
        return PATTERNS[key].fullmatch(word) is not None
    return key not in WORDS or word in WORDS[key]


def _expected(node: etree._Element) -> str:
    key = _key(node)
    if key in YES_NO_ELEMENTS:
        return "Yes or No"
    if key in PATTERNS:
        return _EXAMPLES.get(key, "a whole number")
    return " | ".join(WORDS[key])


_EXAMPLES = {
    "minimum_age": "N/A, or a number and a unit: 18 Years",
    "maximum_age": "N/A, or a number and a unit: 65 Years",
} | dict.fromkeys(
    ("verification_date", "start_date", "primary_compl_date", "last_follow_up_date"), "YYYY-MM or YYYY-MM-DD"
)
