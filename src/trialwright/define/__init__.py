"""Read, check, compare and freeze a study definition: a folder of YAML in, a frozen Study or every Problem out."""

from trialwright.define.builds import Build, check_build, read_builds
from trialwright.define.cases import Case, Cases, read_cases
from trialwright.define.compare import compare_studies
from trialwright.define.conditions import parse_condition
from trialwright.define.documents import Document, read_document
from trialwright.define.freeze import freeze_study
from trialwright.define.json_schema import json_schema
from trialwright.define.read import read_study
from trialwright.define.scope import FACTS, NO, YES, Known, Names
from trialwright.define.site_wording import read_site_wording
from trialwright.define.wording import condition_text

__all__ = [
    "FACTS", "NO", "YES", "Build", "Case", "Cases", "Document", "Known", "Names",
    "check_build", "compare_studies", "condition_text", "freeze_study", "json_schema", "parse_condition", "read_builds",
    "read_cases", "read_document", "read_site_wording", "read_study",
]  # fmt: skip
