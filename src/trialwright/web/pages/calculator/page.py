"""
The calculator inside the app: response criteria on numbers that somebody types, with nothing read, sent or stored.

Who enters core set measures finds an explanation instead: the verdict must not form before their eyes.
"""

from functools import cache

from django.http import HttpResponse, HttpResponseBase

from trialwright import catalog
from trialwright.catalog.calculator import calculator_script, calculator_style
from trialwright.model.text import Text
from trialwright.web.page import Call, Route
from trialwright.web.render import page

ACT = "see_results"


def view(call: Call) -> HttpResponseBase:
    return page(call, "calculator/calculator.html", blind="enter" in call.reader.acts)


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
        order=8,
    ),
    Route(path="calculator/calculator.js", name="calculator_script", view=script, act=ACT),
    Route(path="calculator/calculator.css", name="calculator_style", view=style, act=ACT),
)
