"""
The results section as an upload file: `rrs:result` inside a partial upload, which leaves the protocol as it is.

Source:  RRSUploadSchema.xsd 2017.04.18. Its pick-lists are not in the schema: where its comments name no word, the
         registry's display words are written, and the remark says so.
"""

from collections.abc import Iterable

from lxml import etree

from trialwright.model.record import RegistryRecord
from trialwright.model.v2.results import (
    AdverseEvent,
    BaselineMeasure,
    FlowMilestone,
    MeasureAnalysis,
    MeasureClass,
    MeasureGroup,
    OutcomeMeasure,
    ResultsSection,
)
from trialwright.register.markdown import plain_protocol
from trialwright.register.readout.draft import ResultsDraft
from trialwright.register.writing.prs_xml import NAMESPACE
from trialwright.register.writing.written import UNCHECKED, Written

RESULTS_NAMESPACE = "http://clinicaltrials.gov/rrs"
SCHEMA_DATE = "2017.04.18"
REMARK = (
    f"PRS results XML by the schema of {SCHEMA_DATE}, a partial upload of the results alone; its pick-lists are not "
    f"public with it; {UNCHECKED}."
)
_STANDARD = ("Age, Continuous", "Sex: Female, Male", "Race (NIH/OMB)", "Ethnicity (NIH/OMB)", "Region of Enrollment")
_STUDY_SPECIFIC = "Study-Specific Measure"
_MEASURE_TYPES = {"PRIMARY": "Primary", "SECONDARY": "Secondary", "OTHER_PRE_SPECIFIED": "Other Pre-specified"}
_SIDES = {"TWO_SIDED": "2-Sided", "ONE_SIDED": "1-Sided"}
_MILESTONES = ("STARTED", "COMPLETED", "NOT COMPLETED")


def write_results_xml(draft: ResultsDraft, record: RegistryRecord, org_name: str = "", *, mark: str = "") -> Written:
    """The upload file of a results draft for the record it belongs to; `mark` stands in it and before it."""
    protocol = plain_protocol(record)
    names = {"prs": NAMESPACE, "rrs": RESULTS_NAMESPACE}
    root = etree.Element(f"{{{NAMESPACE}}}study_collection", nsmap=names)
    remarks = (f"{mark}: not for upload.", REMARK) if mark else (REMARK,)
    for remark in remarks:
        root.append(etree.Comment(f" {remark} "))
    study = etree.SubElement(root, "clinical_study", partial_upload="true")
    info = etree.SubElement(study, "id_info")
    identification = protocol.identification_module
    _add(info, "org_name", org_name or identification.organization.full_name or "unknown")
    _add(info, "org_study_id", identification.org_study_id_info.id or "unknown")
    result = etree.SubElement(study, f"{{{RESULTS_NAMESPACE}}}result")
    section = draft.section
    _baseline(result, section)
    _agreement(result, section)
    measures = etree.SubElement(result, "outcomeMeasures")
    for number, measure in enumerate(section.outcome_measures_module.outcome_measures, 1):
        _outcome(measures, measure, f"-{number}")
    _flow(result, section)
    _contact(result, section)
    _events(result, section)
    etree.indent(root)
    content = etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"
    return Written(content=content, owed=draft.owed, remarks=remarks)


def _add(parent: etree._Element, tag: str, text: str | int | None) -> None:
    """A child with text; none where there is none."""
    if text not in (None, ""):
        etree.SubElement(parent, tag).text = str(text)


def _groups(
    parent: etree._Element, tags: tuple[str, str], groups: Iterable[MeasureGroup], counts: dict[str, str], mark: str
) -> None:
    listed = etree.SubElement(parent, tags[0])
    for group in groups:
        told = etree.SubElement(listed, tags[1], id=f"{group.id}{mark}")
        _add(told, "description", group.description)
        _add(told, "subjectsAnalyzed", counts.get(group.id))
        _add(told, "title", group.title)


def _baseline(result: etree._Element, section: ResultsSection) -> None:
    module = section.baseline_characteristics_module
    if not module.groups:
        return
    part = etree.SubElement(result, "baseline")
    measures = etree.SubElement(part, "baselineMeasures")
    for measure in module.measures:
        _baseline_measure(measures, measure)
    counts = {count.group_id: count.value for denom in module.denoms for count in denom.counts}
    _groups(part, ("baselineReportingGroups", "baselineReportingGroup"), module.groups, counts, "")
    _add(part, "populationAnalysisDescription", module.population_description)


