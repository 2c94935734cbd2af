"""An electronic signature as it stands now: what it covers, what it says, and whether it still holds."""

from typing import Literal

import msgspec

from trialwright.model.declared import SignatureLevel
from trialwright.model.text import Text

State = Literal["valid", "broken"]


class Scope(msgspec.Struct, frozen=True, order=True):
    """What a signature covers: a form (all its rows), a whole visit, or everything of a participant."""

    participant_id: str
    visit: str = ""
    form: str = ""

    @property
    def level(self) -> SignatureLevel:
        if self.form:
            return "form"
        return "visit" if self.visit else "participant"

    def covers(self, participant_id: str, visit: str, form: str) -> bool:
        return participant_id == self.participant_id and self.visit in ("", visit) and self.form in ("", form)


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """
    One signature as it stands now. `name` is the printed name, `statement` the sentence that was signed.

    A broken one never heals: `broken_by` is the entry of the ledger that broke it, 0 where the content does not fit
    although no entry says why (somebody changed the file).
    """

    seq: int
    scope: Scope
    meaning: str
    statement: Text
    name: str
    user: str
    at_utc: str
    build: int
    hash: str
    head: str
    versions: int
    state: State
    broken_by: int | None = None
    broken_kind: str = ""
    broken_user: str = ""
    broken_at: str = ""
