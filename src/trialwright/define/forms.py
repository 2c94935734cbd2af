"""forms/*.yaml as model values: sections expanded to fields, skip logic, edit checks."""

from trialwright.catalog import Catalog
from trialwright.define import problems as say
from trialwright.define.conditions import parse_condition
from trialwright.define.documents import Document
from trialwright.define.notes import Notes, text_of
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
    )


def form_names(file: FormFile, catalog: Catalog, questions: tuple[Item, ...]) -> Names:
    """The names a condition on this form may use: every item of its instruments that is not left out."""
    return {
        item_name(section.instrument, item.name): known_item(item)
        for section in file.sections
        for item in _items(section, catalog, questions)
    }


def _items(section: SectionBlock, catalog: Catalog, questions: tuple[Item, ...]) -> tuple[Item, ...]:
    if section.instrument == ELIGIBILITY:
        return questions
    if section.instrument not in catalog.names("instrument"):
        return ()
    instrument = catalog.instrument(section.instrument)
    chosen = {f"{option.name}={section.options.get(option.name, option.default)}" for option in instrument.options}
    return tuple(
        item
        for item in instrument.items
        if item.name not in section.leave_out and (not item.asked_when or chosen & set(item.asked_when))
    )


def form(
    file: FormFile, document: Document, catalog: Catalog, questions: tuple[Item, ...], elsewhere: Names, notes: Notes
) -> m.Form:
    """One form; `elsewhere` are the visit-qualified items that its edit checks may compare with."""
    origin = notes.origin(file, document, what=f"form {file.form}")
    names = form_names(file, catalog, questions)
    sections = []
    for index, section in enumerate(file.sections):
        where = document.where("sections", index)
        if section.instrument != ELIGIBILITY and section.instrument not in catalog.names("instrument"):
            allowed = catalog.names("instrument")
            notes.problems.append(say.unknown_entry(where, section.instrument, "an instrument", allowed))
            continue
        own = notes.origin(section, document, "sections", index, what=f"{file.form}: {section.instrument}") if (
            section.origin or section.assumed or section.proposed
        ) else origin  # fmt: skip
        sections.append(_section(section, own, document, index, catalog, questions, names, notes))
    notes.once(list(file.checks), document, "checks", "edit check")
    return m.Form(
        name=file.form,
        title=text_of(file.title),
        sections=tuple(sections),
        repeating=file.repeating,
        core_set=file.core_set,
        before_consent=file.before_consent,
        checks=_checks(file, document, {**names, **elsewhere}, notes),
        origin=origin,
    )


def _section(
    block: SectionBlock,
    origin: m.Provenance,
    document: Document,
    index: int,
    catalog: Catalog,
    questions: tuple[Item, ...],
    names: Names,
    notes: Notes,
) -> m.Section:
    items = _items(block, catalog, questions)
    _check_item_names(block, document, index, catalog, questions, notes)
    shown = {
        item: _parsed(text, names, document.where("sections", index, "shown_when", item), notes)
        for item, text in block.shown_when.items()
    }
    title = Text("Eligibility", "入排标准")
    options: dict[str, str] = {}
    if block.instrument != ELIGIBILITY:
        instrument = catalog.instrument(block.instrument)
        title, options = instrument.title, _options(block, instrument, document, index, notes)
    return m.Section(
        instrument=block.instrument,
        title=text_of(block.title) if block.title else title,
        options=options,
        fields=tuple(
            m.Field(
                name=item_name(block.instrument, item.name),
                instrument=block.instrument,
                item=item,
                shown_when=shown.get(item.name),
                required=item.required and item.name not in block.optional,
            )
            for item in items
        ),
        origin=origin,
    )


def _check_item_names(
    block: SectionBlock, document: Document, index: int, catalog: Catalog, questions: tuple[Item, ...], notes: Notes
) -> None:
    every = questions if block.instrument == ELIGIBILITY else catalog.instrument(block.instrument).items
    known = [item.name for item in every]
    places = [("leave_out", n, name) for n, name in enumerate(block.leave_out)]
    places += [("optional", n, name) for n, name in enumerate(block.optional)]
    for key, position, name in places:
        if name not in known:
            where = document.where("sections", index, key, position)
            notes.problems.append(say.unknown_reference(where, name, f"an item of {block.instrument}", known))
    for name in block.shown_when:
        if name not in known:
            where = document.where("sections", index, "shown_when", name)
            notes.problems.append(say.unknown_reference(where, name, f"an item of {block.instrument}", known))


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
        elif value not in known[name].choices:
            notes.problems.append(say.not_allowed(where, value, known[name].choices, f"choice for {name}"))
        else:
            chosen[name] = value
    for option in instrument.options:
        if option.name not in chosen and option.name not in block.options:
            what = f"{option.name} of {instrument.name} ({option.label.en})"
            changes = f"what {instrument.name} asks or how it is counted"
            notes.problems.append(say.undecided(document.where(*path), what, changes, option.choices))
    return chosen


def _checks(file: FormFile, document: Document, names: Names, notes: Notes) -> tuple[m.EditCheck, ...]:
    found = []
    for index, block in enumerate(file.checks):
        truth = _parsed(block.holds, names, document.where("checks", index, "holds"), notes)
        if truth is not None:
            items = tuple(name for name in names if name in columns_of(truth))
            found.append(m.EditCheck(name=block.name, holds=truth, message=text_of(block.message), items=items))
    return tuple(found)


def _parsed(text: str, names: Names, where: str, notes: Notes) -> Truth | None:
    parsed = parse_condition(text, names, where)
    if isinstance(parsed, Problem):
        notes.problems.append(parsed)
        return None
    return parsed


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
