"""Reasons as sentences in the reader's language: the wording stands in the entry, the fields in the reason."""

from collections.abc import Mapping, Sequence
from functools import cache
from string import Formatter

from trialwright.model.entry import Criterion, Entry, Reason
from trialwright.model.text import Text

_ROLE_FIELDS = frozenset({"measure", "measures"})


def worded(entry: Entry, reasons: Sequence[Reason | tuple[str, Mapping[str, str]]], language: str = "en") -> str:
    """
    Reasons as one sentence in "en" or "zh".

    A field called `measure` or `measures` holds roles ("phga" or "phga,mmt") and is worded by the criterion's own; one
    called `clauses` (or `..._clauses`) holds keys of further sentences, which also word what is no role.
    """
    roles = entry.roles if isinstance(entry, Criterion) else {}
    chinese = language.startswith("zh")
    clauses = []
    for reason in reasons:
        key, told = (reason.key, reason.fields) if isinstance(reason, Reason) else reason
        sentence = entry.sentences[key].of(language)
        for field in _lists_in(sentence):
            known, joined = (roles, ", ") if field in _ROLE_FIELDS else (entry.sentences, " and ")
            names = [known.get(n) or entry.sentences.get(n) or Text(n) for n in told[field].split(",") if n]
            joined = "、" if chinese else joined
            told = {**told, field: joined.join([name.of(language) for name in names])}
        clauses.append(sentence.format_map(told))
    return ("；" if chinese else "; ").join(clauses) + (("。" if chinese else ".") if clauses else "")


@cache
def _lists_in(sentence: str) -> tuple[str, ...]:
    """The fields of a sentence that hold names of roles or of clauses."""
    fields = [name for _, name, _, _ in Formatter().parse(sentence) if name]
    return tuple(name for name in fields if name in _ROLE_FIELDS or name.endswith("clauses"))
