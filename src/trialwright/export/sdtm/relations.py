"""RELREC: which records belong together, because one row of a form holds them or because an answer names the other."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from trialwright.export.datasets import Cell, Dataset
from trialwright.export.sdtm.finish import as_dataset
from trialwright.export.sdtm.metadata import domains
from trialwright.export.sdtm.records import Record, Relation, Uncarried
from trialwright.export.sdtm.subjects import Subject

NO_PARTNER = "the record that it names does not stand in SDTM"
_MANY, _ONE = "MANY", "ONE"
_OBSERVED = ("Events", "Interventions")


class Related(msgspec.Struct, frozen=True):
    """RELREC (None without any relation), and how many answers that name another record stand in it."""

    dataset: Dataset | None
    placed: int


def link_rows(records: Iterable[Record]) -> None:
    """
    Tie what was found out about a dose or an event to it: in a row of a log both get one --LNKID.

    Shape:   the findings of the row also take over its day, for a log has no visit to take one from.
    """
    for rows in _by_row(each for each in records if each.row).values():
        parents = [each for each in rows if domains()[each.domain].kind in _OBSERVED]
        about = [each for each in rows if domains()[each.domain].is_findings]
        if len(parents) != 1 or not about:
            continue
        name = f"{rows[0].form.upper()}-{rows[0].row}"
        day = parents[0].values.get(f"{parents[0].domain}STDTC")
        for each in (*parents, *about):
            each.values = {**each.values, f"{each.domain}LNKID": name}
        for each in about:
            each.values = {f"{each.domain}DTC": day, **each.values}


def _by_row(records: Iterable[Record]) -> dict[tuple[str, str, str, int], list[Record]]:
    found: dict[tuple[str, str, str, int], list[Record]] = {}
    for each in records:
        if each.current and each.form:
            found.setdefault((each.participant, each.visit, each.form, each.row), []).append(each)
    return found


def related_records(
    study: str, records: Sequence[Record], named: Sequence[Relation], people: Mapping[str, Subject], lost: Uncarried
) -> Related:
    """
    Every relation that the data hold.

    Shape:   whole datasets by --LNKID (the product of a dose); record by record an event and the treatments that one
             form asks about together, and what an answer names by its row ("given for adverse event 2").
    Missing: an answer that names a row which is not there is counted in `lost`.
    """
    lines = [*_by_link(study, records)]
    pairs = [*_together(records)]
    placed = 0
    for each in named:
        ends = _ends(records, each)
        if ends is None:
            lost[each.where, NO_PARTNER] += 1
        else:
            pairs.append(ends)
            placed += 1
    counted: Counter[tuple[str, str]] = Counter()
    for members in pairs:
        kind = "".join(dict.fromkeys(each.domain for each in members))
        counted[members[0].participant, kind] += 1
        name = f"{kind}{counted[members[0].participant, kind]}"
        lines += [_record_line(study, each, name, people) for each in members]
    if not lines:
        return Related(None, placed)
    keys = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "RELID")
    lines.sort(key=lambda line: tuple(str(line[name] or "") for name in ("USUBJID", "RELID", "RDOMAIN")))
    return Related(as_dataset(domains()["RELREC"], lines, keys=keys), placed)


def _by_link(study: str, records: Sequence[Record]) -> Iterable[dict[str, Cell]]:
    linked: dict[str, set[str]] = {}
    for each in records:
        name = each.values.get(f"{each.domain}LNKID")
        if each.current and name:
            linked.setdefault(each.form, set()).add(each.domain)
    told = sorted({tuple(sorted(names)) for names in linked.values()})
    for members in told:
        parent = next(name for name in members if domains()[name].kind in _OBSERVED)
        ordered = (parent, *(each for each in members if each != parent))
        for name in ordered:
            yield {
                "STUDYID": study, "RDOMAIN": name, "USUBJID": None, "IDVAR": f"{name}LNKID", "IDVARVAL": None,
                "RELTYPE": _ONE if name == parent else _MANY, "RELID": "".join(ordered),
            }  # fmt: skip


def _together(records: Sequence[Record]) -> Iterable[tuple[Record, ...]]:
    """An event and the treatments of one form: the disease and what was given for it before."""
    for rows in _by_row(each for each in records if domains()[each.domain].kind in _OBSERVED).values():
        events = [each for each in rows if domains()[each.domain].kind == "Events"]
        treatments = [each for each in rows if domains()[each.domain].kind == "Interventions"]
        if len(events) == 1 and treatments:
            yield (events[0], *treatments)


def _ends(records: Sequence[Record], named: Relation) -> tuple[Record, Record] | None:
    here = next(
        (
            each for each in records
            if each.current and domains()[each.domain].kind in _OBSERVED
            and (each.participant, each.visit, each.form, each.row)
            == (named.participant, named.visit, named.form, named.row)
        ),
        None,
    )  # fmt: skip
    there = next(
        (
            each for each in records
            if each.current and (each.participant, each.domain, each.row)
            == (named.participant, named.domain, named.to_row)
        ),
        None,
    )  # fmt: skip
    return (there, here) if here is not None and there is not None else None


def _record_line(study: str, record: Record, name: str, people: Mapping[str, Subject]) -> dict[str, Cell]:
    return {
        "STUDYID": study, "RDOMAIN": record.domain, "USUBJID": people[record.participant].usubjid,
        "IDVAR": f"{record.domain}SEQ", "IDVARVAL": str(record.number), "RELTYPE": None, "RELID": name,
    }  # fmt: skip
