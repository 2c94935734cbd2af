"""
Sessions and accounts looked up by one plain query for both: they are asked for at every click.

Nothing else differs from Django's own: a session stands in its table and can be ended there, and the account behind it
is read anew each time, so that a closed one ends at the next click.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import psycopg
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from django.utils.crypto import constant_time_compare

BACKEND = "trialwright.web.session_store.AccountBackend"
"""As which a session is begun."""
_FIELDS = ("id", "password", "is_superuser", "username", "is_staff", "is_active")  # in the order of the model
_NAMED = ", ".join(f"auth_user.{name}" for name in _FIELDS)
_ACCOUNT = f"SELECT {_NAMED} FROM auth_user WHERE id = %s"  # noqa: S608 - our own names
_SESSION = f"""
SELECT session_data, {_NAMED} FROM django_session LEFT JOIN auth_user ON auth_user.id = %s
WHERE session_key = %s AND expire_date > %s
"""  # noqa: S608 - our own names
_SESSION_IN_SQLITE = _SESSION.replace("%s", "?")


class SessionStore(DatabaseSessions):
    """Django's sessions, read without the object mapper, each with the account that it was of when last read."""

    _account: tuple[Any, ...] = ()

    def load(self) -> dict[str, Any]:
        key = self.session_key
        held = connections[DEFAULT_DB_ALIAS]
        found = _row(held, [_owners.get(key, 0), key, held.ops.adapt_datetimefield_value(timezone.now())])
        if found is None:
            self._session_key: str | None = None
            return {}
        self._account = found[1:]
        return dict(_decoded(found[0]))

    def account(self) -> User | None:
        """
        The account of this session as it stands in its table now; None where anything is out of the ordinary.

        So for nobody, a closed account and a password changed since: what becomes of those is Django's to say.
        """
        said: Mapping[str, Any] = self._session  # type: ignore[attr-defined]  # the stubs do not know it
        owner = said.get(auth.SESSION_KEY)
        if owner is None or said.get(auth.BACKEND_SESSION_KEY) != BACKEND:
            return None
        if not self._account or str(self._account[0]) != owner:
            _remember(self.session_key, int(owner))
            return None
        user = _user(self._account)
        sealed = _sealed(user.password, settings.SECRET_KEY)
        whole = constant_time_compare(said.get(auth.HASH_SESSION_KEY, ""), sealed)
        return user if whole and user.is_active else None


def _row(held: BaseDatabaseWrapper, values: list[object]) -> tuple[Any, ...] | None:
    """
    The row of a session, asked of the driver itself; most requests begin with it.

    That it was answered says that the connection is whole: a server that was started anew is reached by a second
    attempt, and not by a question before the first.
    """
    known = held.connection is not None
    try:
        found = _asked(held, values)
    except DatabaseError:
        if not known or held.in_atomic_block:
            raise
        held.close()
        found = _asked(held, values)
    held.health_check_done = True  # type: ignore[attr-defined]  # the stubs do not know it
    return found


def _asked(held: BaseDatabaseWrapper, values: list[object]) -> tuple[Any, ...] | None:
    held.ensure_connection()
    with held.wrap_database_errors:
        driver: Any = held.connection
        # Django's own cursor on PostgreSQL puts values into the text, which the server then plans each time
        answer = (
            psycopg.Cursor(driver).execute(_SESSION, values)
            if isinstance(driver, psycopg.Connection)
            else driver.execute(_SESSION_IN_SQLITE, values)
        )
        found: tuple[Any, ...] | None = answer.fetchone()
    return found


_owners: dict[str | None, int] = {}
"""By key of a session the account it was of: a guess what to read beside it, never believed."""
_MOST = 5000


def _remember(key: str | None, owner: int) -> None:
    if len(_owners) >= _MOST:
        _owners.clear()
    _owners[key] = owner


@lru_cache(maxsize=1024)
def _sealed(password: str, secret: str) -> str:
    """What a session holds of the password of its account; of another password or secret it is another."""
    del secret
    return User(password=password).get_session_auth_hash()


def _user(row: tuple[Any, ...]) -> User:
    return User.from_db("default", _FIELDS, row)  # the other fields are read when somebody asks for one


@lru_cache(maxsize=1024)
def _decoded(text: str) -> Mapping[str, Any]:
    """What a session says, by its signed text: another text is another session."""
    held: Mapping[str, Any] = DatabaseSessions().decode(text)
    return held


class AccountBackend(ModelBackend):
    """Looks up the account of a session by a plain query; passwords are Django's own backend's to judge."""

    def authenticate(self, *_: object, **__: object) -> None:
        return None

    def get_user(self, user_id: int) -> User | None:
        with connection.cursor() as cursor:
            cursor.execute(_ACCOUNT, [user_id])
            found = cursor.fetchone()
        if found is None:
            return None
        user = _user(found)
        return user if self.user_can_authenticate(user) else None
