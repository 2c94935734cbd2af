"""Read and check a study folder: YAML in, a frozen Study or every Problem out."""

from pathlib import Path
from typing import TypeVar

import msgspec
from pydantic import BaseModel

from trialwright.catalog import Catalog
from trialwright.define import declared, elements, estimands, forms
from trialwright.define import problems as say
from trialwright.define.builds import Build, check_build, newest_like, read_builds
from trialwright.define.consistency import check_consistency, check_numbers, check_record, check_still_open
from trialwright.define.decisions import Around
from trialwright.define.documents import PARTS, Document, content_hash, read_documents
from trialwright.define.epochs import epochs
from trialwright.define.gaps import find_gaps
from trialwright.define.notes import Notes, text_of
from trialwright.define.own_items import check_chinese
from trialwright.define.recalled import check_endpoints
from trialwright.define.registry_elements import REGISTRATION, read_registry_elements
from trialwright.define.schema import AnalysisFile, FormFile, ScheduleFile, StudyFile
from trialwright.define.scope import BEFORE, THIS, Known, Names, facts
from trialwright.define.validate import check_shape
from trialwright.model import study as m
from trialwright.model.entry import Choice
from trialwright.model.epochs import UNDECLARED
from trialwright.model.problem import Problem

_M = TypeVar("_M", bound=BaseModel)


def read_study(folder: Path, catalog: Catalog, build: int | None = None) -> tuple[m.Study | None, list[Problem]]:
    """
    The study that a folder defines, or None and every Problem that stands in the way.

    Without `build` the working files are read: where they say the same as a frozen build they carry its number and
    status, else they are a draft (build 0). With `build` that frozen build is read, and its hash checked.
    Problems:  errors leave no Study; warnings come beside one.
    """
    builds, wrong = read_builds(folder)
    if build is None:
        return _read(folder, folder, catalog, (builds, wrong))
    chosen = next((each for each in builds if each.build == build), None)
    if chosen is None:
        return None, [*wrong, say.no_such_build(str(folder), str(build), [str(each.build) for each in builds])]
    altered = check_build(folder, chosen)
    return _read(folder / "versions" / str(build), folder, catalog, ([chosen], [*wrong, *altered]))


def _read(
    folder: Path, root: Path, catalog: Catalog, frozen: tuple[list[Build], list[Problem]]
) -> tuple[m.Study | None, list[Problem]]:
    """The files in `folder`; `root` is the study folder, where the registered record lies for every build."""
    builds, wrong = frozen
    documents, unreadable = read_documents(folder)
    notes = Notes()
    notes.problems += [*wrong, *unreadable]
    gaps = find_gaps(documents)
    files = _Files(documents, notes)
    registry = read_registry_elements(documents.get(REGISTRATION), notes)
    notes.problems = [*gaps, *_beside(notes.problems, gaps)]
    if files.study is None or files.schedule is None or files.analysis is None or files.incomplete:
        return None, notes.problems
    study = _assemble(files, catalog, notes)
    check_record(files.study, documents["study.yaml"], root, notes)
    notes.problems += [*check_chinese(documents), *check_still_open(files.study, documents["study.yaml"])]
    if not notes.broken:
        check_endpoints(study, catalog, documents["analysis.yaml"], notes)
    if notes.broken:
        return None, _beside(notes.problems, gaps)
    digest = content_hash(documents)
    like = newest_like(builds, digest)
    if like is not None:
        study = msgspec.structs.replace(study, build=like.build, status=like.status)
    registration = msgspec.structs.replace(study.registration, elements=registry)
    return msgspec.structs.replace(
        study, hash=digest, assumptions=tuple(notes.assumptions), registration=registration
    ), notes.problems


def _beside(problems: list[Problem], gaps: list[Problem]) -> list[Problem]:
    """What else is wrong: on the line of a gap nothing more is to be said than that it is one."""
    open_lines = {gap.where.partition(" ")[0] for gap in gaps}
    return [problem for problem in problems if problem in gaps or problem.where.partition(" ")[0] not in open_lines]


class _Files:
    """The typed files of a folder; what cannot be typed is in the notes."""

    def __init__(self, documents: dict[str, Document], notes: Notes) -> None:
        self.documents = documents
        self.study = _typed(documents.get("study.yaml"), StudyFile, notes)
        self.schedule = _typed(documents.get("schedule.yaml"), ScheduleFile, notes)
        self.analysis = _typed(documents.get("analysis.yaml"), AnalysisFile, notes)
        self.forms: list[tuple[FormFile, Document]] = []
        self.incomplete = notes.broken
        for name, document in documents.items():
            if name.startswith("forms/"):
                form = _typed(document, FormFile, notes)
                if form is None:
                    self.incomplete = True
                else:
                    self.forms.append((form, document))


def _typed(document: Document | None, model: type[_M], notes: Notes) -> _M | None:
    if document is None:
        return None
    typed, wrong = check_shape(document, model)
    notes.problems += wrong
    return typed


