"""The Django account behind a name: printed name, closing, unlocking, new password, and the end of its sessions."""

import datetime as dt
import secrets

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from trialwright.capture.roles import ALL_SITES
from trialwright.web import acts, directory, problems, second_factor
from trialwright.web.place import Place
from trialwright.web.sessions import end_sessions

MUST_CHANGE = "must change the password"
"""Group of those whose password another person knows."""
_WORDS = "23456789abcdefghjkmnpqrstuvwxyz"


def account(name: str) -> User:
    """The account of somebody who is signed in. Raises User.DoesNotExist where there is none."""
    return User.objects.get(username=name)


def printed_name(user: User) -> str:
    """The person's name as it stands beside a signature; the user name where none was given."""
    return user.get_full_name() or user.get_username()


def must_change(user: User) -> bool:
    """Whether another person set the password, so that the first thing to do is to change it."""
    return user.groups.filter(name=MUST_CHANGE).exists()


def add(place: Place, name: str, *, by: str, printed: str, identity: str) -> str:
    """
    A new account without roles; its password for once comes back, told to the person by whoever added it.

    Raises: Refused TW-WEB-005 or 009 for the name.
    """
    made = _for_once()
    directory.add_user(place, name, made, roles=(), by=by, identity=identity, printed=printed)
    account(name).groups.add(Group.objects.get_or_create(name=MUST_CHANGE)[0])
    return made


def close(place: Place, name: str, *, by: str, reason: str) -> None:
    """
    The account signs in no more, for good; its roles are taken back and its sessions end. The name stays this person's.

    Raises: Refused TW-WEB-010 for no such account, 018 for the own or a closed one, 019 for one that counts at a site
            where `by` keeps no accounts.
    """
    user = _other(place, name, by)
    acts.record(place, "account_closed", user=by, details={"user": name}, reason=reason)
    for role in place.roles_of(name):
        acts.record(place, "role_revoked", user=by, details={"user": name, "role": role.name}, reason=reason)
    user.is_active = False
    user.set_unusable_password()
    user.save()
    second_factor.remove(user)
    end_sessions(name)


def unlock(place: Place, name: str, *, by: str) -> None:
    """Takes a lock after wrong passwords away before its time. Raises Refused TW-WEB-010, 019 as `close`."""
    if not User.objects.filter(username=name).exists():
        raise problems.no_such_user(name)
    _check_reach(place, name, by)
    acts.record(place, "account_unlocked", user=by, details={"user": name})
    reset(username=name)


def new_password(place: Place, name: str, *, by: str, factor: bool = False) -> str:
    """
    A password for once, told to the person by whoever asked for it; the first thing it opens is the page to change it.

    `factor`: the second factor is removed as well, for a lost telephone. Raises as `close`.
    """
    user = _other(place, name, by)
    made = _for_once()
    acts.record(place, "password_changed", user=by, details={"user": name, "by": "administrator"})
    user.set_password(made)
    user.save()
    user.groups.add(Group.objects.get_or_create(name=MUST_CHANGE)[0])
    if factor and second_factor.is_on(user):
        acts.record(place, "second_factor_removed", user=by, details={"user": name})
        second_factor.remove(user)
    end_sessions(name)
    return made


def change_password(place: Place, user: User, password: str) -> None:
    """A person's own new password; every other session of the account ends. Raises Refused TW-WEB-006."""
    try:
        validate_password(password, user)
    except ValidationError as trouble:
        raise problems.weak_password(" ".join(trouble.messages)) from None
    acts.record(place, "password_changed", user=user.get_username(), details={"user": user.get_username()})
    user.set_password(password)
    user.save()
    user.groups.remove(*user.groups.filter(name=MUST_CHANGE))


def locked() -> tuple[str, ...]:
    """The accounts that are locked after wrong passwords just now."""
    since = timezone.now() - dt.timedelta(hours=settings.AXES_COOLOFF_TIME)
    recent = AccessAttempt.objects.filter(attempt_time__gte=since)
    wrong: dict[str, int] = {}
    for name, count in recent.values_list("username", "failures_since_start"):
        wrong[name or ""] = wrong.get(name or "", 0) + count
    known = User.objects.filter(username__in=wrong).values_list("username", flat=True)
    return tuple(sorted(name for name in known if wrong[name] >= settings.AXES_FAILURE_LIMIT))


def closed() -> frozenset[str]:
    """The names of closed accounts."""
    return frozenset(User.objects.filter(is_active=False).values_list("username", flat=True))


def _for_once() -> str:
    return "-".join("".join(secrets.choice(_WORDS) for _ in range(5)) for _ in range(4))


def _check_reach(place: Place, name: str, by: str) -> None:
    """Who keeps accounts at one site reaches none that counts elsewhere: a password set for it would be its rights."""
    keeping = {role.name for role in place.study.roles if "keep_accounts" in role.may}
    own = {grant.site for grant in place.grants_of(by) if grant.role in keeping}
    theirs = {grant.site for grant in place.grants() if grant.user == name and grant.revoked is None}
    if ALL_SITES not in own and theirs - own:
        raise problems.account_elsewhere(name)


def _other(place: Place, name: str, by: str) -> User:
    user = User.objects.filter(username=name).first()
    if user is None:
        raise problems.no_such_user(name)
    if name == by:
        raise problems.close_refused(f"{name!r} acts on the own account", "two persons")
    if not user.is_active:
        raise problems.close_refused(f"the account {name!r} is closed", "an account that is open")
    _check_reach(place, name, by)
    return user
