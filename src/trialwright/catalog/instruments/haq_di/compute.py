"""HAQ-DI: the worst answer of each category, raised by aids and help, averaged over the categories."""

from fractions import Fraction

from trialwright.catalog.instruments.answers import code, number
from trialwright.model.entry import Answers, Scored
from trialwright.model.quantity import Missing

CATEGORIES = {
    "dressing": 2, "arising": 2, "eating": 3, "walking": 2, "hygiene": 3, "reach": 2, "grip": 3, "activities": 3,
}  # fmt: skip
LEAST_CATEGORIES = 6
WITH_AID = Fraction(2)
WORST = 3


def score(answers: Answers, options: dict[str, str]) -> dict[str, Scored]:
    """
    `index`: 0 to 3, an exact fraction over the number of categories that count.

    Missing: a category without any answer is left out. `six_of_eight`: no index below six categories;
             `divide_by_answered`: none without any. The reason is that of the first missing category.
    Source:  entry.yaml: worst item; an aid or help lifts 0 and 1 to 2 and leaves 2 and 3 (it does not add a point).
    """
    scores = [_category(answers, name, options["variant"]) for name in CATEGORIES]
    answered = [s for s in scores if isinstance(s, Fraction)]
    least = LEAST_CATEGORIES if options["missing_rule"] == "six_of_eight" else 1
    if len(answered) < least:
        return {"index": next(s for s in scores if isinstance(s, Missing))}
    return {"index": sum(answered, Fraction(0)) / len(answered)}


def _category(answers: Answers, name: str, variant: str) -> Scored:
    items = [number(answers, f"{name}_{n}") for n in range(1, CATEGORIES[name] + 1)]
    known = [item for item in items if isinstance(item, Fraction)]
    if not known:
        return next(item for item in items if isinstance(item, Missing))
    if any(not 0 <= item <= WORST for item in known):
        return Missing("unknown")
    worst = max(known)
    helped = "Y" in (code(answers, f"{name}_aid"), code(answers, f"{name}_help"))
    return max(worst, WITH_AID) if helped and variant == "standard" else worst
