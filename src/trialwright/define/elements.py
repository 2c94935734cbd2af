"""study.yaml and schedule.yaml as model values: arms, doses, eligibility, visits."""

from fractions import Fraction

from trialwright.define import problems as say
from trialwright.define.conditions import parse_condition
from trialwright.define.documents import Document
from trialwright.define.notes import Notes, text_of
from trialwright.define.schema import InterventionBlock, RegistrationBlock, ScheduleFile, StudyFile, TierBlock
from trialwright.define.scope import BEFORE, THIS, Names
from trialwright.model import study as m
from trialwright.model.expression import Truth
from trialwright.model.problem import Problem
from trialwright.model.quantity import PartialDate
from trialwright.model.registration import Registration

_BEFORE_DOSE = ("screening", "baseline")


def registration(block: RegistrationBlock) -> Registration:
    return Registration(
        registry=block.registry,
        registry_id=block.id,
        record_path=block.record,
        page_path=block.page,
        start_date=PartialDate(block.start_date),
        first_submitted=PartialDate(block.first_submitted),
        primary_completion=PartialDate(block.primary_completion) if block.primary_completion else None,
        brief_title=block.brief_title,
        phases=tuple(block.phases),
        conditions=tuple(block.conditions),
        primary_purpose=block.primary_purpose,
        allocation=block.allocation,
        model=block.model,
        masking=block.masking,
        sponsor=block.sponsor,
        collaborators=tuple(block.collaborators),
    )


def interventions(file: StudyFile, document: Document, visits: list[str], notes: Notes) -> tuple[m.Intervention, ...]:
    notes.once(list(file.interventions), document, "interventions", "intervention")
    found = []
    for index, block in enumerate(file.interventions):
        path = ("interventions", index)
        _check_tiers(block, document, index, notes)
        for position, visit in enumerate(block.dosing_visits):
            if visit not in visits:
                where = document.where(*path, "dosing_visits", position)
                notes.problems.append(say.unknown_reference(where, visit, "a visit", visits))
        found.append(
            m.Intervention(
                name=block.name,
                title=text_of(block.title),
                kind=block.kind,
                route=block.route,
                description=block.description,
                other_names=tuple(block.other_names),
                tiers=tuple(_tier(tier) for tier in block.tiers),
                dosing_visits=tuple(block.dosing_visits),
                origin=notes.origin(block, document, *path, what=f"intervention {block.name}"),
            )
        )
    return tuple(found)


def _tier(block: TierBlock) -> m.DoseTier:
    return m.DoseTier(
        low=block.low, high=block.high, high_included=block.high_included, dose=block.dose, unit=block.unit
    )


def _check_tiers(block: InterventionBlock, document: Document, index: int, notes: Notes) -> None:
    for position, (tier, after) in enumerate(zip(block.tiers, block.tiers[1:], strict=False)):
        if tier.high is None or after.low is None or Fraction(tier.high) != Fraction(after.low):
            where = document.where("interventions", index, "tiers", position + 1)
            found = f"a tier up to {tier.high or 'no limit'} is followed by one from {after.low or 'no limit'}"
            notes.problems.append(say.dose_tiers(where, found, "Dose tiers follow one another without gap or overlap"))


def arms(file: StudyFile, document: Document, notes: Notes) -> tuple[m.Arm, ...]:
    notes.once(list(file.arms), document, "arms", "arm")
    known = [block.name for block in file.interventions]
    found = []
    for index, block in enumerate(file.arms):
        for position, name in enumerate(block.interventions):
            if name not in known:
                where = document.where("arms", index, "interventions", position)
                notes.problems.append(say.unknown_reference(where, name, "an intervention", known))
        found.append(
            m.Arm(
                name=block.name,
                title=text_of(block.title),
                kind=block.kind,
                description=block.description,
                interventions=tuple(block.interventions),
                ratio=block.ratio or 0,
                origin=notes.origin(block, document, "arms", index, what=f"arm {block.name}"),
            )
        )
    _check_ratio(file, document, notes)
    return tuple(found)


def _check_ratio(file: StudyFile, document: Document, notes: Notes) -> None:
    """A ratio is said of every arm or of none, and every arm gets somebody."""
    told = [block.ratio for block in file.arms]
    for index, (block, ratio) in enumerate(zip(file.arms, told, strict=True)):
        if ratio is not None and ratio < 1:
            where = document.where("arms", index, "ratio")
            notes.problems.append(say.bad_scalar(where, f'"{ratio}"', "At least 1: how many of a block get this arm"))
        if ratio is None and any(told):
            what, changes = f"ratio of arm {block.name}", "the planned proportion of each arm (RANDQT)"
            notes.problems.append(say.undecided(document.where("arms", index), what, changes))


