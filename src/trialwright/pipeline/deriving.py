"""What is derived from a snapshot, with the departures from the protocol that its data show and nobody has judged."""

import msgspec
import polars as pl

from trialwright.capture.deviations import Candidate, candidates
from trialwright.catalog import Catalog
from trialwright.derive import derive
from trialwright.derive.courses import DOSING
from trialwright.derive.days import study_day
from trialwright.derive.visits import VISIT_RECORD, visit_id
from trialwright.model.analysis import DEPARTURE, Analysis, AnalysisRecord
from trialwright.model.ledger import Snapshot
from trialwright.model.quantity import PartialDate
from trialwright.model.study import Study

ACTS = ("participant_added", "consent_given", "enrolled", "visit_completed", "visit_missed")
"""Acts that decide whether something was a departure."""

OF_VISIT = ("window", "missed", "consent", "reconsent", "no_dose")
"""Rules that end in the name of a visit and rest on its day; the others rest on screening and the doses."""


def derive_all(study: Study, snapshot: Snapshot, catalog: Catalog) -> Analysis:
    """
    `derive`, and one record a departure that the data show: the same that the Deviations page waits for an answer to.

    Shape:   parameter `departure`, its category the value; `details` hold rule, description and whether it looks major.
    Missing: what was put on record or settled stands where it was told, not here.
    """
    analysis = derive(study, snapshot, catalog)
    found = candidates(study, snapshot)
    if not found:
        return analysis
    first = {p.participant_id: p.first_dose for p in analysis.participants}
    visits = {record.id for record in analysis.records if record.parameter == "visit"}
    records = [_record(study, snapshot, each, first.get(each.participant_id, ""), visits) for each in found]
    return msgspec.structs.replace(analysis, records=(*analysis.records, *records))


def _record(study: Study, snapshot: Snapshot, found: Candidate, first_dose: str, visits: set[str]) -> AnalysisRecord:
    kind, _, name = found.rule.partition(":")
    visit = name if kind in OF_VISIT else ""
    behind = visit_id(found.participant_id, visit)
    return AnalysisRecord(
        id=f"{found.participant_id}:{visit or '-'}:{DEPARTURE}.{found.rule}",
        participant_id=found.participant_id,
        visit=visit,
        parameter=DEPARTURE,
        kind="event",
        value=found.category,
        date=found.date,
        study_day=study_day(_date(first_dose), _date(found.date)),
        details={
            "category": found.category, "major": "Y" if found.major else "N", "description": found.description.en,
            "date": found.date, "rule": found.rule,
        },
        inputs=_inputs(study, snapshot, found.participant_id, visit),
        uses=(behind,) if behind in visits else (),
    )  # fmt: skip


def _inputs(study: Study, snapshot: Snapshot, participant: str, visit: str) -> tuple[int, ...]:
    """The datapoints and acts a departure is seen from: its visit's day or the screening, and the doses."""
    own = pl.col("participant_id") == participant
    doses = pl.col("item").cat.starts_with(f"{DOSING}.")
    if visit:
        asked = (pl.col("visit") == visit) & pl.col("item").cat.starts_with(f"{VISIT_RECORD}.")
    else:
        asked = pl.col("visit").is_in([each.name for each in study.visits if each.kind in ("screening", "baseline")])
    seqs = set(snapshot.current.filter(own & (doses | asked))["seq"].to_list())
    seqs |= {event.seq for event in snapshot.events if event.participant_id == participant and event.kind in ACTS}
    return tuple(sorted(seqs))


def _date(text: str) -> PartialDate | None:
    return PartialDate(text) if text else None
