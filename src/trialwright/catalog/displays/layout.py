"""Rows of statistics into lines and columns, the same way in every table."""

import re
from collections.abc import Iterable, Mapping, Sequence

from trialwright.catalog.displays.printing import MINUS, NARROW, NO_VALUE, print_row, print_signed
from trialwright.model.analysis import AnalysisRecord, Cell, DisplayContext, ResultRow, Table

Line = dict[str, ResultRow]
"""One line of a table: statistic -> its result row."""

RATES = frozenset({"rate", "size", "attained"})
HEADINGS = {
    "n": "n",
    "total": "N",
    "events": "Events",
    "rate": "%",
    "missing": "Missing",
    "unknown": "Unknown",
    "mean": "Mean",
    "sd": "SD",
    "median": "Median",
    "q1": "Q1",
    "q3": "Q3",
    "min": "Min",
    "max": "Max",
    "p_value": "p",
    "size": "Attained size, %",
    "critical": "Responders needed",
    "reject": "Excluded",
    "differ": "Verdicts that differ",
    "who": "Who differs from the first line",
    "change_n": "n with change",
    "improved": "Improved",
    "unchanged": "Unchanged",
    "worsened": "Worsened",
    "undetermined": "Undetermined",
    "strategy": "Strategy",
    "expected": "Expected responders",
    "p_at_least": "Probability of as many as seen, or more",
    "hl": "Hodges-Lehmann estimate",
    "p_pratt": "p, signed rank",
    "attained": "Attained level, %",
    "years": "Participant-years",
    "rate_per_100": "Per 100 participant-years",
    "first_years": "Years to the first",
    "first_per_100": "First events per 100 years",
    "estimate": "Mean change",
    "se": "SE",
    "df": "Degrees of freedom",
    "at_risk": "At risk",
    "incidence_rate": "Cumulative incidence, %",
    "in_window": "In window",
    "early": "Before it",
    "late": "After it",
    "not_held": "Not held",
}
_LEVEL = re.compile(r"\d+(\.\d+)? %")


def lines_of(rows: Sequence[ResultRow]) -> dict[str, Line]:
    """The rows by line, in the order given; a repeated statistic of a line is refused, for one of them would vanish."""
    lines: dict[str, Line] = {}
    for row in rows:
        line = lines.setdefault(row.row, {})
        if row.statistic in line:
            raise ValueError(f"{row.cell}: expected once in a display, found twice")
        line[row.statistic] = row
    return lines


def formatted_rows(rows: Sequence[ResultRow]) -> dict[str, str]:
    """Cell -> what a table prints for it: the same words in every writer, file and document."""
    lines: dict[tuple[str, str], Line] = {}
    for row in rows:
        lines.setdefault((row.display, row.row), {})[row.statistic] = row
    return {row.cell: print_row(row, as_rate=is_rate(row, lines[row.display, row.row])) for row in rows}


def label_of(line: Line, name: str, context: DisplayContext) -> str:
    """The words of a line: what its first row says, else what the study calls it, else its name."""
    first = next(iter(line.values()), None)
    return (first.label if first is not None else "") or context.labels.get(name, name)


def is_rate(row: ResultRow, line: Line) -> bool:
    """Whether the value is a share of participants, printed as a percentage: a rate, its limits, a test's size."""
    if row.statistic in RATES or row.statistic.endswith("_rate"):
        return row.unit != "%"
    name = row.statistic.removesuffix("lower").removesuffix("upper")
    is_limit = name != row.statistic
    return is_limit and ("rate" in line or f"{name}rate" in line) and row.unit in ("", "proportion")


def number_cell(row: ResultRow | None, line: Line, *, signed: bool = False) -> Cell:
    """One statistic as a right-aligned cell that leads back to its row; empty where the line has none."""
    if row is None:
        return Cell("", align="right")
    text = print_signed(row.value, row.decimals) if signed else print_row(row, as_rate=is_rate(row, line))
    if row.statistic.endswith("reject") and row.value is not None:
        text = "yes" if row.value == 1 else "no"
    return Cell(text, row.cell, row.records, "left" if isinstance(row.value, str) else "right")


