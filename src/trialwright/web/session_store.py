"""
Sessions and accounts looked up by one plain query each: both are asked for at every click.

Nothing else differs from Django's own: a session stands in its table and can be ended there, and the account behind it
is read anew each time, so that a closed one ends at the next click.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db import connection
from django.utils import timezone

_SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
_FIELDS = ("id", "password", "is_superuser", "username", "is_staff", "is_active")  # in the order of the model
_ACCOUNT = f"SELECT {', '.join(_FIELDS)} FROM auth_user WHERE id = %s"  # noqa: S608 - our own names


class SessionStore(DatabaseSessions):
    """Django's sessions, read without the object mapper."""

    def load(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(_SESSION, [self.session_key, connection.ops.adapt_datetimefield_value(timezone.now())])
            found = cursor.fetchone()
        if found is None:
            self._session_key: str | None = None
            return {}
        return dict(_decoded(found[0]))


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
        user = User.from_db("default", _FIELDS, found)  # the other fields are read when somebody asks for one
        return user if self.user_can_authenticate(user) else None
