"""Every file of ../shared/endpoints is held against what the catalog computes; where it is absent, that is said."""

import csv
import json
from fractions import Fraction
from pathlib import Path

import pytest

from trialwright import catalog
from trialwright.catalog.criteria.acr_eular_2016_tis import compute as tis
from trialwright.catalog.criteria.iim_2017 import compute as iim
from trialwright.catalog.evaluator import compile_rule
from trialwright.catalog.parameters import Parameters

KNOWN = catalog.load()
SHARED = Path(__file__).parents[2] / ".." / "shared" / "endpoints"
HELD = {
    "README.md": "no figures of its own",
    "doi_sample_vectors.csv": "tests/unit/pipeline/test_score.py",
    "tis_sample_vectors.csv": "tests/unit/pipeline/test_score.py",
    "patient_rci_A_core_set.csv": "tests/unit/pipeline/test_score.py",
    "iim_2017_points.csv": "here",
    "published_counts.csv": "here",
    "tis_2016_table.json": "here",
}

# The words of the file -> the role of the entry.
FEATURES = {
    "Age of onset >=18 and <40": "age18_40",
    "Age of onset >=40": "age40plus",
    "Objective symmetric weakness, proximal upper extremities": "weak_prox_upper",
    "Objective symmetric weakness, proximal lower extremities": "weak_prox_lower",
    "Neck flexors relatively weaker than extensors": "neck_flexors_weaker",
    "Legs: proximal relatively weaker than distal": "legs_proximal_weaker",
    "Heliotrope rash": "heliotrope",
    "Gottron's papules": "gottron_papules",
    "Gottron's sign": "gottron_sign",
    "Dysphagia or oesophageal dysmotility": "dysphagia",
    "Anti-Jo-1": "anti_jo1",
    "Elevated CK/LDH/AST/ALT (> ULN)": "enzymes",
    "Biopsy: endomysial infiltration surrounding, not invading": "bx_endomysial",
    "Biopsy: perimysial/perivascular infiltration": "bx_perimysial",
    "Biopsy: perifascicular atrophy": "bx_perifascicular",
    "Biopsy: rimmed vacuoles": "bx_rimmed_vacuoles",
}
NAMES = {
    "phga": "phga",
    "ptga": "ptga",
    "mmt": "mmt_or_cmas",
    "haq": "haq_or_chaq",
    "enz": "enzyme_or_chq_phs",
    "exm": "extramuscular_or_das",
}


def _shared(name):
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"../shared/endpoints/{name} is absent")
    return path


def _rows(name):
    with _shared(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _alone(feature, biopsy):
    """What one feature earns by itself, through the rule."""
    row = {name: int(name == feature) for name in iim.FEATURES} | {"biopsy_available": int(biopsy)}
    parameters = Parameters({"certainty": "probable", "no_skin_no_biopsy": "scored"})
    return Fraction(compile_rule(iim.rule(parameters))(row)["score"])


def test_no_file_is_forgotten():
    _shared("README.md")

    assert {path.name for path in SHARED.iterdir()} == set(HELD)


def test_every_feature_earns_the_points_of_the_printed_table_with_and_without_biopsy():
    rows = _rows("iim_2017_points.csv")

    assert sorted(FEATURES[row["variable"]] for row in rows) == sorted(iim.FEATURES)
    for row in rows:
        feature = FEATURES[row["variable"]]
        assert _alone(feature, False) == Fraction(row["points_without_biopsy"] or 0), feature
        assert _alone(feature, True) == Fraction(row["points_with_biopsy"] or 0), feature


def test_every_published_count_has_its_exact_and_its_wilson_interval():
    rows = _rows("published_counts.csv")
    estimate = KNOWN.compute("proportion_ci", "method").estimate
    declared = {p.name: p.default for p in KNOWN.method("proportion_ci").parameters if p.default}

    assert len(rows) == 6
    for row in rows:
        shapes = estimate(Parameters({**declared, "x": row["x"], "n": row["n"]})).shapes
        for name in ("clopper_pearson", "wilson"):
            wanted = (float(row[f"{name}_lo"]), float(row[f"{name}_hi"]))
            assert shapes[name] == pytest.approx(wanted, abs=6e-7), (row["study"], row["endpoint"], name)
        assert int(row["x"]) / int(row["n"]) == pytest.approx(float(row["proportion"]), abs=6e-7)


def test_edges_points_and_cut_offs_of_the_improvement_score_are_those_of_the_table():
    table = json.loads(_shared("tis_2016_table.json").read_text("utf-8"))

    for measure, name in NAMES.items():
        said = tis.TABLE[measure]
        assert list(said.edges) == table["upper_edges_inclusive_pct"][name]
        assert [Fraction(p) for p in said.points] == [Fraction(str(p)) for p in table["points"][name]]
    for population, cuts in table["thresholds"].items():
        assert tis.CUT_OFFS[population] == tuple(cuts[category] for category in tis.CATEGORIES)
    assert sum(each.most for each in tis.TABLE.values()) == table["max_total"]
