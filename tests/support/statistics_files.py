"""Parquet, Stata and SPSS files as frames, each by a reader of its own and none of ours."""

import polars as pl
import pyreadstat

SUFFIX = {"parquet": "parquet", "spss": "sav", "stata": "dta"}
READERS = {"spss": pyreadstat.read_sav, "stata": pyreadstat.read_dta}


def read_statistics(name, path):
    """The rows of one file; a table without rows has columns of no type."""
    if name == "parquet":
        return pl.read_parquet(path)
    frame, _ = READERS[name](path, output_format="polars")
    return frame