def _assemble(files: _Files, catalog: Catalog, notes: Notes) -> m.Study:
    study, schedule, analysis = files.study, files.schedule, files.analysis
    if study is None or schedule is None or analysis is None:
        raise ValueError("a study is assembled from three files")
    documents = files.documents
    at_study, at_schedule, at_analysis = (documents[name] for name in PARTS)
    scope = _Scope(files, study, schedule, catalog, notes)
    visits = elements.visits(schedule, at_schedule, [file.form for file, _ in files.forms], notes)
    around = Around(
        tuple(block.name for block in analysis.analysis_sets),
        tuple(block.name for block in analysis.intercurrent_events),
        tuple(visit.name for visit in visits if visit.kind != "log"),
        catalog,
    )
    _check_forms(files, visits, notes)
    check_consistency(study, schedule, at_study, notes)
    check_numbers(analysis, at_analysis, notes)
    return m.Study(
        name=study.study,
        build=0,
        hash="",
        status="draft",
        title=text_of(study.title),
        registration=elements.registration(study.registration),
        enrolment_planned=study.enrolment_planned,
        arms=elements.arms(study, at_study, notes),
        interventions=elements.interventions(study, at_study, [visit.name for visit in visits], notes),
        sites=elements.sites(study, at_study, notes),
        gates=tuple(m.Gate(event=gate.event, title=text_of(gate.title), known=gate.known) for gate in study.gates),
        consents=elements.consents(study, at_study, notes),
        eligibility=elements.eligibility(study, at_study, scope.screening, notes),
        visits=visits,
        epochs=epochs(schedule, at_schedule, notes) or UNDECLARED,
        forms=tuple(scope.reader.form(file, document, scope.beyond(file.form)) for file, document in files.forms),
        outcomes=_outcomes(study, analysis, at_study, notes),
        analysis_sets=estimands.analysis_sets(analysis, at_analysis, scope.facts, notes),
        intercurrent_events=estimands.intercurrent_events(analysis, at_analysis, scope.facts, notes),
        estimands=estimands.estimands(analysis, at_analysis, around, notes),
        displays=estimands.displays(analysis, at_analysis, around, notes),
        subgroups=estimands.subgroups(analysis, at_analysis, scope.described, notes),
        baseline=analysis.baseline,
        roles=declared.roles(study, at_study, notes),
        signatures=declared.signatures(study, at_study, [visit.name for visit in visits], notes),
        safety=declared.safety(study, at_study, [file for file, _ in files.forms], notes),
        product=declared.product(study, at_study, [file for file, _ in files.forms], catalog, notes),
        records=declared.records(study, at_study, notes),
        code_lists={
            name: tuple(Choice(choice.code, text_of(choice.label)) for choice in choices)
            for name, choices in study.code_lists.items()
        },
    )


class _Scope:
    """The names that conditions may use, by where they stand."""

    def __init__(self, files: _Files, study: StudyFile, schedule: ScheduleFile, catalog: Catalog, notes: Notes) -> None:
        self.reader = forms.FormReader(catalog, forms.eligibility_items(study.eligibility), study.code_lists, notes)
        by_form = {file.form: self.reader.names(file) for file, _ in files.forms}
        self.schedule, self.by_form = schedule, by_form
        self.screening: Names = {}
        self.everywhere: Names = {}
        for visit in schedule.visits:
            for form in visit.forms:
                names = by_form.get(form, {})
                self.everywhere |= {f"{visit.name}/{name}": known for name, known in names.items()}
                if visit.kind in ("screening", "log"):
                    self.screening |= names
        scores = {name for names in by_form.values() for name in names}
        instruments = {name.partition(".")[0] for name in scores} & set(catalog.names("instrument"))
        self.described: Names = {name: known for names in by_form.values() for name, known in names.items()}
        for instrument in sorted(instruments):
            entry = catalog.instrument(instrument)
            named = (*(score.name for score in entry.scores), *entry.measures)
            self.described |= {f"{instrument}.{name}": Known("number") for name in named}
        reasons = [choice.code for choice in catalog.terms("withdrawal_reason").choices]
        self.facts = facts(reasons, [arm.name for arm in study.arms])

    def beyond(self, form: str) -> Names:
        """
        What the checks of a form may read elsewhere: any visit by name, other forms of the same visit as THIS/item, the
        visits before as BEFORE/item.
        """
        found, earlier = dict(self.everywhere), dict[str, Known]()
        for visit in self.schedule.visits:
            names = {name: known for each in visit.forms for name, known in self.by_form.get(each, {}).items()}
            if form in visit.forms:
                found |= {f"{THIS}/{name}": known for name, known in names.items()}
                found |= {f"{BEFORE}/{name}": known for name, known in earlier.items()}
            if visit.kind not in ("log", "unscheduled"):
                earlier |= names
        return found


def _check_forms(files: _Files, visits: tuple[m.Visit, ...], notes: Notes) -> None:
    used = {form for visit in visits for form in visit.forms}
    first: dict[str, str] = {}
    for file, document in files.forms:
        where = document.where("form")
        if file.form in first:
            notes.problems.append(say.repeated_name(where, "form", file.form, first[file.form]))
        first.setdefault(file.form, where)
        if file.form not in used:
            notes.problems.append(say.unused_form(where, file.form))


def _outcomes(
    study: StudyFile, analysis: AnalysisFile, document: Document, notes: Notes
) -> tuple[m.OutcomeMeasure, ...]:
    levels = {block.name: block.level for block in analysis.estimands}
    for index, block in enumerate(study.outcomes):
        where = document.where("outcomes", index, "estimand")
        if block.estimand not in levels:
            notes.problems.append(say.unknown_reference(where, block.estimand, "an estimand", levels))
        elif levels[block.estimand] != block.level:
            notes.problems.append(say.outcome_without_estimand(where, block.measure))
    return tuple(
        m.OutcomeMeasure(
            level=block.level,
            measure=block.measure,
            description=block.description,
            time_frame=block.time_frame,
            estimand=block.estimand,
        )
        for block in study.outcomes
    )
