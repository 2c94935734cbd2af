"""The clock of a registration: what is due by which rule, counted from the record and from what really happened."""

from trialwright.register.clock.applicable import decide_applicable
from trialwright.register.clock.calendar_file import render_calendar
from trialwright.register.clock.conduct import Conduct, read_conduct
from trialwright.register.clock.deadlines import find_deadlines
from trialwright.register.clock.text import render_deadlines

__all__ = ["Conduct", "decide_applicable", "find_deadlines", "read_conduct", "render_calendar", "render_deadlines"]
