"""The server before it opens: settings, certificate, clock, the rights of its files."""

import datetime as dt
import shutil
import stat
import subprocess

import pytest

from support.ledger import Ticking, counted_nonces, typed, vas
from trialwright.store import open_ledger
from trialwright.web import database, environment
from trialwright.web.problems import Refused


def refused(act, *given):
    with pytest.raises(Refused) as told:
        act(*given)
    return told.value.problem


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("TRIALWRIGHT_IDLE_SECONDS", "a quarter"),
        ("TRIALWRIGHT_IDLE_SECONDS", "0"),
        ("TRIALWRIGHT_IDLE_SECONDS", "86400"),
        ("TRIALWRIGHT_HOSTS", "*"),
        ("TRIALWRIGHT_HOSTS", "localhost,.example.org"),
        ("TRIALWRIGHT_SECRET_KEY", "secret"),
        ("TRIALWRIGHT_PASSWORD_HASHER", "django.contrib.auth.hashers.MD5PasswordHasher"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_told_with_its_name(monkeypatch, name, text):
    monkeypatch.delenv("TRIALWRIGHT_PASSWORD_HASHER", raising=False)
    monkeypatch.setenv(name, text)
    told = refused(environment.check_settings)

    assert (told.code, told.where) == ("TW-WEB-013", name)
    assert "secret" not in told.found


def test_settings_that_are_meant_pass(monkeypatch):
    monkeypatch.delenv("TRIALWRIGHT_PASSWORD_HASHER", raising=False)
    monkeypatch.setenv("TRIALWRIGHT_HOSTS", "localhost,127.0.0.1,[::1],trial.hospital.example,::1")
    monkeypatch.setenv("TRIALWRIGHT_IDLE_SECONDS", "600")

    assert environment.check_settings() is None


def pair(folder, *, bits=2048):
    """A certificate of its own with its key, made by the machine's openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    cert, key = folder / f"cert{bits}.pem", folder / f"key{bits}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", f"rsa:{bits}", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip
    key.chmod(0o600)
    return cert, key


def test_a_strong_pair_passes_and_an_open_key_does_not(tmp_path):
    cert, key = pair(tmp_path)
    environment.check_tls(str(cert), str(key))
    key.chmod(0o644)

    assert refused(environment.check_tls, str(cert), str(key)).code == "TW-WEB-014"


def test_a_weak_a_foreign_and_a_broken_pair_are_refused(tmp_path):
    cert, key = pair(tmp_path)
    weak_cert, weak_key = pair(tmp_path, bits=1024)
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    pairs = ((weak_cert, weak_key), (cert, weak_key), (broken, key))

    assert {refused(environment.check_tls, str(a), str(b)).code for a, b in pairs} == {"TW-WEB-014"}


@pytest.mark.parametrize(("behind", "warned"), [(0, False), (4, False), (6, True), (1440, True)])
def test_edc_r10_a_ledger_that_ends_in_the_future_is_warned_of(tmp_path, behind, warned):
    clock = Ticking()
    with open_ledger(tmp_path / "ledger.sqlite", clock=clock, nonces=counted_nonces(), create=True) as ledger:
        assert environment.check_clock(ledger, clock) is None
        ledger.write(typed(), [vas("5.0")])
        told = environment.check_clock(ledger, lambda: clock.now - dt.timedelta(minutes=behind))

    assert bool(told) == warned
    assert told is None or (told.code, told.severity) == ("TW-WEB-016", "warning")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_ledger_journal_lock_and_backup_are_for_their_owner_only(tmp_path):
    path, copy = tmp_path / "ledger.sqlite", tmp_path / "copy.sqlite"
    with open_ledger(path, clock=Ticking(), nonces=counted_nonces(), create=True) as ledger:
        ledger.write(typed(), [vas("5.0")])
        ledger.backup(copy)
        modes = {each.name: mode(each) for each in tmp_path.iterdir()}

    assert modes == dict.fromkeys(modes, 0o600)
    assert {"ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-writer", "copy.sqlite"} <= set(modes)


def test_accounts_and_key_are_for_their_owner_only_and_the_key_is_each_installation_s_own(tmp_path):
    keys = set()
    for name in ("one", "two"):
        folder = tmp_path / name
        keys |= {database.secret_key("", folder), database.secret_key("", folder)}
        database.django_database("", folder)
        beside = folder / ".trialwright"
        assert {each.name: mode(each) for each in beside.iterdir()} == {"web.key": 0o600, "web.sqlite": 0o600}

    assert len(keys) == 2
    assert min(map(len, keys)) > 60


def test_a_database_address_keeps_its_demand_for_an_encrypted_connection(tmp_path):
    made = database.django_database("postgresql://app:p%40ss@db.example/trial?sslmode=verify-full", tmp_path)

    assert made["OPTIONS"]["sslmode"] == "verify-full"
    assert (made["HOST"], made["NAME"], made["USER"], made["PASSWORD"]) == ("db.example", "trial", "app", "p@ss")
