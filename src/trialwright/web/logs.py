"""
What the server writes to its log: one JSON object a line, for a program to read, without a word of the trial.

An address holds a participant's number, an exception's text may hold a value, and a posted form holds nothing else.
So a line names the *route*, never the address, and of an exception its type and the places in our code, never its text.
"""

import json
import logging
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from django.http import HttpRequest
from django.http.response import HttpResponseBase

ACCESS = logging.getLogger("trialwright.access")


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON; only what is known to hold no value."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "at_utc": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
        }
        told |= getattr(record, "told", {})
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            told |= {"route": route_of(request), "method": request.method}
        if record.exc_info and record.exc_info[0] is not None:
            told["exception"] = record.exc_info[0].__name__
            told["places"] = [
                f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])[-8:]
            ]
        elif "told" not in record.__dict__:
            told["source"] = f"{record.module}:{record.lineno}"
        return json.dumps(told, ensure_ascii=False)


class AccessLogMiddleware:
    """One line a request: route, method, status, milliseconds. Nothing of who asked for what."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        answer = self._get_response(request)
        told = {"route": route_of(request), "method": request.method, "status": answer.status_code,
                "ms": round((time.perf_counter() - begun) * 1000, 1)}  # fmt: skip
        ACCESS.info("request", extra={"told": told})
        return answer


def route_of(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.url_name or "" if match else ""