def joined(*parts: Cell | str, align: str = "right", indent: int = 0) -> Cell:
    """Several statistics in one printed cell, each part with its own way back; empty when no part has a row."""
    cells = tuple(Cell(part) if isinstance(part, str) else part for part in parts)
    text = "".join(cell.text for cell in cells)
    return Cell(text, align="right" if align == "right" else "left", parts=cells, indent=indent)


def total_cell(line: Line) -> Cell:
    """How many participants a line counts: its own statistic, else the denominator its count stands on."""
    counted = line.get("n")
    if "total" in line or counted is None or counted.denominator is None:
        return number_cell(line.get("total"), line)
    return Cell(str(counted.denominator), counted.cell, counted.records, "right")


def intervals_in(lines: Iterable[Line]) -> tuple[str, ...]:
    """The kinds of interval there are, "" for the main one, then those with a name ("wilson")."""
    pairs = dict.fromkeys(
        name.removesuffix("lower") for line in lines for name in line if name.endswith("lower") and _pair(name) in line
    )
    return tuple(prefix.removesuffix("_") for prefix in sorted(pairs, key=bool))


def interval_names(kinds: Iterable[str]) -> tuple[str, ...]:
    """The statistics that a table with these kinds of interval has a column for."""
    return tuple(f"{kind}_{end}".lstrip("_") for kind in kinds for end in ("lower", "upper"))


def interval_heading(kind: str, lines: Iterable[Line]) -> str:
    """ "95 % interval" as the method says its level; the name of the method behind it for all but the main one."""
    name = f"{kind}_lower".lstrip("_")
    levels = {found.group() for line in lines if name in line and (found := _LEVEL.search(line[name].method))}
    heading = f"{levels.pop()} interval" if len(levels) == 1 else "Interval"
    return f"{heading}, {kind.replace('_', ' ').capitalize()}" if kind else heading


def interval_cell(line: Line, kind: str = "", *, signed: bool = False) -> Cell:
    """Both limits of an interval as "31.5 to 76.9"; empty where the line has none."""
    low, high = (line.get(name) for name in interval_names([kind]))
    if low is None or high is None:
        return Cell("", align="right")
    if low.value is None or high.value is None:
        return Cell(NO_VALUE, low.cell, low.records, "right")
    ends = (number_cell(end, line, signed=signed) for end in (low, high))
    return joined(next(ends), f"{NARROW}to{NARROW}", next(ends))


def spread_cell(line: Line, prefix: str = "") -> Cell:
    """ "48.2 (11.3)": mean and standard deviation."""
    mean, sd = line.get(f"{prefix}mean"), line.get(f"{prefix}sd")
    if mean is None or mean.value is None:
        return number_cell(mean, line)
    first = number_cell(mean, line, signed=bool(prefix))
    return joined(first, f"{NARROW}(", number_cell(sd, line), ")") if sd is not None else first


def quartile_cell(line: Line, prefix: str = "") -> Cell:
    """ "49.0 [40.0, 57.5]": median and quartiles."""
    median, low, high = (line.get(f"{prefix}{name}") for name in ("median", "q1", "q3"))
    if median is None or median.value is None:
        return number_cell(median, line)
    signed = bool(prefix)
    first = number_cell(median, line, signed=signed)
    if low is None or high is None:
        return first
    low_cell, high_cell = (number_cell(row, line, signed=signed) for row in (low, high))
    return joined(first, f"{NARROW}[", low_cell, f",{NARROW}", high_cell, "]")


def range_cell(line: Line, prefix: str = "") -> Cell:
    """ "24, 71": smallest and largest."""
    low, high = line.get(f"{prefix}min"), line.get(f"{prefix}max")
    if low is None or high is None or low.value is None:
        return Cell("", align="right")
    signed = bool(prefix)
    low_cell, high_cell = (number_cell(row, line, signed=signed) for row in (low, high))
    return joined(low_cell, f",{NARROW}", high_cell)


def other_statistics(lines: Iterable[Line], known: Iterable[str]) -> tuple[str, ...]:
    """Statistics that a display has no column for, in order: they are printed too, for nothing computed is left off."""
    shown = set(known)
    found: dict[str, None] = {}
    for line in lines:
        found.update(dict.fromkeys(name for name in line if name not in shown))
    return tuple(found)


