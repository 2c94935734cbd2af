"""What is done in a quicker way than Django's own says the same as Django's own."""

import re
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict
from django.test import RequestFactory, override_settings
from django.urls import reverse

from trialwright.web import middleware
from trialwright.web.middleware import read_fields
from trialwright.web.page import address, routes

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "a=1&b=2",
        "a=1&a=2&b=",
        "a",
        "=b",
        "a=1;b=2",
        "a==b&&c",
        "a+b=c%20d%2B",
        urlencode({"part.n1": "１２．５", "part.n1__unit": "µkat/L", "reason": "重新读取\r\n<b>"}),
        "%ff=%ff",
        "a=%00",
        "a%3Db=c%26d",
        "a=%zz&b=1%&c=%E4%BD",
        "%E4%BD%A0+=%E5%A5%BD",
    ],
)
def test_a_posted_form_is_read_as_django_reads_it(body: str) -> None:
    request = RequestFactory().post("/", body, content_type=FORM)
    read_fields(request)

    assert QueryDict(body) == request.POST
    assert list(request.POST.lists()) == list(QueryDict(body).lists())


def test_bytes_of_another_encoding_are_left_for_django() -> None:
    request = RequestFactory().generic("POST", "/", b"a=\xff", content_type=FORM)
    read_fields(request)

    assert dict(request.POST.lists()) == {"a": ["ÿ"]}


def test_more_fields_than_allowed_are_refused_as_django_refuses_them() -> None:
    request = RequestFactory().post("/", "a=1&b=2&c=3&d=4", content_type=FORM)

    with override_settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=3):
        read_fields(request)
        with pytest.raises(TooManyFieldsSent):
            _ = request.POST


def test_what_was_posted_cannot_be_changed_afterwards() -> None:
    request = RequestFactory().post("/", "a=1", content_type=FORM)
    read_fields(request)

    with pytest.raises(AttributeError, match="immutable"):
        request.POST["a"] = "2"


@pytest.mark.parametrize("name", ["P0001", "受试者 1", "a&b;c", "100%", "{x}", "Ü"])
def test_an_address_is_the_one_that_django_makes(name: str) -> None:
    for route in routes():
        args = {key: 7 if kind == "int" else name for kind, key in re.findall(r"<(\w+):(\w+)>", route.path)}

        assert address(route.name, **args) == reverse(route.name, kwargs=args)


def test_the_headers_of_an_answer_are_those_of_the_settings() -> None:
    answer = middleware.HeadersMiddleware(lambda _: middleware.HttpResponse())(RequestFactory().get("/"))

    assert answer.headers["Referrer-Policy"] == settings.SECURE_REFERRER_POLICY
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in answer.headers


def test_over_tls_a_browser_is_told_to_stay_with_it() -> None:
    answered = middleware.HeadersMiddleware(lambda _: middleware.HttpResponse())
    secure, plain = RequestFactory().get("/", secure=True), RequestFactory().get("/")

    with override_settings(SECURE_HSTS_SECONDS=31536000):
        assert answered(secure).headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "Strict-Transport-Security" not in answered(plain).headers
