"""Design, outcome measures, enrolment, conditions, arms and interventions of the upload file."""

from trialwright.model.v2.protocol import DesignModule, MaskingBlock, Outcome, ProtocolSection
from trialwright.register.prs_words import ACCESS_TYPES, MASKED, MASKING_LEVELS, PHASES, word_of
from trialwright.register.writing.tree import Branch


def write_design(study: Branch, protocol: ProtocolSection) -> None:
    """`study_design`, with the part that the type of study asks for."""
    module = protocol.design_module
    design = study.branch("study_design")
    design.always("study_type", word_of("study_type", module.study_type))
    arms = len(protocol.arms_interventions_module.arm_groups)
    if module.study_type == "INTERVENTIONAL":
        _interventional(design, module, arms)
    elif module.study_type == "OBSERVATIONAL":
        _observational(design, module, arms)
    types = module.expanded_access_types
    given = {tag: getattr(types, name) for tag, name in ACCESS_TYPES.items()}
    if any(answer is not None for answer in given.values()):
        design.yes_no("no_exp_acc_type", not any(given.values()))
        for tag, answer in given.items():
            design.yes_no(tag, answer)


def _interventional(design: Branch, module: DesignModule, arms: int) -> None:
    info, where = module.design_info, "designModule.designInfo"
    told = design.branch("interventional_design")
    purpose = word_of("interventional_subtype", info.primary_purpose)
    if info.primary_purpose and not purpose:
        design.losses.add(f"{where}.primaryPurpose", f"the schema has no word for {info.primary_purpose}; Other stands")
        purpose = "Other"
    told.always("interventional_subtype", purpose)
    phase = PHASES.get(tuple(module.phases), "")
    if module.phases and not phase:
        design.losses.add("designModule.phases", "the schema knows 1/2 and 2/3 and no other pair of phases")
    told.always("phase", phase)
    told.text("assignment", word_of("assignment", info.intervention_model))
    model = info.intervention_model_description
    told.block("model_description", model, f"{where}.interventionModelDescription")
    told.always("allocation", word_of("allocation", info.allocation))
    _masking(told, info.masking_info)
    if arms:
        told.text("number_of_arms", str(arms))


def _masking(told: Branch, masking: MaskingBlock) -> None:
    """Who is masked; the level follows from it, and stands in the deprecated element only where nobody is named."""
    where = "designModule.designInfo.maskingInfo"
    named = set(masking.who_masked)
    if masking.masking and not named and masking.masking != "NONE":
        word = word_of("masking", masking.masking)
        told.text("masking", word)
        if not word:
            told.losses.add(f"{where}.masking", "the schema asks who is masked, which the record does not say")
    elif masking.masking or named:
        told.yes_no("no_masking", not named)
        for tag, who in MASKED.items():
            told.yes_no(tag, who in named)
        if masking.masking != MASKING_LEVELS[len(named)]:
            told.losses.add(f"{where}.masking", f"the registry counts the {len(named)} roles that are named")
        if list(masking.who_masked) != [who for who in MASKED.values() if who in named]:
            told.losses.add(f"{where}.whoMasked", "the schema keeps no order of the roles")
    told.block("masking_description", masking.masking_description, f"{where}.maskingDescription")


def _observational(design: Branch, module: DesignModule, arms: int) -> None:
    info, bio = module.design_info, module.bio_spec
    told = design.branch("observational_design")
    model = word_of("observational_study_design", info.observational_model)
    if info.observational_model and not model:
        where = "designModule.designInfo.observationalModel"
        design.losses.add(where, f"the schema has no word for {info.observational_model}; Other stands")
        model = "Other"
    told.always("observational_study_design", model)
    told.always("biospecimen_retention", word_of("biospecimen_retention", bio.retention))
    told.block("biospecimen_description", bio.description, "designModule.bioSpec.description")
    told.always("timing", word_of("timing", info.time_perspective))
    told.always("number_of_groups", str(arms) if arms else "")
    told.yes_no("patient_registry", module.patient_registry)
    number, _, unit = module.target_duration.partition(" ")
    units = unit if unit.endswith("s") or not unit else f"{unit}s"
    if word_of("target_duration_units", units):
        told.text("target_duration_quantity", number)
        told.text("target_duration_units", units)
        if units != unit:
            design.losses.add("designModule.targetDuration", "the schema writes the unit in the plural")
    elif module.target_duration:
        design.losses.add("designModule.targetDuration", "the schema counts years, months, weeks and days only")


def write_outcomes(study: Branch, protocol: ProtocolSection) -> None:
    """The outcome measures of all levels, then enrolment, conditions and keywords."""
    module = protocol.outcomes_module
    _outcomes(study, "primary_outcome", "primaryOutcomes", module.primary_outcomes)
    _outcomes(study, "secondary_outcome", "secondaryOutcomes", module.secondary_outcomes)
    _outcomes(study, "other_outcome", "otherOutcomes", module.other_outcomes)
    enrolment = protocol.design_module.enrollment_info
    study.text("enrollment", "" if enrolment.count is None else str(enrolment.count))
    study.text("enrollment_type", word_of("enrollment_type", enrolment.type))
    for at, condition in enumerate(protocol.conditions_module.conditions):
        study.always("condition", condition, f"conditionsModule.conditions[{at}]")
    for at, keyword in enumerate(protocol.conditions_module.keywords):
        study.always("keyword", keyword, f"conditionsModule.keywords[{at}]")


def _outcomes(study: Branch, tag: str, key: str, outcomes: tuple[Outcome, ...]) -> None:
    for at, outcome in enumerate(outcomes):
        where = f"outcomesModule.{key}[{at}]"
        told = study.branch(tag)
        told.always("outcome_measure", outcome.measure, f"{where}.measure")
        told.text("outcome_time_frame", outcome.time_frame, f"{where}.timeFrame")
        told.block("outcome_description", outcome.description, f"{where}.description")


def write_arms(study: Branch, protocol: ProtocolSection) -> None:
    """Arms, then interventions; which arm gets which stands in the intervention."""
    module = protocol.arms_interventions_module
    for at, arm in enumerate(module.arm_groups):
        where = f"armsInterventionsModule.armGroups[{at}]"
        told = study.branch("arm_group")
        told.always("arm_group_label", arm.label, f"{where}.label")
        told.text("arm_type", word_of("arm_type", arm.type))
        told.block("arm_group_description", arm.description, f"{where}.description")
    for at, given in enumerate(module.interventions):
        where = f"armsInterventionsModule.interventions[{at}]"
        told = study.branch("intervention")
        told.text("intervention_type", word_of("intervention_type", given.type))
        told.always("intervention_name", given.name, f"{where}.name")
        told.block("intervention_description", given.description, f"{where}.description")
        for label in given.arm_group_labels:
            told.always("arm_group_label", label)
        for name in given.other_names:
            told.always("intervention_other_name", name)
