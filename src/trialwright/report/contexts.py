"""What each display may know: words of the study, order of visits, records and reasons."""

from collections.abc import Iterable, Sequence

import polars as pl

from trialwright.catalog import Catalog
from trialwright.model.analysis import Analysis, AnalysisRecord, DisplayContext, ResultRow
from trialwright.model.entry import Item
from trialwright.model.ledger import Snapshot
from trialwright.model.study import Benchmark, DisplayUse, Estimand, Study
from trialwright.model.text import Text
from trialwright.report.wording import names_of
from trialwright.report.words import IN_DETAIL, VIRTUAL, YES_NO


def mark_of(snapshot: Snapshot, language: str = "en") -> str:
    """ "virtual participants" where anything in the snapshot was simulated, else "": one such value marks all."""
    simulated = any(event.origin == "simulated" for event in snapshot.events)
    if not simulated and snapshot.versions.height:
        simulated = bool(snapshot.versions.select((pl.col("origin") == "simulated").any()).item())
    return VIRTUAL.of(language) if simulated else ""


class Contexts:
    """Makes the context of each display of one report; what they share is worked out once."""

    def __init__(
        self, study: Study, snapshot: Snapshot, analysis: Analysis, catalog: Catalog, language: str = "en"
    ) -> None:
        self._study = study
        self._snapshot = snapshot
        self._analysis = analysis
        self._catalog = catalog
        self._language = language
        self.mark = mark_of(snapshot, language)
        self._labels = study_labels(study, catalog, language)
        self._why = dict(self._reasons())
        self._told: dict[str, str] = {}
        self._methods: dict[str, str] = {}
        self._names = names_of(study, catalog) if language.startswith("zh") else {}

    def of(self, use: DisplayUse, rows: Sequence[ResultRow] = ()) -> DisplayContext:
        """The context of one display of the study, for its own result rows."""
        entry = self._catalog.display(use.display)
        parameters = {each.name: each.default for each in entry.parameters} | use.parameters
        estimands = [each for each in self._study.estimands if each.name in use.estimands]
        if not parameters.get("of"):
            parameters["of"] = " ".join(each.variable.entry for each in estimands if each.variable.kind == "event")
        return DisplayContext(
            number=use.number,
            title=use.title.of(self._language),
            population=self._population(rows, estimands),
            mark=self.mark,
            labels=self._labels | self._role_labels(estimands) | self._log_labels(_logs(parameters)),
            visits=tuple(visit.name for visit in self._study.visits if visit.kind in ("baseline", "planned")),
            estimands=use.estimands,
            participants=self._analysis.participants,
            records=self._records(estimands),
            events=self._snapshot.events,
            why=self._why,
            benchmarks=_benchmarks(each.benchmarks for each in estimands),
            alpha=next((each.alpha for each in estimands if each.alpha), ""),
            parameters=parameters,
            told=self._told_before(use, rows),
            told_methods=self._methods_before(use, rows),
            names=self._names,
            forms={form.name: tuple(each.instrument for each in form.sections) for form in self._study.forms},
            language=self._language,
            several_arms=len(self._study.arms) > 1,
            sentences=tuple(entry.sentences.values()),
        )

    def _records(self, estimands: Sequence[Estimand]) -> tuple[AnalysisRecord, ...]:
        """Records of the estimand's population; where events are listed, everybody's: none may fall out of sight."""
        if not estimands or estimands[0].variable.kind == "event":
            return self._analysis.records
        members = {each.participant_id for each in self._analysis.participants if estimands[0].population in each.sets}
        return tuple(record for record in self._analysis.records if record.participant_id in members)

    def _told_before(self, use: DisplayUse, rows: Sequence[ResultRow]) -> dict[str, str]:
        """Assumption -> the display that tells it, where that is another one than this and comes before it."""
        mine = self._heading(use)
        for row in rows:
            for text in row.assumed:
                self._told.setdefault(text.removesuffix("."), mine)
        return {text: where for text, where in self._told.items() if where != mine}

    def _methods_before(self, use: DisplayUse, rows: Sequence[ResultRow]) -> dict[str, str]:
        """The same for the sentences of methods, of tables only: a figure says them in small."""
        mine = self._heading(use)
        if mine.startswith("Table"):
            for row in rows:
                self._methods.setdefault(row.method, mine)
        return {text: where for text, where in self._methods.items() if where != mine and text}

    def _heading(self, use: DisplayUse) -> str:
        kind = {"figure": "Figure", "listing": "Listing"}.get(self._catalog.display(use.display).shape, "Table")
        return f"{kind} {use.number.removeprefix('F')}"

    def _population(self, rows: Sequence[ResultRow], estimands: Sequence[Estimand]) -> str:
        named = [row.analysis_set for row in rows if row.analysis_set]
        named += [each.population for each in estimands if rows or each.variable.kind != "event"]
        if len(set(named)) != 1:
            return ""
        name = named[0]
        count = sum(name in each.sets for each in self._analysis.participants)
        return f"{self._labels.get(name, name)} (N = {count})"

    def _role_labels(self, estimands: Sequence[Estimand]) -> dict[str, str]:
        """Measures by the short words of the first response criterion that uses them, as its reasons call them."""
        labels: dict[str, str] = {}
        for estimand in reversed([each for each in estimands if each.variable.kind == "response"]):
            roles = self._catalog.criterion(estimand.variable.entry).roles
            for role, name in estimand.variable.measures.items():
                instrument, _, measure = name.partition(".")
                measure = measure or next(iter(self._catalog.instrument(instrument).measures), "")
                words = roles[role].of(self._language) if role in roles else role
                labels[f"{instrument}.{measure}"] = words[:1].upper() + words[1:]
        return labels

    def _log_labels(self, logs: Sequence[str]) -> dict[str, str]:
        """Column names of logs' items: they are short, so they hold only where these logs are listed."""
        labels: dict[str, str] = {}
        for name in logs:
            if name in self._catalog.names("instrument"):
                labels[name] = self._catalog.instrument(name).title.of(self._language)
                for item in self._catalog.instrument(name).items:
                    labels |= _item_labels(item.name, item, self._language)
                    if item.unit and item.kind == "number":
                        labels[item.name] += f" ({item.unit})"
        return labels

    def _reasons(self) -> Iterable[tuple[str, str]]:
        entries = {each.name: each.variable.entry for each in self._study.estimands}
        for record in self._analysis.records:
            if record.kind == "response" and record.parameter in entries:
                yield record.id, self._why_of(record, entries[record.parameter])

    def _why_of(self, record: AnalysisRecord, entry: str) -> str:
        words = self._catalog.word(entry, record.reasons, self._language) if record.reasons else ""
        steps = record.details.get("steps_zh" if self._language.startswith("zh") else "steps_en", "")
        if not steps:
            return _sentence(words) if words else ""
        # What decided comes first: the criterion's own answer may be another than the verdict beside it.
        told = [steps, f"{IN_DETAIL.of(self._language)}{words}"] if words else [steps]
        return " ".join(_sentence(each) for each in told)


