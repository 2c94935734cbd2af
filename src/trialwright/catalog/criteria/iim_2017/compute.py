"""EULAR/ACR 2017: a weighted sum, with or without biopsy, cut on the score itself."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, get_args

import msgspec

from trialwright.catalog.criteria.checklists import asked, decided, found_reasons, not_known
from trialwright.catalog.criteria.operators import Outputs, constant, flag, lookup_sum, undetermined_unless, weight
from trialwright.catalog.evaluator import compile_rule
from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import NumberRow, NumberTable, Reason, Source, Told, Undecided
from trialwright.model.expression import Add, All, AnyOf, Choose, Compare, Expr, Known, Not, Number, OrElse, Rule, Truth
from trialwright.model.text import Text

Feature = Literal[
    "age18_40", "age40plus", "weak_prox_upper", "weak_prox_lower", "neck_flexors_weaker", "legs_proximal_weaker",
    "heliotrope", "gottron_papules", "gottron_sign", "dysphagia", "anti_jo1", "enzymes", "bx_endomysial",
    "bx_perimysial", "bx_perifascicular", "bx_rimmed_vacuoles",
]  # fmt: skip
FEATURES: tuple[Feature, ...] = get_args(Feature)
# Points without and with biopsy; what a biopsy shows counts only where there is one.
_PRINTED: tuple[tuple[Feature, str, str], ...] = (
    ("age18_40", "1.3", "1.5"),
    ("age40plus", "2.1", "2.2"),
    ("weak_prox_upper", "0.7", "0.7"),
    ("weak_prox_lower", "0.8", "0.5"),
    ("neck_flexors_weaker", "1.9", "1.6"),
    ("legs_proximal_weaker", "0.9", "1.2"),
    ("heliotrope", "3.1", "3.2"),
    ("gottron_papules", "2.1", "2.7"),
    ("gottron_sign", "3.3", "3.7"),
    ("dysphagia", "0.7", "0.6"),
    ("anti_jo1", "3.9", "3.8"),
    ("enzymes", "1.3", "1.4"),
    ("bx_endomysial", "0", "1.7"),
    ("bx_perimysial", "0", "1.2"),
    ("bx_perifascicular", "0", "1.9"),
    ("bx_rimmed_vacuoles", "0", "3.1"),
)
POINTS = {feature: (Fraction(without), Fraction(with_)) for feature, without, with_ in _PRINTED}
CATEGORIES = ("possible", "probable", "definite")
CUT_OFFS = {
    False: (Fraction("5.3"), Fraction("5.5"), Fraction("7.5")),
    True: (Fraction("6.5"), Fraction("6.7"), Fraction("8.7")),
}
NOT_IIM = "not IIM"
ONSET: tuple[Feature, Feature] = ("age18_40", "age40plus")
SKIN: tuple[Feature, ...] = ("heliotrope", "gottron_papules", "gottron_sign")
WORDS_FROM = ("score", "upper", "has_biopsy_available", "undetermined")

_TABLE = Source("EULAR/ACR 2017 criteria, RMD Open table (highwire markup 137083)", "original")
_AGE = Source("rheumatologytt.com, table of the 2017 criteria", "secondary")


def _table(with_biopsy: bool) -> NumberTable:
    return NumberTable(
        name="points_with_biopsy" if with_biopsy else "points_without_biopsy",
        title=Text("Points with biopsy", "有活检时的分值")
        if with_biopsy
        else Text("Points without biopsy", "无活检时的分值"),
        says="One mirror of a review swaps the two columns; these are as the table prints them.",
        rows=(
            *(
                NumberRow(of=Text(f), number=worth[with_biopsy], source=_AGE if f.startswith("age") else _TABLE)
                for f, worth in POINTS.items()
                if worth[with_biopsy]
            ),
            *(
                NumberRow(of=Text(f"{category}, from"), number=cut, source=_TABLE)
                for category, cut in zip(CATEGORIES, CUT_OFFS[with_biopsy], strict=True)
            ),
        ),
    )


TABLES = (_table(False), _table(True))


def rule(parameters: Parameters) -> Rule:
    """
    Points and whether the wanted certainty is reached.

    Shape:    `verdict`, `score` (what is known to be present), `upper` (with all that is not known), `undetermined`;
              `has_x` a question.
    Units:    points in tenths, exact; the cut is on the score, not on a probability, which the rounding would move.
    Missing:  a feature that is not known may be present, but of the two ranges of onset only one; whether there is a
              biopsy must be known.
    Source:   entry.yaml.
    """
    biopsy = flag("biopsy_available")
    score = Choose(biopsy, _sum(1, present=False), _sum(0, present=False))
    upper = Choose(biopsy, _sum(1, present=True), _sum(0, present=True))
    place = CATEGORIES.index(parameters.choice("certainty"))
    needed = Choose(biopsy, constant(CUT_OFFS[True][place]), constant(CUT_OFFS[False][place]))
    verdict: Truth = AnyOf((Compare(score, ">=", needed), undetermined_unless(Compare(upper, ">=", needed))))
    undetermined: Truth = Known(False)
    if parameters.choice("no_skin_no_biopsy") == "undetermined":
        undetermined = All((Not(biopsy), *(Not(flag(sign)) for sign in SKIN)))
        verdict = AnyOf((All((undetermined, Known(None))), All((Not(undetermined), verdict))))
    outputs: dict[str, Expr] = {"verdict": verdict, "score": score, "upper": upper, "undetermined": undetermined}
    return Rule(
        ("biopsy_available", *FEATURES),
        outputs | asked(("biopsy_available", *FEATURES)),
        optional=tuple(f for f in FEATURES if f.startswith("bx_")),
    )


def words(outputs: Outputs, _parameters: Parameters) -> dict[str, str]:
    """`category`: definite, probable, possible or not IIM; `undetermined:A..B` where what is not known decides."""
    if outputs["score"] is None or outputs["undetermined"]:
        return {"category": "undetermined"}
    low, high = (
        _category(Fraction(outputs[n] or 0), bool(outputs["has_biopsy_available"])) for n in ("score", "upper")
    )
    return {"category": low if low == high else f"undetermined:{low}..{high}"}


def explain(outputs: Outputs, parameters: Parameters) -> list[Reason]:
    """The category and its points, the worth of each feature, what is absent or unknown, what would have changed it."""
    if outputs["score"] is None:
        return [Reason("biopsy_not_known"), *found_reasons(outputs, FEATURES)]
    biopsy = bool(outputs["has_biopsy_available"])
    score, upper = Fraction(outputs["score"]), Fraction(outputs["upper"] or 0)
    needed = CUT_OFFS[biopsy][CATEGORIES.index(parameters.choice("certainty"))]
    verdict = outputs["verdict"]
    fields = {"score": exact_text(score), "upper": exact_text(upper), "needed": exact_text(needed)}
    fields |= {"with_clauses": "with_biopsy" if biopsy else "without_biopsy"}
    open_ = _counting(outputs, not_known(outputs, FEATURES))
    told = [
        decided(verdict, _category(score, biopsy), _category(upper, biopsy), open_),
        Reason("points" if score == upper else "points_open", fields),
    ]
    if not biopsy and not any(outputs[f"has_{sign}"] for sign in SKIN):
        told.append(Reason("biopsy_needed"))
    for feature in _counting(outputs, [f for f in FEATURES if outputs[f"has_{f}"]]):
        told.append(Reason("worth", {"measure": feature, "points": exact_text(POINTS[feature][biopsy])}))
    absent = [r for r in found_reasons(outputs, _counting(outputs, FEATURES)) if r.key != "present"]
    return [*told, *absent, *_turning(outputs, needed)]


class Given(msgspec.Struct, frozen=True):
    """One person: whether there is a muscle biopsy, and the features that are present."""

    biopsy_available: bool
    features: Sequence[Feature] = ()

    def __post_init__(self) -> None:
        if "age18_40" in self.features and "age40plus" in self.features:
            raise ValueError("features: age18_40 and age40plus exclude each other")


def answer(given: Given, settings: Parameters) -> dict[str, Told]:
    """
    `score` and `category`.

    Shape:   a feature that is not listed is absent; what a biopsy would show counts only where there is one, and is
             told in `not_counted`. `biopsy_needed`: no typical skin sign and no biopsy.
    """
    row = {f: int(f in given.features) for f in FEATURES} | {"biopsy_available": int(given.biopsy_available)}
    outputs = compile_rule(rule(settings))(row)
    category = words(outputs, settings)["category"]
    unused = [f for f in given.features if not POINTS[f][given.biopsy_available]]
    return {
        "score": Fraction(outputs["score"] or 0),
        "category": Undecided("no typical skin sign and no biopsy") if outputs["undetermined"] else category,
        "biopsy_needed": not given.biopsy_available and not any(outputs[f"has_{sign}"] for sign in SKIN),
        "not_counted": ", ".join(unused) or None,
    }


def _sum(column: int, *, present: bool) -> Number:
    """Points of what is present; of what is not known too, where `present` takes it so. An onset counts once."""
    counting = [f for f in FEATURES if POINTS[f][column] and f not in ONSET]
    unknown = [POINTS[f][column] if present else Fraction(0) for f in counting]
    features = lookup_sum([weight(f, POINTS[f][column]) for f in counting], unknown)
    return Add(_onset(column, present=present), features)


def _onset(column: int, *, present: bool) -> Number:
    """Points of the age of onset: of the later range where both are given, of the most possible where `present`."""
    (earlier, early), (later, late) = ((flag(f), constant(POINTS[f][column])) for f in ONSET)
    zero = constant(Fraction(0))
    not_late = OrElse(Choose(earlier, early, zero), early if present else zero)
    most = OrElse(Choose(earlier, early, late), late) if present else not_late
    return OrElse(Choose(later, late, not_late), most)


def _category(score: Fraction, biopsy: bool) -> str:
    reached = [name for name, cut in zip(CATEGORIES, CUT_OFFS[biopsy], strict=True) if score >= cut]
    return reached[-1] if reached else NOT_IIM


def _counting(outputs: Outputs, features: Sequence[str]) -> list[Feature]:
    """Those of `features` that have points here; of two ranges of onset, not the one that the other leaves no room."""
    biopsy, earlier, later = bool(outputs["has_biopsy_available"]), *(outputs[f"has_{f}"] for f in ONSET)
    void = {ONSET[0]: later and earlier is not False, ONSET[1]: earlier and later is None}
    return [f for f in FEATURES if f in features and POINTS[f][biopsy] and not void.get(f)]


def _turning(outputs: Outputs, needed: Fraction) -> list[Reason]:
    """Which feature alone would have changed the verdict; nothing where something unknown still decides."""
    if outputs["verdict"] is None:
        return []
    biopsy, score = bool(outputs["has_biopsy_available"]), Fraction(outputs["score"] or 0)
    if outputs["verdict"]:
        present = _counting(outputs, [f for f in FEATURES if outputs[f"has_{f}"]])
        needed_ones = [f for f in present if score - POINTS[f][biopsy] < needed]
        key = "the_one" if len(needed_ones) == 1 else "each_one"
        return [Reason(key, {"measures": ",".join(needed_ones)}) if needed_ones else Reason("to_spare")]
    would = [
        f
        for f in FEATURES
        if outputs[f"has_{f}"] is False and not f.startswith("age") and score + POINTS[f][biopsy] >= needed
    ]
    if not would:
        return [Reason("far")]
    return [Reason("one_short" if len(would) == 1 else "just_short", {"measures": ",".join(would)})]
