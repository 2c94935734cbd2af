"""
What a dry run knows without the program that it tries: the truth of every virtual participant, and what follows.

Between the planned acts and the verdicts here stand only the catalog's instruments and criterion and the estimand's
strategies (handed in). Forms, saving, the ledger, derivation, windows and tables are what the dry run puts to the test,
so nothing of them is used here.
"""

from trialwright.design.dry_run.cells import cells_of
from trialwright.design.dry_run.differences import Differing, compare_values
from trialwright.design.dry_run.meant import Meant, read_meant
from trialwright.design.dry_run.steps import Steps, steps_of
from trialwright.design.dry_run.verdicts import Judged, judge

__all__ = ["Differing", "Judged", "Meant", "Steps", "cells_of", "compare_values", "judge", "read_meant", "steps_of"]
