"""Computability: what each registered outcome measure is computed by, and what the catalog offers where nothing is."""

from trialwright.register.binding.bound import Binding, bind_outcomes, outcome_of, plain, render_bindings
from trialwright.register.binding.nearest import Nearest, nearest_entries

__all__ = ["Binding", "Nearest", "bind_outcomes", "nearest_entries", "outcome_of", "plain", "render_bindings"]
