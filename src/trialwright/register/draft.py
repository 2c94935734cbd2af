"""The record a definition would register, in v2 shape, what it still owes, and what in it is assumed."""

from collections.abc import Iterator

import msgspec

from trialwright.catalog import Catalog, load
from trialwright.model.problem import Problem
from trialwright.model.record import RegistryRecord
from trialwright.model.study import Arm, Intervention, Provenance, Study
from trialwright.register import wording
from trialwright.register.checking import ask
from trialwright.register.markdown import unescape_json
from trialwright.register.reading.built import escaped
from trialwright.register.reading.display import Built, filled
from trialwright.register.reading.lossless import type_document
from trialwright.register.rules import elements, interventions, oversight
from trialwright.register.subject import Subject
from trialwright.register.writing import words

# what only the registry itself may write, or what a new submission writes anew
_NOT_OURS = (
    "statusVerifiedDate",
    "overallStatus",
    "lastKnownStatus",
    "studyFirstSubmitQcDate",
    "studyFirstPostDateStruct",
    "lastUpdateSubmitDate",
    "lastUpdatePostDateStruct",
    "expandedAccessInfo",
)
_LEVELS = {"primary": "primaryOutcomes", "secondary": "secondaryOutcomes", "other": "otherOutcomes"}


def draft_record(study: Study, registered: RegistryRecord | None) -> dict[str, object]:
    """
    The registry draft of a definition: `registration.json`.

    Shape:    a v2 document; `_owed` lists elements still to be given, `_assumed` what the public record does not say,
              `_draft` names the definition. What study.yaml does not carry is taken from registration.yaml, and where
              the study has no such file from `registered`. Text carries Markdown escapes, as in API v2.
    Missing:  what neither gives is left out and owed; nothing is invented.
    """
    catalog = load()
    section = _elements(study) or _registered_section(registered)
    for module, pieces in _from_definition(study, section, catalog).items():
        kept = section.get(module)
        section[module] = {**(kept if isinstance(kept, dict) else {}), **pieces}
    plain = filled({"protocolSection": section})
    document = escaped(plain)
    document["hasResults"] = False
    document["_draft"] = {
        "study": study.name,
        "build": study.build,
        "definition_hash": study.hash,
        "definition_status": study.status,
        "registered_under": study.registration.registry_id,
        "not_checked": "not checked against the registry's own rules",
    }
    document["_owed"] = _owed(plain, study)
    document["_assumed"] = [
        {"where": each.where, "what": each.what, "reason": each.reason} for each in study.assumptions
    ] or list(_assumed(study))
    return document


def _elements(study: Study) -> dict[str, object]:
    """What registration.yaml says, in v2 shape; {} where the study has no such file."""
    return msgspec.json.decode(msgspec.json.encode(study.registration.elements), type=dict[str, object])


def _registered_section(registered: RegistryRecord | None) -> dict[str, object]:
    if registered is None:
        return {}
    document = msgspec.json.decode(unescape_json(bytes(registered.document)), type=dict[str, object])
    section = document.get("protocolSection")
    kept: dict[str, object] = dict(section) if isinstance(section, dict) else {}
    status = kept.get("statusModule")
    if isinstance(status, dict):
        kept["statusModule"] = {key: part for key, part in status.items() if key not in _NOT_OURS}
    return kept


def _from_definition(study: Study, section: dict[str, object], catalog: Catalog) -> dict[str, Built]:
    registration = study.registration
    status: Built = {
        "startDateStruct": {"date": registration.start_date.text, "type": _date_type(section, "startDateStruct")},
        "studyFirstSubmitDate": registration.first_submitted.text,
    }
    if registration.primary_completion:
        status["primaryCompletionDateStruct"] = {
            "date": registration.primary_completion.text,
            "type": _date_type(section, "primaryCompletionDateStruct"),
        }
    identification: Built = {"nctId": registration.registry_id, "orgStudyIdInfo": {"id": study.name}}
    identification["briefTitle"] = registration.brief_title or study.title.en
    return {
        "identificationModule": identification,
        "statusModule": status,
        "sponsorCollaboratorsModule": _sponsors(study, section),
        "conditionsModule": {"conditions": list(registration.conditions) or _conditions(study, section)},
        "descriptionModule": {
            "detailedDescription": "\n\n".join(
                filter(None, (registration.elements.description_module.detailed_description, _detailed(study, catalog)))
            )
        },
        "designModule": _design(study, section),
        "armsInterventionsModule": {
            "armGroups": [_arm(arm, study) for arm in study.arms],
            "interventions": [_intervention(given, study) for given in study.interventions],
        },
        "outcomesModule": _outcomes(study, catalog),
        "eligibilityModule": {"eligibilityCriteria": _criteria(study)},
        "contactsLocationsModule": _places(study, section),
    }


def _places(study: Study, section: dict[str, object]) -> Built:
    """The sites of the definition where nothing else names places: facility and country are all they know."""
    module = section.get("contactsLocationsModule")
    if isinstance(module, dict) and module.get("locations"):
        return {}
    return {"locations": [{"facility": site.title.en, "country": site.country} for site in study.sites]}


def _sponsors(study: Study, section: dict[str, object]) -> Built:
    """Sponsor and collaborators of the definition; their class stays the registry's where the names agree."""
    module = section.get("sponsorCollaboratorsModule")
    kept = module if isinstance(module, dict) else {}
    registered = [kept.get("leadSponsor"), *kept.get("collaborators", [])]
    known = {one.get("name"): one for one in registered if isinstance(one, dict)}
    told: Built = {}
    if study.registration.sponsor:
        told["leadSponsor"] = known.get(study.registration.sponsor, {"name": study.registration.sponsor})
    if study.registration.collaborators:
        told["collaborators"] = [known.get(name, {"name": name}) for name in study.registration.collaborators]
    return told