def sites(file: StudyFile, document: Document, notes: Notes) -> tuple[m.Site, ...]:
    found = []
    for index, block in enumerate(file.sites):
        notes.origin(block, document, "sites", index, what=f"site {block.name}")
        found.append(
            m.Site(name=block.name, title=text_of(block.title), country=block.country, time_zone=block.time_zone)
        )
    return tuple(found)


def consents(file: StudyFile, document: Document, notes: Notes) -> tuple[m.ConsentVersion, ...]:
    notes.once(list(file.consents), document, "consents", "consent version")
    return tuple(
        m.ConsentVersion(
            name=block.name,
            title=text_of(block.title),
            effective=PartialDate(block.effective) if block.effective else None,
            reconsent=block.reconsent,
            origin=notes.origin(block, document, "consents", index, what=f"consent version {block.name}"),
        )
        for index, block in enumerate(file.consents)
    )


def eligibility(file: StudyFile, document: Document, names: Names, notes: Notes) -> tuple[m.EligibilityCriterion, ...]:
    """`names` are the items of the screening visit: what stands there when eligibility is decided."""
    notes.once(list(file.eligibility), document, "eligibility", "eligibility criterion")
    found = []
    for index, block in enumerate(file.eligibility):
        path = ("eligibility", index)
        met = None
        if block.met_when is not None:
            parsed = parse_condition(block.met_when, names, document.where(*path, "met_when"))
            met = _kept(parsed, notes)
        for position, item in enumerate(block.evidence):
            if item not in names:
                where = document.where(*path, "evidence", position)
                notes.problems.append(say.unknown_reference(where, item, "an item of the screening visit", names))
        found.append(
            m.EligibilityCriterion(
                name=block.name,
                kind=block.kind,
                text=text_of(block.text),
                met_when=met,
                evidence=tuple(block.evidence),
                origin=notes.origin(block, document, *path, what=f"eligibility criterion {block.name}"),
            )
        )
    return tuple(found)


def _kept(parsed: Truth | Problem, notes: Notes) -> Truth | None:
    if isinstance(parsed, Problem):
        notes.problems.append(parsed)
        return None
    return parsed


def visits(file: ScheduleFile, document: Document, forms: list[str], notes: Notes) -> tuple[m.Visit, ...]:
    notes.once(list(file.visits), document, "visits", "visit")
    found = []
    for index, block in enumerate(file.visits):
        for position, form in enumerate(block.forms):
            if form not in forms:
                where = document.where("visits", index, "forms", position)
                notes.problems.append(say.unknown_reference(where, form, "a form", forms))
        found.append(
            m.Visit(
                name=block.name,
                title=text_of(block.title),
                kind=block.kind,
                study_day=block.study_day,
                early=block.early or 0,
                late=block.late or 0,
                forms=tuple(block.forms),
                dosing=block.dosing,
                origin=notes.origin(block, document, "visits", index, what=f"visit {block.name}"),
            )
        )
    _check_schedule(file, document, notes)
    return tuple(found)


def _check_schedule(file: ScheduleFile, document: Document, notes: Notes) -> None:
    latest: int | None = None
    for index, block in enumerate(file.visits):
        where = document.where("visits", index)
        if block.name in (THIS, BEFORE):
            found = f"a visit is called {block.name}"
            expected = f"{THIS}/item and {BEFORE}/item in an edit check mean this visit and the ones before"
            notes.problems.append(say.schedule_conflict(where, found, expected, "Give the visit another name."))
        if block.kind in ("log", "unscheduled"):
            continue
        if block.study_day is None or block.early is None or block.late is None:
            lacking = [key for key in ("study_day", "early", "late") if getattr(block, key) is None]
            what = f"{', '.join(lacking)} of visit {block.name}"
            notes.problems.append(
                say.undecided(where, what, "which measurements count as this visit, and which do not")
            )
            continue
        if block.study_day == 0:
            found = f"visit {block.name} stands on day 0"
            expected = "The day of the first dose is day 1; there is no day 0"
            notes.problems.append(say.schedule_conflict(where, found, expected, "Count again."))
        if latest is not None and block.study_day - block.early <= latest:
            first = block.study_day - block.early
            notes.problems.append(
                say.schedule_conflict(
                    where,
                    f"the window of {block.name} begins on day {first}; the one before it ends on day {latest}",
                    "Windows of planned visits follow one another without overlap",
                    "Narrow one of the two windows.",
                )
            )
        latest = block.study_day + block.late
    baselines = [block.name for block in file.visits if block.kind == "baseline"]
    if len(baselines) != 1:
        notes.problems.append(
            say.schedule_conflict(
                document.where("visits"),
                f"baseline visits: {say.listed(baselines)}",
                "Exactly one visit is of kind baseline",
                "Every change is counted from it.",
            )
        )
