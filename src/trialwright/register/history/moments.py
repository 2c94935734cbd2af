"""Where a day stands in the life of a study: before the start, during it, after the data were in."""

from trialwright.model.text import Text
from trialwright.register.spans import read_date

_BEFORE_START = Text("before the start", "研究开始前")
_DURING = Text("after the start, before primary completion", "研究开始后、主要完成日期前")
_AFTER_PRIMARY = Text("after primary completion", "主要完成日期后")
_AFTER_COMPLETION = Text("after study completion", "研究完成后")


def moment_of(date: str, start: str, primary_completion: str, completion: str) -> Text:
    """
    Where `date` stands; "" where the start is not known.

    A partial date counts as its last day: a change in the month of the start is not called late.
    """
    day, began = read_date(date), read_date(start)
    if day is None or began is None:
        return Text("")
    if day.earliest <= began.latest:
        return _BEFORE_START
    ended, closed = read_date(completion), read_date(primary_completion)
    if ended is not None and day.earliest > ended.latest:
        return _AFTER_COMPLETION
    if closed is not None and day.earliest > closed.latest:
        return _AFTER_PRIMARY
    return _DURING
