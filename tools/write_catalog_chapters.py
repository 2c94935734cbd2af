"""Writes docs/reference/response-criteria.md and instruments.md from the catalog; a test holds them current."""

from pathlib import Path

from trialwright import catalog
from trialwright.catalog.calculator import calculated, calculator_page
from trialwright.catalog.pages import chapter

CRITERIA = """
What counts as a response, as worsening, or as a diagnosis. Each criterion is one rule over numbers as they were
entered, decided in exact arithmetic: 4.0 to 3.2 cm *is* 20 %. Where a published sentence leaves something open, or
sources disagree, the choice is a parameter; the table of parameters says what each decides and where its default comes
from. A number *from memory, not checked* serves no primary endpoint. The sentences under a worked case are those that
the program itself gives, in English and Chinese.

Which one answers which question:

| question | criterion | what it asks for |
|---|---|---|
| Has this adult with myositis responded, yes or no? | IMACS definition of improvement (2004) | the six core set measures at two visits |
| How much has this adult improved? | ACR/EULAR total improvement score (2016) | the same, and the length of each scale |
| Has this child with dermatomyositis responded? | PRINTO 20; the 2016 score with the cut-offs for children | the PRINTO or the IMACS core set |
| Is the disease getting worse? | Confirmed deterioration (ProDERM) | five measures at three visits |
| Has the patient come down with glucocorticoid? | Glucocorticoid-sparing response | two daily doses, pulses |
| Is it inflammatory myopathy? | EULAR/ACR 2017; Bohan and Peter | findings, with or without biopsy |
| Is it dermatomyositis without muscle disease? | Amyopathic dermatomyositis (Sontheimer) | skin, time, muscle tests |
| Has earlier treatment failed, as a trial defined it? | Refractory dermatomyositis | treatment so far |

How to read a page: the sentence that can be read aloud; what it leaves open and where sources disagree; the parameters;
the sources, each marked with how it was seen; worked cases. **Y** is met, **N** not met, **U** undetermined: what is missing
could decide either way, and the verdict says what it waits for. Nothing missing is filled in or taken as unchanged.

What the criteria do not do: they read the numbers of two visits and know nothing of why these changed. More glucocorticoid
may stand behind a response; measurement noise alone makes responders of some patients who have not changed; who has full
strength, or no skin disease, at the start cannot improve there (`tis_attainable`). A verdict is no decision about treatment.

Apply one to a table with `trialwright score NAME IN.csv -o OUT.csv`, from Python with
`catalog.criterion(NAME).evaluate(frame)`, or to one patient by hand with the [calculators](calculator/index.html), which
work in any browser without a network. `trialwright catalog NAME` prints one page of this chapter.
"""  # noqa: E501  # these are lines of the page: a row of a table cannot be broken
INSTRUMENTS = """
What is asked or measured. Wording that belongs to somebody else is not reproduced: such items are numbered, and the
site supplies the text it is licensed to use. Chinese labels are ours and not validated. Numbers that a score is
reckoned with stand with their sources; a number *from memory, not checked* serves no primary endpoint.

`trialwright catalog NAME` prints one page of this chapter.
"""


def documents() -> dict[str, str]:
    """The generated documents by their path under docs/reference."""
    known = catalog.load()
    links: dict[str, str] = {}
    for each in calculated(known):
        link = f"[{'Calculator' if each.criterion == each.name else each.title.en}](calculator/{each.name}.html)"
        links[each.criterion] = " · ".join(filter(None, (links.get(each.criterion, ""), link)))
    return {
        "response-criteria.md": chapter(known, "criterion", "Response criteria", CRITERIA, links),
        "instruments.md": chapter(known, "instrument", "Instruments", INSTRUMENTS),
        "calculator/index.html": calculator_page(known),
        **{f"calculator/{each.name}.html": calculator_page(known, each.name) for each in calculated(known)},
    }


def main() -> None:
    place = Path(__file__).parents[1] / "docs" / "reference"
    for name, text in documents().items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
