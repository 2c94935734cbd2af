"""The primary result once more, from the values as entered, by thirty lines that share nothing with the program."""

from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.cohorts import aba_dm, catalog, core_set, dosed, enrolled
from support.snapshots import snapshot_of
from trialwright.analyze import analyze
from trialwright.derive import derive

ROLES = ("phga", "ptga", "mmt", "haq", "enz", "exm")


def oracle(before, after, rescue_day, missed):
    """Registered words: over 20 % better in at least 3, over 25 % worse in at most 2, strength counted; else no."""
    if rescue_day is not None and 1 <= rescue_day <= 85:
        return False
    better = worse = 0
    unknown = 0
    for role in ROLES:
        b, f = before[role], None if missed else after[role]
        if b is None or f is None:
            unknown += 1
            continue
        b, f = Fraction(str(b)), Fraction(str(f))
        gain = f - b if role == "mmt" else b - f
        if gain > 0 and 100 * gain > 20 * b:
            better += 1
        if gain < 0 and 100 * -gain > 25 * b:
            worse += 1
    # What is missing may be worse, or not better: only what holds in every case makes a responder.
    return better >= 3 and worse + unknown <= 2


values = st.fixed_dictionaries(
    {
        "phga": st.none() | st.sampled_from(["0", "0.1", "4.0", "3.2", "5", "10", "6.3", "2.5"]),
        "ptga": st.none() | st.sampled_from(["0", "5.0", "4.0", "6.25", "3.9", "8"]),
        "exm": st.none() | st.sampled_from(["0", "1", "0.8", "5", "4", "6.3"]),
        "enz": st.none() | st.sampled_from(["100", "80", "1250", "1000", "999", "1563"]),
        "mmt": st.none() | st.integers(0, 150),
        "haq": st.none() | st.integers(0, 24),
    }
)
people = st.lists(
    st.tuples(values, values, st.none() | st.sampled_from([-3, 1, 40, 85, 86, 120]), st.booleans()),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(people)
def test_the_primary_result_equals_a_count_by_hand(cohort):
    lines, expected = [], {}
    for number, (before, after, rescue_day, missed) in enumerate(cohort, 1):
        pid = f"P{number:02}"
        lines += [enrolled(pid), dosed(pid), core_set(pid, "W0", before)]
        if not missed:
            lines.append(core_set(pid, "W12", after))
        if rescue_day is not None:
            lines += [
                f"{pid} LOG#1 concomitant_medication.rescue Y",
                f"{pid} LOG#1 concomitant_medication.start {day(rescue_day)}",
            ]
        expected[pid] = "Y" if oracle(before, after, rescue_day, missed) else "N"

    analysis = derive(aba_dm(), snapshot_of("\n".join(lines)), catalog())
    rows = {row.cell: row for row in analyze(aba_dm(), analysis, catalog())}

    assert expected == {r.participant_id: r.verdict for r in analysis.records if r.parameter == "imacs_week_12"}
    assert list(expected.values()).count("Y") == rows["14.2.1.1:responders:n"].value
    assert len(cohort) == rows["14.2.1.1:responders:n"].denominator
    assert Fraction(list(expected.values()).count("Y"), len(cohort)) == rows["14.2.1.1:responders:rate"].value


def day(number):
    """The date of a study day when the first dose was given on 2021-02-01."""
    import datetime as dt

    offset = number - 1 if number > 0 else number
    return (dt.date(2021, 2, 1) + dt.timedelta(days=offset)).isoformat()
