"""A mixed model for repeated measures: the mean at each visit, by restricted maximum likelihood."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from trialwright.catalog import problems
from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.covariance import NAMES
from trialwright.catalog.numerics.design_matrix import Design, Field
from trialwright.catalog.numerics.linear_estimates import cells, contrast_row
from trialwright.catalog.numerics.model_table import ModelTable, ready
from trialwright.catalog.numerics.refusals import wrong_level
from trialwright.catalog.numerics.reml import Fit, Model, fit, kenward_roger, patterns, satterthwaite
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Estimate, MethodResult
from trialwright.model.problem import Problem

BEGINS_WITH = 0.5  # the correlation the search begins from
NOT_ESTIMABLE = "Some means cannot be estimated: nobody was seen in a combination of levels"


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    The mean at each visit (and level of `by`) with standard error, degrees of freedom and interval.

    Shape:    `fixed` names terms, "visit:arm" being a product; text columns are factors, numbers covariates. Covariates
              stand at their mean over the rows used, or where `at` puts them; other factors are weighted equally.
    Missing:  rows without a response are left out, as the method assumes they are missing at random. Where no
              covariance structure converges there are no means, and the warning says what was tried.
    Problems: unknown columns, text for numbers, a participant twice at a visit, too few rows.
    Source:   entry.yaml; likelihood, degrees of freedom and adjustment stand in numerics/reml.py.
    """
    level = arguments.number("conf_level")
    asked = _asked(arguments)
    wrong = wrong_level("mmrm", level) + asked.wrong
    if wrong or asked.table is None:
        return wrong
    table, visit = asked.table, arguments.text("visit")
    design = Design(asked.terms, table.rows, asked.factors)
    wrong = _wrong_rows(table, design, arguments.text("subject"), visit)
    if wrong:
        return wrong
    tried, fitted = _fit(arguments, table, design)
    by = arguments.text("by")
    kind = arguments.choice("df")
    sentence = (
        f"Mixed model for repeated measures, REML, {NAMES[fitted.structure]} covariance, {kind} degrees of freedom, "
        f"{exact_text(level * 100)} % confidence interval"
    )
    rows: list[Estimate] = []
    if fitted.converged:
        linear = kind == "Kenward-Roger-Linear"
        spread = fitted.beta_covariance if kind == "Satterthwaite" else kenward_roger(fitted, linear)
        for labels, cell in _cells(design, visit, by, arguments.named_numbers("at")):
            contrast = design.contrast(cell)
            df = 1.0 if contrast is None else satterthwaite(fitted, contrast)
            row = Estimate(name="emmean", labels=labels, method=sentence)
            rows.append(contrast_row(row, contrast, (fitted.beta, spread), df, level))
    return _result(fitted, tried, rows, sentence, table.warnings())


class _Asked:
    """The columns a model needs, read from its terms, and the rows that have them."""

    def __init__(self, terms: Sequence[str], factors: Sequence[str], table: ModelTable | list[Problem]) -> None:
        self.terms, self.factors = list(terms), list(factors)
        self.table = None if isinstance(table, list) else table
        self.wrong = table if isinstance(table, list) else []


def _asked(arguments: Parameters) -> _Asked:
    rows = arguments.records("data")
    terms: list[str] = []
    for term in arguments.names("fixed"):
        left, star, right = term.partition("*")
        terms += [left.strip(), right.strip(), f"{left.strip()}:{right.strip()}"] if star else [term]
    subject, visit, by = (arguments.text(name) for name in ("subject", "visit", "by"))
    names = dict.fromkeys(part.strip() for term in terms for part in term.split(":"))
    factors = [n for n in names if n not in (visit, by) and _is_factor(n, rows)]
    factors = [visit, *([by] if by != "none" else []), *factors]
    numbers = [n for n in names if n not in factors]
    table = ready("mmrm", rows, arguments.text("response"), [subject, *factors], numbers)
    found = _Asked(list(dict.fromkeys(terms)), factors, table)
    for name in arguments.named_numbers("at"):
        if name not in numbers:
            expected = f"Covariates of the model are {', '.join(numbers) or 'none'}"
            found.wrong.append(problems.impossible_arguments("mmrm", f'at names "{name}"', expected, "Correct at"))
    return found


def _is_factor(name: str, rows: Sequence[dict[str, Field]]) -> bool:
    return any(isinstance(row.get(name), str) for row in rows)


