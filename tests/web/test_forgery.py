"""The token against forged posts, and the account behind a session: made faster, they say what Django says."""

import re

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.middleware.csrf import (  # type: ignore[attr-defined]  # the judge of a token
    CsrfViewMiddleware,
    RejectRequest,
    _does_token_match,
    rotate_token,
)

from trialwright.web import session_store
from trialwright.web.forgery import ForgeryMiddleware, _fits, token_of


@pytest.fixture
def signed_in():
    request = HttpRequest()
    request.user = User(username="nurse")
    rotate_token(request)
    return request


def test_a_token_is_one_that_django_accepts_and_never_the_same_twice(signed_in):
    told = {token_of(signed_in) for _ in range(200)}

    assert len(told) == 200
    assert all(_does_token_match(token, signed_in.META["CSRF_COOKIE"]) for token in told)


def test_another_cookie_refuses_the_token(signed_in):
    token = token_of(signed_in)
    rotate_token(signed_in)

    assert not _does_token_match(token, signed_in.META["CSRF_COOKIE"])


@pytest.mark.parametrize(
    "spoil",
    [lambda t: t, lambda t: t[:-1] + ("a" if t[-1] != "a" else "b"), lambda t: "ä" + t[1:], lambda t: t + "a",
     lambda t: t[:32], lambda t: "", lambda t: t[32:] + t[:32], lambda t: t[:-1] + "\u0661"],
)  # fmt: skip
def test_a_posted_token_is_judged_as_django_judges_it(signed_in, spoil):
    token = spoil(token_of(signed_in))
    signed_in.COOKIES = {"csrftoken": signed_in.META["CSRF_COOKIE"]}
    signed_in.POST = {"csrfmiddlewaretoken": token}
    whole = re.fullmatch("[A-Za-z0-9]{64}", token) is not None

    assert _fits(signed_in) == (whole and _does_token_match(token, signed_in.META["CSRF_COOKIE"]))


def test_a_forged_post_is_refused_in_the_same_words(signed_in):
    told = []
    for judge in (CsrfViewMiddleware, ForgeryMiddleware):
        signed_in.method, signed_in.COOKIES = "POST", {"csrftoken": signed_in.META["CSRF_COOKIE"]}
        signed_in.POST = {"csrfmiddlewaretoken": "a" * 64}
        with pytest.raises(RejectRequest) as refused:
            judge(lambda request: None)._check_token(signed_in)
        told.append(refused.value.reason)

    assert told[0] == told[1]


def test_every_character_is_as_likely_in_a_mask_as_any_other(signed_in):
    drawn = "".join(token_of(signed_in)[:32] for _ in range(2000))
    counts = [drawn.count(each) for each in set(drawn)]

    assert len(counts) == 62
    assert min(counts) > 800 and max(counts) < 1270  # 1032 expected; seven standard deviations


def test_a_session_is_never_taken_for_another_persons(here, as_):
    people = [as_("study_nurse"), as_("monitor")]
    told = []
    for _ in range(3):
        told.append([named(each) for each in people])
        # the guess which account a session is of names the other one
        keys = [each.cookies["trialwright_session"].value for each in people]
        owners = [session_store._owners[key] for key in keys]
        session_store._owners.update(zip(keys, reversed(owners), strict=True))

    assert told == [["study_nurse_1", "monitor_1"]] * 3


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "another"}, None], ids=str)
def test_what_happens_to_an_account_counts_at_the_next_click(here, as_, change):
    nurse = as_("study_nurse")
    opened = [nurse.get("/participants/").status_code for _ in range(3)]
    account = User.objects.filter(username="study_nurse_1")
    if change:
        account.update(**change)
    else:
        account.delete()

    assert opened == [200] * 3
    assert nurse.get("/participants/").status_code == 302


def named(browser):
    """Who a page says is signed in."""
    return re.search(r"(\w+_1)", browser.get("/account/").content.decode())[1]
