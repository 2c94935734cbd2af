"""Whatever a method is asked, it answers with finite numbers or refuses in a sentence: no NaN is ever printed."""

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.cohorts import catalog
from trialwright.model.problem import Problem
from trialwright.pipeline.score import estimate_lines

METHODS = catalog().names("method")
NUMBERS = st.one_of(
    st.integers(-5, 40).map(str),
    st.sampled_from(["0", "1", "0.05", "0.5", "0.95", "1/3", "-0.001", "1000000000000", "0.0000000000001", "-7.25"]),
)
SMALL = st.integers(-2, 25).map(str)
COLUMNS = {
    "id": st.sampled_from([f"P{n}" for n in range(7)]), "visit": st.sampled_from(["W4", "W8"]),
    "arm": st.sampled_from("AB"), "base": st.one_of(st.none(), st.integers(-3, 3)),
    "y": st.one_of(st.none(), st.integers(-3, 3), st.sampled_from([1e9, 0.1])),
}  # fmt: skip
ROWS = st.lists(st.fixed_dictionaries(COLUMNS), max_size=16)
NAMES = ["id", "visit", "arm", "base", "y"]
# What a person means by a text parameter: else nearly every drawn call would only be refused for an unknown column.
MEANT = {
    "response": "y", "subject": "id", "visit": "visit", "by": "arm", "fixed": "visit,base", "factors": "arm",
    "covariates": "base",
}  # fmt: skip


def value_of(parameter):
    """Values of a parameter by its kind, sensible and not."""
    match parameter.kind:
        case "integer":
            return SMALL
        case "number":
            return NUMBERS
        case "numbers":
            return st.lists(NUMBERS, max_size=9)
        case "choice":
            return st.sampled_from(parameter.choices)
        case "truth":
            return st.sampled_from(["true", "false"])
        case "records":
            return ROWS
        case "named_numbers":
            return st.dictionaries(st.sampled_from(["base", "age"]), st.integers(-2, 2), max_size=1)
    if parameter.choices:
        return st.sampled_from(parameter.choices)
    return st.one_of(st.just(MEANT.get(parameter.name, "y")), st.sampled_from(NAMES))


def calls(name):
    parameters = catalog().method(name).parameters
    needed = {p.name: value_of(p) for p in parameters if not p.default}
    wished = {p.name: value_of(p) for p in parameters if p.default and p.name not in ("imputations", "steps", "deltas")}
    return st.builds(lambda a, b: {**b, **a}, st.fixed_dictionaries(needed), st.fixed_dictionaries({}, optional=wished))


def numbers_in(value):
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from numbers_in(part)
    elif isinstance(value, float):
        yield value


def quick(name, call):
    """The same call with fewer imputations: what is drawn is not what is asked here."""
    return {**call, "imputations": 3, "steps": 10} if name == "multiple_imputation" else call


@pytest.mark.parametrize("name", METHODS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_answer_of_every_method_is_finite_or_a_sentence(name, data):
    call = quick(name, data.draw(calls(name)))
    ((line, problems),) = list(estimate_lines(name, [json.dumps(call)]))

    # JSON has no NaN: a reader that meets one stops. `parse_constant` would be called for it.
    answer = json.loads(line, parse_constant=lambda word: pytest.fail(f"{word} printed for {call}"))
    assert all(math.isfinite(number) for number in numbers_in(answer))
    assert all(isinstance(problem, Problem) and problem.sentence() for problem in problems)
    assert ("problems" in answer) == bool(problems)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_says_its_name_its_sentence_and_what_it_returns(name):
    entry = catalog().method(name)

    assert entry.returns
    assert entry.says.strip().endswith(".")
    assert entry.source
    assert all(sentence.of("zh") for sentence in entry.sentences.values())


@pytest.mark.parametrize(
    ("name", "call"),
    [("mcnemar", {"table": ["4", "1", "1000000000000", "1"]}), ("proportion_ci", {"x": "20", "n": "1000000000000"}),
     ("fisher", {"table": ["4", "1", "1000000000000", "1"]})],
)  # fmt: skip
def test_counts_beyond_what_can_be_summed_while_somebody_waits_are_refused(name, call):
    ((line, problem),) = list(estimate_lines(name, [json.dumps(call)]))

    assert problem is not None
    assert "at most" in line or "n from 1 to" in line
