"""The product's own WSGI application over the measured study: every middleware, page and permission as it is served."""

import os
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trialwright.web.settings")

import django

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - Django must be configured first
from django.urls import get_resolver  # noqa: E402

from benchmarks import _conduct_study as measured  # noqa: E402
from trialwright.web import directory, place, start  # noqa: E402


def prepare() -> None:
    """Accounts and roles, once, before the workers start."""
    start.migrate()
    here = _place()
    for number in range(measured.PEOPLE):
        directory.add_user(here, f"nurse_{number}", measured.PASSWORD, roles=("nurse",), by="benchmark")
    directory.add_user(here, "manager_0", measured.PASSWORD, roles=("manager",), by="benchmark")


def _place() -> place.Place:
    here = place.Place(
        measured.study(), measured.opened(os.environ["TRIALWRIGHT_DB"]), Path(os.environ["TRIALWRIGHT_STUDY"])
    )
    place.use(here)
    return here


if os.environ.get("BENCHMARK_PREPARE"):
    prepare()
else:
    _place()
    list(get_resolver().url_patterns)
    application = get_wsgi_application()
