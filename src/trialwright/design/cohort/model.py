"""The declared model of a virtual cohort, as read from `cohort.yaml`."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from trialwright.model.problem import Problem


class FieldModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    How the fields whose names match `items` are answered.

    Numbers: baseline `mean` and `sd` (of the logarithm where `log`), correlation with the participant's `severity`,
    percent `change` from baseline at each visit (the last one given holds on), its spread `change_sd` between
    participants, correlated `response` with the trait all measures share, and `noise_sd` within a person, in the unit;
    nothing falls below `least`, what no living person falls below.
    Otherwise one of `constant` (empty: left blank; `while_open` in its place while the row goes on), `weights` (code ->
    weight), `days_before` (low, high days before
    the visit or the row), `source` (a date or number known to the plan).
    """

    items: str
    assumed: str
    mean: float | None = None
    sd: float = 0.0
    log: bool = False
    severity: float = 0.0
    response: float = 0.0
    change: dict[str, float] = {}
    change_sd: float = 0.0
    noise_sd: float = 0.0
    least: float | None = None
    constant: str | None = None
    while_open: str | None = None  # instead of `constant` in a row that has not ended when it is typed
    weights: dict[str, float] = {}
    days_before: tuple[int, int] | None = None
    month_only: float = 0.0  # share of dates known to the month only
    source: Literal["", "visit_date", "row_date", "row_end", "dose_by_weight", "taper", "end_status", "end_reason"] = ""
    unrounded: bool = False  # six decimals, whatever the item has: the truth that a dry run holds beside what is typed
    years_since: str = ""  # a year typed on the same form: the answer is the year of the visit minus it


class LogModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    How rows of a repeating form arise: `each` dosing visit or period between visits, at a `rate` a participant, for a
    `share` of the participants (never fewer than one where `at_least_one`), between the study days `days`; or one row
    for whoever leaves for the reason `on_withdrawal`, begun on the day of the last visit and typed when they leave.
    """

    form: str
    assumed: str
    each: Literal["", "dosing_visit", "period"] = ""
    rate: float = 0.0
    share: float = 0.0
    at_least_one: bool = False
    on_withdrawal: str = ""
    days: tuple[int, int] = (2, 80)
    lasts: tuple[int, int] = (2, 14)
    taper: dict[str, float] = {}  # visit -> share of the baseline dose
    taper_sd: float = 0.0
    fields: tuple[FieldModel, ...] = ()


class VisitModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How visits happen: days off the plan (normal), and the shares outside the window and missed."""

    assumed: str
    sd_days: float
    outside_share: float
    outside_days: int
    missed_share: float


class Cohort(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole model. Shares are of the participants; each scenario marked so happens at least once."""

    says: str
    seed: int
    participants: int
    screen_failures_share: float
    days_between_participants: float
    screening_days_before: tuple[int, int]
    visits: VisitModel
    missing_share: float
    missing_reasons: dict[str, float]
    never_missing: tuple[str, ...]
    withdrawal_share: float
    withdrawal_reasons: dict[str, float]
    correction_share: float
    fields: tuple[FieldModel, ...]
    logs: tuple[LogModel, ...]

    def field_model(self, name: str, among: tuple[FieldModel, ...] = ()) -> FieldModel | None:
        """The first line that matches the field, those of the log (`among`) before the general ones."""
        for line in among + self.fields:
            if fnmatchcase(name, line.items):
                return line
        return None


def read_cohort(path: Path) -> Cohort | list[Problem]:
    """The model in `path`, or what is wrong with the file."""
    try:
        with path.open(encoding="utf-8") as stream:
            content: Any = YAML(typ="safe", pure=True).load(stream)
        return msgspec.convert(content, Cohort, strict=False)
    except FileNotFoundError:
        return [_problem(path, "there is no such file", "a cohort model beside the study definition")]
    except (YAMLError, msgspec.ValidationError) as error:
        return [_problem(path, " ".join(str(error).split()), "a cohort model as described in docs/reference/cohort.md")]


def _problem(path: Path, found: str, expected: str) -> Problem:
    return Problem(
        code="TW-DES-001",
        where=path.name,
        found=found,
        expected=f"Expected {expected}",
        cure="Compare the file with the one of the packaged study",
    )
