"""Arms: whether each says what it receives, and arms and interventions name each other."""

import re
from collections.abc import Iterator

from trialwright.register.passages import Phrase, lowered
from trialwright.register.rule import Found, rule
from trialwright.register.rules.phrases import only_people, plain
from trialwright.register.subject import Subject, quoted

_SIGN = re.compile("[<>≤≥]")
_ARMS = "protocolSection.armsInterventionsModule.armGroups"
_GIVEN = "protocolSection.armsInterventionsModule.interventions"


_DEFINITIONS = "PRS data element definitions"


@rule(
    "TW-REG-404",
    "warning",
    "an arm named after the disease",
    why="A reader sees who is treated and not with what.",
    source=f"{_DEFINITIONS}: Arm Title is the name by which the arm is known",
    expected="A title that says what the arm receives.",
    cure="Name the arm by what is given, for instance the drug with its dose.",
    example='the arm is called "Refractory [disease]"',
    needs=("armsInterventionsModule.armGroups", "conditionsModule.conditions"),
    catches=(15,),
    interventional=True,
)
def arm_named_by_disease(subject: Subject) -> Iterator[Found]:
    if not _compares_treatments(subject) or _compares_people(subject):
        return
    given = [plain(one.name) for one in subject.protocol.arms_interventions_module.interventions]
    diseases = {plain(condition) for condition in subject.protocol.conditions_module.conditions}.difference(given)
    for at, arm in enumerate(subject.protocol.arms_interventions_module.arm_groups):
        label = plain(arm.label)
        bare = " ".join(word for word in label.split() if word not in _ADJECTIVES)
        if bare in diseases and not any(name and name in label for name in given):
            yield Found(
                where=f"{_ARMS}[{at}].label",
                found=f'The arm "{arm.label}" is called by the disease, not by what is given.',
                quote=arm.label,
                wording=f'"{_told_given(arm.intervention_names)}".' if arm.intervention_names else "",
            )


def _told_given(names: tuple[str, ...]) -> str:
    # "Drug: Abatacept" as the arm names it
    return " + ".join(name.partition(": ")[2] or name for name in names)


def _compares_treatments(subject: Subject) -> bool:
    # studies of physiology or diagnosis compare kinds of people, whose arms are rightly named after them
    return subject.protocol.design_module.design_info.primary_purpose in ("TREATMENT", "PREVENTION", "SUPPORTIVE_CARE")


def _compares_people(subject: Subject) -> bool:
    """Patients stand beside those who are well, and nobody is assigned by chance: the groups are kinds of people."""
    if subject.protocol.design_module.design_info.allocation != "NON_RANDOMIZED":
        return False
    labels = [lowered(arm.label) for arm in subject.protocol.arms_interventions_module.arm_groups]
    return any("control" in label or "healthy" in label for label in labels)


_ADJECTIVES = {
    "refractory",
    "severe",
    "active",
    "acute",
    "chronic",
    "patients",
    "with",
    "adult",
    "adults",
    "group",
    "arm",
    "participants",
    "resistant",
    "relapsed",
}


@rule(
    "TW-REG-405",
    "warning",
    "an arm described by who is in it",
    why="The record does not say what participants of this arm receive.",
    source=f"{_DEFINITIONS}: Arm Description says what participants of the arm receive",
    expected="The regimen of the arm; who may take part belongs to the eligibility criteria.",
    cure="Describe what this arm receives, how often and how long.",
    example='"Patients with asthma who did not respond to inhaled treatment"',
    needs=("armsInterventionsModule.armGroups",),
    catches=(15,),
    interventional=True,
)
def arm_describes_people(subject: Subject) -> Iterator[Found]:
    if not _compares_treatments(subject):
        return
    for at, arm in enumerate(subject.protocol.arms_interventions_module.arm_groups):
        if arm.type == "NO_INTERVENTION" or not arm.description or not only_people(arm.description):
            continue
        if not _says_what_is_given(subject, arm.description.lower()):
            yield Found(
                where=f"{_ARMS}[{at}].description",
                found=f"The arm's description says who takes part, not what is given: {quoted(arm.description)}",
                quote=arm.description,
            )


def _says_what_is_given(subject: Subject, lower: str) -> bool:
    """The first word of an intervention's name stands in the text."""
    names = [one.name.lower().split() for one in subject.protocol.arms_interventions_module.interventions]
    return any(name and name[0] in lower for name in names)


@rule(
    "TW-REG-406",
    "warning",
    "an arm that receives nothing",
    why="What this arm receives cannot be seen, nor can results be assigned to it.",
    source=f"{_DEFINITIONS}: arm or group, intervention cross reference, required",
    expected="At least one intervention for every arm but those of type No Intervention.",
    cure="Tick the interventions of the arm, or set its type to No Intervention.",
    example="an experimental arm without an intervention",
    needs=("armsInterventionsModule.armGroups", "armsInterventionsModule.interventions"),
    interventional=True,
)
def arm_without_intervention(subject: Subject) -> Iterator[Found]:
    for at, arm in enumerate(subject.protocol.arms_interventions_module.arm_groups):
        if not arm.intervention_names and arm.type not in ("NO_INTERVENTION", "OTHER", ""):
            yield Found(
                where=f"{_ARMS}[{at}].interventionNames",
                found=f'The arm "{arm.label}" ({arm.type.lower()}) receives no intervention.',
                quote=arm.label,
            )
        elif arm.intervention_names and arm.type == "NO_INTERVENTION":
            yield Found(
                where=f"{_ARMS}[{at}].type",
                found=f'The arm "{arm.label}" is of type No Intervention, yet it receives '
                f"{', '.join(arm.intervention_names)}.",
                quote=arm.label,
                severity="note",
            )


