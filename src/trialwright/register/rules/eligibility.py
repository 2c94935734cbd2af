"""Eligibility: can a stranger decide from the words who may take part?"""

import re
from collections.abc import Iterator

from trialwright.register.passages import Phrase, lowered
from trialwright.register.rule import Found, rule
from trialwright.register.subject import Subject, quoted

_PATH = "protocolSection.eligibilityModule"
_CRITERIA = ("eligibilityModule.eligibilityCriteria",)
_DEFINITIONS = "PRS data element definitions: Eligibility"
_DECIDABLE = "SPIRIT 2025, eligibility criteria; ICH E6(R3): criteria that can be decided and verified"
# begins with one digit, so that a text is searched at its digits alone
_PERCENT = Phrase(r"(\d\d*(?:\.\d+)?)\s*(?:%|per ?cent)", "%", "percent", "per cent")
_COMPARED = re.compile(
    r"((?:no )?(?:more|less|greater|fewer) than(?: or equal to)?|at least|over|under|above|below|>=|<=|≥|≤|>|<)\s*\Z"
)
_STRICT_ABOVE = ("more than", "greater than", "over", "above", ">")
_STRICT_BELOW = ("less than", "fewer than", "under", "below", "<")
_AGE_YEARS = re.compile(r"(\d{1,5})\s*Years?", re.I)
_FAILURE = Phrase(
    r"\b(?:fail\w*|refractory|inadequate|insufficient|non-?respon\w*)\b",
    "fail",
    "refractory",
    "inadequate",
    "insufficient",
    "respon",
)


@rule(
    "TW-REG-601",
    "note",
    "a washout without a length",
    why="Two sites would decide differently on the same patient.",
    source=_DECIDABLE,
    expected="The length of the washout for each kind of medicine.",
    cure="Give the time since the last dose: days, weeks, or a number of half-lives.",
    example='"after an adequate washout"',
    needs=_CRITERIA,
    catches=(25,),
)
def washout_without_length(subject: Subject) -> Iterator[Found]:
    if subject.words.isdisjoint(("wash", "washout")):
        return
    for line in subject.criteria_with("wash"):
        found = re.search(r"\bwash-?\s?out\b", line, re.I)
        if found and not re.search(r"\d|half-li(?:fe|ves)|\b(?:one|two|three|four|five|six)\b", line, re.I):
            yield Found(
                where=f"{_PATH}.eligibilityCriteria",
                found=f"A washout is asked, its length is not given: {quoted(line)}",
                quote=line,
            )


@rule(
    "TW-REG-602",
    "note",
    "a stable dose without its limits",
    why="Two sites would decide differently on the same patient.",
    source=_DECIDABLE,
    expected="How long stable, and between which doses.",
    cure="Give lower and upper dose and the time it must have been unchanged.",
    example='glucocorticoid "<1 mg/kg/day", stable: is none at all allowed?',
    needs=_CRITERIA,
    catches=(25,),
)
def open_stable_dose(subject: Subject) -> Iterator[Found]:
    if "stable" not in subject.words:
        return
    _, *behind = subject.criteria_lower.split("stable ")  # read once for all that may follow
    if not any(part.startswith(_WHAT_IS_STABLE) for part in behind):
        return
    for line in subject.criteria_with("stable "):
        stable = _STABLE.search(lowered(line))
        if not stable:
            continue
        no_time = not re.search(
            r"\d+\s*(?:days?|weeks?|months?)|\b(?:one|two|three|four|six|twelve)\s+(?:days?"
            r"|weeks?|months?)\b",
            line,
            re.I,
        )
        upper_only = re.search(r"[<≤]\s*\d+(?:\.\d+)?\s*mg", line) and not re.search(
            r"[>≥]=?\s*\d+(?:\.\d+)?\s*mg"
            r"|at least\s+\d+\s*mg",
            line,
        )
        if no_time or upper_only:
            what = "how long it must have been stable" if no_time else "the lower limit of the dose"
            yield Found(
                where=f"{_PATH}.eligibilityCriteria",
                found=f"A stable dose is asked without {what}: {quoted(line)}",
                quote=line,
            )
            return


_WHAT_IS_STABLE = ("dos", "regimen", "treatment", "therapy", "medication")
_STABLE = Phrase(r"\bstable (?:dos\w+|regimen|treatment|therapy|medication)\b", "stable ")


@rule(
    "TW-REG-603",
    "note",
    "an open list among the criteria",
    why="A case that is not listed is decided by whoever screens.",
    source=_DECIDABLE,
    expected="A closed list, or a rule by which a case not listed is decided.",
    cure='Replace "etc." by the full list or by a class ("other systemic autoimmune disease").',
    example='"heart failure, stroke, etc."',
    needs=_CRITERIA,
    catches=(25,),
)
def open_list(subject: Subject) -> Iterator[Found]:
    if subject.words.isdisjoint(("etc", "so")):
        return
    lines = [line for line in subject.criteria_with("etc", "and so") if _OPEN.search(lowered(line))]
    if lines:
        yield Found(
            where=f"{_PATH}.eligibilityCriteria",
            found=f"{len(lines)} criteria end in an open list, the first: {quoted(lines[0])}",
            quote=lines[0],
        )