def measures_of(record: AnalysisRecord, by_id: Mapping[str, AnalysisRecord]) -> tuple[AnalysisRecord, ...]:
    """The measures a verdict was made from, in the criterion's order: not what only an intercurrent event looked at."""
    named = (pair.partition("=")[2] for pair in record.details.get("roles", "").split(",") if pair)
    found = tuple(by_id[name] for name in named if name in by_id)
    return found or tuple(each for each in uses_of(record, by_id) if each.kind == "measure")


def heading_of(statistic: str, context: DisplayContext) -> str:
    return context.labels.get(statistic) or HEADINGS.get(statistic) or statistic.replace("_", " ").capitalize()


def footnotes_of(rows: Sequence[ResultRow], context: DisplayContext, whole: str = "") -> tuple[str, ...]:
    """
    Denominators named, methods in words, warnings and assumptions, each sentence once, in the order of the rows.

    `whole` says whom percentages are of, where that is not the analysis set of the row.
    """
    notes: dict[str, None] = {}
    notes.update(dict.fromkeys(_wholes(rows, context, whole)))
    elsewhere = _told_elsewhere(rows, context)
    for row in rows:
        about = f"{row.label}: " if row.value is None and row.label else ""
        notes.update(dict.fromkeys(sentence(text) for text in (row.method,) if text and text not in elsewhere))
        notes.update(dict.fromkeys(sentence(about + text) for text in row.warnings))
    where = dict.fromkeys(elsewhere.values())
    explained = (f"What each line is, and how it is made, is told under {'; '.join(where)}.",) if where else ()
    return (*notes, *explained, *_assumed(rows, context))


_MANY_METHODS = 5


def _told_elsewhere(rows: Sequence[ResultRow], context: DisplayContext) -> dict[str, str]:
    """Methods that an earlier display tells in full, where they are many: a reader is not made to read them twice."""
    found = {row.method: context.told_methods[row.method] for row in rows if row.method in context.told_methods}
    return found if len(found) >= _MANY_METHODS else {}


def _wholes(rows: Sequence[ResultRow], context: DisplayContext, whole: str) -> Iterable[str]:
    """What percentages are of; where the lines differ in size, that each line names its own whole."""
    # A row without an analysis set is of everybody enrolled: analyze knows no other whole.
    found = dict.fromkeys(
        (row.denominator, whole or context.labels.get(row.analysis_set, row.analysis_set) or "enrolled")
        for row in rows
        if row.denominator is not None and row.statistic == "rate"
    )
    sets = dict.fromkeys(name for _, name in found)
    if len(found) > len(sets):
        yield f"Percentages are of the participants that each line names as N ({'; '.join(sets)})."
        return
    for count in dict.fromkeys(count for count, _ in found):
        named = "; ".join(name for number, name in found if number == count)
        yield f"Percentages are of {count} participants ({named})."


def _assumed(rows: Sequence[ResultRow], context: DisplayContext) -> Iterable[str]:
    """What is assumed behind the rows, in full at its first display; a later one says where that is."""
    assumed = dict.fromkeys(text.removesuffix(".") for row in rows for text in row.assumed)
    here = [text for text in assumed if text not in context.told]
    if here:
        yield f"Assumed, because nothing registered says it: {'; '.join(here)}."
    where = dict.fromkeys(context.told[text] for text in assumed if text in context.told)
    if where:
        yield f"What is assumed is told under {'; '.join(where)}."


def count_table(
    rows: Sequence[ResultRow],
    context: DisplayContext,
    first: str,
    statistics: Sequence[str],
    *,
    whole: str = "",
    grouped: bool = False,
    headings: Mapping[str, str] | None = None,
) -> Table:
    """
    A line a row, a column a statistic: the shape of flow, sets, deviations and adverse events.

    Shape:    columns `first`, then `statistics` that some line has or the shell asks for, then any other found; with
              `grouped`, lines whose words begin with the same "Name: " stand under that name.
    Missing:  an empty cell where a line has no such statistic; a table without rows says that there is nothing to show.
    """
    lines = lines_of(rows)
    shown = (*statistics, *other_statistics(lines.values(), statistics))
    columns = (first, *((headings or {}).get(name) or heading_of(name, context) for name in shown))
    printed = {name: tuple(number_cell(line.get(each), line) for each in shown) for name, line in lines.items()}
    if grouped:
        body = under_names(lines, printed, context)
    else:
        body = tuple(
            (Cell(label_of(line, name, context), indent=min(name.count("."), 2)), *printed[name])
            for name, line in lines.items()
        )
    return table(context, columns, body, footnotes_of(rows, context, whole))


