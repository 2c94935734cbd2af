"""The commands: one module a family, each a thin call of `pipeline`. Exit 0 done, 1 something remains, 2 wrong use."""

import os

# Before numpy is loaded. The matrices here are small: a second thread waits for the first, more than twice as long
# where the machine has other work, and the last digits would depend on the number of cores (decision 0072).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from trialwright.cli.main import main

__all__ = ["main"]
