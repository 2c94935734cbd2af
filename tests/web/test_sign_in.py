"""Who may come in, and how often somebody may guess."""

from django.test import Client

from web.small_study import PASSWORD


def test_a_page_asks_for_sign_in_first(here):
    answer = Client().get("/participants/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in/?next=/participants/")


def test_the_right_password_opens_the_page_that_was_asked_for(here):
    answer = Client().post("/sign-in/", {"username": "study_nurse_1", "password": PASSWORD, "next": "/participants/"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/participants/")


def test_sign_in_sends_nobody_to_another_host(here):
    answer = Client().post("/sign-in/", {"username": "study_nurse_1", "password": PASSWORD, "next": "https://e.org/"})

    assert answer.headers["Location"] == "/participants/"


def test_sign_in_changes_the_session_number(here):
    client = Client()
    client.force_login(directory_user("monitor_1"), "django.contrib.auth.backends.ModelBackend")
    before = client.session.session_key
    client.post("/sign-in/", {"username": "study_nurse_1", "password": PASSWORD})

    assert before != client.session.session_key


def test_log_ins_and_failures_stand_in_the_ledger(here):
    client = Client()
    client.post("/sign-in/", {"username": "study_nurse_1", "password": "wrong"})
    client.post("/sign-in/", {"username": "study_nurse_1", "password": PASSWORD})
    client.post("/sign-out/")
    kinds = [event.kind for event in here.ledger.events(("sign_in_failed", "signed_in", "signed_out"))]

    assert kinds == ["sign_in_failed", "signed_in", "signed_out"]


def test_the_fifth_wrong_password_locks_the_account_even_for_the_right_one(here):
    client = Client()
    answers = [client.post("/sign-in/", {"username": "monitor_1", "password": "wrong"}) for _ in range(5)]
    right = client.post("/sign-in/", {"username": "monitor_1", "password": PASSWORD})

    assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 429]
    assert right.status_code == 429
    assert "locked for 15 minutes" in right.content.decode()


def test_a_wrong_password_is_told_in_the_readers_language(here):
    client = Client()
    client.cookies["trialwright_language"] = "zh"
    answer = client.post("/sign-in/", {"username": "monitor_1", "password": "wrong"})

    assert "用户名与密码不匹配" in answer.content.decode()


def directory_user(name):
    from django.contrib.auth.models import User

    return User.objects.get(username=name)
