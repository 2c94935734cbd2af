"""
What can this design show? The number, the benchmark, noise and missing values moved by hand, on no data at all.

Nothing of the ledger is read: everybody with a role may look, also who must not see results.
"""

from fractions import Fraction
from functools import lru_cache

import msgspec
from django.http import HttpResponseBase
from markupsafe import Markup

from trialwright.catalog import load
from trialwright.model.problem import Problem
from trialwright.model.study import Benchmark, Estimand, Study
from trialwright.model.text import Text
from trialwright.pipeline.design import Asked, Tried, primary_of, tried_figures, try_study
from trialwright.web.page import ANY_ROLE, Call, Route
from trialwright.web.place import Place
from trialwright.web.render import page

LEAST, MOST = 3, 200
TIMES = ("0", "0.5", "1", "1.5", "2")
"""Noise and missing values as multiples of what the scenario assumes."""


class Chosen(msgspec.Struct, frozen=True):
    """What the form holds, as it stands there; a value that cannot be is replaced by the study's own."""

    participants: int
    benchmark: str
    noise: str
    missing: str


def view(call: Call) -> HttpResponseBase:
    study = call.place.study
    primary = primary_of(study)
    if isinstance(primary, Problem):
        return page(call, "design/design.html", absent=True)
    chosen = _chosen(call, study, primary)
    tried = _tried(call.place, chosen)
    if isinstance(tried, Problem):
        return page(call, "design/design.html", absent=True, trouble=tried)
    power, tooth = tried_figures(tried, call.language)
    return page(
        call,
        "design/design.html",
        absent=False,
        chosen=chosen,
        benchmarks=[(_name(each), call.words(each.label), each) for each in primary.benchmarks],
        times=TIMES,
        least=LEAST,
        most=MOST,
        tried=tried,
        question=call.words(primary.title),
        planned=study.enrolment_planned,
        power=Markup(power),  # noqa: S704 - drawn by us; every word in it is escaped there
        tooth=Markup(tooth),  # noqa: S704 - as above
    )


def _chosen(call: Call, study: Study, primary: Estimand) -> Chosen:
    asked = {name: str(call.request.GET.get(name, "")) for name in ("participants", "benchmark", "noise", "missing")}
    number = asked["participants"]
    whole = int(number) if number.isascii() and number.isdecimal() and len(number) < 5 else study.enrolment_planned
    names = [_name(each) for each in primary.benchmarks]
    return Chosen(
        min(max(whole, LEAST), MOST),
        asked["benchmark"] if asked["benchmark"] in names else names[-1],
        asked["noise"] if asked["noise"] in TIMES else "1",
        asked["missing"] if asked["missing"] in TIMES else "1",
    )


def _name(benchmark: Benchmark) -> str:
    return f"{benchmark.responders}/{benchmark.participants}"


@lru_cache(maxsize=200)
def _tried(place: Place, chosen: Chosen) -> Tried | Problem:
    """Kept while the server runs: the definition does not change under it."""
    primary = primary_of(place.study)
    alpha = primary.alpha if isinstance(primary, Estimand) else ""
    asked = Asked(
        participants=chosen.participants,
        benchmark=Fraction(chosen.benchmark),
        alpha=alpha or "0.05",
        noise=float(chosen.noise),
        missing=float(chosen.missing),
    )
    return try_study(place.folder, place.study, load(), asked)


ROUTES = (
    Route(
        path="design/",
        name="design",
        view=view,
        act=ANY_ROLE,
        navigation=Text(en="Design", zh="设计"),
        group="results",
        order=9,
    ),
)
