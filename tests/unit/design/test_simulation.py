"""Simulated trials: the same however they are cut, judged as the study judges, nothing where nothing is at work."""

import random
from fractions import Fraction
from math import comb
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest
from scipy import stats

from support.cohorts import aba_dm, catalog, core_set, dosed, enrolled
from support.snapshots import snapshot_of
from trialwright.catalog.evaluator import compile_rule
from trialwright.derive import derive
from trialwright.design.cohort import read_cohort
from trialwright.design.executors import Processes, RayCluster, Serial, has_ray
from trialwright.design.simulated import completion, no_effect_lines
from trialwright.design.simulation import (
    Changes,
    Setting,
    participant_table,
    plan_questions,
    read_scenario,
    run_scenario,
    trial_table,
)
from trialwright.design.simulation.scenario import Items
from trialwright.design.simulation.streams import Streams
from trialwright.model.quantity import Quantity
from trialwright.pipeline.design import parquet_of, primary_of, weigh
from trialwright.pipeline.study import packaged_study

SCENARIO = read_scenario(packaged_study("aba_dm") / "scenario.yaml")
STILL = Changes.nothing()


def setting(changes=STILL, scenario=SCENARIO, names=("imacs_week_12",), participants=20):
    family = [e for name in names for e in aba_dm().estimands if e.name == name]
    questions = plan_questions(aba_dm(), family, scenario, catalog(), weigh, participants=participants)
    return Setting(scenario, changes, questions)


def responses():
    return [e.name for e in aba_dm().estimands if e.variable.kind == "response"]


def test_a_stream_cut_anywhere_is_the_same_stream():
    whole = Streams(7, "study").normal("a", 0, 1000)

    for cut in (1, 16, 333, 999):
        parts = [Streams(7, "study").normal("a", 0, cut), Streams(7, "study").normal("a", cut, 1000 - cut)]
        assert (whole == np.concatenate(parts)).all()


def test_streams_of_other_variables_seeds_and_scenarios_are_others():
    one = Streams(7, "study").codes("a", 0, 2000).astype(float)
    for other in (Streams(7, "study").codes("b", 0, 2000), Streams(8, "study").codes("a", 0, 2000),
                  Streams(7, "other").codes("a", 0, 2000)):  # fmt: skip
        assert abs(np.corrcoef(one, other.astype(float))[0, 1]) < 0.1


def test_deviates_are_standard_normal():
    drawn = Streams(1, "study").normal("a", 0, 200_000)

    assert stats.kstest(drawn.astype(float), "norm").pvalue > 0.001


def test_one_two_and_eight_workers_write_the_same_parquet():
    made = []
    for executor in (Serial(), Processes(2), Processes(8)):
        made.append(parquet_of(aba_dm(), catalog(), SCENARIO, 20, executor, trials=6_000))
        executor.close()

    assert made[0] == made[1] == made[2]


@pytest.mark.skipif(not has_ray(), reason="Ray is an optional extra and not installed here")
def test_ray_gives_the_same_numbers_to_the_bit():
    cluster = RayCluster(2)
    made = parquet_of(aba_dm(), catalog(), SCENARIO, 20, cluster, trials=6_000)
    cluster.close()

    assert made == parquet_of(aba_dm(), catalog(), SCENARIO, 20, Serial(), trials=6_000)


def test_trials_do_not_depend_on_how_they_are_cut_into_chunks():
    asked = setting(Changes(), names=responses())
    whole = trial_table(asked, 700, chunk=700)

    for chunk in (700, 123, 50):
        assert whole.equals(trial_table(asked, 700, chunk=chunk))


def test_without_noise_effect_course_rescue_or_taper_nobody_responds():
    found = run_scenario(setting(msgspec.structs.replace(STILL, noise=0.0)), at_most=5_000)

    assert (found.rate[0], found.upper[0]) == (0.0, 0.0)


@pytest.mark.parametrize("what", ["noise", "effect", "natural"])
def test_each_cause_alone_makes_responders(what):
    quiet = msgspec.structs.replace(STILL, noise=0.0, spread=1.0)

    assert run_scenario(setting(msgspec.structs.replace(quiet, **{what: 1.0})), at_most=2_000).rate[0] > 0.001


