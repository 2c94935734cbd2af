"""The epochs that schedule.yaml declares, as model values."""

from collections.abc import Iterator

from trialwright.define import problems as say
from trialwright.define.documents import Document
from trialwright.define.notes import Notes, text_of
from trialwright.define.schema import EpochBlock, ScheduleFile
from trialwright.model.epochs import Epoch
from trialwright.model.problem import Problem

_AT_VISIT = ("visit", "after_visit")


def epochs(file: ScheduleFile, document: Document, notes: Notes) -> tuple[Epoch, ...]:
    """
    The declared epochs in their order; () where the schedule declares none.

    Problems: one that stands twice, a visit that is none, an order in which they cannot follow one another.
    """
    notes.once(list(file.epochs), document, "epochs", "epoch")
    found = []
    for index, block in enumerate(file.epochs):
        notes.problems += _at_visit(file, block, index, document)
        found.append(
            Epoch(
                name=block.name,
                title=text_of(block.title),
                begins=block.begins,
                visit=block.visit or "",
                treated=block.treated,
                origin=notes.origin(block, document, "epochs", index, what=f"epoch {block.name}"),
            )
        )
    if file.epochs:
        where = document.where("epochs")
        notes.problems += [say.schedule_conflict(where, *words) for words in _order(file)]
    return tuple(found)


def _at_visit(file: ScheduleFile, block: EpochBlock, index: int, document: Document) -> list[Problem]:
    where = document.where("epochs", index)
    planned = [visit.name for visit in file.visits if visit.kind not in ("log", "unscheduled")]
    if block.begins in _AT_VISIT and block.visit is None:
        return [say.undecided(where, f"visit of epoch {block.name}", "the day on which it begins", planned)]
    if block.visit is not None and block.begins not in _AT_VISIT:
        found = f"epoch {block.name} begins with {block.begins} and names visit {block.visit}"
        return [say.schedule_conflict(where, found, "A visit goes with visit and after_visit", "Leave the visit out.")]
    if block.visit is not None and block.visit not in planned:
        at = document.where("epochs", index, "visit")
        return [say.unknown_reference(at, block.visit, "a planned visit", planned)]
    return []


def _order(file: ScheduleFile) -> Iterator[tuple[str, str, str]]:
    """What is found, what is expected, and the cure, where epochs cannot follow one another."""
    begins = [block.begins for block in file.epochs]
    if begins[0] != "consent" or "consent" in begins[1:]:
        yield (
            f"the epochs begin with {say.listed(begins)}",
            "The first one begins with consent, no other",
            "Correct it.",
        )
    if begins.count("first_dose") != 1:
        found = f"{begins.count('first_dose')} epochs begin with first_dose"
        yield found, "Exactly one epoch begins with the first dose: study days count from it", "Correct it."
        return
    dosed = begins.index("first_dose")
    treated = [at for at, block in enumerate(file.epochs) if block.treated]
    if not treated or treated[0] != dosed:
        name = file.epochs[treated[0]].name if treated else "none"
        yield (
            f"the first treated epoch is {name}, the first dose begins {file.epochs[dosed].name}",
            "Treatment begins with the first dose",
            "Write treated: yes at that epoch.",
        )
    order = {visit.name: at for at, visit in enumerate(file.visits)}
    baseline = next((at for at, visit in enumerate(file.visits) if visit.kind == "baseline"), 0)
    places = [
        baseline if block.visit is None else order[block.visit] + (0.5 if block.begins == "after_visit" else 0)
        for block in file.epochs[1:]
        if block.visit is None or block.visit in order
    ]
    if places != sorted(set(places)):
        names = say.listed([block.name for block in file.epochs])
        yield f"the epochs stand as {names}", "Epochs follow one another as their visits do", "Put them in that order."
