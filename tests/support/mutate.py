"""
Registry files made wrong in every way a download, a copy, a careless program or an attacker makes them wrong.

The same number always makes the same bytes, so that a failure can be looked at again.
"""

import copy
import gzip
import json
import random
from collections.abc import Callable

ODD_TEXTS = (
    "", " ", "\x00", "\ufffd" * 50, "\u202e\u2066", "0" * 400, "9" * 60, "-1", "1e999", "NaN", "2021-02-30",
    "0000-00-00", "9999-99", "<script>", "&amp;&lt;&#x0;", "\\" * 200, "\\>" * 300, "(" * 500, "a" * 100_000,
    "* \n" * 2_000,
    "İıſK" * 60, "𝔸" * 40, "12 weeks after " * 400, "1 2 3 4 5 6 7 8 9 " * 500, "and so on " * 1_000, "% " * 4_000,
    "no study " * 900, "phase I/II/III/IV " * 300, "{}[]\":,", "2021-01-01/2021-12-31", "Questionnaire " * 500,
)  # fmt: skip
ODD_VALUES = (None, True, False, -1, 0, 10**30, 1.5, [], {}, [[]], [None], {"a": None}, [{}] * 300, ["x"] * 2_000)
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><clinical_study><brief_title>&j;</brief_title></clinical_study>"
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y SYSTEM "http://198.51.100.7/y">]>'
    b"<clinical_study><brief_title>&x;&y;</brief_title></clinical_study>"
)
Sources = dict[str, list[bytes]]


def mutated(number: int, sources: Sources) -> bytes:
    """The bytes of case `number`: a record, an XML file or a page, with one to eight things made wrong."""
    dice = random.Random(number)
    kind = dice.choice(("json", "json", "json", "xml", "text", "packed", "whole"))
    return _KINDS[kind](dice, sources)


def _json(dice: random.Random, sources: Sources) -> bytes:
    document = json.loads(dice.choice(sources["json"]))
    for _ in range(dice.randint(1, 8)):
        _spoil(dice, document)
    return json.dumps(document, ensure_ascii=dice.random() < 0.5, allow_nan=True).encode("utf-8", "surrogatepass")


def _spoil(dice: random.Random, document: object) -> None:
    """Something somewhere in the tree becomes something else, goes, comes twice or hides deep below."""
    place, key = _somewhere(dice, document)
    if place is None:
        return
    act = dice.randrange(6)
    if act == 0:
        del place[key]
    elif act == 1:
        place[key] = copy.deepcopy(dice.choice(ODD_VALUES))
    elif act == 2:
        place[key] = dice.choice(ODD_TEXTS)
    elif act == 3 and isinstance(place[key], str):
        text = place[key]
        at = dice.randrange(len(text) + 1)
        place[key] = text[:at] + dice.choice(ODD_TEXTS) + text[at:]
    elif act == 4 and isinstance(place[key], list):
        place[key] = place[key] * dice.choice((2, 3, 40))
    else:
        deep = place[key]
        for _ in range(dice.choice((1, 20, 90))):
            deep = {"studies": [deep]} if dice.random() < 0.5 else [deep]
        place[key] = deep


def _somewhere(dice: random.Random, document: object) -> "tuple[dict | list | None, str | int]":
    place, found = None, ""
    here = document
    while isinstance(here, dict | list) and here:
        place = here
        found = dice.choice(list(here)) if isinstance(here, dict) else dice.randrange(len(here))
        here = here[found]
        if dice.random() < 0.25:
            break
    return place, found


def _xml(dice: random.Random, sources: Sources) -> bytes:
    if dice.random() < 0.15:
        return dice.choice((BOMB, OUTSIDE))
    data = dice.choice(sources["xml"])
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data) + 1)
        tag = dice.choice(
            (b"<a>", b"</a>", b"&x;", b"<![CDATA[", b"<!--", b"]]>", b"\x00", b"<" + b"a" * 5_000 + b"/>")
        )
        act = dice.randrange(4)
        if act == 0:
            data = data[:at] + tag + data[at:]
        elif act == 1:
            data = data.replace(b"</", b"<", dice.randint(1, 3))
        elif act == 2:
            start = data.find(b"<", at)
            data = data[: start + 1] + b"x" + data[start + 1 :] if start >= 0 else data
        else:
            data = data[:at] + b"<b>" * dice.choice((1, 300, 5_000)) + data[at:]
    return data


def _text(dice: random.Random, sources: Sources) -> bytes:
    lines = dice.choice(sources["text"]).decode().split("\n")
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(lines))
        act = dice.randrange(4)
        if act == 0:
            del lines[at : at + dice.randint(1, 9)]
            lines = lines or [""]
        elif act == 1:
            lines.insert(at, dice.choice(ODD_TEXTS))
        elif act == 2:
            lines[at] = lines[at] + dice.choice((" |", " | |", "\t", dice.choice(ODD_TEXTS)))
        else:
            dice.shuffle(lines)
    encoding = dice.choice(("utf-8", "utf-8", "utf-16", "latin-1"))
    return "\n".join(lines).encode(encoding, "replace")


def _packed(dice: random.Random, sources: Sources) -> bytes:
    data = gzip.compress(_json(dice, sources), compresslevel=1, mtime=0)
    act = dice.randrange(4)
    if act == 0:
        return data[: dice.randrange(len(data))]
    if act == 1:
        return gzip.compress(b"[" + b" " * dice.choice((10, 3_000_000)) + b"]", compresslevel=9, mtime=0)
    if act == 2:
        return gzip.compress(gzip.compress(data, compresslevel=1, mtime=0), compresslevel=1, mtime=0)
    return _flipped(dice, data)


def _whole(dice: random.Random, sources: Sources) -> bytes:
    data = dice.choice(sources[dice.choice(list(sources))])
    act = dice.randrange(5)
    if act == 0:
        return data[: dice.randrange(len(data))]
    if act == 4:  # nested deeper than any reader follows
        return dice.choice((b'{"a":', b"[", b'{"protocolSection":')) * dice.choice((900, 60_000))
    if act == 1:
        return data * dice.choice((2, 3))
    if act == 2:
        return dice.randbytes(dice.choice((0, 1, 3, 700)))
    return _flipped(dice, data)


def _flipped(dice: random.Random, data: bytes) -> bytes:
    wrong = bytearray(data)
    for _ in range(dice.randint(1, 30)):
        wrong[dice.randrange(len(wrong))] = dice.randrange(256)
    return bytes(wrong)


_KINDS: dict[str, Callable[[random.Random, Sources], bytes]] = {
    "json": _json,
    "xml": _xml,
    "text": _text,
    "packed": _packed,
    "whole": _whole,
}
