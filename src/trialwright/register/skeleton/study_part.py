"""study.yaml of a skeleton: who, what and where, as the record says it."""

from trialwright.define.gaps import gap
from trialwright.define.naming import Names
from trialwright.define.starting import STARTING_ROLES
from trialwright.model.v2.protocol import ArmGroup, Intervention, ProtocolSection
from trialwright.register.skeleton.criteria_text import criteria
from trialwright.register.skeleton.outcomes import Placed
from trialwright.register.writing import words

Tree = dict[str, object]
_CHINESE = gap("the Chinese wording")
_MOST_SITES = 20
_DOSED = ("DRUG", "BIOLOGICAL", "DIETARY_SUPPLEMENT", "RADIATION", "COMBINATION_PRODUCT")


def study_tree(protocol: ProtocolSection, outcomes: tuple[Placed, ...], record_path: str) -> Tree:
    """
    The tree of study.yaml.

    Missing:  what the record does not give is a named gap, never a guess.
    """
    identification = protocol.identification_module
    title = identification.brief_title or identification.official_title
    count = protocol.design_module.enrollment_info.count
    given, arms = _arms(protocol)
    return {
        "study": identification.org_study_id_info.id or gap("the short name of the study"),
        "title": _text(title, "the title of the study"),
        "registration": _registration(protocol, record_path),
        "enrolment_planned": str(count) if count else gap("how many participants are planned"),
        "arms": arms,
        "interventions": given,
        **_sites(protocol),
        "# Nobody may be enrolled before both stand in the ledger.": "",
        "gates": [
            {
                "event": "ethics_approval",
                "title": _both("Approval by the ethics committee", "伦理委员会批准"),
                "known": "no",
            },
            {"event": "site_opened", "title": _both("Opening of the site", "研究中心启动"), "known": "no"},
        ],
        "consents": [
            {
                "name": "1",
                "title": _both("Informed consent form", "知情同意书"),
                "proposed": "The record names no version of the consent form; the first is called 1.",
            }
        ],
        "# Without met_when and evidence, which decide a criterion from answers, the investigator decides it.": "",
        "eligibility": _eligibility(protocol),
        "# As registered, word for word; the estimand of the same name stands in analysis.yaml.": "",
        "outcomes": [_outcome(one) for one in outcomes],
        "roles": [
            {"name": name, "title": _both(english, chinese), "may": may.split(", ")}
            for name, english, chinese, may in STARTING_ROLES
        ],
    }


def _text(english: str, what: str) -> Tree:
    return {"en": " ".join(english.split()) or gap(what), "zh": _CHINESE}


def _both(english: str, chinese: str) -> Tree:
    return {"en": english, "zh": chinese}


def _registration(protocol: ProtocolSection, record_path: str) -> Tree:
    status, design = protocol.status_module, protocol.design_module
    sponsors = protocol.sponsor_collaborators_module
    info = design.design_info
    told: dict[str, object] = {
        "registry": "ClinicalTrials.gov",
        "id": protocol.identification_module.nct_id or gap("the number the registry gave"),
        "record": record_path,
        "start_date": status.start_date_struct.date or gap("the day the study starts"),
        "first_submitted": status.study_first_submit_date or gap("the day the registration was first submitted"),
        "primary_completion": status.primary_completion_date_struct.date,
        "brief_title": protocol.identification_module.brief_title,
        "phases": list(design.phases),
        "conditions": list(protocol.conditions_module.conditions),
        "primary_purpose": info.primary_purpose,
        "allocation": info.allocation,
        "model": info.intervention_model,
        "masking": info.masking_info.masking,
        "sponsor": sponsors.lead_sponsor.name,
        "collaborators": [one.name for one in sponsors.collaborators],
    }
    return {key: value for key, value in told.items() if value}


def _arms(protocol: ProtocolSection) -> tuple[list[Tree], list[Tree]]:
    """The interventions and the arms, which name the interventions they are given."""
    module = protocol.arms_interventions_module
    names = Names()
    named = [(names.of(one.name, "intervention"), one) for one in module.interventions]
    given = [_intervention(name, one) for name, one in named]
    labels = Names()
    arms = [_arm(labels.of(arm.label, "arm"), arm, named) for arm in module.arm_groups]
    return given, arms


def _intervention(name: str, one: Intervention) -> Tree:
    tree: Tree = {"name": name, "title": _text(one.name, "its name"), "kind": one.type or gap("its type")}
    if one.description:
        tree["description"] = one.description
    if one.other_names:
        tree["other_names"] = list(one.other_names)
    if one.type in _DOSED:
        tree["route"] = gap("the route; and in tiers and dosing_visits the dose and the visits at which it is given")
    return {**tree, "origin": "registered"}


def _arm(name: str, arm: ArmGroup, named: list[tuple[str, Intervention]]) -> Tree:
    listed = [
        key
        for key, one in named
        if arm.label in one.arm_group_labels
        or f"{words.intervention_type(one.type)}: {one.name}" in arm.intervention_names
    ]
    return {
        "name": name,
        "title": _text(arm.label, "what the arm is called"),
        "kind": arm.type or gap("the type of the arm, such as EXPERIMENTAL"),
        "description": arm.description or gap("what this arm receives"),
        "interventions": listed,
        "origin": "registered",
    }


def _sites(protocol: ProtocolSection) -> Tree:
    places = protocol.contacts_locations_module.locations
    names = Names()
    many = len(places) > _MOST_SITES
    shown = places[:1] if many else places
    comment = f"# The record lists {len(places)} places (registration.yaml); name those that work with this definition."
    sites = [
        {
            "name": names.of(place.facility or place.country, "site"),
            "title": _text(place.facility, "the name of the site"),
            "country": place.country or gap("the country of the site"),
            "time_zone": gap("the time zone of the site, such as Europe/Vienna"),
            "origin": "registered",
        }
        for place in shown
    ]
    told: Tree = {comment: ""} if many else {}
    return {**told, "sites": sites or gap("the sites, each with name, title, country, time_zone and origin")}


def _eligibility(protocol: ProtocolSection) -> object:
    numbers = {"inclusion": 0, "exclusion": 0}
    blocks: list[Tree] = []
    for kind, text in criteria(protocol.eligibility_module.eligibility_criteria):
        numbers[kind] += 1
        block: Tree = {"name": f"{kind[:3]}{numbers[kind]}", "kind": kind, "text": _text(text, "the criterion")}
        blocks.append({**block, "origin": "registered"})
    return blocks or gap("who may enter: each criterion with name, kind, text and origin")


def _outcome(placed: Placed) -> Tree:
    outcome = placed.outcome
    told = {
        "level": placed.level,
        "measure": outcome.measure or gap("what is measured"),
        "description": outcome.description,
        "time_frame": outcome.time_frame or gap("when it is measured, and from which day on that counts"),
        "estimand": placed.name,
    }
    return {key: value for key, value in told.items() if value}
