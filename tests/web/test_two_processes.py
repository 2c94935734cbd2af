"""
Two servers on one ledger: what one of them is told, the other shows and obeys at once.

Each keeps in memory what it read: acts, values, grants, homes of participants, what it worked out of them, drawn lines.
Every case asks the second one first, so that it has something to keep, then changes by the first, then asks again.
"""

import contextlib
import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request

import pytest

from support.ledger import counted_nonces
from trialwright.model.ledger import NewEvent, Stamp
from trialwright.pipeline import conduct
from trialwright.pipeline.place import real_clock
from trialwright.store import open_ledger
from trialwright.web import journal
from web.small_study import PASSWORD, small_study, with_second_site
from web.test_attacks_http import program

FORM = "/participants/P001/visits/W0/forms/laboratory/"
CK = "muscle_enzymes.ck"
STUDY = with_second_site(small_study())
HIDDEN = re.compile(r'<input type="hidden" name="(csrfmiddlewaretoken|version|build|token)" value="([^"]*)"')


def hidden_in(page):
    return dict(HIDDEN.findall(page))


class Person:
    """A signed-in person who may ask either server: cookies know no ports."""

    def __init__(self, ports, name):
        self.ports = ports
        self._jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))
        self.send(0, "/sign-in/", username=name, password=PASSWORD)

    def see(self, port, path):
        """(status, where the redirects led, text)."""
        return self._ask(f"http://127.0.0.1:{self.ports[port]}{path}")

    def text(self, port, path):
        return self.see(port, path)[2]

    def send(self, port, path, page="", **fields):
        """Posts with the hidden fields of `page`, as its form would."""
        base = f"http://127.0.0.1:{self.ports[port]}"
        hidden = hidden_in(self.text(port, page or path))
        typed = {name.replace("__", "."): text for name, text in fields.items()}
        return self._ask(base + path, urllib.parse.urlencode(hidden | typed).encode())

    def _ask(self, address, body=None):
        try:
            with self._opener.open(address, body, timeout=60) as answer:
                return answer.status, urllib.parse.urlsplit(answer.url).path, answer.read().decode()
        except urllib.error.HTTPError as answered:
            return answered.code, urllib.parse.urlsplit(answered.url).path, answered.read().decode()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("two-servers")


@pytest.fixture(scope="module")
def ports(place):
    """Where the two servers answer."""
    with contextlib.ExitStack() as stack:
        found = []
        for _ in range(2):
            running = program(place, place / "ledger.sqlite", "serve_two_sites")
            stack.callback(running.communicate)
            stack.callback(running.kill)
            found.append(int(running.stdout.readline()))
        yield found


@pytest.fixture
def person(ports):
    known = {}

    def known_person(role):
        if role not in known:
            known[role] = Person(ports, f"{role}_1")
        return known[role]

    return known_person


@pytest.fixture
def outside(place, ports):
    """The ledger in a third process, as a command of the administrator has it: no session ends by what it writes."""
    with open_ledger(place / "ledger.sqlite", clock=real_clock, nonces=counted_nonces()) as ledger:
        yield ledger


def test_a_value_saved_at_one_is_on_every_page_of_the_other(person):
    nurse, monitor = person("study_nurse"), person("monitor")
    pages = [
        FORM,
        "/participants/P001/",
        f"{FORM}history/{CK}/",
        "/audit/",
    ]
    before = [monitor.text(1, page) for page in pages]
    saved = nurse.send(0, FORM, muscle_enzymes__ck="1250", do="save")
    after = [monitor.text(1, page) for page in pages]

    assert saved[0] == 200
    assert ["1250" in text for text in before] == [False] * 4
    assert ["1250" in after[0], "1250" in after[2], "1250" in after[3]] == [True] * 3
    assert before[1] != after[1]


