"""Readout: registered = analysed = reported, item by item; the results section drafted from the same result rows."""

from trialwright.register.readout.agreement import ReadoutItem, check_readout, render_readout
from trialwright.register.readout.draft import ResultsDraft, draft_results
from trialwright.register.readout.prs_results import write_results_xml
from trialwright.register.readout.results_rules import check_results

__all__ = [
    "ReadoutItem",
    "ResultsDraft",
    "check_readout",
    "check_results",
    "draft_results",
    "render_readout",
    "write_results_xml",
]
