"""
Where a browser keeps typing that was not saved, and the key it is kept under.

A draft never leaves the computer it was typed on. It is encrypted with a key that comes with the pages of the person
who typed it and of nobody else: the next person at a shared computer finds nothing to read.
"""

import base64
import hmac
from functools import lru_cache

import msgspec
from django.conf import settings


class DraftPlace(msgspec.Struct, frozen=True):
    """Name and key of one form's draft; both empty where the site keeps none (`TRIALWRIGHT_DRAFTS=off`)."""

    slot: str
    key: str


def place_of(user: str, path: str) -> DraftPlace:
    """The draft of one person on one form."""
    if not settings.DRAFTS:
        return DraftPlace("", "")
    secret = settings.SECRET_KEY
    return DraftPlace("trialwright:draft:" + _sealed(secret, "name", user, path)[:22], _key_of(secret, user))


@lru_cache(maxsize=1024)
def _key_of(secret: str, user: str) -> str:
    return _sealed(secret, "key", user)


def _sealed(secret: str, *words: str) -> str:
    text = "\n".join(("trialwright draft", *words))
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha256")).decode()
