"""Files of another system, whatever they are, made into a study definition and its values."""

from trialwright.export.incoming.definition import Made, definition_of
from trialwright.export.incoming.files import Incoming, read_files
from trialwright.export.incoming.values import Arrived, arrivals

__all__ = ["Arrived", "Incoming", "Made", "arrivals", "definition_of", "read_files"]
