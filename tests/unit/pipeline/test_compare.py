"""Two data cuts: the cells that differ, and the entries that made them so."""

from support.cohorts import aba_dm, catalog, core_set, dosed, enrolled
from support.snapshots import snapshot_of
from trialwright.pipeline.compare import compare_cuts

BASE = {"phga": 5, "ptga": 5, "mmt": 100, "haq": 8, "enz": 1000, "exm": 5}
BETTER = {"phga": 2, "ptga": 2, "mmt": 130, "haq": 8, "enz": 1000, "exm": 5}
FIRST = "\n".join((enrolled("P01"), dosed("P01"), core_set("P01", "W0", BASE)))
THEN = "\n".join((FIRST, core_set("P01", "W12", BETTER)))


def compared(first, then):
    found = compare_cuts(aba_dm(), snapshot_of(first), snapshot_of(then), catalog())
    return found, {each.cell: each for each in found.changed}


def test_two_equal_cuts_have_no_cell_that_differs():
    found, _ = compared(FIRST, FIRST)

    assert found.changed == ()
    assert found.same > 0


def test_a_cell_that_changed_names_the_values_behind_the_change():
    _, changed = compared(FIRST, THEN)
    responders = changed["14.2.1.1:responders:n"]

    assert (responders.before, responders.after) == ("0", "1")
    assert {point.visit for point in responders.datapoints} == {"W12"}
    assert "physician_global.vas" in {point.item for point in responders.datapoints}


def test_what_does_not_rest_on_the_new_values_is_not_among_the_changed():
    _, changed = compared(FIRST, THEN)

    assert [cell for cell in changed if cell.startswith(("14.1.4:", "14.1.5:", "14.1.1:enrolled"))] == []


def test_a_figure_draws_the_rows_of_a_table_and_is_not_compared_once_more():
    _, changed = compared(FIRST, THEN)

    assert [cell for cell in changed if cell.startswith("F")] == []
