"""ODM 2.0 gives a number its unit by an item of its own; here a unit stands with its number again."""

from collections.abc import Iterator, Mapping

import msgspec

from trialwright.export.odm import document as odm

replace = msgspec.structs.replace

SUFFIX = ".UNIT"
"""What our own files add to the OID of an item for the item that holds its unit, and to that of its code list."""


def without_unit_items(document: odm.Document) -> odm.Document:
    """The document with every unit item folded into the item that names it; nothing changes where none is named."""
    metadata = document.metadata
    if metadata is None:
        return document
    units = {use.item: use.unit_item for group in metadata.groups for use in group.items if use.unit_item}
    if not units:
        return document
    return replace(document, metadata=_metadata(metadata, units), subjects=tuple(_subjects(document, units)))


def _metadata(metadata: odm.Metadata, units: Mapping[str, str]) -> odm.Metadata:
    gone = set(units.values())
    lists = {each.oid: each for each in metadata.lists}
    codes = {item.oid: item.codes for item in metadata.items}
    of_item = {item: lists[codes[unit]] for item, unit in units.items() if codes.get(unit) in lists}
    known: dict[str, odm.Unit] = {}
    for listed in of_item.values():
        for each in listed.items:
            symbol = each.words or {"": each.code}
            known.setdefault(each.code, odm.Unit(oid=each.code, name=next(iter(symbol.values())), symbol=each.words))
    used_up = {listed.oid for listed in of_item.values()}
    return replace(
        metadata,
        units=(*metadata.units, *known.values()),
        groups=tuple(
            replace(group, items=tuple(replace(use, unit_item="") for use in group.items if use.item not in gone))
            for group in metadata.groups
        ),
        items=tuple(
            replace(item, units=tuple(each.code for each in of_item[item.oid].items)) if item.oid in of_item else item
            for item in metadata.items
            if item.oid not in gone
        ),
        lists=tuple(each for each in metadata.lists if each.oid not in used_up),
    )


def _subjects(document: odm.Document, units: Mapping[str, str]) -> Iterator[odm.SubjectData]:
    for subject in document.subjects:
        events = tuple(
            replace(
                event,
                forms=tuple(
                    replace(form, groups=tuple(_group(group, units) for group in form.groups)) for form in event.forms
                ),
            )
            for event in subject.events
        )
        yield replace(subject, events=events)


def _group(group: odm.GroupData, units: Mapping[str, str]) -> odm.GroupData:
    told = {datum.item: datum.value or "" for datum in group.data}
    # An item that only an earlier build knew has no definition here; its unit still stands beside it by name.
    named = {item: f"{item}{SUFFIX}" for item in told if f"{item}{SUFFIX}" in told} | dict(units)
    gone = set(named.values())
    data = tuple(
        replace(datum, unit=told.get(named.get(datum.item, ""), "")) for datum in group.data if datum.item not in gone
    )
    return replace(group, data=data)
