"""forms/*.yaml as model values: sections expanded to fields, skip logic, edit checks."""

from trialwright.catalog import Catalog
from trialwright.catalog.parameters import wrong_option
from trialwright.define import problems as say
from trialwright.define.conditions import parse_condition
from trialwright.define.documents import Document
from trialwright.define.notes import Notes, text_of
from trialwright.define.own_items import CodeLists, check_own_items, own_item
from trialwright.define.schema import EligibilityBlock, FormFile, SectionBlock
from trialwright.define.scope import NO, YES, Names, item_name, known_item
from trialwright.model import study as m
from trialwright.model.entry import Choice, Instrument, Item
from trialwright.model.expression import Truth
from trialwright.model.problem import Problem
from trialwright.model.text import Text

ELIGIBILITY = "eligibility"
"""A section that the definition itself fills: one field for each eligibility criterion that nothing else decides."""


def eligibility_items(criteria: list[EligibilityBlock]) -> tuple[Item, ...]:
    """
    One question for each eligibility criterion without an expression. Yes always means: this allows entry.

    An exclusion criterion asked as "present?" would turn yes into no between two lines of one form.
    """
    return tuple(_question(block) for block in criteria if block.met_when is None)


def _question(block: EligibilityBlock) -> Item:
    if block.kind == "inclusion":
        words = Text(f"Met: {block.text.en}", f"符合：{block.text.zh}")
    else:
        words = Text(f"Absent: {block.text.en}", f"不存在：{block.text.zh}")
    return Item(
        name=block.name,
        label=words,
        kind="yes_no",
        choices=(Choice(YES, Text("Yes", "是")), Choice(NO, Text("No", "否"))),
        hint=Text("Yes means that this allows entry.", "选择“是”表示允许入组。"),
        mapping={"sdtm": f"IE.{block.name}"},
    )


class FormReader:
    """Turns the files of one study's forms into forms: it knows the catalog and the questions on eligibility."""

    def __init__(self, catalog: Catalog, questions: tuple[Item, ...], lists: CodeLists, notes: Notes) -> None:
        self.catalog, self.questions, self.lists, self.notes = catalog, questions, lists, notes

    def names(self, file: FormFile) -> Names:
        """The names a condition on this form may use: every item of its instruments that is not left out."""
        return {
            item_name(section.instrument, item.name): known_item(item)
            for section in file.sections
            for item in self._items(section)
        }

    def form(self, file: FormFile, document: Document, elsewhere: Names) -> m.Form:
        """One form; `elsewhere` are the visit-qualified items that its edit checks may compare with."""
        origin = self.notes.origin(file, document, what=f"form {file.form}")
        names = self.names(file)
        reader = _OneForm(self, document, names)
        sections = [reader.section(block, index, origin, file.form) for index, block in enumerate(file.sections)]
        self.notes.once(list(file.checks), document, "checks", "edit check")
        return m.Form(
            name=file.form,
            title=text_of(file.title),
            sections=tuple(section for section in sections if section is not None),
            repeating=file.repeating,
            core_set=file.core_set,
            before_consent=file.before_consent,
            show_earlier=file.show_earlier,
            verify=file.verify,
            review=file.review,
            checks=reader.checks(file, {**names, **elsewhere}),
            origin=origin,
        )

    def _items(self, section: SectionBlock) -> tuple[Item, ...]:
        return tuple(item for item in self.asked(section) if item.name not in section.leave_out)

    def asked(self, section: SectionBlock) -> tuple[Item, ...]:
        """The items of a section under its chosen options; none where the instrument is not in the catalog."""
        if section.items:
            return tuple(own_item(block, self.lists) for block in section.items)
        if section.instrument == ELIGIBILITY:
            return self.questions
        if section.instrument not in self.catalog.names("instrument"):
            return ()
        instrument = self.catalog.instrument(section.instrument)
        chosen = {f"{option.name}={section.options.get(option.name, option.default)}" for option in instrument.options}
        return tuple(item for item in instrument.items if not item.asked_when or chosen & set(item.asked_when))


