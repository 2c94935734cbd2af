"""CDISC Pilot 01: published tables and R's analysis of its primary endpoint come out of our own summaries."""

import json
import re
from pathlib import Path

import pytest

from catalog import pilot
from trialwright import catalog
from trialwright.catalog.displays.printing import print_fraction, print_number, print_percent

PUBLISHED = Path(__file__).parents[3] / "shared" / "stats" / "cdiscpilot" / "published"
STORED = Path(__file__).parents[1] / "data" / "r" / "references.json"
COLUMNS = ("Placebo", "Low", "High", "")  # the last is everybody


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return pilot.site_catalog(tmp_path_factory.mktemp("pilot"))


@pytest.fixture(scope="module")
def by_arm(known):
    return [pilot.tables(known, arm, ("itt", "safety", "week_24")) for arm in COLUMNS]


def published(name: str) -> list[list[str]]:
    path = PUBLISHED / name
    if not path.is_file():
        pytest.skip(f"../shared/stats/cdiscpilot/published/{name} is absent")
    return [[cell.strip() for cell in line.split("|")] for line in path.read_text("utf-8").splitlines()]


def share(text: str) -> tuple[str, str]:
    """ "12 (  5%)" as count and percentage; a published zero has no percentage."""
    count, *percent = re.findall(r"<?\d+", text)
    return count, (percent or ["0"])[0]


def counted(row, rate) -> tuple[str, str]:
    """What our rows give at the published decimals; the tables of the pilot write <1 for what rounds to nothing."""
    shown = print_percent(rate.value, 0).replace("\u00a0", "")
    return print_number(row.value), "<1" if shown == "0" and row.value else shown


@pytest.mark.bulk
def test_table_14_1_01_the_populations_come_out_as_published(by_arm):
    lines = published("atorus_14-1.01.txt")

    assert len(lines) == len(pilot.SETS)
    for number, (line, name) in enumerate(zip(lines, pilot.SETS, strict=True)):
        got = [counted(rows[f"14.1:{name}:n"], rows[f"14.1:{name}:rate"]) for _, rows in by_arm]

        assert [share(cell) for cell in line[1:5]] == got, line[0]
        # The printed table says the same counts.
        assert [share(cell)[0] for cell in line[1:5]] == [tables["14.1"].rows[number][1].text for tables, _ in by_arm]
        assert line[0] == by_arm[0][0]["14.1"].rows[number][0].text


# Halves of exact numbers are rounded away from zero here, as by hand. The published tables round the nearest double:
# the mean duration under placebo is exactly 853/20 = 42.65 months, and was printed as 42.6.
HALVES = {
    ("duration", pilot.Fraction(853, 20)): "42.6",
    ("duration", pilot.Fraction(161, 4)): "40.2",
    ("duration", pilot.Fraction(145, 4)): "36.2",
    ("weight", pilot.Fraction(1211, 20)): "60.5",
    ("height", pilot.Fraction(3257, 20)): "162.8",
}

STATISTICS = {"Mean": ("mean", 1), "SD": ("sd", 2), "Median": ("median", 1), "Min": ("min", 1), "Max": ("max", 1)}


@pytest.mark.bulk
def test_table_14_2_01_demographics_come_out_as_published(by_arm):
    seen = _compare(published("atorus_14-2.01.txt"), [(tables["14.2.itt"], rows) for tables, rows in by_arm], "itt")

    assert seen == {"numbers": 7 * 6 * 4, "counts": 14 * 4}


@pytest.mark.bulk
def test_table_14_4_01_exposure_comes_out_as_published(by_arm):
    # Its columns are the three arms among who completed week 24, then among all who were dosed.
    lines, arms = published("atorus_14-4.01.txt"), by_arm[:3]
    for name, columns in (("week_24", slice(2, 5)), ("safety", slice(5, 8))):
        cut = [[*line[:2], *line[columns]] for line in lines]
        seen = _compare(cut, [(tables[f"14.2.{name}"], rows) for tables, rows in arms], name)

        assert seen == {"numbers": 2 * 6 * 3, "counts": 0}, columns


def _compare(lines, ours, name) -> dict[str, int]:
    """Every published number against our row, and against the words our own table prints; how many there were."""
    titles = {label: key for key, (_, label) in pilot.NUMBERS.items()}
    headings = {"Age (y)": "age_group", "Sex": "sex", "Race (Origin)": "origin", "Baseline BMI": "bmi_group",
                "Duration of disease": "duration_group"}  # fmt: skip
    seen = {"numbers": 0, "counts": 0}
    number = choice = ""
    for heading, what, *cells in lines:
        if heading:
            title = heading.removesuffix(" at end of study [2]").strip()
            number, choice = titles.get(title, ""), headings.get(title, "")
        for cell, (table, rows) in zip(cells, ours, strict=False):
            if what in (*STATISTICS, "n") and number:
                row = rows[f"14.2.{name}:pilot_baseline.{number}:{STATISTICS[what][0] if what != 'n' else 'n'}"]
                half = HALVES.get((number, row.value))
                assert cell == (half or _rounded(row, what)), (heading, what)
                _stands_in(table, row)
                seen["numbers"] += 1
            elif choice and what and what != "n":
                labels = {label: code for code, label in pilot.CHOICES[choice][1].items()}
                base = f"14.2.{name}:pilot_baseline.{choice}={labels[what]}"
                assert share(cell) == counted(rows[f"{base}:n"], rows[f"{base}:rate"]), (heading, what)
                _stands_in(table, rows[f"{base}:n"])
                seen["counts"] += 1
    return seen


def _rounded(row, what: str) -> str:
    if what == "n":
        return print_number(row.value)
    value, places = row.value, STATISTICS[what][1]
    return print_fraction(pilot.exact(value) if isinstance(value, float) else pilot.Fraction(value), places)


def _stands_in(table, row):
    """The row is a cell of the printed table."""
    printed = {part.ref for line in table.rows for cell in line for part in (cell, *cell.parts)}

    assert row.cell in printed


def test_the_ancova_of_week_24_is_that_of_r():
    references = json.loads(STORED.read_text("utf-8"))["references"]
    (reference,) = [each for each in references if each["section"] == "cdisc_pilot_ancova"]
    data = pilot.change_at_week_24()
    got = catalog.load().estimate(
        "ancova", {"data": data, "response": "chg", "factors": "arm,site", "covariates": "base", "by": "arm"}
    )

    assert reference["input"]["n"] == len(data) == 234
    for ours, mean in (("lsmeans", "emmean"), ("differences", "estimate")):
        for mine, r in zip(got.shapes[ours], reference["value"][ours], strict=True):
            flat = [float(mine[name]) for name in ("estimate", "se", "df", "lower", "upper")]

            assert flat == pytest.approx([r[mean], r["SE"], r["df"], r["lower.CL"], r["upper.CL"]], abs=1e-8)


def test_the_ancova_of_week_24_shows_the_published_means():
    # Table 14-3.01 of the pilot: adjusted differences of dose to placebo, -0.5 (0.82) and -1.0 (0.84).
    got = catalog.load().estimate(
        "ancova",
        {
            "data": pilot.change_at_week_24(),
            "response": "chg",
            "factors": "arm,site",
            "covariates": "base",
            "by": "arm",
        },
    )
    high, low = got.shapes["differences"][:2]

    assert [round(float(high["estimate"]), 1), round(float(high["se"]), 2)] == [1.0, 0.84]
    assert [round(float(low["estimate"]), 1), round(float(low["se"]), 2)] == [0.5, 0.82]
