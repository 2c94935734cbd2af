"""The larger parts of a legacy record in v2 shape: design, arms, eligibility, people, references, documents."""

from trialwright.register.prs_words import MASKING_LEVELS
from trialwright.register.reading import display, tabular_cells
from trialwright.register.reading.display import INTERVENTION_NAMES, Built, code, filled, iso_date
from trialwright.register.reading.legacy_words import passage, yes_no
from trialwright.register.reading.xml import Asked

_OLD_ROLES = {"Subject": "PARTICIPANT", "Caregiver": "CARE_PROVIDER"} | display.MASKED


def design(root: Asked) -> Built:
    """`designModule`, from the parts of the later files or the one line of the earlier ones."""
    kind = root.text("study_type")
    enrolment = root.one("enrollment")
    count = enrolment.own_text if enrolment else ""
    words = enrolment.attributes.get("type", "") if enrolment else ""
    phase = root.text("phase")
    return {
        "studyType": code(display.STUDY_TYPE, kind.split(" [")[0]) if kind != "N/A" else "",
        "patientRegistry": True if "Patient Registry" in kind else None,
        "targetDuration": root.text("target_duration"),
        "expandedAccessTypes": {
            name: yes_no(root.text(f"expanded_access_info/expanded_access_type_{name}"))
            for name in ("individual", "intermediate", "treatment")
        },
        "phases": ["NA"]
        if phase == "N/A"
        else [code(display.PHASE, part) for part in phase.split("/")]
        if phase
        else [],
        "designInfo": _design_info(root),
        "bioSpec": {
            "retention": root.text("biospec_retention").upper().replace(" ", "_"),
            "description": passage(root.text("biospec_descr/textblock")),
        },
        "enrollmentInfo": {
            "count": int(count) if count.isdecimal() and len(count) < 10 else None,
            "type": {"Actual": "ACTUAL", "Anticipated": "ESTIMATED"}.get(words, ""),
        },
    }


def _design_info(root: Asked) -> Built:
    info = root.one("study_design_info")
    if info is None:
        return tabular_cells.design(root.text("study_design"))
    told, _, roles = info.text("masking").partition("(")
    named = [who for word, who in _OLD_ROLES.items() if word in roles]
    level = MASKING_LEVELS[len(named)] if named else code(display.MASKING, told.strip().removesuffix(" Blind"))
    return {
        "allocation": code(display.ALLOCATION, info.text("allocation")),
        "interventionModel": code(display.MODEL, info.text("intervention_model")),
        "interventionModelDescription": passage(info.text("intervention_model_description")),
        "primaryPurpose": code(display.PURPOSE, info.text("primary_purpose")),
        "observationalModel": code(display.OBSERVATIONAL_MODEL, info.text("observational_model")),
        "timePerspective": code(display.PERSPECTIVE, info.text("time_perspective")),
        "maskingInfo": {
            "masking": level,
            "maskingDescription": passage(info.text("masking_description")),
            "whoMasked": named,
        },
    }


def arms_and_interventions(root: Asked) -> Built:
    """Arms with the interventions given in them, and the interventions."""
    given = [_intervention(node) for node in root.each("intervention")]
    return {
        "armGroups": [arm for node in root.each("arm_group") if (arm := _arm(node, given))],
        "interventions": [one for one in given if one],
    }


def _intervention(node: Asked) -> Built:
    return filled(
        {
            "type": code(display.INTERVENTION_TYPE, node.text("intervention_type")),
            "name": node.text("intervention_name"),
            "description": passage(node.text("description")),
            "armGroupLabels": [text for text in node.texts("arm_group_label") if text],
            "otherNames": [text for text in node.texts("other_name") if text],
        }
    )


def _arm(node: Asked, given: list[Built]) -> Built:
    label = node.text("arm_group_label")
    named = []
    for one in given:
        labels = one.get("armGroupLabels")
        if isinstance(labels, list) and label in labels:
            named.append(f"{INTERVENTION_NAMES.get(str(one.get('type')), 'Other')}: {one.get('name', '')}")
    return filled(
        {
            "label": label,
            "type": code(display.ARM_TYPE, node.text("arm_group_type")),
            "description": passage(node.text("description")),
            "interventionNames": named,
        }
    )


