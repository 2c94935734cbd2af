"""The larger parts of an upload file in v2 shape: design, arms, eligibility, people, places, sharing, references."""

from trialwright.register.prs_words import (
    ACCESS_TYPES,
    INFO_TYPES,
    MASKED,
    MASKING_LEVELS,
    PHASES_READ,
    code_of,
)
from trialwright.register.reading.display import INTERVENTION_NAMES, Built, filled
from trialwright.register.reading.xml import Asked
from trialwright.register.writing.prs_names import join_name

_YES_NO = {"yes": True, "true": True, "no": False, "false": False, "": None, "unknown": None}


class Reading:
    """A study element with the oddities found while it is read."""

    def __init__(self, study: Asked) -> None:
        self.study = study
        self.oddities: list[tuple[str, str]] = []

    def yes_no(self, path: str, node: Asked | None = None) -> bool | None:
        """Yes, no, or None; another word is an oddity."""
        word = (node or self.study).text(path)
        if word.lower() not in _YES_NO:
            self.oddities.append((path, f"Yes or No is expected, found {word[:40]!r}"))
        return _YES_NO.get(word.lower())


def design_and_arms(reading: Reading) -> Built:
    """`designModule`, `outcomesModule` and `armsInterventionsModule`."""
    study = reading.study
    interventions = [_intervention(node) for node in study.each("intervention")]
    count = study.text("enrollment")
    if count and not (count.isdecimal() and len(count) < 10):
        reading.oddities.append(("enrollment", f"a whole number is expected, found {count[:40]!r}"))
    return {
        "designModule": {
            "studyType": code_of("study_type", study.text("study_design/study_type")),
            **_expanded_access(reading),
            **_interventional(reading),
            **_observational(reading),
            "enrollmentInfo": {
                "count": int(count) if count.isdecimal() and len(count) < 10 else None,
                "type": code_of("enrollment_type", study.text("enrollment_type")),
            },
        },
        "outcomesModule": {
            "primaryOutcomes": _outcomes(study, "primary_outcome"),
            "secondaryOutcomes": _outcomes(study, "secondary_outcome"),
            "otherOutcomes": _outcomes(study, "other_outcome"),
        },
        "armsInterventionsModule": {
            "armGroups": [arm for node in study.each("arm_group") if (arm := _arm(node, interventions))],
            "interventions": [one for one in interventions if one],
        },
    }


def _expanded_access(reading: Reading) -> Built:
    design = reading.study.one("study_design") or Asked.nothing()
    design.text("no_exp_acc_type")  # said again by the three answers beside it
    return {"expandedAccessTypes": {name: reading.yes_no(tag, design) for tag, name in ACCESS_TYPES.items()}}


def _interventional(reading: Reading) -> Built:
    design = reading.study.one("study_design/interventional_design")
    if design is None:
        return {}
    phase = design.text("phase")
    phases = PHASES_READ.get(phase.lower())
    for tag in ("number_of_arms", "control", "endpoint"):
        design.text(tag)  # counted from the arms, or no longer used
    return {
        "phases": list(phases) if phases else [phase] if phase else [],
        "designInfo": {
            "allocation": code_of("allocation", design.text("allocation")),
            "interventionModel": code_of("assignment", _assignment(design.text("assignment"))),
            "interventionModelDescription": design.text("model_description/textblock"),
            "primaryPurpose": code_of("interventional_subtype", design.text("interventional_subtype")),
            "maskingInfo": _masking(reading, design),
        },
    }


def _assignment(word: str) -> str:
    # written by hand, the second word is often left out
    return word if not word or word.lower().endswith("assignment") else f"{word} Assignment"


def _masking(reading: Reading, design: Asked) -> Built:
    answers = {who: reading.yes_no(tag, design) for tag, who in MASKED.items()}
    unmasked = reading.yes_no("no_masking", design)
    named = [who for who, masked in answers.items() if masked]
    old = code_of("masking", design.text("masking"))
    level = MASKING_LEVELS[len(named)] if named or unmasked else old
    return {
        "masking": level,
        "whoMasked": named,
        "maskingDescription": design.text("masking_description/textblock"),
    }


def _observational(reading: Reading) -> Built:
    design = reading.study.one("study_design/observational_design")
    if design is None:
        return {}
    design.text("number_of_groups")  # counted from the groups
    number, units = design.text("target_duration_quantity"), design.text("target_duration_units")
    return {
        "patientRegistry": reading.yes_no("patient_registry", design),
        "targetDuration": f"{number} {units}" if number and units else "",
        "designInfo": {
            "observationalModel": code_of("observational_study_design", design.text("observational_study_design")),
            "timePerspective": code_of("timing", design.text("timing")),
        },
        "bioSpec": {
            "retention": code_of("biospecimen_retention", design.text("biospecimen_retention")),
            "description": design.text("biospecimen_description/textblock"),
        },
    }


def _outcomes(study: Asked, tag: str) -> list[Built]:
    found = []
    for node in study.each(tag):
        node.text("outcome_safety_issue")  # no longer used
        told = {
            "measure": node.text("outcome_measure"),
            "description": node.text("outcome_description/textblock"),
            "timeFrame": node.text("outcome_time_frame"),
        }
        found.append(filled(told))
    return [outcome for outcome in found if outcome]


