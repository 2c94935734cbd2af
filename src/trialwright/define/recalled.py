"""Numbers from memory are kept away from primary endpoints: nobody has read them in their source."""

from collections.abc import Iterable

from trialwright.catalog import Catalog
from trialwright.define import problems as say
from trialwright.define.documents import Document
from trialwright.define.notes import Notes
from trialwright.model.entry import NumberTable
from trialwright.model.study import Estimand, Study

FILLED = ("_b", "_f", "_range", "_scale", "_higher_better")
"""Ends of the columns that an estimand fills: a baseline, one visit, and what belongs to them."""


def check_endpoints(study: Study, catalog: Catalog, document: Document, notes: Notes) -> None:
    """Primary endpoints whose numbers are from memory, and response criteria that ask what no visit answers."""
    for index, estimand in enumerate(study.estimands):
        where = f"{document.where('estimands', index, 'variable')} estimand {estimand.name}"
        if estimand.variable.kind == "response":
            beyond = _beyond(catalog, estimand)
            if beyond:
                notes.problems.append(say.beyond_two_visits(where, estimand.variable.entry, beyond))
        if estimand.level == "primary":
            for what, of in _recalled(study, catalog, estimand):
                notes.problems.append(say.from_memory(where, what, of))


def _recalled(study: Study, catalog: Catalog, estimand: Estimand) -> Iterable[tuple[str, str]]:
    """(the number in words, the entry that knows it from memory) for everything that the endpoint rests on."""
    variable = estimand.variable
    if variable.kind == "response":
        criterion = catalog.criterion(variable.entry)
        read = criterion.readings.get(variable.reading, {})
        source = criterion.reading_sources.get(variable.reading)
        for parameter in criterion.parameters:
            # What the definition writes itself is its own decision, whatever the catalog remembers.
            if parameter.name in variable.parameters:
                continue
            known = source if source is not None and parameter.name in read else parameter.source
            if known is not None and known.seen == "recalled" and parameter.kind in ("number", "integer"):
                default = read.get(parameter.name, parameter.default)
                yield f"{parameter.name} = {default}", criterion.name
        yield from ((row, criterion.name) for row in _rows(catalog, criterion.name, "", {}))
        uses = [name.partition(".") for name in variable.measures.values()]
    elif variable.kind == "value":
        uses = [variable.entry.partition(".")]
    else:
        uses = []
    for instrument, _, part in uses:
        measures = catalog.instrument(instrument).measures
        measure = measures.get(part) or (next(iter(measures.values())) if not part and measures else None)
        score = measure.of if measure is not None else part
        yield from ((row, instrument) for row in _rows(catalog, instrument, score, _options(study, instrument)))


def _rows(catalog: Catalog, entry: str, score: str, options: dict[str, str]) -> list[str]:
    """Rows from memory of the number tables that `score` is reckoned with."""
    tables = catalog.number_tables(entry)
    versions: dict[str, int] = {}
    for table in tables:
        versions[table.name] = versions.get(table.name, 0) + 1
    used = [t for t in tables if _serves(t, score) and (versions[t.name] == 1 or t.version in options.values())]
    return [f"{table.title.en}: {row.of.en}" for table in used for row in table.rows if row.source.seen == "recalled"]


def _serves(table: NumberTable, score: str) -> bool:
    return not table.serves or not score or score in table.serves


def _options(study: Study, instrument: str) -> dict[str, str]:
    sections = (section for form in study.forms for section in form.sections if section.instrument == instrument)
    return next((section.options for section in sections), {})


def _beyond(catalog: Catalog, estimand: Estimand) -> list[str]:
    """Columns of the criterion that no baseline and no single visit can fill."""
    variable = estimand.variable
    settled, wrong = catalog.settings(variable.entry, variable.reading, variable.parameters)
    if settled is None or wrong:
        return []
    entry = catalog.criterion(variable.entry)
    plain = {*entry.yes_no, *entry.once}
    columns = catalog.rule(variable.entry, settled.texts).columns
    return [c for c in columns if c in plain or not c.endswith(FILLED)]
