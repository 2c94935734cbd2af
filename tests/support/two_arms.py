"""Ten synthetic participants of the two-arm fixture, entered through the same acts as people's pages write."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from trialwright.model.ledger import Conflict
from trialwright.model.study import Study
from trialwright.pipeline import conduct
from trialwright.pipeline.conduct import Actor, FormSave, Refused, Saved
from trialwright.store import Ledger, open_ledger

FOLDER = Path(__file__).parents[1] / "data" / "two_arms"
START = dt.date(2024, 3, 4)
INVESTIGATOR, NURSE = Actor("investigator", "simulated"), Actor("study_nurse", "simulated")
MANAGER, STATISTICIAN = Actor("data_manager", "simulated"), Actor("statistician", "simulated")
DOSES = {"nandrolone": "150", "testosterone": "250"}
DAYS = {"W0": 0, "W2": 14, "W4": 28, "W8": 56, "W12": 84}
DOSED = ("W0", "W2", "W4")


class Person(msgspec.Struct, frozen=True):
    """One synthetic participant. `weights` in kg, screening first, then W0, W2 ... as far as the participant came."""

    number: str
    site: str
    arm: str  # "": screening failure
    age: int
    finding: str
    weights: tuple[str, ...]
    left: str = ""  # a code of withdrawal_reason


PEOPLE = (
    Person("P001", "north", "nandrolone", 66, "emphysema", ("58.0", "58.2", "58.6", "59.4", "60.5", "60.1")),
    Person("P002", "north", "nandrolone", 71, "both", ("49.5", "49.5", "50.0", "51.2", "52.0", "51.4")),
    Person("P003", "north", "testosterone", 63, "bronchitis", ("62.3", "62.0", "62.4"), left="lost"),
    Person("P004", "south", "nandrolone", 59, "emphysema", ("55.1", "55.4", "55.9", "56.0", "57.7", "57.9")),
    Person("P005", "south", "testosterone", 74, "both", ("51.8", "51.6", "50.2", "49.9", "50.7", "51.9")),
    Person("P006", "south", "nandrolone", 68, "emphysema", ("60.7", "60.5", "61.5", "62.2", "63.0", "62.6")),
    Person("P007", "north", "", 84, "bronchitis", ("57.2",)),
    Person("P008", "north", "nandrolone", 62, "bronchitis", ("64.0", "63.8", "64.1", "64.9", "65.2", "65.3")),
    Person("P009", "south", "testosterone", 70, "emphysema", ("53.3", "53.1", "53.6", "53.9", "54.1", "54.6")),
    Person("P010", "north", "nandrolone", 65, "both", ("56.6", "56.8", "57.0", "57.9", "58.3", "58.8")),
)

EVENT = {"grade": "1", "serious": "N", "causality": "possible", "outcome": "recovered", "action": "none"}
EVENTS: dict[str, tuple[tuple[int, dict[str, str]], ...]] = {
    "P001": ((16, {"term": "Acne", "start": "2024-03-18", "end": "2024-04-02"}),),
    "P002": ((60, {"term": "Headache", "start": "2024-04", "end": "2024-04"}),),
    "P005": (
        (20, {
            "term": "Pneumonia", "grade": "3", "serious": "Y", "serious_hospitalisation": "Y",
            "causality": "unrelated", "start": "2024-05-17", "end": "2024-05-29",
        }),
        (90, {"term": "皮疹", "start": "2024-07-20", "outcome": "not_recovered"}),
    ),
}  # fmt: skip
"""Rows of the log of adverse events, each with the day after the first injection on which the site learned of it."""


class Clock:
    """
    Stands at noon of the day that is being entered, and moves on by a second with each reading.

    It never goes back: whoever comes after is entered later than the visit took place, as from paper.
    """

    def __init__(self, day: dt.date) -> None:
        self.now = dt.datetime.combine(day, dt.time(4), dt.UTC)

    def stand_on(self, day: dt.date) -> None:
        self.now = max(self.now, dt.datetime.combine(day, dt.time(4), dt.UTC))

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now


def nonces() -> Iterator[bytes]:
    count = 0
    while True:
        count += 1
        yield hashlib.sha256(f"two arms {count}".encode()).digest()


def enter(database: Path, study: Study) -> None:
    """The whole trial into a new ledger: roles, approval, everybody's visits and logs, and the data lock."""
    clock, drawn = Clock(START - dt.timedelta(days=30)), nonces()
    with open_ledger(str(database), clock=clock, nonces=lambda: next(drawn), create=True) as ledger:
        site = Site(ledger, study, clock)
        site.open()
        for at, person in enumerate(PEOPLE):
            site.run(person, START + dt.timedelta(days=14 * at))
        clock.stand_on(dt.date(2024, 12, 20))
        saved(conduct.lock_data(ledger, study, MANAGER, reason="Synthetic: what is open stays open and is listed"))


