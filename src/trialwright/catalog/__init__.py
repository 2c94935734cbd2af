"""What is known about medicine and statistics: one folder an entry, found by folder, registered nowhere."""

from trialwright.catalog.catalog import Catalog, Output, criterion, load, number_of
from trialwright.catalog.parameters import Argument, Parameters

__all__ = ["Argument", "Catalog", "Output", "Parameters", "criterion", "load", "number_of"]
