"""Another program, written apart, reads the exported data and must come to the same results, cell by cell."""

import csv
import json
import math
import subprocess
import sys
from collections import Counter
from fractions import Fraction

import pytest

from support.second_model import repeated_measures
from support.second_ranks import hodges_lehmann, pratt
from support.second_rates import PLANNED, garwood, incidence, last_day_at_risk, years_of
from support.second_reader import RELATED, SIX, Trial, clopper_pearson, day, described, tail, wilson

# Seed, participants: between them withdrawals, rescue, more glucocorticoid, screening failures, missing measures.
TRIALS = [(7, 7), (2, 20), (3, 20)]
DESCRIBED = ("mean", "sd", "median", "q1", "q3", "min", "max")
WORDS = ("strategy", "text", "who", "published")


@pytest.fixture(scope="module", params=TRIALS, ids=lambda t: f"seed {t[0]}, {t[1]} participants")
def told(request, tmp_path_factory):
    """What the second reader expects, and what the package printed."""
    seed, participants = request.param
    out = tmp_path_factory.mktemp("independent") / "out"
    words = ["demo", "--no-serve", "--seed", seed, "--participants", participants, "--out", out]
    run = subprocess.run([sys.executable, "-m", "trialwright", *map(str, words)], capture_output=True, text=True)

    assert run.returncode == 0, run.stderr[-3000:]
    results = json.loads((out / "report" / "results.json").read_text("utf-8"))["results"]
    with next((out / "exports" / "csv" / "machine").glob("analysis*.csv")).open(encoding="utf-8-sig") as file:
        records = {row["id"]: row for row in csv.DictReader(file)}
    return Trial(out), {row["cell"]: row for row in results}, records


REGISTERED = {"strict": True, "strength": "counted", "zero_open": False, "ck": False, "measures": SIX}


def is_response(trial, name):
    estimand = next(e for e in trial.analysis["estimands"] if e["name"] == name)
    whole = next(e for e in trial.analysis["estimands"] if e["name"] == estimand.get("of", name))
    return "response" in whole["variable"]


def expected(trial):
    """cell -> value, for every number of the report."""
    cells = {}
    for part in (flow, sets, deviations, baseline, events_between, primary, components, grid, doses, adverse_events,
                 rates, first_events):  # fmt: skip
        cells |= part(trial)
    return cells


def counted(cell, n, whole):
    return {f"{cell}:n": n, f"{cell}:rate": Fraction(n, whole) if whole else None}


def flow(trial):
    people, enrolled = trial.people.values(), trial.enrolled()
    whole = len(enrolled)
    cells = {"14.1.1:screened:n": len(people)}
    cells["14.1.1:screen_failure:n"] = sum(bool(p.acts["screen_failure"]) for p in people)
    cells |= counted("14.1.1:enrolled", whole, whole)
    cells |= counted("14.1.1:dosed", sum(p.first_dose is not None for p in people), whole)
    for how in ("completed", "withdrawn", "died"):
        cells |= counted(f"14.1.1:{how}", sum(p.ended(how) for p in people), whole)
    for reason, n in Counter(p.reason for p in people if p.ended("withdrawn")).items():
        cells |= counted(f"14.1.1:withdrawn.{reason}", n, whole)
    return cells


def sets(trial):
    names, whole = ("full_analysis", "safety", "per_protocol"), len(trial.enrolled())
    return {k: v for s in names for k, v in counted(f"14.1.2:{s}", len(trial.members(s)), whole).items()}


def with_one(cell, hits, whole):
    """Participants with at least one, and how many there are."""
    return {**counted(cell, len({pid for pid, _ in hits}), whole), f"{cell}:events": len(hits)}


