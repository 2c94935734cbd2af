"""Namespaces of Define-XML, and how an element is made."""

from collections.abc import Mapping
from typing import cast

from lxml import etree

ODM = "http://www.cdisc.org/ns/odm/v1.3"
DEF = "http://www.cdisc.org/ns/def/v2.1"
ARM = "http://www.cdisc.org/ns/arm/v1.0"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
# lxml takes None for the default namespace; its published types do not know that.
NAMESPACES = cast(Mapping[str, str], {None: ODM, "def": DEF, "xlink": XLINK})
WITH_RESULTS = {**NAMESPACES, "arm": ARM}


def add(parent: etree._Element, tag: str, *, space: str = ODM, **attributes: str) -> etree._Element:
    """A new child of `parent` with these attributes, in the order given."""
    child = etree.SubElement(parent, f"{{{space}}}{tag}")
    for name, value in attributes.items():
        child.set(name, value)
    return child


def made(tag: str, **attributes: str) -> etree._Element:
    """An element that stands nowhere yet."""
    element = etree.Element(f"{{{ODM}}}{tag}", nsmap=NAMESPACES)
    for name, value in attributes.items():
        element.set(name, value)
    return element


def described(parent: etree._Element, text: str) -> None:
    """A Description in English."""
    translated = add(add(parent, "Description"), "TranslatedText")
    translated.set(f"{{{XML}}}lang", "en")
    translated.text = text
