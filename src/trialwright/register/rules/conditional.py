"""Elements that are required where another element says so."""

import re
from collections.abc import Iterator

from trialwright.register.rule import Found, rule
from trialwright.register.rules.elements import DEFINITIONS, FINAL_RULE
from trialwright.register.rules.phrases import plain
from trialwright.register.subject import Subject
from trialwright.register.v2 import ArmGroup


@rule(
    "TW-REG-931",
    "error",
    "an outcome measure without a time frame",
    why="Without it the measurement can be chosen after the results are known.",
    source=f"{DEFINITIONS}; required",
    expected="A time frame for every primary and secondary outcome measure.",
    cure="Say when the outcome is assessed.",
    example="a primary outcome measure with an empty time frame",
    needs=("outcomesModule.primaryOutcomes", "outcomesModule.secondaryOutcomes"),
    interventional=True,
)
def no_time_frame(subject: Subject) -> Iterator[Found]:
    for placed in subject.outcomes_of("primary", "secondary") if "" in subject.frames else ():
        if not placed.outcome.time_frame and subject.started_since(FINAL_RULE):
            yield Found(
                where=f"{placed.path}.timeFrame",
                found=f'"{placed.outcome.measure}" has no time frame.',
                quote=placed.outcome.measure,
                severity="error" if placed.level == "primary" else "warning",
            )


@rule(
    "TW-REG-932",
    "error",
    "an intervention without a description",
    why="Nobody can tell what is given.",
    source=f"{DEFINITIONS}; required for studies that start from 2017-01-18",
    expected="A description of every intervention.",
    cure="Describe what is given and how; see TW-REG-403 for medicines.",
    example="intervention with a name only",
    needs=("armsInterventionsModule.interventions",),
    interventional=True,
)
def no_intervention_description(subject: Subject) -> Iterator[Found]:
    for at, one in enumerate(subject.protocol.arms_interventions_module.interventions):
        if not one.description and subject.started_since(FINAL_RULE):
            yield Found(
                where=f"protocolSection.armsInterventionsModule.interventions[{at}].description",
                found=f'"{one.name}" has no description.',
                quote=one.name,
                severity="warning",
            )


@rule(
    "TW-REG-933",
    "warning",
    "an arm without a description",
    why="Readers must guess from the title what this arm receives.",
    source=f"{DEFINITIONS}; required unless the arm's title says what is given",
    expected="A description of every arm.",
    cure="Say what participants of this arm receive.",
    example="an experimental arm with a title only",
    needs=("armsInterventionsModule.armGroups",),
    interventional=True,
)
def no_arm_description(subject: Subject) -> Iterator[Found]:
    for at, arm in enumerate(subject.protocol.arms_interventions_module.arm_groups):
        if not arm.description and subject.started_since(FINAL_RULE) and not _titled_by_what_is_given(arm):
            yield Found(
                where=f"protocolSection.armsInterventionsModule.armGroups[{at}].description",
                found=f'The arm "{arm.label}" has no description.',
                quote=arm.label,
                severity="note",
            )


def _titled_by_what_is_given(arm: ArmGroup) -> bool:
    """The title is the name of what the arm receives, or no less than that: "Dexmedetomidine", "Usual care"."""
    if arm.type == "NO_INTERVENTION" and _CARE_AS_EVER.search(arm.label):
        return True
    names = [plain(name.partition(": ")[2]) for name in arm.intervention_names]
    return bool(names) and all(name and name in plain(arm.label) for name in names)


_CARE_AS_EVER = re.compile(r"\b(?:usual|standard|routine) (?:\w+ )?(?:care|diet|treatment|therapy|practice)\b", re.I)


