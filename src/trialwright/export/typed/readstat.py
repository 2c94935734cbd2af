"""What Stata and SPSS files share: labels within their limits, codes as numbers, the moment of writing overwritten."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import polars as pl

from trialwright.export.typed.columns import Column, TypedTable, number_of
from trialwright.model.entry import Choice
from trialwright.model.problem import Lost
from trialwright.model.text import Text

Fits = Callable[[str], bool]
K = TypeVar("K")
"""What stands for a code: a number, or in SPSS the code itself."""

_NUL, _SHOWN_NUL = "\0", "␀"
ANSWERED = "the whole label stands in the tables of variables and choices"


def label_of(where: str, label: Text, fits: Fits, name: str, lost: list[Lost]) -> str:
    """
    "Grade / 分级": both languages where both fit, else the English alone, else the plain name; what is left is told.

    A label is never cut: half a question may ask the opposite.
    """
    both = f"{label.en} / {label.zh}" if label.zh and label.zh != label.en else label.en
    if fits(both):
        return both
    english = fits(label.en)
    told = "the English label alone fits" if english else "neither label fits, so the plain name stands there"
    lost.append(Lost(f"{where}: label", f"{told}; {ANSWERED}"))
    return label.en if english else name


def value_labels(
    table: TypedTable, fits: Fits, key: Callable[[Column], Callable[[Choice], K]], lost: list[Lost]
) -> dict[str, dict[K, str]]:
    """The labels of every code list by column and by what stands for the code."""
    return {
        column.name: {
            key(column)(choice): label_of(
                f"{table.name}.{column.name} = {choice.code}", choice.label, fits, choice.code, lost
            )
            for choice in column.choices
        }
        for column in table.columns
        if column.choices
    }


def numbered(frame: pl.DataFrame, columns: Iterable[Column]) -> pl.DataFrame:
    """The frame with the number of each code in place of the code, for the choices among `columns`."""
    return frame.with_columns(
        pl.col(each.name).replace_strict(number_of(each.choices), return_dtype=pl.Int64(), default=None)
        for each in columns
        if each.kind == "choice"
    )


def plain_texts(table: TypedTable, frame: pl.DataFrame, lost: list[Lost]) -> pl.DataFrame:
    """
    Texts as these programs hold them: the character that would end a text is shown.

    Missing: nothing stays nothing: the writer makes an empty text of it, quicker than of one that it must look at.
    """
    held = frame.select(pl.col(pl.String()).str.contains(_NUL, literal=True).sum())
    counts = {name: count for name, count in held.row(0, named=True).items() if count} if held.width else {}
    for name, count in counts.items():
        lost.append(Lost(f"{table.name}.{name} ({count} values)", f"the character NUL stands as {_SHOWN_NUL}"))
    return frame.with_columns(pl.col(list(counts)).str.replace_all(_NUL, _SHOWN_NUL, literal=True))


def renamed(table: TypedTable, names: Mapping[str, str], longest: int, lost: list[Lost]) -> None:
    """Tell how many names were too long or taken; the table of variables has each, and of dots the format tells."""
    changed = sum(name not in (column, column.replace(".", "_")) for column, name in names.items())
    if changed:
        why = f"shorter here: they, or one beside them, have more than {longest} characters"
        lost.append(Lost(f"{table.name}: {changed} names", f"{why}; the table of variables has both"))
