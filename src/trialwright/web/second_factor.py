"""
The second factor: a code of six digits from an app on the person's telephone, and ten backup codes for a lost one.

A code is taken once: a replay of it, also from another session at the same moment, is refused. Backup codes are kept
as keyed hashes only; each opens the door once. The secret of the telephone is sealed in the table of accounts by a key
that the table does not hold: a copy of the file makes no codes.
"""

import base64
import hashlib
import hmac
import io
import secrets
import unicodedata
from urllib.parse import quote, urlencode

import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from trialwright.model.study import Role

ISSUER = "Trialwright"
BACKUP_CODES = 10
_BACKUP = "backup codes"
_TOTP = "telephone"
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that are mistaken for another on paper
_DIGITS = 6
_SEAL = "s1:"
"""In front of a sealed secret; what an earlier version wrote is hexadecimal and holds no colon."""
_NONCE = 12


class Telephone(TOTPDevice):  # type: ignore[misc]  # django_otp has no types
    """A telephone whose `key` in the table is the sealed secret, bound to its person."""

    class Meta:
        proxy = True
        app_label = "otp_totp"

    @property
    def bin_key(self) -> bytes:
        """The secret. Raises: InvalidTag where another key sealed it, or it was another person's."""
        if not self.key.startswith(_SEAL):
            return bytes.fromhex(self.key)
        sealed = base64.urlsafe_b64decode(self.key.removeprefix(_SEAL))
        return AESGCM(_sealing_key()).decrypt(sealed[:_NONCE], sealed[_NONCE:], str(self.user_id).encode())

    @property
    def opens(self) -> bool:
        """Whether the server's key is still the one that sealed the secret."""
        try:
            return bool(self.bin_key)
        except (InvalidTag, ValueError):
            return False


def seal_stored() -> None:
    """Seals the secrets that an earlier version left readable; nobody has to set a telephone up again."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA secure_delete = ON")  # overwritten, not only marked as free
    with transaction.atomic():
        for device in Telephone.objects.select_for_update().exclude(key__startswith=_SEAL):
            device.key = _sealed_secret(device.user_id, device.bin_key)
            device.save(update_fields=["key"])


def _sealed_secret(user_id: int, secret: bytes) -> str:
    nonce = secrets.token_bytes(_NONCE)
    sealed = nonce + AESGCM(_sealing_key()).encrypt(nonce, secret, str(user_id).encode())
    return _SEAL + base64.urlsafe_b64encode(sealed).decode()


def _sealing_key() -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), b"trialwright second factor", hashlib.sha256)


def is_on(user: User) -> bool:
    """Whether this person signs in with a code as well."""
    return bool(Telephone.objects.filter(user=user, confirmed=True).exists())


def is_required(roles: tuple[Role, ...]) -> bool:
    """Whether the setting TRIALWRIGHT_SECOND_FACTOR_ROLES asks it of one of these roles ("*": of everybody)."""
    wanted = settings.SECOND_FACTOR_ROLES
    return bool(wanted) and bool(roles) and ("*" in wanted or any(role.name in wanted for role in roles))


def verify(user: User, typed: str) -> bool:
    """
    Whether a code is right now; it is used up by that. True for somebody without a second factor.

    The device is locked while it is looked at, so that one code sent twice at once is taken once.
    """
    code = _as_typed(typed)
    with transaction.atomic():
        device = Telephone.objects.select_for_update().filter(user=user, confirmed=True).first()
        if device is None or _right(device, code):
            return True
        return _spend(user, code)


def _right(device: Telephone, code: str) -> bool:
    typed = code.isdecimal() and len(code) == _DIGITS
    return bool(typed and device.opens and device.verify_token(code))


def begin(user: User) -> Telephone:
    """A new secret that counts only once a code made with it was typed; an earlier unconfirmed one is forgotten."""
    Telephone.objects.filter(user=user, confirmed=False).delete()
    sealed = _sealed_secret(user.pk, secrets.token_bytes(20))
    device = Telephone(user=user, name=_TOTP, confirmed=False, key=sealed)
    device.save()
    return device


def begun(user: User) -> Telephone | None:
    """The telephone that waits for its first code; None where there is none, or it was begun under another key."""
    device = Telephone.objects.filter(user=user, confirmed=False).first()
    return device if device is not None and device.opens else None


def confirm(user: User, typed: str) -> tuple[str, ...]:
    """
    The backup codes, shown this once, when the first code is right; () when it is not.

    An earlier telephone and earlier backup codes no longer count after this.
    """
    code = _as_typed(typed)
    with transaction.atomic():
        device = Telephone.objects.select_for_update().filter(user=user, confirmed=False).first()
        if device is None or not _right(device, code):
            return ()
        Telephone.objects.filter(user=user, confirmed=True).delete()
        device.confirmed = True
        device.save()
        return _new_backup_codes(user)


def remove(user: User) -> None:
    """No second factor any more, and no backup codes."""
    Telephone.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()


def secret_of(device: Telephone) -> str:
    """The secret in the letters that an app takes when the picture cannot be read, in groups of four."""
    letters = base64.b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(letters[i : i + 4] for i in range(0, len(letters), 4))


def picture_of(device: Telephone, study: str) -> bytes:
    """The QR code as SVG, for the app on the telephone."""
    drawn = io.BytesIO()
    label = f"{ISSUER} {study}:{device.user.get_username()}"
    letters = base64.b32encode(device.bin_key).decode().rstrip("=")
    address = _key_uri(label, letters, f"{ISSUER} {study}")
    segno.make(address, error="m").save(drawn, kind="svg", scale=5, border=4, dark="#000", light="#fff", xmldecl=True)
    return drawn.getvalue()


def codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


def _key_uri(label: str, letters: str, issuer: str) -> str:
    return f"otpauth://totp/{quote(label)}?" + urlencode({"secret": letters, "issuer": issuer, "digits": _DIGITS})


def _new_backup_codes(user: User) -> tuple[str, ...]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name=_BACKUP, confirmed=True)
    codes = tuple("".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(BACKUP_CODES))
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_sealed(user, code)) for code in codes)
    return tuple(f"{code[:5]}-{code[5:]}" for code in codes)


def _spend(user: User, code: str) -> bool:
    gone, _ = StaticToken.objects.filter(device__user=user, token=_sealed(user, code)).delete()
    return bool(gone)


def _sealed(user: User, code: str) -> str:
    """What is stored of a backup code: 80 bits of a keyed hash, bound to the person."""
    text = f"trialwright backup code\n{user.pk}\n{code}"
    digest = hmac.digest(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256)
    return base64.b32encode(digest[:10]).decode().lower()


def _as_typed(typed: str) -> str:
    # full-width digits of a Chinese keyboard, and the spaces and dashes that apps print, mean the same
    return "".join(unicodedata.normalize("NFKC", typed).split()).replace("-", "").lower()[:40]
