"""The one place where capture makes a Problem, and where a Problem is worded in the reader's language."""

import msgspec

from trialwright.capture.messages import MESSAGES
from trialwright.model.problem import Problem
from trialwright.model.text import LANGUAGES, Text


def problem(code: str, where: str, **fields: str | int | Text) -> Problem:
    """
    The Problem `code` at form/item/visit `where`, its sentence filled with `fields`, in English.

    The Chinese of a field that is a Text is kept beside it, so that `in_language` can word the whole later.
    """
    kept: dict[str, str] = {}
    for name, field in fields.items():
        kept[name] = field.en if isinstance(field, Text) else str(field)
        if isinstance(field, Text) and field.zh:
            kept[f"{name}_zh"] = field.zh
    found, expected, cure = _worded(code, kept, "en")
    return Problem(
        code=code, severity=MESSAGES[code].severity, where=where, found=found, expected=expected, cure=cure, fields=kept
    )


def in_language(told: Problem, language: str) -> Problem:
    """The same Problem with found, expected and cure in `language`; as it is where capture did not make it."""
    if told.code not in MESSAGES or language.startswith(LANGUAGES[0]):
        return told
    found, expected, cure = _worded(told.code, told.fields, language)
    return msgspec.structs.replace(told, found=found, expected=expected, cure=cure)


def _worded(code: str, fields: dict[str, str], language: str) -> tuple[str, str, str]:
    chosen = dict(fields)
    if language.startswith("zh"):
        chosen |= {name.removesuffix("_zh"): text for name, text in fields.items() if name.endswith("_zh")}
    message = MESSAGES[code]
    found, expected, cure = (
        part.of(language).format_map(chosen) for part in (message.found, message.expected, message.cure)
    )
    return found, expected, cure
