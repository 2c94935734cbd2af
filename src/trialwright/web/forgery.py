"""The token against forged posts: Django's own, masked and judged as Django does it, in a tenth of its time."""

import os

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import (
    CSRF_ALLOWED_CHARS,
    CSRF_SECRET_LENGTH,
    CSRF_TOKEN_LENGTH,
    CsrfViewMiddleware,
    get_token,
)
from django.utils.crypto import constant_time_compare

_PLACE = {character: place for place, character in enumerate(CSRF_ALLOWED_CHARS)}
_MANY = len(CSRF_ALLOWED_CHARS)
_CHARACTER = [CSRF_ALLOWED_CHARS[place % _MANY] for place in range(256 + _MANY)]
_UNEVEN = bytes(range(256 // _MANY * _MANY, 256))
"""Bytes that would make the first characters likelier than the others."""


class ForgeryMiddleware(CsrfViewMiddleware):
    """Django's judgement on every post. A token that fits is known at once; all else Django looks at, and refuses."""

    def _check_token(self, request: HttpRequest) -> None:
        if not _fits(request):
            super()._check_token(request)  # type: ignore[misc]  # the stubs do not know it


def _fits(request: HttpRequest) -> bool:
    """Whether the posted token is the secret of the cookie under a mask."""
    secret = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    token = request.POST.get("csrfmiddlewaretoken", "")
    if len(secret) != CSRF_SECRET_LENGTH or len(token) != CSRF_TOKEN_LENGTH:
        return False
    places = [_PLACE.get(character, -_MANY) for character in token]
    masks, hidden = places[:CSRF_SECRET_LENGTH], places[CSRF_SECRET_LENGTH:]
    characters = [CSRF_ALLOWED_CHARS[(each - by) % _MANY] for each, by in zip(hidden, masks, strict=True)]
    return min(places) >= 0 and constant_time_compare("".join(characters), secret)


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
    drawn = b""
    while len(drawn) < CSRF_SECRET_LENGTH:
        drawn += os.urandom(CSRF_SECRET_LENGTH + 8).translate(None, _UNEVEN)
    mask = drawn[:CSRF_SECRET_LENGTH]
    hidden = [_PLACE[each] + by for each, by in zip(secret, mask, strict=True)]
    return "".join(map(_CHARACTER.__getitem__, [*mask, *hidden]))