def study_labels(study: Study, catalog: Catalog, language: str = "en") -> dict[str, str]:
    """name -> words, for everything of a study that a display may print: visits, sets, estimands, items, codes."""
    labels: dict[str, str] = {}
    for form in study.forms:
        for section in form.sections:
            labels |= _measure_labels(section.instrument, catalog, language)
            for field in section.fields:
                labels |= _item_labels(field.name, field.item, language)
    units = catalog.terms("units").choices if "units" in catalog.names("terms") else ()
    labels |= {f"unit={unit.code}": unit.label.of(language) for unit in units}
    titles: list[tuple[str, Text]] = [(each.name, each.title) for each in study.visits]
    titles += [(each.name, each.title) for each in study.analysis_sets]
    titles += [(each.name, each.title) for each in study.intercurrent_events]
    titles += [(each.name, each.title) for each in study.estimands]
    titles += [(each.name, each.title) for each in study.subgroups]
    titles += [(f"criteria={each.name}", each.text) for each in study.eligibility]
    labels |= {name: title.of(language) for name, title in titles}
    for list_name, choices in study.code_lists.items():
        labels |= {f"{list_name}={choice.code}": choice.label.of(language) for choice in choices}
    return labels


def _measure_labels(instrument: str, catalog: Catalog, language: str) -> dict[str, str]:
    """ "instrument.measure" and "instrument.score" -> words; the only measure of an instrument bears its title."""
    if instrument not in catalog.names("instrument"):
        return {}
    entry = catalog.instrument(instrument)
    labels = {f"{instrument}.{score.name}": score.label.of(language) for score in entry.scores}
    title = entry.title.of(language)
    for name in entry.measures:
        labels[f"{instrument}.{name}"] = title if len(entry.measures) == 1 else f"{title}, {name}"
    return labels


def _item_labels(name: str, item: Item, language: str) -> dict[str, str]:
    labels = {name: item.label.of(language)}
    labels |= {f"{name}={choice.code}": choice.label.of(language) for choice in item.choices}
    if item.kind == "yes_no" and not item.choices:
        labels |= {f"{name}={code}": words.of(language) for code, words in YES_NO.items()}
    return labels


def _logs(parameters: dict[str, str]) -> list[str]:
    return (parameters.get("of") or parameters.get("otherwise", "")).split()


def _benchmarks(groups: Iterable[tuple[Benchmark, ...]]) -> tuple[Benchmark, ...]:
    found: dict[str, Benchmark] = {}
    for group in groups:
        found |= {each.label.en: each for each in group}
    return tuple(found.values())


def _sentence(words: str) -> str:
    capital = words[:1].upper() + words[1:]
    return capital if capital.endswith((".", "。", "?", "!")) else f"{capital}."
