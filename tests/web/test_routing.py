"""Addresses found by their shape lead where Django's own search leads."""

import re

import pytest
from django.urls import Resolver404, URLResolver, path
from django.urls.resolvers import RoutePattern

from trialwright.web.page import routes
from trialwright.web.routing import by_shape

VIEWS = [(route.path, route.view, route.name) for route in routes()]
FILLED = [re.sub(r"<\w+:\w+>", "x y·1", route.path) for route in routes()]
STRANGE = [
    "",
    "nothing/",
    "participants",
    "participants//",
    "participants/x/visits//forms/y/",
    "a/b/c/d/e/f/g/h/",
    "é/",
]


@pytest.fixture(scope="module")
def both():
    plain = URLResolver(RoutePattern(""), [path(address, view, name=name) for address, view, name in VIEWS])
    return plain, URLResolver(RoutePattern(""), by_shape(VIEWS))


@pytest.mark.parametrize("address", FILLED + [address.removesuffix("/") for address in FILLED] + STRANGE)
def test_an_address_leads_where_django_leads(both, address):
    plain, ours = (found(resolver, address) for resolver in both)

    assert ours == plain


def found(resolver: URLResolver, address: str) -> object:
    try:
        match = resolver.resolve(address)
    except Resolver404:
        return None
    return match.func, match.args, match.kwargs, match.url_name, match.route
