"""What a catalog entry says: instruments, response criteria, methods, displays, terms."""

from fractions import Fraction
from math import isfinite
from typing import Literal

import msgspec

from trialwright.model.quantity import Missing, Value
from trialwright.model.text import Text

Seen = Literal["original", "secondary", "recalled", "declared"]
"""Seen in the source, in a secondary source, from memory; or no source's: a rule of our own, said to be one."""

ItemKind = Literal["number", "integer", "choice", "yes_no", "date", "partial_date", "text"]
EntryKind = Literal["instrument", "criterion", "method", "display", "terms"]

Answers = dict[str, Value]
"""One participant's answers to an instrument at one visit (or one row of a log): item -> value, blanks left out."""

Scored = Fraction | Missing
"""A derived number, exact, or the reason why there is none."""


class Source(msgspec.Struct, frozen=True):
    """Where a rule or number comes from, and who has really seen it there."""

    text: str
    seen: Seen


class NumberRow(msgspec.Struct, frozen=True, kw_only=True):
    """One number taken from elsewhere: for what, how many, and where it stands."""

    of: Text
    number: Fraction
    source: Source


class NumberTable(msgspec.Struct, frozen=True, kw_only=True):
    """
    Numbers that compute.py reckons with, printed on the entry's page with their sources.

    A version is never changed: what is found later makes the next one. Where sources disagree, `says` tells how.
    """

    name: str
    version: str = "1"
    title: Text
    unit: str = ""
    says: str = ""
    serves: tuple[str, ...] = ()  # scores that are reckoned with it; () = all
    rows: tuple[NumberRow, ...]


class Choice(msgspec.Struct, frozen=True):
    code: str
    label: Text
    mapping: dict[str, str] = {}  # standard -> its term for this choice, read by export/ and register/ only


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """
    One thing asked. `name` is short inside its instrument ("vas"); in a form and in the ledger it is
    `instrument.item` ("physician_global.vas").
    """

    name: str
    label: Text
    kind: ItemKind
    unit: str = ""
    other_units: dict[str, str] = {}  # unit -> exact factor to `unit`, as a decimal or fraction text
    low: str | None = None
    high: str | None = None
    decimals: int | None = None
    choices: tuple[Choice, ...] = ()
    required: bool = True
    hint: Text | None = None
    slot: bool = False  # licensed wording: the site supplies the text, we supply number and place
    asked_when: tuple[str, ...] = ()  # "option=choice": on the form only where one of them is chosen; () = always
    mapping: dict[str, str] = {}  # standard -> code, read by export/ and register/ only


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """A number that compute.py derives from the items. It is never typed."""

    name: str
    label: Text
    unit: str = ""
    mapping: dict[str, str] = {}


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """How a response criterion sees the instrument: item or score, which way is better, length of the scale."""

    of: str
    better: Literal["higher", "lower"]
    range: str | None = None


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """A choice that the study definition makes once for an instrument (side, scale, variant)."""

    name: str
    label: Text
    choices: tuple[str, ...]
    default: str = ""  # empty: the definition must decide
    kind: Literal["choice", "amounts"] = "choice"  # amounts: name=number with commas, for `choices`, or none


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that a criterion or a method leaves to the definition."""

    name: str
    says: str
    kind: Literal[
        "number", "numbers", "integer", "truth", "choice", "names", "amounts", "text", "records", "named_numbers"
    ]
    default: str = ""  # empty: must be given
    choices: tuple[str, ...] = ()
    least: str = ""  # the smallest number that makes sense, where the kind is a number
    most: str = ""  # the largest: a number, or the parameter that lists what is counted
    settled: bool = False  # came later: its default is what the rule was without it, and need not be decided
    source: Source | None = None
    label: Text | None = None  # its name on a page in both languages; `says` is the sentence that explains it
    words: dict[str, Text] = {}  # choice -> what it is called there


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What all entries share. `says` can be read aloud by a clinician."""

    name: str
    kind: EntryKind
    title: Text
    says: str
    source: tuple[Source, ...]
    sentences: dict[str, Text] = {}  # wording of explanations, with {fields}; both languages
    abbreviations: dict[str, Text] = {}  # short forms in the titles of endpoints and displays that use it, spelled out


class Instrument(Entry, frozen=True, kw_only=True):
    items: tuple[Item, ...]
    scores: tuple[Score, ...] = ()
    measures: dict[str, Measure] = {}  # usually one; key = measure name
    options: tuple[Option, ...] = ()
    repeating: bool = False  # a log: one row an event, stable row ids
    licence: str = ""
    mapping: dict[str, str] = {}  # standard -> what every mapped item of it shares, read by export/ only


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """
    How a calculator asks a criterion: what is fixed, what is answered side by side, and in which words.

    `name` and `title` only where a criterion has more than one; `labels` and `scales` where a setting changes what
    stands in a role.
    """

    name: str = ""
    title: Text | None = None
    parameters: dict[str, str] = {}  # fixed on this sheet
    beside: tuple[str, ...] = ()  # parameters of which every choice gets an answer of its own
    labels: dict[str, Text] = {}
    units: dict[str, Text] = {}
    scales: dict[str, tuple[str, ...]] = {}
    met: Text | None = None  # what a verdict of yes and of no is called; a response where nothing is said
    unmet: Text | None = None
    hint: Text | None = None  # below the fields
    words: dict[str, Text] = {}  # what a reading, a choice or a clause is called on the page
    clauses: tuple[str, ...] = ()  # truths of the rule that are shown one by one, named in `words` or the sentences


