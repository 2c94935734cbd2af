"""The people of the study: an account is Django's; what a person may do is granted in the ledger."""

import datetime as dt
import re
import unicodedata

import msgspec
from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from trialwright.capture.status import roles_of
from trialwright.model.ledger import Conflict
from trialwright.model.study import Role
from trialwright.pipeline import conduct
from trialwright.web import acts, problems
from trialwright.web.place import Place

DEMO_GROUP = "demonstration"
DEMO_PASSWORD = "virtual-patients-2021"  # noqa: S105 - printed on the sign-in page of a demo; refused everywhere else
_DEMO = "demo"
_NAME = re.compile(r"[\w.\-]{2,60}")


class Demonstration(msgspec.Struct, frozen=True):
    """What the sign-in page of a demo tells: the one password, and who there is with which roles."""

    password: str
    people: tuple[tuple[str, tuple[str, ...]], ...]


def add_user(place: Place, name: str, password: str, *, roles: tuple[str, ...], by: str, identity: str = "") -> None:
    """
    A new account with its roles, told in the ledger. `identity` says how the person was recognised and by whom.

    Raises: Refused for a name that is or ever was in use, an unknown role or a weak password; nothing is made then.
    """
    _check_name(place, name)
    for role in roles:
        _check_role(place, role)
    _check_password(name, password)
    # first the ledger: an account that nobody can account for must not exist
    acts.record(place, "account_added", user=by, details={"user": name, "identity": identity})
    User.objects.create_user(username=name, password=password)
    for role in roles:
        acts.record(place, "role_granted", user=by, details={"user": name, "role": role})


def grant(place: Place, name: str, role: str, *, by: str, reason: str = "") -> None:
    """
    A signed-in person gives a role to another one.

    Raises: Refused TW-WEB-007 or 010 when role or account does not exist, 015 for a role to oneself or without the
            right to give it. The right is looked up again inside the write.
    """
    _check_role(place, role)
    if not User.objects.filter(username=name).exists():
        raise problems.no_such_user(name)
    if name == by:
        raise problems.grant_refused(f"{name!r} gives a role to the own account", "two persons")
    _granted(conduct.grant_role(place.ledger, place.study, conduct.Actor(by), user=name, role=role, reason=reason))


def revoke(place: Place, name: str, role: str, *, by: str, reason: str) -> None:
    """Takes a role back; it counts from the person's next page. Raises Refused as `grant` does."""
    _check_role(place, role)
    _granted(conduct.revoke_role(place.ledger, place.study, conduct.Actor(by), user=name, role=role, reason=reason))


def _granted(answer: conduct.Saved | conduct.Refused | Conflict) -> None:
    if isinstance(answer, conduct.Refused):
        raise problems.grant_refused(answer.problems[0].found, answer.problems[0].expected)


def create_demo_accounts(place: Place) -> tuple[tuple[str, str, str], ...]:
    """
    One account for each role of the study, named like the role; (name, password, title of the role) of each.

    Raises: Refused unless the demo made the database.
    """
    if not place.simulated:
        raise problems.not_a_demo()
    group, _ = Group.objects.get_or_create(name=DEMO_GROUP)
    for role in place.study.roles:
        # the accounts may outlive the ledger, which the next demo makes anew
        known = any(e.kind == "account_added" and e.details.get("user") == role.name for e in place.events())
        if not known:
            acts.record(place, "account_added", user=_DEMO, details={"user": role.name}, origin="simulated")
        user, made = User.objects.get_or_create(username=role.name)
        if made:
            user.set_password(DEMO_PASSWORD)
            user.save()
        user.groups.add(group)
        if role.name not in roles_of(place.events(), role.name):
            details = {"user": role.name, "role": role.name}
            acts.record(place, "role_granted", user=_DEMO, details=details, origin="simulated")
    return tuple((role.name, DEMO_PASSWORD, role.title.en) for role in place.study.roles)


def known_name(typed: str) -> str:
    """
    The account that a failed sign-in was for, or "unknown".

    Somebody who slips a line types the password as the name: what nobody is called is never written down.
    """
    return typed if User.objects.filter(username=typed).exists() else "unknown"


def demo_names(place: Place) -> tuple[str, ...]:
    """Names of the demonstration accounts that stand here, whoever put them."""
    del place  # one database of accounts a process
    return tuple(User.objects.filter(groups__name=DEMO_GROUP).order_by("pk").values_list("username", flat=True))


def demonstration(place: Place, language: str) -> Demonstration | None:
    """What the sign-in page of a demo shows; None in every other database."""
    names = demo_names(place) if place.simulated else ()
    if not names:
        return None
    people = tuple((name, tuple(role.title.of(language) for role in place.roles_of(name))) for name in names)
    return Demonstration(DEMO_PASSWORD, people)


def everybody(place: Place) -> tuple[tuple[str, tuple[Role, ...]], ...]:
    """Every account with the roles it holds now, by name."""
    return tuple(
        (name, place.roles_of(name)) for name in User.objects.order_by("username").values_list("username", flat=True)
    )


def delegation(place: Place, as_of: int | dt.datetime | None = None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """
    Who held which roles at an entry or a moment of the ledger (None: now): the delegation log, also of closed accounts.

    Raises: ValueError for a moment without a zone.
    """
    events = place.ledger.snapshot(as_of).events if as_of is not None else place.events()
    people = dict.fromkeys(e.details["user"] for e in events if e.kind in ("account_added", "role_granted"))
    return tuple((name, roles_of(events, name)) for name in sorted(people))


def _check_name(place: Place, name: str) -> None:
    if not _NAME.fullmatch(unicodedata.normalize("NFKC", name)) or unicodedata.normalize("NFKC", name) != name:
        raise problems.bad_name(name)
    # A name in the ledger stays the name of that person, also after the account is gone.
    ever = any(e.kind == "account_added" and e.details.get("user") == name for e in place.events())
    if ever or User.objects.filter(username__iexact=name).exists():
        raise problems.name_taken(name)


def _check_role(place: Place, role: str) -> None:
    names = [known.name for known in place.study.roles]
    if role not in names:
        raise problems.no_such_role(role, ", ".join(names))


def _check_password(name: str, password: str) -> None:
    try:
        validate_password(password, User(username=name))
    except ValidationError as trouble:
        raise problems.weak_password(" ".join(trouble.messages)) from None
