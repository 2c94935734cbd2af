"""How many milligrams of each glucocorticoid equal 5 mg of prednisone: numbered tables, never changed."""

from fractions import Fraction

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

# The two tables differ where the sources do; which one a study uses is said in its definition.
EQUIVALENTS_MG: dict[str, dict[str, Fraction]] = {
    "1": {**_AGREED, "betamethasone": Fraction("0.6"), "deflazacort": Fraction(6)},
    "2": {**_AGREED, "betamethasone": Fraction("0.75"), "deflazacort": Fraction("7.5")},
}


def prednisone_equivalent_mg(drug: str, dose_mg: Fraction, table: str) -> Fraction:
    """
    Milligrams of prednisone that equal `dose_mg` of `drug`, exact.

    Units:   mg in, mg out.
    Raises:  KeyError where the table does not know the drug or there is no such table.
    Source:  entry.yaml; table 1 takes the lower, table 2 the higher figure where sources disagree.
    """
    if drug == "none":
        return Fraction(0)
    return dose_mg * PREDNISONE_MG / EQUIVALENTS_MG[table][drug]