def test_a_simulated_power_is_the_exact_one_at_the_simulated_rate():
    found = run_scenario(setting(Changes()), at_most=20_000)
    for needed, share, error in zip((6, 13), found.rejected[0], found.se[0], strict=True):
        exact = stats.binom.sf(needed - 1, 20, found.rate[0])

        # Four errors of the share, and what the error of the rate does to the exact power.
        assert abs(share - exact) < 4 * error + 4 * 20 * found.rate_se[0]
        assert abs(share - exact) < 0.02


def test_the_verdicts_are_those_of_the_studys_own_derivation():
    """Simulated participants typed into a snapshot and derived: the same verdict under every reading, one by one."""
    lines = [m for m in SCENARIO.measures if not m.item.startswith("muscle_enzymes.") or m.item.endswith(".ck")]
    scenario = msgspec.structs.replace(SCENARIO, measures=tuple(lines), events=())
    names = ["imacs_week_12", "rider_week_12", "strength_veto_week_12", "zero_open_week_12", "carried_forward_week_12",
             "undetermined_week_12", "improvement_score_week_12", "three_of_seven_week_12"]  # fmt: skip
    table = participant_table(setting(Changes(missing=4.0, visits=0.0), scenario, names), 0, 60)
    # Enzymes share a denominator: a limit of 7.6 U/L is printed in fifths.
    typed, units = [], {"mmt": 1, "haq": 1, "enz": 5, "phga": 10, "ptga": 10, "exm": 10}
    items = {"phga": "physician_global.vas", "ptga": "patient_global.vas", "mmt": "mmt8.total", "haq": "haq_di.index",
             "enz": "muscle_enzymes.ck", "exm": "extramuscular_global.vas"}  # fmt: skip
    for row in table.iter_rows(named=True):
        pid = f"P{row['participant']:02}"
        typed += [enrolled(pid), dosed(pid)]
        for visit in ("", "W4", "W8", "W12"):
            if visit and not row[visit]:
                continue
            cells = {role: row[f"{item}@{visit}" if visit else item] for role, item in items.items()}
            values = {role: None if x is None else as_typed(x, units[role]) for role, x in cells.items()}
            typed.append(core_set(pid, visit or "W0", values))
    analysis = derive(aba_dm(), snapshot_of("\n".join(typed)), catalog())
    for name in names:
        derived = {r.participant_id: r.verdict for r in analysis.records if r.parameter == name}
        simulated = {f"P{n:02}": "NYU"[v] for n, v in zip(table["participant"], table[name], strict=True)}

        assert derived == simulated, name


def as_typed(whole, per_unit):
    return (
        whole if per_unit == 1 else f"{Fraction(whole, per_unit).numerator / Fraction(whole, per_unit).denominator:.1f}"
    )


@pytest.mark.parametrize("followed", ["most_abnormal", "ck"])
@pytest.mark.parametrize("ties", ["undecided", "ck_aldolase_ldh_ast_alt", "ck_ldh_ast_alt_aldolase"])
@pytest.mark.parametrize("missing_uln", ["passed_over", "undetermined"])
def test_the_enzyme_followed_in_columns_is_the_one_followed_one_by_one(followed, ties, missing_uln):
    options = {"followed": followed, "ties": ties, "missing_uln": missing_uln}
    run = compile_rule(catalog().pair_rule("muscle_enzymes", options, ("f",)))
    random_ = random.Random(5)
    for _ in range(300):
        columns, before, now = {}, {}, {}
        for enzyme in ("ck", "aldolase", "ldh", "ast", "alt"):
            uln = random_.choice([None, 10, 20, 40])
            first, second = (random_.choice([None, 0, 10, 20, 40, 80]) for _ in range(2))
            columns |= {f"{enzyme}_b": first, f"{enzyme}_f": second, f"{enzyme}_uln": uln}
            for answers, value in ((before, first), (now, second)):
                answers |= {} if value is None else {enzyme: Quantity(str(value), "U/L")}
                answers |= {} if uln is None else {f"{enzyme}_uln": Quantity(str(uln), "U/L")}
        pair, found = catalog().pair("muscle_enzymes", "", before, now, options), run(columns)
        expected = [x if isinstance(x, Fraction) else None for x in (pair.baseline, pair.now, pair.range)]

        assert expected == [found["b"], found["f"] if found["b"] is not None else None, found["range"]]


