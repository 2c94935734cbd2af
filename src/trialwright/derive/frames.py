"""Pairs of measures as the integer columns that a criterion's rule reads: one row a participant and visit."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm

import msgspec
import polars as pl

from trialwright.derive.measures import Measured
from trialwright.model.entry import Scored
from trialwright.model.expression import Rule

_PARTS = ("b", "f", "range")


class FrameRow(msgspec.Struct, frozen=True):
    """The measures in the roles of a criterion for one participant at one visit; a role without one is missing."""

    roles: Mapping[str, Measured | None]


def pairs_frame(rule: Rule, rows: Sequence[FrameRow]) -> pl.DataFrame:
    """
    The columns of `rule`: `m_b`, `m_f` (and `m_range`) are numerators over the shared denominator `m_scale`.

    Missing:  null. A scale is never null: it is 1 where there is nothing to scale.
    """
    columns: dict[str, list[int | None]] = {name: [] for name in rule.columns}
    for row in rows:
        values = _numerators(row)
        for name, column in columns.items():
            column.append(values.get(name, 1 if name.endswith("_scale") else None))
    return pl.DataFrame(columns, schema={name: pl.Int64() for name in columns})


def _numerators(row: FrameRow) -> dict[str, int | None]:
    values: dict[str, int | None] = {}
    for role, measured in row.roles.items():
        three: tuple[Scored | None, ...] = (None, None, None)
        if measured is not None:
            three = (measured.pair.baseline, measured.pair.now, measured.scale_length)
        known = [x for x in three if isinstance(x, Fraction)]
        scale = lcm(*(x.denominator for x in known)) if known else 1
        values[f"{role}_scale"] = scale
        for part, x in zip(_PARTS, three, strict=True):
            values[f"{role}_{part}"] = int(x * scale) if isinstance(x, Fraction) else None
    return values
