"""Design: whether phase, purpose, model, allocation, masking, arms and the words about them agree."""

import datetime as dt
from collections.abc import Iterator

from trialwright.register.passages import Phrase, lowered
from trialwright.register.rule import Found, rule
from trialwright.register.rules.phrases import tells_rationale
from trialwright.register.subject import MEDICINES, Subject, quoted

_DESIGN = "protocolSection.designModule"
_INFO = f"{_DESIGN}.designInfo"
_DEFINITIONS = "PRS data element definitions"
_THERAPEUTIC = ("TREATMENT", "PREVENTION", "DIAGNOSTIC")


@rule(
    "TW-REG-301",
    "error",
    "phase contradicts the purpose",
    why="The phase tells patients and ethics committees how much is known; here it denies any hope of benefit.",
    source=f"{_DEFINITIONS}: Early Phase 1 is exploratory, with no therapeutic or diagnostic intent",
    expected="Early Phase 1 only for exploratory studies of limited exposure without therapeutic or diagnostic intent.",
    cure="Give the phase that fits a study of efficacy: Phase 2 (or Phase 1/Phase 2), Phase 4 for a marketed use.",
    example="Early Phase 1 with primary purpose Treatment",
    needs=("designModule.phases", "designModule.designInfo.primaryPurpose"),
    catches=(3,),
    interventional=True,
)
def phase_against_purpose(subject: Subject) -> Iterator[Found]:
    design = subject.protocol.design_module
    if "EARLY_PHASE1" in design.phases and design.design_info.primary_purpose in _THERAPEUTIC:
        purpose = design.design_info.primary_purpose.lower()
        yield Found(
            where=f"{_DESIGN}.phases",
            found=f"Early Phase 1 means no therapeutic or diagnostic intent, but the primary purpose is {purpose}.",
            quote="Early Phase 1",
        )


@rule(
    "TW-REG-302",
    "warning",
    "no phase for a medicine, or a phase for none",
    why="Searches by phase miss the record or find it wrongly.",
    source=f"{_DEFINITIONS}: Study Phase, Not Applicable for studies without drugs or biological products",
    expected="A phase where a drug or biological product is studied, Not Applicable where none is.",
    cure="Set the phase to fit the interventions.",
    example="Phase 2 for a behavioural intervention",
    needs=("designModule.phases", "armsInterventionsModule.interventions"),
    interventional=True,
)
def phase_against_interventions(subject: Subject) -> Iterator[Found]:
    phases, given = subject.protocol.design_module.phases, subject.protocol.arms_interventions_module.interventions
    medicines = [one for one in given if one.type in (*MEDICINES, "GENETIC", "RADIATION", "DIETARY_SUPPLEMENT")]
    if (
        given
        and not medicines
        and phases
        and "NA" not in phases
        and not any(one.type in ("DEVICE", "OTHER") for one in given)
    ):
        kinds = ", ".join(sorted({one.type.lower() for one in given}))
        yield Found(
            where=f"{_DESIGN}.phases",
            found=f"A phase ({', '.join(phases)}) is given, but the interventions are: {kinds}.",
        )
    if given and phases == ("NA",) and all(one.type in MEDICINES for one in given):
        names = ", ".join(one.name for one in given[:3])
        yield Found(
            where=f"{_DESIGN}.phases",
            found=f"The phase is Not Applicable, but only medicines are given: {names}.",
            severity="note",
        )


@rule(
    "TW-REG-303",
    "error",
    "a single group cannot be randomised",
    why="With one group there is nothing to be randomised to; one of the two elements is wrong.",
    source=f"{_DEFINITIONS}: Allocation is N/A for a single-arm trial",
    expected="Allocation N/A where there is one group, randomised or not where there are more.",
    cure="Correct the allocation, or the interventional model.",
    example="single group assignment, allocation Randomized",
    needs=("designModule.designInfo.allocation", "designModule.designInfo.interventionModel"),
    interventional=True,
)
def randomised_single_group(subject: Subject) -> Iterator[Found]:
    info = subject.protocol.design_module.design_info
    arms = subject.protocol.arms_interventions_module.arm_groups
    if info.allocation == "RANDOMIZED" and (info.intervention_model == "SINGLE_GROUP" or len(arms) == 1):
        why = "a single group" if info.intervention_model == "SINGLE_GROUP" else "one arm only"
        # a single group with several arms may be one arm's order randomised: a doubt, not a contradiction
        doubt = info.intervention_model == "SINGLE_GROUP" and len(arms) > 1
        yield Found(
            where=f"{_INFO}.allocation",
            found=f"Allocation is randomised, but there is {why}.",
            severity="warning" if doubt else "error",
        )