def _baseline_measure(parent: etree._Element, measure: BaselineMeasure) -> None:
    told = etree.SubElement(parent, "baselineMeasure")
    _add(told, "dispersionType", _display(measure.dispersion_type))
    _rows(told, measure.classes, "")
    _add(told, "measureDescription", measure.description)
    _add(told, "parameterType", _display(measure.param_type))
    standard = measure.title in _STANDARD
    _add(told, "title", measure.title if standard else _STUDY_SPECIFIC)
    _add(told, "unitOfMeasure", measure.unit_of_measure)
    _add(told, "otherTitle", "" if standard else measure.title)


def _display(code: str) -> str:
    """COUNT_OF_PARTICIPANTS as "Count of Participants"; words that are no code stay."""
    if not code.isupper():
        return code
    return " ".join(word if word in ("OF",) else word.capitalize() for word in code.split("_")).replace(" OF ", " of ")


def _rows(parent: etree._Element, classes: Iterable[MeasureClass], mark: str) -> None:
    """A row a class, a reported value a group, an entry a category."""
    rows = etree.SubElement(parent, "measureRows")
    for each in classes:
        row = etree.SubElement(rows, "measureRow")
        values = etree.SubElement(row, "reportedValues")
        analysed = {count.group_id: count.value for denom in each.denoms for count in denom.counts}
        groups = dict.fromkeys(one.group_id for category in each.categories for one in category.measurements)
        for group in groups:
            value = etree.SubElement(values, "reportedValue")
            _add(value, "reportingGroupId", f"{group}{mark}")
            entries = etree.SubElement(value, "reportedEntries")
            for category in each.categories:
                for one in category.measurements:
                    if one.group_id == group:
                        entry = etree.SubElement(entries, "reportedEntry")
                        _add(entry, "catName", category.title)
                        _add(entry, "dispersionLowerLimit", one.lower_limit)
                        _add(entry, "dispersionSpread", one.spread)
                        _add(entry, "dispersionUpperLimit", one.upper_limit)
                        _add(entry, "parameterValue", one.value)
            _add(value, "subjectsAnalyzed", analysed.get(group))
        _add(row, "title", each.title)


def _agreement(result: etree._Element, section: ResultsSection) -> None:
    agreement = section.more_info_module.certain_agreement
    if agreement.pi_sponsor_employee is not None:
        part = etree.SubElement(result, "certainAgreement")
        _add(part, "piSponsorEmployee", "Yes" if agreement.pi_sponsor_employee else "No")
    text = section.more_info_module.limitations_and_caveats.description
    if text:
        _add(etree.SubElement(result, "limitationsAndCaveats"), "description", text)


def _outcome(parent: etree._Element, measure: OutcomeMeasure, mark: str) -> None:
    told = etree.SubElement(parent, "outcomeMeasure")
    if measure.param_type == "COUNT_OF_PARTICIPANTS":
        _add(told, "calculatePct", "Yes")
    _add(told, "dispersionType", measure.dispersion_type)
    _rows(told, measure.classes, mark)
    _add(told, "measureDescription", measure.description)
    _add(told, "parameterType", _display(measure.param_type))
    _add(told, "populationAnalysisDescription", measure.population_description)
    _add(told, "timeFrame", measure.time_frame)
    _add(told, "title", measure.title)
    _add(told, "unitOfMeasure", measure.unit_of_measure)
    _add(told, "measureType", _MEASURE_TYPES.get(measure.type, measure.type))
    analyses = etree.SubElement(told, "outcomeMeasureAnalyses")
    for analysis in measure.analyses:
        _analysis(analyses, analysis, mark)
    counts = {count.group_id: count.value for denom in measure.denoms for count in denom.counts}
    _groups(told, ("outcomeReportingGroups", "outcomeReportingGroup"), measure.groups, counts, mark)


def _analysis(parent: etree._Element, analysis: MeasureAnalysis, mark: str) -> None:
    told = etree.SubElement(parent, "measureAnalysis")
    groups = etree.SubElement(told, "outcomeReportingGroups")
    for group in analysis.group_ids:
        _add(groups, "outcomeReportingGroupId", f"{group}{mark}")
    _add(told, "ciLowerLimit", analysis.ci_lower_limit)
    _add(told, "ciNumSides", _SIDES.get(analysis.ci_num_sides))
    _add(told, "ciPctValue", analysis.ci_pct_value)
    _add(told, "ciUpperLimit", analysis.ci_upper_limit)
    _add(told, "estimateComment", analysis.estimate_comment)
    _add(told, "groupDescription", analysis.group_description)
    _add(told, "otherMethodName", analysis.statistical_method)
    _add(told, "otherTypeName", analysis.param_type)
    # the schema demands the element; a test without an estimate leaves it empty
    etree.SubElement(told, "parameterType").text = "Other" if analysis.param_type else None
    _add(told, "parameterValue", analysis.param_value)
    _add(told, "pValue", analysis.p_value)
    _add(told, "statisticalMethod", "Other" if analysis.statistical_method else "")
    _add(told, "statisticalTestComment", analysis.statistical_comment)
    _add(told, "statisticalTestType", _display(analysis.non_inferiority_type))


