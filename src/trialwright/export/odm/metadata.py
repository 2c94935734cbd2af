"""The study definition as ODM metadata: visits, forms, sections, items, code lists, units, conditions."""

from collections.abc import Iterator

from trialwright.define import condition_text
from trialwright.export.odm import document as odm
from trialwright.model.entry import Item
from trialwright.model.epochs import UNDECLARED
from trialwright.model.expression import Truth
from trialwright.model.study import EditCheck, Field, Form, Section, Study
from trialwright.model.text import Text

LANGUAGE = "Trialwright condition"
"""The context of a formal expression: our own condition language, as docs/reference/study-definition.md tells it."""

_TYPES = {
    "number": "float", "integer": "integer", "choice": "text", "yes_no": "text", "date": "date",
    "partial_date": "incompleteDate", "text": "text",
}  # fmt: skip
_TEXT_LENGTH, _CODE_LENGTH, _NUMBER_LENGTH, _DIGITS = 4000, 80, 18, 6
YES_NO = "CL.yes_no"


def words(text: Text) -> odm.Words:
    return {"en": text.en, "zh-Hans": text.zh} if text.zh else {"en": text.en}


def event_oid(visit: str) -> str:
    return f"SE.{visit}"


def form_oid(form: str) -> str:
    return f"F.{form}"


def group_oid(form: str, instrument: str) -> str:
    return f"IG.{form}.{instrument}"


def item_oid(form: str, item: str) -> str:
    """An item asked on two forms is two ItemDefs: its condition and whether it is required belong to the form."""
    return f"I.{form}.{item}"


def unit_oid(unit: str) -> str:
    return f"MU.{unit}"


def has_structure(study: Study) -> bool:
    """Whether there are arms to tell apart, or epochs that the schedule declares."""
    return len(study.arms) > 1 or study.epochs != UNDECLARED


def _part(kind: str, name: str, title: Text) -> odm.Part:
    return odm.Part(oid=f"{kind}.{name.replace(' ', '_')}", name=title.en, words=words(title))


def study_metadata(study: Study) -> odm.Metadata:
    """
    The definition as one MetaDataVersion; both languages, skip logic and range limits.

    Missing: estimands, displays, roles, consent versions and eligibility rules have no element: see LOST.
    """
    pairs = [(form, section, field) for form in study.forms for section in form.sections for field in section.fields]
    units = dict.fromkeys(
        unit for _, _, field in pairs for unit in (field.item.unit, *field.item.other_units) if unit
    )  # fmt: skip
    structured = has_structure(study)
    return odm.Metadata(
        arms=tuple(_part("ARM", arm.name, arm.title) for arm in study.arms) if structured else (),
        epochs=tuple(_part("EP", epoch.name, epoch.title) for epoch in study.epochs) if structured else (),
        study=f"S.{study.name}",
        study_name=study.name,
        protocol_name=study.name,
        study_description=study.title.en,
        oid=f"MDV.{study.build}",
        name=f"Build {study.build}",
        units=tuple(odm.Unit(oid=unit_oid(unit), name=unit, symbol={"en": unit}) for unit in units),
        events=tuple(_event(study, at) for at in range(len(study.visits))),
        forms=tuple(_form(form) for form in study.forms),
        groups=tuple(_group(form, section) for form in study.forms for section in form.sections),
        items=tuple(_item(form, field) for form, _, field in pairs),
        lists=tuple(_lists(study)),
        conditions=tuple(_conditions(study)),
    )


def _event(study: Study, at: int) -> odm.Event:
    visit = study.visits[at]
    kind = {"unscheduled": "Unscheduled", "log": "Common"}.get(visit.kind, "Scheduled")
    return odm.Event(
        oid=event_oid(visit.name),
        name=visit.title.en,
        forms=tuple(form_oid(form) for form in visit.forms),
        repeating=visit.kind == "unscheduled",
        kind=kind,
        words=words(visit.title),
    )


def _form(form: Form) -> odm.Form:
    return odm.Form(
        oid=form_oid(form.name),
        name=form.title.en,
        groups=tuple(group_oid(form.name, section.instrument) for section in form.sections),
        repeating=form.repeating,
        words=words(form.title),
    )


