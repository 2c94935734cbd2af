"""Words that several pages say: statuses, reasons for absence, kinds of events. Both languages side by side."""

from trialwright.capture.problems import in_language
from trialwright.capture.scores import ShownScore
from trialwright.capture.words import MISSING, UNITS
from trialwright.model.problem import Problem
from trialwright.model.quantity import Missing


def unit_word(unit: str, language: str) -> str:
    return UNITS[unit].of(language) if unit in UNITS else unit


def missing_word(reason: str, language: str) -> str:
    return MISSING[reason].of(language)


def said(told: Problem, language: str) -> str:
    """A Problem, already in the reader's language, as sentences for a page: found, expected, cure."""
    stop = "。" if language == "zh" else ". "
    parts = [part.strip().rstrip(".。") for part in (told.found, told.expected, told.cure) if part.strip()]
    sentence = ""
    for part in parts:
        asks = part.endswith(("?", "？"))
        sentence += part[:1].upper() + part[1:] + (stop[1:] if asks else stop)
    return sentence.strip()


def score_text(score: ShownScore, language: str) -> str:
    """A derived number with its unit: exact where it has few decimals, else to three; or why there is none."""
    if isinstance(score.score, Missing):
        return missing_word(score.score.reason, language)
    number = f"{float(score.score):.3f}".rstrip("0").rstrip(".")
    return f"{number} {unit_word(score.unit, language)}".strip()


def said_in(problem: Problem, language: str) -> str:
    """A Problem in the reader's language as sentences."""
    return said(in_language(problem, language), language)
