"""Accounts: the second factor and its replay, one's own password, closing, roles with site and term."""

import base64
import datetime as dt
import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.test.utils import override_settings
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from trialwright.pipeline import conduct
from trialwright.web import accounts_of, second_factor
from web.small_study import PASSWORD
from web.stage import enrolled

NEW = "another long passphrase"
NURSE = {"username": "study_nurse_1", "password": PASSWORD}


def code_of(name: str, confirmed: bool = True) -> str:
    """What the telephone shows now."""
    device = second_factor.Telephone.objects.get(user__username=name, confirmed=confirmed)
    return f"{totp(device.bin_key, device.step, device.t0, device.digits):06d}"


def forget_last_code(name: str) -> None:
    """As if half a minute had passed since the last code was used."""
    second_factor.Telephone.objects.filter(user__username=name).update(last_t=-1, throttling_failure_count=0)


def with_factor(name: str) -> tuple[str, ...]:
    """A person whose second factor is on; the backup codes."""
    user = User.objects.get(username=name)
    second_factor.begin(user)
    codes = second_factor.confirm(user, code_of(name, confirmed=False))
    forget_last_code(name)
    return codes


def to_code(browser: Client, **more: str):
    return browser.post("/sign-in/", NURSE | more)


def inside(browser: Client) -> bool:
    return browser.get("/participants/").status_code == 200


def test_edc_r32_with_the_second_factor_on_the_password_alone_opens_nothing(here):
    with_factor("study_nurse_1")
    browser = Client()
    answer = to_code(browser)

    assert (answer.status_code, inside(browser)) == (401, False)
    assert here.ledger.events(("signed_in",)) == ()

    browser.post("/sign-in/code/", {"code": code_of("study_nurse_1")})

    assert inside(browser)


def test_edc_r32_a_code_is_taken_once(here):
    with_factor("study_nurse_1")
    first, second = Client(), Client()
    to_code(first), to_code(second)
    code = code_of("study_nurse_1")
    first.post("/sign-in/code/", {"code": code})
    answer = second.post("/sign-in/code/", {"code": code})

    assert (inside(first), inside(second), answer.status_code) == (True, False, 401)


def test_a_backup_code_opens_once_and_is_kept_as_a_hash(here):
    codes = with_factor("study_nurse_1")
    kept = set(StaticToken.objects.values_list("token", flat=True))
    answers = []
    for _ in range(2):
        browser = Client()
        to_code(browser)
        browser.post("/sign-in/code/", {"code": codes[3].upper()})
        answers.append(inside(browser))
        second_factor.Telephone.objects.update(throttling_failure_count=0)

    assert len(codes) == len(kept) == 10
    assert not kept & {code.replace("-", "") for code in codes}
    assert answers == [True, False]


def test_anothers_backup_code_does_not_open(here):
    with_factor("study_nurse_1")
    theirs = with_factor("monitor_1")
    browser = Client()
    to_code(browser)
    browser.post("/sign-in/code/", {"code": theirs[0]})

    assert not inside(browser)


def test_wrong_codes_lock_the_account_as_wrong_passwords_do(here):
    with_factor("study_nurse_1")
    browser = Client()
    to_code(browser)
    answers = [browser.post("/sign-in/code/", {"code": "000000"}).status_code for _ in range(5)]
    forget_last_code("study_nurse_1")
    right = browser.post("/sign-in/code/", {"code": code_of("study_nurse_1")})

    assert answers == [401, 401, 401, 401, 429]
    assert right.status_code in (302, 429)
    assert not inside(browser)
    assert [e.details["user"] for e in here.ledger.events(("account_locked",))] == ["study_nurse_1"]


def test_the_step_of_the_code_is_not_reached_without_the_password_nor_with_anothers_session(here):
    with_factor("study_nurse_1")
    stranger = Client()
    answer = stranger.post("/sign-in/code/", {"code": code_of("study_nurse_1")})

    assert (answer.headers["Location"], inside(stranger)) == ("/sign-in/", False)


def test_a_new_password_between_the_two_steps_stops_the_second(here):
    with_factor("study_nurse_1")
    browser = Client()
    to_code(browser)
    accounts_of.new_password(here, "study_nurse_1", by="administrator_1")
    browser.post("/sign-in/code/", {"code": code_of("study_nurse_1")})

    assert not inside(browser)


