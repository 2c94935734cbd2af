"""The registry escapes its text as Markdown; checks and length limits want the text a person typed."""

import re

# In JSON bytes a backslash is written twice; an escaped backslash is matched first so that pairs stay
# aligned.
_ESCAPED_IN_JSON = re.compile(rb"\\\\(?:\\\\|([!#()*+\-.<>\[\]^_`{|}~]))")
_ESCAPED = re.compile(r"\\([\\!#()*+\-.<>\[\]^_`{|}~])")


def unescape(text: str) -> str:
    r"""The text without Markdown escapes: `\>` becomes `>`."""
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def unescape_json(document: bytes) -> bytes:
    """The same JSON document with every string unescaped, without parsing it."""
    if b"\\\\" not in document:
        return document
    return _ESCAPED_IN_JSON.sub(lambda found: found.group(1) or rb"\\", document)
