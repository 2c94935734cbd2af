"""Vague is refused: what an estimand leaves undecided, and what each decision would change."""

from typing import Any

import msgspec

from trialwright.catalog import Catalog
from trialwright.catalog.parameters import check_text, wrong_option
from trialwright.define import problems as say
from trialwright.define.documents import Document, Step
from trialwright.define.notes import Notes
from trialwright.define.schema import VariableBlock
from trialwright.model.entry import Criterion, Method

_KINDS = ("response", "value", "event")
_MISSING_RULES = ("nonresponder", "undetermined", "bounds", "observed", "last_observed", "imputed")
VARIATIONS = ("sensitivity", "supplementary")
"""Levels of estimands that vary another one."""

_STRATEGIES = ("composite", "treatment_policy", "hypothetical", "while_on_treatment", "while_alive")


class Around(msgspec.Struct, frozen=True):
    """What estimands refer to: names given elsewhere in the definition, and the catalog."""

    sets: tuple[str, ...]
    events: tuple[str, ...]
    visits: tuple[str, ...]
    catalog: Catalog


class Attributes(msgspec.Struct, frozen=True):
    """
    The attributes of one estimand as written, those of the estimand it varies laid under them.

    `own` names the attributes that this block writes itself: what it only inherits is judged where it is written.
    """

    name: str
    own: frozenset[str]
    level: str
    variable: VariableBlock | None
    treatment: str | None
    population: str | None
    intercurrent: dict[str, Any] | None
    missing: Any
    summary: list[Any] | None
    benchmarks: list[Any] | None
    alpha: str | None


def check_decisions(
    whole: Attributes,
    document: Document,
    index: int,
    around: Around,
    notes: Notes,
) -> bool:
    """Whether every decision is taken and refers to something that is there; all that is not goes to `notes`."""
    check = _Check(whole, document, index, around.catalog, notes)
    before = len(notes.problems)
    check.attributes(around.sets, around.events)
    check.variable(around.visits)
    check.summary()
    check.imputation()
    return len(notes.problems) == before


