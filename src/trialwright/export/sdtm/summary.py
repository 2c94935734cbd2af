"""TS: the trial in parameters, each with its code where the terminology has one."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import msgspec

from trialwright.export.datasets import Cell, Dataset
from trialwright.export.sdtm.finish import as_dataset
from trialwright.export.sdtm.metadata import MODEL, VERSION, countries, domains
from trialwright.export.sdtm.subjects import Subject
from trialwright.export.terminology import named_list, terminology_version
from trialwright.model.expression import All, CodeIs, Column, Compare, Constant, Truth
from trialwright.model.ledger import Snapshot
from trialwright.model.registration import Registration
from trialwright.model.study import Study

CDISC, ISO3166, ISO8601, REGISTRY = "CDISC CT", "ISO 3166-1 alpha-3", "ISO 8601", "CLINICALTRIALS.GOV"
_PHASES = {
    "EARLY_PHASE1": "EARLY PHASE I", "PHASE1": "PHASE I TRIAL", "PHASE2": "PHASE II TRIAL",
    "PHASE3": "PHASE III TRIAL", "PHASE4": "PHASE IV TRIAL", "NA": "NOT APPLICABLE",
    "PHASE1,PHASE2": "PHASE I/II TRIAL", "PHASE2,PHASE3": "PHASE II/III TRIAL",
}  # fmt: skip
_MODELS = {
    "SINGLE_GROUP": "SINGLE GROUP", "PARALLEL": "PARALLEL", "CROSSOVER": "CROSS-OVER", "FACTORIAL": "FACTORIAL",
    "SEQUENTIAL": "SEQUENTIAL",
}  # fmt: skip
# Three masked roles do not say whether the participant and the investigator are two of them: TRIPLE has no term.
_MASKING = {"NONE": "OPEN LABEL", "SINGLE": "SINGLE BLIND", "DOUBLE": "DOUBLE BLIND", "QUADRUPLE": "DOUBLE BLIND"}
_PURPOSES = {
    "TREATMENT": "TREATMENT", "PREVENTION": "PREVENTION", "DIAGNOSTIC": "DIAGNOSIS", "SCREENING": "SCREENING",
    "SUPPORTIVE_CARE": "SUPPORTIVE CARE", "BASIC_SCIENCE": "BASIC SCIENCE",
    "HEALTH_SERVICES_RESEARCH": "HEALTH SERVICES RESEARCH", "DEVICE_FEASIBILITY": "DEVICE FEASIBILITY",
}  # fmt: skip
_INTERVENTIONS = {
    "BIOLOGICAL": "BIOLOGIC",
    "BEHAVIORAL": "BEHAVIORAL THERAPY",
    "COMBINATION_PRODUCT": "COMBINATION PRODUCT",
}
_CONTROLS = {
    "ACTIVE_COMPARATOR": "ACTIVE", "PLACEBO_COMPARATOR": "PLACEBO", "SHAM_COMPARATOR": "SHAM",
    "NO_INTERVENTION": "NONE",
}  # fmt: skip
RANDOMIZED = "RANDOMIZED"
_LEVELS = {"primary": "OUTMSPRI", "secondary": "OUTMSSEC", "other": "OUTMSEXP"}
_OBJECTIVES = {"primary": "OBJPRIM", "secondary": "OBJSEC", "other": "OBJEXP"}
_SEXES: dict[tuple[str, ...], str] = {("F",): "F", ("M",): "M"}
_DAYS_A_WEEK = 7

NO_INFORMATION = "NI"
"""The null flavour of ISO 21090 for what nobody has told us."""

NOT_DECLARED = ("ADAPT", "ADDON", "EXTTIND", "STOPRULE")
"""Parameters that every trial has and that a definition has no word for: without information, never guessed."""


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One value of one parameter. `null` is the reason, in the null flavours of ISO 21090, why there is no value."""

    name: str
    value: str = ""
    null: str = ""
    code: str = ""
    dictionary: str = ""
    version: str = ""
    group: str = ""


def trial_summary(study: Study, snapshot: Snapshot, people: Mapping[str, Subject]) -> Dataset:
    """TS: what the definition, the registration and the ledger say; nothing is made up, what is unknown is left out."""
    told = [*declared(study), *_conduct(snapshot, people)]
    names = {code: name for name, code in named_list("TSPARM").terms.items()}
    codes = named_list("TSPARMCD").terms
    lines: list[dict[str, Cell]] = []
    counted: dict[str, int] = {}
    for each in sorted(told, key=lambda one: one.name):
        counted[each.name] = counted.get(each.name, 0) + 1
        lines.append(
            {
                "STUDYID": study.name, "DOMAIN": "TS", "TSSEQ": counted[each.name], "TSGRPID": each.group,
                "TSPARMCD": each.name, "TSPARM": names[codes[each.name]], "TSVAL": each.value, "TSVALNF": each.null,
                "TSVALCD": each.code, "TSVCDREF": each.dictionary, "TSVCDVER": each.version,
            }
        )  # fmt: skip
    return as_dataset(domains()["TS"], lines, keys=("STUDYID", "TSPARMCD", "TSSEQ"))


