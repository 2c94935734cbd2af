"""SDTM: the data as SDTMIG 3.4 arranges them, with its controlled terminology."""

from collections.abc import Mapping

import msgspec

from trialwright.catalog import Catalog
from trialwright.export.datasets import Dataset
from trialwright.export.sdtm import special, trial
from trialwright.export.sdtm.exposure import put_treatment
from trialwright.export.sdtm.finish import Schedule, domain_dataset, supplemental_dataset
from trialwright.export.sdtm.records import Lost, Record, drop_without_topic, gather
from trialwright.export.sdtm.subjects import Subject, subjects, visit_names, visit_numbers
from trialwright.export.sdtm.summary import trial_summary
from trialwright.model.ledger import Snapshot
from trialwright.model.study import Study

_OF_ACTS = ("DM", "SV", "DS", "IE")
ORDER = (
    "TA", "TE", "TV", "TI", "TS", "DM", "SE", "SV", "DS", "DV", "IE", "EX", "DA", "CM", "PR", "MH", "AE", "CE", "LB", "VS",
    "QS", "RS", "FT", "MK", "FA",
)  # fmt: skip


class Tabulation(msgspec.Struct, frozen=True):
    """The datasets of one snapshot, and what found no place, counted by item and reason."""

    datasets: tuple[Dataset, ...]
    lost: Lost

    def dataset(self, name: str) -> Dataset:
        return next(each for each in self.datasets if each.name == name)


def tabulate(study: Study, snapshot: Snapshot, catalog: Catalog) -> Tabulation:
    """
    Every SDTM dataset of a snapshot.

    Shape:   trial design, special-purpose domains and one domain for every kind of observation that was collected,
             each with its supplemental qualifiers. --SEQ follows the ledger: what is added later never renumbers.
    Missing: a value without a place in SDTM is counted in `lost` with the reason; dates keep their precision.
    """
    gathered = gather(study, snapshot, catalog)
    records = list(gathered.records)
    people = subjects(study, snapshot, records)
    records = [each for each in records if each.participant in people]
    put_treatment(study, records, people)
    drop_without_topic(records, gathered.lost)
    schedule = _schedule(study, records)
    by_domain: dict[str, list[Record]] = {
        "SV": special.visit_records(snapshot, records, schedule),
        "DS": special.dispositions(study, snapshot, records),
        "IE": special.not_met(study, snapshot, people),
    }
    for record in records:
        if record.domain not in _OF_ACTS:
            by_domain.setdefault(record.domain, []).append(record)
    made = [
        trial.arms(study),
        trial.elements(study),
        trial.visits(study, schedule.numbers, schedule.names),
        trial.criteria(study),
        trial_summary(study, snapshot, people),
        special.demographics(study, records, people),
        special.elements(study, people),
    ]
    for name in ORDER:
        if any(record.current for record in by_domain.get(name, ())):
            made += _observed(study, name, by_domain[name], people, schedule)
    return Tabulation(tuple(made), gathered.lost)


def _observed(
    study: Study, name: str, records: list[Record], people: Mapping[str, Subject], schedule: Schedule
) -> list[Dataset]:
    parent = domain_dataset(name, records, study.name, people, schedule)
    supplemental = supplemental_dataset(parent, records, people)
    return [parent] if supplemental is None else [parent, supplemental]


def _schedule(study: Study, records: list[Record]) -> Schedule:
    numbers = visit_numbers(study, dict.fromkeys(record.visit for record in records))
    baseline = next((at for at, visit in enumerate(study.visits) if visit.kind == "baseline"), -1)
    return Schedule(
        numbers=numbers,
        names=visit_names(study, numbers),
        days={name: study.visit(name).study_day if "-" not in name else None for name in numbers},
        dates={
            (record.participant, record.visit): str(record.values["SVSTDTC"])
            for record in records
            if record.domain == "SV" and record.current and record.values.get("SVSTDTC")
        },
        before_dose=frozenset(visit.name for at, visit in enumerate(study.visits) if at <= baseline),
    )


__all__ = ["ORDER", "Tabulation", "tabulate"]
