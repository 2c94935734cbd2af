"""The names that a condition may use, and what kind of thing each is."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from trialwright.model.entry import Instrument, Item, ItemKind

NameKind = Literal["number", "code", "truth", "date", "text"]

YES, NO = "Y", "N"
"""The codes of a yes/no item (terms/yes_no), and of a participant fact that is true or false."""

YES_NO_WORDS = {"yes": YES, "no": NO, YES: YES, NO: NO}
"""How a condition may write them."""


THIS, BEFORE = "THIS", "BEFORE"
"""Before an item of a check, instead of a visit: any form of the same visit, the last value of the visits before."""

NOT_WITHDRAWN = "none"
"""The reason for withdrawal of a participant who is still in the study."""

NO_ARM = "none"
"""The arm of a participant who is not enrolled."""


class Known(msgspec.Struct, frozen=True):
    """One name of a condition. `codes` of a code (empty = any), `unit` of a number."""

    kind: NameKind
    codes: tuple[str, ...] = ()
    unit: str = ""


Names = dict[str, Known]

_KINDS: dict[ItemKind, NameKind] = {
    "number": "number",
    "integer": "number",
    "choice": "code",
    "yes_no": "truth",
    "date": "date",
    "partial_date": "date",
    "text": "text",
}

FACTS: Names = {
    "consented": Known("truth"),
    "enrolled": Known("truth"),
    "dosed": Known("truth"),
    "completed": Known("truth"),
    "withdrawn": Known("truth"),
    "withdrawn_reason": Known("code"),
    "died": Known("truth"),
    "major_deviation": Known("truth"),
    "baseline_complete": Known("truth"),
    "rescue": Known("truth"),
    "glucocorticoid_above_baseline": Known("truth"),
    "treatment_stopped": Known("truth"),
}
"""The participant facts of ARCHITECTURE. In a tree a truth is the code "Y" or "N" in the column of its name."""


def item_name(instrument: str, item: str) -> str:
    """`physician_global.vas`, the name of an item in a form and in the ledger."""
    return f"{instrument}.{item}"


def known_item(item: Item) -> Known:
    return Known(_KINDS[item.kind], tuple(choice.code for choice in item.choices), item.unit)


def names_of(instruments: Iterable[Instrument], visit: str = "") -> Names:
    """The items of some instruments; with a visit they are asked for there: `W0/weight.kg`."""
    before = f"{visit}/" if visit else ""
    return {
        before + item_name(instrument.name, item.name): known_item(item)
        for instrument in instruments
        for item in instrument.items
    }


def facts(withdrawal_reasons: Iterable[str], arms: Sequence[str]) -> Names:
    """The participant facts, the reasons for withdrawal being those of the catalog; the arm where there are several."""
    arm = {"arm": Known("code", (*arms, NO_ARM))} if len(arms) > 1 else {}
    return {**FACTS, **arm, "withdrawn_reason": Known("code", (*withdrawal_reasons, NOT_WITHDRAWN))}