def test_edc_r35_the_session_number_changes_at_the_password_and_at_the_code(here):
    with_factor("study_nurse_1")
    browser = Client()
    browser.get("/sign-in/")
    browser.session.save()
    numbers = [browser.session.session_key]
    to_code(browser)
    numbers.append(browser.session.session_key)
    browser.post("/sign-in/code/", {"code": code_of("study_nurse_1")})
    numbers.append(browser.session.session_key)

    assert len(set(numbers)) == 3


def test_the_way_back_after_the_code_stays_on_this_host(here):
    with_factor("study_nurse_1")
    browser = Client()
    to_code(browser, next="https://e.org/")
    answer = browser.post("/sign-in/code/", {"code": code_of("study_nurse_1"), "next": "https://e.org/"})

    assert answer.headers["Location"] == "/participants/"


def test_edc_r32_a_role_that_asks_for_the_second_factor_opens_only_the_page_to_set_it_up(here, monkeypatch):
    monkeypatch.setattr(settings, "SECOND_FACTOR_ROLES", frozenset({"study_nurse"}))
    nurse, monitor = Client(), Client()
    nurse.post("/sign-in/", NURSE)
    monitor.post("/sign-in/", NURSE | {"username": "monitor_1"})

    assert nurse.get("/participants/").headers["Location"] == "/account/second-factor/"
    assert inside(monitor)

    nurse.post("/account/second-factor/begin/", NURSE)
    page = nurse.get("/account/second-factor/").content.decode()
    picture = nurse.get("/account/second-factor/picture/")
    codes = nurse.post("/account/second-factor/", {"code": code_of("study_nurse_1", confirmed=False)})

    assert "Scan the picture" in page
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert len(re.findall(r"<li><code", codes.content.decode())) == 10
    assert inside(nurse)
    assert nurse.get("/account/second-factor/picture/").status_code == 404


def test_an_open_session_alone_does_not_move_the_second_factor(here, as_):
    with_factor("study_nurse_1")
    browser = as_("study_nurse")
    begun = browser.post("/account/second-factor/begin/", NURSE)
    removed = browser.post("/account/second-factor/remove/", NURSE)

    assert (begun.status_code, removed.status_code) == (422, 422)
    assert second_factor.Telephone.objects.filter(confirmed=False).count() == 0
    assert second_factor.is_on(User.objects.get(username="study_nurse_1"))


def test_edc_r51_signing_asks_for_the_code_where_the_second_factor_is_on(here, as_):
    enrolled(here)
    conduct.complete_visit(here.ledger, here.study, conduct.Actor("investigator_1"), "P001", "W0", reason="elsewhere")
    with_factor("investigator_1")
    browser = as_("investigator")
    path = "/participants/P001/visits/W0/sign/"
    sent = dict(re.findall(r'name="(hash[^"]*|token)" value="([^"]+)">', browser.get(path).content.decode()))
    sent |= {"username": "investigator_1", "password": PASSWORD, "meaning": "reviewed"}
    without = browser.post(path, sent).status_code
    second_factor.Telephone.objects.update(throttling_failure_count=0)
    code = code_of("investigator_1")
    signed = browser.post(path, sent | {"code": code}).status_code

    assert (without, signed) == (422, 302)

    conduct.reopen_visit(here.ledger, here.study, conduct.Actor("investigator_1"), "P001", "W0", reason="again")
    conduct.complete_visit(here.ledger, here.study, conduct.Actor("investigator_1"), "P001", "W0", reason="elsewhere")
    sent |= dict(re.findall(r'name="(hash[^"]*|token)" value="([^"]+)">', browser.get(path).content.decode()))

    assert browser.post(path, sent | {"code": code}).status_code == 422


def test_edc_r35_a_new_password_ends_every_other_session(here, as_):
    mine, elsewhere = as_("study_nurse"), as_("study_nurse")
    answer = mine.post("/account/password/", NURSE | {"new": NEW, "again": NEW})

    assert answer.status_code == 302
    assert (inside(mine), inside(elsewhere)) == (True, False)
    assert Client().post("/sign-in/", NURSE | {"password": NEW}).status_code == 302
    assert [e.details["user"] for e in here.ledger.events(("password_changed",))] == ["study_nurse_1"]


