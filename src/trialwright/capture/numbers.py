"""Numbers as people type them: full-width digits, decimal commas, thousands, units behind the number."""

import re
import unicodedata

import msgspec

_PLAIN = re.compile(r"(-?)(\d*)(?:\.(\d*))?", re.ASCII)
_LIMIT = re.compile(r"^(<=|>=|<|>|≤|≥|~|≈)\s*[\d.,]+", re.ASCII)
_COMMA_GROUPS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_POINT_GROUPS = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?", re.ASCII)
_SPACE_GROUPS = re.compile(r"-?\d{1,3}( \d{3})+([.,]\d+)?", re.ASCII)
_ONE_COMMA = re.compile(r"-?\d*,\d+", re.ASCII)
_WITH_UNIT = re.compile(r"(-?[\d.,' ]*\d)\s*([^\d.,\s-].*)", re.ASCII)

# What an input method or a word processor puts in place of the plain sign.
_SIGNS = str.maketrans({"−": "-", "–": "-", "。": ".", "．": ".", "，": ",", "、": ",", "٫": ".", "’": "'"})

# No-break and typographic spaces; what ends a line in Word or on the web; and what shows where a word may break, how a
# text was encoded or that it runs as it does anyway. The wide space of Chinese texts stays.
_PASTED: dict[int, str] = {
    **dict.fromkeys((0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F), " "),
    **dict.fromkeys((0x0B, 0x85, 0x2028, 0x2029), "\n"),
    **dict.fromkeys((0xAD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF), ""),
}
_LOOSE_JOINERS = re.compile("(?<!\\S)[\u200c\u200d]+|[\u200c\u200d]+(?!\\S)")


class NotANumber(msgspec.Struct, frozen=True):
    """Why a text is no single number: "limit" (<0.5), "ambiguous" (1,250), "text"; `guess` is what may be meant."""

    why: str
    guess: str = ""


def visible(raw: str) -> str:
    """
    `raw` without the signs that pasting leaves behind and nobody sees; every space a space, the ends trimmed.

    Joiners stay within a word: they hold some emoji and scripts together.
    """
    if raw.isascii():
        return raw.replace("\v", "\n").strip()
    text = raw.translate(_PASTED)
    return _LOOSE_JOINERS.sub("", text).strip()


def simplified(raw: str) -> str:
    """`raw` with full-width and other digits, signs and spaces made plain, the ends trimmed."""
    if raw.isascii():  # nearly everything: the signs and digits to look for are none of ASCII
        return " ".join(raw.split())
    plain = unicodedata.normalize("NFKC", visible(raw)).translate(_SIGNS)
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)
    return re.sub(r"\s+", " ", digits).strip()


def split_unit(text: str) -> tuple[str, str]:
    """A number and the unit that was typed behind it ("70 kg"); the unit is "" where there is none."""
    found = _WITH_UNIT.fullmatch(text)
    return (found[1].strip(), found[2].strip()) if found else (text, "")


def parse_number(text: str, decimals: int | None) -> str | NotANumber:
    """
    A plain decimal ("1250", "-0.5") from a simplified text, or why there is none.

    A comma is read as thousands only where it cannot be a decimal comma, and the other way round; "1,250" is decided
    by the item's `decimals` (below 3 it can only be 1250) and refused where they leave it open.
    """
    if _LIMIT.match(text):
        return NotANumber("limit", text.lstrip("<>=≤≥~≈ "))
    return _plain(text) or _grouped(text, decimals) or NotANumber("text")


def _grouped(text: str, decimals: int | None) -> str | NotANumber | None:
    if _SPACE_GROUPS.fullmatch(text):
        return _plain(text.replace(" ", "").replace(",", "."))
    if _ONE_COMMA.fullmatch(text):
        as_decimal, as_thousands = _plain(text.replace(",", ".")), _plain(text.replace(",", ""))
        whole, _, after = text.lstrip("-").partition(",")
        if len(after) != 3 or len(whole) > 3 or whole in ("", "0"):
            return as_decimal
        return (
            as_thousands
            if decimals is not None and decimals < 3
            else NotANumber("ambiguous", f"{as_thousands} or {as_decimal}")
        )
    if _COMMA_GROUPS.fullmatch(text):
        return _plain(text.replace(",", ""))
    if _POINT_GROUPS.fullmatch(text) and (text.count(".") > 1 or "," in text):
        return _plain(text.replace(".", "").replace(",", "."))
    return None


def _plain(text: str) -> str | None:
    """Canonical spelling of a plain decimal: no plus, no leading zeros, no bare point, no minus zero."""
    found = _PLAIN.fullmatch(text.removeprefix("+"))
    if found is None or not (found[2] or found[3]):
        return None
    sign, whole, part = found[1], found[2].lstrip("0") or "0", found[3] or ""
    nothing = whole == "0" and not part.strip("0")
    return f"{'' if nothing else sign}{whole}{'.' + part if part else ''}"
