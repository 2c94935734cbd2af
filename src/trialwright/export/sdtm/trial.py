"""The trial itself: arms, elements, visits, eligibility criteria (TA, TE, TV, TI)."""

from collections.abc import Mapping

import msgspec

from trialwright.export.datasets import Cell, Dataset
from trialwright.export.sdtm.finish import as_dataset
from trialwright.export.sdtm.metadata import domains
from trialwright.export.sdtm.subjects import arm_code
from trialwright.export.sdtm.timing import SCREENING, TREATMENT
from trialwright.model.study import Arm, EligibilityCriterion, Study

SCREENING_ELEMENT = ("SCRN", "Screening")
TEXT = 200
"""The longest text a SAS transport file carries; a longer criterion is cut there and stands whole in define.xml."""


def element(study: Study, arm: Arm) -> tuple[str, str]:
    """Code and title of the element in which an arm is treated."""
    place = study.arms.index(arm) + 1
    code = "TRT" if len(study.arms) == 1 else f"TRT{place}"
    names = {each.name: each.title.en for each in study.interventions}
    given = " and ".join(names[each] for each in arm.interventions if each in names) or arm.title.en
    return code, f"Treatment with {given}"[:40]


def arms(study: Study) -> Dataset:
    """TA: every arm is screening, then treatment."""
    several = len(study.arms) > 1
    lines: list[dict[str, Cell]] = []
    for arm in study.arms:
        code, title = element(study, arm)
        head = {"STUDYID": study.name, "DOMAIN": "TA", "ARMCD": arm_code(arm), "ARM": arm.title.en}
        branch = f"Assigned to {arm.title.en}" if several else None
        lines.append({
            **head, "TAETORD": 1, "ETCD": SCREENING_ELEMENT[0], "ELEMENT": SCREENING_ELEMENT[1], "TABRANCH": branch,
            "EPOCH": SCREENING,
        })  # fmt: skip
        lines.append({**head, "TAETORD": 2, "ETCD": code, "ELEMENT": title, "EPOCH": TREATMENT})
    return _lines("TA", lines, ("STUDYID", "ARMCD", "TAETORD"))


def elements(study: Study) -> Dataset:
    """TE: how each element begins and ends."""
    lines: list[dict[str, Cell]] = [
        {
            "ETCD": SCREENING_ELEMENT[0], "ELEMENT": SCREENING_ELEMENT[1], "TESTRL": "Informed consent",
            "TEENRL": "First dose of study treatment, or screening failure",
        }
    ]  # fmt: skip
    for arm in study.arms:
        code, title = element(study, arm)
        lines.append({
            "ETCD": code, "ELEMENT": title, "TESTRL": "First dose of study treatment",
            "TEENRL": "Last planned visit, or withdrawal from the study",
        })  # fmt: skip
    return _lines("TE", [{"STUDYID": study.name, "DOMAIN": "TE", **each} for each in lines], ("STUDYID", "ETCD"))


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
