"""A study small enough to read at once: two roles, four visits, five forms; and a ledger with hands to write in it."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from trialwright.catalog import load
from trialwright.model.declared import SignatureMeaning
from trialwright.model.expression import CodeIs, Column, Compare, Constant, Truth
from trialwright.model.quantity import PartialDate
from trialwright.model.study import (
    ConsentVersion,
    EditCheck,
    EligibilityCriterion,
    Field,
    Form,
    Gate,
    Provenance,
    Registration,
    Role,
    Section,
    Site,
    Study,
    Visit,
)  # fmt: skip
from trialwright.model.text import Text
from trialwright.pipeline import conduct
from trialwright.pipeline.conduct import Actor, FormSave
from trialwright.store import Ledger, open_ledger

CATALOG = load()
ORIGIN = Provenance("protocol")
INVESTIGATOR, NURSE, MANAGER, OUTSIDER = (Actor(name) for name in ("iris", "ning", "max", "otto"))
TODAY = dt.date(2021, 6, 30)


def section(
    instrument: str, *, only: tuple[str, ...] = (), shown: dict[str, Truth] | None = None, **options: str
) -> Section:
    entry = CATALOG.instrument(instrument)
    fields = tuple(
        Field(
            name=f"{instrument}.{item.name}", instrument=instrument, item=item, required=item.required,
            shown_when=(shown or {}).get(item.name),
        )
        for item in entry.items
        if not only or item.name in only
    )  # fmt: skip
    return Section(instrument=instrument, title=entry.title, options=options, fields=fields, origin=ORIGIN)


def form(name: str, *sections: Section, **more: object) -> Form:
    return Form(name=name, title=Text(name, name), sections=sections, origin=ORIGIN, **more)


def visit(name: str, kind: str, *forms: str, **more: object) -> Visit:
    return Visit(name=name, title=Text(name, name), kind=kind, forms=forms, origin=ORIGIN, **more)


LATER_THAN_SCREENING = EditCheck(
    name="weight_steady",
    holds=Compare(Column("weight.weight"), "<=", Constant(100)),
    message=Text("Weight above 100 kg: is it right?", "体重超过 100，请核实"),
    items=("weight.weight",),
)

HEAVY_ENOUGH = EditCheck(
    name="heavy_enough",
    holds=Compare(Column("SCR/weight.weight"), ">=", Constant(40)),
    message=Text("Weight at screening below 40 kg", "筛选时体重低于 40 千克"),
    items=("SCR/weight.weight",),
)

STUDY = Study(
    name="small",
    build=1,
    hash="0" * 64,
    status="registered",
    title=Text("A small study", "小型研究"),
    registration=Registration(
        registry="none", registry_id="none", record_path="", start_date=PartialDate("2021-01-01"),
        first_submitted=PartialDate("2021-01-01"),
    ),
    enrolment_planned=3,
    arms=(),
    interventions=(),
    sites=(Site(name="one", title=Text("One", "一"), country="China", time_zone="Asia/Shanghai"),),
    gates=(
        Gate(event="ethics_approval", title=Text("Ethics approval", "伦理批准")),
        Gate(event="site_opened", title=Text("Site opening", "机构启动")),
    ),
    consents=(ConsentVersion(name="1.0", title=Text("First", "第一版"), origin=ORIGIN),),
    eligibility=(
        EligibilityCriterion(
            name="inc1", kind="inclusion", text=Text("Born before 2003", "2003 年以前出生"),
            met_when=Compare(Column("demographics.birth_year"), "<", Constant(2003)),
            evidence=("demographics.birth_year",), origin=ORIGIN,
        ),
    ),
    visits=(
        visit("SCR", "screening", "screening"),
        visit("W0", "baseline", "visit", "core", study_day=1, dosing=True),
        visit("W4", "planned", "visit", "core", study_day=29, early=3, late=3),
        visit("LOG", "log", "dosing", "events"),
    ),
    forms=(
        form("screening", section("demographics"), section("weight")),
        form("visit", section("visit_record"), section("weight"), checks=(LATER_THAN_SCREENING,)),
        form(
            "core", section("physician_global"), section("mmt8", scale="unilateral", side="right"), core_set=True,
            checks=(HEAVY_ENOUGH,),
        ),
        form(
            "dosing",
            section("dosing_log", shown={"interruption": CodeIs("dosing_log.interrupted", ("Y",))}),
            repeating=True,
        ),
        form("events", section("adverse_event", only=("term", "grade", "start", "end")), repeating=True),
    ),
    outcomes=(),
    analysis_sets=(),
    intercurrent_events=(),
    estimands=(),
    displays=(),
    signatures=(
        SignatureMeaning(name="reviewed", title=Text("I have reviewed these data", "本人已审阅上述数据"),
                         levels=("form", "visit", "participant"), by=("investigator",), owed_at=("W0",), origin=ORIGIN),
        SignatureMeaning(name="entered", title=Text("I entered these data", "数据由本人录入"), levels=("form",),
                         by=("investigator",), origin=ORIGIN),
    ),
    roles=(
        Role(name="investigator", title=Text("Investigator", "研究者"),
             may=("enter", "complete_visit", "enrol", "record_deviation", "see_results", "sign")),
        Role(name="nurse", title=Text("Nurse", "护士"), may=("enter",)),
        Role(name="manager", title=Text("Data manager", "数据管理员"),
             may=("lock", "grant", "verify", "review", "look", "see_results")),
    ),
)  # fmt: skip


def new_ledger(where: Path | str) -> Ledger:
    """An empty ledger on a clock that moves by a second at each look: in a folder, or at the URL of one just made."""
    moments = _seconds(dt.datetime(2021, 7, 15, 1, 0, tzinfo=dt.UTC))
    nonces = (n.to_bytes(32, "big") for n in range(1, 10_000))
    url, create = (str(where / "ledger.sqlite"), True) if isinstance(where, Path) else (where, False)
    return open_ledger(url, clock=lambda: next(moments), nonces=lambda: next(nonces), create=create)


def _seconds(start: dt.datetime) -> Iterator[dt.datetime]:
    while True:
        start += dt.timedelta(seconds=1)
        yield start


def staffed(folder: Path | str) -> Ledger:
    """A ledger in which everybody has a role, but nothing is approved."""
    ledger = new_ledger(folder)
    for who, role in ((MANAGER, "manager"), (INVESTIGATOR, "investigator"), (NURSE, "nurse")):
        saved(conduct.grant_role(ledger, STUDY, MANAGER, user=who.user, role=role))
    return ledger


def opened(folder: Path | str) -> Ledger:
    """The study may begin."""
    ledger = staffed(folder)
    saved(conduct.record_approval(ledger, STUDY, INVESTIGATOR, date="2021-01-10"))
    saved(conduct.open_site(ledger, STUDY, INVESTIGATOR, date="2021-01-20"))
    return ledger


def consented(folder: Path | str, participant: str = "P001") -> Ledger:
    ledger = opened(folder)
    saved(conduct.add_participant(ledger, STUDY, NURSE, participant))
    saved(conduct.give_consent(ledger, STUDY, NURSE, participant, version="1.0", date="2021-06-01"))
    return ledger


def enrolled(folder: Path | str, participant: str = "P001") -> Ledger:
    ledger = consented(folder, participant)
    saved(save(ledger, "SCR", "screening", {"demographics.birth_year": "1970", "demographics.sex": "F"}))
    saved(conduct.confirm_eligibility(ledger, STUDY, INVESTIGATOR, participant))
    saved(conduct.enrol(ledger, STUDY, INVESTIGATOR, participant, date="2021-06-02"))
    return ledger


def request(visit: str, form: str, posted: dict[str, str], **more: object) -> FormSave:
    chosen: dict[str, object] = {"actor": NURSE, "participant_id": "P001", "today": TODAY} | more
    return FormSave(visit=visit, form=form, posted=posted, **chosen)


def save(ledger: Ledger, visit: str, form: str, posted: dict[str, str], **more: object) -> object:
    """Saves from a page that was just loaded, unless told otherwise."""
    more.setdefault("expected", ledger.form_version("P001", visit, form))
    return conduct.save_form(ledger, STUDY, request(visit, form, posted, **more))


def saved(outcome: object) -> conduct.Saved:
    assert isinstance(outcome, conduct.Saved), outcome
    return outcome


def codes(outcome: object) -> list[str]:
    """The codes of a refusal; [] where it was saved."""
    return [problem.code for problem in outcome.problems] if isinstance(outcome, conduct.Refused) else []
