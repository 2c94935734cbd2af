"""The draft of a results section: v2 shape, every number the printed one, with the cell it comes from."""

from collections.abc import Iterator

import msgspec

from trialwright.catalog import Catalog
from trialwright.model.analysis import ResultRow
from trialwright.model.record import RegistryRecord
from trialwright.model.study import Study
from trialwright.model.v2.protocol import ProtocolSection
from trialwright.model.v2.results import ResultsSection
from trialwright.register.markdown import plain_protocol
from trialwright.register.reading.built import escaped
from trialwright.register.reading.display import Built, filled
from trialwright.register.readout import parts
from trialwright.register.readout.measures import outcome_measure
from trialwright.register.readout.rows import Rows, Shown
from trialwright.register.writing.written import Owed

_ROOT = "resultsSection"


class ResultsDraft(msgspec.Struct, frozen=True, kw_only=True):
    """
    A results section made of result rows. Text is plain; `document` gives it as API v2 writes it.

    `cells` leads from the path of a printed value to the cell of the report that prints it; `owed` names what no result
    row says.
    """

    section: ResultsSection
    cells: dict[str, str]
    owed: tuple[Owed, ...]

    def document(self, mark: str = "") -> msgspec.Raw:
        """The section as v2 JSON, with what is owed and where each number comes from beside it."""
        beside: Built = {"_owed": self.owed, "_cells": self.cells}
        if mark:
            beside["_mark"] = mark
        section = escaped(msgspec.json.decode(msgspec.json.encode(self.section), type=dict[str, object]))
        return msgspec.Raw(msgspec.json.encode({_ROOT: section} | beside))


def draft_results(
    study: Study, record: RegistryRecord | None, rows: tuple[ResultRow, ...], catalog: Catalog
) -> ResultsDraft:
    """
    Participant flow, baseline, outcome measures and adverse events, from the rows that the report prints.

    Shape:    one reporting group. The rows of a study are not split by arm, so a study with several arms has no draft:
              it owes everything.
    Missing:  a part without result rows is left out and owed; nothing is computed here.
    """
    if len(study.arms) != 1:
        several = Owed(_ROOT, f"Results by arm: the definition has {len(study.arms)} arms, its results are not split.")
        return ResultsDraft(section=ResultsSection(), cells={}, owed=(several,))
    asked = Rows(study, rows, catalog)
    protocol = plain_protocol(record) if record is not None else ProtocolSection()
    event = next((one for one in study.outcomes if study.estimand(one.estimand).variable.kind == "event"), None)
    flow = parts.participant_flow(study, asked, catalog)
    built: Built = {
        "participantFlowModule": flow,
        "baselineCharacteristicsModule": parts.baseline(study, asked, catalog),
        "outcomeMeasuresModule": {"outcomeMeasures": [outcome_measure(one, study, asked) for one in study.outcomes]},
        "adverseEventsModule": parts.adverse_events(
            study, asked, event.time_frame if event else "", event.estimand if event else ""
        ),
        "moreInfoModule": parts.more_info(_contacts(protocol)),
    }
    told = filled(built)
    cells = dict(_cells(told, _ROOT))
    section = msgspec.convert(_plain(told), ResultsSection)
    return ResultsDraft(section=section, cells=cells, owed=tuple(_owed(section)))


def _contacts(protocol: ProtocolSection) -> list[Built]:
    """Who answers about the results: the first official, with the first central contact's telephone and e-mail."""
    module = protocol.contacts_locations_module
    organisation = protocol.sponsor_collaborators_module.lead_sponsor.name
    reached = module.central_contacts[0] if module.central_contacts else None
    name = module.overall_officials[0].name if module.overall_officials else reached.name if reached else ""
    if not name:
        return []
    told: Built = {"title": name, "organization": organisation}
    if reached is not None:
        told |= {"phone": reached.phone, "email": reached.email}
    return [filled(told)]


def _cells(piece: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(piece, dict):
        for key, value in piece.items():
            yield from _cells(value, f"{path}.{key}")
    elif isinstance(piece, list):
        for at, value in enumerate(piece):
            yield from _cells(value, f"{path}[{at}]")
    elif isinstance(piece, Shown):
        yield path, piece.cell


def _plain(piece: object) -> object:
    if isinstance(piece, dict):
        return {key: _plain(value) for key, value in piece.items()}
    if isinstance(piece, list):
        return [_plain(value) for value in piece]
    return str(piece) if isinstance(piece, Shown) else piece


def _owed(section: ResultsSection) -> Iterator[Owed]:
    """What a posted results section needs and no result row says."""
    asked = (
        (not section.participant_flow_module.groups, "participantFlowModule", "Participant flow: started, completed."),
        (not section.baseline_characteristics_module.measures, "baselineCharacteristicsModule", "Baseline measures."),
        (not section.adverse_events_module.event_groups, "adverseEventsModule",
         "Adverse events by term, serious ones apart: displays of the family event_terms, only: serious, only: other."),
    )  # fmt: skip
    yield from (Owed(f"{_ROOT}.{where}", what) for lacking, where, what in asked if lacking)
    titles = {measure.title for measure in section.baseline_characteristics_module.measures}
    for title in (
        "Age, Continuous",
        "Sex: Female, Male",
        "Race (NIH/OMB)",
        "Ethnicity (NIH/OMB)",
        "Region of Enrollment",
    ):
        if title not in titles:
            yield Owed(f"{_ROOT}.baselineCharacteristicsModule.measures", f"{title}, or that it was not collected.")
    for at, measure in enumerate(section.outcome_measures_module.outcome_measures):
        if measure.reporting_status == "NOT_POSTED":
            yield Owed(f"{_ROOT}.outcomeMeasuresModule.outcomeMeasures[{at}]", f"Results of: {measure.title}.")
    module = section.adverse_events_module
    if any(not event.organ_system for event in (*module.serious_events, *module.other_events)):
        yield Owed(f"{_ROOT}.adverseEventsModule", "The organ system of every event, from a dictionary you hold.")
    if module.event_groups and not any(
        event.assessment_type for event in (*module.serious_events, *module.other_events)
    ):
        yield Owed(f"{_ROOT}.adverseEventsModule", "How events were looked for: systematically or not.")
    info = section.more_info_module
    if not (info.point_of_contact.email and info.point_of_contact.phone):
        yield Owed(f"{_ROOT}.moreInfoModule.pointOfContact", "Name, organisation, telephone and e-mail.")
    if info.certain_agreement.pi_sponsor_employee is None:
        yield Owed(f"{_ROOT}.moreInfoModule.certainAgreement", "Whether the investigators are the sponsor's employees.")
    yield Owed("documentSection", "The protocol and the statistical analysis plan, as files, with the results.")
