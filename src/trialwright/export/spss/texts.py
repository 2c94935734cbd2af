"""Texts that are longer than a variable of SPSS: counted in bytes, and carried on in the next variable."""

import polars as pl

from trialwright.model.problem import Lost

TEXT = 32_767
"""The longest text of one variable, in bytes of UTF-8."""

_ROOM = 60
"""What is left of the 64 characters of a name for its beginning when a piece is numbered."""


def in_parts(
    table: str, frame: pl.DataFrame, labels: dict[str, str | None], lost: list[Lost], longest: int = TEXT
) -> pl.DataFrame:
    """
    The frame with every text in pieces of at most `longest` bytes; what goes on has the label of its beginning.

    Shape:   `NAME__2`, `NAME__3` stand behind NAME where some text needs them; the pieces put together are the text.
             Blanks at the end of a text are told in `lost`: they do not come back from a file.
    """
    columns: list[pl.Series] = []
    for series in frame:
        if series.dtype != pl.String():
            columns.append(series)
            continue
        blank = series.str.ends_with(" ").sum()
        if blank:
            lost.append(
                Lost(
                    f"{table}.{series.name} ({blank} values)",
                    "blanks at the end of the text: SPSS fills texts with blanks to one width and drops them",
                )
            )
        long = int(series.str.len_bytes().max() or 0) > longest  # type: ignore[arg-type]
        pieces = _pieces(series, longest) if long else [series]
        if len(pieces) > 1:
            names = ", ".join(piece.name for piece in pieces[1:])
            lost.append(Lost(f"{table}.{series.name}", f"texts of more than {longest} bytes go on in {names}"))
            labels |= {piece.name: labels[series.name] for piece in pieces if series.name in labels}
        columns += pieces
    return pl.DataFrame(columns)


def _pieces(series: pl.Series, longest: int) -> list[pl.Series]:
    cut = [pieces(text or "", longest) for text in series.to_list()]
    most = max(len(each) for each in cut)
    return [
        pl.Series(
            series.name if at == 0 else f"{series.name[:_ROOM]}__{at + 1}",
            [each[at] if at < len(each) else None for each in cut],
            pl.String(),
        )
        for at in range(most)
    ]


def pieces(text: str, longest: int) -> list[str]:
    """
    A text cut between characters into pieces of at most `longest` bytes; put together they are the text.

    No piece but the last ends with a blank where that can be helped, for such a blank would be dropped on reading.
    """
    held, made = text.encode(), []
    while len(held) > longest:
        end = longest
        while held[end] & 0b1100_0000 == 0b1000_0000:  # inside a character
            end -= 1
        full = end
        while end and held[end - 1 : end] == b" ":
            end -= 1
        end = end or full
        made.append(held[:end].decode())
        held = held[end:]
    return [*made, held.decode()]