def deviations(trial):
    found = [(p.pid, r) for p in trial.enrolled() for r in p.log("protocol_deviation")]
    found += [(p.pid, act) for p in trial.enrolled() for act in p.acts["deviation_recorded"]]
    major = [hit for hit in found if hit[1].get("major") == "Y" or hit[1].get("severity") == "major"]
    whole = len(trial.enrolled())
    cells = with_one("14.1.3:any", found, whole) | with_one("14.1.3:major", major, whole)
    cells |= with_one("14.1.3:minor", [hit for hit in found if hit not in major], whole)
    for category in {hit[1].get("category") for hit in found} - {None}:
        hits = [hit for hit in found if hit[1].get("category") == category]
        cells |= with_one(f"14.1.3:category.{category}", hits, whole)
    shown = [(p.pid, kind) for p in trial.enrolled() for kind in open_departures(trial, p)]
    cells |= with_one("14.1.3:shown", shown, whole)
    for kind in {kind for _, kind in shown}:
        cells |= with_one(f"14.1.3:shown.{kind}", [hit for hit in shown if hit[1] == kind], whole)
    return cells


def open_departures(trial, p):
    """Visits outside their window and doses that the weight does not ask for, less what somebody settled."""
    settled = {act["rule"] for act in p.acts["deviation_settled"]} | {
        r.get("rule") for r in p.log("protocol_deviation")
    }
    for visit in PLANNED:
        plan, on = trial.visits[visit], p.date_of(visit)
        if on is None or p.first_dose is None or visit == "W0":
            continue
        late = (on - p.first_dose).days + 1 - int(plan["study_day"])
        if not -int(plan["early"]) <= late <= int(plan["late"]) and f"window:{visit}" not in settled:
            yield "visit_window"
    weight = p.value("SCR", "weight.weight")
    planned = None if weight is None else 500 if weight < 60 else 750 if weight <= 100 else 1000
    for row, given in sorted(p.rows["dosing_log"].items()):
        if None not in (planned, given.get("dose")) and given["dose"] != planned and given.get("interrupted") != "Y":
            yield from () if f"dose:{row}" in settled else ("treatment",)


def statistics(cell, values, whole):
    values = [v for v in values if v is not None]
    told = described(values)
    cells = {f"{cell}:n": len(values), f"{cell}:missing": whole - len(values)}
    return cells | {f"{cell}:{name}": told.get(name) for name in DESCRIBED}


NUMBERS = ("weight.weight", "demographics.age", "disease_history.glucocorticoid_dose",
           "disease_history.drug_1_months", "disease_history.drug_2_months",
           "disease_history.drug_3_months")  # fmt: skip
CORE = {"phga": "physician_global.vas", "ptga": "patient_global.vas", "mmt": "mmt8.total", "haq": "haq_di.index",
        "exm": "extramuscular_global.vas"}  # fmt: skip


def table_of(item):
    """Demographics and weight, disease and earlier treatment, or disease activity: each has its table."""
    instrument = item.partition(".")[0]
    return {"demographics": "14.1.4", "weight": "14.1.4", "disease_history": "14.1.6"}.get(instrument, "14.1.5")


def baseline(trial):
    people = trial.enrolled()
    cells = {}

    def before(p, item):
        first = p.value("W0", item)
        return first if first is not None else p.value("SCR", item)

    for item in NUMBERS:
        if any(("SCR", item) in p.at or ("W0", item) in p.at for p in people):
            cells |= statistics(f"{table_of(item)}:{item}", [before(p, item) for p in people], len(people))
    for m, name in CORE.items():
        cells |= statistics(f"14.1.5:{name}", [trial.measure(p, m, "W0") for p in people], len(people))
    for enzyme in ("ck", "aldolase", "ldh", "ast", "alt"):
        name = f"muscle_enzymes.{enzyme}"
        cells |= statistics(f"14.1.5:{name}", [p.value("W0", name) for p in people], len(people))
    most = [max(trial.multiples(p, "W0").values(), default=None) for p in people]
    cells |= statistics("14.1.5:muscle_enzymes.most_abnormal_multiple", most, len(people))
    cells |= statistics("14.1.5:quality_of_life.score", [p.value("W0", "quality_of_life.score") for p in people],
                        len(people))  # fmt: skip
    daily = [trial.dose(p, p.date_of("W0") or p.first_dose) for p in people]
    return cells | statistics("14.1.5:glucocorticoid_log.daily_dose", daily, len(people))