@rule(
    "TW-REG-304",
    "warning",
    "arms do not fit the model",
    why="Readers cannot tell how many groups there are and what is compared.",
    source=f"{_DEFINITIONS}: Interventional Study Model, Number of Arms",
    expected="One arm in a single group; two or more in a parallel, crossover or factorial model.",
    cure="Correct the model, or describe the missing arms.",
    example="single group assignment with three arms",
    needs=("designModule.designInfo.interventionModel", "armsInterventionsModule.armGroups"),
    interventional=True,
)
def arms_against_model(subject: Subject) -> Iterator[Found]:
    model = subject.protocol.design_module.design_info.intervention_model
    arms = len(subject.protocol.arms_interventions_module.arm_groups)
    if model == "SINGLE_GROUP" and arms > 1:
        yield Found(
            where=f"{_INFO}.interventionModel", found=f"The model is a single group and {arms} arms are described."
        )
    if model in ("PARALLEL", "FACTORIAL") and arms == 1:
        yield Found(where=f"{_INFO}.interventionModel", found=f"The model is {model.lower()} and one arm is described.")


@rule(
    "TW-REG-305",
    "warning",
    "several arms without an allocation",
    why="How participants come into the arms decides what the comparison is worth.",
    source=f"{_DEFINITIONS}: Allocation",
    expected="Randomized or Non-Randomized where there are several arms.",
    cure="Say how participants come into the arms.",
    example="parallel assignment, two arms, allocation N/A",
    needs=("designModule.designInfo.allocation", "armsInterventionsModule.armGroups"),
    interventional=True,
)
def arms_without_allocation(subject: Subject) -> Iterator[Found]:
    info = subject.protocol.design_module.design_info
    arms = len(subject.protocol.arms_interventions_module.arm_groups)
    if info.allocation == "NA" and arms > 1 and info.intervention_model in ("PARALLEL", "CROSSOVER", "FACTORIAL"):
        yield Found(
            where=f"{_INFO}.allocation",
            found=f"{arms} arms in a {info.intervention_model.lower()} model, but allocation is N/A.",
        )


@rule(
    "TW-REG-306",
    "warning",
    "masking against the number masked",
    why="Who did not know the treatment decides how far a judged outcome can be trusted.",
    source=f"{_DEFINITIONS}: Masking, who is masked",
    expected="As many roles as single, double, triple or quadruple says.",
    cure="Name who is masked, or correct the kind of masking.",
    example="Double masking, one role named",
    needs=("designModule.designInfo.maskingInfo",),
    interventional=True,
)
def masking_count(subject: Subject) -> Iterator[Found]:
    masking = subject.protocol.design_module.design_info.masking_info
    wanted = {"NONE": 0, "SINGLE": 1, "DOUBLE": 2, "TRIPLE": 3, "QUADRUPLE": 4}.get(masking.masking)
    if wanted is None or wanted == len(masking.who_masked):
        return
    # older records say how many are masked and name nobody
    if not masking.who_masked and not subject.started_since(_ROLES_SINCE):
        return
    yield Found(
        where=f"{_INFO}.maskingInfo.whoMasked",
        found=f"Masking is {masking.masking.lower()} and {len(masking.who_masked)} roles are named.",
    )