def declared(study: Study) -> tuple[Parameter, ...]:
    """What the definition says of the trial, each with its code where the terminology has one: no ledger is needed."""
    return (*_design(study), *_population(study), *_treatment(study), *_outcomes(study))


def _coded(name: str, value: str, listed: str) -> Parameter:
    """A value of a code list with its C-code; a sponsor's own term stands without one."""
    code = named_list(listed).terms.get(value, "")
    if not code:
        return Parameter(name=name, value=value)
    return Parameter(name=name, value=value, code=code, dictionary=CDISC, version=terminology_version())


def _yes(name: str, truth: bool) -> Parameter:
    return _coded(name, "Y" if truth else "N", "NY")


def _design(study: Study) -> Iterator[Parameter]:
    registered: Registration = study.registration
    yield Parameter(name="TITLE", value=registered.brief_title or study.title.en)
    yield Parameter(name="SPREFID", value=study.name)
    if registered.registry_id:
        held = registered.registry.upper() == REGISTRY
        yield Parameter(
            name="REGID", value=registered.registry_id, code=registered.registry_id if held else "",
            dictionary=REGISTRY if held else "",
        )  # fmt: skip
    if registered.sponsor:
        yield Parameter(name="SPONSOR", value=registered.sponsor)
    yield Parameter(name="SDTIGVER", value=VERSION)
    yield Parameter(name="SDTMVER", value=MODEL)
    yield _coded("STYPE", "INTERVENTIONAL", "STYPE")
    yield _coded("TPHASE", _PHASES.get(",".join(registered.phases), "NOT APPLICABLE"), "TPHASE")
    yield _yes("RANDOM", registered.allocation == RANDOMIZED)
    for name, value, words, listed in (
        ("INTMODEL", registered.model, _MODELS, "INTMODEL"),
        ("TBLIND", registered.masking, _MASKING, "TBLIND"),
        ("TINDTP", registered.primary_purpose, _PURPOSES, "TINDTP"),
    ):
        if value in words:
            yield _coded(name, words[value], listed)
    kinds = {study.estimand(outcome.estimand).variable.kind for outcome in study.outcomes if outcome.estimand}
    if kinds & {"response", "value"}:
        yield _coded("TTYPE", "EFFICACY", "TTYPE")
    if "event" in kinds:
        yield _coded("TTYPE", "SAFETY", "TTYPE")
    yield Parameter(name="NARMS", value=str(len(study.arms)))
    for name in NOT_DECLARED:
        yield Parameter(name=name, null=NO_INFORMATION)
    yield from _control(study)
    days = [visit.study_day for visit in study.visits if visit.study_day is not None]
    if days:
        no_day_0 = 1 if min(days) < 0 < max(days) else 0
        yield Parameter(name="LENGTH", value=_weeks(max(days) - min(days) - no_day_0), dictionary=ISO8601)


def _control(study: Study) -> Iterator[Parameter]:
    """
    What the trial compares with, by the kinds of its arms, and the share of participants who get what is tested.

    Missing: arms of which none is a comparator leave the control without information, and so does an undeclared ratio
             the share.
    Source:  RANDQT is the proportion of participants to be allotted to what is tested, here to two decimals (SDTMIG
             3.4, trial summary codes; seen: recalled).
    """
    if len(study.arms) == 1:
        yield _coded("TCNTRL", "NONE", "TCNTRL")
        yield Parameter(name="RANDQT", null="NA")
        return
    controls = dict.fromkeys(_CONTROLS[arm.kind] for arm in study.arms if arm.kind in _CONTROLS)
    for control in controls:
        yield _coded("TCNTRL", control, "TCNTRL")
    if not controls:
        yield Parameter(name="TCNTRL", null=NO_INFORMATION)
    tested = sum(arm.ratio for arm in study.arms if arm.kind not in _CONTROLS)
    whole = sum(arm.ratio for arm in study.arms)
    if study.registration.allocation != RANDOMIZED:
        yield Parameter(name="RANDQT", null="NA")
    elif whole:
        yield Parameter(name="RANDQT", value=f"{round(tested / whole, 2):g}")
    else:
        yield Parameter(name="RANDQT", null=NO_INFORMATION)


def _weeks(days: int) -> str:
    return f"P{days // _DAYS_A_WEEK}W" if days % _DAYS_A_WEEK == 0 else f"P{days}D"