def choices(trial, results):
    """Counts of codes: for each `item=code` that is printed, how many gave it."""
    people = trial.enrolled()
    cells = {}
    for row in {r["row"] for r in results.values() if r["display"] in ("14.1.4", "14.1.6") and "=" in r["row"]}:
        item, _, code = row.partition("=")
        answers = [p.value("SCR", item) for p in people]
        wanted = sum(a is None for a in answers) if code == "missing" else answers.count(code)
        cells |= counted(f"{table_of(row)}:{row}", wanted, len(people))
    return cells


def events_between(trial):
    people = trial.members("full_analysis")
    names = [e["name"] for e in trial.analysis["intercurrent_events"]]
    found = Counter(event for p in people for event in trial.happened(p))
    return {k: v for name in names for k, v in counted(f"14.1.9:{name}", found[name], len(people)).items()}


def interval(cell, x, n):
    names = ("lower", "upper", "wilson_lower", "wilson_upper")
    limits = (*clopper_pearson(x, n), *wilson(x, n)) if n else (None,) * 4
    return {f"{cell}:{name}": limit for name, limit in zip(names, limits, strict=True)}


def primary(trial):
    people = trial.members("full_analysis")
    n, verdicts = len(people), [trial.verdict(p, "imacs_week_12") for p in people]
    x = [said for said, _ in verdicts].count("Y")
    cells = counted("14.2.1.1:responders", x, n) | interval("14.2.1.1:responders", x, n)
    cells |= counted("14.2.1.1:nonresponders", n - x, n)
    routes = Counter(route for said, route in verdicts if said == "N")
    for name, route in {"measures": "criterion", "event": "event", "missing": "missing"}.items():
        cells |= counted(f"14.2.1.1:nonresponders.{name}", routes[route], n)
    for number, (theirs, of) in enumerate([(1, 9), (31, 73)], 1):
        cell, p0 = f"14.2.1.1:benchmark_{number}", Fraction(theirs, of)
        low, high = clopper_pearson(theirs, of)
        fewest = next((k for k in range(n + 1) if tail(k, n, p0) <= Fraction(1, 20)), None)
        size = 0.0 if fewest is None else tail(fewest, n, p0)
        cells |= {f"{cell}:n": theirs, f"{cell}:total": of, f"{cell}:rate": p0, f"{cell}:lower": low}
        cells |= {f"{cell}:upper": high, f"{cell}:p_value": tail(x, n, p0)}
        cells |= {f"{cell}:critical": fewest, f"{cell}:size": size}
    # The highest benchmark, in steps of a tenth of a percent, that x of n still exclude.
    excluded = [k for k in range(1, 1000) if n and tail(x, n, Fraction(k, 1000)) <= Fraction(1, 20)]
    return cells | {"14.2.1.1:benchmark_flip:rate": Fraction(excluded[-1], 1000) if excluded else None}


def components(trial):
    cells = {}
    for m in SIX:
        moved = Counter(trial.moved(p, m, REGISTERED) for p in trial.members("full_analysis"))
        for name, key in {"improved": "improved", "unchanged": "same", "worsened": "worse", "missing": None}.items():
            cells[f"14.2.1.2:{m}:{name}"] = moved[key]
    return cells


