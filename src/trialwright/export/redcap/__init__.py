"""REDCap's own tables: data dictionary, data, events and arms as CSV, read into an ODM document."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from trialwright.export.odm import document as odm
from trialwright.export.odm.reading import Read
from trialwright.model.problem import Lost, Problem

replace = msgspec.structs.replace

Line = Mapping[str, str]

_NAMES = {
    "field_name": ("Variable / Field Name", "field_name"),
    "form": ("Form Name", "form_name"),
    "section": ("Section Header", "section_header"),
    "kind": ("Field Type", "field_type"),
    "label": ("Field Label", "field_label"),
    "choices": ("Choices, Calculations, OR Slider Labels", "select_choices_or_calculations"),
    "note": ("Field Note", "field_note"),
    "validation": ("Text Validation Type OR Show Slider Number", "text_validation_type_or_show_slider_number"),
    "low": ("Text Validation Min", "text_validation_min"),
    "high": ("Text Validation Max", "text_validation_max"),
    "shown_when": ("Branching Logic (Show field only if...)", "branching_logic"),
    "required": ("Required Field?", "required_field"),
    "identifying": ("Identifier?", "identifier"),
}
_NOT_READ = (
    "Custom Alignment", "custom_alignment", "Question Number (surveys only)",
    "question_number", "Matrix Group Name", "matrix_group_name", "Matrix Ranking?", "matrix_ranking",
    "Field Annotation", "field_annotation",
)  # fmt: skip
_CHOSEN = ("dropdown", "radio", "checkbox")
_TRUTHS = {"yesno": (("1", "Yes"), ("0", "No")), "truefalse": (("1", "True"), ("0", "False"))}
_TYPES = {"integer": "integer", "number": "float", "date_ymd": "date", "date_mdy": "date", "date_dmy": "date"}
_SYSTEM = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance", "redcap_data_access_group")
_NOTHING = ("", "NA")
CONTEXT = "REDCap branching logic"


def read_dictionary(data: bytes, where: str) -> Read | Problem:
    """
    A data dictionary as a definition without events.

    Shape:    one form an instrument, one section a section header, one item a field; a checkbox is one item
              for each of its choices, as REDCap stores it. Descriptive fields ask nothing and are listed as ignored.
    Problems: TW-EXP-002 where the columns are not those of a dictionary.
    """
    lines, columns = _lines(data)
    if not lines or not _column(lines[0], "field_name"):
        return Problem(
            code="TW-EXP-002",
            where=where,
            found=f"the columns are {', '.join(columns[:4]) or 'none'} ...",
            expected='A data dictionary begins with "Variable / Field Name", "Form Name", "Section Header"',
            cure="In REDCap: Data Dictionary, Download the current Data Dictionary (CSV)",
        )
    items: list[odm.Item] = []
    lists: list[odm.CodeList] = []
    groups: dict[str, list[odm.ItemUse]] = {}
    titles: dict[str, tuple[str, str]] = {}
    conditions: list[odm.Condition] = []
    ignored: list[Lost] = []
    section: dict[str, str] = {}
    for line in lines:
        form, name, kind = (_column(line, key) for key in ("form", "field_name", "kind"))
        if _column(line, "section"):
            section[form] = _column(line, "section")
        group = f"{form}.{section.get(form, 'first')}"
        titles[group] = (form, section.get(form, form))
        groups.setdefault(group, [])
        if kind == "descriptive":
            ignored.append(Lost(name, "a descriptive field asks nothing"))
            continue
        shown_when, identifying = _column(line, "shown_when"), _column(line, "identifying") == "y"
        condition = f"C.{name}" if shown_when else ""
        if condition:
            conditions.append(odm.Condition(oid=condition, name=condition, expression=shown_when, context=CONTEXT))
        for item in _items(line, name, kind, lists):
            items.append(replace(item, shown_when=shown_when, identifying=identifying))
            required = _column(line, "required").lower() == "y"
            groups[group].append(odm.ItemUse(item=item.oid, mandatory=required, condition=condition))
    ignored += [Lost(f"column {name}", "not read") for name in columns if name in _NOT_READ and _filled(lines, name)]
    forms = list(dict.fromkeys(form for form, _ in titles.values()))
    metadata = odm.Metadata(
        study="S.redcap", study_name=where, protocol_name=where, oid="MDV.1", name="Data dictionary",
        forms=tuple(
            odm.Form(oid=form, name=form, groups=tuple(group for group, (its, _) in titles.items() if its == form))
            for form in forms
        ),
        groups=tuple(
            odm.Group(oid=group, name=title, items=tuple(groups[group]), words={"": title})
            for group, (_, title) in titles.items()
        ),
        items=tuple(items), lists=tuple(lists), conditions=tuple(conditions),
    )  # fmt: skip
    document = odm.Document(kind="Snapshot", oid=where, made_at="", source_system="REDCap", metadata=metadata)
    return Read(document, "REDCap dictionary", tuple(ignored))


def _lines(data: bytes) -> tuple[list[Line], list[str]]:
    reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    lines: list[Line] = [{name: value or "" for name, value in line.items() if name is not None} for line in reader]
    return lines, list(reader.fieldnames or ())


def _column(line: Line, key: str) -> str:
    """A cell by our name for its column; "NA", as R writes nothing, is nothing."""
    held = next((line[name] for name in _NAMES[key] if name in line), "").strip()
    return "" if held in _NOTHING else held


def _filled(lines: Sequence[Line], name: str) -> bool:
    return any(line.get(name, "").strip() not in _NOTHING for line in lines)


def _items(line: Line, name: str, kind: str, lists: list[odm.CodeList]) -> Iterator[odm.Item]:
    label, note = _column(line, "label"), _column(line, "note")
    choices = _TRUTHS.get(kind) or (tuple(_choices(_column(line, "choices"))) if kind in _CHOSEN else ())
    if kind == "checkbox":
        for code, words in choices:
            yield odm.Item(
                oid=f"{name}___{code.replace('-', '_')}", name=f"{name}___{code}", data_type="boolean",
                question={"": f"{label}: {words}"}, description={"": note} if note else {},
            )  # fmt: skip
        return
    if choices:
        coded = tuple(odm.CodedItem(code=code, words={"": words}) for code, words in choices)
        lists.append(odm.CodeList(oid=f"CL.{name}", name=name, items=coded))
    checks = [
        odm.RangeCheck(comparator=comparator, values=(limit,), soft=True)
        for comparator, limit in (("GE", _column(line, "low")), ("LE", _column(line, "high")))
        if limit
    ]
    typed = _TYPES.get(_column(line, "validation"), "float" if kind in ("calc", "slider") else "text")
    yield odm.Item(
        oid=name, name=name, data_type="text" if choices else typed, question={"": label},
        description={"": note} if note else {}, checks=tuple(checks), codes=f"CL.{name}" if choices else "",
    )  # fmt: skip


def _choices(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split("|"):
        code, comma, words = part.partition(",")
        if comma:
            yield code.strip(), words.strip()


def read_data(data: bytes, dictionary: odm.Document, events: bytes = b"", mapping: bytes = b"") -> odm.Document:
    """
    The records of a data export, put on the forms of their dictionary.

    Shape:   one participant for each value of the first column; an event for each of redcap_event_name, without events
             one that has no name; a repeating instrument by its instance. Empty cells are no values. A
             `*_complete` column is the status of a form and is kept as an item of it. `events` is REDCap's table of
             events, `mapping` that of the instruments at each; without it every form stands at every event.
    """
    lines, columns = _lines(data)
    metadata = dictionary.metadata
    form_of = _forms(metadata) if metadata is not None else {}
    subjects: dict[str, list[odm.EventData]] = {}
    for line in lines:
        key = line[columns[0]]
        forms: dict[str, list[odm.Datum]] = {}
        for name in columns:
            value = line[name]
            if value == "" or name in _SYSTEM:
                continue
            form, group = form_of.get(name, (re.sub(r"_complete$", "", name), ""))
            forms.setdefault(f"{form}\0{group}", []).append(odm.Datum(item=name, value=value))
        instance, repeated = line.get("redcap_repeat_instance", ""), line.get("redcap_repeat_instrument", "")
        held = tuple(
            odm.FormData(
                form=place.partition("\0")[0], repeat=instance if place.partition("\0")[0] == repeated else "",
                groups=(odm.GroupData(group=place.partition("\0")[2], data=tuple(data)),),
            )
            for place, data in forms.items()
        )  # fmt: skip
        again = "" if repeated else instance  # without an instrument the whole event repeats
        subjects.setdefault(key, []).append(
            odm.EventData(event=line.get("redcap_event_name", ""), repeat=again, forms=held)
        )
    seen = dict.fromkeys(event.event for its in subjects.values() for event in its)
    return odm.Document(
        kind=dictionary.kind, oid=dictionary.oid, made_at="", source_system="REDCap",
        metadata=_scheduled(metadata, dict.fromkeys(seen), lines, events, mapping), study="S.redcap", version="MDV.1",
        subjects=tuple(odm.SubjectData(key=key, events=tuple(its)) for key, its in subjects.items()),
    )  # fmt: skip


def _forms(metadata: odm.Metadata) -> dict[str, tuple[str, str]]:
    form_of = {group: form.oid for form in metadata.forms for group in form.groups}
    return {use.item: (form_of[group.oid], group.oid) for group in metadata.groups for use in group.items}


def _scheduled(
    metadata: odm.Metadata | None, seen: Iterable[str], lines: Sequence[Line], events: bytes, mapping: bytes
) -> odm.Metadata | None:
    """The events with their forms, and which forms repeat."""
    if metadata is None:
        return None
    named = {line["unique_event_name"]: line["event_name"] for line in _lines(events)[0]} if events else {}
    at: dict[str, list[str]] = {}
    for line in _lines(mapping)[0] if mapping else ():
        at.setdefault(line["unique_event_name"], []).append(line["form"])
    every = [form.oid for form in metadata.forms]
    again = {line.get("redcap_repeat_instrument", "") for line in lines}
    whole = {
        line.get("redcap_event_name", "")
        for line in lines
        if line.get("redcap_repeat_instance") and not line.get("redcap_repeat_instrument")
    }
    return replace(
        metadata,
        events=tuple(
            odm.Event(oid=oid, name=name or oid or "All", forms=tuple(at.get(oid, every)), repeating=oid in whole)
            for oid, name in {**dict.fromkeys(seen, ""), **named}.items()
        ),
        forms=tuple(replace(form, repeating=form.oid in again) for form in metadata.forms),
    )