def test_stopping_looks_at_the_error_and_not_at_the_workers():
    asked = setting(Changes())
    two = Processes(2)
    alone = run_scenario(asked, at_most=40_000, error=0.006, chunk=1_000)
    together = run_scenario(asked, at_most=40_000, error=0.006, chunk=1_000, executor=two)
    two.close()

    assert alone == together
    assert max(alone.se[0]) <= 0.006
    assert alone.trials < 40_000


def test_what_is_missing_can_only_cost_responders_under_the_rule_that_counts_it_against():
    rates = [run_scenario(setting(Changes(missing=x)), at_most=4_000).rate[0] for x in (0.0, 2.0, 5.0)]

    assert rates == sorted(rates, reverse=True)
    assert rates[0] - rates[-1] > 0.05


def test_every_missing_rule_orders_the_rates_as_it_must():
    names = ["imacs_week_12", "undetermined_week_12", "observed_week_12", "rescue_counts_week_12"]
    found = run_scenario(setting(Changes(), names=names), at_most=4_000)
    primary, bounds, observed, rescue = range(4)

    assert found.rate[primary] == found.rate[bounds] < found.rate[observed] < found.upper[bounds]
    assert found.rate[primary] < found.rate[rescue]
    assert found.differ[rescue][0] == 0


def plainly(share, strength, day, people=400_000):
    """Six measures without scale or steps, read twice; those of one reading go with its day: a second reckoning."""
    draw = np.random.default_rng(11)
    spread, harm = np.array([share] * 5 + [strength]), np.array([1] * 5 + [-1])  # of strength less is worse

    def reading():
        errors = day * draw.standard_normal((people, 1)) + (1 - day**2) ** 0.5 * draw.standard_normal((people, 6))
        return np.maximum(1 + spread * harm * errors, 0.01)

    before, now = reading(), reading()
    worse = (now - before) / before * harm
    return (((worse < -0.2).sum(axis=1) >= 3) & ((worse > 0.25).sum(axis=1) <= 2)).mean()


@pytest.mark.parametrize(
    ("level", "strength", "band"), [("10 %", 0.05, 0.0004), ("20 %", 0.08, 0.006), ("30 %", 0.1, 0.016)]
)
def test_noise_alone_makes_as_many_responders_as_six_plain_measures(level, strength, band):
    """Lower ends of statistics.md 0 (0.4, 9.7, 20 %, at the published "at least"): readings that err apart."""
    chosen = next(each for each in SCENARIO.noise_levels if each.name == level)
    found = run_scenario(setting(msgspec.structs.replace(STILL, level=chosen)), at_most=6_000).rate[0]

    assert found == pytest.approx(plainly(chosen.percent / 100, strength, 0.0), abs=band)


def test_good_and_bad_days_make_more_responders_than_readings_that_err_apart():
    """Upper ends of statistics.md 0 (19 % at 20 %): the errors of a day go together."""
    apart, together = (
        next(x for x in SCENARIO.noise_levels if x.percent == 20 and bool(x.day) == day) for day in (False, True)
    )
    rates = [
        run_scenario(setting(msgspec.structs.replace(STILL, level=x)), at_most=6_000).rate[0] for x in (apart, together)
    ]

    assert rates[1] > rates[0] + 0.04
    assert plainly(0.2, 0.08, 0.0) < rates[1] < plainly(0.2, 0.08, 0.7)  # the laboratory has no bad day


def test_the_noise_of_a_day_is_of_the_size_asked_for_and_shared_at_that_visit_alone():
    whole = msgspec.structs.replace(SCENARIO.noise_levels[-1], own={}, percent=5)
    levels = msgspec.structs.replace(STILL, level=whole, missing=0.0)
    calm = [msgspec.structs.replace(m, sd=0.0, coarse=None) for m in SCENARIO.measures]
    table = participant_table(setting(levels, msgspec.structs.replace(SCENARIO, measures=tuple(calm))), 0, 20_000)
    seen = table.select(
        "physician_global.vas", "patient_global.vas", "mmt8.total", "physician_global.vas@W12"
    ).to_numpy()
    spread = seen.std(axis=0, ddof=1) / seen.mean(axis=0)
    together = np.corrcoef(seen.T)

    assert spread == pytest.approx([0.05] * 4, abs=0.003)
    assert together[0, 1] == pytest.approx(0.49, abs=0.04)  # 0.7 of each, squared; a little is lost in the steps
    assert together[0, 2] == pytest.approx(-0.49, abs=0.04)  # a bad day is a low strength
    assert abs(together[0, 3]) < 0.03