def grid(trial):
    asked = next(d for d in trial.analysis["displays"] if d["display"] == "sensitivity_grid")["estimands"]
    first = {p.pid: trial.verdict(p, asked[0])[0] for p in trial.members("full_analysis")}
    cells = {}
    for name in asked:
        estimand = next(e for e in trial.analysis["estimands"] if e["name"] == name)
        people = trial.members(estimand.get("population", "full_analysis"))
        said = {p.pid: trial.verdict(p, name)[0] for p in people}
        tally, n, cell = Counter(said.values()), len(people), f"14.2.1.3:{name}"
        observed = estimand.get("missing") == "observed"
        of = n - tally["U"] if observed else n
        one = counted(cell, tally["Y"], of) | interval(cell, tally["Y"], of)
        # What is open is told as two bounds and not as one rate, unless open verdicts are left out by declaration.
        cells |= {f"{cell}:n": tally["Y"]} if tally["U"] and not observed else one
        cells[f"{cell}:undetermined"] = tally["U"]
        cells[f"{cell}:differ"] = sum(said[pid] != first[pid] for pid in said)
        if tally["U"]:
            for end, x in (("lower", tally["Y"]), ("upper", tally["Y"] + tally["U"])):
                cells |= counted(f"{cell}.bound_{end}", x, n) | interval(f"{cell}.bound_{end}", x, n)
    return cells


def doses(trial):
    people, cells = trial.members("full_analysis"), {}
    start = {p.pid: trial.dose(p, p.date_of("W0") or p.first_dose) for p in people}
    for visit in ("W0", "W2", "W4", "W8", "W12"):
        now = {p.pid: trial.dose(p, p.date_of(visit)) for p in people}
        cells |= statistics(f"14.2.2.1:{visit}", list(now.values()), len(people))
        if visit != "W0":
            both = [now[p] - start[p] for p in now if now[p] is not None and start[p] is not None]
            change = statistics("14.2.2.1:W:change", both, len(people))
            cells |= {k.replace("W:change:", f"{visit}:change_"): v for k, v in change.items() if "missing" not in k}
            cells |= ranked(f"14.2.2.1:{visit}", both) if visit == "W12" else {}
    return cells


def ranked(cell, changes):
    """The signed rank part of a line, which stands where the change of the endpoint is told."""
    found = hodges_lehmann(changes, Fraction(95, 100))
    if found is None:
        return {}
    return dict(zip((f"{cell}:{name}" for name in ("hl", "lower", "upper", "attained")), found, strict=True)) | {
        f"{cell}:p_pratt": pratt(changes)
    }


def counted_events(trial):
    """Every row of the log with its participant, the days that are counted, and the rows within them."""
    people = trial.members("safety")
    all_ = [(p.pid, r) for p in people for r in p.log("adverse_event")]
    starts = {p.pid: (p.first_dose.isoformat(), trial.last_day(p).isoformat()) for p in people}
    return all_, starts, [(pid, r) for pid, r in all_ if starts[pid][0] <= r["start"] <= starts[pid][1]]


def watched(trial):
    """Participant -> first dose and days at risk; and the events that began on one of them."""
    people, (_, _, found) = trial.members("safety"), counted_events(trial)
    ends = {p.pid: last_day_at_risk(trial, p, found) for p in people}
    days = {p.pid: (p.first_dose, (ends[p.pid] - p.first_dose).days + 1) for p in people}
    return days, [(pid, r) for pid, r in found if r["start"] <= ends[pid].isoformat()]


def rates(trial):
    days, found = watched(trial)
    kinds = {
        "all": lambda r: True,
        "related": lambda r: r.get("causality") in RELATED,
        "serious": lambda r: r.get("serious") == "Y",
    }
    years, cells = years_of([d for _, d in days.values()]), {}
    for kind, test in kinds.items():
        hits, cell = [hit for hit in found if test(hit[1])], f"14.3.1.5:{kind}"
        lower, upper = garwood(len(hits), float(years) / 100)
        cells |= {f"{cell}:n": len({pid for pid, _ in hits}), f"{cell}:events": len(hits), f"{cell}:years": years}
        cells |= {f"{cell}:rate_per_100": 100 * len(hits) / years}
        cells |= {f"{cell}:per_100_lower": lower, f"{cell}:per_100_upper": upper}
        whose = {pid for pid, _ in hits}
        first = years_of(
            [
                min((day(r["start"]) - start).days + 1 for who, r in hits if who == pid) if pid in whose else end
                for pid, (start, end) in days.items()
            ]
        )
        lower, upper = garwood(len(whose), float(first) / 100)
        cells |= {f"{cell}:first_years": first, f"{cell}:first_per_100": 100 * len(whose) / first}
        cells |= {f"{cell}:first_per_100_lower": lower, f"{cell}:first_per_100_upper": upper}
    return cells