@rule(
    "TW-REG-307",
    "warning",
    "the text describes another design",
    why="Two descriptions of the same design cannot both be followed.",
    source="PRS Major Comment: information appears inconsistent with other parts of the record",
    expected="The same design in titles, text and design elements.",
    cure="Correct the words or the design elements, whichever is wrong.",
    example='"a randomized trial" in a single group',
    needs=("designModule.designInfo",),
    catches=(17,),
    interventional=True,
)
def text_against_design(subject: Subject) -> Iterator[Found]:
    design = subject.protocol.design_module
    info, arms = design.design_info, subject.protocol.arms_interventions_module.arm_groups
    alone = info.intervention_model == "SINGLE_GROUP" and len(arms) <= 1
    checks = (
        (_CONTROLLED, alone, "a single group without control"),
        (_RANDOMISED, info.allocation in ("NA", "NON_RANDOMIZED") and alone, "allocation that is not randomised"),
        (_BLINDED, info.masking_info.masking == "NONE", "no masking"),
        (
            _OPEN,
            info.masking_info.masking in ("DOUBLE", "TRIPLE", "QUADRUPLE"),
            f"{info.masking_info.masking.lower()} masking",
        ),
        (
            _CROSSOVER,
            info.intervention_model in ("SINGLE_GROUP", "PARALLEL") and bool(arms),
            f"the model {info.intervention_model.lower()}",
        ),
    )
    for pattern, contradicted, design_words in checks:
        # own words are cut out of these texts: what does not stand here does not stand there
        if not contradicted or subject.words.isdisjoint(_WORDS_OF[pattern]) or not pattern.search(subject.told_lower):
            continue
        own_words = subject.own_words(_ANY if pattern is _OPEN else pattern)
        own = lowered(own_words)
        found = next((one for one in pattern.finditer(own) if not _in_a_name(own_words, one.start())), None)
        if found and not (pattern is _OPEN and _MASKED.search(own)):
            line = next(part for part in own_words.split("\n") if pattern.search(lowered(part)))
            words_there = own_words[found.start() : found.end()]
            yield Found(
                where=_INFO,
                found=f'The text says "{words_there}", the design elements say {design_words}: {quoted(line)}',
                quote=words_there,
            )


@rule(
    "TW-REG-308",
    "warning",
    "the title names another phase",
    why="Readers and search engines rely on the phase.",
    source="PRS Major Comment: information appears inconsistent with other parts of the record",
    expected="The same phase in titles and in the phase element.",
    cure="Correct the title or the phase.",
    example='"A Phase III Study" registered as Phase 2',
    needs=("designModule.phases",),
    interventional=True,
)
def title_phase(subject: Subject) -> Iterator[Found]:
    titles = subject.protocol.identification_module
    phases = subject.protocol.design_module.phases
    said = {
        _ROMAN.get(number.upper(), number)
        for found in _PHASE.finditer(lowered(titles.official_title))
        for number in found.groups()
        if number
    }
    registered = {phase[-1] for phase in phases if phase.startswith("PHASE")}
    if said and registered and not said & registered:
        yield Found(
            where=f"{_DESIGN}.phases",
            found=f"The official title says phase {', '.join(sorted(said))}, the record {', '.join(phases)}.",
            quote=titles.official_title,
        )


@rule(
    "TW-REG-309",
    "warning",
    "a placebo without masking",
    why="A placebo that everybody knows of conceals nothing.",
    source=f"{_DEFINITIONS}: Masking; Placebo Comparator",
    expected="Masking of at least the participant where a placebo is given.",
    cure="State who is masked, or why the placebo is open.",
    example="a placebo arm, masking None",
    needs=("designModule.designInfo.maskingInfo", "armsInterventionsModule.armGroups"),
    interventional=True,
)
def open_placebo(subject: Subject) -> Iterator[Found]:
    masking = subject.protocol.design_module.design_info.masking_info.masking
    for at, arm in enumerate(subject.protocol.arms_interventions_module.arm_groups):
        if arm.type == "PLACEBO_COMPARATOR" and masking == "NONE":
            yield Found(
                where=f"{_INFO}.maskingInfo.masking",
                found=f"Arm {at + 1} is a placebo comparator and nobody is masked.",
            )
            return


