"""analysis.yaml as model values: analysis sets, intercurrent events, estimands, displays."""

from typing import Any, Literal

from trialwright.define import problems as say
from trialwright.define.conditions import parse_condition
from trialwright.define.decisions import VARIATIONS, Around, Attributes, check_decisions
from trialwright.define.documents import Document
from trialwright.define.notes import Notes, text_of
from trialwright.define.schema import AnalysisFile, BenchmarkBlock, EstimandBlock, VariableBlock
from trialwright.define.scope import Names
from trialwright.model import study as m
from trialwright.model.expression import Known, Truth
from trialwright.model.problem import Problem


def analysis_sets(file: AnalysisFile, document: Document, names: Names, notes: Notes) -> tuple[m.AnalysisSet, ...]:
    """`names` are the participant facts and the visit-qualified items."""
    notes.once(list(file.analysis_sets), document, "analysis_sets", "analysis set")
    return tuple(
        m.AnalysisSet(
            name=block.name,
            title=text_of(block.title),
            says=block.says,
            includes=_truth(block.includes, names, document.where("analysis_sets", index, "includes"), notes),
            origin=notes.origin(block, document, "analysis_sets", index, what=f"analysis set {block.name}"),
        )
        for index, block in enumerate(file.analysis_sets)
    )


def intercurrent_events(
    file: AnalysisFile, document: Document, names: Names, notes: Notes
) -> tuple[m.IntercurrentEvent, ...]:
    notes.once(list(file.intercurrent_events), document, "intercurrent_events", "intercurrent event")
    return tuple(
        m.IntercurrentEvent(
            name=block.name,
            title=text_of(block.title),
            says=block.says,
            found=_truth(block.found, names, document.where("intercurrent_events", index, "found"), notes),
            origin=notes.origin(block, document, "intercurrent_events", index, what=f"intercurrent event {block.name}"),
        )
        for index, block in enumerate(file.intercurrent_events)
    )


def _truth(text: str, names: Names, where: str, notes: Notes) -> Truth:
    parsed = parse_condition(text, names, where)
    if isinstance(parsed, Problem):
        notes.problems.append(parsed)
        return Known(None)
    return parsed


def estimands(file: AnalysisFile, document: Document, around: Around, notes: Notes) -> tuple[m.Estimand, ...]:
    """Every estimand whole: a sensitivity estimand takes from the one it varies whatever it leaves out."""
    notes.once(list(file.estimands), document, "estimands", "estimand")
    by_name = {block.name: block for block in file.estimands if block.level not in VARIATIONS}
    found = []
    for index, block in enumerate(file.estimands):
        where = document.where("estimands", index)
        if not _varies_something(block, by_name, where, notes):
            continue
        whole = _whole(block, by_name.get(block.of))
        if check_decisions(whole, document, index, around, notes):
            found.append(_estimand(block, whole, document, index, notes))
    return tuple(found)


def _varies_something(block: EstimandBlock, by_name: dict[str, EstimandBlock], where: str, notes: Notes) -> bool:
    if block.level not in VARIATIONS:
        if block.of:
            found = f"{block.name} is {block.level} and has of: {block.of}"
            expected = "Only a sensitivity or supplementary estimand varies another"
            notes.problems.append(say.sensitivity_of(where, found, expected))
        return True
    if block.of not in by_name:
        found = f'{block.name} varies "{block.of}"'
        expected = f"of: names one of {say.listed(by_name)}"
        notes.problems.append(say.sensitivity_of(where, found, expected))
        return False
    return True


def _whole(block: EstimandBlock, parent: EstimandBlock | None) -> Attributes:
    """The attributes with those of the parent under them; the variable is laid over key by key."""
    top: dict[str, Any] = {}
    for key in ("treatment", "population", "intercurrent", "missing", "summary", "benchmarks", "alpha"):
        own = getattr(block, key)
        top[key] = own if own is not None or parent is None else getattr(parent, key)
    if parent is not None and block.intercurrent is not None:
        top["intercurrent"] = {**(parent.intercurrent or {}), **block.intercurrent}
    own = frozenset(key for key in ("variable", *top) if getattr(block, key) is not None)
    return Attributes(name=block.name, own=own, level=block.level, variable=_variable(block, parent), **top)


def _variable(block: EstimandBlock, parent: EstimandBlock | None) -> VariableBlock | None:
    under = parent.variable if parent is not None else None
    if block.variable is None or under is None:
        return block.variable or under
    own = block.variable.model_dump(exclude_none=True)
    base = under.model_dump(exclude_none=True)
    if {"response", "value", "event"} & own.keys():
        own_entry = next(own[key] for key in ("response", "value", "event") if key in own)
        base_entry = next((base.pop(key) for key in ("response", "value", "event") if key in base), "")
        if own_entry != base_entry:  # another entry has other readings and parameters
            base.pop("reading", None)
            base.pop("parameters", None)
    return VariableBlock.model_validate({**base, **own})


