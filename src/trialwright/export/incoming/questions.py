"""The forms of another system as forms of ours: one section a group of questions, each with its own items."""

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from trialwright.define import Known, parse_condition
from trialwright.define.naming import Names
from trialwright.export.incoming.branching import Asked, condition_of
from trialwright.export.incoming.kinds import Kind, kind_of
from trialwright.export.odm import document as odm
from trialwright.model.problem import Lost, Problem

Tree = dict[str, object]
Where = tuple[str, str, str]
"""Form, group and item as the file calls them."""

_KNOWN = {"choice": "code", "number": "number", "integer": "number", "date": "date", "partial_date": "date"}
_LONGEST_LABEL = 600


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """Where a value of the file goes: our form, the name of the item in the ledger, and how it is asked."""

    form: str
    item: str
    kind: Kind
    unit: str = ""


class Questions(msgspec.Struct, kw_only=True):
    """Everything that is asked; `places` leads from the names of the file to ours."""

    files: dict[str, Tree] = {}
    lists: dict[str, object] = {}
    places: dict[Where, Asking] = {}
    forms: dict[str, str] = {}  # the file's form -> ours
    as_text: list[Lost] = []
    untold: list[Lost] = []  # conditions that could not be said
    lost: list[Lost] = []
    identifying: list[str] = []
    placed: set[str] = set()  # items of the file that stand on a form


def questions_of(
    metadata: odm.Metadata, values: Mapping[Where, Sequence[str]], repeating: frozenset[str], taken: Sequence[str]
) -> Questions:
    """
    A form file for every form, code lists for every choice.

    Shape:   `values` are the values of the file by their place, `repeating` the forms that stand more than once at one
             visit, `taken` the names that the catalog uses.
    """
    return _Asker(metadata, values, repeating, taken).all()