def test_enrolment_on_a_high_value_makes_responders_and_a_second_look_unmakes_some():
    loud = next(each for each in SCENARIO.noise_levels if each.name == "20 %")
    plain = msgspec.structs.replace(STILL, level=loud)
    at_baseline, at_screening = (msgspec.structs.replace(plain, entry=entry) for entry in SCENARIO.entries)
    rates = [run_scenario(setting(changes), at_most=20_000) for changes in (plain, at_screening, at_baseline)]

    assert rates[0].rate[0] < rates[2].rate[0]
    assert rates[1].rate[0] < rates[2].rate[0]
    assert max(r.unfit for r in rates) < 0.01


def test_everyone_let_in_was_high_enough_when_looked_at():
    asked = setting(msgspec.structs.replace(STILL, entry=SCENARIO.entries[0], missing=0.0))
    seen = participant_table(asked, 0, 4_000)["physician_global.vas"]

    assert (seen >= 50).mean() > 0.995


def test_measures_are_written_within_their_scale_and_steps():
    table = participant_table(setting(Changes(missing=0.0)), 0, 5_000)

    assert table["physician_global.vas"].min() >= 0 and table["physician_global.vas"].max() <= 100
    assert table["mmt8.total"].max() == 150  # the ceiling is reached, and not passed
    assert set(table["haq_di.index"]) <= set(range(25))
    assert table["physician_global.vas"].filter(table["physician_global.vas"] % 5 == 0).len() > 0.35 * 5_000


def test_shares_of_events_are_those_assumed():
    asked = setting(Changes(), names=["imacs_week_12"])
    facts, state = asked.questions.facts, participant_table(asked, 0, 50_000)["state"].to_numpy()
    rescued = (state >> facts.names.index("rescue") & 1).mean()
    left = (state >> len(facts.names) > 0).mean()

    assert rescued == pytest.approx(0.08, abs=0.012)  # some of it falls after somebody has left
    assert left == pytest.approx(0.1, abs=0.006)


def test_completion_follows_the_gamma_distribution_of_independent_arrivals():
    found = completion(aba_dm(), SCENARIO, 20)
    model, start = SCENARIO.enrolment, np.datetime64(found.start)
    scale = 365.25 / 12 / (model.per_month * (1 - model.screen_failures))
    for day, share in zip(found.entered, (0.1, 0.5, 0.9), strict=True):
        expected = stats.gamma.ppf(share, 20, scale=scale) + model.opens_after_days + model.screening_days

        assert (np.datetime64(day) - start).astype(int) == pytest.approx(expected, abs=8)
    assert found.registered == "2022-07-31"


def test_every_line_of_the_scenario_says_why(tmp_path):
    text = (packaged_study("aba_dm") / "scenario.yaml").read_text("utf-8")
    silent = tmp_path / "scenario.yaml"
    silent.write_text(
        text.replace("assumed: log-normal, median three times the limit", "log: true", 1).replace(
            "    log: true\n", "", 1
        )
    )
    found = read_scenario(silent)

    assert [p.code for p in found] == ["TW-DES-002"]
    assert "assumed" in found[0].found


def test_a_study_without_a_benchmark_has_no_design():
    bare = [msgspec.structs.replace(e, benchmarks=()) for e in aba_dm().estimands]

    assert primary_of(msgspec.structs.replace(aba_dm(), estimands=tuple(bare))).code == "TW-DES-003"


def test_single_items_left_out_cost_a_score_as_often_as_the_binomial_says():
    """Six of eight with a fifth left out: P(more than two of eight missing), summed apart; one of one: the share."""
    haq = next(m for m in SCENARIO.measures if m.item == "haq_di.index")
    left_out = msgspec.structs.replace(haq, items=Items(count=8, needed=6, missing=0.2))
    lines = [left_out if m.item == haq.item else msgspec.structs.replace(m, items=None) for m in SCENARIO.measures]
    visits = msgspec.structs.replace(SCENARIO.visits, instrument_missing=0.0)
    scenario = msgspec.structs.replace(SCENARIO, measures=tuple(lines), visits=visits)
    table = participant_table(setting(msgspec.structs.replace(STILL, missing=1.0), scenario), 0, 50_000)
    expected = sum(comb(8, k) * 0.2**k * 0.8 ** (8 - k) for k in range(3, 9))

    assert Items(count=8, needed=6, missing=0.2).unscored(1.0) == pytest.approx(expected, abs=1e-12)
    assert Items(count=1, needed=1, missing=0.3).unscored(2.0) == pytest.approx(0.6, abs=1e-12)
    assert table["haq_di.index"].null_count() / 50_000 == pytest.approx(expected, abs=0.008)
    assert table["physician_global.vas"].null_count() == 0


