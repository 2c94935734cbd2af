"""The elements of an arm, one for each epoch of the study: what TA, TE, SE, EPOCH and USDM all read."""

from collections.abc import Mapping

import msgspec

from trialwright.model.epochs import Epoch
from trialwright.model.study import Arm, Study

LONGEST_CODE, LONGEST_TITLE = 8, 40
_USUAL_CODES = {"SCREENING": "SCRN"}


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """One element of an arm: its code and title, its epoch and its place in the arm, how it begins and ends."""

    code: str
    title: str
    epoch: Epoch
    order: int
    begins: str
    ends: str
    interventions: tuple[str, ...] = ()


def arm_elements(study: Study, arm: Arm) -> tuple[Element, ...]:
    """
    The elements of an arm in their order.

    Shape:  an epoch in which nothing is given has the same element in every arm; a treated one has an element of each
            arm, named by what the arm is given.
    """
    treated = [epoch for epoch in study.epochs if epoch.treated]
    found = []
    for at, epoch in enumerate(study.epochs):
        code, title = _treated(study, arm, epoch, treated) if epoch.treated else _untreated(study, epoch)
        found.append(
            Element(
                code=code,
                title=title,
                epoch=epoch,
                order=at + 1,
                begins=_begin(study, epoch),
                ends=_end(study, at),
                interventions=arm.interventions if epoch.treated else (),
            )
        )
    return tuple(found)


def _untreated(study: Study, epoch: Epoch) -> tuple[str, str]:
    codes: list[str] = []
    for each in study.epochs:
        code = _USUAL_CODES.get(each.name) or each.name.replace(" ", "").replace("-", "")[:LONGEST_CODE]
        codes.append(code if code not in codes else f"{code[: LONGEST_CODE - 1]}{len(codes)}")
    return codes[study.epochs.index(epoch)], epoch.title.en[:LONGEST_TITLE]


def _treated(study: Study, arm: Arm, epoch: Epoch, treated: list[Epoch]) -> tuple[str, str]:
    place, number = study.arms.index(arm) + 1, treated.index(epoch) + 1
    names = {each.name: each.title.en for each in study.interventions}
    given = " and ".join(names[each] for each in arm.interventions if each in names) or arm.title.en
    code = "TRT" if len(study.arms) == 1 else f"TRT{place}"
    if len(treated) == 1:
        return code, f"Treatment with {given}"[:LONGEST_TITLE]
    return f"{code}E{number}", f"{epoch.title.en}: {given}"[:LONGEST_TITLE]


def _begin(study: Study, epoch: Epoch) -> str:
    match epoch.begins:
        case "consent":
            return "Informed consent"
        case "first_dose":
            return "First dose of study treatment"
        case "visit":
            return f"Visit {study.visit(epoch.visit).title.en}"
        case _:
            return f"Day after visit {study.visit(epoch.visit).title.en}"


def _end(study: Study, at: int) -> str:
    dosed = next((place for place, each in enumerate(study.epochs) if each.begins == "first_dose"), 0)
    early = "screening failure" if at < dosed else "withdrawal from the study"
    after = study.epochs[at + 1] if at + 1 < len(study.epochs) else None
    return f"{_begin(study, after) if after is not None else 'Last planned visit'}, or {early}"


def epoch_of_visit(study: Study, name: str) -> Epoch:
    """
    The epoch that a visit of the schedule stands in; the first treated one for running logs and unscheduled visits.

    The visit on whose day the first dose is planned counts as treatment; whatever is measured there before the dose is
    told by its own date.
    """
    planned = [visit for visit in study.visits if visit.kind not in ("log", "unscheduled")]
    order = {visit.name: at for at, visit in enumerate(planned)}
    dosed = next((at for at, visit in enumerate(planned) if visit.kind == "baseline"), len(planned))
    if name not in order:
        return next(epoch for epoch in study.epochs if epoch.treated)
    return [epoch for epoch in study.epochs if _begins_at(epoch, order, dosed) <= order[name]][-1]


def _begins_at(epoch: Epoch, order: Mapping[str, int], dosed: int) -> float:
    """The place among the planned visits at which an epoch begins."""
    match epoch.begins:
        case "consent":
            return 0
        case "first_dose":
            return dosed
        case "visit":
            return order[epoch.visit]
        case _:
            return order[epoch.visit] + 0.5
