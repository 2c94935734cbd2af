"""The study that conduct is measured on: 15 forms of 30 items at 10 visits, 100 participants; and its filled ledger."""

import datetime as dt
import os
from pathlib import Path

from trialwright.model.entry import Choice, Item
from trialwright.model.ledger import NewDatapoint, NewEvent, Slot, Stamp
from trialwright.model.quantity import Code, PartialDate, Quantity, Words
from trialwright.model.study import (
    Arm,
    ConsentVersion,
    Field,
    Form,
    Intervention,
    Provenance,
    Registration,
    Role,
    Section,
    Site,
    Study,
    Visit,
)
from trialwright.model.text import Text
from trialwright.store import Ledger, open_ledger

PARTICIPANTS, VISITS, FORMS, ITEMS = 100, 10, 15, 30
PEOPLE = 8
PASSWORD = "a long enough passphrase"
HERE = Provenance(kind="protocol")
CHOICES = tuple(Choice(str(n), Text(f"Grade {n}", f"{n} 级")) for n in range(5))
YES_NO = (Choice("Y", Text("Yes", "是")), Choice("N", Text("No", "否")))


def study() -> Study:
    """Built by hand, so that what is measured does not move with the packaged study."""
    return Study(
        name="measured", build=1, hash="0" * 64, status="registered", title=Text("A measured study", "性能测试研究"),
        registration=Registration(registry="none", registry_id="NONE", record_path="",
                                  start_date=PartialDate("2021-01"), first_submitted=PartialDate("2021-01")),
        enrolment_planned=PARTICIPANTS,
        arms=(Arm(name="only", title=Text("Treatment", "治疗组"), kind="EXPERIMENTAL", description="",
                  interventions=("drug",), origin=HERE),),
        interventions=(Intervention(name="drug", title=Text("Drug", "药物"), kind="DRUG", origin=HERE),),
        sites=(Site(name="one", title=Text("Hospital", "医院"), country="CN", time_zone="Asia/Shanghai"),),
        gates=(), consents=(ConsentVersion(name="1.0", title=Text("Consent form", "知情同意书"), origin=HERE),),
        eligibility=(),
        visits=tuple(
            Visit(name=f"V{n}", title=Text(f"Visit {n}", f"访视 {n}"), kind="planned" if n > 1 else "baseline",
                  study_day=n * 14 - 13, early=0, late=3, forms=tuple(f"form_{k}" for k in range(FORMS)), dosing=False,
                  origin=HERE)
            for n in range(1, VISITS + 1)
        ),
        forms=tuple(
            Form(name=f"form_{k}", title=Text(f"Form {k}", f"表单 {k}"), origin=HERE,
                 sections=(Section(instrument=f"part{k}", title=Text("Findings", "检查结果"), options={}, origin=HERE,
                                   fields=tuple(_field(f"part{k}", n) for n in range(ITEMS))),))
            for k in range(FORMS)
        ),
        outcomes=(), analysis_sets=(), intercurrent_events=(), estimands=(), displays=(),
        roles=(Role(name="nurse", title=Text("Study nurse", "研究护士"), may=("enter", "complete_visit", "enrol")),
               Role(name="manager", title=Text("Data manager", "数据管理员"),
                    may=("lock", "grant", "verify", "look", "see_results"))),
    )  # fmt: skip


def _field(part: str, n: int) -> Field:
    label = Text(f"Finding number {n}", f"第 {n} 项检查结果")
    if n < 18:
        item = Item(name=f"n{n}", label=label, kind="number", unit="U/L", low="0", high="3000", decimals=1)
    elif n < 22:
        item = Item(name=f"n{n}", label=label, kind="choice", choices=CHOICES)
    elif n < 26:
        item = Item(name=f"n{n}", label=label, kind="yes_no", choices=YES_NO)
    elif n < 28:
        item = Item(name=f"n{n}", label=label, kind="date")
    else:
        item = Item(name=f"n{n}", label=label, kind="text", required=False)
    return Field(name=f"{part}.n{n}", instrument=part, item=item, required=item.required)


def typed(k: int, changed: int = 0) -> dict[str, str]:
    """What a page posts for form `k`; with `changed`, five numbers differ from what was there before."""
    part, values = f"part{k}", {}
    for n in range(18):
        values[f"{part}.n{n}"] = str(100 + n + (changed if n < 5 else 0))
        values[f"{part}.n{n}__unit"] = "U/L"
    values |= {f"{part}.n{n}": "2" for n in range(18, 22)} | {f"{part}.n{n}": "Y" for n in range(22, 26)}
    values |= {f"{part}.n{n}": "2021-03-15" for n in range(26, 28)}
    return values | {f"{part}.n{n}": "as seen before" for n in range(28, 30)}


def opened(url: str | Path, *, create: bool = False) -> Ledger:
    return open_ledger(url, clock=lambda: dt.datetime.now(dt.UTC), nonces=lambda: os.urandom(32), create=create)


def fill(ledger: Ledger, participants: int = PARTICIPANTS) -> None:
    """Everybody enrolled and every form of every visit filled once: 450,000 versions with 100 participants."""
    stamp = Stamp(user="filler", build=1, origin="simulated")
    for number in range(participants):
        who = participant(number)
        acts = [
            NewEvent(kind="participant_added", participant_id=who, details={"site": "one"}),
            NewEvent(kind="consent_given", participant_id=who, details={"version": "1.0", "date": "2021-01-02"}),
            NewEvent(kind="eligibility_confirmed", participant_id=who),
            NewEvent(kind="enrolled", participant_id=who, details={"date": "2021-01-03"}),
        ]
        ledger.write(stamp, acts)
        for visit in range(1, VISITS + 1):
            ledger.write(stamp, [_datapoint(who, f"V{visit}", k, name, text) for k in range(FORMS)
                                 for name, text in typed(k).items() if "__" not in name])  # fmt: skip


def participant(number: int) -> str:
    return f"P{number:04d}"


def _datapoint(who: str, visit: str, k: int, name: str, text: str) -> NewDatapoint:
    number = int(name.rpartition("n")[2])
    if number < 18:
        value = Quantity(text, "U/L")
    elif number < 26:
        value = Code(text)
    else:
        value = PartialDate(text) if number < 28 else Words(text)
    return NewDatapoint(slot=Slot(who, visit, f"form_{k}", name), raw=text, value=value)
