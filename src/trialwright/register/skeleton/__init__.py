"""A definition skeleton out of a registry record: what the record says, its origin, and a named gap for the rest."""

from trialwright.register.skeleton.write import write_definition

__all__ = ["write_definition"]