def _group(form: Form, section: Section) -> odm.Group:
    uses = [
        odm.ItemUse(
            item=item_oid(form.name, field.name),
            mandatory=field.required,
            condition=_hidden(form.name, field.name) if field.shown_when is not None else "",
        )
        for field in section.fields
    ]
    return odm.Group(
        oid=group_oid(form.name, section.instrument),
        name=section.title.en,
        items=tuple(uses),
        words=words(section.title),
    )


def _hidden(form: str, item: str) -> str:
    return f"C.{form}.{item}"


def _item(form: Form, field: Field) -> odm.Item:
    item = field.item
    number = item.kind in ("number", "integer")
    return odm.Item(
        oid=item_oid(form.name, field.name),
        name=field.name,
        data_type=_TYPES[item.kind],
        length=_NUMBER_LENGTH
        if number
        else _TEXT_LENGTH
        if item.kind == "text"
        else _CODE_LENGTH
        if _coded(item)
        else 0,
        digits=(item.decimals if item.decimals is not None else _DIGITS) if item.kind == "number" else 0,
        question=words(item.label),
        description=words(item.hint) if item.hint is not None else {},
        units=tuple(unit_oid(unit) for unit in (item.unit, *item.other_units) if unit),
        checks=tuple(_limits(item)),
        codes=_list_oid(item, field.name),
        aliases=tuple((context.upper(), code) for context, code in sorted(item.mapping.items())),
    )


def _coded(item: Item) -> bool:
    return item.kind in ("choice", "yes_no")


def _list_oid(item: Item, name: str) -> str:
    if not _coded(item):
        return ""
    return YES_NO if item.kind == "yes_no" else f"CL.{name}"


def _limits(item: Item) -> Iterator[odm.RangeCheck]:
    """A limit outside which a value is queried, not refused: data of a participant are never lost to a limit."""
    for comparator, limit in (("GE", item.low), ("LE", item.high)):
        if limit is not None:
            yield odm.RangeCheck(comparator=comparator, values=(limit,), soft=True)


def _lists(study: Study) -> Iterator[odm.CodeList]:
    yes, no = (
        odm.CodedItem(code="Y", words={"en": "Yes", "zh-Hans": "是"}),
        odm.CodedItem(code="N", words={"en": "No", "zh-Hans": "否"}),
    )
    yield odm.CodeList(oid=YES_NO, name="Yes or no", items=(yes, no))
    for oid, name, codes in odm.FLAGS.values():
        yield odm.CodeList(
            oid=oid, name=name, items=tuple(odm.CodedItem(code=each, words={"en": each}) for each in codes)
        )
    seen: set[str] = set()
    for form in study.forms:
        for section in form.sections:
            for field in section.fields:
                oid = f"CL.{field.name}"
                if field.item.kind == "choice" and oid not in seen:
                    seen.add(oid)
                    yield odm.CodeList(
                        oid=oid,
                        name=field.item.label.en,
                        items=tuple(
                            odm.CodedItem(code=each.code, words=words(each.label)) for each in field.item.choices
                        ),
                    )


def _conditions(study: Study) -> Iterator[odm.Condition]:
    for form in study.forms:
        for section in form.sections:
            for field in section.fields:
                if field.shown_when is not None:
                    told = f"Not asked unless: {condition_text(field.shown_when)}"
                    yield _condition(_hidden(form.name, field.name), told, f"not ({condition_text(field.shown_when)})")
        for check in form.checks:
            yield _check(form, check)


def _check(form: Form, check: EditCheck) -> odm.Condition:
    oid = f"C.{form.name}.check.{check.name}"
    return odm.Condition(
        oid=oid, name=oid, words=words(check.message), expression=_text(check.holds), context=LANGUAGE
    )  # fmt: skip


def _text(truth: Truth) -> str:
    return condition_text(truth)


def _condition(oid: str, told: str, expression: str) -> odm.Condition:
    return odm.Condition(oid=oid, name=oid, words={"en": told}, expression=expression, context=LANGUAGE)
