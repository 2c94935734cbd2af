"""The registry writes one field in two markups, Markdown escapes in API v2 and HTML in its own pages: plain text."""

import html
import re

from trialwright.register.markdown import unescape

_MARKED = re.compile(r"</?(?:p|ul|ol|li|br|div|b|i|sub|sup)\b[^<>]*>|&(?:lt|gt|amp|quot|nbsp|#\w+);", re.I)
_BLOCK = re.compile(r"</?(?:p|ul|ol|br|div)\b[^<>]*>", re.I)
_ITEM = re.compile(r"<li\b[^<>]*>", re.I)
_TAG = re.compile(r"</?(?:li|b|i|sub|sup)\b[^<>]*>", re.I)


def plain_markup(text: str) -> str:
    """The text a person typed: without Markdown escapes or tags, an item of a list on a line of its own."""
    if not _MARKED.search(text):
        return unescape(text)
    lined = _TAG.sub("", _ITEM.sub("\n* ", _BLOCK.sub("\n", text)))
    lines = [" ".join(line.split()) for line in html.unescape(lined).splitlines()]
    return "\n".join(line for line in lines if line)
