"""Patterns and plain text of rules: what a dose looks like, who is meant, and why so many participants."""

import re
from functools import lru_cache

from trialwright.register.passages import Phrase, lowered

# begins with a digit, so that a text is searched at its digits alone; what stands before the digit is asked then
_AMOUNT = re.compile(
    r"\d(?<![\w-]\d)[\d.,]{0,12}\s*(?:-|to|/)?\s*[\d.,]{0,12}\s*(?:(?:m|u|µ|μ|n|k|mc)?g|ml|l|iu|units?|u|mmol|[mµμ]?mol|(?:micro|milli)?moles?|meq|%"
    r"|mci|mbq|gy|cgy|tablets?|capsules?|"
    r"drops?|puffs?|sachets?|bags?|vials?|ampoules?|patch(?:es)?|pills?|mgs|milligrams?|micrograms?|grams?|cells|vg|copies|pfu|ppm|kcal"
    r"|joules?)\b"
)
_OTHER_DOSE = Phrase(
    # so many tablets of so much ("2x200 mg"); cells by body weight ("2.5 x 105 cells per kg")
    r"\bdose level|\bmg/|\d ?x ?\d+ ?m?c?g\b|\d[\w ]{0,30}\bper (?:kg|kilogram)\b",
    "dose level",
    "mg/",
    "mg",
    "mcg",
    "per k",
)
PEOPLE = Phrase(
    r"\b(?:patients?|participants?|subjects?|adults?|children|women|men|individuals|those"
    r"|people)\b.{0,25}\b(?:who|with|whose|having|aged|diagnosed)\b"
)
REGIMEN = Phrase(
    r"\b(?:receiv\w+ (?:a |an |the )?(?!.{0,60}(?:at least|prior|previous))|will|given|administ\w+|treated"
    r"|placebo|dose\w*|infus\w+|inject\w+|randomi\w+|assign\w+|undergo\w*|underwent|intervention|program\w*|arm"
    r"|group|implant\w*|train\w*)\b"
)


DUMMY = Phrase(
    r"\b(?:placebo|sham|vehicle|no (?:drug|treatment|intervention)|standard|usual|control|saline|observation"
    r"|withdraw\w*|discontinu\w*|guideline\w*|routine|best (?:medical|supportive)|conventional|background"
    r"|de-?prescri\w*|stopp\w*|taper\w*|withh[eo]ld\w*"  # what is taken away has no dose
    r"|sugar pill|therap(?:y|ies) alone)\b"
)


def tells_dose(lower: str) -> bool:
    """The lower-case text gives an amount with a unit, or speaks of dose levels."""
    return bool(_AMOUNT.search(lower) or _OTHER_DOSE.search(lower))


# each of these words alone tells of a rationale; the others need a look at what stands beside them
_SURE_RATIONALE = (
    "sample size",
    "statistical power",
    "simon",
    "two-stage",
    "null hypothesis",
    "historical",
    "benchmark",
    "type i error",
    "confidence interval",
    "one-sided",
    "precision",
    "analysis set",
    "safety set",
    "only descriptive",
)
_RATIONALE = Phrase(
    # each way begins with a letter of its own, so that a text is searched at these letters alone
    r"p(?<!\wp)ower(?:ed)?\b.{0,60}\d|response rate of \d|d(?<!\wd)escriptive(?:ly)? (?:analy|statistic|only)"
    r"|e(?<!\we)xtension (?:study|trial|phase|of)\b|r(?<!\wr)oll-?over (?:study|trial|phase|of)\b"
    r"|c(?<!\wc)ontinuation (?:study|trial|phase|of)\b",
    "power",
    "response rate of",
    "descriptive",
    "extension",
    "rollover",
    "roll-over",
    "continuation",
)


def tells_rationale(lower: str) -> bool:
    """The lower-case text says why so many participants, or against what their result is held."""
    return any(words in lower for words in _SURE_RATIONALE) or bool(_RATIONALE.search(lower))


# what is taken from a participant is registered as "biological", and nobody is dosed with it
_TAKEN = re.compile(r"\b(?:blood|urine|saliva|serum|tissue) (?:samples?|sampling|draws?|tests?)\b")


@lru_cache(maxsize=64)  # the names of one record are asked for by two rules
def is_dosed(name: str) -> bool:
    """A medicine of that name is given in doses: it is no placebo, and no sample that is taken."""
    lower = lowered(name)
    return not DUMMY.search(lower) and not _TAKEN.search(lower)


_BETWEEN = re.compile(r"\W+")
_PLAIN = bytes(ord(chr(at).lower()) if at < 128 and (chr(at).isalnum() or at == ord("_")) else 32 for at in range(256))


@lru_cache(maxsize=512)  # the names of one record are asked for by half a dozen rules
def plain(text: str) -> str:
    """The words alone, in lower case: two texts that differ in spacing or punctuation only are the same."""
    if text.isascii():  # nearly all are, and this is twenty times as fast
        return b" ".join(text.encode().translate(_PLAIN).split()).decode()
    return _BETWEEN.sub(" ", text).strip().lower()


@lru_cache(maxsize=64)  # the arms of one record are asked about by two rules
def only_people(description: str) -> bool:
    """The description says who somebody is, and nothing of what is given."""
    lower = lowered(description)
    return not REGIMEN.search(lower) and bool(PEOPLE.search(lower)) and not tells_dose(lower)
