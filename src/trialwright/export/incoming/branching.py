"""REDCap's branching logic as a condition of ours, as far as both can say it."""

import re
from collections.abc import Callable, Mapping

import msgspec

_TOKEN = re.compile(
    r"\s*(?:(?P<field>\[[a-z0-9_]+(?:\([^)\]]*\))?\])|(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>[+-]?\d+(?:\.\d+)?)"
    r"|(?P<sign><>|!=|<=|>=|=|<|>)|(?P<word>and\b|or\b|\(|\)))",
    re.IGNORECASE,
)
_SIGNS = {"<>": "!=", "!=": "!=", "=": "=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


class Asked(msgspec.Struct, frozen=True):
    """A question that a condition may name: its name in the ledger, its kind, its codes."""

    name: str
    kind: str
    codes: tuple[str, ...] = ()


def condition_of(logic: str, asked: Mapping[str, Asked]) -> str:
    """
    The condition in our words; "" where the logic says something that no condition of one form can say.

    Shape:   fields of the same form compared with a code, a number or nothing, joined by and, or and brackets; a
             checkbox `[drug(2)]` is the item of that choice. Functions, events and smart variables are not read.
    """
    tokens: list[tuple[str, str]] = []
    at = 0
    text = logic.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            return ""
        tokens.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return _joined(tokens, lambda left, sign, right: _comparison(left, sign, right, asked))


_Compare = Callable[[tuple[str, str], str, tuple[str, str]], str]


def _joined(tokens: list[tuple[str, str]], compare: _Compare) -> str:
    made: list[str] = []
    at = 0
    while at < len(tokens):
        kind, text = tokens[at]
        if kind == "word":
            made.append(text.lower())
            at += 1
        elif at + 2 < len(tokens) and tokens[at + 1][0] == "sign":
            told = compare(tokens[at], tokens[at + 1][1], tokens[at + 2])
            if not told:
                return ""
            made.append(told)
            at += 3
        else:
            return ""
    return " ".join(made).replace("( ", "(").replace(" )", ")")


def _comparison(left: tuple[str, str], sign: str, right: tuple[str, str], asked: Mapping[str, Asked]) -> str:
    if left[0] != "field":
        left, right, sign = right, left, _MIRRORED.get(sign, sign)
    if left[0] != "field" or right[0] == "field":
        return ""
    name, _, code = left[1].strip("[]").rstrip(")").partition("(")
    field = asked.get(f"{name}___{code}" if code else name)
    if field is None:
        return ""
    value = right[1].strip("'\"")
    op = _SIGNS[sign]
    if not value:
        return {"=": f"not answered({field.name})", "!=": f"answered({field.name})"}.get(op, "")
    if field.kind == "choice":
        if value not in field.codes or not re.fullmatch(r"\w+", value, re.ASCII):
            return ""
        return {"=": f"{field.name} is {value}", "!=": f"{field.name} is not {value}"}.get(op, "")
    if field.kind in ("integer", "number") and re.fullmatch(r"[+-]?\d+(\.\d+)?", value):
        return f"{field.name} {op} {value}"
    return ""
