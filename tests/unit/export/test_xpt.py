"""Transport files read by a program that is not ours and not pyreadstat: R's haven, where it is installed."""

import json
import shutil
import subprocess

import pytest

from support.results import packaged_study
from support.snapshots import snapshot_of
from trialwright import catalog
from trialwright.export import xpt
from trialwright.export.sdtm import tabulate
from unit.export.test_sdtm import PERSON

SCRIPT = """
library(haven); at <- commandArgs(TRUE)[1]; out <- list()
for (file in list.files(at, pattern = "xpt$")) {
  d <- read_xpt(file.path(at, file))
  third <- paste(as.character(d[[3]]), collapse = "|")
  cat(sub(".xpt", "", file), nrow(d), ncol(d), paste(names(d), collapse = ","), third, sep = "\\t")
  cat("\\n")
}
"""


def has_haven():
    if shutil.which("Rscript") is None:
        return False
    return subprocess.run(["Rscript", "-e", "library(haven)"], capture_output=True).returncode == 0


@pytest.mark.skipif(not has_haven(), reason="R with the package haven is not installed here (r-cran-haven)")
def test_haven_reads_the_same_rows_and_names(tmp_path):
    datasets = tabulate(packaged_study(), snapshot_of(PERSON.format(p="P001")), catalog.load()).datasets
    for each in datasets:
        data, _ = xpt.write(each, "2022-01-01T00:00:00Z")
        (tmp_path / f"{each.name.lower()}.xpt").write_bytes(data)
    (tmp_path / "read.R").write_text(SCRIPT, "utf-8")
    said = subprocess.run(
        ["Rscript", str(tmp_path / "read.R"), str(tmp_path)], capture_output=True, text=True, check=True
    )
    told = {line.split("\t")[0]: line.split("\t")[1:] for line in said.stdout.splitlines()}
    expected = {
        each.name.lower(): [
            str(len(each.rows)), str(len(each.variables)), ",".join(v.name for v in each.variables),
            "|".join("" if row[2] is None else str(row[2]) for row in each.rows),
        ]
        for each in datasets
    }  # fmt: skip

    assert told == expected, json.dumps(told)