def under_names(
    lines: Mapping[str, Line], printed: Mapping[str, tuple[Cell, ...]], context: DisplayContext
) -> tuple[tuple[Cell, ...], ...]:
    """Lines whose words are "Name: what", under a line that says the name once."""
    body: list[tuple[Cell, ...]] = []
    above = ""
    for name, line in lines.items():
        group, sign, words = label_of(line, name, context).rpartition(": ")
        if group != above and sign:
            body.append((Cell(group, strong=True), *(Cell("", align="right") for _ in printed[name])))
        above = group
        body.append((Cell(words, indent=1 if sign else 0), *printed[name]))
    return tuple(body)


def rate_table(
    rows: Sequence[ResultRow],
    context: DisplayContext,
    first: str,
    more: Sequence[str] = (),
    headings: Mapping[str, str] | None = None,
) -> Table:
    """
    A line a row with its count, denominator, percentage and every interval there is; then `more`, then any other.

    Shape:    a row `<group>.<name>` stands under a line that words its group, where the context knows the group.
    Missing:  an empty cell where a line has no such statistic.
    """
    lines = lines_of(rows)
    kinds = intervals_in(lines.values()) or ("",)
    known = ("n", "total", "rate", *interval_names(kinds))
    others = (*more, *other_statistics(lines.values(), (*known, *more)))
    columns = (
        *(first, "n", "N", "%"),
        *(interval_heading(kind, lines.values()) for kind in kinds),
        *((headings or {}).get(name) or heading_of(name, context) for name in others),
    )
    body: list[tuple[Cell, ...]] = []
    heading = ""
    for name, line in lines.items():
        group = name.partition(".")[0] if "." in name and name.partition(".")[0] in context.labels else ""
        if group and group != heading:
            body.append((Cell(context.labels[group], strong=True), *(Cell("", align="right") for _ in columns[1:])))
        heading = group
        body.append(
            (
                Cell(label_of(line, name, context), indent=1 if group else 0),
                number_cell(line.get("n"), line),
                total_cell(line),
                number_cell(line.get("rate"), line),
                *(interval_cell(line, kind) for kind in kinds),
                *(number_cell(line.get(statistic), line) for statistic in others),
            )
        )
    return table(context, columns, tuple(body), footnotes_of(rows, context))


def table(
    context: DisplayContext,
    columns: tuple[str, ...],
    body: tuple[tuple[Cell, ...], ...],
    footnotes: tuple[str, ...] = (),
    *,
    listing: bool = False,
) -> Table:
    """The lines under the number, title, population and mark of the context."""
    return Table(
        number=context.number,
        title=context.title,
        population=context.population,
        columns=columns,
        rows=body,
        footnotes=tuple(sentence(note) for note in footnotes),
        listing=listing,
        mark=context.mark,
    )


def is_verdict(record: AnalysisRecord, estimand: str) -> bool:
    """Whether a record is a verdict for an estimand (not the bare criterion's, which the verdict uses)."""
    return record.kind == "response" and record.parameter == estimand and not record.id.endswith(":criterion")


def uses_of(record: AnalysisRecord, by_id: Mapping[str, AnalysisRecord]) -> tuple[AnalysisRecord, ...]:
    """Every record behind a record, near ones first, each once: a verdict uses the criterion's, which uses measures."""
    found: dict[str, AnalysisRecord] = {}
    open_ids = list(record.uses)
    while open_ids:
        name = open_ids.pop(0)
        used = by_id.get(name)
        if used is not None and name not in found:
            found[name] = used
            open_ids.extend(used.uses)
    return tuple(found.values())


def _pair(lower: str) -> str:
    return f"{lower.removesuffix('lower')}upper"


_HYPHEN_MINUS = re.compile(r"(?<=[ (\[])-(?=\d)")


def sentence(text: str) -> str:
    """The text as a footnote: with its capital, its full stop, and a minus that is one."""
    capital = _HYPHEN_MINUS.sub(MINUS, text[:1].upper() + text[1:])
    return capital if capital.endswith((".", "?", "!")) else f"{capital}."
