"""The Django account behind a name, and the name a person is printed under."""

from django.contrib.auth.models import User


def account(name: str) -> User:
    """The account of somebody who is signed in. Raises User.DoesNotExist where there is none."""
    return User.objects.get(username=name)


def printed_name(user: User) -> str:
    """The person's name as it stands beside a signature; the user name where none was given."""
    return user.get_full_name() or user.get_username()
