"""How an ODM element is made: attributes without a value are left out."""

from collections.abc import Iterable

from lxml import etree

from trialwright.export.odm import document as odm
from trialwright.export.odm.document import Words

XML = "http://www.w3.org/XML/1998/namespace"


def made_of(tag: str, **attributes: str) -> etree._Element:
    """An element that stands nowhere yet. It has no namespace: the file that it is written into has a default one."""
    element = etree.Element(tag)
    for name, value in attributes.items():
        if value:
            element.set(name, value)
    return element


def add(parent: etree._Element, tag: str, text: str = "", **attributes: str) -> etree._Element:
    """A new child of `parent`."""
    child = made_of(tag, **attributes)
    if text:
        child.text = text
    parent.append(child)
    return child


def add_words(parent: etree._Element, tag: str, words: Words, kind: str = "") -> None:
    """A text in its languages, nothing where there is none; `kind` is the media type that ODM 2.0 asks for."""
    if not words:
        return
    holder = add(parent, tag)
    for language, text in words.items():
        translated = add(holder, "TranslatedText", text)
        if language:
            translated.set(f"{{{XML}}}lang", language)
        if kind:
            translated.set("Type", kind)


def yes(truth: bool) -> str:
    return "Yes" if truth else "No"


def add_checks(parent: etree._Element, checks: Iterable[odm.RangeCheck], kind: str = "") -> None:
    """The limits of an item, each with its message."""
    for check in checks:
        ranged = add(parent, "RangeCheck", Comparator=check.comparator, SoftHard="Soft" if check.soft else "Hard")
        for value in check.values:
            add(ranged, "CheckValue", value)
        add_words(ranged, "ErrorMessage", check.message, kind)


def list_element(listed: odm.CodeList, kind: str = "") -> etree._Element:
    """A code list; a code without words stands for itself."""
    made = made_of("CodeList", OID=listed.oid, Name=listed.name, DataType=listed.data_type)
    for item in listed.items:
        add_words(add(made, "CodeListItem", CodedValue=item.code), "Decode", item.words or {"": item.code}, kind)
    return made


def add_meanings(admin: etree._Element, meanings: Iterable[odm.Meaning]) -> None:
    """What signatures mean."""
    for meaning in meanings:
        made = add(admin, "SignatureDef", OID=meaning.oid, Methodology="Electronic")
        add(made, "Meaning", meaning.meaning)
        add(made, "LegalReason", meaning.legal)
