"""The results: hidden until data lock or a declared look; then tables, listings and figures, each cell a way back."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase

from trialwright.capture.gates import ShownResults
from trialwright.model.analysis import Cell, Figure, Table
from trialwright.model.problem import Problem
from trialwright.model.text import Text
from trialwright.report import render_figure_html, render_table_html
from trialwright.web import answer, results
from trialwright.web.page import ANY_ROLE, Call, Route, address
from trialwright.web.pages.results.behind import behind
from trialwright.web.pages.results.words import parameter_words
from trialwright.web.render import page
from trialwright.web.wording import said_in

SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


def view(call: Call) -> HttpResponseBase:
    allowed = _allowed(call)
    if isinstance(allowed, Problem):
        return page(call, "results/hidden.html", message=said_in(allowed, call.language))
    found = results.readout_of(call.place, allowed)
    if isinstance(found, Problem):
        return page(call, "results/hidden.html", message=said_in(found, call.language))
    shown = results.layout_of(call.place, allowed, call.language)
    fragments = [(each.use.number, each.use.title, _fragment(each.display)) for each in shown]
    looks = [(event, event.details) for event in call.place.events() if event.kind == "look_declared"]
    return page(
        call, "results/results.html", fragments=fragments, allowed=allowed, snapshot=found.snapshot, looks=looks
    )


def figure(call: Call, number: str) -> HttpResponseBase:
    """One figure as SVG. It may hold inline styles: its own policy lets it draw and nothing else."""
    allowed = _allowed(call)
    if isinstance(allowed, Problem):
        return answer.refused(call)
    for each in results.layout_of(call.place, allowed, call.language):
        if isinstance(each.display, Figure) and each.display.number == number:
            response = HttpResponse(each.display.svg, content_type="image/svg+xml")
            response.headers["Content-Security-Policy"] = SVG_POLICY
            return response
    raise answer.NotHere


def trace(call: Call) -> HttpResponseBase:
    """From a cell back to the datapoints behind it, each with a link to its history."""
    allowed = _allowed(call)
    if isinstance(allowed, Problem):
        return page(call, "results/hidden.html", status=403, message=said_in(allowed, call.language))
    found = results.trace_of(call.place, allowed, cell=_asked(call, "cell"), record=_asked(call, "record"))
    if found is None:
        raise answer.NotHere
    told = results.sentences_of(call.place, allowed, found.row, call.language) if found.row else ((), (), (), ())
    return page(
        call, "results/trace.html", found=found, behind=behind(found, call.request.GET), told=told,
        verdict_word=_verdict_word(call), words_of=parameter_words(call.place.study, call.language),
        cell=_asked(call, "cell"), record=_asked(call, "record"),
    )  # fmt: skip


def _allowed(call: Call) -> ShownResults | Problem:
    return results.shown_to(call.place, call.reader)


def _verdict_word(call: Call) -> Callable[[str], str]:
    return lambda verdict: call.words(results.VERDICTS[verdict]) if verdict in results.VERDICTS else ""


def _asked(call: Call, name: str) -> str:
    return str(call.request.GET.get(name, ""))


def _fragment(display: Table | Figure) -> str:
    if isinstance(display, Figure):
        return render_figure_html(display, link=_link, heading_level=2)
    return render_table_html(display, link=_link, heading_level=2)


def _link(cell: Cell) -> str | None:
    if cell.ref:
        return f"{address('trace')}?{urlencode({'cell': cell.ref})}"
    return f"{address('trace')}?{urlencode({'record': cell.records[0]})}" if cell.records else None


ROUTES = (
    Route(
        path="results/",
        name="results",
        view=view,
        act=ANY_ROLE,
        navigation=Text(en="Results", zh="结果"),
        group="results",
        order=4,
    ),
    Route(path="results/figures/<str:number>.svg", name="results_figure", view=figure, act="see_results"),
    Route(path="results/trace/", name="trace", view=trace, act="see_results"),
)
