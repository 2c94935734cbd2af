"""HTTP: the pages a nurse, an investigator and a monitor see. The only place that knows Django."""

from trialwright.web.server import Refused, serve

__all__ = ["Refused", "serve"]
