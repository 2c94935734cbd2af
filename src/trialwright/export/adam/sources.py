"""The way back: which SDTM record stands behind the datapoints of an analysis record."""

from collections import Counter
from collections.abc import Mapping
from functools import cache

import msgspec

from trialwright.catalog import Catalog
from trialwright.export.datasets import Cell
from trialwright.export.sdtm import Tabulation
from trialwright.export.sdtm.metadata import domains
from trialwright.export.sdtm.places import Place, asked_fields
from trialwright.model.analysis import AnalysisRecord
from trialwright.model.study import Study


class Behind(msgspec.Struct, frozen=True):
    """SRCDOM, SRCVAR and SRCSEQ of one analysis record; `several` where more than one record of SDTM was used."""

    domain: str = ""
    variable: str = ""
    number: int | None = None
    several: bool = False


class Sources(msgspec.Struct, frozen=True):
    """
    The SDTM records by ledger entry.

    `standing` gives domain, --SEQ and visit of the record that a datapoint stands in; `rows` the record itself by
    domain, participant and --SEQ; `places` where each item stands.
    """

    standing: Mapping[int, tuple[str, int, str]]
    rows: Mapping[tuple[str, str, int], tuple[Cell, ...]]
    names: Mapping[str, tuple[str, ...]]  # of the variables of each domain
    places: Mapping[str, Place]
    usubjid: Mapping[str, str]

    def behind(self, record: AnalysisRecord) -> Behind:
        """
        Where the value of a record comes from: its own visit's datapoints only, never those of the baseline.

        Missing: nothing where no datapoint stands in SDTM (a visit that did not take place).
        """
        held = [self.standing[seq] for seq in record.inputs if seq in self.standing]
        # The date of a visit and the doses before it bear on the record; they are not where its value comes from.
        here = [each for each in held if each[2] == record.visit and each[0] not in ("SV", "EX")]
        here = here or [each for each in held if domains()[each[0]].kind in ("Interventions", "Events")]
        if not here:
            return Behind()
        found = set(here)
        domain = here[0][0]
        if len(found) > 1:
            counts = Counter(name for name, _, _ in dict.fromkeys(here))
            domain = max(counts, key=counts.__getitem__)
        of_domain = [number for name, number, _ in found if name == domain]
        return Behind(domain, _result(domain), of_domain[0] if len(of_domain) == 1 else None, len(of_domain) > 1)

    def cell(self, record: AnalysisRecord, domain: str, name: str) -> Cell:
        """One variable of that record; nothing where there is no record, or the dataset has no such variable."""
        names = self.names.get(domain, ())
        cells = self._cells(record, domain) if name in names else None
        return cells[names.index(name)] if cells is not None else None

    def row(self, record: AnalysisRecord, domain: str) -> Mapping[str, Cell]:
        """The SDTM record of this domain that an analysis record was made from; empty where there is none."""
        cells = self._cells(record, domain)
        return dict(zip(self.names[domain], cells, strict=True)) if cells is not None else {}

    def _cells(self, record: AnalysisRecord, domain: str) -> tuple[Cell, ...] | None:
        for seq in record.inputs:
            place = self.standing.get(seq)
            if place is not None and place[0] == domain:
                return self.rows.get((domain, self.usubjid[record.participant_id], place[1]))
        return None


@cache
def _result(domain: str) -> str:
    """The variable of a domain in which the value stands."""
    if domains()[domain].is_findings:
        return f"{domain}STRESN"
    name = f"{domain}DOSE"
    return name if name in domains()[domain].variables else f"{domain}TERM"


def sources(study: Study, catalog: Catalog, made: Tabulation) -> Sources:
    """The sources of one tabulation."""
    places = ((each.seqs, (each.domain, each.number, each.visit)) for each in made.records)
    standing = {seq: place for seqs, place in places for seq in seqs}
    names = {each.name: tuple(variable.name for variable in each.variables) for each in made.datasets}
    rows: dict[tuple[str, str, int], tuple[Cell, ...]] = {}
    for dataset in made.datasets:
        if {"USUBJID", f"{dataset.name}SEQ"} <= set(names[dataset.name]):
            people, numbers = dataset.column("USUBJID"), dataset.column(f"{dataset.name}SEQ")
            for person, number, cells in zip(people, numbers, dataset.rows, strict=True):
                rows[dataset.name, str(person), int(str(number))] = cells
    return Sources(
        standing,
        rows,
        names,
        _places(study, catalog),
        {each.participant: each.usubjid for each in made.people.values()},
    )


def _places(study: Study, catalog: Catalog) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for each in asked_fields(study, catalog):
        if each.place is not None:
            found.setdefault(each.field.name, each.place)
    return found
