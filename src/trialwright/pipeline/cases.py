"""The worked cases of a study, run through the same derivation as real data and held against their answers."""

import datetime as dt
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from fractions import Fraction

import polars as pl

from trialwright.catalog import Catalog
from trialwright.define import Case, Cases
from trialwright.define import problems as say
from trialwright.derive import derive
from trialwright.model.analysis import Analysis
from trialwright.model.ledger import VERSION_COLUMNS, EventKind, Head, LedgerEvent, Snapshot
from trialwright.model.problem import Problem
from trialwright.model.quantity import MISSING_REASONS, PartialDate
from trialwright.model.study import Field, Form, Study, Visit

_DAY = re.compile(r"day (-?[0-9]{1,5})")
_KINDS = {"number": "quantity", "integer": "quantity", "date": "date", "partial_date": "date", "text": "words"}
_WORDS = {"Y": "responder", "N": "nonresponder", "U": "undetermined", "": "not judged"}
_VISIT_DATE = "visit_record.date"


def check_cases(study: Study, cases: Cases, catalog: Catalog) -> list[Problem]:
    """Every case whose derived answer is not the worked one, or that cannot be read."""
    maker = _Maker(study, dt.date.fromisoformat(cases.first_dose))
    for number, case in enumerate(cases.cases, 1):
        maker.add(f"C{number:02}", case)
    if maker.problems:  # an answer derived from half of a case would be told as a difference, which it is not
        return maker.problems
    analysis = derive(study, maker.snapshot(), catalog)
    found: list[Problem] = []
    for number, case in enumerate(cases.cases, 1):
        found += _differences(f"C{number:02}", case, analysis)
    return found


def _differences(participant: str, case: Case, analysis: Analysis) -> Iterator[Problem]:
    verdicts = {
        record.parameter: record.verdict
        for record in analysis.records
        if record.participant_id == participant and record.kind == "response"
    }
    for estimand, expected in case.expect.items():
        derived = _WORDS[verdicts.get(estimand, "")]
        if derived != expected:
            found = f"{estimand} comes out as {derived}"
            yield say.case_differs(case.where, case.title, found, f"The worked answer is {expected}")
    belongs = next((p.sets for p in analysis.participants if p.participant_id == participant), ())
    for name, expected_in in case.in_sets.items():
        if (name in belongs) != expected_in:
            found = f"the participant {'belongs' if name in belongs else 'does not belong'} to {name}"
            yield say.case_differs(case.where, case.title, found, "The worked answer is the opposite")


def _expected(field: Field, text: str) -> str:
    """What should stand in the field where `text` cannot; "" where it can."""
    item = field.item
    if text in MISSING_REASONS or item.kind == "text":
        return ""
    if item.kind in ("date", "partial_date"):
        return "" if _is_date(text) else "A date such as 2021-03-01, or day and a number"
    if item.kind in ("choice", "yes_no"):
        codes = [choice.code for choice in item.choices] or ["Y", "N"]
        return "" if text in codes else f"One of {say.listed(codes)}"
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        return "A number such as 5.0"
    low, high = Fraction(item.low or text), Fraction(item.high or text)
    return "" if low <= Fraction(text) <= high else f"A number from {item.low or '...'} to {item.high or '...'}"


def _is_date(text: str) -> bool:
    try:
        PartialDate(text)
    except ValueError:
        return False
    return True


