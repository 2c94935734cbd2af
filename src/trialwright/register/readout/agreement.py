"""Registered = analysed = reported: each outcome measure followed from the record to the printed cell."""

import textwrap
from collections.abc import Collection

import msgspec

from trialwright.catalog import Catalog
from trialwright.model.analysis import ResultRow
from trialwright.model.problem import Problem
from trialwright.model.study import Study
from trialwright.model.v2.protocol import ProtocolSection
from trialwright.register.binding import bind_outcomes
from trialwright.register.readout.rows import Rows
from trialwright.register.subject import quoted

_SOURCE = "CONSORT 2025 items 12 and 26; ICMJE; 42 CFR 11.48"
_LEVELS = ("primary", "secondary", "other")


class ReadoutItem(msgspec.Struct, frozen=True, kw_only=True):
    """
    One endpoint from registration to report.

    `registered` is the measure's words ("" where nobody registered it), `rows` how many result rows it has, `printed`
    the tables, listings and figures that print it.
    """

    level: str
    registered: str
    estimand: str
    rows: int
    printed: tuple[str, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def agrees(self) -> bool:
        return not any(problem.severity == "error" for problem in self.problems)


def check_readout(
    study: Study,
    protocol: ProtocolSection,
    rows: tuple[ResultRow, ...],
    printed: Collection[str],
    catalog: Catalog,
) -> tuple[ReadoutItem, ...]:
    """
    Every registered outcome measure, then every endpoint of the definition that nobody registered.

    `printed` are the cells that the report prints.
    Problems: TW-REG-961 bound to nothing, 974 no result rows, 975 printed nowhere, 976 analysed but not registered.
    """
    asked, cells = Rows(study, rows, catalog), set(printed)
    tables = {
        name: tuple(dict.fromkeys(row.display for row in rows if row.estimand == name and row.cell in cells))
        for name in {row.estimand for row in rows}
    }
    items = []
    for binding in bind_outcomes(protocol, catalog, study):
        count = asked.count(binding.estimand) if binding.estimand else 0
        shown = tables.get(binding.estimand, ())
        item = ReadoutItem(
            level=binding.level, registered=binding.measure, estimand=binding.estimand, rows=count, printed=shown
        )
        items.append(msgspec.structs.replace(item, problems=tuple(_problems(item, binding.where))))
    bound = {item.estimand for item in items}
    for estimand in study.estimands:
        if estimand.level in _LEVELS and estimand.name not in bound:
            found = ReadoutItem(
                level=estimand.level,
                registered="",
                estimand=estimand.name,
                rows=asked.count(estimand.name),
                printed=tables.get(estimand.name, ()),
                problems=(_undeclared(estimand.name, estimand.level),),
            )
            items.append(found)
    return tuple(items)


def _problems(item: ReadoutItem, where: str) -> list[Problem]:
    words = f"The registered {item.level} outcome measure {quoted(item.registered)}"
    if not item.estimand:
        code, found = "TW-REG-961", f"{words} is computed by no estimand of the definition."
        cure = "Bind it in study.yaml under outcomes; trialwright record outcomes offers the nearest entries."
    elif not item.rows:
        code, found = "TW-REG-974", f"{words} was not analysed: no result row belongs to {item.estimand}."
        cure = "Show its estimand in a display of analysis.yaml, or say in the report why it was not analysed."
    elif not item.printed:
        code, found = "TW-REG-975", f"{words} was analysed and is printed nowhere."
        cure = "Show its estimand in a display of analysis.yaml."
    else:
        return []
    expected = "Every registered outcome measure is analysed and reported."
    return [
        Problem(code=code, severity="error", where=where, found=found, expected=expected, cure=cure, source=_SOURCE)
    ]


def _undeclared(name: str, level: str) -> Problem:
    return Problem(
        code="TW-REG-976",
        severity="warning",
        where=f"estimands.{name}",
        found=f"The {level} estimand {name} is analysed and was never registered.",
        expected="What is reported was registered, or is called post hoc.",
        cure="Amend the record before results are seen, or make the estimand supplementary.",
        source=_SOURCE,
    )


def render_readout(items: tuple[ReadoutItem, ...]) -> str:
    """Every endpoint for a terminal: registered, analysed, reported, and what does not agree."""
    lines: list[str] = []
    for item in items:
        lines += ["", *_wrapped(f"{item.level.capitalize()}: {item.registered or item.estimand}", 0)]
        lines += _wrapped(f"registered: {'yes' if item.registered else 'NO'}", 2)
        analysed = f"{item.rows} result rows of {item.estimand}" if item.rows else "NO"
        lines += _wrapped(f"analysed:   {analysed}", 2)
        lines += _wrapped(f"reported:   {', '.join(item.printed) if item.printed else 'NO'}", 2)
        for problem in item.problems:
            lines += _wrapped(f"{problem.code}  {problem.found} {problem.cure}", 4)
    agree = sum(item.agrees and bool(item.registered) for item in items)
    registered = sum(bool(item.registered) for item in items)
    lines += ["", f"Registered = analysed = reported: {agree} of {registered} outcome measures."]
    return "\n".join(lines[1:]) + "\n"


def _wrapped(text: str, indent: int) -> list[str]:
    return textwrap.wrap(text, 100, initial_indent=" " * indent, subsequent_indent=" " * (indent + 12))
