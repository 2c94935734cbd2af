"""HTTP: the pages a nurse, an investigator and a monitor see. The only place that knows Django."""

from trialwright.web.server import Refused, check_may_serve, serve

__all__ = ["Refused", "check_may_serve", "serve"]
