"""The registry page: the study's public record, what is wrong with it, and what its copy lost."""

from django.http import HttpResponseBase

from trialwright.model.text import Text
from trialwright.pipeline.registration import check_registered
from trialwright.web.findings import by_severity
from trialwright.web.page import ANY_ROLE, Call, Route
from trialwright.web.render import page


def view(call: Call) -> HttpResponseBase:
    report = check_registered(call.place.folder, call.place.study)
    groups = by_severity(report, call.language) if report else []
    lost = report.lost if report else ()
    return page(call, "registry/registry.html", report=report, groups=groups, lost=lost)


ROUTES = (
    Route(
        path="registry/",
        name="registry",
        view=view,
        act=ANY_ROLE,
        navigation=Text(en="Registry", zh="注册信息"),
        order=3,
    ),
)
