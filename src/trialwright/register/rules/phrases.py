"""Patterns and plain text that several families of rules share: what a dose looks like, and who is meant."""

import re

DOSE = re.compile(
    r"(?<![\w-])\d[\d.,]{0,12}\s*(?:-|to|/)?\s*[\d.,]{0,12}\s*(?:(?:m|u|µ|μ|n|k|mc)?g|m[lL]|[lL]|IU|units?|U|mmol|[mµμ]?mol|mEq|%"
    r"|mCi|MBq|Gy|cGy|tablets?|capsules?|"
    r"drops?|puffs?|sachets?|bags?|vials?|ampoules?|patch(?:es)?|pills?|mgs|milligrams?|micrograms?|grams?|cells|vg|copies|PFU|ppm|kcal"
    r"|joules?)\b|\bdose level|\bmg/",
    re.I,
)
PEOPLE = re.compile(
    r"\b(?:patients?|participants?|subjects?|adults?|children|women|men|individuals|those"
    r"|people)\b.{0,25}\b(?:who|with|whose|having|aged|diagnosed)\b",
    re.I,
)
REGIMEN = re.compile(
    r"\b(?:receiv\w+ (?:a |an |the )?(?!.{0,60}(?:at least|prior|previous))|will|given|administ\w+|treated"
    r"|placebo|dose\w*|infus\w+|inject\w+|randomi\w+|assign\w+|undergo\w*|underwent|intervention|program\w*|arm"
    r"|group|implant\w*|train\w*)\b",
    re.I,
)


def plain(text: str) -> str:
    """The words alone, in lower case: two texts that differ in spacing or punctuation only are the same."""
    return re.sub(r"\W+", " ", text).strip().lower()


def only_people(description: str) -> bool:
    """The description says who somebody is, and nothing of what is given."""
    return bool(PEOPLE.search(description)) and not DOSE.search(description) and not REGIMEN.search(description)
