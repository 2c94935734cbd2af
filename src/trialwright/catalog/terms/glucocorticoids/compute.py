"""How many milligrams of each glucocorticoid equal 5 mg of prednisone (numbered tables, never changed); the bands."""

from fractions import Fraction

from trialwright.model.entry import NumberRow, NumberTable, Scored, Source
from trialwright.model.quantity import Missing
from trialwright.model.text import Text

PREDNISONE_MG = 5

_AGREED = {
    "prednisone": Fraction(5),
    "prednisolone": Fraction(5),
    "methylprednisolone": Fraction(4),
    "triamcinolone": Fraction(4),
    "hydrocortisone": Fraction(20),
    "cortisone": Fraction(25),
    "dexamethasone": Fraction("0.75"),
}

AGREED = "agreed"
# Tables 1 and 2 differ where the sources do; which one a study uses is said in its definition.
EQUIVALENTS_MG: dict[str, dict[str, Fraction]] = {
    AGREED: _AGREED,
    "1": {**_AGREED, "betamethasone": Fraction("0.6"), "deflazacort": Fraction(6)},
    "2": {**_AGREED, "betamethasone": Fraction("0.75"), "deflazacort": Fraction("7.5")},
}

# Upper ends, included: Buttgereit 2002.
LOW_MG, MEDIUM_MG, HIGH_MG = Fraction("7.5"), Fraction(30), Fraction(100)
PULSE_MG = 250

NAMES = {
    "prednisone": Text("prednisone", "泼尼松"),
    "prednisolone": Text("prednisolone", "泼尼松龙"),
    "methylprednisolone": Text("methylprednisolone", "甲泼尼龙"),
    "triamcinolone": Text("triamcinolone", "曲安西龙"),
    "hydrocortisone": Text("hydrocortisone", "氢化可的松"),
    "cortisone": Text("cortisone", "可的松"),
    "dexamethasone": Text("dexamethasone", "地塞米松"),
    "betamethasone": Text("betamethasone", "倍他米松"),
    "deflazacort": Text("deflazacort", "地夫可特"),
}
_CONVERTER = Source("globalrph.com, corticosteroid converter", "original")
_BOTH = Source("globalrph.com, corticosteroid converter, prints 0.6 - 0.75; others print one or the other", "original")
_BANDS = Source("Buttgereit 2002, Ann Rheum Dis 61:718, as given in Arthritis Res Ther ar4686 Table 2", "secondary")
_SOURCES = {
    ("1", "betamethasone"): _BOTH,
    ("2", "betamethasone"): _BOTH,
    ("1", "deflazacort"): Source("a table of equivalents by a primary care service, 2012: 6 mg", "secondary"),
    ("2", "deflazacort"): Source("deflazacort 7.5 mg", "recalled"),
}


def _table(version: str, says: str) -> NumberTable:
    return NumberTable(
        name="equivalents",
        version=version,
        title=Text("Milligrams that equal 5 mg of prednisone", "相当于 5 mg 泼尼松的剂量"),
        unit="mg",
        says=says,
        rows=tuple(
            NumberRow(of=NAMES[drug], number=number, source=_SOURCES.get((version, drug), _CONVERTER))
            for drug, number in EQUIVALENTS_MG[version].items()
        ),
    )


def _band(en: str, zh: str, number: Fraction, source: Source) -> NumberRow:
    return NumberRow(of=Text(en, zh), number=number, source=source)


TABLES = (
    _table(AGREED, "Only drugs on which the sources agree; the others have no equivalent until table 1 or 2 is named."),
    _table("1", "The smaller figure where sources disagree, which gives the higher equivalent."),
    _table("2", "The larger figure where sources disagree, which gives the lower equivalent."),
    NumberTable(
        name="bands",
        serves=("band", "pulse"),
        title=Text("Bands of the daily dose, upper end included", "每日剂量分段（含上限）"),
        unit="mg/d prednisone",
        rows=(
            _band("low, up to", "低剂量，至", LOW_MG, _BANDS),
            _band("medium, up to", "中等剂量，至", MEDIUM_MG, _BANDS),
            _band("high, up to", "高剂量，至", HIGH_MG, _BANDS),
            _band("pulse, from", "冲击剂量，自", Fraction(PULSE_MG), Source("Buttgereit 2002", "recalled")),
        ),
    ),
)  # fmt: skip


def prednisone_equivalent_mg(drug: str, dose_mg: Fraction, table: str) -> Scored:
    """
    Milligrams of prednisone that equal `dose_mg` of `drug`, exact.

    Units:   mg in, mg out.
    Missing: "unknown" where the table has no figure for the drug.
    Raises:  KeyError where there is no such table.
    Source:  entry.yaml; table 1 takes the lower, table 2 the higher figure where sources disagree.
    """
    if drug == "none":
        return Fraction(0)
    equal = EQUIVALENTS_MG[table].get(drug)
    return dose_mg * PREDNISONE_MG / equal if equal is not None else Missing("unknown")


def band(prednisone_mg: Fraction) -> str:
    """The band of a daily dose: none, low, medium, high or very high. 7.5 mg is low, 30 medium, 100 high."""
    if prednisone_mg <= 0:
        return "none"
    if prednisone_mg <= LOW_MG:
        return "low"
    if prednisone_mg <= MEDIUM_MG:
        return "medium"
    return "high" if prednisone_mg <= HIGH_MG else "very high"