@pytest.mark.parametrize("wrong", [
    {"password": "wrong"}, {"again": "different passphrase"}, {"new": "short", "again": "short"},
    {"new": "study_nurse_1", "again": "study_nurse_1"}, {"username": "monitor_1"},
], ids=["old one wrong", "typed differently", "short", "like the name", "another's"])  # fmt: skip
def test_a_password_is_not_changed_by_half(here, as_, wrong):
    answer = as_("study_nurse").post("/account/password/", NURSE | {"new": NEW, "again": NEW} | wrong)

    assert answer.status_code == 422
    assert User.objects.get(username="study_nurse_1").check_password(PASSWORD)


def test_edc_r31_an_account_is_added_with_how_the_person_was_recognised_and_a_password_for_once(here, as_):
    page = as_("administrator").post(
        "/people/add/", {"user": "li.wei", "printed": "Li Wei 李伟", "identity": "hospital card"}
    ).content.decode()  # fmt: skip
    once = re.search(r'<code translate="no">([a-z0-9-]{23})</code>', page).group(1)
    browser = Client()
    browser.post("/sign-in/", {"username": "li.wei", "password": once})

    assert here.ledger.events(("account_added",))[-1].details == {
        "user": "li.wei", "name": "Li Wei 李伟", "identity": "hospital card",
    }  # fmt: skip
    assert browser.get("/participants/").headers["Location"] == "/account/"

    browser.post("/account/password/", {"username": "li.wei", "password": once, "new": NEW, "again": NEW})

    assert browser.get("/participants/").status_code == 403  # no role yet, and nothing owed any more


def test_edc_r30_a_closed_account_signs_in_no_more_and_its_name_is_never_used_again(here, as_):
    nurse, admin = as_("study_nurse"), as_("administrator")
    admin.post("/people/close/", {"user": "study_nurse_1", "reason": "left the hospital"})
    again = admin.post("/people/add/", {"user": "study_nurse_1", "printed": "X", "identity": "card"})

    assert nurse.get("/participants/").status_code == 302
    assert Client().post("/sign-in/", NURSE).status_code == 401
    assert (again.status_code, here.roles_of("study_nurse_1")) == (422, ())
    assert here.ledger.events(("account_closed",))[0].reason == "left the hospital"


@pytest.mark.parametrize("path", ["/people/close/", "/people/password/"])
def test_nobody_closes_or_resets_the_own_account(here, as_, path):
    answer = as_("administrator").post(path, {"user": "administrator_1", "reason": "mine"})

    assert answer.status_code == 422
    assert User.objects.get(username="administrator_1").is_active


def test_edc_r33_whoever_keeps_accounts_sees_a_locked_one_and_unlocks_it(here, as_):
    browser = Client()
    for _ in range(5):
        browser.post("/sign-in/", NURSE | {"password": "wrong"})
    admin = as_("administrator")
    seen = "Locked after wrong passwords" in admin.get("/people/").content.decode()
    admin.post("/people/unlock/", {"user": "study_nurse_1"})

    assert seen
    assert Client().post("/sign-in/", NURSE).status_code == 302
    assert [e.user for e in here.ledger.events(("account_unlocked",))] == ["administrator_1"]
    assert [e.details["user"] for e in here.ledger.events(("account_locked",))] == ["study_nurse_1"]


def test_a_role_given_ends_the_sessions_of_its_person(here, as_):
    nobody, manager = as_("nobody"), as_("data_manager")
    nobody.get("/account/")
    manager.post("/people/grant/", {"user": "nobody_1", "role": "monitor"})

    assert nobody.get("/account/").status_code == 302
    assert inside(as_("nobody"))


def test_sessions_of_others_live_on(here, as_):
    nurse, monitor, manager = as_("study_nurse"), as_("monitor"), as_("data_manager")
    manager.post("/people/revoke/", {"user": "study_nurse_1", "role": "study_nurse", "reason": "left"})

    assert (inside(nurse), inside(monitor)) == (False, True)
    assert Session.objects.count() == 2


def day(days: int) -> str:
    return (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)).isoformat()


@pytest.mark.parametrize(("since", "until", "counts"), [
    (day(-30), "", True), (day(2), "", False), ("", day(2), True), (day(-30), day(-2), False), (day(-2), day(2), True),
])  # fmt: skip
def test_edc_r37_a_role_counts_within_its_term_only(here, as_, since, until, counts):
    sent = {"user": "nobody_1", "role": "study_nurse", "since": since, "until": until}
    as_("data_manager").post("/people/grant/", sent)
    browser = as_("nobody")

    assert inside(browser) is counts
    done = conduct.add_participant(here.ledger, here.study, conduct.Actor("nobody_1"), "P050")
    assert isinstance(done, conduct.Saved) is counts


