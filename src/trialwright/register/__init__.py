"""Registry records: read them in any form, find what is wrong with them, draft them from a definition."""

from trialwright.register.baseline import Baseline, accept, read_baseline
from trialwright.register.checking import check_record
from trialwright.register.definition import check_against_definition, check_completion, other_record
from trialwright.register.draft import draft_record
from trialwright.register.formats import render_json, render_text
from trialwright.register.languages import word_finding
from trialwright.register.markdown import plain, plain_protocol
from trialwright.register.problems import unreadable_file
from trialwright.register.reading import read_record, read_records
from trialwright.register.sarif import render_sarif

__all__ = [
    "Baseline",
    "accept",
    "check_against_definition",
    "check_completion",
    "check_record",
    "draft_record",
    "other_record",
    "plain",
    "plain_protocol",
    "read_baseline",
    "read_record",
    "read_records",
    "render_json",
    "render_sarif",
    "render_text",
    "unreadable_file",
    "word_finding",
]
