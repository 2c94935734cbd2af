"""What is assumed of the participants to come, as read from `scenario.yaml`: every line with its source or reason."""

from pathlib import Path
from typing import Any, Literal

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from scipy.special import bdtr

from trialwright.model.problem import Problem

SCENARIO = "scenario.yaml"
"""Its name in a study's folder."""

Seen = Literal["original", "secondary", "recalled"]


class Backed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A line of assumptions: `assumed`, the reason, or `source` and how it was `seen`; one of the two."""

    assumed: str = ""
    source: str = ""
    seen: Seen | None = None

    def __post_init__(self) -> None:
        if bool(self.assumed) == bool(self.source):
            raise ValueError("each line says either `assumed:` with the reason, or `source:`")
        if self.source and self.seen is None:
            raise ValueError("a source says how it was seen: original, secondary or recalled")


class Coarse(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Some people record in bigger steps than the item allows."""

    step: float
    share: float


class Items(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A score of `count` items, each left out in a `missing` share of examinations; it needs `needed` of them."""

    count: int
    needed: int
    missing: float

    def __post_init__(self) -> None:
        if not 1 <= self.needed <= self.count or not 0 <= self.missing <= 1:
            raise ValueError(
                "`items` has at least one item, needs none that it has not, and misses a share from 0 to 1"
            )

    def unscored(self, factor: float) -> float:
        """The share of examinations that leave too few items, were `factor` times as many left out."""
        return float(bdtr(self.needed - 1, self.count, 1 - min(1.0, self.missing * factor)))


class MeasureModel(Backed, frozen=True, kw_only=True):
    """
    One measured number: an item ("muscle_enzymes.ck") or a score ("mmt8.total").

    Baseline: `mean` and `sd` (of the logarithm where `log`), correlation with the `severity` that all measures share.
    Course, in percent of the true baseline at each visit, the last one given holding on: `effect` under the treatment
    and `natural` without it, each with its spread between participants and its correlation with a trait all share.
    `noise_sd` within a person, in the unit, or `noise_pct` of the value; `day`: how closely it goes with the day, whose
    good or bad is the same for all measures of a visit (0 each reading errs for itself). `missing`: share not measured
    at a visit; `items`: what single items left out do to a score.
    `step`: how finely it is recorded; `low`, `high`: floor and ceiling.
    """

    item: str
    mean: float
    sd: float
    log: bool = False
    severity: float = 0.0
    effect: dict[str, float] = {}
    effect_sd: float = 0.0
    response: float = 0.0
    natural: dict[str, float] = {}
    natural_sd: float = 0.0
    drift: float = 0.0
    noise_sd: float = 0.0
    noise_pct: float = 0.0
    day: float = 0.0
    missing: float = 0.0
    items: Items | None = None
    step: str = "1"
    coarse: Coarse | None = None
    low: str | None = None
    high: str | None = None


class FixedModel(Backed, frozen=True, kw_only=True):
    """A number that is the same for everybody, such as a laboratory's upper limit of normal."""

    item: str
    is_always: str


class VisitModel(Backed, frozen=True, kw_only=True):
    """How visits happen: days off the plan, the shares outside the window and missed; `instrument_missing` at one."""

    sd_days: float = 0.0
    outside_share: float = 0.0
    outside_days: int = 3
    missed: float = 0.0
    instrument_missing: float = 0.0


class EventModel(Backed, frozen=True, kw_only=True):
    """
    A fact that befalls a `share` of participants between two study days.

    `tilt`: how strongly the true response keeps it away (0 not at all, 1 only those who do worst). `leaves`: no visit
    after it. `reasons`: of a withdrawal, code -> weight. `benefit`: percent by which every measure is better after it.
    """

    fact: str
    share: float
    days: tuple[int, int] = (1, 84)
    tilt: float = 0.0
    leaves: bool = False
    reasons: dict[str, float] = {}
    benefit: float = 0.0


class TaperModel(Backed, frozen=True, kw_only=True):
    """Taking glucocorticoid away makes the disease come back a little: percent worse at each visit, all measures."""

    worsens: dict[str, float] = {}


class HarmModel(Backed, frozen=True, kw_only=True):
    """An adverse event and how many of 1 it befalls."""

    name: str
    name_zh: str = ""
    share: float


class EnrolmentModel(Backed, frozen=True, kw_only=True):
    """How participants come: a month, after the site has opened; screening, and who does not pass it."""

    per_month: float
    opens_after_days: int = 0
    screening_days: int = 7
    screen_failures: float = 0.0


class EntryModel(Backed, frozen=True, kw_only=True):
    """Enrolment on a high value: the item must be at least (measures where lower is better) so high at the time."""

    item: str
    at_least: float
    at: Literal["baseline", "screening"] = "baseline"


class Level(Backed, frozen=True, kw_only=True):
    """
    Noise of a size, for the comparison: percent of each value, and where a measure is steadier, its own percent.

    `day`: of the measures named, how closely the noise goes with the day.
    """

    name: str
    name_zh: str = ""
    percent: float
    own: dict[str, float] = {}
    day: dict[str, float] = {}


class Changes(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one run of the scenario changes: every factor 1 is the scenario as it stands."""

    effect: float = 1.0
    natural: float = 1.0
    taper: float = 1.0
    rescue: float = 1.0
    events: float = 1.0
    noise: float = 1.0
    missing: float = 1.0
    visits: float = 1.0
    spread: float = 1.0  # of courses between participants
    level: Level | None = None
    entry: EntryModel | None = None

    @classmethod
    def nothing(cls) -> "Changes":
        """Nobody changes, nothing happens, nothing is missing; only noise is left."""
        return cls(effect=0, natural=0, taper=0, rescue=0, events=0, missing=0, visits=0, spread=0)


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that is assumed for the simulation of one study."""

    says: str
    says_zh: str = ""
    seed: int
    measures: tuple[MeasureModel, ...]
    fixed: tuple[FixedModel, ...] = ()
    visits: VisitModel
    events: tuple[EventModel, ...] = ()
    taper: TaperModel
    harms: tuple[HarmModel, ...] = ()
    enrolment: EnrolmentModel
    entries: tuple[EntryModel, ...] = ()
    noise_levels: tuple[Level, ...] = ()


def read_scenario(path: Path) -> Scenario | list[Problem]:
    """The scenario in `path`, or what is wrong with the file."""
    expected = "the assumptions as described in docs/reference/scenario.md"
    try:
        with path.open(encoding="utf-8") as stream:
            content: Any = YAML(typ="safe", pure=True).load(stream)
        scenario = msgspec.convert(content, Scenario, strict=False)
    except FileNotFoundError:
        return [_problem(path, "there is no such file", expected)]
    except (YAMLError, msgspec.ValidationError) as error:
        return [_problem(path, " ".join(str(error).split()), expected)]
    return scenario


def _problem(path: Path, found: str, expected: str) -> Problem:
    return Problem(
        code="TW-DES-002",
        where=path.name,
        found=found,
        expected=f"Expected {expected}",
        cure="Compare the file with the one of the packaged study",
    )