@rule(
    "TW-REG-934",
    "warning",
    "a responsible investigator without name, title or affiliation",
    why="Nobody can find the person who answers for the record.",
    source=f"{DEFINITIONS}: Responsible Party, by Official Title; required where an investigator is responsible",
    expected="Name, title and affiliation of the investigator.",
    cure="Complete the responsible party, or make the sponsor the responsible party.",
    example="responsible party: principal investigator, no affiliation",
    needs=("sponsorCollaboratorsModule.responsibleParty",),
)
def nameless_investigator(subject: Subject) -> Iterator[Found]:
    party = subject.protocol.sponsor_collaborators_module.responsible_party
    if party.type not in ("PRINCIPAL_INVESTIGATOR", "SPONSOR_INVESTIGATOR"):
        return
    pieces = (
        ("name", party.investigator_full_name),
        ("title", party.investigator_title),
        ("affiliation", party.investigator_affiliation),
    )
    missing = [word for word, text in pieces if not text]
    if missing:
        yield Found(
            where="protocolSection.sponsorCollaboratorsModule.responsibleParty",
            found=f"An investigator is the responsible party; no {', no '.join(missing)} is given.",
        )


@rule(
    "TW-REG-935",
    "error",
    "an observational study without its design",
    why="Nobody can tell who is observed, how they were chosen and in which direction of time.",
    source=f"{DEFINITIONS}: Observational Study Model, Time Perspective, Study Population, Sampling Method; required",
    expected="Model, time perspective, study population and sampling method.",
    cure="Fill in the four elements of observational studies.",
    example="study type Observational, no time perspective",
    needs=("designModule.designInfo", "eligibilityModule"),
)
def observational_design(subject: Subject) -> Iterator[Found]:
    design, eligibility = subject.protocol.design_module, subject.protocol.eligibility_module
    if design.study_type != "OBSERVATIONAL" or not subject.started_since(FINAL_RULE):
        return
    pieces = (
        ("model", design.design_info.observational_model),
        ("time perspective", design.design_info.time_perspective),
        ("study population", eligibility.study_population),
        ("sampling method", eligibility.sampling_method),
    )
    missing = [word for word, text in pieces if not text]
    if missing:
        yield Found(
            where="protocolSection.designModule.designInfo",
            found=f"The study is observational; no {', no '.join(missing)} is given.",
        )


@rule(
    "TW-REG-936",
    "note",
    "an identifying number without its issuer",
    why="A number of nobody finds nothing.",
    source=f"{DEFINITIONS}: Secondary IDs; a description is required for grants, registries and other identifiers",
    expected="Who issued the number.",
    cure="Name the registry, funder or body beside the number.",
    example='"2019/441", type Registry, no name',
    needs=("identificationModule.secondaryIdInfos",),
)
def nameless_number(subject: Subject) -> Iterator[Found]:
    for at, number in enumerate(subject.protocol.identification_module.secondary_id_infos):
        if number.type in ("OTHER_GRANT", "REGISTRY", "OTHER") and not number.domain:
            yield Found(
                where=f"protocolSection.identificationModule.secondaryIdInfos[{at}].domain",
                found=f'Who issued "{number.id}" is not said.',
                quote=number.id,
            )


@rule(
    "TW-REG-937",
    "warning",
    "eligibility by gender that is not described",
    why="A patient cannot tell whether sex or gender identity decides.",
    source=f"{DEFINITIONS}: Gender Based, with a description where the answer is yes",
    expected="A description of what is meant by gender.",
    cure="Describe it, or answer no.",
    example="gender based: yes, no description",
    needs=("eligibilityModule.genderDescription",),
)
def undescribed_gender(subject: Subject) -> Iterator[Found]:
    module = subject.protocol.eligibility_module
    if module.gender_based and not module.gender_description:
        yield Found(
            where="protocolSection.eligibilityModule.genderDescription",
            found="Eligibility is based on gender, and it is not described.",
        )


RULES = (
    no_time_frame,
    no_intervention_description,
    no_arm_description,
    nameless_investigator,
    observational_design,
    nameless_number,
    undescribed_gender,
)
