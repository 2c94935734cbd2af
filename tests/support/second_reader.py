"""
A second reading of a trial, written apart from the first: plain Python on the exported CSV and the definition's text.

Nothing of the package is imported. The rules are read again from the definition's YAML, the registered sentence and
the papers (Rider 2004, doi 10.1002/art.20349; PMC5577002 Table 3), and worked out another way wherever there is one:
missing measures by trying every completion, doses day by day, quartiles by the distribution function, limits by halves.
"""

import csv
import datetime as dt
import itertools
import json
import math
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist

from ruamel.yaml import YAML

SIX = ("phga", "ptga", "mmt", "haq", "enz", "exm")
PLAIN = {"phga": "physician_global.vas", "ptga": "patient_global.vas", "exm": "extramuscular_global.vas"}
MUSCLES = ("deltoid_middle", "biceps_brachii", "wrist_extensors", "gluteus_maximus", "gluteus_medius", "quadriceps",
           "ankle_dorsiflexors")  # fmt: skip
HAQ = {"dressing": 2, "arising": 2, "eating": 3, "walking": 2, "hygiene": 3, "reach": 2, "grip": 3, "activities": 3}
ENZYMES = ("ck", "aldolase", "ldh", "ast", "alt")
ULN_SPAN = {"ck": 15, "ldh": 3, "ast": 3, "alt": 3}  # the scale of aldolase has not been seen in a source
MG_LIKE_5_PREDNISONE = {"prednisone": "5", "prednisolone": "5", "methylprednisolone": "4", "hydrocortisone": "20",
                        "dexamethasone": "0.75", "triamcinolone": "4", "cortisone": "25"}  # fmt: skip
PER_DAY = {"once_daily": "1", "twice_daily": "2", "three_daily": "3", "four_daily": "4", "alternate_days": "1/2",
           "once_weekly": "1/7"}  # fmt: skip
# PMC5577002 Table 3: (upper edges in percent of the scale, points); an edge belongs to the level below it.
TIS = {
    "phga": ((5, 15, 25, 40), ("0", "7.5", "15", "17.5", "20")),
    "ptga": ((5, 15, 25, 40), ("0", "2.5", "5", "7.5", "10")),
    "mmt": ((2, 10, 20, 30), ("0", "10", "20", "27.5", "32.5")),
    "haq": ((5, 15, 25, 40), ("0", "5", "7.5", "7.5", "10")),
    "enz": ((5, 15, 25, 40), ("0", "2.5", "5", "7.5", "7.5")),
    "exm": ((5, 15, 25, 40), ("0", "7.5", "12.5", "15", "20")),
}
RELATED = ("certain", "probable", "possible", "unclassified", "unassessable")


def day(text):
    return dt.date.fromisoformat(text)


class Person:
    """One participant of the export: values by visit and item, rows of logs, acts."""

    def __init__(self, pid):
        self.pid, self.at, self.rows, self.acts = pid, {}, defaultdict(lambda: defaultdict(dict)), defaultdict(list)

    def value(self, visit, item):
        return self.at.get((visit, item))

    def log(self, instrument):
        return [row for _, row in sorted(self.rows[instrument].items())]

    @property
    def first_dose(self):
        days = [day(r["date"]) for r in self.log("dosing_log") if r.get("date") and r.get("dose") != 0]
        return min(days, default=None)

    @property
    def enrolled(self):
        return bool(self.acts["enrolled"])

    def date_of(self, visit):
        text = self.value(visit, "visit_record.date")
        return day(text) if text else None

    def ended(self, how, until=None):
        """Whether the participant is known to have withdrawn, completed or died, by a day."""
        days = [day(act["date"]) for act in self.acts[how]]
        days += [day(r["date"]) for r in self.log("disposition") if r.get("status") == how and r.get("date")]
        if how == "died":
            fatal = [
                r for r in self.log("adverse_event") if r.get("outcome") == "fatal" or r.get("serious_death") == "Y"
            ]
            days += [day(r.get("end") or r["start"]) for r in fatal]
        return any(until is None or d <= until for d in days)

    @property
    def reason(self):
        said = [r.get("reason") for r in self.log("disposition")] + [a.get("reason") for a in self.acts["withdrawn"]]
        return next((r for r in said if r), "not_stated")