def first_events(trial):
    days, found = watched(trial)
    ends = []
    for pid, (first, last) in days.items():
        person = trial.people[pid]
        starts = [(day(r["start"]) - first).days + 1 for who, r in found if who == pid]
        left = person.ended("withdrawn") or person.ended("died")
        ends.append((min(starts), "event") if starts else (last, "left" if left else "seen"))
    cells = {}
    for until in (int(trial.visits[v]["study_day"]) for v in PLANNED if v != "W0"):
        share, lower, upper = incidence(ends, until)
        cell = f"14.3.1.9:day_{until}"
        cells |= {f"{cell}:at_risk": sum(d >= until for d, _ in ends)}
        cells |= {f"{cell}:n": sum(d <= until and how == "event" for d, how in ends), f"{cell}:incidence_rate": share}
        if lower is not None:
            cells |= {f"{cell}:incidence_lower": lower, f"{cell}:incidence_upper": upper}
    return cells


def adverse_events(trial):
    people = trial.members("safety")
    all_, starts, found = counted_events(trial)
    before = [(pid, r) for pid, r in all_ if r["start"] < starts[pid][0]]
    after = [(pid, r) for pid, r in all_ if r["start"] > starts[pid][1]]
    kinds = {
        "any": lambda r: True,
        "related": lambda r: r.get("causality") in RELATED,
        "serious": lambda r: r.get("serious") == "Y",
        "serious_related": lambda r: r.get("serious") == "Y" and r.get("causality") in RELATED,
        "severe": lambda r: int(r["grade"]) >= 3,
        "stopped": lambda r: r.get("action") == "stopped",
        "fatal": lambda r: r.get("outcome") == "fatal" or r["grade"] == "5" or r.get("serious_death") == "Y",
    }
    kinds |= {f"grade.{g}": lambda r, g=g: r["grade"] == g for g in {r["grade"] for _, r in found}}
    cells = {}
    for kind, test in kinds.items():
        cells |= with_one(f"14.3.1.1:{kind}", [hit for hit in found if test(hit[1])], len(people))
    for kind, hits in (("before", before), ("after", after)):
        cells |= with_one(f"14.3.1.1:{kind}", hits, len(people)) if hits else {}
    return cells


def differs(mine, row):
    """Exactly equal where the value is exact; to 1e-11 where it is the nearest float to a root or a sum."""
    if mine is None or row["value"] is None:
        return mine is not row["value"]
    if row["value_kind"] == "exact" and not isinstance(mine, float):
        return Fraction(mine) != Fraction(row["value"])
    return not math.isclose(float(mine), float(row["value_decimal"]), rel_tol=1e-11, abs_tol=1e-14)


def test_every_number_of_these_tables_is_what_a_second_reader_finds(told):
    trial, results, _ = told
    mine = expected(trial) | choices(trial, results)
    read_twice = {cell.partition(":")[0] for cell in mine}
    numbers = {c: r for c, r in results.items() if r["statistic"] not in WORDS and r["display"] in read_twice}

    assert sorted(numbers) == sorted(mine)

    assert {c: (str(mine[c]), row["value"]) for c, row in numbers.items() if differs(mine[c], row)} == {}


# Two ways to the same maximum; with fewer than two degrees of freedom the limits magnify what is left of them.
CLOSE = {"n": 0, "estimate": 1e-6, "se": 1e-6, "df": 1e-5, "lower": 1e-4, "upper": 1e-4}
UNSTRUCTURED = "unstructured covariance, Kenward-Roger-Linear"