class _Asker:
    def __init__(
        self,
        metadata: odm.Metadata,
        values: Mapping[Where, Sequence[str]],
        repeating: frozenset[str],
        taken: Sequence[str],
    ) -> None:
        self.metadata, self.values, self.repeating = metadata, values, repeating
        self.items = {item.oid: item for item in metadata.items}
        self.groups = {group.oid: group for group in metadata.groups}
        self.codes = {listed.oid: listed for listed in metadata.lists}
        self.units = {unit.oid: english(unit.symbol) or unit.name for unit in metadata.units}
        self.form_names, self.section_names, self.list_names = Names(), Names([*taken, "eligibility"]), Names()
        self.sections: dict[str, str] = {}  # group -> our name
        self.named_items: dict[str, Mapping[str, str]] = {}  # group -> item -> our short name
        self.made = Questions()

    def all(self) -> Questions:
        for form in self.metadata.forms:
            self._form(form)
        for item in self.metadata.items:
            if item.oid not in self.made.placed:
                self.made.lost.append(Lost(item.oid, "no form asks this item"))
        return self.made

    def _form(self, form: odm.Form) -> None:
        name = self.form_names.of(form.name or form.oid, "form")
        self.made.forms[form.oid] = name
        asked: dict[str, Asked] = {}
        sections = [self._section(form, self.groups[group], asked) for group in form.groups if group in self.groups]
        for section, group in zip(sections, (g for g in form.groups if g in self.groups), strict=True):
            self._conditions(section, self.groups[group], asked)
        self.made.files[f"forms/{name}.yaml"] = {
            "form": name,
            "title": wording(form.words, form.name or form.oid),
            "repeating": "yes" if form.oid in self.repeating else "no",
            "proposed": "Asked so in the system that the file comes from.",
            "sections": [section for section in sections if section["items"]],
            "checks": [],
        }

    def _section(self, form: odm.Form, group: odm.Group, asked: dict[str, Asked]) -> Tree:
        if group.oid not in self.sections:
            self.sections[group.oid] = self.section_names.of(group.name or group.oid, "section")
            names = Names()
            self.named_items[group.oid] = {
                use.item: names.of(_short(self.items[use.item]), "item")
                for use in group.items
                if use.item in self.items
            }
        section = self.sections[group.oid]
        entries = []
        for use in group.items:
            item = self.items.get(use.item)
            if item is None or (form.oid, group.oid, use.item) in self.made.places:
                continue
            entries.append(self._item(form, group, use, section, asked))
        title = wording(group.words, group.name or form.name or section)
        return {"instrument": section, "title": title, "items": entries}

    def _item(self, form: odm.Form, group: odm.Group, use: odm.ItemUse, section: str, asked: dict[str, Asked]) -> Tree:
        item, name = self.items[use.item], self.named_items[group.oid][use.item]
        listed = self.codes.get(item.codes)
        codes = tuple(dict.fromkeys(each.code.strip() for each in listed.items if each.code.strip())) if listed else ()
        every = [value for place, held in self.values.items() if place[2] == item.oid for value in held]
        kind = kind_of(item, codes, every)
        unit = self.units.get(item.units[0], "") if item.units and kind.kind in ("number", "integer") else ""
        place = Asking(form=self.made.forms[form.oid], item=f"{section}.{name}", kind=kind, unit=unit)
        self.made.places[form.oid, group.oid, item.oid] = place
        if item.oid not in self.made.placed:
            self._tell(item, kind)
        self.made.placed.add(item.oid)
        asked[item.oid] = Asked(place.item, kind.kind, codes)
        entry: Tree = {"name": name, "label": wording(item.question, item.name or item.oid), "kind": kind.kind}
        if unit:
            entry["unit"] = unit
        entry |= self._limits(item, kind)
        if kind.decimals is not None and kind.kind == "number":
            entry["decimals"] = str(kind.decimals)
        if kind.kind == "choice" and listed is not None:
            entry["choices"] = self._listed(listed, item)
        entry["required"] = "yes" if use.mandatory else "no"
        if english(item.description):
            entry["hint"] = wording(item.description, "")
        return entry

    def _tell(self, item: odm.Item, kind: Kind) -> None:
        if kind.why:
            self.made.as_text.append(Lost(item.oid, f"asked as text: {kind.why}"))
        if item.identifying:
            self.made.identifying.append(item.oid)
        if len(item.units) > 1:
            self.made.lost.append(Lost(item.oid, "a second unit: the file gives no factor between the two"))

    def _limits(self, item: odm.Item, kind: Kind) -> Tree:
        told: Tree = {}
        for check in item.checks:
            key = {"GE": "low", "LE": "high"}.get(check.comparator)
            number = check.values[0] if check.values else ""
            if key and kind.kind in ("number", "integer") and re.fullmatch(r"[+-]?\d+(\.\d+)?", number):
                told[key] = number
            else:
                self.made.lost.append(Lost(item.oid, f"the limit {check.comparator} {', '.join(check.values)}"))
        return told

    def _listed(self, listed: odm.CodeList, item: odm.Item) -> str:
        """The name of the study's code list; lists that say the same are one."""
        choices = {each.code.strip(): wording(each.words, each.code) for each in listed.items if each.code.strip()}
        tree: object = [{"code": code, "label": label} for code, label in choices.items()]
        for name, known in self.made.lists.items():
            if known == tree:
                return name
        name = self.list_names.of(_short(item), "list")
        self.made.lists[name] = tree
        return name

    def _conditions(self, section: Tree, group: odm.Group, asked: Mapping[str, Asked]) -> None:
        names = {each.name: Known(_KNOWN.get(each.kind, "text"), each.codes) for each in asked.values()}  # type: ignore[arg-type]  # one of the kinds
        shown: Tree = {}
        for use in group.items:
            item = self.items.get(use.item)
            if item is None or not item.shown_when or item.oid not in asked:
                continue
            told = condition_of(item.shown_when, asked)
            if told and not isinstance(parse_condition(told, names), Problem):
                shown[self.named_items[group.oid][item.oid]] = told
            elif not any(each.where == item.oid for each in self.made.untold):
                self.made.untold.append(Lost(item.oid, f"shown always; REDCap says: {item.shown_when}"))
        if shown:
            section["shown_when"] = shown


def _short(item: odm.Item) -> str:
    """What is written like a name serves as one; else the OID, which is shorter than a question."""
    return item.name if re.fullmatch(r"\w{1,40}", item.name, re.ASCII) else item.oid.removeprefix("I.")


def english(words: odm.Words) -> str:
    """The English text, that of no language, or the first there is; tags and line breaks of a web page taken out."""
    text = next((words[tag] for tag in ("en", "en-US", "en-GB", "") if words.get(tag)), next(iter(words.values()), ""))
    return plain(text)


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^<>]{1,200}>", " ", text).split())[:_LONGEST_LABEL]


def wording(words: odm.Words, otherwise: str) -> Tree:
    """`{en, zh}` with what the file has; zh is left out where it has none, and check says so."""
    chinese = next((plain(text) for tag, text in words.items() if tag.lower().startswith("zh") and text), "")
    made: Tree = {"en": english(words) or plain(otherwise) or "?"}
    return {**made, "zh": chinese} if chinese else made


def iter_data(document: odm.Document) -> Iterator[tuple[odm.SubjectData, odm.EventData, odm.FormData, odm.GroupData]]:
    """Every group of values with what it stands in, in the order of the file."""
    for subject in document.subjects:
        for event in subject.events:
            for form in event.forms:
                for group in form.groups:
                    yield subject, event, form, group
