"""The registry's retired `clinical_study` XML, mapped into v2 shape; entities and network are off."""

import re
from collections.abc import Callable

from lxml import etree

from trialwright.model.problem import Lost, Problem
from trialwright.model.record import RegistryRecord
from trialwright.register import problems
from trialwright.register.reading import display
from trialwright.register.reading.built import built_record
from trialwright.register.reading.display import Built, code, filled, iso_date

_DEEPEST_INDENT = re.compile(r"\n[ \t]+")
_RESULTS_LOST = "results of a legacy record are not read; take them from the API v2 record"


def read(data: bytes, name: str) -> RegistryRecord | list[Problem]:
    """The record in v2 shape, or why the XML is not one."""
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:
        return [problems.broken_xml(name, "it declares a document type or entities, which no record does")]
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return [problems.broken_xml(name, str(error))]
    if root.tag != "clinical_study":
        return [problems.not_a_record(name, f"its root element is {str(root.tag)[:60]!r}")]
    has_results = root.find("clinical_results") is not None
    document = filled({"protocolSection": _protocol(root)}) | {"hasResults": has_results}
    lost = (Lost("resultsSection", _RESULTS_LOST),) if has_results else ()
    return built_record(document, "legacy-xml", name, lost=lost)


def _text(node: etree._Element, path: str) -> str:
    return (node.findtext(path) or "").strip()


def _block(node: etree._Element, path: str) -> str:
    """A `textblock`: the indentation of the file is no part of the text."""
    return _DEEPEST_INDENT.sub("\n", _text(node, f"{path}/textblock")).strip()


def _dated(node: etree._Element, path: str) -> Built:
    found = node.find(path)
    if found is None:
        return {}
    kind = {"Actual": "ACTUAL", "Anticipated": "ESTIMATED", "Estimate": "ESTIMATED"}.get(found.get("type", ""), "")
    return {"date": iso_date(found.text or ""), "type": kind}


def _each(node: etree._Element, path: str, made: Callable[[etree._Element], Built]) -> list[Built]:
    return [piece for piece in (filled(made(child)) for child in node.findall(path)) if piece]


def _yes_no(node: etree._Element, path: str) -> bool | None:
    return {"yes": True, "no": False, "accepts healthy volunteers": True}.get(_text(node, path).lower())


def _protocol(root: etree._Element) -> Built:
    return {
        "identificationModule": _identification(root),
        "statusModule": _status(root),
        "sponsorCollaboratorsModule": {
            "responsibleParty": _responsible(root),
            "leadSponsor": _sponsor(root.find("sponsors/lead_sponsor")),
            "collaborators": _each(root, "sponsors/collaborator", _sponsor),
        },
        "oversightModule": {
            "oversightHasDmc": _yes_no(root, "oversight_info/has_dmc"),
            "isFdaRegulatedDrug": _yes_no(root, "oversight_info/is_fda_regulated_drug"),
            "isFdaRegulatedDevice": _yes_no(root, "oversight_info/is_fda_regulated_device"),
        },
        "descriptionModule": {
            "briefSummary": _block(root, "brief_summary"),
            "detailedDescription": _block(root, "detailed_description"),
        },
        "conditionsModule": {
            "conditions": [(found.text or "").strip() for found in root.findall("condition")],
            "keywords": [(found.text or "").strip() for found in root.findall("keyword")],
        },
        "designModule": _design(root),
        "armsInterventionsModule": {
            "armGroups": _each(root, "arm_group", lambda node: _arm(node, root)),
            "interventions": _each(root, "intervention", _intervention),
        },
        "outcomesModule": {
            "primaryOutcomes": _each(root, "primary_outcome", _outcome),
            "secondaryOutcomes": _each(root, "secondary_outcome", _outcome),
            "otherOutcomes": _each(root, "other_outcome", _outcome),
        },
        "eligibilityModule": _eligibility(root),
        "contactsLocationsModule": {
            "centralContacts": _each(
                root, "overall_contact", lambda node: {"name": _text(node, "last_name"), "role": "CONTACT"}
            ),
            "overallOfficials": _each(root, "overall_official", _official),
            "locations": _each(root, "location", _location),
        },
        "ipdSharingStatementModule": {
            "ipdSharing": _text(root, "patient_data/sharing_ipd").upper(),
            "description": _text(root, "patient_data/ipd_description"),
            "timeFrame": _text(root, "patient_data/ipd_time_frame"),
            "accessCriteria": _text(root, "patient_data/ipd_access_criteria"),
            "url": _text(root, "patient_data/ipd_url"),
        },
    }


def _identification(root: etree._Element) -> Built:
    return {
        "nctId": _text(root, "id_info/nct_id"),
        "nctIdAliases": [(found.text or "").strip() for found in root.findall("id_info/nct_alias")],
        "orgStudyIdInfo": {"id": _text(root, "id_info/org_study_id")},
        "secondaryIdInfos": [{"id": (found.text or "").strip()} for found in root.findall("id_info/secondary_id")],
        "organization": {"fullName": _text(root, "source")},
        "briefTitle": _text(root, "brief_title"),
        "officialTitle": _text(root, "official_title"),
        "acronym": _text(root, "acronym"),
    }


