"""Snapshot to analysis records: units, baseline, change, windows, analysis sets, intercurrent events, responses."""

from trialwright.derive.derive import derive

__all__ = ["derive"]
