"""SDTM: the data as SDTMIG 3.4 arranges them, with its controlled terminology."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from trialwright.catalog import Catalog
from trialwright.export import define_xml
from trialwright.export.datasets import Dataset
from trialwright.export.files import File
from trialwright.export.formats import Format, Source, lost_file
from trialwright.export.packaging import packaged
from trialwright.export.sdtm import special, trial
from trialwright.export.sdtm.exposure import put_treatment
from trialwright.export.sdtm.finish import Schedule, domain_dataset, supplemental_dataset
from trialwright.export.sdtm.form_book import FILE, form_book
from trialwright.export.sdtm.metadata import VERSION
from trialwright.export.sdtm.origins import asked_for
from trialwright.export.sdtm.records import Record, Uncarried, drop_without_topic, gather
from trialwright.export.sdtm.relations import link_rows, related_records
from trialwright.export.sdtm.subjects import Subject, subjects, visit_names, visit_numbers
from trialwright.export.sdtm.summary import trial_summary
from trialwright.model.ledger import Snapshot
from trialwright.model.problem import Lost
from trialwright.model.study import Study
from trialwright.model.text import Text

_OF_ACTS = ("DM", "SV", "DS", "IE")
ORDER = (
    "TA", "TE", "TV", "TI", "TS", "DM", "SE", "SV", "DS", "DV", "IE", "EX", "DA", "CM", "PR", "MH", "AE", "CE", "LB",
    "VS", "QS", "RS", "FT", "MK", "FA",
)  # fmt: skip


NEVER: tuple[Lost, ...] = (
    Lost(
        "ledger: every earlier version, who changed it and why", "SDTM holds one moment; ODM and CSV carry the history"
    ),
    Lost("ledger: queries, marks, locks, looks and signatures", "SDTM has no domain for how data were cared for"),
    Lost(
        "ledger: product received, returned, destroyed, counted at the site",
        "DA holds the product of participants, not the stock of a site",
    ),
    Lost("values as they were typed", "SDTM holds them as understood; CSV carries both"),
    Lost(
        "definition: skip logic, edit checks, estimands, displays", "they are no data of participants; ODM carries most"
    ),
    Lost("words in Chinese", "labels and terms are English in a submission; ODM carries both languages"),
)
"""What no SDTM export can carry, whatever the data."""


class Tabulation(msgspec.Struct, frozen=True):
    """The datasets of one snapshot; how many values stand in them; what found no place, counted by item and reason."""

    datasets: tuple[Dataset, ...]
    placed: int
    uncarried: Uncarried
    people: Mapping[str, Subject] = {}
    records: tuple[Record, ...] = ()  # those that stand, each with its --SEQ
    schedule: Schedule | None = None

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
    link_rows(records)
    schedule = _schedule(study, records)
    by_domain: dict[str, list[Record]] = {
        "SV": special.visit_records(snapshot, records, schedule),
        "DS": special.dispositions(snapshot, records, _reasons(catalog)),
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
    related = related_records(study.name, records, gathered.relations, people, gathered.lost)
    if related.dataset is not None:
        made.append(related.dataset)
    not_met = sum(record.visit != "" for record in by_domain["IE"])
    placed = sum(len(record.seqs) for record in records if record.current) + not_met + related.placed
    standing = tuple(record for record in records if record.current)
    return Tabulation(tuple(made), placed, gathered.lost, people, standing, schedule)


def _reasons(catalog: Catalog) -> dict[str, str]:
    """The standard's term for each reason for leaving that the catalog knows."""
    return {each.code: each.mapping.get("sdtm", "") for each in catalog.terms("withdrawal_reason").choices}


def _observed(
    study: Study, name: str, records: list[Record], people: Mapping[str, Subject], schedule: Schedule
) -> list[Dataset]:
    parent = domain_dataset(name, records, study.name, people, schedule)
    supplemental = supplemental_dataset(parent, records, people)
    return [parent] if supplemental is None else [parent, supplemental]


def _schedule(study: Study, records: list[Record]) -> Schedule:
    numbers = visit_numbers(study, dict.fromkeys(record.visit for record in records))
    baseline = next((at for at, visit in enumerate(study.visits) if visit.kind == "baseline"), -1)
    dates = {
        (record.participant, record.visit): str(record.values["SVSTDTC"])
        for record in records
        if record.domain == "SV" and record.current and record.values.get("SVSTDTC")
    }
    taken = Counter((participant, day) for (participant, _), day in dates.items())
    return Schedule(
        numbers=numbers,
        names=visit_names(study, numbers),
        days={name: study.visit(name).study_day if "-" not in name else None for name in numbers},
        dates=dates,
        on_day={(who, day): visit for (who, visit), day in dates.items() if taken[who, day] == 1},
        before_dose=frozenset(visit.name for at, visit in enumerate(study.visits) if at <= baseline),
    )


def tabulated(source: Source) -> Tabulation:
    """The datasets of a source, tabulated once for all formats that stand on them."""
    return source.once(_tabulated)


def _tabulated(source: Source) -> Tabulation:
    return tabulate(source.study, source.snapshot, source.catalog)


def write(source: Source) -> Iterator[File]:
    """
    `json/` (Dataset-JSON), `xpt/` (transport files), each with its define.xml and acrf.pdf, and `lost.json`.

    Raises:  ValueError where a current datapoint is neither in a dataset nor in lost.json.
    """
    made = tabulated(source)
    _reconcile(made, source)
    book = form_book(source.study, source.catalog, source.snapshot.as_of_utc[:10])
    metadata = define_xml.Metadata(
        study=source.study.name,
        title=source.study.title.en,
        build=source.study.build,
        guide="SDTMIG",
        guide_version=VERSION,
        made_at=source.snapshot.as_of_utc,
        forms=book.forms,
    )
    too_long: list[Lost] = []
    yield from packaged(source, tuple(asked_for(each, book.forms) for each in made.datasets), metadata, too_long)
    # Beside each define.xml, whose references lead to it: either folder can be handed on alone.
    for folder in ("json", "xpt"):
        yield File(f"{folder}/{FILE}", (book.pdf,))
    yield File("lost.json", (_lost(made, source, too_long),))


def _reconcile(made: Tabulation, source: Source) -> None:
    held, gone = source.snapshot.current.height, sum(made.uncarried.values())
    if made.placed + gone != held:
        raise ValueError(f"{held} datapoints stand in the snapshot, {made.placed} in SDTM and {gone} in lost.json")


def _lost(made: Tabulation, source: Source, too_long: Sequence[Lost]) -> bytes:
    held, gone = source.snapshot.current.height, sum(made.uncarried.values())
    told = [
        *NEVER,
        *(Lost(f"{where} ({count} values)", reason) for (where, reason), count in sorted(made.uncarried.items())),
        *(Lost(f"xpt: {each.where}", each.reason) for each in too_long),
    ]
    return lost_file(told, {"datapoints": held, "in_datasets": made.placed, "lost": gone})


FORMAT = Format(
    name="sdtm",
    title=Text("SDTM (SDTMIG 3.4)", "SDTM（SDTMIG 3.4）"),
    says=Text(
        "The data as a regulator asks for them: Dataset-JSON, SAS transport files and Define-XML.",
        "监管机构要求的数据格式：Dataset-JSON、SAS 传输文件和 Define-XML。",
    ),
    write=write,
    family="datasets",
)

__all__ = ["FORMAT", "NEVER", "ORDER", "Tabulation", "tabulate", "tabulated", "write"]
