"""Every method gives what R gives: tests/data/r/references.json, made by `make references`, with R's calls."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from trialwright import catalog
from trialwright.model.entry import MethodResult

STORED = Path(__file__).parents[1] / "data" / "r" / "references.json"
REFERENCES = json.loads(STORED.read_text("utf-8"))["references"]
SHARED = Path(__file__).parents[3] / "shared" / "stats" / "reference_sample.json"
EXACT = 1e-9  # closed forms, and exact sums rounded once by R
ROOTS = 1e-8  # R's uniroot at tol 1e-12 or 1e-13
GRID = 1e-4  # Blaker's limits scanned in steps of 0.0001
FITTED = 5e-5  # nlme stops earlier than we do


def of(*sections: str) -> list:
    found = [r for r in REFERENCES if r["section"] in sections]
    assert found, sections
    return found


def exact(value):
    if isinstance(value, list):
        return [exact(part) for part in value]
    if isinstance(value, dict):
        return {name: exact(part) for name, part in value.items()}
    return value if isinstance(value, str) or value is None else Fraction(str(value))


def answer(method: str, **arguments) -> dict:
    result = catalog.load().estimate(method, {n: _whole(v) for n, v in exact(arguments).items()})
    assert isinstance(result, MethodResult), [problem.sentence() for problem in result]
    return result.shapes


def _whole(value):
    return int(value) if isinstance(value, Fraction) and value.denominator == 1 else value


def many(value) -> list:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [
        ("clopper_pearson", EXACT), ("wilson", EXACT), ("wilson_cc", EXACT), ("agresti_coull", EXACT),
        ("jeffreys", EXACT), ("midp", ROOTS), ("blaker", GRID),
    ],
)  # fmt: skip
def test_every_interval_of_a_proportion_is_that_of_r(name, tolerance):
    for reference in of(name):
        got = answer("proportion_ci", **reference["input"])[name]

        assert list(got) == pytest.approx(reference["value"], abs=tolerance), reference["input"]


def test_every_test_of_a_proportion_is_that_of_r():
    for reference in of("proportion_test"):
        got = answer("proportion_test", **reference["input"])

        assert {name: got[name] for name in reference["value"]} == pytest.approx(reference["value"], abs=EXACT)


@pytest.mark.parametrize(
    ("section", "name", "tolerance"), [("exact_garwood",) * 2 + (EXACT,), ("rate_midp", "midp", ROOTS)]
)
def test_every_interval_of_a_rate_is_that_of_r(section, name, tolerance):
    for reference in of(section):
        assert list(answer("rate_ci", **reference["input"])[name]) == pytest.approx(reference["value"], abs=tolerance)


def test_the_signed_rank_test_its_interval_and_t_are_those_of_r():
    for reference in of("signed_rank"):
        given, value = reference["input"], reference["value"]
        got = answer("signed_rank", x=given["x"], conf_level=given["conf_level"])

        flat = [got["p_pratt"], got["p_wilcoxon"], got["hl"], *got["ci"], got["t_p"], *got["t_ci"]]
        expected = [value["p_pratt"], value["p_wilcoxon"], value["hl"], *value["ci"], value["t_p"], *value["t_ci"]]
        assert flat == pytest.approx(expected, abs=EXACT), given["name"]


def test_sign_fisher_mcnemar_and_newcombe_are_those_of_r():
    for reference in of("sign_test"):
        assert answer("sign_test", **reference["input"])["p_value"] == pytest.approx(
            reference["value"]["p_value"], abs=EXACT
        )
    for reference in of("fisher"):
        assert answer("fisher", **reference["input"])["p"] == pytest.approx(reference["value"]["p"], abs=EXACT)
    for reference in of("mcnemar"):
        assert answer("mcnemar", **reference["input"]) == pytest.approx(reference["value"], abs=EXACT)
    for reference in of("newcombe"):
        got = answer("proportion_difference", **reference["input"])["newcombe"]

        assert list(got) == pytest.approx(reference["value"], abs=EXACT)


def test_summaries_with_three_definitions_of_a_quartile_are_those_of_r():
    for reference in of("summary"):
        got = answer("summary", x=many(reference["input"]["x"]))
        for name, value in reference["value"].items():
            if value in ({}, []):  # one value has no standard deviation
                assert got[name] is None
            else:
                assert [float(v) for v in many_of(got[name])] == pytest.approx(many(value), abs=EXACT), name


def many_of(value) -> list:
    return list(value) if isinstance(value, tuple) else [value]


def _same_means(got, value):
    assert [row["level"] for row in got["lsmeans"]] == [row["arm"] for row in value["lsmeans"]]
    for ours, theirs, mean in (("lsmeans", "lsmeans", "emmean"), ("differences", "differences", "estimate")):
        for mine, r in zip(got[ours], value[theirs], strict=True):
            flat = [mine[name] for name in ("estimate", "se", "df", "lower", "upper")]

            assert flat == pytest.approx([r[mean], r["SE"], r["df"], r["lower.CL"], r["upper.CL"]], abs=1e-8)


def test_least_squares_means_are_those_of_emmeans():
    (reference,) = of("ancova")
    given = reference["input"]

    _same_means(answer("ancova", **{**given, "covariates": many(given["covariates"])}), reference["value"])


@pytest.mark.parametrize("covariance", ["us", "csh", "cs", "ar1", "ar1h"])
def test_repeated_measures_have_the_likelihood_and_means_of_nlme(covariance):
    (data,) = of("mmrm_data")
    (value,) = [r["value"] for r in of("mmrm") if r["input"]["covariance"] == covariance]
    got = answer(
        "mmrm", data=data["value"], response="chg", subject="id", visit="visit",
        fixed=["visit", "arm", "visit:arm", "bc"], covariance=covariance, df="Satterthwaite",
    )  # fmt: skip

    assert got["converged"] is True
    assert got["loglik_reml"] == pytest.approx(value["loglik_reml"], abs=1e-6)
    assert [row["visit"] for row in got["emmeans"]] == ["4", "8", "12", "24"]
    assert [row["estimate"] for row in got["emmeans"]] == pytest.approx(value["emmean"], abs=FITTED)
    assert [row["se"] for row in got["emmeans"]] == pytest.approx(value["se"], abs=FITTED)


def test_survival_its_limits_and_median_are_those_of_r():
    (reference,) = of("kaplan_meier")
    got, value = answer("kaplan_meier", **reference["input"]), reference["value"]

    for name in ("survival", "lower", "upper"):
        assert [row[name] for row in got["rows"]] == pytest.approx(value[name], abs=EXACT), name
    assert got["median"] == value["median"]
    (flat,) = of("kaplan_meier_median")
    given = {name: many(part) for name, part in flat["input"].items()}

    assert float(answer("kaplan_meier", **given)["median"]) == flat["value"]


def test_cumulative_incidence_with_tied_causes_is_that_of_cmprsk_and_survival():
    (reference,) = of("aalen_johansen")
    rows = answer("aalen_johansen", **reference["input"])["rows"]
    for cause in (1, 2):
        mine = [row for row in rows if row["cause"] == cause]

        assert [row["cif"] for row in mine] == pytest.approx(reference["value"][f"cif{cause}"], abs=EXACT)
    (reference,) = of("aalen_johansen_limits")
    mine = answer("aalen_johansen", **reference["input"])["rows"]
    for cause, column in ((1, 1), (2, 2)):
        for name in ("lower", "upper"):
            got = [row[name] for row in mine if row["cause"] == cause]
            theirs = [_number_or_none(row[column]) for row in reference["value"][name]]

            assert got == [None if each is None else pytest.approx(each, abs=EXACT) for each in theirs]


def _number_or_none(value):
    return None if value in ("NA", None) else value


def test_pooled_adjusted_and_posterior_numbers_are_those_of_r():
    for reference in of("pooled"):
        got = answer("rubin", **reference["input"])
        names = ("estimate", "se", "df", "fmi")

        assert [got[n] for n in names] == pytest.approx([reference["value"][n] for n in names], abs=EXACT)
    for reference in of("adjusted_p"):
        got = answer("adjusted_p", p=many(reference["input"]["p"]))
        for name in ("holm", "hochberg"):
            assert list(got[name]) == pytest.approx(many(reference["value"][name]), abs=EXACT)
    for reference in of("beta_binomial"):
        got, value = answer("beta_binomial", **reference["input"]), reference["value"]

        flat = [got["mean"], *got["cri95"], *got["p_greater"]]
        assert [float(v) for v in flat] == pytest.approx(
            [value["mean"], *value["cri95"], *value["p_greater"]], abs=EXACT
        )


@pytest.mark.bulk
def test_the_shared_reference_values_are_met_within_their_tolerances():
    if not SHARED.is_file():
        pytest.skip("../shared/stats/reference_sample.json is absent")
    shared = json.loads(SHARED.read_text("utf-8"))
    tolerances = {"clopper_pearson": 1e-9, "wilson": 1e-9, "midp": 5e-5, "blaker": 2e-4}  # shared/stats/README.md
    for row in shared["binomial"]:
        got = answer("proportion_ci", x=row["x"], n=row["n"], conf_level=row["conf_level"])
        for name, tolerance in tolerances.items():
            assert list(got[name]) == pytest.approx(row[name], abs=tolerance)
        p = answer("proportion_test", x=row["x"], n=row["n"], p0=0.2)
        assert p["greater"] == pytest.approx(row["p_greater_vs_0.2"], abs=1e-9)
        assert p["two_sided_minlike"] == pytest.approx(row["p_two_sided_minlike_vs_0.2"], abs=1e-9)
    for row in shared["poisson"]:
        given = {name: row[name] for name in ("events", "exposure", "conf_level")}
        assert list(answer("rate_ci", **given)["exact_garwood"]) == pytest.approx(row["exact_garwood"], abs=1e-9)
    for row in shared["signed_rank"]:
        got = answer("signed_rank", x=row["x"])
        flat = [got["p_pratt"], got["p_wilcoxon"], got["hl"], *got["ci"], got["t_p"], *got["t_ci"]]
        expected = [
            row["exact_p_Pratt"],
            row["exact_p_Wilcoxon"],
            row["hl_nonzero"],
            *row["ci_nonzero"],
            row["t_p"],
            *row["t_ci"],
        ]
        assert flat == pytest.approx(expected, abs=1e-9)
    for row in shared["mmrm"]:
        for key, df in (("satterthwaite", "Satterthwaite"), ("kr_linear", "Kenward-Roger-Linear")):
            got = answer(
                "mmrm", data=shared["mmrm_data"], response="chg", subject="id", visit="visit", fixed=["visit", "bc"],
                covariance=row["cov"], df=df, at={"bc": 0},
            )  # fmt: skip
            assert got["loglik_reml"] == pytest.approx(row["reml_loglik"], abs=1e-4)
            for mine, r in zip(got["emmeans"], row[key], strict=True):
                assert [mine["estimate"], mine["se"]] == pytest.approx([r["emmean"], r["SE"]], abs=1e-4)
                assert mine["df"] == pytest.approx(r["df"], abs=1e-2)
