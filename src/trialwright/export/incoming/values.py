"""The values of another system at their places in the made study."""

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from trialwright.export.incoming.definition import Made, completed_document
from trialwright.export.incoming.kinds import as_date
from trialwright.export.incoming.questions import Asking
from trialwright.export.odm import document as odm
from trialwright.model.ledger import Slot
from trialwright.model.problem import Lost

_LONGEST_TEXT = 4000


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """One value: where it goes, its text ("" where the file clears it), its unit, or why it is absent."""

    slot: Slot
    text: str
    unit: str = ""
    missing: str = ""


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """
    One participant with the occasions of unscheduled visits and every value in the order of the file.

    `counts`: values, repeated (the same value again in the same place), empty (nothing stands in the file),
    shortened (a document, of which only its length is kept); `lost`: values that no form asks for.
    """

    participant_id: str
    site: str
    occasions: tuple[str, ...]
    values: tuple[Value, ...]
    counts: Counter[str]
    lost: tuple[Lost, ...] = ()


def arrivals(document: odm.Document, made: Made) -> Iterator[Arrived]:
    """Every participant of the file once, in its order."""
    full = completed_document(document)
    people: dict[str, list[odm.SubjectData]] = {}
    for subject in full.subjects:
        people.setdefault(subject.key, []).append(subject)
    metadata = full.metadata
    forms = {group: form.oid for form in (metadata.forms if metadata is not None else ()) for group in form.groups}
    for key, subjects in people.items():
        yield _Person(key, made, forms).arrived(subjects)


class _Person:
    def __init__(self, key: str, made: Made, forms: dict[str, str]) -> None:
        self.key, self.made, self.forms = key, made, forms
        self.rows: dict[tuple[str, str], dict[tuple[str, str], int]] = {}
        self.standing: dict[Slot, str] = {}
        self.values: list[Value] = []
        self.lost: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.occasions: dict[str, None] = {}

    def arrived(self, subjects: Sequence[odm.SubjectData]) -> Arrived:
        for subject in subjects:
            for event in subject.events:
                visit = self._visit(event)
                for form in event.forms:
                    for group in form.groups:
                        for datum in group.data:
                            self._take(visit, form, group, datum)
        site = next((subject.site for subject in subjects if subject.site), "")
        sites = self.made.sites
        return Arrived(
            participant_id=self.key,
            site=sites.get(site, next(iter(sites.values()), "")),
            occasions=tuple(self.occasions),
            values=tuple(self.values),
            counts=self.counts,
            lost=tuple(
                Lost(f"{self.key}: {what} ({count})", "no form asks for this value")
                for what, count in self.lost.items()
            ),
        )

    def _visit(self, event: odm.EventData) -> str:
        name = self.made.visits.names[event.event]
        if event.event not in self.made.visits.unscheduled:
            return name
        occasion = f"{name}-{event.repeat if event.repeat.isdecimal() and int(event.repeat) else 1}"
        self.occasions.setdefault(occasion)
        return occasion

    def _take(self, visit: str, form: odm.FormData, group: odm.GroupData, datum: odm.Datum) -> None:
        asking, form_oid = self._asking(form, group, datum)
        if asking is None:
            self.lost[f"{form.form} {datum.item}"] += 1
            self.counts["lost"] += 1
            return
        row = self._row(visit, asking.form, form.repeat, group.repeat) if form_oid in self._repeating else 0
        slot = Slot(self.key, visit, asking.form, asking.item, row)
        reason = next((remark.flag or remark.text for remark in datum.remarks if remark.kind == "missing"), "")
        if datum.value is None and not reason:
            self.counts["empty"] += 1
            if datum.transaction != "Remove" or slot not in self.standing:
                return
        text = self._text(asking, datum.value or "")
        if not reason and datum.transaction != "Remove" and self.standing.get(slot) == text:
            self.counts["repeated"] += 1
            return
        if not text and not reason and slot not in self.standing:
            self.counts["empty"] += 1
            return
        self.standing[slot] = text
        self.counts["values"] += 1
        unit = asking.unit if asking.kind.kind in ("number", "integer") else ""
        self.values.append(Value(slot=slot, text=text, unit=unit, missing=reason))

    @property
    def _repeating(self) -> frozenset[str]:
        return self.made.repeating

    def _asking(self, form: odm.FormData, group: odm.GroupData, datum: odm.Datum) -> tuple[Asking | None, str]:
        """The place of a value; the group alone tells the form where ODM 2.0 leaves the form out."""
        places = self.made.questions.places
        for form_oid in (form.form, self.forms.get(group.group, ""), self.forms.get(form.form, "")):
            for group_oid in (group.group, f"{form_oid}.status", form.form):
                found = places.get((form_oid, group_oid, datum.item))
                if found is not None:
                    return found, form_oid
        named = [(place, oid) for (oid, _, item), place in places.items() if oid == form.form and item == datum.item]
        return named[0] if named else (None, form.form)

    def _row(self, visit: str, form: str, repeat: str, group_repeat: str) -> int:
        rows = self.rows.setdefault((visit, form), {})
        return rows.setdefault((repeat or "1", group_repeat or "1"), len(rows) + 1)

    def _text(self, asking: Asking, text: str) -> str:
        if asking.kind.kind in ("date", "partial_date"):
            return as_date(text) or text
        if len(text) > _LONGEST_TEXT:
            self.counts["shortened"] += 1
            return f"[document of {len(text)} characters, kept in the file it came in]"
        return text.strip()