def _estimand(block: EstimandBlock, whole: Attributes, document: Document, index: int, notes: Notes) -> m.Estimand:
    what = f"estimand {block.name}"
    origin = notes.origin(block, document, "estimands", index, what=what)
    variable = whole.variable or VariableBlock()
    return m.Estimand(
        name=block.name,
        title=text_of(block.title),
        level=block.level,
        of=block.of,
        says=block.says,
        treatment=whole.treatment or "",
        population=whole.population or "",
        variable=_model_variable(variable),
        intercurrent={name: s for name, s in (whole.intercurrent or {}).items() if s != "principal_stratum"},
        missing_rule=whole.missing or "undetermined",
        summary=tuple(m.MethodUse(method=use.method, parameters=dict(use.parameters)) for use in whole.summary or ()),
        benchmarks=tuple(
            _benchmark(bench, document, (index, position), block, notes)
            for position, bench in enumerate(whole.benchmarks or ())
        ),
        alpha=whole.alpha or "",
        origin=origin,
        assumed=_assumed(block, document, index, notes),
    )


def _model_variable(block: VariableBlock) -> m.Variable:
    kind: Literal["response", "value", "event"] = "response" if block.response else "value" if block.value else "event"
    return m.Variable(
        kind=kind,
        entry=block.response or block.value or block.event or "",
        reading=block.reading or "",
        parameters=dict(block.parameters or {}),
        measures=dict(block.measures or {}),
        options={name: dict(chosen) for name, chosen in (block.options or {}).items()},
        visit=block.visit or "",
        window=block.window or "as_entered",
    )


def _benchmark(
    bench: BenchmarkBlock, document: Document, place: tuple[int, int], block: EstimandBlock, notes: Notes
) -> m.Benchmark:
    inherited = block.benchmarks is None
    place_notes = Notes() if inherited else notes  # an inherited assumption is listed once, where it is written
    return m.Benchmark(
        label=text_of(bench.label),
        responders=bench.responders,
        participants=bench.participants,
        source=bench.source,
        published=bench.published,
        origin=place_notes.origin(
            bench, document, "estimands", place[0], "benchmarks", place[1], what=f"benchmark {bench.label.en}"
        ),
    )


def _assumed(block: EstimandBlock, document: Document, index: int, notes: Notes) -> tuple[m.Assumption, ...]:
    found = tuple(
        m.Assumption(
            f"{document.where('estimands', index, 'also_assumed', position)} {block.name}", line.what, line.reason
        )
        for position, line in enumerate(block.also_assumed or ())
    )
    notes.assumptions.extend(found)
    return found


def subgroups(file: AnalysisFile, document: Document, items: Names, notes: Notes) -> tuple[m.Subgroup, ...]:
    """The splits of participants; `items` are the names that may be split by, without a visit."""
    notes.once(list(file.subgroups), document, "subgroups", "subgroup")
    found = []
    for index, block in enumerate(file.subgroups):
        where = document.where("subgroups", index, "by")
        if block.by not in items:
            notes.problems.append(say.unknown_reference(where, block.by, "an item, score or measure", items))
        elif block.cuts and items[block.by].kind != "number":
            found_kind = f"{block.by} is no number and has cuts"
            notes.problems.append(say.bad_scalar(where, found_kind, "Only a number is split at cut points"))
        elif not block.cuts and items[block.by].kind == "number":
            notes.problems.append(say.bad_scalar(where, f"{block.by} is a number", "A number is split at `cuts`"))
        found.append(
            m.Subgroup(
                name=block.name,
                title=text_of(block.title),
                by=block.by,
                cuts=tuple(block.cuts),
                origin=notes.origin(block, document, "subgroups", index, what=f"subgroup {block.name}"),
            )
        )
    return tuple(found)


def displays(file: AnalysisFile, document: Document, around: Around, notes: Notes) -> tuple[m.DisplayUse, ...]:
    known = [block.name for block in file.estimands]
    shelf = around.catalog.names("display")
    first: dict[str, str] = {}
    found = []
    for index, block in enumerate(file.displays):
        where = document.where("displays", index)
        if block.number in first:
            notes.problems.append(say.repeated_name(where, "display", block.number, first[block.number]))
        first.setdefault(block.number, where)
        if block.display not in shelf:
            notes.problems.append(say.unknown_entry(where, block.display, "a display", shelf))
        for position, name in enumerate(block.estimands):
            if name not in known:
                place = document.where("displays", index, "estimands", position)
                notes.problems.append(say.unknown_reference(place, name, "an estimand", known))
        found.append(
            m.DisplayUse(
                number=block.number,
                display=block.display,
                title=text_of(block.title),
                estimands=tuple(block.estimands),
                parameters=dict(block.parameters),
            )
        )
    return tuple(found)
