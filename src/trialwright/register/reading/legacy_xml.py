"""The registry's retired `clinical_study` XML, mapped into v2 shape, results included."""

import re

from trialwright.model.problem import Lost, Problem
from trialwright.model.record import RegistryRecord
from trialwright.register import problems
from trialwright.register.reading import display, legacy_parts
from trialwright.register.reading.built import built_record
from trialwright.register.reading.display import Built, code, filled, iso_date
from trialwright.register.reading.legacy_results import results
from trialwright.register.reading.legacy_words import dated, passage, yes_no
from trialwright.register.reading.xml import Asked

_NUMBER = re.compile(r"NCT\d{8}")
# Elements that say again what another one says; reading them is enough.
_SAID_ELSEWHERE = ("required_header", "location_countries", "number_of_arms", "number_of_groups", "study_design")
# Elements of older years that API v2 has no place for, each with the reason.
_RETIRED = {
    "last_update_submitted_qc": "API v2 does not show the day an update passed review",
    "is_fda_regulated": "the registry asks about drug and device apart since 2017",
    "is_section_801": "the registry no longer asks for it",
    "oversight_info/authority": "the registry no longer asks for the oversight authority",
    "primary_outcome/safety_issue": "the registry no longer asks whether an outcome is a safety issue",
    "secondary_outcome/safety_issue": "the registry no longer asks whether an outcome is a safety issue",
    "other_outcome/safety_issue": "the registry no longer asks whether an outcome is a safety issue",
    "clinical_results/outcome_list/outcome/safety_issue": "the registry no longer asks for it",
}
_NOT_IN_THE_FILE = {
    "protocolSection.identificationModule.organization.class": "legacy XML does not class the organisation",
    "protocolSection.identificationModule.secondaryIdInfos[].type": "legacy XML gives secondary numbers without a type",
    "protocolSection.eligibilityModule.stdAges": "legacy XML gives the age limits only",
    "protocolSection.contactsLocationsModule.locations[].geoPoint": "legacy XML gives no coordinates",
}


def read(root: Asked, name: str) -> RegistryRecord:
    """The record in v2 shape; what the file says and v2 cannot, and what the file never says, stand in `lost`."""
    document = filled(
        {
            "protocolSection": _protocol(root),
            "resultsSection": results(root),
            "documentSection": legacy_parts.documents(root),
            "derivedSection": _derived(root),
        }
    ) | {"hasResults": root.one("clinical_results") is not None}
    oddities = _odd_numbers(root, name)
    for path in _SAID_ELSEWHERE:
        for piece in root.each(path):
            piece.plain()
    lost = [Lost(path, reason) for path, reason in _NOT_IN_THE_FILE.items()]
    lost += [
        Lost(path, reason) for path, reason in _RETIRED.items() if any(not each.empty() for each in root.each(path))
    ]
    oddities += [
        problems.odd_element(f"{name}: {where}", f"no legacy record has an element {piece.tag} here")
        for where, piece in root.unread()
    ]
    return built_record(document, "legacy-xml", name, lost=tuple(lost), oddities=tuple(oddities))


def _odd_numbers(root: Asked, name: str) -> list[Problem]:
    """The record's number against the address it was fetched from and the name of its file."""
    known = {root.text("id_info/nct_id"), *root.texts("id_info/nct_alias")}
    odd = []
    for source, text in (
        ("the address in its header", root.text("required_header/url")),
        ("its file name", name.replace("\\", "/").rpartition("/")[2]),
    ):
        named = _NUMBER.search(text)
        if named and named[0] not in known:
            odd.append(
                problems.odd_element(f"{name}: id_info/nct_id", f"{source} says {named[0]}, the record {min(known)}")
            )
    if len(root.each("id_info/nct_id")) != 1:
        odd.append(problems.odd_element(f"{name}: id_info/nct_id", "a record has exactly one NCT number"))
    return odd