def _status(root: etree._Element) -> Built:
    return {
        "statusVerifiedDate": iso_date(_text(root, "verification_date")),
        "overallStatus": code(display.STATUS, _text(root, "overall_status")),
        "lastKnownStatus": code(display.STATUS, _text(root, "last_known_status")),
        "whyStopped": _text(root, "why_stopped"),
        "startDateStruct": _dated(root, "start_date"),
        "primaryCompletionDateStruct": _dated(root, "primary_completion_date"),
        "completionDateStruct": _dated(root, "completion_date"),
        "studyFirstSubmitDate": iso_date(_text(root, "study_first_submitted")),
        "studyFirstSubmitQcDate": iso_date(_text(root, "study_first_submitted_qc")),
        "studyFirstPostDateStruct": _dated(root, "study_first_posted"),
        "resultsFirstSubmitDate": iso_date(_text(root, "results_first_submitted")),
        "lastUpdateSubmitDate": iso_date(_text(root, "last_update_submitted")),
        "lastUpdatePostDateStruct": _dated(root, "last_update_posted"),
    }


def _sponsor(node: etree._Element | None) -> Built:
    if node is None:
        return {}
    kinds = {"U.S. Fed": "FED", "Industry": "INDUSTRY", "NIH": "NIH", "Other": "OTHER"}
    return {"name": _text(node, "agency"), "class": code(kinds, _text(node, "agency_class"))}


def _responsible(root: etree._Element) -> Built:
    kind = _text(root, "responsible_party/responsible_party_type")
    return {
        "type": kind.upper().replace("-", "_").replace(" ", "_"),
        "investigatorFullName": _text(root, "responsible_party/investigator_full_name"),
        "investigatorTitle": _text(root, "responsible_party/investigator_title"),
        "investigatorAffiliation": _text(root, "responsible_party/investigator_affiliation"),
        "oldNameTitle": _text(root, "responsible_party/name_title"),
        "oldOrganization": _text(root, "responsible_party/organization"),
    }


def _design(root: etree._Element) -> Built:
    info = "study_design_info"
    masking = _text(root, f"{info}/masking")
    phase = _text(root, "phase")
    enrolment = root.find("enrollment")
    count = (enrolment.text or "").strip() if enrolment is not None else ""
    return {
        "studyType": code(display.STUDY_TYPE, _text(root, "study_type").split(" [")[0]),
        "phases": [code(display.PHASE, part) for part in phase.split("/")]
        if phase not in ("", "N/A")
        else ["NA"]
        if phase
        else [],
        "designInfo": {
            "allocation": code(display.ALLOCATION, _text(root, f"{info}/allocation")),
            "interventionModel": code(display.MODEL, _text(root, f"{info}/intervention_model")),
            "interventionModelDescription": _text(root, f"{info}/intervention_model_description"),
            "primaryPurpose": code(display.PURPOSE, _text(root, f"{info}/primary_purpose")),
            "observationalModel": code(display.OBSERVATIONAL_MODEL, _text(root, f"{info}/observational_model")),
            "timePerspective": code(display.PERSPECTIVE, _text(root, f"{info}/time_perspective")),
            "maskingInfo": {
                "masking": code(display.MASKING, masking.partition("(")[0].strip()),
                "maskingDescription": _text(root, f"{info}/masking_description"),
                "whoMasked": [who for word, who in display.MASKED.items() if word in masking.partition("(")[2]],
            },
        },
        "enrollmentInfo": {
            "count": int(count) if count.isdecimal() and len(count) < 10 else None,
            "type": {"Actual": "ACTUAL", "Anticipated": "ESTIMATED"}.get(enrolment.get("type", ""), "")
            if enrolment is not None
            else "",
        },
    }


def _arm(node: etree._Element, root: etree._Element) -> Built:
    label = _text(node, "arm_group_label")
    given = [
        f"{_text(found, 'intervention_type')}: {_text(found, 'intervention_name')}"
        for found in root.findall("intervention")
        if label in [(name.text or "").strip() for name in found.findall("arm_group_label")]
    ]
    return {
        "label": label,
        "type": code(display.ARM_TYPE, _text(node, "arm_group_type")),
        "description": _text(node, "description"),
        "interventionNames": given,
    }


def _intervention(node: etree._Element) -> Built:
    return {
        "type": code(display.INTERVENTION_TYPE, _text(node, "intervention_type")),
        "name": _text(node, "intervention_name"),
        "description": _text(node, "description"),
        "armGroupLabels": [(found.text or "").strip() for found in node.findall("arm_group_label")],
        "otherNames": [(found.text or "").strip() for found in node.findall("other_name")],
    }


def _outcome(node: etree._Element) -> Built:
    return {
        "measure": _text(node, "measure"),
        "description": _text(node, "description"),
        "timeFrame": _text(node, "time_frame"),
    }


def _eligibility(root: etree._Element) -> Built:
    lowest, highest = _text(root, "eligibility/minimum_age"), _text(root, "eligibility/maximum_age")
    return {
        "eligibilityCriteria": _block(root, "eligibility/criteria"),
        "healthyVolunteers": _yes_no(root, "eligibility/healthy_volunteers"),
        "sex": code(display.SEX, _text(root, "eligibility/gender")),
        "genderDescription": _text(root, "eligibility/gender_description"),
        "minimumAge": "" if lowest == "N/A" else lowest,
        "maximumAge": "" if highest == "N/A" else highest,
        "studyPopulation": _block(root, "eligibility/study_pop"),
        "samplingMethod": _text(root, "eligibility/sampling_method").upper().replace("-", "_").replace(" ", "_"),
    }


def _official(node: etree._Element) -> Built:
    return {
        "name": _text(node, "last_name"),
        "affiliation": _text(node, "affiliation"),
        "role": _text(node, "role").upper().replace(" ", "_"),
    }


def _location(node: etree._Element) -> Built:
    return {
        "facility": _text(node, "facility/name"),
        "city": _text(node, "facility/address/city"),
        "country": _text(node, "facility/address/country"),
        "status": code(display.STATUS, _text(node, "status")),
    }