def test_every_mean_of_the_mixed_model_is_what_a_second_fit_finds(told):
    trial, results, _ = told
    compared = 0
    for m in CORE:
        rows = []
        for p, visit in ((p, v) for p in trial.members("full_analysis") for v in PLANNED[1:]):
            before, now = trial.measure(p, m, "W0"), trial.measure(p, m, visit)
            rows += [(p.pid, visit, before, now - before)] if None not in (before, now) else []
        mine = repeated_measures(rows)
        if mine is None:
            # What one program cannot fit with free covariances the other has not fitted either.
            assert UNSTRUCTURED not in results[f"14.2.3.8:{m}.W12:estimate"]["method"]
            continue
        for visit, values in mine.items():
            for name, value in zip(("n", "estimate", "se", "df", "lower", "upper"), values, strict=True):
                theirs = float(results[f"14.2.3.8:{m}.{visit}:{name}"]["value_decimal"])
                assert theirs == pytest.approx(value, rel=CLOSE[name], abs=1e-8), (m, visit, name)
                compared += 1
    # Twenty participants carry the model for each of the five measures at each of three visits.
    assert compared == 5 * 3 * 6 if len(trial.enrolled()) >= 20 else compared > 0


def test_every_verdict_of_every_participant_is_what_a_second_reader_finds(told):
    trial, _, records = told
    names = [e["name"] for e in trial.analysis["estimands"] if f"{trial.enrolled()[0].pid}:W12:{e['name']}" in records]
    asked = [(p, name) for p in trial.enrolled() for name in names if is_response(trial, name)]

    mine = {f"{p.pid}:W12:{name}": trial.verdict(p, name)[0] for p, name in asked}

    assert {at: said for at, said in mine.items() if said != records[at]["verdict"]} == {}


def test_every_total_improvement_score_is_what_a_second_reader_finds(told):
    trial, _, records = told
    mine = {p.pid: trial.tis(p) for p in trial.enrolled()}
    counts = {pid: json.loads(records[f"{pid}:W12:improvement_score_week_12"]["counts"]) for pid in mine}

    assert {pid: (Fraction(c["lower"]), Fraction(c["upper"])) for pid, c in counts.items()} == mine


def test_what_is_said_of_each_measure_is_what_a_second_reader_finds(told):
    trial, _, records = told
    words = {"improved": "improved", "improved_from_zero": "improved", "worsened": "worse",
             "worsened_from_zero": "worse", "missing": None}  # fmt: skip
    mine, theirs = {}, {}
    for p in trial.enrolled():
        reasons = json.loads(records[f"{p.pid}:W12:imacs_week_12"]["reasons"])
        mine |= {(p.pid, m): trial.moved(p, m, REGISTERED) for m in SIX}
        if [r["key"] for r in reasons] == ["none_known"]:
            # Where nothing is known of any measure it is said once, not six times.
            reasons = [{"key": "missing", "measure": m} for m in SIX]
        theirs |= {(p.pid, r["measure"]): words.get(r["key"], "same") for r in reasons if r.get("measure") in SIX}

    assert theirs == mine


def test_the_doses_of_each_participant_are_what_a_second_reader_finds(told):
    trial, _, records = told
    mine = {p.pid: (trial.dose(p, p.date_of("W0") or p.first_dose), trial.dose(p, p.date_of("W12")))
            for p in trial.enrolled()}  # fmt: skip
    rows = {pid: records[f"{pid}:W12:glucocorticoid_week_12"] for pid in mine}

    assert {pid: (number(r["baseline"]), number(r["value"])) for pid, r in rows.items()} == mine

    both = {pid: now - before for pid, (before, now) in mine.items() if None not in (before, now)}
    assert {pid: number(rows[pid]["change"]) for pid in both} == both


def number(text):
    """A number of the export; words in its place are the reason why there is none."""
    return Fraction(text) if text and text[0] in "-0123456789" else None
