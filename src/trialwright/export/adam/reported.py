"""Analysis results metadata: for each table, which lines its numbers come from, and by which method."""

from collections.abc import Iterable, Mapping, Sequence

from trialwright.export.datasets import Dataset
from trialwright.export.define_xml.results import AnalysisResult, ResultDisplay
from trialwright.model.analysis import ResultRow
from trialwright.model.study import DisplayUse, Study

_PURPOSE = {"primary": "PRIMARY OUTCOME MEASURE", "secondary": "SECONDARY OUTCOME MEASURE"}
OTHER = "EXPLORATORY OUTCOME MEASURE"
LONGEST = 1000
_SHOWN = {
    "CHG": ("change_",), "IMPPCT": (), "CRIT1FL": ("improved",), "CRIT2FL": ("worsened",), "AVAL": ("",),
    "AETERM": ("",), "TRTEMFL": ("",),
}  # fmt: skip
"""A variable of the dataset, and how the statistics that are made from it begin."""


def displays(
    study: Study, rows: Iterable[ResultRow], datasets: Sequence[Dataset], named: Mapping[str, tuple[str, str]]
) -> tuple[ResultDisplay, ...]:
    """
    Every display whose numbers come from lines of a dataset, one result for each endpoint and dataset.

    Shape:   which lines is read from the records behind the result rows (`named` says where each of them stands), so
             that it cannot differ from what was computed.
    """
    by_display: dict[str, list[ResultRow]] = {}
    for row in rows:
        by_display.setdefault(row.display, []).append(row)
    held = {each.name: each for each in datasets}
    lines = _Lines(named)
    made = []
    for use in study.displays:
        results = _results(study, use, by_display.get(use.number, []), held, lines)
        if results:
            made.append(ResultDisplay(oid=f"RD.{use.number}", name=use.number, title=use.title.en, results=results))
    return tuple(made)


class _Lines(dict[tuple[str, ...], tuple[tuple[str, str], ...]]):
    """Dataset and PARAMCD of the lines of some records. Dozens of statistics stand on the same thousands of them."""

    def __init__(self, named: Mapping[str, tuple[str, str]]) -> None:
        super().__init__()
        self._named = named

    def __missing__(self, records: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        self[records] = found = tuple(filter(None, dict.fromkeys(map(self._named.get, records))))
        return found


def _results(
    study: Study,
    use: DisplayUse,
    rows: Sequence[ResultRow],
    datasets: Mapping[str, Dataset],
    lines: "_Lines",
) -> tuple[AnalysisResult, ...]:
    groups: dict[tuple[str, str], tuple[list[ResultRow], dict[str, None]]] = {}
    for row in rows:
        for dataset, code in lines[row.records]:
            mine, codes = groups.setdefault((row.estimand, dataset), ([], {}))
            if not mine or mine[-1] is not row:
                mine.append(row)
            if code:
                codes[code] = None
    levels = {each.name: each.level for each in study.estimands}
    first = use.estimands[0] if use.estimands else ""
    titles = {each.name: each.title.en for each in study.estimands}
    return tuple(
        AnalysisResult(
            oid=f"AR.{use.number}.{estimand or 'ALL'}.{dataset}",
            title=f"{use.title.en}: {titles[estimand]}"
            if len(use.estimands) > 1 and estimand in titles
            else use.title.en,
            purpose=_PURPOSE.get(levels.get(estimand or first, ""), OTHER),
            dataset=dataset,
            where=_where(datasets[dataset], tuple(codes)),
            variables=_variables(datasets[dataset], mine),
            says=". ".join(dict.fromkeys(row.method.rstrip(".") for row in mine if row.method))[:LONGEST]
            or use.title.en,
        )
        for (estimand, dataset), (mine, codes) in groups.items()
        if dataset in datasets
    )


def _where(dataset: Dataset, codes: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    held = {each.name for each in dataset.variables}
    found: list[tuple[str, tuple[str, ...]]] = []
    if codes:
        found.append(("PARAMCD", codes))
    if "ANL01FL" in held:
        found.append(("ANL01FL", ("Y",)))
    return tuple(found)


def _variables(dataset: Dataset, rows: Sequence[ResultRow]) -> tuple[str, ...]:
    held = {each.name for each in dataset.variables}
    statistics = {row.statistic for row in rows}
    return tuple(
        name
        for name, starts in _SHOWN.items()
        if name in held and any(each.startswith(start) for each in statistics for start in starts)
    )
