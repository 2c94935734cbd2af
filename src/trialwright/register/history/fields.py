"""Two records field by field: every leaf of the documents, lists by what their items are called, not by position."""

import difflib
import re
from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from trialwright.model.changes import FieldChange, OutcomeState, Piece
from trialwright.model.record import RegistryRecord
from trialwright.model.v2.protocol import Outcome
from trialwright.register.history.coded import in_words
from trialwright.register.history.markup import plain_markup
from trialwright.register.history.names import field_words, module_words
from trialwright.register.history.outcomes import LEVELS

Tree: TypeAlias = "dict[str, Tree] | list[Tree] | str | int | float | bool | None"
_Leaves = dict[tuple[str, ...], str]

_CALLED_BEFORE = "_calledBefore"
BY_REGISTRY = frozenset(
    (
        "statusVerifiedDate", "overallStatus", "lastKnownStatus", "studyFirstSubmitQcDate", "studyFirstPostDateStruct",
        "lastUpdateSubmitDate", "lastUpdatePostDateStruct", "expandedAccessInfo", "nctIdAliases",
    )
)  # fmt: skip
"""What the registry writes, or a submission writes anew: a draft of ours never has it, so a draft never lacks it."""
# told as outcome changes instead, or derived by the registry from the rest
_ELSEWHERE = ("outcomesModule", "derivedSection")
_CALLED = {
    "armGroups": ("label",),
    "interventions": ("name",),
    "locations": ("facility", "city", "state", "zip", "country"),
    "centralContacts": ("role", "name"),
    "contacts": ("role", "name"),
    "overallOfficials": ("name",),
    "collaborators": ("name",),
    "secondaryIdInfos": ("id",),
    "references": ("pmid", "citation"),
    "seeAlsoLinks": ("url",),
    "availIpds": ("url", "id"),
    "largeDocs": ("filename",),
}
_BY_NAME = ("id", "title", "label", "term", "name", "groupId", "type")
_LONG = 60
_WORDS = re.compile(r"\S+\s*")
_FEW_WORDS = 3
_MOST_WORDS = 6_000  # beyond, word by word takes seconds; whole lines do


def compare_records(before: RegistryRecord, after: RegistryRecord) -> tuple[FieldChange, ...]:
    """
    Every field of two records that differs, in the order of the record; what one has and the other not included.

    Shape:   text without Markdown escapes, codes in the registry's words; outcome measures are left to
             `compare_outcomes`, and what the registry derives (MeSH terms, age groups of the browse section) is left
             out.
    Missing: an absent field is "".
    """
    first, second = msgspec.json.decode(before.document), msgspec.json.decode(after.document)
    drafted = any(isinstance(tree, dict) and "_draft" in tree for tree in (first, second))
    old, new = dict(_walk(first, ())), dict(_walk(_renamed(first, second), ()))
    order = list(dict.fromkeys([*old, *new]))
    differing = [path for path in order if _differ(old, new, path) and not (drafted and _of_registry(path))]
    return tuple(_told(path, old.get(path, ""), new.get(path, "")) for path in _exchanged(differing, old, new))


def _of_registry(path: tuple[str, ...]) -> bool:
    return any(step in BY_REGISTRY for step in path)


def _exchanged(paths: list[tuple[str, ...]], old: _Leaves, new: _Leaves) -> list[tuple[str, ...]]:
    """One word of a plain list that left and one that came are one change: the pair is put under the path that left."""
    lists: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for path in paths:
        if path[-1].startswith("["):
            lists.setdefault(path[:-1], []).append(path)
    kept = list(paths)
    for within in lists.values():
        if len(within) == 2 and len([path for path in within if path in old]) == 1:
            left, came = sorted(within, key=lambda path: path not in old)
            new[left] = new.pop(came)
            kept.remove(came)
    return kept


def _renamed(before: Tree, after: Tree) -> Tree:
    """
    The later document, arms and interventions under the names they had: the one that was renamed is not a new one.

    Only where one name of a list left and one came; with more it is not known which became which.
    """
    for name, key in (("armGroups", "label"), ("interventions", "name")):
        old, new = _list_of(before, name), _list_of(after, name)
        left = [str(each[key]) for each in old if each.get(key) not in [one.get(key) for one in new]]
        came = [each for each in new if each.get(key) not in [one.get(key) for one in old]]
        if len(left) == len(came) == 1:
            came[0][_CALLED_BEFORE] = left[0]
    return after


