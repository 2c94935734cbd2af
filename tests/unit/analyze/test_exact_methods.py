"""The methods for one proportion against exact sums in fractions, at the ends of every range, and their refusals."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from support.cohorts import catalog
from support.second_reader import clopper_pearson, tail, wilson

REFERENCE = Path(__file__).parents[3] / ".." / "shared" / "stats" / "reference_sample.json"
CLOSED_FORM = 1e-9  # shared/stats/README.md: tolerance of what has a closed form


def estimated(entry, /, **arguments):
    result = catalog().estimate(entry, arguments)

    assert not isinstance(result, list), [problem.sentence() for problem in result]
    return result


@pytest.mark.parametrize("n", [1, 2, 7, 20])
def test_clopper_pearson_limits_are_where_the_exact_tails_reach_their_share(n):
    for x in range(n + 1):
        values = estimated("proportion_ci", x=x, n=n).values

        # Fifty halvings leave 1e-15 of an exact root.
        assert (values["lower"], values["upper"]) == pytest.approx(clopper_pearson(x, n), abs=1e-14)


@pytest.mark.parametrize("n", [1, 2, 7, 20])
def test_wilson_limits_stay_between_nought_and_one(n):
    for x in range(n + 1):
        values = estimated("proportion_ci", x=x, n=n, method="wilson").values

        assert (values["lower"], values["upper"]) == pytest.approx(wilson(x, n), abs=1e-14)
        assert 0 <= values["lower"] <= values["rate"] <= values["upper"] <= 1


@pytest.mark.parametrize(("sides", "closed"), [("lower", ("upper", 1.0)), ("upper", ("lower", 0.0))])
def test_a_one_sided_interval_is_open_on_its_other_side(sides, closed):
    values = estimated("proportion_ci", x=3, n=20, sides=sides).values
    both = estimated("proportion_ci", x=3, n=20, conf_level="0.9").values

    assert values[closed[0]] == closed[1]
    assert values[sides] == both[sides]  # 95 % on one side is 90 % on two


@pytest.mark.parametrize("p0", ["1/9", "31/73", "1/1000", "99/100"])
@pytest.mark.parametrize("alpha", ["0.05", "1/1000", "1/2"])
def test_the_exact_test_agrees_with_sums_in_fractions(p0, alpha):
    for n in (1, 7, 20):
        tails = [tail(k, n, Fraction(p0)) for k in range(n + 1)]
        fewest = next((k for k in range(n + 1) if tails[k] <= Fraction(alpha)), None)
        for x in range(n + 1):
            values = estimated("proportion_test", x=x, n=n, p0=p0, alpha=alpha).values

            assert values.get("critical") == fewest
            assert values["reject"] == (tails[x] <= Fraction(alpha))
            assert values["p_value"] == float(tails[x])
            assert values["size"] == (0 if fewest is None else float(tails[fewest]))


@pytest.mark.parametrize(
    ("method", "arguments", "words"),
    [
        ("proportion_ci", {"x": 0, "n": 0}, "x is 0 and n is 0"),
        ("proportion_ci", {"x": 6, "n": 5}, "0 <= x <= n"),
        ("proportion_ci", {"x": -1, "n": 5}, "x is -1"),
        ("proportion_ci", {"x": 1, "n": 5, "conf_level": "95"}, "Write 0.95 for 95 %"),
        ("proportion_ci", {"x": 1, "n": 5, "conf_level": "1"}, "lies between 0 and 1"),
        ("proportion_test", {"x": 1, "n": 5, "p0": "0"}, "p0 lies between 0 and 1"),
        ("proportion_test", {"x": 1, "n": 5, "p0": "1"}, "p0 lies between 0 and 1"),
        ("proportion_test", {"x": 1, "n": 5, "p0": "0.2", "alpha": "0"}, "Write 0.05 for 5 %"),
        ("proportion_test", {"x": 1, "n": 5, "p0": "0.2", "alternative": "lesser"}, "greater"),
        ("proportion_test", {"x": 1, "n": 5001, "p0": "0.2"}, "5000"),
    ],
)
def test_what_cannot_be_estimated_is_refused_in_a_sentence(method, arguments, words):
    refused = catalog().estimate(method, arguments)

    assert isinstance(refused, list)
    assert words in " ".join(problem.sentence() for problem in refused)


def test_stored_values_of_r_are_met_at_every_count():
    if not REFERENCE.is_file():
        pytest.skip("../shared/stats/reference_sample.json is absent")
    for row in json.loads(REFERENCE.read_text("utf-8"))["binomial"]:
        counts = {"x": row["x"], "n": row["n"]}
        for name in ("clopper_pearson", "wilson"):
            values = estimated("proportion_ci", **counts, method=name, conf_level=str(row["conf_level"])).values

            assert (values["lower"], values["upper"]) == pytest.approx(row[name], abs=CLOSED_FORM)
        p = estimated("proportion_test", **counts, p0="0.2").values["p_value"]

        assert p == pytest.approx(row["p_greater_vs_0.2"], abs=CLOSED_FORM)
