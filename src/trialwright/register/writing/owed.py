"""The elements a registration still owes, asked of the same rules that check a record."""

import datetime as dt

from trialwright.model.record import RegistryRecord
from trialwright.register.checking import ask, read_subject
from trialwright.register.rules import elements, interventions, oversight
from trialwright.register.spans import read_date
from trialwright.register.writing.written import Owed

_RULES = (
    *elements.RULES,
    interventions.no_dose,
    oversight.no_official,
    oversight.no_contact,
    oversight.no_site,
    oversight.no_sharing_answer,
)
_EARLIEST = dt.date(2017, 1, 18)  # the rules since the Final Rule: a record without a start is asked for all of them


def owed_elements(record: RegistryRecord) -> tuple[Owed, ...]:
    """
    What the record does not give of what a registration needs, in the order of the rules.

    Missing:  an element whose cell the copy lost is owed too: nobody can say from this copy that it was given.
    """
    start = read_date(record.typed.protocol_section.status_module.start_date_struct.date)
    # judged as of the start, so that a written record never depends on a clock
    subject = read_subject(record, start.latest if start else _EARLIEST)
    found = [Owed(each.where, each.expected, each.code) for rule in _RULES for each in ask(rule, subject)]
    return tuple(dict.fromkeys(found))
