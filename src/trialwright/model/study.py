"""One study definition, read and checked: what `define` returns and every stage reads."""

from typing import Literal, Protocol, TypeVar

import msgspec

from trialwright.model.declared import ProductPlan, RecordsPlan, SafetyPlan, SignatureMeaning
from trialwright.model.entry import Choice, Item
from trialwright.model.epochs import UNDECLARED, Epoch
from trialwright.model.expression import Truth
from trialwright.model.origin import Assumption as Assumption
from trialwright.model.origin import OriginKind as OriginKind
from trialwright.model.origin import Provenance as Provenance
from trialwright.model.quantity import PartialDate
from trialwright.model.registration import Registration
from trialwright.model.text import Text


class DoseTier(msgspec.Struct, frozen=True, kw_only=True):
    """A dose for a body weight from `low` (included) to `high` (included if `high_included`); kg as decimals."""

    low: str | None
    high: str | None
    high_included: bool
    dose: str
    unit: str


class Intervention(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: Text
    kind: str  # DRUG, BIOLOGICAL ... as in the registry's list
    route: str = ""
    description: str = ""  # as registered; a dose by tiers is worded from the tiers
    other_names: tuple[str, ...] = ()
    tiers: tuple[DoseTier, ...] = ()
    dosing_visits: tuple[str, ...] = ()
    origin: Provenance


class Arm(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: Text
    kind: str  # EXPERIMENTAL ...
    description: str
    interventions: tuple[str, ...]
    ratio: int = 0  # how many of a block of the allocation come into this arm; 0: the definition does not say
    origin: Provenance


class Site(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: Text
    country: str
    time_zone: str  # for showing times; stored times are UTC


class ConsentVersion(msgspec.Struct, frozen=True, kw_only=True):
    name: str  # "1.0"
    title: Text
    effective: PartialDate | None = None  # visits from this day on are held against it; None: from the beginning
    reconsent: bool = False  # who consented to an earlier version consents again before such a visit is entered
    origin: Provenance


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """An act that must stand in the ledger before any participant is enrolled (ethics approval, site opening)."""

    event: Literal["ethics_approval", "site_opened"]
    title: Text
    known: bool = False  # False: the record does not give it, so it is owed


class EligibilityCriterion(msgspec.Struct, frozen=True, kw_only=True):
    """
    One inclusion or exclusion criterion: the registered words and, where they can be decided from data, an expression.

    `met_when` is true where the participant satisfies it *for entry* (an exclusion's expression is already negated).
    None: decided by the investigator on the eligibility form, item `eligibility.<name>`.
    """

    name: str  # inc1, exc2 ...
    kind: Literal["inclusion", "exclusion"]
    text: Text
    met_when: Truth | None
    evidence: tuple[str, ...]  # qualified items, "demographics.birth_year"
    origin: Provenance


class EditCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A condition that should hold; where it is false the save goes through and a query is raised with `message`."""

    name: str
    holds: Truth
    message: Text
    items: tuple[str, ...]  # of the same form and row, or of another: "W0/item", "THIS/item", "BEFORE/item"


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """An item as it stands on a form: qualified name, the catalog's item, and when it is shown."""

    name: str  # "physician_global.vas": the item name in the ledger
    instrument: str
    item: Item
    shown_when: Truth | None = None
    required: bool = True


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a form file: an instrument with its options, expanded to fields."""

    instrument: str
    title: Text
    options: dict[str, str]
    fields: tuple[Field, ...]
    origin: Provenance


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """`core_set` forms hold core set measures: who enters them sees no verdict until the visit is marked complete."""

    name: str
    title: Text
    sections: tuple[Section, ...]
    repeating: bool = False
    core_set: bool = False
    before_consent: bool = False
    show_earlier: bool = False  # else what a core set form held at earlier visits is hidden while a later one is scored
    verify: bool = False  # each value is to be compared with its source document
    review: bool = False  # the data manager looks at the form before it is locked
    checks: tuple[EditCheck, ...] = ()
    origin: Provenance


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """
    A planned visit. `study_day` counts from the first dose (day 1, no day 0); `early` days before, `late` after.

    kind "log": not a visit but the place of the running logs; it has neither day nor window.
    """

    name: str
    title: Text
    kind: Literal["screening", "baseline", "planned", "unscheduled", "log"]
    study_day: int | None = None
    early: int = 0
    late: int = 0
    forms: tuple[str, ...] = ()
    dosing: bool = False
    origin: Provenance


class OutcomeMeasure(msgspec.Struct, frozen=True, kw_only=True):
    """As registered, word for word; `estimand` names what computes it."""

    level: Literal["primary", "secondary", "other"]
    measure: str
    description: str
    time_frame: str
    estimand: str


class AnalysisSet(msgspec.Struct, frozen=True, kw_only=True):
    """`includes` is a condition over participant facts (ARCHITECTURE lists them): enrolled, dosed, withdrawn ..."""

    name: str
    title: Text
    says: str
    includes: Truth
    origin: Provenance


class IntercurrentEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something after the start of treatment that bears on the endpoint, and how it is seen in the data."""

    name: str
    title: Text
    says: str
    found: Truth  # over participant facts up to the visit: rescue, withdrawn_reason, died ...
    origin: Provenance


Strategy = Literal["composite", "treatment_policy", "hypothetical", "while_on_treatment", "while_alive"]


class MethodUse(msgspec.Struct, frozen=True, kw_only=True):
    """A catalog method with its parameters (texts; the method's entry types them)."""

    method: str
    parameters: dict[str, str] = {}


class Benchmark(msgspec.Struct, frozen=True, kw_only=True):
    """A rate from elsewhere to hold a single-arm result against; exact counts, never a percentage."""

    label: Text
    responders: int
    participants: int
    source: str
    origin: Provenance
    published: str = ""  # when the source said so: a year, month or day


Window = Literal["as_entered", "in_window", "nearest"]
"""
Which record counts for the endpoint's visit.

as_entered: the record of that visit, also outside its window (it is flagged). in_window: that record, only inside its
window. nearest: of all visits after the first dose that fall into the window, the one nearest to the planned day; of
two equally near the earlier.
"""

Baseline = Literal["visit", "last_before_dose"]
"""
Which value is the baseline of a measure: that of the baseline visit, or the last one on or before the day of the first
dose among all visits that ask it (the baseline visit's own counts as before, for it precedes the dose).
"""


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """
    What is computed for one participant at one visit.

    kind "response": criterion `entry` under `reading` and `parameters`, its roles filled by `measures`
                     (role -> "instrument" or "instrument.measure"; a role left out is missing).
    kind "value":    measure or score `entry` ("glucocorticoid_log.daily_dose"), its change from baseline.
    kind "event":    rows of the log instrument `entry` that begin on or after the first dose.
    """

    kind: Literal["response", "value", "event"]
    entry: str
    reading: str = ""
    parameters: dict[str, str] = {}
    measures: dict[str, str] = {}
    options: dict[str, dict[str, str]] = {}  # instrument -> its options where this endpoint reads it another way
    visit: str = ""
    window: Window = "as_entered"


class Subgroup(msgspec.Struct, frozen=True, kw_only=True):
    """
    A split of participants by what was known before treatment: by the codes of a choice, or by cut points of a number.

    `by` is an item or measure ("demographics.sex"); with `cuts` ("50") the groups are below and from each cut on.
    """

    name: str
    title: Text
    by: str
    cuts: tuple[str, ...] = ()
    origin: Provenance


class Estimand(msgspec.Struct, frozen=True, kw_only=True):
    """
    One endpoint in the five attributes of ICH E9(R1), with its missing-data rule and where it is shown.

    `level` sensitivity: the same question under another assumption; supplementary: a neighbouring question, asked of
    the same data. `of` names the estimand that either of them varies.
    """

    name: str
    title: Text
    level: Literal["primary", "secondary", "other", "sensitivity", "supplementary"]
    of: str = ""
    says: str = ""  # the question in one sentence, to be read aloud
    treatment: str
    population: str  # name of an AnalysisSet
    variable: Variable
    intercurrent: dict[str, Strategy]
    missing_rule: Literal["nonresponder", "undetermined", "bounds", "observed", "last_observed", "imputed"]
    summary: tuple[MethodUse, ...]
    benchmarks: tuple[Benchmark, ...] = ()
    alpha: str = ""
    origin: Provenance
    assumed: tuple[Assumption, ...] = ()

    @property
    def is_variation(self) -> bool:
        """Whether it varies another estimand instead of standing for an endpoint of its own."""
        return self.level in ("sensitivity", "supplementary")


class DisplayUse(msgspec.Struct, frozen=True, kw_only=True):
    """A table, listing or figure of the report: its number, the catalog display, and what it shows."""

    number: str  # "14.2.1.1"
    display: str
    title: Text
    estimands: tuple[str, ...] = ()
    parameters: dict[str, str] = {}


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """
    A role of the delegation log and the acts it may do: `capture.gates.ACTS` lists and words them.

    `trained_first`: it is given to nobody whose day of training is not on record, or has not come.
    """

    name: str
    title: Text
    may: tuple[str, ...]
    trained_first: bool = False


class Study(msgspec.Struct, frozen=True, kw_only=True):
    """The whole definition, one build. `hash` is over its content; `build` 0 is a draft that was never frozen."""

    name: str
    build: int
    hash: str
    status: Literal["registered", "proposal", "draft"]
    title: Text
    registration: Registration
    enrolment_planned: int
    arms: tuple[Arm, ...]
    interventions: tuple[Intervention, ...]
    sites: tuple[Site, ...]
    gates: tuple[Gate, ...]
    consents: tuple[ConsentVersion, ...]
    eligibility: tuple[EligibilityCriterion, ...]
    visits: tuple[Visit, ...]
    forms: tuple[Form, ...]
    outcomes: tuple[OutcomeMeasure, ...]
    analysis_sets: tuple[AnalysisSet, ...]
    intercurrent_events: tuple[IntercurrentEvent, ...]
    estimands: tuple[Estimand, ...]
    displays: tuple[DisplayUse, ...]
    roles: tuple[Role, ...]
    signatures: tuple[SignatureMeaning, ...] = ()
    safety: SafetyPlan | None = None
    product: ProductPlan | None = None
    records: RecordsPlan | None = None
    code_lists: dict[str, tuple[Choice, ...]] = {}
    subgroups: tuple[Subgroup, ...] = ()
    epochs: tuple[Epoch, ...] = UNDECLARED
    baseline: Baseline = "visit"
    assumptions: tuple[Assumption, ...] = ()

    def form(self, name: str) -> Form:
        return _named(self.forms, name, "form")

    def visit(self, name: str) -> Visit:
        """A visit of the schedule, or one occasion of an unscheduled one ("UNS-2"), with its number in the title."""
        planned, _, number = name.rpartition("-")
        if not planned or not number.isdecimal() or any(visit.name == name for visit in self.visits):
            return _named(self.visits, name, "visit")
        visit = _named(self.visits, planned, "visit")
        if visit.kind != "unscheduled":
            raise KeyError(f"no visit is called {name!r}")
        title = Text(f"{visit.title.en} {number}", f"{visit.title.of('zh')} {number}")
        return msgspec.structs.replace(visit, name=name, title=title)

    def estimand(self, name: str) -> Estimand:
        return _named(self.estimands, name, "estimand")

    def analysis_set(self, name: str) -> AnalysisSet:
        return _named(self.analysis_sets, name, "analysis set")


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_N = TypeVar("_N", bound=_Named)


def _named(these: tuple[_N, ...], name: str, what: str) -> _N:
    for this in these:
        if this.name == name:
            return this
    raise KeyError(f"no {what} is called {name!r}")
