"""YAML as a clinician reads it: block text, short lines, one key a line; read back by our own strict reader."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

_WIDTH = 100
_PLAIN = re.compile(r"[A-Za-z0-9(<\u4e00-\u9fff](?:(?!: |:$| #)[^\n\t])*")
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_COMMENT = "#"


def render(tree: Mapping[str, object]) -> str:
    """The file of a tree of text, lists and blocks; a key that begins with # is a comment above the next key."""
    return "\n".join(_block(tree, 0)) + "\n"


def _block(tree: Mapping[str, object], indent: int) -> Iterator[str]:
    pad = " " * indent
    for key, value in tree.items():
        if key.startswith(_COMMENT):
            yield from _comment(key.lstrip("# "), pad)
        elif isinstance(value, str):
            yield from _scalar(f"{pad}{key}:", value, indent)
        elif isinstance(value, Mapping):
            yield f"{pad}{key}:" if value else f"{pad}{key}: {{}}"
            yield from _block(value, indent + 2)
        elif isinstance(value, Sequence):
            yield f"{pad}{key}:" if value else f"{pad}{key}: []"
            yield from _list(value, indent + 2)
        else:
            raise TypeError(f"text, a block or a list stands in a file, found {type(value).__name__} under {key!r}")


def _list(entries: Sequence[object], indent: int) -> Iterator[str]:
    pad = " " * indent
    for entry in entries:
        if isinstance(entry, Mapping):
            lines = list(_block(entry, indent + 2))
            first = next(at for at, line in enumerate(lines) if not line.lstrip().startswith(_COMMENT))
            yield from (line[2:] for line in lines[:first])
            yield f"{pad}- {lines[first].lstrip()}"
            yield from lines[first + 1 :]
        else:
            yield from _scalar(f"{pad}-", str(entry), indent)


def _comment(text: str, pad: str) -> Iterator[str]:
    yield from (f"{pad}# {line}" for line in _wrapped(text))


def _scalar(head: str, text: str, indent: int) -> Iterator[str]:
    """`key: text`, folded where it is long, a block of its lines where it has several, quoted where it must be."""
    text = text.strip()
    inner = " " * (indent + 2)
    lines = text.split("\n")
    if not text or _UNSAFE.search(text) or "\t" in text:
        yield f"{head} {_quoted(text)}"
    elif len(lines) > 1:
        yield f"{head} |-"
        yield from (f"{inner}{line}".rstrip() for line in lines)
    elif len(text) > _WIDTH - len(head) and "  " not in text:
        yield f"{head} >-"
        yield from (f"{inner}{line}" for line in _wrapped(text))
    elif _PLAIN.fullmatch(text):
        yield f"{head} {text}"
    else:
        yield f"{head} {_quoted(text)}"


def _quoted(text: str) -> str:
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def _wrapped(text: str) -> list[str]:
    """Lines of whole words; a word longer than a line stands alone."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and len(lines[-1]) + len(word) < _WIDTH:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines
