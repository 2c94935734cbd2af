"""The condition language: a small typed grammar over items and participant facts, with three-valued truths."""

import re
from fractions import Fraction
from typing import NoReturn

import msgspec

from trialwright.define import problems as say
from trialwright.define.scope import YES, YES_NO_WORDS, Known, Names
from trialwright.model import expression as e
from trialwright.model.problem import Problem

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)(?![\w.])"
    r"|(?P<name>(?:[A-Z][A-Z0-9_]*/)?[A-Za-z_][\w-]*(?:\.[A-Za-z_]\w*)?)"
    r"|(?P<sign><=|>=|!=|==|[<>=+*(),-]))",
    re.ASCII,  # a full-width digit is no digit: what looks alike must not read differently
)
_COMPARISONS: dict[str, e.Comparison] = {
    "<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "==", "==": "==", "!=": "!=",
}  # fmt: skip
_WORDS = {"and", "or", "not", "is", "in", "answered", "days_between", "count", "between"}


class _Token(msgspec.Struct, frozen=True):
    kind: str  # number, name, sign, end
    text: str
    at: int


class _Date(msgspec.Struct, frozen=True):
    """A date named in a condition: it can be compared with another date, not counted with."""

    name: str


class _Refused(Exception):  # noqa: N818  a control flow of the parser, never seen outside
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def parse_condition(text: str, names: Names, where: str = "condition") -> e.Truth | Problem:
    """
    The truth that a condition states, as an expression tree; or the first Problem, with its place in the text.

    Missing:  an unanswered item makes a comparison unknown; `answered(x)` is never unknown.
    Problems: TW-DEF-020 grammar, 021 unknown name, 022 kinds that do not fit, 023 unknown code.
    """
    try:
        return _Parser(text, names, where).whole()
    except _Refused as refused:
        return refused.problem


