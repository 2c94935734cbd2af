"""REDCap's own tables: data dictionary, data, events and arms as CSV, read into an ODM document."""

import csv
import io
import re
from collections import Counter
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
_KINDS = ("text", "notes", "calc", "file", "slider", "descriptive", *_CHOSEN, *_TRUTHS)
_SYSTEM = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance", "redcap_data_access_group")
_NOTHING = ("", "NA")
CONTEXT = "REDCap branching logic"


def read_dictionary(data: bytes, where: str) -> Read | Problem:
    """
    A data dictionary as a definition without events.

    Shape:    one form an instrument, one section a section header, one item a field; a checkbox is one item
              for each of its choices, as REDCap stores it. Descriptive fields ask nothing and are listed as ignored.
              A field of a type that REDCap does not have, or of SQL, is asked as text and listed.
    Problems: TW-EXP-002 where the columns are not those of a dictionary, or a field stands twice.
    """
    lines, columns = _lines(data)
    refused = _no_dictionary(lines, columns, where)
    if refused is not None:
        return refused
    items: list[odm.Item] = []
    lists: list[odm.CodeList] = []
    groups: dict[str, list[odm.ItemUse]] = {}
    titles: dict[str, tuple[str, str]] = {}
    conditions: list[odm.Condition] = []
    ignored = list(_uneven(data, where))
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
        if kind not in _KINDS:
            ignored.append(Lost(name, f'asked as text: the field type is "{kind}"'))
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


def _no_dictionary(lines: Sequence[Line], columns: Sequence[str], where: str) -> Problem | None:
    if not lines or not _column(lines[0], "field_name"):
        return Problem(
            code="TW-EXP-002",
            where=where,
            found=f"the columns are {', '.join(columns[:4]) or 'none'} ...",
            expected='A data dictionary begins with "Variable / Field Name", "Form Name", "Section Header"',
            cure="In REDCap: Data Dictionary, Download the current Data Dictionary (CSV)",
        )
    names = Counter(_column(line, "field_name") for line in lines)
    twice = [name or "a field without a name" for name, count in names.items() if count > 1]
    if not twice:
        return None
    return Problem(
        code="TW-EXP-002",
        where=where,
        found=f"more than one line is about {', '.join(twice)}",
        expected="One line for each field: a value of the data can go to one question alone",
        cure="Take the line that is not true out of the table, or download the data dictionary from REDCap anew",
    )


def _uneven(data: bytes, where: str) -> Iterator[Lost]:
    """Lines that are shorter or longer than the line of the columns, and columns of one name: cells go astray there."""
    reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    columns = next(reader, [])
    for name, count in Counter(columns).items():
        if count > 1:
            yield Lost(f"{where}: column {name}", f"stands {count} times; the last one is read")
    for cells in reader:
        if cells and len(cells) != len(columns):
            place = f"{where}:{reader.line_num}"
            told = f"{len(cells)} cells where there are {len(columns)} columns"
            if len(cells) < len(columns):
                yield Lost(place, f"{told}: the line is cut, what would follow is not there")
            else:
                yield Lost(place, f"{told}: what follows is not read, and cells may stand in a wrong column")


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


def read_data(
    data: bytes, dictionary: odm.Document, where: str, *, events: bytes = b"", mapping: bytes = b""
) -> Read | Problem:
    """
    The records of a data export, put on the forms of their dictionary, or of REDCap's project XML without data.

    Shape:    one participant for each value of the record id, which is the first field of the dictionary and may stand
              in any column; an event for each of redcap_event_name, without events one that has no name; a repeating
              instrument by its instance. Empty cells are no values. A `*_complete` column is the status of a form and
              is kept as an item of it. `events` is REDCap's table of events, `mapping` that of the instruments at each;
              without it every form stands at every event.
    Missing:  a line without a record id belongs to nobody: it is not entered, and listed.
    Problems: TW-EXP-006 where no column is the record id: another column would make names into participant ids.
    """
    lines, columns = _lines(data)
    metadata = dictionary.metadata
    if metadata is None:
        raise ValueError("data are read against a document that defines forms")
    key = record_id(metadata)
    if key not in columns:
        return _nobody(key, columns, where)
    place_of, form_of = _forms(metadata), _oids((each.oid for each in metadata.forms), "Form.")
    event_of = _oids((each.oid for each in metadata.events), "Event.")
    subjects: dict[str, list[odm.EventData]] = {}
    ignored = list(_uneven(data, where))
    for number, line in enumerate(lines, 1):
        if not line[key].strip():
            held = sum(value != "" for value in line.values())
            ignored.append(
                Lost(f"{where}: record {number}", f"{key} is empty: {held} values are nobody's, not entered")
            )
            continue
        told = line.get("redcap_event_name", "")
        subjects.setdefault(line[key], []).append(_event(line, event_of.get(told, told), place_of, form_of))
    seen = dict.fromkeys(event.event for its in subjects.values() for event in its)
    document = replace(
        dictionary, made_at="", source_system="REDCap", metadata=_scheduled(metadata, seen, lines, events, mapping),
        study=metadata.study, version=metadata.oid,
        subjects=tuple(odm.SubjectData(key=name, events=tuple(its)) for name, its in subjects.items()),
    )  # fmt: skip
    return Read(document, "REDCap", tuple(ignored))


