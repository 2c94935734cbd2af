"""What is taken away: saved, never opened, kept in no cache, and named so that no header and no folder misreads it."""

import re
from urllib.parse import unquote

import msgspec
import pytest
from django.test import Client

from trialwright.web.downloads import download
from web.stage import enrolled

FILES = {"/exports/csv/": "zip", "/audit/copy/": "csv"}
NAMES = {
    "ABA-DM": "ABA-DM",
    'a"; filename="evil.exe': "a-filename-evil.exe",
    "../../etc/passwd": "etc-passwd",
    "..\\..\\evil": "evil",
    "a\r\nSet-Cookie: x=1": "a-Set-Cookie-x-1",
    "皮肌炎 研究": "皮肌炎-研究",
    "<script>alert(1)</script>": "script-alert-1-script-",
    ".htaccess": "htaccess",
    "/": "file",
}


def named(answer):
    """The name a browser would save under (RFC 6266)."""
    told = answer.headers["Content-Disposition"]
    extended = re.fullmatch(r"attachment; filename\*=utf-8''([A-Za-z0-9%._-]+)", told)
    plain = re.fullmatch(r'attachment; filename="([A-Za-z0-9._-]+)"', told)
    assert extended or plain, told
    return unquote(extended[1]) if extended else plain[1]


@pytest.mark.parametrize(("typed", "name"), NAMES.items())
def test_no_name_leaves_its_place_or_its_header(typed, name):
    assert named(download(b"", typed, "application/zip")) == name


@pytest.mark.parametrize("typed", ['a"b/../c', "皮肌炎"])
@pytest.mark.parametrize("path", FILES)
def test_a_study_of_any_name_is_taken_away_under_a_harmless_one(here, as_, path, typed):
    enrolled(here)
    here.study = msgspec.structs.replace(here.study, name=typed)
    answer = as_("data_manager").post(path)
    name = named(answer)

    assert answer.status_code == 200
    assert name.endswith(f".{FILES[path]}")
    assert not re.search(r"[/\\\"]|^\.", name)


@pytest.mark.parametrize("path", [*FILES, "/due/visits.ics", "/registry/due/registry.ics"])
def test_a_file_is_saved_not_opened_and_kept_in_no_cache(demo, as_, path):
    role = "study_nurse" if path.startswith("/due") else "data_manager"
    browser = as_(role)
    answer = browser.get(path) if path.startswith("/registry") else browser.post(path)
    headers = answer.headers

    assert answer.status_code == 200
    assert headers["Content-Disposition"].startswith("attachment; ")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in headers["Cache-Control"] and "private" in headers["Cache-Control"]
    assert headers["Content-Type"].partition(";")[0] in ("application/zip", "text/csv", "text/calendar")
    assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/participants/P001/?a=1&b=2", "/participants/a%26next%3Db/", "/audit/?user=%23x"])
def test_after_signing_in_the_very_address_that_was_asked_for_opens(here, path):
    asked = Client().get(path).headers["Location"]
    found = re.fullmatch(r"/sign-in/\?next=([^&#?]+)", asked)

    assert found, asked
    assert unquote(unquote(found[1])) == unquote(path)
