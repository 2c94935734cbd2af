"""results.parquet: every result row as one line of a table, for R, SAS, Python or a database."""

import io
from collections.abc import Sequence

import polars as pl

from trialwright.catalog.displays.layout import formatted_rows
from trialwright.model.analysis import ResultRow
from trialwright.model.ledger import Snapshot
from trialwright.model.study import Study
from trialwright.report.results_file import analysis_of, group_of, value_of, variable_of

COLUMNS: dict[str, pl.DataType] = {
    **dict.fromkeys(
        ("study", "study_hash", "snapshot_hash", "cell", "display", "estimand", "analysis", "analysis_set",
         "group", "variable", "row", "statistic", "label", "value_kind", "value_exact", "formatted", "unit", "method"),
        pl.String(),
    ),
    "build": pl.Int64(),
    "value_decimal": pl.Float64(),
    "denominator": pl.Int64(),
    **dict.fromkeys(("warnings", "assumed", "participants", "records"), pl.List(pl.String())),
}  # fmt: skip
"""The columns of the table; `value_exact` is a text in lowest terms, `records` walk back to the data."""


def results_frame(study: Study, snapshot: Snapshot, rows: Sequence[ResultRow]) -> pl.DataFrame:
    """One line a result row, in the order of the report, keyed by build, snapshot and cell."""
    printed = formatted_rows(rows)
    lines = []
    for row in rows:
        kind, exact, decimal = value_of(row.value)
        lines.append(
            {
                "study": study.name,
                "build": study.build,
                "study_hash": study.hash,
                "snapshot_hash": snapshot.hash,
                "cell": row.cell,
                "display": row.display,
                "estimand": row.estimand,
                "analysis": analysis_of(study, row),
                "analysis_set": row.analysis_set,
                "group": group_of(study),
                "variable": variable_of(study, row),
                "row": row.row,
                "statistic": row.statistic,
                "label": row.label,
                "value_kind": kind,
                "value_exact": exact,
                "value_decimal": decimal,
                "formatted": printed[row.cell],
                "unit": row.unit,
                "denominator": row.denominator,
                "method": row.method,
                "warnings": list(row.warnings),
                "assumed": list(row.assumed),
                "participants": list(row.participants),
                "records": list(row.records),
            }
        )
    return pl.DataFrame(lines, schema=COLUMNS)


def write_results_table(study: Study, snapshot: Snapshot, rows: Sequence[ResultRow]) -> bytes:
    """The same as a Parquet file."""
    out = io.BytesIO()
    results_frame(study, snapshot, rows).write_parquet(out)
    return out.getvalue()