class _Check:
    def __init__(self, whole: Attributes, document: Document, index: int, catalog: Catalog, notes: Notes) -> None:
        self.whole, self.document, self.index, self.catalog, self.notes = whole, document, index, catalog, notes

    def at(self, *path: Step) -> str:
        return f"{self.document.where('estimands', self.index, *path)} estimand {self.whole.name}"

    def undecided(self, path: tuple[Step, ...], what: str, changes: str, choices: Any = ()) -> None:
        self.notes.problems.append(say.undecided(self.at(*path), what, changes, choices))

    def unknown(self, path: tuple[Step, ...], found: str, what: str, allowed: Any) -> None:
        self.notes.problems.append(say.unknown_reference(self.at(*path), found, what, allowed))

    # -- the attributes beside the variable

    def attributes(self, sets: tuple[str, ...], events: tuple[str, ...]) -> None:
        whole = self.whole
        if not whole.treatment and not self.inherits("treatment"):
            self.undecided((), "treatment (the treatment condition)", "what exactly the result is a result of")
        if not whole.population and not self.inherits("population"):
            self.undecided((), "population (an analysis set)", "who stands in the denominator", sets)
        elif whole.population and not self.inherits("population") and whole.population not in sets:
            self.unknown(("population",), whole.population, "an analysis set", sets)
        if whole.missing is None and not self.inherits("missing"):
            changes = "how participants whose value is missing are counted"
            self.undecided((), "missing (the missing-data rule)", changes, _MISSING_RULES)
        if self.inherits("intercurrent"):
            return
        given = whole.intercurrent or {}
        for name in given:
            if name not in events:
                self.unknown(("intercurrent", name), name, "an intercurrent event", events)
            elif given[name] == "principal_stratum":
                self.notes.problems.append(say.principal_stratum(self.at("intercurrent", name), name, _STRATEGIES))
        for name in events:
            if name not in given:
                changes = f"how participants with {name} are counted"
                self.undecided(("intercurrent",), f"the strategy for {name}", changes, _STRATEGIES)

    def summary(self) -> None:
        if self.inherits("summary"):
            return
        if self.whole.summary is None or (not self.whole.summary and self._is_response()):
            self.undecided((), "summary (the statistical methods)", "which number and which interval are reported")
        shelf = self.catalog.names("method")
        for position, use in enumerate(self.whole.summary or ()):
            if use.method not in shelf:
                where = self.at("summary", position)
                self.notes.problems.append(say.unknown_entry(where, use.method, "a method", shelf))
                continue
            self._known_parameters(("summary", position, "parameters"), self.catalog.method(use.method), use.parameters)
        variable = self.whole.variable
        if variable is not None and variable.response and not self.whole.benchmarks:
            changes = "what the single-arm result is held against; without one nothing can be concluded"
            self.undecided((), "benchmarks (a response rate from elsewhere, with its source)", changes)
        tests = [use.method for use in self.whole.summary or () if use.method.endswith("_test")]
        if tests and not self.whole.alpha:
            self.undecided((), "alpha (the level of the test)", f"how many responders {tests[0]} asks for")

    def imputation(self) -> None:
        """Values are imputed by a method of `summary` that declares its seed; verdicts are enumerated, not imputed."""
        if self.whole.missing != "imputed":
            return
        seeded = [use for use in self.whole.summary or () if "seed" in use.parameters]
        if self._is_response():
            allowed = [rule for rule in _MISSING_RULES if rule != "imputed"]
            self.unknown(("missing",), "imputed", "a missing-data rule of a response", allowed)
        elif not seeded:
            what = "summary: a method that imputes (multiple_imputation) with its seed and number of imputations"
            self.undecided(("summary",), what, "which values stand for the missing ones")

    def inherits(self, attribute: str) -> bool:
        return self.whole.level in VARIATIONS and attribute not in self.whole.own

    def _is_response(self) -> bool:
        return self.whole.variable is not None and bool(self.whole.variable.response)

    # -- the variable

    def variable(self, visits: tuple[str, ...]) -> None:
        block = self.whole.variable
        if self.inherits("variable"):
            return
        if block is None:
            self.undecided((), "variable (what is computed for one participant)", "everything", _KINDS)
            return
        given = [kind for kind in _KINDS if getattr(block, kind)]
        if len(given) != 1:
            found = " and ".join(given) or "none of them"
            self.undecided(("variable",), f"response, value or event: {found} given", "what is computed", _KINDS)
            return
        if given[0] != "event" and not block.visit:
            self.undecided(("variable",), "visit", "at which visit, within its window, the endpoint is read", visits)
        if block.visit and block.visit not in visits:
            self.unknown(("variable", "visit"), block.visit, "a visit", visits)
        {"response": self._response, "value": self._value, "event": self._event}[given[0]](block)

    def _response(self, block: VariableBlock) -> None:
        shelf = self.catalog.names("criterion")
        if block.response not in shelf:
            where = self.at("variable", "response")
            self.notes.problems.append(say.unknown_entry(where, str(block.response), "a response criterion", shelf))
            return
        criterion = self.catalog.criterion(block.response)
        parameters = dict(block.parameters or {})
        if block.reading:
            if block.reading not in criterion.readings:
                self.unknown(
                    ("variable", "reading"), block.reading, f"a reading of {criterion.name}", criterion.readings
                )
            parameters = {**criterion.readings.get(block.reading, {}), **parameters}
        self._known_parameters(("variable", "parameters"), criterion, block.parameters or {})
        for parameter in criterion.parameters:
            # A default of the catalog is not a decision of this study: whoever signs must have read it here.
            if parameter.name not in parameters and not parameter.settled:
                what = f"{parameter.name} of {criterion.name}: {parameter.says}"
                readings = f" (or name a reading: {say.listed(criterion.readings)})" if not block.reading else ""
                self.undecided(
                    ("variable",), what + readings, "which participants count as responders", parameter.choices
                )
        self._measures(block, criterion)
        self._options(block)

    def _options(self, block: VariableBlock) -> None:
        """The options by which this endpoint reads an instrument another way than its form does."""
        roles = {measure.partition(".")[0] for measure in (block.measures or {}).values()}
        for name, chosen in (block.options or {}).items():
            if name not in roles:
                self.unknown(("variable", "options", name), name, "an instrument of `measures`", sorted(roles))
                continue
            known = {option.name: option for option in self.catalog.instrument(name).options}
            for option, choice in chosen.items():
                path = ("variable", "options", name, option)
                if option not in known:
                    self.unknown(path, option, f"an option of {name}", known)
                elif wrong_option(known[option], choice):
                    self.unknown(path, choice, f"a choice of {option}", known[option].choices)

    def _measures(self, block: VariableBlock, criterion: Any) -> None:
        measures = block.measures or {}
        if not measures:
            roles = [role for role in criterion.roles if role not in criterion.yes_no]
            what = f"measures: what fills the roles {say.listed(roles)} of {criterion.name}"
            self.undecided(("variable",), what, "which measurements decide the response")
        for role, measure in measures.items():
            path = ("variable", "measures", role)
            if role not in criterion.roles:
                self.unknown(path, role, f"a role of {criterion.name}", criterion.roles)
            name, _, part = measure.partition(".")
            if name not in self.catalog.names("instrument"):
                shelf = self.catalog.names("instrument")
                self.notes.problems.append(say.unknown_entry(self.at(*path), name, "an instrument", shelf))
                continue
            known = self.catalog.instrument(name).measures
            if (part and part not in known) or (not part and len(known) != 1):
                self.unknown(path, measure, f"a measure of {name}", [f"{name}.{each}" for each in known])

    def _value(self, block: VariableBlock) -> None:
        name, _, part = str(block.value).partition(".")
        if name not in self.catalog.names("instrument"):
            shelf = self.catalog.names("instrument")
            where = self.at("variable", "value")
            self.notes.problems.append(say.unknown_entry(where, name, "an instrument", shelf))
            return
        instrument = self.catalog.instrument(name)
        known = [*(score.name for score in instrument.scores), *(item.name for item in instrument.items)]
        if part not in [*known, *instrument.measures]:
            self.unknown(("variable", "value"), str(block.value), f"a score or item of {name}", known)

    def _event(self, block: VariableBlock) -> None:
        shelf = [name for name in self.catalog.names("instrument") if self.catalog.instrument(name).repeating]
        if block.event not in shelf:
            where = self.at("variable", "event")
            self.notes.problems.append(say.unknown_entry(where, str(block.event), "a log", shelf))

    def _known_parameters(self, path: tuple[Step, ...], entry: Criterion | Method, given: dict[str, str]) -> None:
        known = {parameter.name: parameter for parameter in entry.parameters}
        for name, value in given.items():
            where = self.at(*path, name)
            if name not in known:
                self.unknown((*path, name), name, f"a parameter of {entry.name}", known)
            else:
                self.notes.problems += check_text(known[name], value, where)