def _protocol(root: Asked) -> Built:
    return {
        "identificationModule": {
            "nctId": root.text("id_info/nct_id"),
            "nctIdAliases": root.texts("id_info/nct_alias"),
            "orgStudyIdInfo": {"id": root.text("id_info/org_study_id")},
            "secondaryIdInfos": [{"id": text} for text in root.texts("id_info/secondary_id") if text],
            "organization": {"fullName": root.text("source")},
            "briefTitle": root.text("brief_title"),
            "officialTitle": root.text("official_title"),
            "acronym": root.text("acronym"),
        },
        "statusModule": _status(root),
        "sponsorCollaboratorsModule": {
            "responsibleParty": _responsible(root),
            "leadSponsor": _sponsor(root.one("sponsors/lead_sponsor")),
            "collaborators": [_sponsor(node) for node in root.each("sponsors/collaborator")],
        },
        "oversightModule": {
            "oversightHasDmc": yes_no(root.text("oversight_info/has_dmc")),
            "isFdaRegulatedDrug": yes_no(root.text("oversight_info/is_fda_regulated_drug")),
            "isFdaRegulatedDevice": yes_no(root.text("oversight_info/is_fda_regulated_device")),
            "isUnapprovedDevice": yes_no(root.text("oversight_info/is_unapproved_device")),
            "isPpsd": yes_no(root.text("oversight_info/is_ppsd")),
            "isUsExport": yes_no(root.text("oversight_info/is_us_export")),
        },
        "descriptionModule": {
            "briefSummary": passage(root.text("brief_summary/textblock")),
            "detailedDescription": passage(root.text("detailed_description/textblock")),
        },
        "conditionsModule": {
            "conditions": [text for text in root.texts("condition") if text],
            "keywords": [text for text in root.texts("keyword") if text],
        },
        "designModule": legacy_parts.design(root),
        "armsInterventionsModule": legacy_parts.arms_and_interventions(root),
        "outcomesModule": {
            "primaryOutcomes": [_outcome(node) for node in root.each("primary_outcome")],
            "secondaryOutcomes": [_outcome(node) for node in root.each("secondary_outcome")],
            "otherOutcomes": [_outcome(node) for node in root.each("other_outcome")],
        },
        "eligibilityModule": legacy_parts.eligibility(root),
        "contactsLocationsModule": legacy_parts.contacts_and_locations(root),
        "referencesModule": legacy_parts.references(root),
        "ipdSharingStatementModule": legacy_parts.sharing(root),
    }


def _status(root: Asked) -> Built:
    first = root.text("study_first_submitted") or root.text("firstreceived_date")
    changed = root.text("last_update_submitted") or root.text("lastchanged_date")
    reported = root.text("results_first_submitted") or root.text("firstreceived_results_date")
    return {
        "statusVerifiedDate": iso_date(root.text("verification_date")),
        "overallStatus": code(display.STATUS, root.text("overall_status")),
        "lastKnownStatus": code(display.STATUS, root.text("last_known_status")),
        "whyStopped": root.text("why_stopped"),
        "expandedAccessInfo": {"hasExpandedAccess": yes_no(root.text("has_expanded_access"))},
        "startDateStruct": dated(root.one("start_date")),
        "primaryCompletionDateStruct": dated(root.one("primary_completion_date")),
        "completionDateStruct": dated(root.one("completion_date")),
        "studyFirstSubmitDate": iso_date(first),
        "studyFirstSubmitQcDate": iso_date(root.text("study_first_submitted_qc")),
        "studyFirstPostDateStruct": dated(root.one("study_first_posted")),
        "resultsFirstSubmitDate": iso_date(reported),
        "resultsFirstSubmitQcDate": iso_date(root.text("results_first_submitted_qc")),
        "resultsFirstPostDateStruct": dated(root.one("results_first_posted")),
        "dispFirstSubmitDate": iso_date(root.text("disposition_first_submitted")),
        "dispFirstSubmitQcDate": iso_date(root.text("disposition_first_submitted_qc")),
        "dispFirstPostDateStruct": dated(root.one("disposition_first_posted")),
        "lastUpdateSubmitDate": iso_date(changed),
        "lastUpdatePostDateStruct": dated(root.one("last_update_posted")),
    }


def _sponsor(node: Asked | None) -> Built:
    if node is None:
        return {}
    return filled({"name": node.text("agency"), "class": code(display.AGENCY_CLASS, node.text("agency_class"))})


def _responsible(root: Asked) -> Built:
    kind = root.text("responsible_party/responsible_party_type")
    return {
        "type": kind.upper().replace("-", "_").replace(" ", "_"),
        "investigatorFullName": root.text("responsible_party/investigator_full_name"),
        "investigatorTitle": root.text("responsible_party/investigator_title"),
        "investigatorAffiliation": root.text("responsible_party/investigator_affiliation"),
        "oldNameTitle": root.text("responsible_party/name_title"),
        "oldOrganization": root.text("responsible_party/organization"),
    }


def _outcome(node: Asked) -> Built:
    return filled(
        {
            "measure": node.text("measure"),
            "description": passage(node.text("description")),
            "timeFrame": node.text("time_frame"),
        }
    )


def _derived(root: Asked) -> Built:
    return {
        "miscInfoModule": {"removedCountries": root.texts("removed_countries/country")},
        "conditionBrowseModule": {"meshes": [{"term": text} for text in root.texts("condition_browse/mesh_term")]},
        "interventionBrowseModule": {
            "meshes": [{"term": text} for text in root.texts("intervention_browse/mesh_term")]
        },
    }
