"""Before the first dose: what is clear, asks for caution, forbids the start, or is still open."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

import msgspec

from trialwright.catalog.instruments.answers import code
from trialwright.model.entry import Answers, Scored, Told, Undecided

Result = Literal["negative", "positive", "indeterminate"]
Image = Literal["no_sign", "old", "active"]
Lungs = Literal["none", "stable", "progressive"]

CLEAR, CAUTION, FORBIDS = "clear", "caution", "forbids"


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What was found; null = not known yet."""

    tb_test: Result | None = None
    tb_imaging: Image | None = None
    tb_prevention: bool | None = None
    hbsag: Result | None = None
    anti_hbc: Result | None = None
    hbv_dna: Result | None = None
    pregnancy_possible: bool | None = None
    pregnancy_test: Result | None = None
    lung_disease: Lungs | None = None
    anti_mda5: Result | None = None


def answer(given: Given, _settings: Mapping[str, str]) -> dict[str, Told]:
    """
    `clear`, `caution` or `forbids` for each part, and `may_start`.

    Missing: a part is undecided while its answer could still go either way; `may_start` is false as soon as one part
             forbids, and undecided while one is open.
    Source:  page.md, our rule.
    """
    parts: dict[str, str | Undecided] = {
        "tuberculosis": _tuberculosis(given),
        "hepatitis_b": _hepatitis_b(given),
        "pregnancy": _pregnancy(given),
        "lungs": _lungs(given),
        "anti_mda5": _anti_mda5(given),
    }
    still = [name for name, found in parts.items() if isinstance(found, Undecided)]
    may: Told = True
    if FORBIDS in parts.values():
        may = False
    elif still:
        may = Undecided(f"{', '.join(still)} still open")
    return {**parts, "may_start": may}


def score(answers: Answers, _options: Mapping[str, str]) -> dict[str, Scored]:
    """How many parts forbid the start, ask for caution, and are open."""
    truths = {"Y": True, "N": False}
    fields = {name: code(answers, name) or None for name in Given.__struct_fields__}
    given = msgspec.convert({n: truths.get(text, text) if text else None for n, text in fields.items()}, Given)
    found = [told for name, told in answer(given, {}).items() if name != "may_start"]
    counts = {"forbids": found.count(FORBIDS), "cautions": found.count(CAUTION)}
    counts["open"] = sum(isinstance(told, Undecided) for told in found)
    return {name: Fraction(count) for name, count in counts.items()}


def _tuberculosis(given: Given) -> str | Undecided:
    if given.tb_imaging == "active":
        return FORBIDS
    if given.tb_test is None or given.tb_imaging is None:
        return Undecided("tuberculosis: test and chest image are both needed")
    if given.tb_test == "indeterminate":
        return Undecided("tuberculosis: the test is indeterminate and must be repeated")
    if given.tb_test == "negative" and given.tb_imaging == "no_sign":
        return CLEAR
    # Latent or old: treatment must have begun before the drug does.
    if given.tb_prevention is None:
        return Undecided("tuberculosis: latent or old; is preventive treatment under way")
    return CAUTION if given.tb_prevention else FORBIDS


def _hepatitis_b(given: Given) -> str | Undecided:
    if "positive" in (given.hbsag, given.hbv_dna):
        return FORBIDS
    if given.hbsag != "negative" or given.anti_hbc not in ("negative", "positive"):
        return Undecided("hepatitis B: HBsAg and anti-HBc are both needed")
    if given.anti_hbc == "negative":
        return CLEAR
    past = "hepatitis B: anti-HBc is positive, so HBV DNA is needed"
    return CAUTION if given.hbv_dna == "negative" else Undecided(past)


def _pregnancy(given: Given) -> str | Undecided:
    if given.pregnancy_test == "positive":
        return FORBIDS
    if given.pregnancy_possible is False or given.pregnancy_test == "negative":
        return CLEAR
    return Undecided("pregnancy: a test is needed, or the answer that none is possible")


def _lungs(given: Given) -> str | Undecided:
    if given.lung_disease is None:
        return Undecided("lungs: is there interstitial lung disease")
    return {"none": CLEAR, "stable": CAUTION, "progressive": FORBIDS}[given.lung_disease]


def _anti_mda5(given: Given) -> str | Undecided:
    if given.anti_mda5 not in ("negative", "positive"):
        return Undecided("anti-MDA5: a result is needed")
    return CAUTION if given.anti_mda5 == "positive" else CLEAR
