"""The commands: one module a family, each a thin call of `pipeline`. Exit 0 done, 1 something remains, 2 wrong use."""

from trialwright.cli.main import main

__all__ = ["main"]
