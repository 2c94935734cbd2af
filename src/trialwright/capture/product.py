"""The product log: what came, what was used, given and wasted, what went; lot by lot, and where it does not balance."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

import msgspec
import polars as pl

from trialwright.capture.planned_dose import planned_dose
from trialwright.capture.status import inactive_rows
from trialwright.capture.values import stored_value, values_in
from trialwright.model.ledger import LedgerEvent, Snapshot, Stored
from trialwright.model.quantity import Code, Missing, PartialDate, Quantity, Words
from trialwright.model.study import Study

DOSES = "dosing_log"
Move = Literal["received", "returned", "destroyed", "counted"]
MOVES: tuple[Move, ...] = ("received", "returned", "destroyed", "counted")


class Dose(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the log of doses. None: not entered, or marked missing. `planned`: by body weight."""

    participant_id: str
    visit: str
    form: str
    row: int
    date: str
    lot: str
    dose: Fraction | None
    unit: str
    prepared: Fraction | None
    used: Fraction | None
    wasted: Fraction | None
    planned_dose: Fraction | None
    planned_vials: Fraction | None
    interrupted: bool
    reaction: bool


class Lot(msgspec.Struct, frozen=True, kw_only=True):
    """
    One lot, in vials. `stock` is what the papers leave; `counted` what somebody found on the shelf at the last count.

    `counted_stock`: what the papers said at that count. `odd` says in codes what does not fit; () where it balances.
    """

    lot: str
    expiry: str
    received: Fraction
    used: Fraction
    wasted: Fraction
    returned: Fraction
    destroyed: Fraction
    stock: Fraction
    counted: Fraction | None
    counted_stock: Fraction | None
    counted_on: str
    odd: tuple[str, ...]

    @property
    def difference(self) -> Fraction:
        """Found less expected at the last count; 0 where nobody counted."""
        if self.counted is None or self.counted_stock is None:
            return Fraction(0)
        return self.counted - self.counted_stock


def doses(study: Study, snapshot: Snapshot, participant_id: str = "") -> tuple[Dose, ...]:
    """Every dose on record, of everybody or of one participant, by date; rows out of use left out."""
    plan = study.product
    if plan is None:
        return ()
    frame = snapshot.current.filter((pl.col("form") == plan.log) & pl.col("item").cat.starts_with(f"{DOSES}."))
    if participant_id:
        frame = frame.filter(pl.col("participant_id") == participant_id)
    rows: dict[tuple[str, str, int], dict[str, Stored]] = {}
    for who, visit, row, item, kind, text, unit in frame.select(
        "participant_id", "visit", "row", "item", "kind", "text", "unit"
    ).iter_rows():
        rows.setdefault((who, visit, row), {})[item.partition(".")[2]] = stored_value(kind, text, unit)
    found = []
    for who in sorted({key[0] for key in rows}):
        planned = planned_dose(study, values_in(snapshot, who))
        gone = inactive_rows(snapshot.events, who)
        for (person, visit, row), held in rows.items():
            if person != who or (visit, plan.log, row) in gone:
                continue
            dose = held.get("dose")
            found.append(
                Dose(
                    participant_id=who, visit=visit, form=plan.log, row=row, date=_text(held, "date"),
                    lot=_text(held, "lot"), dose=_number(held, "dose"),
                    unit=dose.unit if isinstance(dose, Quantity) else "", prepared=_number(held, "prepared"),
                    used=_number(held, "vials"), wasted=_number(held, "wasted"),
                    planned_dose=planned.dose if planned else None, planned_vials=planned.vials if planned else None,
                    interrupted=_yes(held, "interrupted"), reaction=_yes(held, "reaction"),
                )
            )  # fmt: skip
    return tuple(sorted(found, key=lambda each: (each.date, each.participant_id, each.row)))


def lots(study: Study, snapshot: Snapshot) -> tuple[Lot, ...]:
    """
    Accountability lot by lot: received less used, wasted, returned and destroyed is what must lie on the shelf.

    A vial opened is counted where it is entered: used for the dose, or wasted; never both.
    """
    given = doses(study, snapshot)
    moves = [event for event in snapshot.events if event.kind == "product_moved"]
    names = {each.lot for each in given if each.lot} | {event.details.get("lot", "") for event in moves}
    return tuple(_lot(name, [d for d in given if d.lot == name], moves) for name in sorted(names))


def unassigned(study: Study, snapshot: Snapshot) -> tuple[Dose, ...]:
    """Doses that name no lot or no number of vials: they are in no balance."""
    return tuple(each for each in doses(study, snapshot) if not each.lot or each.used is None)


def _lot(name: str, given: Sequence[Dose], every: Sequence[LedgerEvent]) -> Lot:
    moves = [event for event in every if event.details.get("lot") == name]
    total = {move: _total(moves, move) for move in MOVES}
    used = sum((each.used or Fraction(0) for each in given), Fraction(0))
    wasted = sum((each.wasted or Fraction(0) for each in given), Fraction(0))
    stock = total["received"] - used - wasted - total["returned"] - total["destroyed"]
    expiry = next((e.details["expiry"] for e in reversed(moves) if e.details.get("expiry")), "")
    count = next((event for event in reversed(moves) if event.details.get("move") == "counted"), None)
    counted = Fraction(count.details["vials"]) if count else None
    expected = Fraction(count.details["stock"]) if count and count.details.get("stock") else None
    odd = []
    if not any(event.details.get("move") == "received" for event in moves):
        odd.append("never_received")
    if stock < 0:
        odd.append("more_out_than_in")
    if counted is not None and expected is not None and counted != expected:
        odd.append("count_differs")
    if expiry and any(e.details.get("move") == "received" and e.details.get("date", "") > expiry for e in moves):
        odd.append("received_after_expiry")
    if expiry and any(each.date[:10] > expiry for each in given):
        odd.append("given_after_expiry")
    return Lot(
        lot=name, expiry=expiry, received=total["received"], used=used, wasted=wasted, returned=total["returned"],
        destroyed=total["destroyed"], stock=stock, counted=counted, counted_stock=expected,
        counted_on=count.details.get("date", "") if count else "", odd=tuple(odd),
    )  # fmt: skip


def _total(moves: Sequence[LedgerEvent], move: str) -> Fraction:
    return sum((Fraction(e.details["vials"]) for e in moves if e.details.get("move") == move), Fraction(0))


def _number(held: dict[str, Stored], item: str) -> Fraction | None:
    value = held.get(item)
    return value.exact if isinstance(value, Quantity) else None


def _text(held: dict[str, Stored], item: str) -> str:
    value = held.get(item)
    return value.text if isinstance(value, PartialDate | Words) and not isinstance(value, Missing) else ""


def _yes(held: dict[str, Stored], item: str) -> bool:
    value = held.get(item)
    return isinstance(value, Code) and value.code == "Y"
