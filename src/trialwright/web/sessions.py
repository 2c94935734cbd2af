"""The end of somebody's sessions, wherever they are: a role, a password or the account itself is another one now."""

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone


def end_sessions(name: str) -> None:
    """Signs somebody out everywhere: a role or a password is another one from now on."""
    user = User.objects.filter(username=name).first()
    if user is None:
        return
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