def _list_of(tree: Tree, name: str) -> list[dict[str, Tree]]:
    section = tree.get("protocolSection") if isinstance(tree, dict) else None
    module = section.get("armsInterventionsModule") if isinstance(section, dict) else None
    listed = module.get(name) if isinstance(module, dict) else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _differ(old: _Leaves, new: _Leaves, path: tuple[str, ...]) -> bool:
    first, second = old.get(path, ""), new.get(path, "")
    return first != second and " ".join(first.split()) != " ".join(second.split())


def outcomes_of(record: RegistryRecord) -> tuple[OutcomeState, ...]:
    """The outcome measures a record registers, primary ones first."""
    module = record.typed.protocol_section.outcomes_module
    listed = (module.primary_outcomes, module.secondary_outcomes, module.other_outcomes)
    return tuple(
        state for level, outcomes in zip(LEVELS, listed, strict=True) for state in outcome_states(level, outcomes)
    )


def outcome_states(level: str, outcomes: tuple[Outcome, ...]) -> tuple[OutcomeState, ...]:
    """The outcome measures of one level as plain text."""
    return tuple(
        OutcomeState(
            level=level,
            measure=plain_markup(each.measure),
            description=plain_markup(each.description),
            time_frame=plain_markup(each.time_frame),
        )
        for each in outcomes
    )


def _walk(node: Tree, steps: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in _ELSEWHERE and not key.startswith("_"):
                yield from _walk(value, (*steps, key))
    elif isinstance(node, list):
        yield from _items(node, steps)
    elif node is not None:
        yield steps, _text(node)


def _items(nodes: list[Tree], steps: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    seen: dict[str, int] = {}
    for node in nodes:
        name = _name(node, steps[-1] if steps else "")
        seen[name] = seen.get(name, 0) + 1
        key = f"[{name}]" if seen[name] == 1 else f"[{name} ({seen[name]})]"
        yield from _walk(node, (*steps, key))


def _name(node: Tree, within: str) -> str:
    if not isinstance(node, dict):
        return _text(node)
    if _CALLED_BEFORE in node:
        return str(node[_CALLED_BEFORE])
    keys = _CALLED.get(within)
    if keys is None:
        keys = next(((key,) for key in _BY_NAME if isinstance(node.get(key), str)), ())
    return ", ".join(_text(node[key]) for key in keys if node.get(key)) or "item"


def _text(value: Tree) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    return "" if value is None else plain_markup(str(value))


def _told(path: tuple[str, ...], before: str, after: str) -> FieldChange:
    names = tuple(step for step in path if not step.startswith("["))
    items = [step[1:-1] for step in path if step.startswith("[")]
    before, after = in_words(names, before), in_words(names, after)
    # a list of plain words: the word is its own name
    item = "" if path[-1].startswith("[") and len(items) == 1 else "; ".join(items)
    return FieldChange(
        path=".".join(path).replace(".[", "["),
        module=module_words(names),
        label=field_words(names),
        item=item,
        before=before,
        after=after,
        pieces=pieces(before, after) if len(before) > _LONG and len(after) > _LONG else (),
    )


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Both texts as one: the words they share, what was taken out, what was put in."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) + len(new) > _MOST_WORDS:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found: list[Piece] = []
    for kind, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Piece("same", "".join(old[i:j])))
            continue
        if i < j:
            found.append(Piece("removed", "".join(old[i:j])))
        if k < m:
            found.append(Piece("added", "".join(new[k:m])))
    kept = sum(len(piece.text) for piece in found if piece.kind == "same")
    if kept * 2 < max(len(before), len(after)):
        return (Piece("removed", before), Piece("added", after))
    return _joined(found)


def _joined(found: list[Piece]) -> tuple[Piece, ...]:
    """A few shared words between two changes belong to both: changes then read as phrases, not as confetti."""
    told: list[Piece] = []
    removed = added = ""
    for at, piece in enumerate(found):
        between = piece.kind == "same" and len(piece.text.split()) < _FEW_WORDS and 0 < at < len(found) - 1
        if piece.kind == "removed" or between:
            removed += piece.text
        if piece.kind == "added" or between:
            added += piece.text
        if piece.kind == "same" and not between:
            told += [*_pair(removed, added), piece]
            removed = added = ""
    return (*told, *_pair(removed, added))


def _pair(removed: str, added: str) -> list[Piece]:
    return [piece for piece in (Piece("removed", removed), Piece("added", added)) if piece.text]
