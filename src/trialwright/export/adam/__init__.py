"""ADaM: the analysis records as ADaMIG 1.3 arranges them, with the way back to SDTM and on to the results."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from trialwright.export import define_xml
from trialwright.export.adam.basic import Bench, core_dataset, findings_datasets
from trialwright.export.adam.occurrence import event_dataset, exposure_dataset
from trialwright.export.adam.reported import displays
from trialwright.export.adam.response import response_dataset, value_datasets
from trialwright.export.adam.sources import sources
from trialwright.export.adam.subject import subject_dataset
from trialwright.export.datasets import Dataset
from trialwright.export.files import File
from trialwright.export.formats import Format, Source, lost_file
from trialwright.export.packaging import packaged
from trialwright.export.sdtm import tabulated
from trialwright.export.sdtm.subjects import visit_numbers
from trialwright.export.terminology import analysis_terminology_version
from trialwright.model.analysis import AnalysisRecord
from trialwright.model.problem import Lost
from trialwright.model.quantity import Missing
from trialwright.model.text import Text

VERSION = "1.3"
"""Of the guide."""

NEVER: tuple[Lost, ...] = (
    Lost("exact fractions", "a SAS number is a double; results.json and the analysis records hold the fraction"),
    Lost("the datapoints behind a value", "ARECID names the analysis record; `trialwright trace` goes on from there"),
    Lost("the sentence that gives the reason of a verdict", "ADaM has no variable for it; the report prints it"),
    Lost("words in Chinese", "labels and terms are English in a submission"),
)
"""What no ADaM export can carry, whatever the data."""

_REASONS: tuple[tuple[str, str], ...] = (
    (r"visit", "a visit is no analysis value: its date is ADT on every line of that visit"),
    (r".*:criterion", "a re-reading of the same measures; its verdict is CRITVERD beside the endpoint's"),
    (r".*@.*", "a measure read another way for one sensitivity analysis; only the verdict it led to is analysed"),
    (r"fact\..*", "a fact that is neither true nor false and that only conditions of the definition ask for"),
    (r"departure.*", "a departure that nobody has judged yet is no record of DV; the report lists it"),
    (r".*:\d+", "a row of a log that no endpoint analyses; it stands in SDTM"),
    (
        r"withdrawn|died|screen_failure|deviation_recorded|visit_missed|look_declared",
        "an act; it stands in SDTM DS or DV",
    ),
)
_OTHERWISE = "not analysed as a number; it stands in SDTM"
_NOBODY = "nobody has a value of it, so there is no parameter; a reason that the site gave stands in SDTM"
_NO_VALUE = "no value and nobody who takes part: the line would be empty"


class Made(msgspec.Struct, frozen=True):
    """The datasets of one readout; which analysis records stand in them, and why the others do not."""

    datasets: tuple[Dataset, ...]
    placed: int
    uncarried: Counter[tuple[str, str]]
    named: dict[str, tuple[str, str]]  # analysis record -> dataset and PARAMCD of its line

    def dataset(self, name: str) -> Dataset:
        return next(each for each in self.datasets if each.name == name)


def analysis_datasets(source: Source) -> Made:
    """The datasets of a source, made once for all formats that stand on them."""
    return source.once(_datasets)


def _datasets(source: Source) -> Made:
    """
    Every ADaM dataset of a readout.

    Shape:   ADSL; ADCORE of the measures of the response endpoints; ADRESP of their verdicts; ADGC (or ADVAL) of
             value endpoints; ADAE, ADEX; ADLB, ADVS ... of every other number of a findings domain.
    Missing: an analysis record without a line is counted with its reason.
    """
    study, analysis = source.study, source.analysis
    made = tabulated(source)
    subject, lines, used = subject_dataset(study, analysis, made)
    bench = Bench(
        study=study, catalog=source.catalog, analysis=analysis,
        people={str(line["SUBJID"]): line for line in lines},
        first_dose={person.participant_id: person.first_dose for person in analysis.participants},
        sources=sources(study, source.catalog, made),
        numbers=visit_numbers(study, dict.fromkeys(each.visit for each in analysis.records)),
        members={
            each.name: frozenset(p.participant_id for p in analysis.participants if each.name in p.sets)
            for each in study.analysis_sets
        },
        named=dict.fromkeys(used, ("ADSL", "")),
    )  # fmt: skip
    found: list[Dataset | None] = [subject]
    core, ids = core_dataset(bench, study.estimands)
    used |= ids
    verdicts, ids = response_dataset(bench, core)
    used |= ids
    found += [core, verdicts]
    values, ids = value_datasets(bench)
    found += values
    used |= ids
    for dataset, ids in (event_dataset(bench, source.rows), exposure_dataset(bench)):
        found.append(dataset)
        used |= ids
    others, ids = findings_datasets(bench, used)
    found += others
    used |= ids
    apart = Counter(_reason(each, bench) for each in analysis.records if each.id not in used)
    return Made(tuple(each for each in found if each is not None), len(used), apart, bench.named)


def _reason(record: AnalysisRecord, bench: Bench) -> tuple[str, str]:
    where, otherwise = _unplaced(record.parameter)
    if record.kind in ("measure", "value", "score") and not bench.kept(record):
        return where, _NO_VALUE
    absent = record.kind in ("measure", "value", "score") and isinstance(record.value, Missing)
    return where, otherwise or (_NOBODY if absent else _OTHERWISE)


@lru_cache(maxsize=65_536)  # a study has few parameters, each of them at every visit
def _unplaced(parameter: str) -> tuple[str, str]:
    """A parameter without the number of its row, and why none of its kind has a line; "" where nothing says so."""
    why = next((why for pattern, why in _REASONS if re.fullmatch(pattern, parameter)), "")
    return re.sub(r":\d+$", "", parameter), why


def write(source: Source) -> Iterator[File]:
    """
    `json/` (Dataset-JSON), `xpt/` (transport files), each with its define.xml, and `lost.json`.

    Raises:  ValueError where an analysis record is neither in a dataset nor in lost.json.
    """
    made = analysis_datasets(source)
    _reconcile(made, source)
    metadata = define_xml.Metadata(
        study=source.study.name,
        title=source.study.title.en,
        build=source.study.build,
        guide="ADaMIG",
        guide_version=VERSION,
        made_at=source.snapshot.as_of_utc,
        purpose="Analysis",
        own_terminology=("ADaM", analysis_terminology_version()),
        displays=displays(source.study, source.rows, made.datasets, made.named),
    )
    too_long: list[Lost] = []
    yield from packaged(source, made.datasets, metadata, too_long)
    yield File("lost.json", (_lost(made, source, too_long),))


def _reconcile(made: Made, source: Source) -> None:
    held, gone = len(source.analysis.records), sum(made.uncarried.values())
    if made.placed + gone != held:
        raise ValueError(f"{held} analysis records, {made.placed} in ADaM and {gone} in lost.json")


def _lost(made: Made, source: Source, too_long: Sequence[Lost]) -> bytes:
    held, gone = len(source.analysis.records), sum(made.uncarried.values())
    told = [
        *NEVER,
        *(Lost(f"{where} ({count} records)", reason) for (where, reason), count in sorted(made.uncarried.items())),
        *(Lost(f"xpt: {each.where}", each.reason) for each in too_long),
    ]
    return lost_file(told, {"analysis_records": held, "in_datasets": made.placed, "lost": gone})


FORMAT = Format(
    name="adam",
    title=Text("ADaM (ADaMIG 1.3)", "ADaM（ADaMIG 1.3）"),
    says=Text(
        "What was analysed, ready for a statistician's own programs: one line a value, with the way back to SDTM.",
        "供统计师直接分析的数据集：每个分析值一行，可追溯到 SDTM。",
    ),
    write=write,
    family="datasets",
)

__all__ = ["FORMAT", "NEVER", "Made", "analysis_datasets", "write"]
