"""Bookmarks of a PDF by visit and by form, added behind its end: two ways to the same page, which typst cannot make."""

import re
from collections.abc import Sequence

import msgspec

_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
_TRAILER = re.compile(rb"trailer\s*<<(.*)>>\s*startxref", re.DOTALL)
_OUTLINES = re.compile(rb"/Outlines \d+ 0 R")


class Bookmark(msgspec.Struct, frozen=True):
    """A line of the outline: its words, the page it leads to (from 1), and the lines below it."""

    title: str
    page: int
    below: "tuple[Bookmark, ...]" = ()


def with_bookmarks(pdf: bytes, marks: Sequence[Bookmark]) -> bytes:
    """
    The document with these bookmarks in place of its own, as an incremental update.

    Raises:  ValueError where the file is not laid out as typst lays it out (a plain cross-reference table).
    Source:  ISO 32000-1 (PDF 1.7), 7.5.6 and 12.3.3.
    """
    start, trailer = _START.search(pdf), _TRAILER.search(pdf)
    size = re.search(rb"/Size (\d+)", trailer[1]) if trailer else None
    root = re.search(rb"/Root (\d+) 0 R", trailer[1]) if trailer else None
    if start is None or trailer is None or size is None or root is None:
        raise ValueError("the document has no plain cross-reference table")
    catalog = _object(pdf, int(root[1]))
    pages = _pages(pdf, catalog)
    first = int(size[1])
    outline = _outline(marks, pages, first)
    pointed = f"/Outlines {first} 0 R".encode()
    changed = _OUTLINES.sub(pointed, catalog) if _OUTLINES.search(catalog) else catalog.rstrip()[:-2] + pointed + b">>"
    objects = {int(root[1]): changed, **outline}
    told = re.sub(rb"/Size \d+", f"/Size {first + len(outline)}".encode(), trailer[1])
    return _appended(pdf, objects, told, int(start[1]))


def _object(pdf: bytes, number: int) -> bytes:
    found = re.search(rb"(?:^|\n)%d 0 obj\s(.*?)\sendobj" % number, pdf, re.DOTALL)
    if found is None:
        raise ValueError(f"object {number} is not in the document")
    return found[1]


def _pages(pdf: bytes, catalog: bytes) -> list[int]:
    """The numbers of the page objects, in order."""
    root = re.search(rb"/Pages (\d+) 0 R", catalog)
    if root is None:
        raise ValueError("the document has no pages")
    found: list[int] = []

    def walk(number: int) -> None:
        held = _object(pdf, number)
        kids = re.search(rb"/Kids\s*\[(.*?)\]", held, re.DOTALL)
        if kids is None:
            found.append(number)
            return
        for each in re.findall(rb"(\d+) 0 R", kids[1]):
            walk(int(each))

    walk(int(root[1]))
    return found


def _outline(marks: Sequence[Bookmark], pages: Sequence[int], first: int) -> dict[int, bytes]:
    """The objects of the outline by number; `first` is its root."""
    objects: dict[int, bytes] = {}
    free = first + 1

    def put(level: Sequence[Bookmark], parent: int) -> tuple[list[int], int]:
        nonlocal free
        numbers = list(range(free, free + len(level)))
        free += len(level)
        total = len(level)
        for at, (number, mark) in enumerate(zip(numbers, level, strict=True)):
            below, count = put(mark.below, number) if mark.below else ([], 0)
            parts = [f"/Title {_text(mark.title)}/Parent {parent} 0 R/Dest[{pages[mark.page - 1]} 0 R/Fit]"]
            parts += [f"/Prev {numbers[at - 1]} 0 R"] if at else []
            parts += [f"/Next {numbers[at + 1]} 0 R"] if at + 1 < len(numbers) else []
            parts += [f"/First {below[0]} 0 R/Last {below[-1]} 0 R/Count {count}"] if below else []
            objects[number] = f"<<{''.join(parts)}>>".encode()
            total += count
        return numbers, total

    top, count = put(marks, first)
    objects[first] = f"<</Type/Outlines/First {top[0]} 0 R/Last {top[-1]} 0 R/Count {count}>>".encode()
    return objects


def _text(words: str) -> str:
    """A text string in UTF-16 with its mark, as hexadecimal digits."""
    return f"<FEFF{words.encode('utf-16-be').hex().upper()}>"


def _appended(pdf: bytes, objects: dict[int, bytes], trailer: bytes, before: int) -> bytes:
    out = bytearray(pdf if pdf.endswith(b"\n") else pdf + b"\n")
    table = bytearray(b"xref\n")
    for number in sorted(objects):
        table += b"%d 1\n%010d 00000 n\r\n" % (number, len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, objects[number])
    start = len(out)
    out += table + b"trailer\n<<%b/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (trailer, before, start)
    return bytes(out)