@pytest.mark.parametrize("wrong", ["{count: 8, needed: 9, missing: 0.1}", "{count: 8, needed: 6, missing: 2}"])
def test_a_score_that_needs_more_items_than_it_has_is_refused(tmp_path, wrong):
    text = (packaged_study("aba_dm") / "scenario.yaml").read_text("utf-8")
    path = tmp_path / "scenario.yaml"
    path.write_text(text.replace("{count: 8, needed: 6, missing: 0.02}", wrong), "utf-8")

    assert [p.code for p in read_scenario(path)] == ["TW-DES-002"]


def test_the_cohort_and_the_scenario_tell_one_world():
    cohort = read_cohort(packaged_study("aba_dm") / "cohort.yaml")
    both = [
        (line, cohort.field_model(line.item))
        for line in SCENARIO.measures
        if not line.item.endswith((".total", ".index"))
    ]
    assert len(both) == 8
    for line, field in both:
        course = field.change
        held = {"W4": course["W4"], "W8": course.get("W8", course["W4"]), "W12": course["W12"]}  # the last one holds on

        assert (line.mean, line.sd, line.log) == (field.mean, field.sd, field.log), line.item
        assert (line.severity, line.response, line.effect_sd) == (field.severity, field.response, field.change_sd), (
            line.item
        )
        assert line.effect == held, line.item
        assert (line.noise_sd or line.noise_pct / 100 * line.mean) >= field.noise_sd, line.item


def test_the_story_of_the_twenty_tells_what_the_runs_give():
    told = (Path(__file__).parents[3] / "docs" / "explanation" / "design.md").read_text("utf-8")
    names = ["imacs_week_12", "rider_week_12", "rescue_counts_week_12", "observed_week_12", "improvement_score_week_12"]
    found = run_scenario(setting(Changes(), names=names), at_most=20_000, error=0.0025).rate
    lines = {name: changes for name, _, changes in no_effect_lines(SCENARIO, {})}
    # None was stopped early: the command's own numbers.
    rates = {
        name: run_scenario(setting(changes), at_most=20_000, error=0.0025).rate[0] for name, changes in lines.items()
    }

    def whole(rate):
        return f"{100 * rate:.0f} %"

    for sentence in (
        f"responders in {whole(found[0])} as registered, {whole(found[1])} by the published definition",
        f"{whole(found[2])} where rescue is disregarded, {whole(found[3])} where only decided verdicts count, and "
        f"{whole(found[4])} by the total improvement score",
        f"responders in {100 * rates['noise 10 %']:.1f} % of cases where each reading is off by 10 %, in about "
        f"{whole(rates['noise 20 %'])} where it is off by 20 %, in about {whole(rates['noise 30 %'])}",
        f"makes responders of {whole(rates['noise 20 %, on good and bad days'])} instead of "
        f"{100 * rates['noise 20 %']:.1f} %",
        f"lifts {100 * rates['noise 20 %']:.1f} to {100 * rates['entry and noise']:.1f} %",
        f"({100 * rates['entry baseline']:.1f} against {100 * rates['noise']:.1f} %)",
        f"without any treatment effect to {whole(rates['natural'])}",
        f"them down to {whole(rates['all but treatment'])}",
        f"is kept in {whole(completion(aba_dm(), SCENARIO, 20).by_registered)} of trials",
    ):
        assert sentence in " ".join(told.split()), sentence


def test_columns_with_gaps_are_null_and_never_numbers():
    table = participant_table(setting(Changes(missing=6.0)), 0, 2_000)

    assert table["mmt8.total@W12"].null_count() > 0
    assert table.select(pl.col(pl.Int32).min()).min_horizontal().item() >= 0
