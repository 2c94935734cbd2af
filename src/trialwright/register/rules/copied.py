"""Passages copied from one element into another, where each should answer its own question."""

import re
from collections.abc import Iterator

from trialwright.register.passages import on_one_line
from trialwright.register.rule import Found, rule
from trialwright.register.subject import Subject, quoted

_TEXTS = ("descriptionModule.briefSummary", "descriptionModule.detailedDescription")
_COPIED_CHARACTERS = 200
_SENTENCE_CHARACTERS = 60


def _pieces(text: str) -> list[str]:
    """The long sentences of a text, each on one line."""
    lines = on_one_line(text).split(". ")
    return [line for line in lines if len(line) >= _SENTENCE_CHARACTERS]


@rule(
    "TW-REG-811",
    "warning",
    "a passage copied from another element",
    why="What is given stays unsaid where readers look for it.",
    source="PRS review criteria: each element answers its own question",
    expected="What is given and how, in the intervention; background, once, in the detailed description.",
    cure="Replace the copied background by the regimen.",
    example="657 characters of the intervention description stand word for word in the detailed description",
    needs=("descriptionModule.detailedDescription", "armsInterventionsModule.interventions"),
    catches=(20,),
)
def copied_passage(subject: Subject) -> Iterator[Found]:
    for at, one in enumerate(subject.protocol.arms_interventions_module.interventions):
        if len(one.description) < _COPIED_CHARACTERS:
            continue
        copied = [line for line in _pieces(one.description) if line.rstrip(".") in subject.background]
        size = sum(len(line) for line in copied)
        if size >= _COPIED_CHARACTERS:
            yield Found(
                where=f"protocolSection.armsInterventionsModule.interventions[{at}].description",
                found=f"About {size} characters stand word for word in the summary or the detailed description: "
                f"{quoted(copied[0])}",
                quote=copied[0],
                # a regimen told twice is no harm; background in the place of a regimen is
                severity="note" if re.search(r"(?<![\w-])\d", one.description) else "warning",
            )


@rule(
    "TW-REG-812",
    "note",
    "the summary is cut out of the detailed description",
    why="The summary is for the public; the protocol's words are not.",
    source="PRS data element definitions: Detailed Description does not repeat the Brief Summary",
    expected="A summary in lay language and a description that adds to it.",
    cure="Write the summary anew for the public.",
    example="two of three sentences of the summary stand in the detailed description",
    needs=_TEXTS,
    catches=(20,),
)
def summary_repeats(subject: Subject) -> Iterator[Found]:
    description = subject.protocol.description_module
    if not description.detailed_description:
        return
    told = _pieces(description.brief_summary)
    copied = [line for line in told if line.rstrip(".") in subject.detailed_line]
    if copied and (len(copied) == len(told) or (len(copied) >= 2 and 2 * len(copied) >= len(told))):
        yield Found(
            where=f"protocolSection.{_TEXTS[0]}",
            found=f"{len(copied)} of {len(told)} sentences of the summary stand word for word in the detailed "
            f"description.",
            quote=copied[0],
        )


RULES = (copied_passage, summary_repeats)