@rule(
    "TW-REG-407",
    "warning",
    "an intervention given to no arm",
    why="A treatment stands in the record that nobody receives.",
    source=f"{_DEFINITIONS}: arm or group, intervention cross reference, required",
    expected="Every intervention in at least one arm.",
    cure="Tick the arm, or remove the intervention.",
    example="two interventions, the second in no arm",
    needs=("armsInterventionsModule.armGroups", "armsInterventionsModule.interventions"),
    interventional=True,
)
def intervention_without_arm(subject: Subject) -> Iterator[Found]:
    module = subject.protocol.arms_interventions_module
    for at, one in enumerate(module.interventions):
        named = any(one.name in name for arm in module.arm_groups for name in arm.intervention_names)
        if module.arm_groups and not one.arm_group_labels and not named:
            yield Found(
                where=f"{_GIVEN}[{at}].armGroupLabels", found=f'"{one.name}" is given to no arm.', quote=one.name
            )


@rule(
    "TW-REG-408",
    "error",
    "an arm that is not there",
    why="The reference leads nowhere, so results cannot be assigned.",
    source=f"{_DEFINITIONS}: arm or group, intervention cross reference",
    expected="The title of an arm of this record.",
    cure="Correct the title.",
    example='an intervention of the arm "Group C", which does not exist',
    needs=("armsInterventionsModule.armGroups", "armsInterventionsModule.interventions"),
)
def unknown_arm(subject: Subject) -> Iterator[Found]:
    module = subject.protocol.arms_interventions_module
    labels = {plain(arm.label) for arm in module.arm_groups}
    for at, one in enumerate(module.interventions):
        for label in one.arm_group_labels:
            if labels and plain(label) not in labels:
                yield Found(
                    where=f"{_GIVEN}[{at}].armGroupLabels",
                    found=f'"{one.name}" names the arm "{label}", which is not there.',
                    quote=label,
                )


@rule(
    "TW-REG-409",
    "warning",
    "two arms or interventions of the same name",
    why="Results cannot be assigned to one of two things of the same name.",
    source=f"{_DEFINITIONS}: arm titles and intervention names are unique",
    expected="A name of its own for each.",
    cure="Rename one, or join them.",
    example='two arms called "Control"',
    needs=("armsInterventionsModule.armGroups", "armsInterventionsModule.interventions"),
)
def repeated_name(subject: Subject) -> Iterator[Found]:
    module = subject.protocol.arms_interventions_module
    for path, names, severity in (
        (_ARMS, [arm.label for arm in module.arm_groups], "warning"),
        (_GIVEN, [f"{one.type} {one.name}" for one in module.interventions], "note"),
    ):
        words = [plain(name) for name in names]
        if len(set(words)) == len(words):
            continue
        # "<0.80" and "≥0.80" are two names, and their words are the same
        bare = [(plain(name), tuple(_SIGN.findall(name))) for name in names]
        again = [at for at, name in enumerate(bare) if name in bare[:at]]
        if again:
            twice = ", ".join(sorted({names[at] for at in again}))
            yield Found(
                where=f"{path}[{again[0]}]",
                found=f"{quoted(twice)} stands there more than once.",
                quote=twice,
                severity="warning" if severity == "warning" else "note",
            )


@rule(
    "TW-REG-312",
    "warning",
    "a placebo comparator that receives no placebo",
    why="Searches for placebo-controlled trials find it, and readers think that the comparison was concealed.",
    source=f"{_DEFINITIONS}: Arm Type, Placebo Comparator receives a placebo",
    expected="Type Placebo Comparator only for an arm that receives a placebo.",
    cure="Set the type to Active Comparator or No Intervention, or name the placebo.",
    example='"Standard care", type Placebo Comparator',
    needs=("armsInterventionsModule.armGroups", "armsInterventionsModule.interventions"),
    interventional=True,
)
def placebo_without_placebo(subject: Subject) -> Iterator[Found]:
    module = subject.protocol.arms_interventions_module
    for at, arm in enumerate(module.arm_groups):
        if arm.type != "PLACEBO_COMPARATOR":
            continue
        mine = (one for one in module.interventions if arm.label in one.arm_group_labels)
        given = " ".join(f"{one.name} {one.description} {' '.join(one.other_names)}" for one in mine)
        told = lowered(f"{arm.label} {arm.description} {' '.join(arm.intervention_names)} {given}")
        if not _SHAM.search(told):
            yield Found(
                where=f"{_ARMS}[{at}].type",
                found=f"The arm {quoted(arm.label)} is of type Placebo Comparator, and no placebo is named in it.",
                quote=arm.label,
            )


_SHAM = Phrase(
    r"placebo|plazebo|pcb|\bpbo\b|sham|vehicle|saline|sodium chloride|nacl|dummy|sugar|inert|inactive|matching"
    r"|mock|simulat|dextrose"
    r"|glucose|starch|maltodextrin|cellulose|lactose|\bwater\b|\bempty\b|without (?:active|the active)"
    r"|not contain|identical"
)

RULES = (
    placebo_without_placebo,
    arm_named_by_disease,
    arm_describes_people,
    arm_without_intervention,
    intervention_without_arm,
    unknown_arm,
    repeated_name,
)
