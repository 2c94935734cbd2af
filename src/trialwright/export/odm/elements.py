"""How an ODM element is made: attributes without a value are left out."""

from lxml import etree

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
