"""Trees of every kind of node over the columns a, b and c, drawn at random."""

from hypothesis import strategies as st

from trialwright.model.expression import (
    Add,
    All,
    Answered,
    AnyOf,
    AtLeast,
    AtMost,
    Certain,
    Choose,
    Column,
    Compare,
    Constant,
    CountTrue,
    Known,
    Multiply,
    Not,
    OrElse,
    Subtract,
)

NUMBERS = st.deferred(
    lambda: st.one_of(
        st.sampled_from([Column("a"), Column("b"), Column("c")]),
        st.builds(Constant, st.integers(-50, 50), st.integers(1, 6)),
        st.builds(Add, NUMBERS, NUMBERS),
        st.builds(Subtract, NUMBERS, NUMBERS),
        st.builds(Multiply, NUMBERS, NUMBERS),
        st.builds(OrElse, NUMBERS, NUMBERS),
        st.builds(Choose, TRUTHS, NUMBERS, NUMBERS),
        st.builds(CountTrue, MANY),
    )
)
TRUTHS = st.deferred(
    lambda: st.one_of(
        st.builds(Compare, NUMBERS, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), NUMBERS),
        st.builds(Known, st.sampled_from([True, False, None])),
        st.builds(Answered, st.sampled_from(["a", "b", "c"])),
        st.builds(Not, TRUTHS),
        st.builds(Certain, TRUTHS),
        st.builds(All, MANY),
        st.builds(AnyOf, MANY),
        st.builds(AtLeast, st.integers(0, 4), MANY),
        st.builds(AtMost, st.integers(0, 4), MANY),
    )
)
MANY = st.deferred(lambda: st.lists(TRUTHS, max_size=4).map(tuple))
