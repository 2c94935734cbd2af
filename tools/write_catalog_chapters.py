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

Apply one to a table with `trialwright score NAME IN.csv -o OUT.csv`, from Python with
`catalog.criterion(NAME).evaluate(frame)`, or to two visits by hand with the [calculator](calculator/index.html).
`trialwright catalog NAME` prints one page of this chapter.
"""
INSTRUMENTS = """
What is asked or measured. Wording that belongs to somebody else is not reproduced: such items are numbered, and the
site supplies the text it is licensed to use. Chinese labels are ours and not validated. Numbers that a score is
reckoned with stand with their sources; a number *from memory, not checked* serves no primary endpoint.

`trialwright catalog NAME` prints one page of this chapter.
"""


def documents() -> dict[str, str]:
    """The generated documents by their path under docs/reference."""
    known = catalog.load()
    return {
        "response-criteria.md": chapter(known, "criterion", "Response criteria", CRITERIA),
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