class Trial:
    """The export and the definition's text, and everything this reader works out of them."""

    def __init__(self, out):
        machine = Path(out) / "exports" / "csv" / "machine"
        self.analysis = YAML(typ="safe", pure=True).load((Path(out) / "study" / "analysis.yaml").read_text("utf-8"))
        self.visits = {v["name"]: v for v in self._load(out, "schedule.yaml")["visits"]}
        self.people = {}
        for row in _table(machine, "audit"):
            if row["what"] in ("participant_added", "enrolled", "screen_failure", "withdrawn", "completed", "died",
                               "deviation_recorded", "deviation_settled"):  # fmt: skip
                self._person(row["participant_id"]).acts[row["what"]].append(json.loads(row["details"] or "{}"))
        for row in _table(machine, "datapoints"):
            if row["row_inactivated"] == "no":
                self._take(row)

    def _load(self, out, name):
        return YAML(typ="safe", pure=True).load((Path(out) / "study" / name).read_text("utf-8"))

    def _person(self, pid):
        return self.people.setdefault(pid, Person(pid))

    def _take(self, row):
        person, (instrument, _, item) = self._person(row["participant_id"]), row["item"].partition(".")
        value = _value(row)
        person.at[row["visit"], row["item"]] = value
        if row["visit"] == "LOG":
            person.rows[instrument][int(row["row"])][item] = value

    # sets

    def enrolled(self):
        return [p for p in self.people.values() if p.enrolled]

    def members(self, name):
        return [p for p in self.enrolled() if self.belongs(p, name)]

    def belongs(self, p, name):
        if name == "full_analysis":
            return True
        if name == "safety":
            return p.first_dose is not None
        complete = all(self.measure(p, m, "W0") is not None for m in SIX)
        major = any(r.get("major") == "Y" for r in p.log("protocol_deviation"))
        major = major or any(
            a.get("major") == "Y" or a.get("severity") == "major" for a in p.acts["deviation_recorded"]
        )
        return p.first_dose is not None and complete and not major

    # measures

    def measure(self, p, m, visit, *, ck=False):
        """The value of a core set measure at a visit; the enzyme is the one most abnormal at week 0, or always CK."""
        if m in PLAIN:
            return p.value(visit, PLAIN[m])
        if m == "mmt":
            names = ["neck_flexors", *(f"{x}_{side}" for x in MUSCLES for side in ("left", "right"))]
            grades = [p.value(visit, f"mmt8.{name}") for name in names]
            return None if None in grades else sum(grades)
        if m == "haq":
            return self._haq(p, visit)
        if m == "enz":
            multiples = self.multiples(p, "W0")
            if ck:
                multiples = {enzyme: most for enzyme, most in multiples.items() if enzyme == "ck"}
            return p.value(visit, f"muscle_enzymes.{max(multiples, key=multiples.get)}") if multiples else None
        return None  # quality of life: no questionnaire is named, so nothing fills the seventh place

    def multiples(self, p, visit):
        pairs = {e: (p.value(visit, f"muscle_enzymes.{e}"), p.value(visit, f"muscle_enzymes.{e}_uln")) for e in ENZYMES}
        return {e: found / limit for e, (found, limit) in pairs.items() if found is not None and limit is not None}

    def _haq(self, p, visit):
        worst = []
        for name, size in HAQ.items():
            items = [p.value(visit, f"haq_di.{name}_{n + 1}") for n in range(size)]
            if items := [i for i in items if i is not None]:
                helped = "Y" in (p.value(visit, f"haq_di.{name}_aid"), p.value(visit, f"haq_di.{name}_help"))
                worst.append(max(*items, 2 if helped else 0, 0))
        return Fraction(sum(worst), len(worst)) if len(worst) >= 6 else None

    def moved(self, p, m, reading, visit="W12"):
        """improved, same or worse; None where a value is missing; "not improved" where a rise from zero is open."""
        before = self.measure(p, m, "W0", ck=reading["ck"])
        now = self.measure(p, m, visit, ck=reading["ck"]) if visit else None
        if before is None or now is None:
            return None
        gain = now - before if m == "mmt" else before - now
        if before == 0 and gain < 0 and reading["zero_open"]:
            return "not improved"
        better, worse = gain * 100 - 20 * before, -gain * 100 - 25 * before
        if gain > 0 and (better > 0 or (better == 0 and not reading["strict"])):
            return "improved"
        return "worse" if gain < 0 and (worse > 0 or (worse == 0 and not reading["strict"])) else "same"

    def criterion(self, p, reading, visit="W12"):
        """Y, N or U: the answer under every way in which the missing measures could have gone."""
        measures = reading["measures"]
        known = [(m, self.moved(p, m, reading, visit)) for m in measures]
        open_ = {None: ("improved", "same", "worse"), "not improved": ("same", "worse")}
        ways = [open_.get(way, (way,)) for _, way in known]
        answers = set()
        for moves in itertools.product(*ways):
            worse = [m for m, move in zip(measures, moves, strict=True) if move == "worse"]
            if reading["strength"] == "ignored":
                worse = [m for m in worse if m != "mmt"]
            vetoed = reading["strength"] == "veto" and "mmt" in worse
            answers.add(moves.count("improved") >= 3 and len(worse) <= 2 and not vetoed)
        return "U" if len(answers) == 2 else "Y" if True in answers else "N"

    def tis(self, p):
        """Lowest and highest total improvement score that the missing measures leave possible."""
        low = high = Fraction(0)
        for m, (edges, points) in TIS.items():
            before, now, span = self.measure(p, m, "W0"), self.measure(p, m, "W12"), self._span(p, m)
            if before is None or now is None or span is None:
                high += Fraction(points[-1])
                continue
            percent = 100 * (now - before if m == "mmt" else before - now) / span
            earned = Fraction(points[sum(percent > edge for edge in edges)])
            low, high = low + earned, high + earned
        return low, high

    def _span(self, p, m):
        if m == "enz":
            multiples = self.multiples(p, "W0")
            enzyme = max(multiples, key=multiples.get) if multiples else None
            if enzyme not in ULN_SPAN:
                return None
            return ULN_SPAN[enzyme] * p.value("W0", f"muscle_enzymes.{enzyme}_uln")
        return {"mmt": Fraction(150), "haq": Fraction(3)}.get(m, Fraction(10))

    def score_20(self, p):
        low, high = self.tis(p)
        return "Y" if low >= 20 else "N" if high < 20 else "U"

    # what happened on the way

    def last_day(self, p, visit="W12"):
        """The day of week 12 (or another visit), or the last on which it could have taken place."""
        if p.date_of(visit):
            return p.date_of(visit)
        planned = self.visits[visit]
        if p.first_dose is None:
            return None
        return p.first_dose + dt.timedelta(days=int(planned["study_day"]) - 1 + int(planned["late"]))

    def happened(self, p, visit="W12"):
        end, found = self.last_day(p, visit), set()
        if any(
            r.get("rescue") == "Y" and p.first_dose and p.first_dose <= day(r["start"]) <= (end or dt.date.max)
            for r in p.log("concomitant_medication")
        ):
            found.add("rescue")
        left, died = p.ended("withdrawn", end), p.ended("died", end)
        stopped = any(
            r.get("action") == "stopped" and day(r["start"]) <= (end or dt.date.max) for r in p.log("adverse_event")
        )
        reason = p.reason if left else "none"
        if (stopped or left) and not died and reason in ("adverse_event", "lack_of_efficacy", "none"):
            found.add("treatment_stopped")
        if left and reason in ("withdrew_consent", "lost", "moved", "other"):
            found.add("other_discontinuation")
        if died:
            found.add("death")
        before, now = self.dose(p, self._first_day(p)), self.dose(p, end)
        if before is not None and now is not None and now > before:
            found.add("glucocorticoid_increase")
        return found

    def _first_day(self, p):
        return p.date_of("W0") or p.first_dose

    def dose(self, p, on):
        """mg prednisone a day: the seven days that end with `on`, one day after the other."""
        rows = [r for r in p.log("glucocorticoid_log") if r.get("pulse") != "Y"]
        if on is None or not p.log("glucocorticoid_log"):
            return None
        total = Fraction(0)
        for back in range(7):
            today = on - dt.timedelta(days=back)
            for r in rows:
                if r["drug"] != "none" and day(r["start"]) <= today <= day(r.get("end") or "9999-12-31"):
                    total += (
                        r["dose"] * 5 / Fraction(MG_LIKE_5_PREDNISONE[r["drug"]]) * Fraction(PER_DAY[r["frequency"]])
                    )
        return total / 7

    def verdict(self, p, name):
        """The estimand's verdict, and by what: the criterion, an event, or the missing-data rule."""
        estimand = next(e for e in self.analysis["estimands"] if e["name"] == name)
        whole = next(e for e in self.analysis["estimands"] if e["name"] == estimand.get("of", name))
        own, variable = estimand.get("variable", {}), {**whole["variable"], **estimand.get("variable", {})}
        strategies = {**whole["intercurrent"], **estimand.get("intercurrent", {})}
        missing = estimand.get("missing", whole["missing"])
        if variable["response"] == "acr_eular_2016_tis":
            said = self.score_20(p)
        else:
            reading = reading_of(whole["variable"], own)
            said = self.criterion(p, reading, self._visit(p, variable, strategies))
        happened = self.happened(p)
        if any(strategies.get(event) == "composite" for event in happened):
            return "N", "event"
        if any(strategies.get(event) == "hypothetical" for event in happened):
            said = "U"
        if said == "U" and missing == "last_observed":
            earlier = [self.criterion(p, reading, v) for v in ("W8", "W4", "W2")]
            said = next((each for each in earlier if each != "U"), "N")
        if said == "U" and missing == "nonresponder":
            return "N", "missing"
        return said, "criterion"

    def _visit(self, p, variable, strategies):
        """The visit whose values count for week 12; None where no visit does."""
        order = ["W0", "W2", "W4", "W8", "W12"]
        ending = [e for e, how in strategies.items() if how in ("while_on_treatment", "while_alive")]
        ends = [e for e in ending if e in self.happened(p)]
        if ends:
            first = next(i for i, v in enumerate(order) if set(ends) & self.happened(p, v))
            attended = [v for v in order[1:first] if p.date_of(v)]
            if attended:
                return attended[-1]
        if variable.get("window", "as_entered") == "as_entered":
            return "W12"
        near = [(abs(d - 85), d, v) for v in order[1:] if (d := self._study_day(p, v)) is not None and 78 <= d <= 92]
        if variable["window"] == "in_window":
            return "W12" if "W12" in [v for _, _, v in near] else None
        measured = [each for each in near if any(self.measure(p, m, each[2]) is not None for m in SIX)]
        return min(measured)[2] if measured else None

    def _study_day(self, p, visit):
        on = p.date_of(visit)
        return None if on is None or p.first_dose is None else (on - p.first_dose).days + 1


