"""Reasons as sentences in the reader's language: the wording stands in the entry, the fields in the reason."""

from collections.abc import Mapping, Sequence

from trialwright.model.entry import Criterion, Entry, Reason

_ROLE_FIELDS = frozenset({"measure", "measures"})


def worded(entry: Entry, reasons: Sequence[Reason | tuple[str, Mapping[str, str]]], language: str = "en") -> str:
    """
    Reasons as one sentence in "en" or "zh".

    A field called `measure` or `measures` holds roles ("phga" or "phga,mmt") and is worded by the criterion's own; one
    called `clauses` (or `..._clauses`) holds keys of further sentences, worded the same way.
    """
    roles = entry.roles if isinstance(entry, Criterion) else {}
    chinese = language.startswith("zh")
    comma, both = ("、", "、") if chinese else (", ", " and ")
    clauses = []
    for reason in reasons:
        key, fields = (reason.key, reason.fields) if isinstance(reason, Reason) else reason
        told = dict(fields)
        for field, text in fields.items():
            if field in _ROLE_FIELDS:
                names = [n for n in text.split(",") if n]
                told[field] = comma.join(roles[n].of(language) if n in roles else n for n in names)
            elif field.endswith("clauses"):
                keys = [k for k in text.split(",") if k]
                told[field] = both.join(entry.sentences[k].of(language) for k in keys)
        clauses.append(entry.sentences[key].of(language).format_map(told))
    return ("；" if chinese else "; ").join(clauses) + (("。" if chinese else ".") if clauses else "")