def eligibility(root: Asked) -> Built:
    """`eligibilityModule`; an age of N/A is no limit."""
    told = root.one("eligibility") or Asked.nothing()
    lowest, highest = told.text("minimum_age"), told.text("maximum_age")
    return {
        "eligibilityCriteria": passage(told.text("criteria/textblock")),
        "healthyVolunteers": yes_no(told.text("healthy_volunteers")),
        "sex": code(display.SEX, told.text("gender")),
        "genderBased": yes_no(told.text("gender_based")),
        "genderDescription": told.text("gender_description"),
        "minimumAge": "" if lowest == "N/A" else lowest,
        "maximumAge": "" if highest == "N/A" else highest,
        "studyPopulation": passage(told.text("study_pop/textblock")),
        "samplingMethod": told.text("sampling_method").upper().replace("-", "_").replace(" ", "_"),
    }


def contacts_and_locations(root: Asked) -> Built:
    """Central contacts, officials, and sites with their people."""
    return {
        "centralContacts": _contacts(root, "overall_contact", "overall_contact_backup"),
        "overallOfficials": [
            filled({"name": node.text("last_name"), "affiliation": node.text("affiliation"), "role": _role(node)})
            for node in root.each("overall_official")
        ],
        "locations": [_location(node) for node in root.each("location")],
    }


def _role(node: Asked) -> str:
    return node.text("role").upper().replace(" ", "_").replace("-", "_")


def _contacts(node: Asked, *tags: str) -> list[Built]:
    found = [
        filled(
            {
                "name": contact.text("last_name"),
                "phone": contact.text("phone"),
                "phoneExt": contact.text("phone_ext"),
                "email": contact.text("email"),
            }
        )
        for tag in tags
        for contact in node.each(tag)
    ]
    return [{**contact, "role": "CONTACT"} for contact in found if contact]


def _location(node: Asked) -> Built:
    people = [filled({"name": person.text("last_name"), "role": _role(person)}) for person in node.each("investigator")]
    return filled(
        {
            "facility": node.text("facility/name"),
            "status": code(display.STATUS, node.text("status")),
            "city": node.text("facility/address/city"),
            "state": node.text("facility/address/state"),
            "zip": node.text("facility/address/zip"),
            "country": node.text("facility/address/country"),
            "contacts": [*_contacts(node, "contact", "contact_backup"), *people],
        }
    )


def references(root: Asked) -> Built:
    """Citations, links and shared study documents."""
    found = [
        filled({"pmid": node.text("PMID"), "type": kind, "citation": node.text("citation")})
        for tag, kind in (("reference", "BACKGROUND"), ("results_reference", "RESULT"))
        for node in root.each(tag)
    ]
    return {
        "references": found,
        "seeAlsoLinks": [
            filled({"label": node.text("description"), "url": node.text("url")}) for node in root.each("link")
        ],
        "availIpds": [
            filled(
                {
                    "id": node.text("doc_id"),
                    "type": node.text("doc_type"),
                    "url": node.text("doc_url"),
                    "comment": node.text("doc_comment"),
                }
            )
            for node in root.each("study_docs/study_doc")
        ],
    }


def sharing(root: Asked) -> Built:
    """`ipdSharingStatementModule`."""
    told = root.one("patient_data") or Asked.nothing()
    return {
        "ipdSharing": told.text("sharing_ipd").upper(),
        "description": passage(told.text("ipd_description")),
        "infoTypes": [code(display.INFO_TYPE, text) for text in told.texts("ipd_info_type") if text],
        "timeFrame": passage(told.text("ipd_time_frame")),
        "accessCriteria": passage(told.text("ipd_access_criteria")),
        "url": told.text("ipd_url"),
    }


def documents(root: Asked) -> Built:
    """The protocol and analysis plan that stand with the record."""
    found = [
        filled(
            {
                "typeAbbrev": "",
                "hasProtocol": yes_no(node.text("document_has_protocol")),
                "hasSap": yes_no(node.text("document_has_sap")),
                "hasIcf": yes_no(node.text("document_has_icf")),
                "label": node.text("document_type"),
                "date": iso_date(node.text("document_date")),
                "filename": node.text("document_url").rpartition("/")[2],
            }
        )
        for node in root.each("provided_document_section/provided_document")
    ]
    return {"largeDocumentModule": {"largeDocs": found}}