READINGS = {
    "registered": {"strict": True, "strength": "counted"},
    "rider_2004": {"strict": False, "strength": "veto"},
    "nct01315938": {"strict": False, "strength": "ignored"},
}


def reading_of(whole, own):
    """The rule that a variable names: a reading, then what its parameters and options say instead."""
    said = {**whole.get("parameters", {}), **own.get("parameters", {})}
    return {
        **READINGS[own.get("reading", whole["reading"])],
        **({"strict": False} if said.get("improved_strict") == "no" else {}),
        **({"strength": said["mmt_worsening"]} if "mmt_worsening" in said else {}),
        "zero_open": said.get("zero_rise") == "not_evaluable",
        "ck": own.get("options", {}).get("muscle_enzymes", {}).get("followed") == "ck",
        "measures": tuple(said["measures"]) if "measures" in said else SIX,
    }


def _value(row):
    match row["kind"]:
        case "quantity":
            return Fraction(row["value"]) * (60 if row["unit"] == "µkat/L" else 1)
        case "missing":
            return None
        case _:
            return row["value"]


def _table(folder, name):
    with next(folder.glob(f"{name}*.csv")).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# numbers


def tail(x, n, p):
    """P(X >= x), exact."""
    return sum((math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(x, n + 1)), Fraction(0))