def _arm(node: Asked, interventions: list[Built]) -> Built:
    label = node.text("arm_group_label")
    given = [
        f"{INTERVENTION_NAMES.get(str(one.get('type')), 'Other')}: {one.get('name', '')}"
        for one in interventions
        if label in _listed(one.get("armGroupLabels"))
    ]
    return filled(
        {
            "label": label,
            "type": code_of("arm_type", node.text("arm_type")),
            "description": node.text("arm_group_description/textblock"),
            "interventionNames": given,
        }
    )


def _listed(piece: object) -> list[object]:
    return piece if isinstance(piece, list) else []


def _intervention(node: Asked) -> Built:
    return filled(
        {
            "type": code_of("intervention_type", node.text("intervention_type")),
            "name": node.text("intervention_name"),
            "description": node.text("intervention_description/textblock"),
            "armGroupLabels": [text for text in node.texts("arm_group_label") if text],
            "otherNames": [text for text in node.texts("intervention_other_name") if text],
        }
    )


def people_and_places(reading: Reading) -> Built:
    """Eligibility, contacts and sites, data sharing, references."""
    study = reading.study
    criteria = study.one("eligibility") or Asked.nothing()
    lowest, highest = criteria.text("minimum_age"), criteria.text("maximum_age")
    return {
        "eligibilityModule": {
            "eligibilityCriteria": criteria.text("criteria/textblock"),
            "healthyVolunteers": reading.yes_no("healthy_volunteers", criteria),
            "sex": code_of("gender", criteria.text("gender")),
            "genderBased": reading.yes_no("gender_based", criteria),
            "genderDescription": criteria.text("gender_description/textblock"),
            "minimumAge": "" if lowest == "N/A" else lowest,
            "maximumAge": "" if highest == "N/A" else highest,
            "studyPopulation": criteria.text("study_population/textblock"),
            "samplingMethod": code_of("sampling_method", criteria.text("sampling_method")),
        },
        "contactsLocationsModule": {
            "centralContacts": _contacts(study, "overall_contact", "overall_contact_backup"),
            "overallOfficials": [told for node in study.each("overall_official") if (told := _official(node))],
            "locations": [told for node in study.each("location") if (told := _location(node))],
        },
        "ipdSharingStatementModule": _sharing(reading),
        "referencesModule": {
            "references": [told for node in study.each("reference") if (told := _reference(node, reading))],
            "seeAlsoLinks": [
                told
                for node in study.each("link")
                if (told := filled({"label": node.text("description"), "url": node.text("url")}))
            ],
            "availIpds": [told for node in study.each("study_document") if (told := _document(node))],
        },
    }


def _name(node: Asked) -> str:
    return join_name({tag: node.text(tag) for tag in ("first_name", "middle_name", "last_name", "degrees")})


def _contacts(node: Asked, *tags: str) -> list[Built]:
    found = [
        filled(
            {
                "name": _name(contact),
                "phone": contact.text("phone"),
                "phoneExt": contact.text("phone_ext"),
                "email": contact.text("email"),
            }
        )
        for tag in tags
        for contact in node.each(tag)
    ]
    return [{**contact, "role": "CONTACT"} for contact in found if contact]


def _official(node: Asked) -> Built:
    return filled(
        {
            "name": _name(node),
            "affiliation": node.text("affiliation"),
            "role": code_of("overall_official/role", node.text("role")),
        }
    )


def _location(node: Asked) -> Built:
    people = [
        filled({"name": _name(person), "role": code_of("investigator/role", person.text("role"))})
        for person in node.each("investigator")
    ]
    return filled(
        {
            "facility": node.text("facility/name"),
            "status": code_of("location/status", node.text("status")),
            "city": node.text("facility/address/city"),
            "state": node.text("facility/address/state"),
            "zip": node.text("facility/address/zip"),
            "country": node.text("facility/address/country"),
            "contacts": [*_contacts(node, "contact", "contact_backup"), *(person for person in people if person)],
        }
    )


def _sharing(reading: Reading) -> Built:
    told = reading.study.one("ipd_sharing_statement") or Asked.nothing()
    return {
        "ipdSharing": code_of("sharing_ipd", told.text("sharing_ipd")),
        "description": told.text("ipd_description/textblock"),
        "infoTypes": [kind for tag, kind in INFO_TYPES.items() if reading.yes_no(tag, told)],
        "timeFrame": told.text("ipd_time_frame/textblock"),
        "accessCriteria": told.text("ipd_access_criteria/textblock"),
        "url": told.text("ipd_url"),
    }


def _reference(node: Asked, reading: Reading) -> Built:
    result = reading.yes_no("is_results_ref", node)
    told = filled({"pmid": node.text("pubmed_id"), "citation": node.text("citation")})
    return {**told, "type": "RESULT" if result else "BACKGROUND"} if told else {}


def _document(node: Asked) -> Built:
    kind, other = node.text("study_document_type"), node.text("study_document_other_type")
    return filled(
        {
            "id": node.text("study_document_identifier"),
            "type": other if kind in ("Other", "") and other else kind,
            "url": node.text("url"),
            "comment": node.text("study_document_comments/textblock"),
        }
    )