def _flow(result: etree._Element, section: ResultsSection) -> None:
    module = section.participant_flow_module
    if not module.groups:
        return
    part = etree.SubElement(result, "participantFlow")
    groups = etree.SubElement(part, "participantFlowGroups")
    for group in module.groups:
        told = etree.SubElement(groups, "flowGroup", id=group.id)
        _add(told, "description", group.description)
        _add(told, "title", group.title)
    periods = etree.SubElement(part, "periods")
    for period in module.periods:
        told = etree.SubElement(periods, "period")
        named = {milestone.type: milestone for milestone in period.milestones}
        _milestone(told, "completedMilestone", named.get("COMPLETED", FlowMilestone()))
        reasons = etree.SubElement(told, "dropWithdrawReasons")
        for reason in period.drop_withdraws:
            one = etree.SubElement(reasons, "dropWithdrawReason")
            details = etree.SubElement(one, "dropWithdrawReasonDetails")
            for count in reason.reasons:
                detail = etree.SubElement(details, "reasonDetail")
                _add(detail, "reportingGroupId", count.group_id)
                _add(detail, "subjectsAffected", count.num_subjects)
            _add(one, "reasonType", reason.type)
        others = etree.SubElement(told, "milestones")
        for milestone in period.milestones:
            if milestone.type not in _MILESTONES:
                _add(_milestone(others, "milestone", milestone), "titleOther", milestone.type)
        _milestone(told, "startedMilestone", named.get("STARTED", FlowMilestone()))
        _add(told, "title", period.title)


def _milestone(parent: etree._Element, tag: str, milestone: FlowMilestone) -> etree._Element:
    told = etree.SubElement(parent, tag)
    _add(told, "comment", milestone.comment)
    achieved = etree.SubElement(told, "milestoneAchievements")
    for count in milestone.achievements:
        one = etree.SubElement(achieved, "milestoneAchievement")
        _add(one, "reportingGroupId", count.group_id)
        _add(one, "subjectsAchieve", count.num_subjects)
    return told


def _contact(result: etree._Element, section: ResultsSection) -> None:
    point = section.more_info_module.point_of_contact
    if point.title:
        part = etree.SubElement(result, "pointOfContact")
        _add(part, "email", point.email)
        _add(part, "organizationName", point.organization)
        _add(part, "phoneExtension", point.phone_ext)
        _add(part, "phoneNumber", point.phone)
        _add(part, "title", point.title)


def _events(result: etree._Element, section: ResultsSection) -> None:
    module = section.adverse_events_module
    if not module.event_groups:
        return
    part = etree.SubElement(result, "reportedEvents")
    _add(part, "frequencyReportingThreshold", module.frequency_threshold)
    _event_list(part, "frequentAdverseEvents", "frequentEvent", module.other_events)
    groups = etree.SubElement(part, "interventionGroups")
    for group in module.event_groups:
        told = etree.SubElement(groups, "interventionGroup", id=group.id)
        _add(told, "description", group.description)
        _add(told, "numDeaths", group.deaths_num_affected)
        _add(told, "numSubjectsFrequentEvents", group.other_num_affected)
        _add(told, "numSubjectsSeriousEvents", group.serious_num_affected)
        _add(told, "partAtRiskAllCauseMort", group.deaths_num_at_risk)
        _add(told, "partAtRiskFrequentEvents", group.other_num_at_risk)
        _add(told, "partAtRiskSeriousEvents", group.serious_num_at_risk)
        _add(told, "title", group.title)
    _add(part, "notes", module.description)
    _event_list(part, "seriousAdverseEvents", "seriousEvent", module.serious_events)
    _add(part, "timeFrame", module.time_frame)


def _event_list(parent: etree._Element, tag: str, one_tag: str, events: Iterable[AdverseEvent]) -> None:
    listed = etree.SubElement(parent, tag)
    for event in events:
        told = etree.SubElement(listed, one_tag)
        stats = etree.SubElement(told, "adverseEventStats")
        for one in event.stats:
            count = etree.SubElement(stats, "eventStats")
            _add(count, "reportingGroupId", one.group_id)
            _add(count, "numEvents", one.num_events)
            _add(count, "numSubjectsAffected", one.num_affected)
            _add(count, "numSubjects", one.num_at_risk)
        _add(told, "organSystemName", event.organ_system)
        _add(told, "sourceVocabulary", event.source_vocabulary)
        _add(told, "term", event.term)
