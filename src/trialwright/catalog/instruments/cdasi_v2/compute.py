"""CDASI version 2: marks of fifteen sites summed into activity and damage, with hands, nail folds and hair."""

from collections.abc import Mapping
from fractions import Fraction

import msgspec

from trialwright.catalog.instruments.answers import number
from trialwright.model.entry import Answers, NumberRow, NumberTable, Scored, Source, Told, Undecided
from trialwright.model.quantity import Missing
from trialwright.model.text import Text

SITES = 15
ACTIVITY = {"erythema": 3, "scale": 2, "erosion": 1}  # largest mark at one site
DAMAGE = {"poikiloderma": 1, "calcinosis": 1}
ONCE = {"hands_papules": 3, "hands_ulcer": 1, "periungual": 2, "alopecia": 1, "hands_damage": 2}
MILD_BELOW_PENN, MILD_UP_TO_STANFORD = 19, 14
CHANGE = {"penn": 4, "stanford": 5}

_ANYANWU = Source("Anyanwu 2015, Br J Dermatol 173:969, doi 10.1111/bjd.13915, abstract", "original")
_FORM = Source("marks of CDASI version 2", "recalled")
TABLES = (
    NumberTable(
        name="cut_offs",
        title=Text("Mild disease, and the smallest change that matters", "轻度界值及最小有意义变化"),
        says="Two hospitals found two pairs of numbers in one paper: which one holds is an option.",
        rows=(
            NumberRow(
                of=Text("Penn: mild below", "宾大：轻度，低于"), number=Fraction(MILD_BELOW_PENN), source=_ANYANWU
            ),
            NumberRow(
                of=Text("Stanford: mild up to", "斯坦福：轻度，至"),
                number=Fraction(MILD_UP_TO_STANFORD),
                source=_ANYANWU,
            ),
            NumberRow(of=Text("Penn: change", "宾大：变化"), number=Fraction(CHANGE["penn"]), source=_ANYANWU),
            NumberRow(
                of=Text("Stanford: change", "斯坦福：变化"), number=Fraction(CHANGE["stanford"]), source=_ANYANWU
            ),
        ),
    ),
    NumberTable(
        name="marks",
        title=Text("Largest mark", "最高分"),
        says="Their sum is 99 (an ulcer doubles) or 97 (it adds one) for activity, while papers print 0 to 100.",
        rows=tuple(
            NumberRow(of=Text(name.replace("_", " ")), number=Fraction(most), source=_FORM)
            for name, most in {**ACTIVITY, **DAMAGE, **ONCE}.items()
        ),
    ),
)

Marks = list[int | None]


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """One examination: a list of fifteen marks each, in the order of the form; null = not examined."""

    erythema: Marks
    scale: Marks
    erosion: Marks
    poikiloderma: Marks
    calcinosis: Marks
    hands_papules: int | None
    hands_ulcer: int | None
    periungual: int | None
    alopecia: int | None
    hands_damage: int | None

    def __post_init__(self) -> None:
        for name, most in {**ACTIVITY, **DAMAGE}.items():
            found: Marks = getattr(self, name)
            if len(found) != SITES:
                raise ValueError(f"{name} has {SITES} sites, found {len(found)}")
            if any(mark is not None and not 0 <= mark <= most for mark in found):
                raise ValueError(f"{name}: a mark lies between 0 and {most}")
        for name, most in ONCE.items():
            single = getattr(self, name)
            if single is not None and not 0 <= single <= most:
                raise ValueError(f"{name}: a mark lies between 0 and {most}")

    def marks(self) -> dict[str, Scored]:
        """Every mark by the name of its item."""
        named = {f"{name}_{n}": m for name in {**ACTIVITY, **DAMAGE} for n, m in enumerate(getattr(self, name), 1)}
        named |= {name: getattr(self, name) for name in ONCE}
        return {name: Missing("unknown") if mark is None else Fraction(mark) for name, mark in named.items()}


def answer(given: Given, settings: Mapping[str, str]) -> dict[str, Told]:
    """
    `activity`, `damage`, and whether activity is `mild` by the chosen cut-off.

    Missing: undecided where a mark is, while the rule for an ulcer of the hands is not chosen and could matter, and
             where the two cut-offs differ and none is chosen.
    """
    scores = _scores(given.marks(), settings["hands_ulcer"])
    activity = scores["activity"]
    told: dict[str, Told] = {
        name: Undecided(f"{name}: a mark is missing, or the rule for ulcers is not chosen")
        if isinstance(s, Missing)
        else s
        for name, s in scores.items()
    }
    if isinstance(activity, Missing):
        return told | {"mild": Undecided("activity is not known")}
    mild = {"penn": activity < MILD_BELOW_PENN, "stanford": activity <= MILD_UP_TO_STANFORD}
    if settings["cut_offs"]:
        return told | {"mild": mild[settings["cut_offs"]]}
    open_ = Undecided("mild by one hospital's cut-off and not by the other's; choose cut_offs")
    return told | {"mild": mild["penn"] if mild["penn"] == mild["stanford"] else open_}


def score(answers: Answers, options: Mapping[str, str]) -> dict[str, Scored]:
    """
    `activity` and `damage`.

    Missing: the reason of the first mark that has none.
    Source:  entry.yaml; the marks are recalled.
    """
    items = [f"{name}_{n}" for name in {**ACTIVITY, **DAMAGE} for n in range(1, SITES + 1)]
    return _scores({item: number(answers, item) for item in [*items, *ONCE]}, options["hands_ulcer"])


def _scores(marks: Mapping[str, Scored], ulcer: str) -> dict[str, Scored]:
    activity = _sum([marks[f"{name}_{n}"] for name in ACTIVITY for n in range(1, SITES + 1)])
    damage = _sum([marks[f"{name}_{n}"] for name in DAMAGE for n in range(1, SITES + 1)])
    hands = _hands(marks["hands_papules"], marks["hands_ulcer"], ulcer)
    return {
        "activity": _sum([activity, hands, marks["periungual"], marks["alopecia"]]),
        "damage": _sum([damage, marks["hands_damage"]]),
    }


def _hands(papules: Scored, ulcer: Scored, rule: str) -> Scored:
    if isinstance(papules, Missing) or isinstance(ulcer, Missing):
        return papules if isinstance(papules, Missing) else ulcer
    if not ulcer:
        return papules
    return {"doubles": 2 * papules, "adds_one": papules + 1}.get(rule, Missing("unknown"))


def _sum(marks: list[Scored]) -> Scored:
    missing = next((mark for mark in marks if isinstance(mark, Missing)), None)
    return missing or sum((mark for mark in marks if isinstance(mark, Fraction)), Fraction(0))
