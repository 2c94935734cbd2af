"""What was given: a dose log asks when and how much; the treatment itself stands in the definition."""

from collections.abc import Iterable, Mapping

from trialwright.export.sdtm.records import Record
from trialwright.export.sdtm.subjects import Subject
from trialwright.export.sdtm.summary import route_term
from trialwright.model.study import Intervention, Study


def put_treatment(study: Study, records: Iterable[Record], people: Mapping[str, Subject]) -> None:
    """
    EXTRT, EXROUTE and EXENDTC of every dose, from the intervention of the participant's arm.

    Missing: where an arm has several interventions and the log does not say which, the treatment stays open and the
             record is left for the checker to find.
    """
    known = {each.name: each for each in study.interventions}
    for record in records:
        if record.domain != "EX" or not record.current:
            continue
        given = _given(known, people[record.participant], study)
        # One infusion: it ends on the day it begins.
        added = {"EXENDTC": record.values.get("EXENDTC") or record.values.get("EXSTDTC")}
        if given is not None:
            added |= {"EXTRT": given.title.en.upper(), "EXROUTE": route_term(given.route) or None}
        record.values = {**added, **{name: cell for name, cell in record.values.items() if cell is not None}}


def _given(known: Mapping[str, Intervention], person: Subject, study: Study) -> Intervention | None:
    arm = person.arm or (study.arms[0] if len(study.arms) == 1 else None)
    if arm is None:
        return None
    drugs = [known[name] for name in arm.interventions if name in known]
    return drugs[0] if len(drugs) == 1 else None
