"""The design report: the figures of the study, in both languages, the same bytes every time."""

import re
from pathlib import Path

import pytest

from support.cohorts import aba_dm, catalog
from trialwright.pipeline.design import Effort, design_files, design_study
from trialwright.pipeline.study import packaged_study

FOLDER = packaged_study("aba_dm")


@pytest.fixture(scope="module")
def made():
    return design_study(FOLDER, aba_dm(), catalog(), effort=Effort(trials=400, error=0))


def test_the_exact_part_says_what_the_study_can_show():
    """statistics.md 0: 1 of 9 needs 6; 31 of 73 needs 13, with a power of .416 at 60 % and .772 at 70 %."""
    exact = design_study(FOLDER, aba_dm(), catalog()).exact
    artemis, placebo = exact.benchmarks

    assert (artemis.needed, placebo.needed) == (6, 13)
    assert dict(placebo.powers)[0.6] == pytest.approx(0.416, abs=0.0005)
    assert dict(placebo.powers)[0.7] == pytest.approx(0.772, abs=0.0005)
    assert placebo.holds_from == 55
    assert exact.excluded_if_none == pytest.approx(0.139, abs=0.0005)


def test_the_report_is_the_same_to_the_byte_on_repeat(made):
    again = design_study(FOLDER, aba_dm(), catalog(), effort=Effort(trials=400, error=0))
    first, second = (design_files(each, aba_dm(), catalog(), FOLDER, None) for each in (made, again))

    assert first == second
    assert sorted(first) == ["design.json", "index.html", "index.zh.html", "trials.parquet"]


def test_every_figure_has_a_title_and_a_description_and_no_colour(made):
    files = design_files(made, aba_dm(), catalog(), FOLDER, None)
    for name in ("index.html", "index.zh.html"):
        page = files[name].decode()

        assert page.count("<svg") == 3 == page.count("<desc") == page.count('role="img"')
        colours = {part[:6].split('"')[0] for part in page.split('stroke="#')[1:]}
        assert all(len(set(c)) == 1 or len({c[i : i + 2] for i in (0, 2, 4)}) == 1 for c in colours), colours


def test_the_report_says_what_cannot_be_concluded_and_that_numbers_are_assumed(made):
    files = design_files(made, aba_dm(), catalog(), FOLDER, None)
    english, chinese = files["index.html"].decode(), files["index.zh.html"].decode()

    assert "There is no control group" in english
    assert "无对照组" in chinese
    assert "13 of 20 responders would be needed" in english
    assert "20 例中需 13 例应答" in chinese
    assert english.count("assumed: ") >= 20


def test_what_the_noise_does_is_told_line_by_line(made):
    names = [run.name for run in made.simulated.no_effect]

    assert names[0] == "nothing" and made.simulated.no_effect[0].rate == 0
    assert {"noise", "noise 10 %", "noise 20 %", "noise 30 %", "entry baseline", "natural", "all but treatment"} <= set(
        names
    )
    assert len(made.simulated.readings) == 20
    assert sum(made.simulated.disagreement[1:]) == pytest.approx(1)


STORY = Path(__file__).parents[3] / "docs" / "explanation" / "design.md"


@pytest.mark.parametrize(
    ("sentence", "numbers"),
    [
        (r"one-sided 5 % test needs (\d+) responders of 20", lambda b: [b.needed]),
        (r"would show it in (\d+) of 100 trials, and miss it in (\d+); (\d+) would be needed",
         lambda b: [round(100 * b.hoped_power), 100 - round(100 * b.hoped_power), b.holds_from]),
        (r"first reached at (\d+), lost at (\d+) and again at (\d+), and holds from (\d+)",
         lambda b: [b.first, *(t.n for t in b.teeth if b.first < t.n and t.power < 0.8), b.holds_from]),
    ],
)  # fmt: skip
def test_the_exact_figures_of_the_story_are_the_programs(sentence, numbers):
    found = re.search(sentence, " ".join(STORY.read_text("utf-8").split()))
    placebo = design_study(FOLDER, aba_dm(), catalog()).exact.benchmarks[1]

    assert [int(each) for each in found.groups()] == numbers(placebo)


def test_the_simulated_figures_of_the_story_are_the_programs():
    """Within half of the last digit printed and three Monte Carlo errors of 2,000 trials."""
    made = design_study(FOLDER, aba_dm(), catalog(), effort=Effort(trials=2_000, error=0)).simulated
    rates = {run.name: run for run in (*made.no_effect, *made.readings)}
    text = " ".join(STORY.read_text("utf-8").split())
    told = {
        "noise 10 %": r"in ([\d.]+) % of cases where each reading is off by 10 %",
        "noise 20 %": r"in about ([\d.]+) % where it is off by 20 %",
        "noise 30 %": r"in about ([\d.]+) % where it is off by 30 %",
        "entry and noise": r"off by 20 % it lifts 8.5 to ([\d.]+) %",
        "entry baseline": r"it does not \(([\d.]+) against",
        "noise": r"it does not \([\d.]+ against ([\d.]+) %",
        "natural": r"without any treatment effect to ([\d.]+) %",
        "all but treatment": r"bring them down to ([\d.]+) %",
        "imacs_week_12": r"responders in ([\d.]+) % as registered",
        "rider_week_12": r"([\d.]+) % by the published definition",
        "rescue_counts_week_12": r"([\d.]+) % where rescue is disregarded",
        "observed_week_12": r"([\d.]+) % where only decided verdicts count",
        "improvement_score_week_12": r"([\d.]+) % by the total improvement score",
    }
    for name, sentence in told.items():
        said, run = re.search(sentence, text).group(1), rates[name]
        half = 0.5 * 10.0 ** -len(said.partition(".")[2])

        assert abs(float(said) - 100 * run.rate) <= half + 300 * run.rate_se, (name, said, run.rate)