class _Parser:
    """Recursive descent; each method reads one level of the grammar in docs/reference/study-definition.md."""

    def __init__(self, text: str, names: Names, where: str) -> None:
        self.text, self.names, self.where = text, names, where
        self.tokens = self._tokens()
        self.next = 0

    # -- reading tokens

    def _tokens(self) -> list[_Token]:
        found: list[_Token] = []
        at = 0
        while at < len(self.text.rstrip()):
            match = _TOKEN.match(self.text, at)
            if match is None:
                start = at + len(self.text[at:]) - len(self.text[at:].lstrip())
                self._syntax(start, f'"{self.text[start]}" cannot stand here', "Letters, digits, signs and brackets")
            kind = match.lastgroup or ""
            found.append(_Token(kind, match.group(kind), match.start(kind)))
            at = match.end()
        return [*found, _Token("end", "", len(self.text))]

    @property
    def _here(self) -> _Token:
        return self.tokens[self.next]

    def _take(self) -> _Token:
        token = self._here
        self.next += 1
        return token

    def _took(self, *texts: str) -> bool:
        if self._here.kind != "number" and self._here.text in texts:
            self.next += 1
            return True
        return False

    def _need(self, sign: str, after: str) -> None:
        if not self._took(sign):
            self._syntax(self._here.at, self._found(), f'"{sign}" must follow {after}')

    def _found(self) -> str:
        return "the condition ends" if self._here.kind == "end" else f'"{self._here.text}"'

    # -- saying no

    def _syntax(self, at: int, found: str, expected: str, cure: str = "") -> NoReturn:
        raise _Refused(say.condition_syntax(self.where, self.text, at, found=found, expected=expected, cure=cure))

    def _types(self, at: int, found: str, expected: str) -> NoReturn:
        raise _Refused(say.condition_types(self.where, self.text, at, found, expected))

    def _known(self, token: _Token) -> Known:
        if token.kind != "name" or token.text in _WORDS:
            self._syntax(token.at, f'"{token.text}"' if token.text else "the condition ends", "A name must stand here")
        known = self.names.get(token.text)
        if known is None:
            raise _Refused(say.condition_name(self.where, self.text, token.at, token.text, self.names))
        return known

    # -- truths

    def whole(self) -> e.Truth:
        truth = self._or()
        if self._here.kind != "end":
            self._syntax(self._here.at, f'"{self._here.text}" follows a finished condition', "and, or, or the end")
        return truth

    def _or(self) -> e.Truth:
        truths = [self._and()]
        while self._took("or"):
            truths.append(self._and())
        return truths[0] if len(truths) == 1 else e.AnyOf(tuple(truths))

    def _and(self) -> e.Truth:
        truths = [self._not()]
        while self._took("and"):
            truths.append(self._not())
        return truths[0] if len(truths) == 1 else e.All(tuple(truths))

    def _not(self) -> e.Truth:
        return e.Not(self._not()) if self._took("not") else self._single()

    def _single(self) -> e.Truth:
        if self._here.text == "(":
            return self._bracket()
        if self._took("answered"):
            return self._answered()
        token = self._here
        if token.kind == "name" and token.text not in _WORDS:
            known = self._known(token)
            if known.kind in ("code", "truth"):
                self._take()
                return self._code(token, known)
            if known.kind == "text":
                self._types(token.at, f"{token.text} is free text", "Only answered(...) can ask about free text")
        return self._comparison()

    def _bracket(self) -> e.Truth:
        """A bracket opens a condition or a number; which of the two is only known at its end."""
        start = self.next
        try:
            self._take()
            truth = self._or()
            self._need(")", "the condition in brackets")
            return truth
        except _Refused as as_truth:
            reached, self.next = self.next, start
            try:
                return self._comparison()
            except _Refused as as_number:
                raise (as_truth if reached >= self.next else as_number) from None

    def _answered(self) -> e.Truth:
        self._need("(", "answered")
        token = self._take()
        self._known(token)
        self._need(")", "the name")
        return e.Answered(token.text)

    def _code(self, token: _Token, known: Known) -> e.Truth:
        if self._took("is"):
            negated = self._took("not")
            truth: e.Truth = e.CodeIs(token.text, (self._one_code(token, known),))
            return e.Not(truth) if negated else truth
        if self._here.text == "in" or (self._here.text == "not" and self.tokens[self.next + 1].text == "in"):
            negated = self._took("not")
            self._take()
            truth = e.CodeIs(token.text, self._codes(token, known))
            return e.Not(truth) if negated else truth
        if known.kind == "code":
            found = f"{self._found()} after the choice {token.text}"
            self._syntax(self._here.at, found, 'Write "is", "is not", "in" or "not in"')
        return e.CodeIs(token.text, (YES,))

    def _codes(self, token: _Token, known: Known) -> tuple[str, ...]:
        self._need("(", "in")
        codes = [self._one_code(token, known)]
        while self._took(","):
            codes.append(self._one_code(token, known))
        self._need(")", "the codes")
        return tuple(codes)

    def _one_code(self, token: _Token, known: Known) -> str:
        code = self._take()
        if code.kind not in ("name", "number"):
            self._syntax(code.at, f'"{code.text}"' if code.text else "the condition ends", "A code must stand here")
        allowed = tuple(YES_NO_WORDS) if known.kind == "truth" else known.codes
        if allowed and code.text not in allowed:
            raise _Refused(
                say.condition_code(self.where, self.text, code.at, code.text, name=token.text, allowed=allowed)
            )
        return YES_NO_WORDS[code.text] if known.kind == "truth" else code.text

    def _comparison(self) -> e.Truth:
        at = self._here.at
        left = self._sum()
        if self._took("between"):
            return self._between(left, at)
        sign = self._here
        if sign.text not in _COMPARISONS:
            self._syntax(sign.at, self._found(), "A comparison (<, <=, >, >=, =, !=) must follow a number or a date")
        self._take()
        right = self._sum()
        if self._here.text in _COMPARISONS:
            self._syntax(self._here.at, "a second comparison in a row", "One comparison", "Join two with and.")
        return self._compare(left, _COMPARISONS[sign.text], right, sign.at)

    def _between(self, value: "e.Number | _Date", at: int) -> e.Truth:
        low = self._sum()
        self._need("and", "the lower limit of between")
        high = self._sum()
        return e.All((self._compare(value, ">=", low, at), self._compare(value, "<=", high, at)))

    def _compare(self, left: "e.Number | _Date", op: e.Comparison, right: "e.Number | _Date", at: int) -> e.Truth:
        if isinstance(left, _Date) and isinstance(right, _Date):
            return e.Compare(e.DaysBetween(right.name, left.name), op, e.Constant(0))
        if isinstance(left, _Date) or isinstance(right, _Date):
            self._types(at, "a date is compared with a number", "A date with a date, or days_between(start, end)")
        return e.Compare(left, op, right)

    # -- numbers

    def _sum(self) -> "e.Number | _Date":
        left = self._product()
        while self._here.text in ("+", "-"):
            sign = self._take()
            right = self._product()
            a, b = self._number(left, sign.at), self._number(right, sign.at)
            left = e.Add(a, b) if sign.text == "+" else e.Subtract(a, b)
        return left

    def _product(self) -> "e.Number | _Date":
        left = self._factor()
        while self._here.text == "*":
            sign = self._take()
            left = e.Multiply(self._number(left, sign.at), self._number(self._factor(), sign.at))
        return left

    def _number(self, value: "e.Number | _Date", at: int) -> e.Number:
        if isinstance(value, _Date):
            self._types(at, f"{value.name} is a date", "Numbers can be added and multiplied; use days_between")
        return value

    def _factor(self) -> "e.Number | _Date":
        token = self._take()
        if token.kind == "number":
            exact = Fraction(token.text)
            return e.Constant(exact.numerator, exact.denominator)
        if token.text == "-":
            return e.Subtract(e.Constant(0), self._number(self._factor(), token.at))
        if token.text == "(":
            inner = self._sum()
            self._need(")", "the number in brackets")
            return inner
        if token.text == "days_between":
            return self._days_between()
        if token.text == "count":
            return self._count()
        known = self._known(token)
        if known.kind == "date":
            return _Date(token.text)
        if known.kind != "number":
            self._types(token.at, f"{token.text} is not a number", "A number must stand here")
        return e.Column(token.text)

    def _days_between(self) -> e.Number:
        self._need("(", "days_between")
        start = self._date()
        self._need(",", "the first date")
        end = self._date()
        self._need(")", "the second date")
        return e.DaysBetween(start, end)

    def _date(self) -> str:
        token = self._take()
        if self._known(token).kind != "date":
            self._types(token.at, f"{token.text} is not a date", "days_between takes two dates")
        return token.text

    def _count(self) -> e.Number:
        self._need("(", "count")
        truths = [self._or()]
        while self._took(","):
            truths.append(self._or())
        self._need(")", "the conditions")
        return e.CountTrue(tuple(truths))
