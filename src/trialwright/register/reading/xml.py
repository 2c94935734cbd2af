"""XML as strangers send it: no entities, no network, no document type, and nothing read twice or passed over."""

from collections.abc import Iterator

from lxml import etree

from trialwright.model.problem import Problem
from trialwright.register import problems


def parse_xml(data: bytes, name: str) -> "Asked | list[Problem]":
    """The root element, namespaces taken off the names, or why the bytes cannot be read."""
    declares = [problems.broken_xml(name, "it declares a document type or entities, which no record does")]
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:
        return declares
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return [problems.broken_xml(name, str(error))]
    if root.getroottree().docinfo.internalDTD is not None:  # another encoding may have hidden it from the first look
        return declares
    return Asked(root)


class Asked:
    """
    An element whose children are asked for by name; what nobody asked for can be listed afterwards.

    `tag` and names of children are without namespace, text without the white space around it.
    """

    @classmethod
    def nothing(cls) -> "Asked":
        """An element without text or children, to be asked where a file has none."""
        return cls(etree.Element("nothing"))

    def __init__(self, element: etree._Element) -> None:
        self.namespace, _, self.tag = str(element.tag).rpartition("}")
        self.attributes = {str(key): str(value) for key, value in element.attrib.items()}
        self.own_text = (element.text or "").strip()
        self._children = [Asked(child) for child in element if isinstance(child.tag, str)]
        self._asked: set[str] = set()

    def each(self, path: str) -> list["Asked"]:
        """Every element at a path such as "sponsors/collaborator"."""
        first, _, rest = path.partition("/")
        self._asked.add(first)
        found = [child for child in self._children if child.tag == first]
        return [deeper for child in found for deeper in child.each(rest)] if rest else found

    def one(self, path: str) -> "Asked | None":
        """The first element at a path."""
        return next(iter(self.each(path)), None)

    def text(self, path: str) -> str:
        """The text of the first element at a path, "" where there is none."""
        found = self.one(path)
        return found.own_text if found else ""

    def texts(self, path: str) -> list[str]:
        return [found.own_text for found in self.each(path)]

    def names(self) -> list[str]:
        """The tags of the children, each once."""
        return list(dict.fromkeys(child.tag for child in self._children))

    def plain(self) -> object:
        """The element as text, or as {tag: text} where it has children; every part of it counts as asked for."""
        if not self._children:
            return self.own_text
        self._asked.update(self.names())
        return {child.tag: child.plain() for child in self._children}

    def empty(self) -> bool:
        """Neither text nor a child that is filled."""
        return not self.own_text and all(child.empty() for child in self._children)

    def unread(self, path: str = "") -> Iterator[tuple[str, "Asked"]]:
        """Every filled element that nobody asked for, the outermost of each, with its path."""
        for child in self._children:
            where = f"{path}{child.tag}"
            if child.tag not in self._asked:
                if not child.empty():
                    yield where, child
            else:
                yield from child.unread(f"{where}/")