def _wrong_rows(table: ModelTable, design: Design, subject: str, visit: str) -> list[Problem]:
    seen: set[tuple[Field, Field]] = set()
    for row in table.rows:
        place = (row[subject], row[visit])
        if place in seen:
            found = f"a participant stands twice at visit {row[visit]}"
            return [problems.impossible_arguments("mmrm", found, "One row a participant and visit", "Remove one")]
        seen.add(place)
    needed = design.matrix.shape[1] + 1
    if len(table.rows) < needed:
        found = f"data has {len(table.rows)} complete rows"
        return [problems.impossible_arguments("mmrm", found, f"At least {needed} for this model", "Use fewer terms")]
    return []


def _fit(arguments: Parameters, table: ModelTable, design: Design) -> tuple[list[str], Fit]:
    """The first structure, in the declared order, that converges; else the first one as it stopped."""
    subject, visit = arguments.text("subject"), arguments.text("visit")
    visits = design.factors[visit]
    numbers: dict[Field, int] = {}
    participants = [numbers.setdefault(row[subject], len(numbers)) for row in table.rows]
    places = [visits.index(str(row[visit])) for row in table.rows]
    y = np.array(table.response)
    scale = float(y.std()) or 1.0  # the model is fitted in units of the spread, so that steps mean the same everywhere
    groups = patterns(design.matrix, y / scale, participants, places)
    rest = y / scale - design.matrix @ np.linalg.lstsq(design.matrix, y / scale, rcond=None)[0]
    at = np.array(places)
    deviations = np.array([np.sqrt((rest[at == place] ** 2).mean()) for place in range(len(visits))])
    begin = np.maximum(deviations, 1e-3), BEGINS_WITH
    order = [arguments.choice("covariance"), *(n for n in arguments.names("fallback") if n != "none")]
    tried: list[str] = []
    first: Fit | None = None
    for structure in dict.fromkeys(order):
        fitted = fit(Model(structure, groups, len(visits)), begin)
        if fitted.converged:
            return tried, _in_units(fitted, scale, len(y) - design.matrix.shape[1])
        tried.append(f"{NAMES[structure]} covariance: {fitted.why}")
        first = first or fitted
    return tried, first or fitted


def _in_units(fitted: Fit, scale: float, freedom: int) -> Fit:
    """A fit of y / scale as one of y."""
    square = scale * scale
    return fitted._replace(
        loglik=fitted.loglik - freedom * float(np.log(scale)),
        beta=fitted.beta * scale,
        beta_covariance=fitted.beta_covariance * square,
        slopes=fitted.slopes / square,
        spread=fitted.spread / square,
        bend=fitted.bend / square,
        sigma=fitted.sigma * square,
    )


def _cells(
    design: Design, visit: str, by: str, at: dict[str, Fraction]
) -> list[tuple[dict[str, str], dict[str, str | float]]]:
    """Every mean asked for: its labels, and where it stands in the design."""
    fixed = {name: float(value) for name, value in at.items()}
    made: list[tuple[dict[str, str], dict[str, str | float]]] = []
    for place in design.factors[visit]:
        for level in design.factors[by] if by != "none" else ("",):
            chosen = {by: level} if by != "none" else {}
            made.append(({"visit": place, **chosen}, {visit: place, **chosen, **fixed}))
    return made


def _result(
    fitted: Fit, tried: Sequence[str], rows: Sequence[Estimate], sentence: str, warnings: tuple[str, ...]
) -> MethodResult:
    warnings += tuple(f"Did not converge with {each}" for each in tried)
    if any(row.estimate is None for row in rows):
        warnings += (NOT_ESTIMABLE,)
    values: dict[str, Fraction | float | int | str] = {"converged": int(fitted.converged)}
    if fitted.converged:
        values |= {"loglik_reml": fitted.loglik, "covariance": fitted.structure}
    else:
        sentence = "Mixed model for repeated measures, REML: no covariance structure converged"
    return MethodResult(
        values=values,
        method=sentence,
        warnings=warnings,
        rows=tuple(rows),
        shapes={
            "loglik_reml": values.get("loglik_reml"),
            "emmeans": tuple(cells(row, *row.labels) for row in rows),
            "converged": fitted.converged,
            "covariance": values.get("covariance"),
        },
    )
