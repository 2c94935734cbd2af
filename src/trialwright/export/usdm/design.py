"""The design: arms, epochs, elements and cells, who may take part, and what is given."""

from collections.abc import Sequence

from trialwright.export.sdtm.elements import arm_elements
from trialwright.export.sdtm.summary import Parameter
from trialwright.export.sdtm.trial import criterion_codes
from trialwright.export.usdm import codes, purpose, timeline
from trialwright.export.usdm.codes import Json, Term, Thing, alias, code, id_of, in_a_row, known, paragraph, thing
from trialwright.model.study import Intervention, Study


def value_of(told: Sequence[Parameter], name: str) -> Parameter | None:
    """The first value of a trial summary parameter that the definition gives."""
    return next((each for each in told if each.name == name and each.value), None)


def term_of(told: Sequence[Parameter], name: str) -> Term | None:
    """The coded term of a parameter; None where the definition gives none or the terminology has no code for it."""
    found = value_of(told, name)
    return Term(found.code, found.value, codes.CDISC, found.version) if found is not None and found.code else None


def design(study: Study, told: Sequence[Parameter]) -> Thing:
    phase, blinding = term_of(told, "TPHASE"), term_of(told, "TBLIND")
    model = term_of(told, "INTMODEL") or known("INTMODEL", "SINGLE GROUP" if len(study.arms) == 1 else "PARALLEL")
    purposes = term_of(told, "TINDTP")
    kinds = [Term(each.code, each.value, codes.CDISC, each.version) for each in told if each.name == "TTYPE"]
    return thing(
        "InterventionalStudyDesign", "main", name="main", label=study.title.en,
        studyType=code("design.studyType", known("STYPE", "INTERVENTIONAL")),
        studyPhase=alias("design.studyPhase", phase) if phase else None, therapeuticAreas=[],
        characteristics=_characteristics(study), encounters=timeline.encounters(study),
        activities=timeline.activities(study), arms=_arms(study), studyCells=_cells(study), rationale=study.title.en,
        epochs=_epochs(study), elements=_elements(study), estimands=purpose.estimands(study),
        indications=_indications(study), objectives=purpose.objectives(study), population=_population(study, told),
        studyInterventionIds=list[Json]([id_of("StudyIntervention", each.name) for each in study.interventions]),
        scheduleTimelines=timeline.timelines(study), biospecimenRetentions=[], documentVersionIds=[],
        eligibilityCriteria=_criteria(study), analysisPopulations=purpose.populations(study),
        subTypes=[code(f"design.subType.{at}", kind) for at, kind in enumerate(kinds, 1)],
        model=code("design.model", model),
        intentTypes=[code("design.intentType", purposes)] if purposes else [],
        blindingSchema=alias("design.blinding", blinding) if blinding else None,
    )  # fmt: skip


def _characteristics(study: Study) -> list[Json]:
    terms = [codes.SINGLE_CENTRE if len(study.sites) == 1 else codes.MULTICENTRE]
    terms.append(codes.SINGLE_COUNTRY if len({each.country for each in study.sites}) == 1 else codes.COUNTRIES)
    if study.registration.allocation == "RANDOMIZED":
        terms.append(codes.RANDOMIZED)
    return [code(f"design.characteristic.{at}", term) for at, term in enumerate(terms, 1)]


def _arms(study: Study) -> list[Json]:
    return [
        thing(
            "StudyArm", arm.name, name=arm.name, label=arm.title.en, description=arm.description,
            type=code(f"StudyArm_{arm.name}.type", codes.ARMS.get(arm.kind, codes.OTHER_ARM)),
            dataOriginDescription="Collected in this study",
            dataOriginType=code(f"StudyArm_{arm.name}.origin", codes.WITHIN_STUDY), populationIds=["Population_main"],
        )
        for arm in study.arms
    ]  # fmt: skip


def _epochs(study: Study) -> list[Json]:
    return in_a_row([
        thing(
            "StudyEpoch", each.name, name=each.name, label=each.title.en,
            type=code(f"{each.name}.type", known("EPOCH", each.name)),
        )
        for each in study.epochs
    ])  # fmt: skip


def _elements(study: Study) -> list[Json]:
    every = {each.code: each for arm in study.arms for each in arm_elements(study, arm)}
    return [
        thing(
            "StudyElement", each.code, name=each.code, label=each.title,
            studyInterventionIds=list[Json]([id_of("StudyIntervention", name) for name in each.interventions]),
        )
        for each in every.values()
    ]  # fmt: skip


def _cells(study: Study) -> list[Json]:
    return [
        thing(
            "StudyCell", f"{arm.name}.{each.epoch.name}", armId=id_of("StudyArm", arm.name),
            epochId=id_of("StudyEpoch", each.epoch.name), elementIds=[id_of("StudyElement", each.code)],
        )
        for arm in study.arms
        for each in arm_elements(study, arm)
    ]  # fmt: skip


