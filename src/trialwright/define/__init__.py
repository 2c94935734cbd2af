"""Read, check, compare and freeze a study definition: a folder of YAML in, a frozen Study or every Problem out."""

from trialwright.define.builds import Build, read_builds
from trialwright.define.conditions import parse_condition
from trialwright.define.freeze import freeze_study
from trialwright.define.read import read_study
from trialwright.define.scope import FACTS, NO, YES, Known, Names

__all__ = [
    "FACTS", "NO", "YES", "Build", "Known", "Names",
    "freeze_study", "parse_condition", "read_builds", "read_study",
]  # fmt: skip
