"""
The chain: what is hashed, in which order, byte for byte.

A link is SHA-256(hash before, link as JSON). It holds no value: it holds the commitment SHA-256(nonce, content as
JSON), so that value and nonce can be erased lawfully while every later link still verifies.
"""

from hashlib import sha256
from typing import NamedTuple

import msgspec

FORMAT = 1
DIGEST = 32
"""Bytes of a hash, a commitment and a nonce."""

encode = msgspec.json.Encoder(order="deterministic").encode


class Content(NamedTuple):
    """What an entry says; the part that can be erased. Events keep their details as JSON in `text`."""

    raw: str
    text: str
    unit: str
    reason: str


class Link(NamedTuple):
    """One entry as it stands in the chain. Names, not keys: renaming a lookup row breaks every link that used it."""

    seq: int
    save: int
    at_ms: int
    token: str
    build: int
    origin: str
    account: str
    event: int
    kind: str
    participant: str
    visit: str
    form: str
    item: str
    row_id: int
    replaces: int
    erases: int
    commitment: bytes  # base64 in the JSON


def commitment_of(nonce: bytes, content: Content | tuple[object, ...]) -> bytes:
    """SHA-256(nonce, content): says nothing of the content to whoever lacks the nonce, and fits no other content."""
    return sha256(nonce + encode(content)).digest()


def hash_of(before: bytes, link: Link | tuple[object, ...]) -> bytes:
    """The hash of a link (or of a plain tuple in its order), given the hash of the link before it."""
    return sha256(before + encode(link)).digest()


def first_hash(origin: bytes) -> bytes:
    """What the first link stands on. `origin` is drawn once a ledger, so that two trials never share a head."""
    return sha256(b"trialwright ledger %d\n" % FORMAT + origin).digest()


def details_text(details: dict[str, str]) -> str:
    """Event details as one text: JSON, keys in order."""
    return encode(details).decode()
