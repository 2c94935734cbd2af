"""analysis.yaml of a skeleton: one estimand a registered outcome measure, every attribute a named gap."""

from trialwright.catalog import Catalog
from trialwright.define.gaps import gap
from trialwright.register.binding.nearest import nearest_entries
from trialwright.register.skeleton.outcomes import Placed

Tree = dict[str, object]
_RULES = "nonresponder, undetermined, bounds, observed, last_observed, imputed"


def analysis_tree(outcomes: tuple[Placed, ...], catalog: Catalog) -> Tree:
    """
    The tree of analysis.yaml.

    Missing:  treatment, population, variable, intercurrent events, missing-data rule and summary of every estimand:
              no record decides them; the nearest catalog entries are offered beside the variable.
    """
    return {
        "# One endpoint is one block in the five attributes of ICH E9(R1); each gap is a decision that counts.": "",
        "analysis_sets": [
            _set(
                "full_analysis",
                ("Full analysis set", "全分析集"),
                "Everyone who was enrolled, dosed or not.",
                "enrolled",
            ),
            _set("safety", ("Safety set", "安全性分析集"), "Everyone who received at least one dose.", "dosed"),
        ],
        "intercurrent_events": gap(
            "which events after the start of treatment bear on an endpoint, each with name, title, says, found, origin"
        ),
        "estimands": [_estimand(one, catalog) for one in outcomes]
        or gap("the endpoints: the record has no outcome measure"),
        "displays": [],
    }


def _set(name: str, title: tuple[str, str], says: str, includes: str) -> Tree:
    return {
        "name": name,
        "title": {"en": title[0], "zh": title[1]},
        "says": says,
        "includes": includes,
        "proposed": "The record names no analysis set.",
    }


def _estimand(placed: Placed, catalog: Catalog) -> Tree:
    outcome = placed.outcome
    text = f"{outcome.measure} {outcome.description}"
    offered = nearest_entries(outcome.measure, catalog) or nearest_entries(text, catalog)
    nearest = f"; nearest in the catalog: {', '.join(one.name for one in offered)}" if offered else ""
    return {
        "name": placed.name,
        "title": {"en": " ".join(outcome.measure.split()) or gap("the title"), "zh": gap("the Chinese wording")},
        "level": placed.level,
        "treatment": gap("the treatment condition: which medicine, dose and duration, beside which background"),
        "population": gap("who is counted: full_analysis, safety or another analysis set"),
        "variable": gap(f"what is computed for one participant: response, value or event, and at which visit{nearest}"),
        "intercurrent": gap("a strategy for each intercurrent event"),
        "missing": gap(f"what becomes of missing values: {_RULES}"),
        "summary": gap("the statistical methods, by their names in the catalog"),
        "proposed": "The record gives the words of the outcome measure; what computes it is decided here.",
    }