def clopper_pearson(x, n, each_side=Fraction(1, 40)):
    """Both limits by halving, 50 times, on exact tails."""

    def where(lies_below):
        low, high = Fraction(0), Fraction(1)
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (middle, high) if lies_below(middle) else (low, middle)
        return float(low)

    lower = 0.0 if x == 0 else where(lambda p: tail(x, n, p) < each_side)
    upper = 1.0 if x == n else where(lambda p: 1 - tail(x + 1, n, p) > each_side)
    return lower, upper


def wilson(x, n):
    z = NormalDist().inv_cdf(0.975)
    middle, half = (x + z * z / 2) / (n + z * z), z * math.sqrt(x * (n - x) / n + z * z / 4) / (n + z * z)
    return max(0.0, middle - half) if x else 0.0, min(1.0, middle + half) if x < n else 1.0


def described(values):
    """Mean, spread and quartiles of type 2: the middle of the values between which the distribution steps over."""
    n = len(values)
    if not n:
        return {}
    mean = Fraction(sum(values, Fraction(0)), n)

    def quantile(share):
        reached = [x for x in sorted(values) if Fraction(sum(v <= x for v in values), n) >= share]
        passed = [x for x in sorted(values) if Fraction(sum(v <= x for v in values), n) > share]
        return (reached[0] + (passed[0] if passed else reached[0])) / 2

    told = {
        "mean": mean,
        "median": quantile(Fraction(1, 2)),
        "q1": quantile(Fraction(1, 4)),
        "q3": quantile(Fraction(3, 4)),
    }
    told |= {"min": min(values), "max": max(values)}
    if n > 1:
        told["sd"] = math.sqrt(sum((x - mean) ** 2 for x in values) / (n - 1))
    return told
