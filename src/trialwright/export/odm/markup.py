"""Clinical data as text: they are nearly all of a file, and elements made one by one took most of its time."""

import re
from collections.abc import Iterable

from lxml import etree

from trialwright.export.files import Written
from trialwright.export.odm import document as odm

DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"
_BARRED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CONTENT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE = _CONTENT | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


def content(text: str) -> str:
    """
    A text as it stands inside an element.

    Raises:  ValueError where XML has no way to hold one of its characters.
    """
    return _allowed(text).translate(_CONTENT)


def attribute(text: str) -> str:
    """A text as it stands in an attribute; line ends and tabs too, which a reader would else take for spaces."""
    return _allowed(text).translate(_ATTRIBUTE)


def _allowed(text: str) -> str:
    if _BARRED.search(text):
        raise ValueError("a text holds a control character that XML cannot hold")
    return text


def of_element(element: etree._Element) -> str:
    """An element that was made of elements: the definition, which is small."""
    return str(etree.tostring(element, encoding="unicode"))


class Markup:
    """Elements as text, each the same byte for byte as if it were made of elements and written out."""

    def __init__(self) -> None:
        self.attribute = Written(attribute)
        self.content = Written(content)
        self._last: odm.Audit | None = None
        self._who = ""
        self._by: Written[tuple[str, str]] = Written(self._whom)
        self.site: Written[str] = Written(lambda oid: self.element("SiteRef", LocationOID=oid))

    def opened(self, tag: str, **attributes: str) -> str:
        """A start tag without its last bracket; an attribute without a value is left out."""
        held = [f' {name}="{self.attribute[value]}"' for name, value in attributes.items() if value]
        return f"<{tag}{''.join(held)}"

    def element(self, tag: str, inside: str = "", **attributes: str) -> str:
        """An element around what is inside it, which is markup already."""
        return self.closed(self.opened(tag, **attributes), tag, inside)

    def closed(self, opened: str, tag: str, inside: str) -> str:
        """The same from its start tag."""
        return f"{opened}>{inside}</{tag}>" if inside else f"{opened}/>"

    def text(self, tag: str, text: str, **attributes: str) -> str:
        """An element that holds a text."""
        return self.closed(self.opened(tag, **attributes), tag, self.content[text])

    def starts(self, tag: str, *names: str) -> Written[tuple[str, ...]]:
        """Start tags of one kind by the values of their attributes."""
        return Written(lambda values: self.opened(tag, **dict(zip(names, values, strict=True))))

    def audit(self, audit: odm.Audit | None, source: str) -> str:
        """Who, where, when and why, where it is known."""
        if audit is None:
            return ""
        # The values of one save follow one another and share the record of who, when and why.
        if audit is not self._last:
            self._last, self._who = audit, self._audited(audit)
        told = f"<SourceID>{source if source.isdecimal() else content(source)}</SourceID>" if source else ""
        return f"<AuditRecord>{self._who}{told}</AuditRecord>"

    def _audited(self, audit: odm.Audit) -> str:
        at, reason = self.content[audit.at], self.content[audit.reason]
        told = f"<DateTimeStamp>{at}</DateTimeStamp>" if at else "<DateTimeStamp/>"
        why = f"<ReasonForChange>{reason}</ReasonForChange>" if reason else ""
        return f"{self._by[audit.user, audit.location]}{told}{why}"

    def _whom(self, told: tuple[str, str]) -> str:
        user, location = told
        return self.element("UserRef", UserOID=user) + self.element("LocationRef", LocationOID=location)

    def signature(self, signing: odm.Signing | None) -> str:
        """A signature that holds, where there is one."""
        if signing is None:
            return ""
        return self.element("Signature", "".join((
            self.element("UserRef", UserOID=signing.user), self.element("LocationRef", LocationOID=signing.location),
            self.element("SignatureRef", SignatureOID=signing.meaning), self.text("DateTimeStamp", signing.at),
        )))  # fmt: skip

    def words(self, tag: str, words: Iterable[tuple[str, str]], kind: str = "") -> str:
        """A text in its languages; `kind` is the media type that ODM 2.0 asks for."""
        told = [self.text("TranslatedText", text, **{"xml:lang": language, "Type": kind}) for language, text in words]
        return self.element(tag, "".join(told))