def test_a_ledger_whose_grants_have_all_ended_does_not_begin_anew(here):
    ledger, study, manager = here.ledger, here.study, conduct.Actor("data_manager_1")
    for role in study.roles:
        if role.name != "data_manager":
            conduct.revoke_role(ledger, study, manager, user=f"{role.name}_1", role=role.name, reason="over")
    conduct.revoke_role(ledger, study, manager, user="data_manager_1", role="data_manager", reason="over")
    taken = conduct.grant_role(ledger, study, conduct.Actor("nobody_1"), user="nobody_1", role="data_manager")

    assert isinstance(taken, conduct.Refused)


@pytest.mark.parametrize(("sent", "told"), [
    ({"since": "2021-03-15", "until": "2021-03-14"}, "on or after the day"),
    ({"since": "15.03.2021"}, "begins with"),
    ({"site": "elsewhere"}, "no site of this study"),
])  # fmt: skip
def test_a_grant_with_a_wrong_term_or_site_is_told_in_words(here, as_, sent, told):
    answer = as_("data_manager").post("/people/grant/", {"user": "nobody_1", "role": "monitor"} | sent)

    assert answer.status_code == 422
    assert told in answer.content.decode()


def test_edc_r37_the_delegation_log_says_who_held_which_role_on_a_day(here, as_):
    manager = as_("data_manager")
    sent = {"user": "nobody_1", "role": "monitor", "since": day(2), "until": day(4), "trained": day(-1)}
    manager.post("/people/grant/", sent | {"reason": "source data of the site"})
    now, then, after = (manager.get(f"/people/delegation/?on={day(n)}").content.decode() for n in (0, 3, 6))
    every = manager.get("/people/delegation/").content.decode()

    assert ("nobody_1" in now, "nobody_1" in then, "nobody_1" in after) == (False, True, False)
    assert day(-1) in every
    assert "source data of the site" in every


def test_the_matrix_on_the_page_is_that_of_the_definition(here, as_):
    html = as_("monitor").get("/people/").content.decode()
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th>((?:<td>.*?</td>)+)</tr>', html.replace("\n", ""))
    shown = {words: [cell.startswith("✓") for cell in re.findall(r"<td>(.*?)</td>", cells)] for words, cells in rows}

    assert shown["verify data"] == ["verify" in role.may for role in here.study.roles]
    assert shown["sign data"] == ["sign" in role.may for role in here.study.roles]


def raw_keys() -> list[str]:
    return list(TOTPDevice.objects.values_list("key", flat=True))


def test_edc_r32_the_table_of_accounts_holds_no_secret_that_makes_codes(here):
    with_factor("study_nurse_1")
    secret = second_factor.Telephone.objects.get().bin_key
    (kept,) = raw_keys()

    assert len(secret) == 20
    assert secret.hex() not in kept
    assert secret not in base64.urlsafe_b64decode(kept.removeprefix("s1:"))


def test_edc_r32_a_sealed_secret_copied_to_another_person_makes_no_codes(here):
    with_factor("study_nurse_1")
    with_factor("monitor_1")
    TOTPDevice.objects.filter(user__username="monitor_1").update(
        key=TOTPDevice.objects.get(user__username="study_nurse_1").key
    )

    assert not second_factor.verify(User.objects.get(username="monitor_1"), code_of("study_nurse_1"))


def test_a_secret_written_by_an_earlier_version_is_sealed_at_the_start_and_nobody_is_locked_out(here):
    with_factor("study_nurse_1")
    user, secret = User.objects.get(username="study_nurse_1"), second_factor.Telephone.objects.get().bin_key
    TOTPDevice.objects.update(key=secret.hex())
    assert second_factor.verify(user, code_of("study_nurse_1"))

    second_factor.seal_stored()
    forget_last_code("study_nurse_1")

    assert secret.hex() not in "".join(raw_keys())
    assert second_factor.verify(user, code_of("study_nurse_1"))


def test_under_another_key_of_the_server_no_code_is_right_and_the_administrator_can_take_it_away(here):
    with_factor("study_nurse_1")
    code = code_of("study_nurse_1")
    with override_settings(SECRET_KEY="another key of the server, long enough to be one, 50 characters"):
        right = second_factor.verify(User.objects.get(username="study_nurse_1"), code)

    assert not right

    second_factor.remove(User.objects.get(username="study_nurse_1"))
    again = Client()
    to_code(again)
    assert inside(again)