class _OneForm:
    """The parts of one form, with the lines they stand on."""

    def __init__(self, reader: FormReader, document: Document, names: Names) -> None:
        self.reader, self.document, self.names, self.notes = reader, document, names, reader.notes

    def section(self, block: SectionBlock, index: int, origin: m.Provenance, form: str) -> m.Section | None:
        catalog = self.reader.catalog
        path = ("sections", index)
        own = bool(block.items) or block.instrument == ELIGIBILITY
        if block.items:
            check_own_items(block, index, self.document, lists=self.reader.lists, catalog=catalog, notes=self.notes)
        elif not own and block.instrument not in catalog.names("instrument"):
            allowed = [*catalog.names("instrument"), ELIGIBILITY]
            where = self.document.where(*path)
            self.notes.problems.append(say.unknown_entry(where, block.instrument, "an instrument", allowed))
            return None
        if block.origin or block.assumed or block.proposed:
            origin = self.notes.origin(block, self.document, *path, what=f"{form}: {block.instrument}")
        self._check_item_names(block, index)
        title, options = Text(block.instrument) if block.items else Text("Eligibility", "入排标准"), {}
        if not own:
            instrument = catalog.instrument(block.instrument)
            title, options = instrument.title, _options(block, instrument, self.document, index, self.notes)
        return m.Section(
            instrument=block.instrument,
            title=text_of(block.title) if block.title else title,
            options=options,
            fields=self._fields(block, index),
            origin=origin,
        )

    def _fields(self, block: SectionBlock, index: int) -> tuple[m.Field, ...]:
        shown = {
            item: self._parsed(text, self.names, self.document.where("sections", index, "shown_when", item))
            for item, text in block.shown_when.items()
        }
        return tuple(
            m.Field(
                name=item_name(block.instrument, item.name),
                instrument=block.instrument,
                item=item,
                shown_when=shown.get(item.name),
                required=item.required and item.name not in block.optional,
            )
            for item in self.reader.asked(block)
            if item.name not in block.leave_out
        )

    def _check_item_names(self, block: SectionBlock, index: int) -> None:
        known = [item.name for item in self.reader.asked(block)]
        places: list[tuple[str, str | int, str]] = [
            *(("leave_out", position, name) for position, name in enumerate(block.leave_out)),
            *(("optional", position, name) for position, name in enumerate(block.optional)),
            *(("shown_when", name, name) for name in block.shown_when),
        ]
        for key, step, name in places:
            if name not in known:
                where = self.document.where("sections", index, key, step)
                what = f"an item of {block.instrument}"
                self.notes.problems.append(say.unknown_reference(where, name, what, known))

    def checks(self, file: FormFile, names: Names) -> tuple[m.EditCheck, ...]:
        found = []
        for index, block in enumerate(file.checks):
            truth = self._parsed(block.holds, names, self.document.where("checks", index, "holds"))
            if truth is not None:
                asked = columns_of(truth)
                items = tuple(name for name in names if name in asked)
                found.append(m.EditCheck(name=block.name, holds=truth, message=text_of(block.message), items=items))
        return tuple(found)

    def _parsed(self, text: str, names: Names, where: str) -> Truth | None:
        parsed = parse_condition(text, names, where)
        if isinstance(parsed, Problem):
            self.notes.problems.append(parsed)
            return None
        return parsed


def _options(
    block: SectionBlock, instrument: Instrument, document: Document, index: int, notes: Notes
) -> dict[str, str]:
    path = ("sections", index, "options")
    known = {option.name: option for option in instrument.options}
    chosen = {option.name: option.default for option in instrument.options if option.default}
    for name, value in block.options.items():
        where = document.where(*path, name)
        if name not in known:
            notes.problems.append(say.unknown_reference(where, name, f"an option of {instrument.name}", known))
        elif wrong_option(known[name], value):
            notes.problems.append(say.not_allowed(where, value, known[name].choices, f"choice for {name}"))
        else:
            chosen[name] = value
    for option in instrument.options:
        if option.name not in chosen and option.name not in block.options:
            what = f"{option.name} of {instrument.name} ({option.label.en})"
            changes = f"what {instrument.name} asks or how it is counted"
            notes.problems.append(say.undecided(document.where(*path), what, changes, option.choices))
    return chosen


def columns_of(node: object) -> set[str]:
    """Every name that a tree asks for."""
    found: set[str] = set()
    for field in getattr(node, "__struct_fields__", ()):
        value = getattr(node, field)
        if field in ("name", "column", "start", "end") and isinstance(value, str):
            found.add(value)
        elif isinstance(value, tuple):
            for part in value:
                found |= columns_of(part)
        else:
            found |= columns_of(value)
    return found
