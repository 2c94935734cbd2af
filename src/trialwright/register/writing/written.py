"""What every writer gives: the bytes, what the target cannot carry, and what the registration still owes."""

import msgspec

from trialwright.model.problem import Lost

UNCHECKED = "not checked against the registry's own rules"


class Owed(msgspec.Struct, frozen=True, order=True):
    """An element the target asks for and the record does not give."""

    where: str
    what: str
    code: str = ""  # the rule that asks for it, where one does


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A record in another form. `remarks` are sentences a reader must see before using it."""

    content: bytes
    lost: tuple[Lost, ...] = ()
    owed: tuple[Owed, ...] = ()
    remarks: tuple[str, ...] = ()
