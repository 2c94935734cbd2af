"""What derive hands to analyze, and analyze to report, register and export."""

from fractions import Fraction
from typing import Literal

import msgspec

from trialwright.model.ledger import LedgerEvent
from trialwright.model.quantity import Missing
from trialwright.model.study import Benchmark
from trialwright.model.text import Text

DEPARTURE = "departure"
"""The parameter of records that tell a departure from the protocol which the data show and nobody has judged."""


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """
    What is known of one participant as a whole.

    `facts` answers the names that analysis sets and intercurrent events use: a truth (None = unknown), a code or a day.
    `inputs` are the seqs (datapoints and events) behind the facts.
    """

    participant_id: str
    status: str
    first_dose: str  # ISO date, "" when never dosed
    facts: dict[str, bool | str | int | None]
    sets: tuple[str, ...]  # names of the analysis sets the participant belongs to
    inputs: tuple[int, ...] = ()


class AnalysisRecord(msgspec.Struct, frozen=True, kw_only=True):
    """
    One derived value of one participant at one visit, exact, with its way back.

    `id` is unique and stable: "P003:W12:physician_global.vas", "P003:W12:imacs_week_12".
    `value`, `baseline`, `change` in standard units; `change` = value - baseline. Responses carry `verdict`, `reasons`.
    `inputs` are seqs of datapoints and events; `uses` are ids of other records (a verdict uses its measures).
    """

    id: str
    participant_id: str
    visit: str
    parameter: str  # "physician_global.vas", an estimand name, "ADVERSE_EVENT:3" ...
    kind: Literal["measure", "score", "response", "value", "event", "fact"]
    value: Fraction | Missing | str
    unit: str = ""
    baseline: Fraction | Missing | None = None
    change: Fraction | Missing | None = None
    improvement_pct: Fraction | Missing | None = None  # relative to baseline, positive = better, exact
    verdict: Literal["", "Y", "N", "U"] = ""
    reasons: tuple[tuple[str, dict[str, str]], ...] = ()  # (sentence key, fields), worded by the catalog entry
    counts: dict[str, Fraction] = {}  # n_improved, n_worsened, tis_lower ...
    date: str = ""
    study_day: int | None = None
    in_window: bool | None = None
    chosen: str = ""
    intercurrent: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()  # "tiny baseline", "within normal range", "zero baseline" ...
    details: dict[str, str] = {}  # columns of an event: term, grade, serious, start ...
    inputs: tuple[int, ...] = ()
    uses: tuple[str, ...] = ()


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """Everything derived from one snapshot under one definition."""

    study: str
    build: int
    snapshot_hash: str
    participants: tuple[Participant, ...]
    records: tuple[AnalysisRecord, ...]


class ResultRow(msgspec.Struct, frozen=True, kw_only=True):
    """
    One statistic: a cell of a table, and (the same row) an outcome of the registry's results section.

    `cell` is TABLE:ROW:STATISTIC ("14.2.1.1:responders:n"), unique in a report. `value` is exact where it can be
    (counts, rates as fractions), a float where a method is not rational, or a text. `records` walk back to the data.
    """

    cell: str
    display: str  # number of the display, "14.2.1.1"
    estimand: str = ""
    row: str
    statistic: str
    label: str
    value: Fraction | float | int | str | None
    unit: str = ""
    decimals: int | None = None  # how many to print; None = as it is
    analysis_set: str = ""
    denominator: int | None = None
    method: str = ""
    warnings: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.cell != f"{self.display}:{self.row}:{self.statistic}":
            raise ValueError(f"a cell is TABLE:ROW:STATISTIC, found {self.cell!r}")
        if self.value is None and not self.warnings:
            raise ValueError(f"{self.cell}: a statistic without a value says why in its warnings")


class Cell(msgspec.Struct, frozen=True):
    """
    A printed cell; `ref` is the ResultRow it shows ("" for words), `records` what a click opens without a row.

    A cell that prints several statistics ("48.2 (11.3)") has `parts`, each with its own `ref`; joined they are `text`.
    `indent` steps in under the row above; a `strong` cell heads the rows below it.
    """

    text: str
    ref: str = ""
    records: tuple[str, ...] = ()
    align: Literal["left", "right", "center"] = "left"
    parts: tuple["Cell", ...] = ()
    indent: int = 0
    strong: bool = False
    language: str = ""  # "en" where the text is English as somebody typed it, on a page in another language


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table or listing ready for any writer: words and cells, no layout."""

    number: str
    title: str
    population: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    footnotes: tuple[str, ...] = ()
    listing: bool = False  # one row a participant or event: a writer may set it as cards on a narrow page
    mark: str = ""  # "virtual participants": printed with the table wherever it goes
    language: str = "en"
    quotes: tuple[str, ...] = ()  # those footnotes that are English words of the study's author


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A figure: deterministic SVG, the words that say the same, and the rows it draws."""

    number: str
    title: str
    svg: str
    alt: str
    footnotes: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    population: str = ""
    mark: str = ""
    language: str = "en"
    quotes: tuple[str, ...] = ()


class DisplayContext(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a display may know besides its result rows: words, order, and the records that listings and figures show.

    `labels` words a name of the study (visit, measure, analysis set, estimand, code); else the name itself prints.
    `why` words the reasons of a response, by record id. `mark` is printed on everything ("virtual participants").
    `forms` names the instruments of each form of the study, in their order.
    """

    number: str
    title: str
    population: str = ""
    mark: str = ""
    labels: dict[str, str] = {}
    visits: tuple[str, ...] = ()
    estimands: tuple[str, ...] = ()
    participants: tuple[Participant, ...] = ()
    records: tuple[AnalysisRecord, ...] = ()
    events: tuple[LedgerEvent, ...] = ()
    why: dict[str, str] = {}
    benchmarks: tuple[Benchmark, ...] = ()
    alpha: str = ""
    parameters: dict[str, str] = {}
    forms: dict[str, tuple[str, ...]] = {}
    language: str = "en"  # of labels, marks and what is drawn; the words of a display itself are put over afterwards
    names: dict[str, str] = {}  # English name of the study or catalog -> its words, where the language is another
    told: dict[str, str] = {}  # assumption -> "Table 14.2.1.1": an earlier display that tells it in full
    told_methods: dict[str, str] = {}  # the same for the sentence of a method
    several_arms: bool = False
    sentences: tuple[Text, ...] = ()  # the display entry's own words in both languages, for what is drawn
