"""Analysis records to result rows: one family of results a module, found by the name that a display declares."""

from trialwright.analyze.analyze import FAMILIES, analyze

__all__ = ["FAMILIES", "analyze"]