class Criterion(Entry, frozen=True, kw_only=True):
    roles: dict[str, Text]  # measure role (phga, ptga, mmt ...) -> what stands there
    parameters: tuple[Parameter, ...]
    readings: dict[str, dict[str, str]] = {}
    reading_sources: dict[str, Source] = {}  # of readings whose numbers come from elsewhere than their parameters'
    yes_no: tuple[str, ...] = ()  # roles that are asked as a question: 1 yes, 0 no; the others are measured
    one_of: tuple[tuple[str, ...], ...] = ()  # questions of which at most one can be answered yes
    only_with: dict[str, str] = {}  # question -> question without which, answered no, it is not asked
    once: tuple[str, ...] = ()  # roles that are measured once and not compared with a baseline
    table: dict[str, str] = {}  # column of a scored table -> output of the rule, a word of compute.py, or "why"
    lowest: str | None = None  # no value of a measure may lie below this
    calculators: tuple[Sheet, ...] = ()  # none: one sheet with every reading, or every choice of an open parameter


class Method(Entry, frozen=True, kw_only=True):
    parameters: tuple[Parameter, ...]
    returns: tuple[str, ...]


class Display(Entry, frozen=True, kw_only=True):
    shape: Literal["table", "listing", "figure"]
    parameters: tuple[Parameter, ...] = ()
    methods: tuple[str, ...] = ()  # those that its family of results always uses, whatever the estimand declares


class Terms(Entry, frozen=True, kw_only=True):
    choices: tuple[Choice, ...]


class Pair(msgspec.Struct, frozen=True):
    """
    Baseline and present value of one measure on one scale; `chosen` names what was followed (an enzyme).

    `range`: length of the scale where it is not the measure's own (80 or 150 for strength, a multiple of the ULN).
    """

    baseline: Scored
    now: Scored
    chosen: str = ""
    range: Scored | None = None


class Reason(msgspec.Struct, frozen=True):
    """One clause of an explanation: the key of a sentence in the entry, and what fills its fields."""

    key: str
    fields: dict[str, str] = {}


class Undecided(msgspec.Struct, frozen=True):
    """No answer, and why: a clause without a full stop."""

    reason: str


Told = Fraction | bool | str | Undecided | None
"""One answer of an entry to a line: exact, a truth, a word, or undecided; None where the question does not arise."""


Statistic = Fraction | float | int
"""A statistic that is a number: exact where it can be."""

Cells = dict[str, Statistic | str | None]
"""One row of a method's JSON answer."""

Shape = Statistic | str | bool | None | tuple[Statistic | str | None, ...] | Cells | tuple[Cells, ...]
"""What one key of a method's JSON answer holds: a value, a pair or list of them, a row or a list of rows."""


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """
    One line of a method's answer: an estimate with its interval and its test.

    `name` says what is estimated ("wilson", "lsmean", "survival"); `labels` where ({"visit": "W12", "cause": "1"}).
    `level` is the confidence level asked for, `attained` the one reached where counts are whole.
    """

    name: str
    labels: dict[str, str] = {}
    estimate: Statistic | str | None = None
    se: Statistic | None = None
    df: Statistic | None = None
    lower: Statistic | None = None
    upper: Statistic | None = None
    level: Statistic | None = None
    attained: Statistic | None = None
    p_value: Statistic | None = None
    method: str = ""
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in ("estimate", "se", "df", "lower", "upper", "attained", "p_value"):
            _check_finite(f"{self.name} {field}", getattr(self, field))


class MethodResult(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a method returns: named exact-or-float statistics, how in one sentence, and its warnings.

    `rows` hold every estimate the method makes, one a line; `shapes` the keys of its JSON answer, which never change.
    Missing: a statistic that does not exist is left out or None, with a warning; no number here is NaN or infinite.
    """

    values: dict[str, Fraction | float | int | str]
    method: str
    warnings: tuple[str, ...] = ()
    rows: tuple[Estimate, ...] = ()
    shapes: dict[str, Shape] = {}

    def __post_init__(self) -> None:
        for name, value in (*self.values.items(), *self.shapes.items()):
            _check_finite(name, value)


def _check_finite(name: str, value: object) -> None:
    parts = value if isinstance(value, tuple) else (value,)
    for part in parts:
        for number in part.values() if isinstance(part, dict) else (part,):
            if isinstance(number, float) and not isfinite(number):
                raise ValueError(f"{name} is no finite number")
