"""The wording of licensed questionnaires, supplied by the site: beside the definition, never part of it."""

from pathlib import Path

from pydantic import RootModel

from trialwright.define import problems as say
from trialwright.define.blocks import TextBlock
from trialwright.define.documents import read_document
from trialwright.define.notes import text_of
from trialwright.define.scalars import Name
from trialwright.define.validate import check_shape
from trialwright.model.problem import Problem
from trialwright.model.study import Study
from trialwright.model.text import Text

FOLDER = "wording"


class WordingFile(RootModel[dict[Name, TextBlock]]):
    """wording/<instrument>.yaml: item -> the words that the site's licence allows it to show."""


def read_site_wording(folder: Path, study: Study) -> tuple[dict[str, Text], list[Problem]]:
    """
    Qualified item -> wording, from `wording/<instrument>.yaml` of a study folder; empty where there is none.

    A build does not hold it: a licence belongs to a site, and the definition is passed on.
    Problems: TW-DEF-001..012; a file that cannot be read leaves the numbered slots as they are.
    """
    found: dict[str, Text] = {}
    problems: list[Problem] = []
    slots = {f.name: f.instrument for form in study.forms for s in form.sections for f in s.fields if f.item.slot}
    for path in sorted((folder / FOLDER).glob("*.yaml")):
        name = f"{FOLDER}/{path.name}"
        document, wrong = read_document(path, name)
        problems += wrong
        if document is None:
            continue
        typed, wrong = check_shape(document, WordingFile)
        problems += wrong
        for item, words in typed.root.items() if typed is not None else ():
            if f"{path.stem}.{item}" in slots:
                found[f"{path.stem}.{item}"] = text_of(words)
            else:
                known = [slot.partition(".")[2] for slot, instrument in slots.items() if instrument == path.stem]
                what = f"a question of {path.stem} whose wording a site supplies"
                problems.append(say.unknown_reference(document.where(item), item, what, known))
    return found, problems
