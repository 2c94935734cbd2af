"""The token against forged posts: Django's own, masked anew for each page as Django does it, in a tenth of its time."""

import os

from django.http import HttpRequest
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH, get_token

_PLACE = {character: place for place, character in enumerate(CSRF_ALLOWED_CHARS)}
_MANY = len(CSRF_ALLOWED_CHARS)
_EVEN = 256 // _MANY * _MANY
"""Bytes from here on would make the first characters likelier than the others."""


def token_of(request: HttpRequest) -> str:
    """
    What a form of this page sends back.

    To somebody signed in, the cookie behind it is not sent anew with each page: it was when the session began, and it
    outlives the session by far.
    """
    secret = request.META.get("CSRF_COOKIE")
    person = getattr(request, "user", None)  # a post may be refused before it is known who asks
    if secret is None or len(secret) != CSRF_SECRET_LENGTH or person is None or not person.is_authenticated:
        return get_token(request)
    return _masked(secret)


def _masked(secret: str) -> str:
    drawn: list[int] = []
    while len(drawn) < CSRF_SECRET_LENGTH:
        drawn += [byte % _MANY for byte in os.urandom(CSRF_SECRET_LENGTH + 8) if byte < _EVEN]
    characters, mask = CSRF_ALLOWED_CHARS, drawn[:CSRF_SECRET_LENGTH]
    hidden = [characters[(_PLACE[each] + by) % _MANY] for each, by in zip(secret, mask, strict=True)]
    return "".join([*map(characters.__getitem__, mask), *hidden])