_OPEN = Phrase(r"\betc\b|\band so on\b|\band so forth\b", "etc", "and so")


@rule(
    "TW-REG-604",
    "note",
    "guardians consent, though only adults take part",
    why="For adults who can consent nobody else may; for those who cannot it must be said.",
    source="ICH E6(R3) 2.8; consistency with minimum age",
    expected="Consent by the participant; a legal representative only for adults who cannot consent, said so.",
    cure="Remove the guardian, or say which adults may be enrolled through a legal representative.",
    example='minimum age 18 years, "consent signed by a parent"',
    needs=(*_CRITERIA, "eligibilityModule.minimumAge"),
    catches=(26,),
)
def guardian_of_adult(subject: Subject) -> Iterator[Found]:
    if subject.words.isdisjoint(("guardian", "guardians", "parent", "parents")):
        return
    age = _AGE_YEARS.match(subject.protocol.eligibility_module.minimum_age)
    if not age or int(age.group(1)) < 18:
        return
    for line in subject.criteria_with("guardian", "parent"):
        found = _GUARDIANS.search(lowered(line))
        consent = re.search(r"\bconsent\w*|\bsign\w*|\bassent\b", line, re.I)
        if (
            found
            and consent
            and not re.search(r"\blegal\w*\b|\bincapa\w+|unable to consent|\bauthori[sz]ed\b", line, re.I)
        ):
            yield Found(
                where=f"{_PATH}.eligibilityCriteria",
                found=f"The minimum age is {age.group(0)}, yet a {found.group(0).rstrip('s')} may "
                f"consent: {quoted(line)}",
                quote=line,
            )
            return


_GUARDIANS = Phrase(r"\b(?:guardians?|parents?)\b", "guardian", "parent")


@rule(
    "TW-REG-605",
    "note",
    "treatment failure and response do not meet",
    why="A patient at the threshold counts neither as failure nor as response.",
    source="Comparison of the criteria with the primary outcome measure of the same record",
    expected="Failure defined in its own words, so that every case is either failure or not.",
    cure="Define failure by itself (what was tried, how long, judged how), and close the gap at the threshold.",
    example='response "over 20 %", failure "<20 %": exactly 20 % is neither',
    needs=(*_CRITERIA, "outcomesModule.primaryOutcomes"),
    catches=(26,),
)
def failure_mirrors_response(subject: Subject) -> Iterator[Found]:
    response = "\n".join([placed.both for placed in subject.outcomes_of("primary")])
    above = {number for word, number in _thresholds(response) if word in _STRICT_ABOVE}
    if not above or not _FAILURE.hinted(subject.criteria_lower):
        return
    for line in subject.criteria_with("%", "percent", "per cent"):
        lower = lowered(line)
        if not _FAILURE.search(lower):
            continue
        below = {number for word, number in _thresholds(lower) if word in _STRICT_BELOW}
        for number in sorted(above & below):
            yield Found(
                where=f"{_PATH}.eligibilityCriteria",
                found=f"Failure is under {number} percent, response over {number} percent: exactly {number} "
                f"percent is neither.",
                quote=line,
            )


def _thresholds(lower: str) -> list[tuple[str, str]]:
    """Each percentage with the words of comparison before it; the number is found first, which is much faster."""
    found = []
    for percent in _PERCENT.finditer(lower):
        compared = _COMPARED.search(lower, max(0, percent.start() - _BEFORE), percent.start())
        if compared:
            found.append((compared[1], percent[1]))
    return found


_BEFORE = 40  # characters: the longest words of comparison and some spaces


@rule(
    "TW-REG-613",
    "warning",
    "criteria without inclusion and exclusion",
    why="Patients cannot see who is kept out, and the registry's searches cut the lists at these headings.",
    source=f"{_DEFINITIONS}: Eligibility Criteria, a list headed Inclusion Criteria and Exclusion Criteria",
    expected="Both lists under their headings.",
    cure='Head the lists "Inclusion Criteria:" and "Exclusion Criteria:".',
    example="inclusion criteria only",
    needs=_CRITERIA,
    interventional=True,
)
def headings_missing(subject: Subject) -> Iterator[Found]:
    text = subject.protocol.eligibility_module.eligibility_criteria
    if not text:
        return
    told = subject.criteria_lower
    missing = [word for word, pattern in _HEADINGS.items() if f"\n{word} " not in told and not pattern.search(told)]
    if missing:
        yield Found(
            where=f"{_PATH}.eligibilityCriteria",
            found=f"No {' and no '.join(missing)} criteria are given.",
            severity="note",
        )


_HEADINGS = {
    "inclusion": Phrase(r"\binclu\w*|\beligib"),
    "exclusion": Phrase(r"\bexclu\w*|\bnon[- ]?inclusion|\b(?:not|in)[- ]?eligib"),
}

RULES = (
    washout_without_length,
    open_stable_dose,
    open_list,
    guardian_of_adult,
    failure_mirrors_response,
    headings_missing,
)