def _design(study: Study, section: dict[str, object]) -> Built:
    registration = study.registration
    module = section.get("designModule")
    info = module.get("designInfo", {}) if isinstance(module, dict) else {}
    told = filled(
        {
            "allocation": registration.allocation,
            "interventionModel": registration.model,
            "primaryPurpose": registration.primary_purpose,
        }
    )
    registered = info.get("maskingInfo", {})
    masking: Built = {"maskingInfo": {**registered, "masking": registration.masking}} if registration.masking else {}
    design: Built = {"designInfo": {**info, **told, **masking}}
    if registration.phases:
        design["phases"] = list(registration.phases)
    kind = registration.elements.design_module.enrollment_info.type or "ESTIMATED"
    design["enrollmentInfo"] = {"count": study.enrolment_planned, "type": kind}
    return design


def _date_type(section: dict[str, object], key: str) -> str:
    status = section.get("statusModule")
    struct = status.get(key) if isinstance(status, dict) else None
    # a definition plans; that a day has really come is for the record to say
    return str(struct.get("type", "ESTIMATED")) if isinstance(struct, dict) else "ESTIMATED"


def _conditions(study: Study, section: dict[str, object]) -> list[object]:
    """The registered conditions, where the definition names none, without the interventions among them."""
    module = section.get("conditionsModule")
    listed = module.get("conditions", []) if isinstance(module, dict) else []
    given = {name.lower() for one in study.interventions for name in (one.name, one.title.en)}
    return [condition for condition in listed if str(condition).lower() not in given]


def _named(given: Intervention) -> str:
    return f"{words.intervention_type(given.kind)}: {given.title.en}"


def _arm(arm: Arm, study: Study) -> Built:
    given = [one for one in study.interventions if one.name in arm.interventions]
    return filled(
        {
            "label": arm.title.en,
            "type": arm.kind,
            "description": " ".join(wording.regimen(one, study) for one in given if one.tiers) or arm.description,
            "interventionNames": [_named(one) for one in given],
        }
    )


def _intervention(given: Intervention, study: Study) -> Built:
    return filled(
        {
            "type": given.kind,
            "name": given.title.en,
            "description": wording.regimen(given, study) if given.tiers else given.description or given.route,
            "armGroupLabels": [arm.title.en for arm in study.arms if given.name in arm.interventions],
            "otherNames": list(given.other_names),
        }
    )


def _outcomes(study: Study, catalog: Catalog) -> Built:
    found: dict[str, list[Built]] = {key: [] for key in _LEVELS.values()}
    for outcome in study.outcomes:
        estimand = study.estimand(outcome.estimand)
        found[_LEVELS[outcome.level]].append(
            filled(
                {
                    "measure": wording.title(estimand, catalog),
                    "description": wording.description(estimand, study, catalog),
                    "timeFrame": wording.time_frame(estimand, study) or outcome.time_frame,
                }
            )
        )
    return {key: outcomes for key, outcomes in found.items() if outcomes}


def _detailed(study: Study, catalog: Catalog) -> str:
    told = [f"Planned enrolment: {study.enrolment_planned} participants."]
    for estimand in study.estimands:
        if not estimand.is_variation:
            told.append(f"{estimand.title.en}. {wording.full_description(estimand, study, catalog)}")
    varied = [estimand.title.en for estimand in study.estimands if estimand.is_variation]
    if varied:
        told.append(f"Declared sensitivity analyses: {'; '.join(varied)}.")
    return "\n\n".join(told)


def _criteria(study: Study) -> str:
    parts = []
    for kind, heading in (("inclusion", "Inclusion Criteria:"), ("exclusion", "Exclusion Criteria:")):
        listed = [criterion.text.en for criterion in study.eligibility if criterion.kind == kind]
        lines = [f"{number}. {' '.join(text.split())}" for number, text in enumerate(listed, 1)]
        parts.append("\n".join([heading, "", *lines]))
    return "\n\n".join(parts)


def _owed(document: Built, study: Study) -> list[dict[str, str]]:
    """Elements the draft does not give, and acts the definition says are owed."""
    protocol = type_document(document).record.protocol_section
    # judged as of the start, so that a draft never depends on a clock
    subject = Subject(protocol=protocol, on=study.registration.start_date.latest)
    rules = (*elements.RULES, interventions.no_dose, oversight.no_official, oversight.no_contact, oversight.no_site)
    problems: list[Problem] = [problem for rule in rules for problem in ask(rule, subject)]
    problems += ask(oversight.no_sharing_answer, subject)
    owed = [{"where": problem.where, "what": problem.expected, "code": problem.code} for problem in problems]
    owed += [
        {"where": f"gates.{gate.event}", "what": f"{gate.title.en}: date and number", "code": ""}
        for gate in study.gates
        if not gate.known
    ]
    return owed


def _assumed(study: Study) -> Iterator[dict[str, str]]:
    named: list[tuple[str, str, Provenance]] = []
    named += [(f"interventions.{one.name}", one.title.en, one.origin) for one in study.interventions]
    named += [(f"visits.{one.name}", one.title.en, one.origin) for one in study.visits]
    named += [(f"estimands.{one.name}", one.title.en, one.origin) for one in study.estimands]
    named += [(f"analysis_sets.{one.name}", one.title.en, one.origin) for one in study.analysis_sets]
    for where, what, origin in named:
        if origin.kind in ("assumed", "proposed"):
            yield {"where": where, "what": what, "reason": origin.reason}