def record_id(metadata: odm.Metadata) -> str:
    """The field that names the record: REDCap keeps it first in the first form; "" where nothing is asked."""
    return metadata.items[0].oid if metadata.items else ""


def _nobody(key: str, columns: Sequence[str], where: str) -> Problem:
    shown = ", ".join(columns[:4]) or "none"
    return Problem(
        code="TW-EXP-006",
        where=where,
        found=f"the columns are {shown} ..., and none of them is {key or 'a record id'}",
        expected=f"A column {key}: the first field of the forms is the record id, which says whose each line is",
        cure="In REDCap: Data Exports, export the data as CSV with raw names and codes, the record id with them",
    )


def _event(
    line: Line, event: str, place_of: Mapping[str, tuple[str, str]], form_of: Mapping[str, str]
) -> odm.EventData:
    """What one line holds, by form and group."""
    forms: dict[tuple[str, str], list[odm.Datum]] = {}
    for name, value in line.items():
        if value == "" or name in _SYSTEM:
            continue
        status = re.sub(r"_complete$", "", name)
        forms.setdefault(place_of.get(name, (form_of.get(status, status), "")), []).append(
            odm.Datum(item=name, value=value)
        )
    instance, told = line.get("redcap_repeat_instance", ""), line.get("redcap_repeat_instrument", "")
    repeated = form_of.get(told, told)
    held = tuple(
        odm.FormData(
            form=form, repeat=instance if form == repeated else "",
            groups=(odm.GroupData(group=group, data=tuple(data)),),
        )
        for (form, group), data in forms.items()
    )  # fmt: skip
    # without an instrument the whole event repeats
    return odm.EventData(event=event, repeat="" if repeated else instance, forms=held)


def _oids(oids: Iterable[str], prefix: str) -> dict[str, str]:
    """The OID for each of REDCap's own names: its XML puts "Form." and "Event." before them."""
    return {oid.removeprefix(prefix): oid for oid in oids}


def _forms(metadata: odm.Metadata) -> dict[str, tuple[str, str]]:
    form_of = {group: form.oid for form in metadata.forms for group in form.groups}
    return {use.item: (form_of[group.oid], group.oid) for group in metadata.groups for use in group.items}


def _scheduled(
    metadata: odm.Metadata, seen: Iterable[str], lines: Sequence[Line], events: bytes, mapping: bytes
) -> odm.Metadata:
    """The events with their forms, those that are defined first, and which forms repeat."""
    named = {line["unique_event_name"]: line.get("event_name", "") for line in _lines(events)[0]} if events else {}
    at: dict[str, list[str]] = {}
    for line in _lines(mapping)[0] if mapping else ():
        at.setdefault(line["unique_event_name"], []).append(line["form"])
    every = [form.oid for form in metadata.forms]
    form_of, defined = _oids(every, "Form."), {event.oid for event in metadata.events}
    again = {form_of.get(name) for name in {line.get("redcap_repeat_instrument", "") for line in lines}}
    whole = {
        line.get("redcap_event_name", "")
        for line in lines
        if line.get("redcap_repeat_instance") and not line.get("redcap_repeat_instrument")
    }
    return replace(
        metadata,
        events=(
            *(replace(each, repeating=each.repeating or each.oid.removeprefix("Event.") in whole)
              for each in metadata.events),
            *(odm.Event(oid=oid, name=name or oid or "All", forms=tuple(at.get(oid, every)), repeating=oid in whole)
              for oid, name in {**dict.fromkeys(seen, ""), **named}.items() if oid not in defined),
        ),
        forms=tuple(replace(form, repeating=form.repeating or form.oid in again) for form in metadata.forms),
    )  # fmt: skip