def _population(study: Study) -> Iterator[Parameter]:
    yield Parameter(name="PLANSUB", value=str(study.enrolment_planned))
    low, high = _age_limits(study)
    yield Parameter(name="AGEMIN", value=f"P{low}Y", dictionary=ISO8601) if low else Parameter(name="AGEMIN", null="NA")
    yield (
        Parameter(name="AGEMAX", value=f"P{high}Y", dictionary=ISO8601)
        if high
        else Parameter(name="AGEMAX", null="PINF")
    )
    yield _coded("SEXPOP", _SEXES.get(_sexes(study), "BOTH"), "SEXPOP")
    healthy = study.registration.elements.eligibility_module.healthy_volunteers
    yield Parameter(name="HLTSUBJI", null=NO_INFORMATION) if healthy is None else _yes("HLTSUBJI", healthy)
    interventions = {each.title.en.lower() for each in study.interventions}
    for condition in study.registration.conditions:
        if condition.lower() not in interventions:
            yield Parameter(name="INDIC", value=condition.upper())
            yield Parameter(name="TDIGRP", value=condition.upper())
    for country in dict.fromkeys(site.country for site in study.sites):
        code = countries().get(country, "")
        if code:
            yield Parameter(name="FCNTRY", value=code, code=code, dictionary=ISO3166)


def _asking(study: Study, place: str) -> set[str]:
    """The items of the study that stand at one place of SDTM."""
    return {
        field.name
        for form in study.forms
        for section in form.sections
        for field in section.fields
        if field.item.mapping.get("sdtm") == place
    }


def _sexes(study: Study) -> tuple[str, ...]:
    """The one sex that an eligibility criterion asks for, read from its own expression; () where none does."""
    asked = _asking(study, "DM.SEX")
    for criterion in study.eligibility:
        for part in _parts(criterion.met_when):
            if isinstance(part, CodeIs) and part.column in asked:
                return part.codes
    return ()


def _age_limits(study: Study) -> tuple[int | None, int | None]:
    """The youngest and oldest age that the eligibility criteria admit, read from their own expressions."""
    ages = _asking(study, "DM.AGE")
    low: int | None = None
    high: int | None = None
    for criterion in study.eligibility:
        for compare in _parts(criterion.met_when):
            if not isinstance(compare, Compare):
                continue
            left, right = compare.left, compare.right
            if isinstance(left, Column) and left.name in ages and isinstance(right, Constant):
                limit = right.numerator // right.denominator
                if compare.op in (">=", ">"):
                    low = limit
                elif compare.op in ("<=", "<"):
                    high = limit
    return low, high


def _parts(truth: Truth | None) -> Iterator[Truth]:
    """The conditions that must all hold."""
    if isinstance(truth, All):
        for part in truth.of:
            yield from _parts(part)
    elif truth is not None:
        yield truth


def _treatment(study: Study) -> Iterator[Parameter]:
    tested = {name for arm in study.arms if arm.kind not in _CONTROLS for name in arm.interventions}
    compared = {name for arm in study.arms for name in arm.interventions} - tested
    for number, each in enumerate(study.interventions, 1):
        group = f"TRT{number}"
        yield msgspec.structs.replace(
            _coded("INTTYPE", _INTERVENTIONS.get(each.kind, each.kind), "INTTYPE"), group=group
        )
        named = "COMPTRT" if each.name in compared and tested else "TRT"
        yield Parameter(name=named, value=each.title.en.upper(), group=group)
        route = route_term(each.route)
        if route:
            yield msgspec.structs.replace(_coded("ROUTE", route, "ROUTE"), group=group)
        for tier in each.tiers:
            yield Parameter(name="DOSE", value=tier.dose, group=group)
        for unit in dict.fromkeys(tier.unit for tier in each.tiers):
            yield msgspec.structs.replace(_coded("DOSU", unit, "UNIT"), group=group)


@cache
def route_term(words: str) -> str:
    """The longest route of the terminology that these words hold; "" where they hold none."""
    upper = words.upper()
    fitting = [term for term in named_list("ROUTE").terms if re.search(rf"\b{re.escape(term)}\b", upper)]
    return max(fitting, key=len, default="")


def _outcomes(study: Study) -> Iterator[Parameter]:
    for level, name in _OBJECTIVES.items():
        for estimand in study.estimands:
            if estimand.level == level and estimand.says:
                yield Parameter(name=name, value=estimand.says)
    for outcome in study.outcomes:
        yield Parameter(name=_LEVELS[outcome.level], value=f"{outcome.measure} ({outcome.time_frame})")


def _conduct(snapshot: Snapshot, people: Mapping[str, Subject]) -> Iterator[Parameter]:
    consents = sorted(person.consented for person in people.values() if person.consented)
    enrolled = [person for person in people.values() if person.enrolled]
    if consents:
        yield Parameter(name="SSTDTC", value=consents[0], dictionary=ISO8601)
    yield Parameter(name="ACTSUB", value=str(len(enrolled)))
    yield Parameter(name="DCUTDTC", value=snapshot.as_of_utc[:10], dictionary=ISO8601)
    locked = any(event.kind == "locked" and not event.participant_id for event in snapshot.events)
    yield Parameter(name="DCUTDESC", value="DATABASE LOCK" if locked else "SNAPSHOT OF RUNNING DATA")
    ended = _all_ended(people.values())
    if locked and ended:
        yield Parameter(name="SENDTC", value=ended, dictionary=ISO8601)


def _all_ended(people: Iterable[Subject]) -> str:
    """The last day of the last participant; "" while anybody is still taking part."""
    ends = [person.ended for person in people]
    return max(ends) if ends and all(ends) else ""