class _Maker:
    """Writes the versions and events that a ledger would hold for the cases, without one."""

    def __init__(self, study: Study, first_dose: dt.date) -> None:
        self.study, self.first_dose = study, first_dose
        self.rows: list[tuple[object, ...]] = []
        self.events: list[LedgerEvent] = []
        self.problems: list[Problem] = []
        self.seq = 0

    def add(self, participant: str, case: Case) -> None:
        self._event(participant, "participant_added", {})
        self._event(participant, "consent_given", {"date": self._date("day -14")})
        if case.enrolled:
            self._event(participant, "enrolled", {"date": self._date("day 1")})
        for visit in self.study.visits:
            if visit.name in case.answers:
                self._visit(participant, visit, case)
        place = next((visit for visit in self.study.visits if visit.kind == "log"), None)
        for form_name, rows in case.logs.items():
            form = self.study.form(form_name)
            for number, answers in enumerate(rows, 1):
                used = self._form((participant, place.name if place else "", number), form, answers, case.where)
                self._check_used(case, f"form {form_name}", answers, used)
        if case.left_because:
            self._ending(participant, "withdrawn", {"reason": case.left_because, "date": case.left_on}, case.where)
        if case.died:
            self._ending(participant, "died", {"date": case.died}, case.where)

    def _ending(self, participant: str, kind: EventKind, details: dict[str, str], where: str) -> None:
        date = self._date(details["date"])
        if _is_date(date):
            self._event(participant, kind, {**details, "date": date})
        else:
            self.problems.append(say.case_unreadable(where, f'{kind} on "{date}"', "A date, or day and a number"))

    def snapshot(self) -> Snapshot:
        frame = pl.DataFrame(self.rows, schema=VERSION_COLUMNS, orient="row")
        head = Head(self.seq, "0" * 64)
        return Snapshot(
            versions=frame, standing=lambda: frame, events=tuple(self.events), head=head, seal=str, as_of_utc=""
        )

    def _visit(self, participant: str, visit: Visit, case: Case) -> None:
        answers = {_VISIT_DATE: f"day {visit.study_day}", **case.answers[visit.name]}
        used: set[str] = set()
        for name in visit.forms:
            used |= self._form((participant, visit.name, 0), self.study.form(name), answers, case.where)
        self._check_used(case, f"visit {visit.name}", case.answers[visit.name], used)

    def _form(self, place: tuple[str, str, int], form: Form, answers: dict[str, str], where: str) -> set[str]:
        """Writes the fields that some pattern fits (the last one counts) and returns the patterns that fit any."""
        participant, visit, row = place
        used: set[str] = set()
        for section in form.sections:
            for field in section.fields:
                fitting = [pattern for pattern in answers if fnmatchcase(field.name, pattern)]
                used.update(fitting)
                if not fitting:
                    continue
                expected = _expected(field, self._date(answers[fitting[-1]]))
                if expected:
                    found = f'{visit} {field.name}: "{answers[fitting[-1]]}"'
                    self.problems.append(say.case_unreadable(where, found, expected))
                else:
                    self._datapoint((participant, visit, form.name, row), field, answers[fitting[-1]])
        return used

    def _check_used(self, case: Case, place: str, answers: dict[str, str], used: set[str]) -> None:
        unknown = [pattern for pattern in answers if pattern not in used]
        if unknown:
            found = f'case "{case.title}": no field of {place} is called {", ".join(unknown)}'
            self.problems.append(say.case_unreadable(case.where, found, "A pattern fits at least one field"))

    def _datapoint(self, slot: tuple[str, str, str, int], field: Field, text: str) -> None:
        self.seq += 1
        kind = "missing" if text in MISSING_REASONS else _KINDS.get(field.item.kind, "code")
        written = self._date(text) if kind == "date" else text
        unit = field.item.unit if kind == "quantity" else ""
        participant, visit, form, row = slot
        self.rows.append(
            (self.seq, 0, self.seq, participant, visit, form, row, field.name, text, kind, written, unit,
             "case", "", "", self.study.build, "simulated")
        )  # fmt: skip

    def _event(self, participant: str, kind: EventKind, details: dict[str, str]) -> None:
        self.seq += 1
        self.events.append(
            LedgerEvent(
                seq=self.seq, group=self.seq, kind=kind, participant_id=participant, visit="", form="", row=0,
                details=details, user="case", at_utc=f"{self.first_dose}T00:00:00.000Z", reason="",
                build=self.study.build, origin="simulated",
            )
        )  # fmt: skip

    def _date(self, text: str) -> str:
        """`day 15` as a date; there is no day 0. Anything else is a date already."""
        match = _DAY.fullmatch(text)
        if match is None:
            return text
        day = int(match.group(1))
        return (self.first_dose + dt.timedelta(days=day - 1 if day > 0 else day)).isoformat()