def saved(answer: Saved | Refused | Conflict) -> Saved:
    assert isinstance(answer, Saved), answer
    return answer


class Site:
    """The people of the site, one act after the other; an act that is refused fails the test that asked for it."""

    def __init__(self, ledger: Ledger, study: Study, clock: Clock) -> None:
        self.ledger, self.study, self.clock = ledger, study, clock

    def open(self) -> None:
        ledger, study = self.ledger, self.study
        for role in sorted(study.roles, key=lambda each: "grant" not in each.may):
            saved(conduct.grant_role(ledger, study, MANAGER, user=role.name, role=role.name))
        saved(conduct.publish_build(ledger, study, INVESTIGATOR))
        self.clock.stand_on(dt.date(2024, 2, 5))
        saved(conduct.record_approval(ledger, study, INVESTIGATOR, date="2024-02-05", body="Committee", number="1"))
        self.clock.stand_on(dt.date(2024, 2, 6))
        for site in study.sites:
            saved(conduct.open_site(ledger, study, INVESTIGATOR, date="2024-02-06", site=site.name))

    def run(self, person: Person, first: dt.date) -> None:
        """One participant: screening a week before the first injection, the visits, the logs, the end."""
        who, ledger, study = person.number, self.ledger, self.study
        self.screen(person, first - dt.timedelta(days=7))
        if not person.arm:
            told = conduct.screen_fail(
                ledger, study, INVESTIGATOR, who, reason="Too old", date=(first - dt.timedelta(days=7)).isoformat()
            )
            saved(told)
            return
        saved(conduct.confirm_eligibility(ledger, study, INVESTIGATOR, who))
        self.clock.stand_on(first)
        saved(conduct.enrol(ledger, study, INVESTIGATOR, who, date=first.isoformat(), arm=person.arm))
        for visit, weight in zip(DAYS, person.weights[1:], strict=False):
            self.visit(person, visit, weight, first + dt.timedelta(days=DAYS[visit]))
        for day, event in EVENTS.get(who, ()):
            self.event(who, event, first + dt.timedelta(days=day))
        if who == "P005":
            self.after_hospital(who, first + dt.timedelta(days=24))
        self.end(person, first)

    def screen(self, person: Person, day: dt.date) -> None:
        who, ledger, study = person.number, self.ledger, self.study
        self.clock.stand_on(day)
        saved(conduct.add_participant(ledger, study, NURSE, who, site=person.site))
        saved(conduct.give_consent(ledger, study, INVESTIGATOR, who, version="1", date=day.isoformat()))
        self.save(who, "SCR", "visit", {"visit_record.date": day.isoformat(), "weight.weight": person.weights[0]})
        self.save(who, "SCR", "demographics", {
            "demographics.birth_year": str(2024 - person.age), "demographics.age": str(person.age),
            "demographics.sex": "M",
        })  # fmt: skip
        self.save(who, "SCR", "history", {
            "lung_history.diagnosis": person.finding, "lung_history.since": "2015-06", "lung_history.pack_years": "40",
        })  # fmt: skip
        self.save(who, "SCR", "eligibility", {"eligibility.inc3_loss": "Y", "eligibility.exc1_prostate": "Y"})
        self.blood(who, "SCR", "141", "22")
        saved(conduct.complete_visit(ledger, study, INVESTIGATOR, who, "SCR", reason=""))

    def visit(self, person: Person, visit: str, weight: str, day: dt.date) -> None:
        who = person.number
        self.clock.stand_on(day)
        asked = self.study.visit(visit).forms
        self.save(who, visit, "visit", {"visit_record.date": day.isoformat(), "weight.weight": weight})
        if "vital_signs" in asked:
            self.save(who, visit, "vital_signs", {
                "vital_signs.systolic": "131", "vital_signs.diastolic": "78", "vital_signs.pulse": "81",
            })  # fmt: skip
        if "laboratory" in asked:
            self.blood(who, visit, "" if (who, visit) == ("P004", "W4") else "148", "61" if who == "P006" else "25")
        if visit in DOSED:
            self.save(who, "LOG", "dosing", {
                "dosing_log.date": day.isoformat(), "dosing_log.dose": DOSES[person.arm], "dosing_log.lot": "L24",
                "dosing_log.vials": "1", "dosing_log.interrupted": "N", "dosing_log.reaction": "N",
            })  # fmt: skip
        saved(conduct.complete_visit(self.ledger, self.study, INVESTIGATOR, who, visit, reason=""))

    def blood(self, who: str, visit: str, haemoglobin: str, alt: str) -> None:
        """An empty haemoglobin was not measured."""
        told = {"blood.haemoglobin": haemoglobin} if haemoglobin else {"blood.haemoglobin__missing": "not done"}
        self.save(who, visit, "laboratory", {**told, "blood.alt": alt, "blood.alt_uln": "50"})

    def event(self, who: str, event: Mapping[str, str], day: dt.date) -> None:
        self.clock.stand_on(day)
        told = {**EVENT, **event, "awareness": day.isoformat()}
        self.save(who, "LOG", "adverse_events", {f"adverse_event.{name}": text for name, text in told.items()})

    def after_hospital(self, who: str, day: dt.date) -> None:
        """An unscheduled visit, and the medicine that the first event was treated with."""
        self.clock.stand_on(day)
        saved(conduct.add_visit(self.ledger, self.study, NURSE, who, "UNS", reason="After discharge"))
        self.save(who, "UNS-1", "visit", {"visit_record.date": day.isoformat(), "weight.weight": "50.0"})
        self.blood(who, "UNS-1", "139", "30")
        self.save(who, "LOG", "medication", {
            "concomitant_medication.drug": "Amoxicillin", "concomitant_medication.indication": "Pneumonia",
            "concomitant_medication.dose": "1 g three times a day", "concomitant_medication.route": "oral",
            "concomitant_medication.start": "2024-05-17", "concomitant_medication.end": "2024-05-24",
            "concomitant_medication.event": "1", "concomitant_medication.rescue": "N",
        })  # fmt: skip
        saved(conduct.complete_visit(self.ledger, self.study, INVESTIGATOR, who, "UNS-1", reason=""))

    def end(self, person: Person, first: dt.date) -> None:
        who, ledger, study = person.number, self.ledger, self.study
        seen = [visit for visit, _ in zip(DAYS, person.weights[1:], strict=False)]
        day = first + dt.timedelta(days=DAYS[seen[-1]] + (12 if person.left else 0))
        self.clock.stand_on(day)
        status = {
            "disposition.status": "withdrawn" if person.left else "completed",
            "disposition.date": day.isoformat(),
        }
        told = (
            {"disposition.reason": person.left, "disposition.reason_text": "As told by telephone"}
            if person.left
            else {}
        )
        self.save(who, "LOG", "end_of_study", {**status, **told})
        if person.left:
            answer = conduct.withdraw(
                ledger, study, INVESTIGATOR, who, date=day.isoformat(), code=person.left, reason="Told by telephone"
            )
        else:
            answer = conduct.complete_participant(ledger, study, INVESTIGATOR, who, date=day.isoformat())
        saved(answer)

    def save(self, who: str, visit: str, form: str, posted: Mapping[str, str]) -> None:
        request = FormSave(
            actor=NURSE, participant_id=who, visit=visit, form=form, posted=dict(posted), today=self.clock.now.date()
        )
        saved(conduct.save_form(self.ledger, self.study, request))
