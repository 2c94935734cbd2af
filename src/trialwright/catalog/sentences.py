"""Reasons as sentences in the reader's language: the wording stands in the entry, the fields in the reason."""

from collections.abc import Mapping, Sequence

from trialwright.model.entry import Criterion, Entry, Reason
from trialwright.model.text import Text

_ROLE_FIELDS = frozenset({"measure", "measures"})


def worded(entry: Entry, reasons: Sequence[Reason | tuple[str, Mapping[str, str]]], language: str = "en") -> str:
    """
    Reasons as one sentence in "en" or "zh".

    A field called `measure` or `measures` holds roles ("phga" or "phga,mmt") and is worded by the criterion's own; one
    called `clauses` (or `..._clauses`) holds keys of further sentences, worded the same way.
    """
    roles = entry.roles if isinstance(entry, Criterion) else {}
    chinese = language.startswith("zh")
    clauses = []
    for reason in reasons:
        key, fields = (reason.key, reason.fields) if isinstance(reason, Reason) else reason
        told = fields
        for field, text in fields.items():
            if field in _ROLE_FIELDS or field.endswith("clauses"):
                known, joined = (roles, ", ") if field in _ROLE_FIELDS else (entry.sentences, " and ")
                told = {**told, field: _listed(text, known, "、" if chinese else joined, language)}
        sentence = entry.sentences[key]
        clauses.append((sentence.zh if chinese and sentence.zh else sentence.en).format_map(told))
    return ("；" if chinese else "; ").join(clauses) + (("。" if chinese else ".") if clauses else "")


def _listed(keys: str, known: Mapping[str, Text], joined: str, language: str) -> str:
    return joined.join([known[key].of(language) if key in known else key for key in keys.split(",") if key])