def test_a_page_made_before_anothers_save_at_the_other_server_is_refused(person):
    nurse, investigator = person("study_nurse"), person("investigator")
    page = nurse.text(1, FORM)
    hidden = hidden_in(page)
    investigator.send(0, FORM, muscle_enzymes__ldh="200", do="save")
    sent = urllib.parse.urlencode(hidden | {"muscle_enzymes.ldh": "300", "do": "save"}).encode()

    assert nurse._ask(f"http://127.0.0.1:{nurse.ports[1]}{FORM}", sent)[0] == 409


def test_a_query_opened_at_one_stands_at_the_other(person):
    monitor, nurse = person("monitor"), person("study_nurse")
    before = [nurse.text(1, page) for page in ("/queries/", FORM)]
    monitor.send(0, "/queries/ask/", FORM, participant="P001", visit="W0", form="laboratory", message="Which tube?")
    asked = [nurse.text(1, page) for page in ("/queries/", FORM)]
    seq = re.search(r"/queries/(\d+)/answer/", asked[0])[1]
    nurse.send(1, f"/queries/{seq}/answer/", "/queries/", reason="The red one")
    answered = monitor.text(0, "/queries/")

    assert ["Which tube?" in text for text in (*before, *asked)] == [False, False, True, True]
    assert "The red one" in answered


@pytest.mark.parametrize(
    ("scope"), [{"participant": "P001"}, {"site": "one"}, {}], ids=["participant", "site", "study"]
)
def test_a_freeze_at_one_stops_entry_at_the_other_until_it_is_opened(person, scope):
    manager, nurse = person("data_manager"), person("study_nurse")
    open_form = nurse.text(1, FORM)
    manager.send(0, "/quality/hold/", "/study/", kind="frozen", reason="cleaning", **scope)
    held = nurse.text(1, FORM)
    hidden = hidden_in(open_form)
    typed = {"muscle_enzymes.ck": "9", "reason": "misread", "do": "save"}
    refused = nurse._ask(f"http://127.0.0.1:{nurse.ports[1]}{FORM}", urllib.parse.urlencode(hidden | typed).encode())
    manager.send(1, "/quality/hold/", "/study/", kind="unfrozen", reason="cleaned", **scope)
    again = nurse.text(0, FORM)

    assert ['name="do" value="save"' in text for text in (open_form, held, again)] == [True, False, True]
    assert refused[0] == 422


def test_a_data_lock_at_one_closes_entry_at_the_other_until_it_is_unlocked(person):
    manager, nurse = person("data_manager"), person("study_nurse")
    before = nurse.text(1, FORM)
    manager.send(0, "/study/lock/", "/study/", reason="visits are left out on purpose")
    held = nurse.text(1, FORM)
    manager.send(1, "/study/unlock/", "/study/", reason="not yet")
    again = nurse.text(0, FORM)

    assert ['name="do" value="save"' in text for text in (before, held, again)] == [True, False, True]


def test_a_role_taken_back_outside_stops_at_once_at_both_while_the_session_lives(person, outside):
    nurse, manager = person("study_nurse"), conduct.Actor("data_manager_1")
    before = [nurse.see(port, FORM)[0] for port in (0, 1)]
    done = conduct.revoke_role(outside, STUDY, manager, user="study_nurse_1", role="study_nurse", reason="left")
    after = [nurse.see(port, page)[0] for port in (0, 1) for page in (FORM, "/participants/", "/audit/")]
    saved = nurse._ask(f"http://127.0.0.1:{nurse.ports[1]}{FORM}", b"")[0]
    given = conduct.grant_role(outside, STUDY, manager, user="study_nurse_1", role="study_nurse")
    again = [nurse.see(port, FORM)[0] for port in (0, 1)]

    assert isinstance(done, conduct.Saved) and isinstance(given, conduct.Saved)
    assert (before, set(after), saved, again) == ([200, 200], {403}, 403, [200, 200])


def test_a_role_taken_back_at_one_ends_the_session_at_the_other(person):
    nurse, manager = person("study_nurse"), person("data_manager")
    before = nurse.see(1, FORM)[1]
    manager.send(0, "/people/revoke/", "/people/", user="study_nurse_1", role="study_nurse", reason="left")
    after = [nurse.see(port, FORM)[1] for port in (1, 0)]
    manager.send(0, "/people/grant/", "/people/", user="study_nurse_1", role="study_nurse", site="*")

    assert (before, after) == (FORM, ["/sign-in/", "/sign-in/"])