def conditions(study: Study) -> list[str]:
    """The registered conditions, without the drugs that a record lists among them."""
    given = {each.title.en.lower() for each in study.interventions}
    return [each for each in study.registration.conditions if each.lower() not in given]


def _indications(study: Study) -> list[Json]:
    rare = False  # the definition does not say; USDM asks for yes or no
    return [
        thing("Indication", str(at), name=f"indication_{at}", label=each, codes=[], isRareDisease=rare)
        for at, each in enumerate(conditions(study), 1)
    ]


def _population(study: Study, told: Sequence[Parameter]) -> Thing:
    asked = value_of(told, "SEXPOP")
    sexes = ("F", "M") if asked is None or asked.value == "BOTH" else (asked.value,)
    healthy = study.registration.elements.eligibility_module.healthy_volunteers
    return thing(
        "StudyDesignPopulation", "main", name="main", label="Everybody who may take part",
        includesHealthySubjects=bool(healthy), cohorts=[],
        plannedEnrollmentNumber=codes.quantity("planned_enrolment", study.enrolment_planned),
        plannedSex=[code(f"planned_sex.{each}", known("SEXPOP", each)) for each in sexes],
        criterionIds=list[Json]([id_of("EligibilityCriterion", each.name) for each in study.eligibility]),
        plannedAge=_ages(told),
    ) | {"id": "Population_main"}  # fmt: skip


def _ages(told: Sequence[Parameter]) -> Json:
    """The range of ages; None without an upper limit, for a Range has no open end."""
    low, high = value_of(told, "AGEMIN"), value_of(told, "AGEMAX")
    if low is None or high is None:
        return None
    year = known("AGEU", "YEARS")
    return thing(
        "Range", "planned_age", isApproximate=False,
        minValue=codes.quantity("planned_age.min", int(low.value.strip("PY")), year),
        maxValue=codes.quantity("planned_age.max", int(high.value.strip("PY")), year),
    )  # fmt: skip


def _criteria(study: Study) -> list[Json]:
    numbers = criterion_codes(study)
    return in_a_row([
        thing(
            "EligibilityCriterion", each.name, name=each.name,
            category=code(f"{each.name}.category", known("IECAT", each.kind.upper())), identifier=numbers[each.name],
            criterionItemId=id_of("EligibilityCriterionItem", each.name),
        )
        for each in study.eligibility
    ])  # fmt: skip


def criterion_items(study: Study) -> list[Json]:
    return [
        thing("EligibilityCriterionItem", each.name, name=each.name, text=paragraph(each.text.en))
        for each in study.eligibility
    ]


def interventions(study: Study, told: Sequence[Parameter]) -> list[Json]:
    """What is given. A dose by body weight stands as words: USDM's dose asks for more than a definition holds."""
    made: list[Json] = []
    for number, each in enumerate(study.interventions, 1):
        group = [one for one in told if one.group == f"TRT{number}"]
        kind = term_of(group, "INTTYPE") or known("INTTYPE", "DRUG")
        role = next((codes.INTERVENTIONS.get(arm.kind) for arm in study.arms if each.name in arm.interventions), None)
        made.append(
            thing(
                "StudyIntervention",
                each.name,
                name=each.name,
                label=each.title.en,
                description=_worded(each),
                role=code(f"{each.name}.role", role or codes.OTHER_INTERVENTION),
                type=code(f"{each.name}.type", kind),
                codes=[],
                administrations=_given(study, each, term_of(group, "ROUTE")),
            )
        )
    return made


def _given(study: Study, each: Intervention, route: Term | None) -> list[Json]:
    if not each.dosing_visits:
        return []
    planned = {visit.name: visit.study_day for visit in study.visits}
    days = [day for name in each.dosing_visits if (day := planned.get(name)) is not None]
    length = timeline.elapsed(min(days), max(days)) if days else None
    times = thing(
        "Duration", f"{each.name}.given", text=f"At {', '.join(each.dosing_visits)}", durationWillVary=length is None,
        quantity=None if length is None else codes.days_of(f"Duration_{each.name}", length),
    )  # fmt: skip
    return [
        thing(
            "Administration", each.name, name=each.name, label=each.route or each.title.en, description=_worded(each),
            duration=times, route=alias(f"{each.name}.route", route) if route else None,
        )
    ]  # fmt: skip


def _worded(each: Intervention) -> str:
    doses = "; ".join(
        f"{tier.dose} {tier.unit}"
        + (f" from {tier.low} kg" if tier.low else "")
        + (f" {'up to' if tier.high_included else 'below'} {tier.high} kg" if tier.high else "")
        for tier in each.tiers
    )
    return ". ".join(part for part in (each.description, each.route, doses) if part)
