"""
The calculator inside the app: response criteria on numbers that somebody types, with nothing read, sent or stored.

Who enters core set measures finds an explanation instead, until the data are locked: the verdict must not form before
their eyes (docs/decisions/0031).
"""

from functools import cache

from django.http import HttpResponse, HttpResponseBase

from trialwright import catalog
from trialwright.capture.status import data_locked
from trialwright.catalog.calculator import calculator_script, calculator_style
from trialwright.model.text import Text
from trialwright.web.page import Call, Route
from trialwright.web.render import page

ACT = "see_results"


def view(call: Call) -> HttpResponseBase:
    return page(call, "calculator/calculator.html", blind=_still_scoring(call), first=_first(call))


def _first(call: Call) -> str:
    """The criterion of the study's own first response endpoint, which the page opens on; "" where it has none."""
    responses = (each.variable for each in call.place.study.estimands if each.variable.kind == "response")
    return next((variable.entry for variable in responses), "")


def _still_scoring(call: Call) -> bool:
    """Whether the reader may still enter a measure: with numbers in hand the verdict would come before the score."""
    return call.reader.may("enter") and not data_locked(call.place.events())


def script(call: Call) -> HttpResponseBase:
    del call
    return HttpResponse(_script(), content_type="text/javascript; charset=utf-8")


def style(call: Call) -> HttpResponseBase:
    del call
    return HttpResponse(calculator_style(), content_type="text/css; charset=utf-8")


@cache
def _script() -> str:
    return calculator_script(catalog.load())


ROUTES = (
    Route(
        path="calculator/",
        name="calculator",
        view=view,
        act=ACT,
        navigation=Text(en="Calculator", zh="计算器"),
        group="results",
        order=8,
    ),
    Route(path="calculator/calculator.js", name="calculator_script", view=script, act=ACT),
    Route(path="calculator/calculator.css", name="calculator_style", view=style, act=ACT),
)