def test_an_account_closed_at_one_opens_nothing_at_the_other(person):
    someone, administrator = person("statistician"), person("administrator")
    before = someone.see(1, "/participants/")[1]
    administrator.send(0, "/people/close/", "/people/", user="statistician_1", reason="left")

    assert (before, someone.see(1, "/participants/")[1]) == ("/participants/", "/sign-in/")


def test_a_language_chosen_at_one_is_spoken_by_the_other(person):
    nurse = person("study_nurse")
    before = nurse.text(1, FORM)
    nurse.send(0, "/language/", FORM, language="zh", next=FORM)
    after = nurse.text(1, FORM)
    nurse.send(1, "/language/", FORM, language="en", next=FORM)
    back = nurse.text(0, FORM)

    assert ['<html lang="zh' in text for text in (before, after, back)] == [False, True, False]
    assert ["实验室检查" in text for text in (before, after, back)] == [False, True, False]


def test_a_participant_of_another_site_exists_only_for_who_may_see_that_site(person, outside):
    """The home of a participant and the sites of a person, both told outside, count at both servers at once."""
    manager, nurse, all_sites = conduct.Actor("data_manager_1"), person("study_nurse"), person("monitor")
    conduct.revoke_role(outside, STUDY, manager, user="study_nurse_1", role="study_nurse", reason="one site only")
    conduct.grant_role(outside, STUDY, manager, user="study_nurse_1", role="study_nurse", site="one")
    before = [who.see(port, "/participants/P777/")[0] for who in (nurse, all_sites) for port in (0, 1)]
    conduct.add_participant(outside, STUDY, conduct.Actor("investigator_1"), "P777", site="two")
    added = [who.see(port, "/participants/P777/")[0] for who in (nurse, all_sites) for port in (0, 1)]
    told = [
        "P777" in nurse.text(port, page) for port in (0, 1) for page in ("/participants/", "/screening/", "/audit/")
    ]
    conduct.grant_role(outside, STUDY, manager, user="study_nurse_1", role="study_nurse", site="two")
    given = [nurse.see(port, "/participants/P777/")[0] for port in (0, 1)]

    assert before == [404] * 4
    assert added == [404, 404, 200, 200]
    assert told == [False] * 6
    assert given == [200, 200]


def test_a_ledger_put_in_the_place_of_another_is_read_anew_though_it_counts_alike(here, tmp_path):
    """As many roles, participants and acts as before, and none of them the same."""
    conduct.add_participant(here.ledger, here.study, conduct.Actor("investigator_1"), "P001", site="one")
    known = (here.roles_of("nobody_1"), here.site_of("P001"), journal.course(here, "P001"), here.simulated)
    with open_ledger(tmp_path / "other.sqlite", clock=real_clock, nonces=counted_nonces(), create=True) as other:
        stamp = Stamp(user="x", build=1, origin="simulated")
        people = [e.details for e in here.ledger.events(kinds=["role_granted"])]
        for told in people:
            other.write(stamp, [NewEvent(kind="account_added", details={"user": told["user"]})])
            other.write(stamp, [NewEvent(kind="role_granted", details={"user": "nobody_1", "role": told["role"]})])
        other.write(stamp, [NewEvent(kind="account_added", details={"user": "nobody_1"})])
        other.write(stamp, [NewEvent(kind="participant_added", participant_id="P001", details={"site": "two"})])
        assert other.head().seq == here.ledger.head().seq
        first, here.ledger = here.ledger, other
        found = (here.roles_of("nobody_1"), here.site_of("P001"), journal.course(here, "P001"), here.simulated)
        here.ledger = first

    assert (known[0], known[1], known[3]) == ((), "one", False)
    assert (len(found[0]), found[1], found[3]) == (len(people), "two", True)
    assert [event.details for event in found[2].events] != [event.details for event in known[2].events]
