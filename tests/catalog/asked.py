"""How each response criterion is asked in tests: parameters, how rows are drawn, what the slow oracle says of them."""

from fractions import Fraction

from catalog import sentences_as_code as said
from catalog.oracle import SIX, doi, tis

PRINTO = ("phga", "ptga", "cmas", "chaq", "das", "chq")
ACR = ("tjc", "sjc", "pain", "ptga", "phga", "haq", "apr")
FIVE = ("phga", "ptga", "mmt", "haq", "exm")


def _pairs(draw, names):
    return {m: draw.pair() for m in names}


def _columns(pairs):
    return {f"{m}_{part}": v for m, pair in pairs.items() for part, v in zip("bf", pair, strict=True)}


def _imacs(draw, reading, zero_worse):
    pairs = _pairs(draw, SIX)
    how = {
        "rider_2004": {"improved_strict": False, "worse_strict": False, "mmt": "veto"},
        "nct01315938": {"improved_strict": False, "worse_strict": False, "mmt": "ignored"},
        "registered": {"improved_strict": True, "worse_strict": True, "mmt": "counted"},
    }[reading]
    return _columns(pairs), doi(pairs, improved_by=20, worse_by=25, zero_worse=zero_worse, **how)[0]


def _score(draw, category, needed):
    lengths = {"phga": 10, "ptga": 10, "mmt": draw.random.choice([80, 150]), "haq": 3, "enz": 30, "exm": 10}
    values = {}
    for m, length in lengths.items():
        before, now = draw.pair(length)
        if before is not None and draw.random.random() < 0.4:
            edge = draw.random.choice([2, 10, 20, 30] if m == "mmt" else [5, 15, 25, 40])
            step = Fraction(edge * length, 100) * (1 if m == "mmt" else -1)
            now = before + step if before + step >= 0 else now
        if m != "enz":  # only the enzyme has values beyond the length of its scale
            before, now = (v if v is None else min(v, Fraction(length)) for v in (before, now))
        values[m] = (before, now, None if draw.missing() else Fraction(length))
    _, lower, upper = tis(values)
    row = {f"{m}_{part}": v for m, three in values.items() for part, v in zip(("b", "f", "range"), three, strict=True)}
    return row, (said.letter({lower >= needed, upper >= needed}), lower, upper, said.attainable(values))


def _printo(draw, strength, zero_worse):
    pairs = _pairs(draw, PRINTO)
    rule = {"better": 20, "better_strict": False, "worse": 30, "worse_strict": True, "strength": strength}
    return _columns(pairs), said.printo(pairs, rule | {"zero_worse": zero_worse})


def _acr(draw, percent):
    pairs = _pairs(draw, ACR)
    return _columns(pairs), said.acr(pairs, percent)


def _deterioration(draw, different, zero_worse):
    base = {m: draw.value() for m in FIVE}
    visits = [{m: draw.after(base[m]) for m in FIVE} for _ in "fn"]
    row = {f"{m}_{part}": v[m] for part, v in zip("bfn", (base, *visits), strict=True) for m in FIVE}
    return row, said.deterioration(base, *visits, {"different": different, "zero_worse": zero_worse})


def _sparing(draw, when, already_low, disease):
    before, now = draw.pair(60)
    if draw.random.random() < 0.3:
        before, now = (draw.random.choice([None, Fraction(15, 2), Fraction(76, 10), Fraction(15)]) for _ in "bf")
    pulse, response = draw.flag(), draw.flag()
    rule = {"when": when, "already_low": already_low, "pulse": True, "disease": disease}
    row = {"gc_b": before, "gc_f": now, "pulse": pulse} | ({"response": response} if disease else {})
    return row, said.sparing(before, now, pulse, response if disease else 1, rule)


def _bohan(draw, certainty, disease):
    flags = {n: draw.flag() for n in ("weakness", "enzymes", "emg", "biopsy", "rash", "excluded")}
    return flags, said.bohan(flags, certainty, disease)


def _iim(draw, certainty):
    flags = {n: draw.flag() if draw.random.random() < 0.6 else 0 for n in ("biopsy_available", *said.WITH)}
    return flags, said.iim(flags, certainty)


def _amyopathic(draw, certainty, subtype):
    names = ("skin", "skin_biopsy", "weakness", "enzymes", "emg", "biopsy", "mri", "early_treatment")
    usual = {"skin": 1, "skin_biopsy": 1}
    flags = {n: usual.get(n, 0) if draw.random.random() < 0.6 else draw.flag() for n in names}
    months = draw.random.choice([None, *map(Fraction, (0, "5.9", 6, "6.1", "23.9", 24, 30))])
    return flags | {"months": months}, said.amyopathic(flags, months, certainty, subtype)


def _refractory(draw, reading):
    def near(*numbers):
        return draw.random.choice([None, *map(Fraction, numbers)])

    row = {"months": near(2, "2.9", 3, 6), "stable_months": near(3, "3.1", 6), "gc_mg_per_kg": near("0.5", "0.99", 1)}
    row |= {"failed": draw.flag(), "intolerant": draw.flag(), "improved": near(0, 2, 3, 4), "worse": near(0, 2, 3)}
    if draw.random.random() < 0.5:
        row["failed"] = None
    return row, said.refractory(row, reading)


ASKED = [
    *[
        ("imacs_doi_2004", {"reading": reading, "zero_rise": zero}, _imacs, (reading, zero == "worse"))
        for reading in ("rider_2004", "nct01315938", "registered")
        for zero in ("worse", "not_evaluable")
    ],
    *[
        ("acr_eular_2016_tis", {"population": who, "category": what}, _score, (what, needed))
        for who, what, needed in (
            ("adult", "minimal", 20),
            ("adult", "major", 60),
            ("juvenile", "moderate", 45),
            ("juvenile", "major", 70),
        )
    ],
    *[
        ("printo_20", {"strength_worsening": strength, "zero_rise": zero}, _printo, (strength, zero == "worse"))
        for strength in ("veto", "ignored", "counted")
        for zero in ("worse", "not_evaluable")
    ],
    *[("acr_20_50_70", {"reading": f"acr{percent}"}, _acr, (percent,)) for percent in (20, 50, 70)],
    *[
        (
            "confirmed_deterioration",
            {"different_clauses": way, "zero_rise": zero},
            _deterioration,
            (way, zero == "worse"),
        )
        for way in ("undetermined", "confirmed", "not_confirmed")
        for zero in ("worse", "not_evaluable")
    ],
    *[
        (
            "glucocorticoid_sparing",
            {"spared_when": when, "already_low": low, "disease": "needed" if disease else "ignored"},
            _sparing,
            (when, low, disease),
        )
        for when in ("either", "reduction", "low_dose", "both")
        for low, disease in (("not_evaluable", False), ("counts", True), ("counts_if_not_more", False))
    ],
    *[
        ("bohan_peter", {"certainty": certainty, "disease": disease}, _bohan, (certainty, disease))
        for certainty in ("possible", "probable", "definite")
        for disease in ("either", "dermatomyositis", "polymyositis")
    ],
    *[("iim_2017", {"certainty": c}, _iim, (c,)) for c in ("possible", "probable", "definite")],
    *[
        ("sontheimer_adm", {"certainty": certainty, "subtype": kind}, _amyopathic, (certainty, kind))
        for certainty in ("provisional", "confirmed")
        for kind in ("either", "amyopathic", "hypomyopathic")
    ],
    *[
        ("refractory_myositis", {"failure_words": words}, _refractory, (words,))
        for words in ("fewer_than_three", "three_below")
    ],
]
