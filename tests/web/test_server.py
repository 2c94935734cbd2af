"""Before anything is opened to the network: where it may bind, which accounts may stand there."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User

from support.serving import answering
from trialwright.pipeline.conduct_people import Delegation
from trialwright.web import directory, place, server
from trialwright.web.problems import Refused


def code_of(act, *arguments, **named) -> str:
    with pytest.raises(Refused) as refused:
        act(*arguments, **named)
    return refused.value.problem.code


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "hospital.example"])
def test_without_tls_only_this_computer_is_served(host):
    assert code_of(server.check_may_bind, host, "", "") == "TW-WEB-001"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.2"])
def test_loopback_needs_no_tls(host):
    server.check_may_bind(host, "", "")


def test_certificate_and_key_are_needed_together(tmp_path):
    cert = tmp_path / "cert.pem"
    cert.write_text("x")

    assert code_of(server.check_may_bind, "0.0.0.0", str(cert), "") == "TW-WEB-004"


def test_a_port_in_use_is_told_with_another_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert code_of(server.check_port_free, "127.0.0.1", port) == "TW-WEB-002"


def test_demo_accounts_are_made_only_where_the_demo_made_the_database(here, demo):
    made = directory.create_demo_accounts(demo)

    assert {role.name for role in demo.study.roles} == {name for name, _, _ in made}
    assert code_of(directory.create_demo_accounts, here) == "TW-WEB-008"


def test_serve_refuses_demo_accounts_beside_a_real_ledger(here, monkeypatch):
    from trialwright.web import start

    group, _ = Group.objects.get_or_create(name=directory.DEMO_GROUP)
    User.objects.create_user("investigator").groups.add(group)
    monkeypatch.setattr(start, "set_up", lambda: place.use(here))

    assert code_of(server.check_accounts, False) == "TW-WEB-003"


@pytest.mark.parametrize(
    ("name", "password", "roles", "code"),
    [
        ("study_nurse_1", "three unrelated words", (), "TW-WEB-005"),
        ("li.wei", "short", (), "TW-WEB-006"),
        ("li.wei", "three unrelated words", ("nurse",), "TW-WEB-007"),
        ("li wei", "three unrelated words", (), "TW-WEB-009"),
    ],
)
def test_an_account_is_refused_in_words_and_nothing_is_made(here, name, password, roles, code):
    before = here.ledger.head()

    assert code == code_of(directory.add_user, here, name, password, roles=roles, by="test")
    assert before == here.ledger.head()


def test_a_name_is_never_given_to_a_second_person(here):
    User.objects.filter(username="monitor_1").delete()

    assert code_of(directory.add_user, here, "monitor_1", "three unrelated words", roles=(), by="test") == "TW-WEB-005"


def test_a_role_for_nobody_is_refused(here):
    assert code_of(directory.grant, here, Delegation(user="li.wie", role="monitor"), by="test") == "TW-WEB-010"


def test_ctrl_c_in_a_terminal_stops_quietly_and_well(tmp_path):
    """The terminal sends SIGINT to the server and to its worker; neither calls it a failure."""
    study = shutil.copytree(Path(__file__).parents[2] / "studies" / "aba_dm", tmp_path / "study")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "trialwright", "serve", str(study), "--port", str(port)]
    own = {name: text for name, text in os.environ.items() if not name.startswith(("TRIALWRIGHT_", "DJANGO_"))}
    server = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True, env=own
    )
    try:
        answering(f"http://127.0.0.1:{port}", server)
        os.killpg(server.pid, signal.SIGINT)
        said = server.communicate(timeout=60)
    finally:
        server.kill()

    assert (server.returncode, "Unexpected" in "".join(said), "Traceback" in "".join(said)) == (0, False, False), said
