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
from trialwright.pipeline.conduct_base import check_date, local_day, utc_text
from trialwright.pipeline.conduct_people import Delegation, check_trained
from trialwright.web import acts, problems
from trialwright.web.place import Place
from trialwright.web.sessions import end_sessions

NO_RIGHT = "TW-CAP-036"
"""None of the person's roles allows it."""
DEMO_GROUP = "demonstration"
DEMO_PASSWORD = "virtual-patients-2021"  # noqa: S105 - printed on the sign-in page of a demo; refused everywhere else
_DEMO = "demo"
NOBODY = "unknown"
"""Who failed to sign in under a name that no account has."""
_LONGEST = 150
"""Letters of a printed name that the account keeps; the ledger keeps it whole."""
_NAME = re.compile(r"[\w.\-]{2,60}")


class Demonstration(msgspec.Struct, frozen=True):
    """What the sign-in page of a demo tells: the one password, and who there is with which roles."""

    password: str
    people: tuple[tuple[str, tuple[str, ...]], ...]


def add_user(
    place: Place,
    name: str,
    password: str,
    *,
    roles: tuple[str, ...],
    by: str,
    identity: str = "",
    printed: str = "",
    trained: str = "",
) -> None:
    """
    A new account with its roles, told in the ledger. `identity` says how the person was recognised and by whom;
    `printed` is the person's name as it stands beside a signature, `trained` the day of the training for the roles.

    Raises: Refused for a name that is or ever was in use, an unknown role or a weak password; nothing is made then.
    """
    _check_name(place, name)
    for role in roles:
        _check_role(place, role)
    day = _trained(place, roles, trained)
    _check_password(name, password)
    # first the ledger: an account that nobody can account for must not exist
    acts.record(place, "account_added", user=by, details={"user": name, "name": printed, "identity": identity})
    User.objects.create_user(username=name, password=password, first_name=printed[:_LONGEST])
    for role in roles:
        given = {"user": name, "role": role} | ({"trained": day} if day else {})
        acts.record(place, "role_granted", user=by, details=given)


def grant(place: Place, wanted: Delegation, *, by: str, reason: str = "") -> None:
    """
    A signed-in person gives a role to another one, whose sessions end: the role counts from the next sign-in.

    Raises: Refused TW-WEB-007 or 010 when role or account does not exist, 015 for a role to oneself or without the
            right to give it. The right is looked up again inside the write.
    """
    name = wanted.user
    _check_role(place, wanted.role)
    if not User.objects.filter(username=name, is_active=True).exists():
        raise problems.no_such_user(name)
    if name == by:
        raise problems.grant_refused(f"{name!r} gives a role to the own account", "two persons")
    told = {field: getattr(wanted, field) for field in Delegation.__struct_fields__}
    _granted(conduct.grant_role(place.ledger, place.study, conduct.Actor(by), **told, reason=reason))
    end_sessions(name)


def revoke(place: Place, name: str, role: str, *, by: str, reason: str, site: str = "") -> None:
    """Takes a role back; it counts from the person's next click, who signs in again. Raises Refused as `grant` does."""
    _check_role(place, role)
    _granted(
        conduct.revoke_role(
            place.ledger, place.study, conduct.Actor(by), user=name, role=role, site=site, reason=reason
        )
    )
    end_sessions(name)


def _granted(answer: conduct.Saved | conduct.Refused | Conflict) -> None:
    if isinstance(answer, conduct.Refused):
        told = answer.problems[0]
        raise problems.grant_refused(told.found, told.expected) if told.code == NO_RIGHT else problems.act_refused(told)


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
            details = {"user": role.name, "name": _virtual(role)}
            acts.record(place, "account_added", user=_DEMO, details=details, origin="simulated")
        user, made = User.objects.get_or_create(username=role.name, defaults={"first_name": _virtual(role)})
        if made:
            user.set_password(DEMO_PASSWORD)
            user.save()
        user.groups.add(group)
        if role.name not in roles_of(place.events(), role.name):
            details = {"user": role.name, "role": role.name}
            acts.record(place, "role_granted", user=_DEMO, details=details, origin="simulated")
    return tuple((role.name, DEMO_PASSWORD, role.title.en) for role in place.study.roles)


def _virtual(role: Role) -> str:
    return f"Virtual {role.title.en.lower()}"


def known_name(typed: str) -> str:
    """
    The account that a failed sign-in was for, or "unknown".

    Somebody who slips a line types the password as the name: what nobody is called is never written down.
    """
    return typed if User.objects.filter(username=typed).exists() else NOBODY


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


def names(place: Place) -> tuple[tuple[str, str], ...]:
    """Every account, open or closed, with the printed name of its person."""
    del place  # one database of accounts a process
    return tuple((u.username, u.get_full_name()) for u in User.objects.order_by("username"))


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
    moment = as_of if isinstance(as_of, dt.datetime) else place.ledger.now() if as_of is None else None
    at = utc_text(moment) if moment is not None else events[-1].at_utc if events else ""
    people = dict.fromkeys(e.details["user"] for e in events if e.kind in ("account_added", "role_granted"))
    return tuple((name, roles_of(events, name, at_utc=at)) for name in sorted(people))


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


def _trained(place: Place, roles: tuple[str, ...], trained: str) -> str:
    day, told = check_date(trained, "roles") if trained else ("", [])
    today = local_day(place.study, place.ledger.now())
    told += [each for role in roles for each in check_trained(place.study, role, day, today)] if not told else []
    if told:
        raise problems.act_refused(told[0])
    return day


def _check_password(name: str, password: str) -> None:
    try:
        validate_password(password, User(username=name))
    except ValidationError as trouble:
        raise problems.weak_password(" ".join(trouble.messages)) from None
