"""Questions that a form asks itself, without a catalog entry: what a study brings along from another system."""

from collections.abc import Mapping, Sequence

from trialwright.catalog import Catalog
from trialwright.define import problems as say
from trialwright.define import unfinished
from trialwright.define.documents import Document, Tree
from trialwright.define.notes import Notes, text_of
from trialwright.define.schema import ChoiceBlock, ItemBlock, SectionBlock
from trialwright.model.entry import Choice, Item
from trialwright.model.problem import Problem
from trialwright.model.text import Text

CodeLists = Mapping[str, Sequence[ChoiceBlock]]
_YES_NO = (Choice("Y", Text("Yes", "是")), Choice("N", Text("No", "否")))


def own_item(block: ItemBlock, lists: CodeLists) -> Item:
    """The question as the catalog would hold it; a list that is not there leaves it without choices (and is told)."""
    listed = lists.get(block.choices or "", ())
    choices = tuple(Choice(each.code, text_of(each.label)) for each in listed)
    return Item(
        name=block.name,
        label=text_of(block.label),
        kind=block.kind,
        unit=block.unit,
        low=block.low,
        high=block.high,
        decimals=0 if block.kind == "integer" else block.decimals,
        choices=_YES_NO if block.kind == "yes_no" else choices,
        required=block.required,
        hint=text_of(block.hint) if block.hint else None,
        mapping=dict(block.mapping),
    )


def check_own_items(
    section: SectionBlock, index: int, document: Document, *, lists: CodeLists, catalog: Catalog, notes: Notes
) -> None:
    """A name that the catalog uses, a question that stands twice, a choice without its list."""
    where = document.where("sections", index, "instrument")
    if section.instrument in catalog.names("instrument"):
        notes.problems.append(
            unfinished.own_section(
                where,
                f"questions of its own stand under {section.instrument}, which is an instrument of the catalog",
                "A name stands for one thing in every study",
                "Give the section another name, or leave the items out and ask the catalog's.",
            )
        )
    notes.once(list(section.items), document, f"sections.{index}.items", "question")
    for position, item in enumerate(section.items):
        at = document.where("sections", index, "items", position)
        if item.kind == "choice" and not item.choices:
            notes.problems.append(
                unfinished.own_section(
                    at, f"{item.name} is a choice without a list", "A choice names one", "Write choices:."
                )
            )
        elif item.choices and item.choices not in lists:
            what = "a code list of study.yaml"
            notes.problems.append(say.unknown_reference(at, item.choices, what, lists))


def check_chinese(documents: Mapping[str, Document]) -> list[Problem]:
    """TW-DEF-052, once a file, where words stand in English alone."""
    found: list[Problem] = []
    for document in documents.values():
        lacking = list(_english_only(document.tree))
        if lacking:
            found.append(unfinished.no_chinese(document.name, len(lacking), lacking[0]))
    return found


def _english_only(tree: Tree) -> list[str]:
    if isinstance(tree, list):
        return [words for entry in tree for words in _english_only(entry)]
    if not isinstance(tree, dict):
        return []
    here = [tree["en"]] if isinstance(tree.get("en"), str) and not tree.get("zh") else []
    return [str(words) for words in here] + [words for value in tree.values() for words in _english_only(value)]
