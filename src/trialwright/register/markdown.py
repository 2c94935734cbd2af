"""The registry escapes its text as Markdown; checks and length limits want the text a person typed."""

import re
from collections.abc import Collection

import msgspec

from trialwright.model.record import RegistryRecord
from trialwright.model.v2 import V2Record
from trialwright.model.v2.protocol import ProtocolSection

# In JSON bytes a backslash is written twice; an escaped backslash is matched first so that pairs stay
# aligned.
_ESCAPED_IN_JSON = re.compile(rb"\\\\(?:\\\\|([!#&()*+\-.<>\[\]^_`{|}~]))")
_BACKSLASH = ord("\\")
_SIGNS = b"!#&()*+-.<>[]^_`{|}~"
_ESCAPED = re.compile(r"\\([\\!#&()*+\-.<>\[\]^_`{|}~])")
# What the registry escapes in nearly every text; a backslash first, so that unescaping gives the same text back.
# The asterisk of a bullet is Markdown already.
_TO_ESCAPE = re.compile(r"^( *\* )|([\\<>*\[\]^~])", re.MULTILINE)
_ENCODE = msgspec.json.Encoder().encode
_MODULES = tuple((one.name, msgspec.json.Decoder(one.type)) for one in msgspec.structs.fields(ProtocolSection))
_RECORD = msgspec.json.Decoder(V2Record)


def unescape(text: str) -> str:
    r"""The text without Markdown escapes: `\>` becomes `>`."""
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def escape(text: str) -> str:
    r"""The text as API v2 writes it: `>` becomes `\>`. `unescape` gives the text back."""
    return _TO_ESCAPE.sub(lambda found: found[1] or f"\\{found[2]}", text)


def unescape_json(document: bytes) -> bytes:
    """The same JSON document with every string unescaped, without parsing it."""
    if b"\\\\" not in document:
        return document
    first, *others = document.split(b"\\\\")
    escaped = b"".join([part[:1] for part in others])
    if len(escaped) < len(others):  # two backslashes side by side: only the pattern knows which of them escapes
        return _ESCAPED_IN_JSON.sub(lambda found: found.group(1) or rb"\\", document)
    if not escaped.translate(None, _SIGNS):  # so it is nearly always
        return first + b"".join(others)
    return first + b"".join([part if part[0] in _SIGNS else b"\\\\" + part for part in others])


def plain_protocol(record: RegistryRecord, leave: Collection[str] = ()) -> ProtocolSection:
    """
    What the sponsor registered, without Markdown escapes: what rules, diffs and length limits read.

    The modules named in `leave` stay as they are: sites and references are most of a record, and no rule reads them.
    """
    section = record.typed.protocol_section
    # most modules hold no escape, and the largest (sites) nearly never: only those that do are read again
    escaped = {
        name: decoder.decode(unescape_json(told))
        for name, decoder in _MODULES
        if name not in leave
        # one backslash is found at once, two in a row are not
        and _BACKSLASH in (told := _ENCODE(getattr(section, name)))
        and b"\\\\" in told
    }
    return msgspec.structs.replace(section, **escaped) if escaped else section


def plain(record: RegistryRecord) -> V2Record:
    """The whole record without Markdown escapes, results included."""
    whole = _ENCODE(record.typed)
    return _RECORD.decode(unescape_json(whole)) if b"\\\\" in whole else record.typed
