"""What every test shares: which helpers of the machine must be there, and an honest count of what was left out."""

import os

import pytest
from hypothesis import settings

# How long a drawn case takes says nothing about the code on a busy machine: time never decides a test.
settings.register_profile("ours", deadline=None)
settings.load_profile("ours")

REQUIRED = {name for name in os.environ.get("TRIALWRIGHT_REQUIRE", "").split(",") if name}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A test that skips although the machine was said to have what it needs has failed."""
    report = yield
    missing = sorted(REQUIRED.intersection(marker.name for marker in item.iter_markers()))
    if report.skipped and missing and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = (
            f"skipped, although TRIALWRIGHT_REQUIRE says that {', '.join(missing)} is there: {report.longrepr}"
        )
    return report


def pytest_terminal_summary(terminalreporter):
    """Skips are counted and printed, also when there are none."""
    skipped = len(terminalreporter.stats.get("skipped", []))
    terminalreporter.write_line(f"{skipped} skipped")
