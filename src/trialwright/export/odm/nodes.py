"""An element of an ODM file asked by local names, whatever its version, and what REDCap adds to it."""

from collections.abc import Iterator

from lxml import etree

from trialwright.export.odm import document as odm

SPACES = ("http://www.cdisc.org/ns/odm/v1.3", "http://www.cdisc.org/ns/odm/v1.2", "http://www.cdisc.org/ns/odm/v2.0")
XML = "http://www.w3.org/XML/1998/namespace"
REDCAP = "https://projectredcap.org"
UNDERSTOOD = {f"{{{REDCAP}}}{name}" for name in ("DayOffset", "OffsetMin", "OffsetMax", "BranchingLogic", "Identifier")}
"""What of REDCap's extension is read."""


class Node:
    """An element asked by local names, whatever its version's namespace."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element

    def all(self, *names: str) -> "Iterator[Node]":
        for child in self.element:
            if (
                isinstance(child.tag, str)
                and etree.QName(child).localname in names
                and etree.QName(child).namespace in SPACES
            ):
                yield Node(child)

    def one(self, name: str) -> "Node | None":
        return next(self.all(name), None)

    def get(self, name: str) -> str:
        return self.element.get(name) or ""

    def text(self, name: str) -> str:
        child = self.one(name)
        return (child.element.text or "").strip() if child is not None else ""

    def words(self, name: str) -> odm.Words:
        holder = self.one(name)
        if holder is None:
            return {}
        return {
            each.element.get(f"{{{XML}}}lang") or "": (each.element.text or "").strip()
            for each in holder.all("TranslatedText")
        }


def redcap(node: Node, name: str) -> str:
    """An attribute of REDCap's own, "" where there is none."""
    return node.get(f"{{{REDCAP}}}{name}")


def offset(node: Node, name: str) -> int | None:
    """The same as a number of days."""
    told = redcap(node, name)
    return int(told) if told.removeprefix("-").isdecimal() else None
