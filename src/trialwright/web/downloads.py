"""A file to take away: its kind, and a name that no header and no folder misreads."""

import re

from django.http import HttpResponse
from django.utils.http import content_disposition_header

_ODD = re.compile(r"[^\w.-]+")


def download(content: bytes | str, name: str, kind: str) -> HttpResponse:
    """
    The answer with which a browser saves `content` and never opens it.

    A study may be called anything: what is no letter, digit, dot or hyphen becomes a hyphen, and no name begins with a
    dot. Letters beyond ASCII travel in the extended form of RFC 6266.
    """
    safe = _ODD.sub("-", name).lstrip(".-") or "file"
    answer = HttpResponse(content, content_type=kind)
    answer.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=safe) or "attachment"
    )
    return answer