@rule(
    "TW-REG-310",
    "note",
    "one arm, and nothing to hold its result against",
    why="Without a benchmark any result of a single group can be called a success afterwards.",
    source="ICH E9 3.5 (sample size), E10 1.3.5 (external control); SPIRIT 2025 item on sample size",
    expected="A benchmark or the precision aimed at, and how the number of participants follows from it.",
    cure="State the rate that would be of no interest, the rate hoped for, and the analysis set and missing-data rule.",
    example="20 participants in one arm, no benchmark, no sample size rationale",
    needs=("designModule.designInfo.interventionModel", "descriptionModule.detailedDescription"),
    catches=(24,),
    interventional=True,
)
def no_rationale(subject: Subject) -> Iterator[Found]:
    design, text = subject.protocol.design_module, subject.protocol.description_module
    single = (
        design.design_info.intervention_model == "SINGLE_GROUP" and design.design_info.primary_purpose in _THERAPEUTIC
    )
    alone = len(subject.protocol.arms_interventions_module.arm_groups) <= 1  # several arms give each other a benchmark
    # a group that was randomised is not single: TW-REG-303 says so
    randomised = design.design_info.allocation == "RANDOMIZED"
    if randomised or not (single and alone and design.enrollment_info.count):
        return
    told = [text.brief_summary, text.detailed_description, design.design_info.intervention_model_description]
    told += [placed.outcome.description for placed in subject.outcomes_of("primary")]
    if not any(tells_rationale(lowered(part)) for part in told):
        count = design.enrollment_info.count
        yield Found(
            where=f"{_DESIGN}.enrollmentInfo.count",
            found=f"{count} participants in a single group; "
            "no sample size rationale, benchmark, analysis set or missing-data rule is given.",
        )


@rule(
    "TW-REG-311",
    "warning",
    "an implausible enrolment",
    why="The number is a slip of the keyboard, and totals over the registry count it.",
    source=f"{_DEFINITIONS}: Enrollment",
    expected="The number of participants of this study.",
    cure="Correct the number.",
    example="999,999 participants",
    needs=("designModule.enrollmentInfo",),
    interventional=True,
)
def implausible_enrolment(subject: Subject) -> Iterator[Found]:
    count = subject.protocol.design_module.enrollment_info.count
    if count is not None and (count < 0 or (count >= 99_999 and len(set(str(count))) == 1)):
        yield Found(where=f"{_DESIGN}.enrollmentInfo.count", found=f"{count:,} participants.")


def _in_a_name(text: str, at: int) -> bool:
    """A capital in the middle of a sentence below the titles: the name of another trial."""
    inside = text.count("\n", 0, at) >= 2 and text[at - 1 : at] != "\n"
    return inside and text[at].isupper() and text[at - 2 : at] != ". "


_CONTROLLED = Phrase(
    r"\b(?:(?:placebo|active|randomi[sz]ed|self)[- ])?controlled (?:before|trial|study|clinical|parallel)\w*"
    r"|\bcontrol group\b",
    "controlled ",
    "control group",
)
_RANDOMISED = Phrase(  # the word first: a text is searched for it much faster than for what does not stand before it
    r"randomi[sz]ed\b(?<!\wrandomi[sz]ed)(?<!non-randomi[sz]ed)(?<!non randomi[sz]ed)(?<!not randomi[sz]ed)",
    "randomised",
    "randomized",
)
_BLINDED = Phrase(r"\b(?:double|triple|single|assessor|observer)[- ](?:blind(?:ed)?|masked)\b", "blind", "masked")
_OPEN = Phrase(r"\bopen[- ]label\b(?!.{0,30}extension)", "open-label", "open label")
_MASKED = Phrase(r"\bblind(?:ed)?\b|\bmasked\b|placebo", "blind", "masked", "placebo")
_ANY = Phrase("")
_CROSSOVER = Phrase(r"\bcross-?over (?:trial|study|design)\b", "crossover ", "cross-over ")
_WORDS_OF = {  # one of them stands in whatever the pattern matches
    _CONTROLLED: ("controlled", "control"),
    _RANDOMISED: ("randomised", "randomized"),
    _BLINDED: ("blind", "blinded", "masked"),
    _OPEN: ("open",),
    _CROSSOVER: ("crossover", "cross"),
}
_PHASE = Phrase(r"\bphase[ -]([1-4]|iv|i{1,3})[ab]?(?:\s*[-/]\s*(?:phase[ -])?([1-4]|iv|i{1,3})[ab]?)?\b", "phase")
_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4"}
_ROLES_SINCE = dt.date(2017, 1, 18)

RULES = (
    phase_against_purpose,
    phase_against_interventions,
    randomised_single_group,
    arms_against_model,
    arms_without_allocation,
    masking_count,
    text_against_design,
    title_phase,
    open_placebo,
    no_rationale,
    implausible_enrolment,
)
