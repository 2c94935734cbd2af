"""The trial itself: arms, elements, visits, eligibility criteria (TA, TE, TV, TI)."""

from collections.abc import Mapping

import msgspec

from trialwright.export.datasets import Cell, Dataset
from trialwright.export.sdtm.elements import arm_elements
from trialwright.export.sdtm.finish import as_dataset
from trialwright.export.sdtm.metadata import domains
from trialwright.export.sdtm.subjects import arm_code
from trialwright.model.study import EligibilityCriterion, Study

TEXT = 200
"""The longest text a SAS transport file carries; a longer criterion is cut there and stands whole in define.xml."""


def arms(study: Study) -> Dataset:
    """TA: the elements of every arm in their order; arms part with the first one in which treatment is given."""
    several = len(study.arms) > 1
    lines: list[dict[str, Cell]] = []
    for arm in study.arms:
        elements = arm_elements(study, arm)
        parting = next((each.order for each in elements if each.epoch.treated), 0) - 1
        for each in elements:
            branch = f"Assigned to {arm.title.en}" if several and each.order == parting else None
            lines.append({
                "STUDYID": study.name, "DOMAIN": "TA", "ARMCD": arm_code(arm), "ARM": arm.title.en,
                "TAETORD": each.order, "ETCD": each.code, "ELEMENT": each.title, "TABRANCH": branch,
                "EPOCH": each.epoch.name,
            })  # fmt: skip
    return _lines("TA", lines, ("STUDYID", "ARMCD", "TAETORD"))


def elements(study: Study) -> Dataset:
    """TE: how each element begins and ends, each once, in the order of the arms."""
    every = {each.code: each for arm in study.arms for each in arm_elements(study, arm)}
    lines: list[dict[str, Cell]] = [
        {
            "STUDYID": study.name, "DOMAIN": "TE", "ETCD": each.code, "ELEMENT": each.title, "TESTRL": each.begins,
            "TEENRL": each.ends,
        }
        for each in every.values()
    ]  # fmt: skip
    return _lines("TE", lines, ("STUDYID", "ETCD"))


def visits(study: Study, numbers: Mapping[str, float], names: Mapping[str, str]) -> Dataset:
    """TV: the planned visits; they are the same in every arm."""
    lines: list[dict[str, Cell]] = [
        {
            "STUDYID": study.name, "DOMAIN": "TV", "VISITNUM": int(numbers[visit.name]), "VISIT": names[visit.name],
            "VISITDY": visit.study_day, "TVSTRL": _rule(visit.study_day, visit.early, visit.late),
        }
        for visit in study.visits
        if visit.kind not in ("log", "unscheduled")
    ]  # fmt: skip
    return _lines("TV", lines, ("STUDYID", "VISITNUM"))


def _rule(day: int | None, early: int, late: int) -> str:
    if day is None:
        return "As planned"
    window = f", from {early} days before to {late} days after" if early or late else ""
    return f"Study day {day}{window}"


def criterion_codes(study: Study) -> dict[str, str]:
    """IETESTCD by the name of the criterion: INCL01, EXCL01 in the order of the definition."""
    codes: dict[str, str] = {}
    for kind, prefix in (("inclusion", "INCL"), ("exclusion", "EXCL")):
        of_kind = [each for each in study.eligibility if each.kind == kind]
        codes |= {each.name: f"{prefix}{at:02d}" for at, each in enumerate(of_kind, 1)}
    return codes


def criterion_text(criterion: EligibilityCriterion) -> str:
    return criterion.text.en[:TEXT].rstrip()


def criteria(study: Study) -> Dataset:
    """TI: every eligibility criterion of this build."""
    codes = criterion_codes(study)
    lines: list[dict[str, Cell]] = [
        {
            "STUDYID": study.name, "DOMAIN": "TI", "IETESTCD": codes[each.name], "IETEST": criterion_text(each),
            "IECAT": each.kind.upper(), "TIVERS": str(study.build),
        }
        for each in study.eligibility
    ]  # fmt: skip
    lines.sort(key=lambda each: str(each["IETESTCD"]))
    made = _lines("TI", lines, ("STUDYID", "IETESTCD"))
    whole = " ".join(f"{codes[each.name]}: {each.text.en}" for each in study.eligibility if len(each.text.en) > TEXT)
    told = f"Longer than {TEXT} characters, here in full. {whole}" if whole else ""
    return msgspec.structs.replace(
        made,
        variables=tuple(
            msgspec.structs.replace(each, comment=told) if each.name == "IETEST" else each for each in made.variables
        ),
    )


def _lines(name: str, lines: list[dict[str, Cell]], keys: tuple[str, ...]) -> Dataset:
    return as_dataset(domains()[name], lines, keys)
