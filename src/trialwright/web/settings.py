"""
Django's settings, read from the environment that `server.serve` sets. `docs/reference/settings.md` lists each.

No trial data stands in Django's tables: accounts, sessions, lock-outs. What matters to the trial is a ledger event.
"""

import os
from pathlib import Path

from trialwright.web import database

_here = Path(__file__).parent
_db_url = os.environ.get("TRIALWRIGHT_DB", "")
_study = Path(os.environ.get("TRIALWRIGHT_STUDY", "."))
_tls = bool(os.environ.get("TRIALWRIGHT_TLS_CERT"))

SECRET_KEY = os.environ.get("TRIALWRIGHT_SECRET_KEY") or database.secret_key(_db_url, _study)
DEBUG = False
ALLOWED_HOSTS = [h for h in os.environ.get("TRIALWRIGHT_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
ROOT_URLCONF = "trialwright.web.urls"
WSGI_APPLICATION = "trialwright.web.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
]
MIDDLEWARE = [
    "trialwright.web.middleware.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "trialwright.web.middleware.BoundsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "trialwright.web.forgery.ForgeryMiddleware",
    "trialwright.web.middleware.PersonMiddleware",
    "trialwright.web.middleware.IdleMiddleware",
    "axes.middleware.AxesMiddleware",
]
if os.environ.get("TRIALWRIGHT_LOG") == "access":
    MIDDLEWARE.insert(0, "trialwright.web.logs.AccessLogMiddleware")
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
DATABASES = {"default": database.django_database(_db_url, _study)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False  # every word is ours, in both languages: `web.render`

STATIC_URL = "static/"
STATIC_ROOT = str(_here / "static")
WHITENOISE_USE_FINDERS = False
WHITENOISE_MAX_AGE = 3600

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "trialwright.web.session_store.AccountBackend",
                           "django.contrib.auth.backends.ModelBackend"]  # fmt: skip
PASSWORD_HASHERS = [
    os.environ.get("TRIALWRIGHT_PASSWORD_HASHER", "django.contrib.auth.hashers.Argon2PasswordHasher"),
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
# One account is locked after five wrong passwords; one address after thirty (`pages/sign_in`): wards share one.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_CALLABLE = "trialwright.web.pages.sign_in.page.locked_out"
AXES_DISABLE_ACCESS_LOG = True
SILENCED_SYSTEM_CHECKS = ["axes.W003"]

SECOND_FACTOR_ROLES = frozenset(filter(None, os.environ.get("TRIALWRIGHT_SECOND_FACTOR_ROLES", "").split(",")))
IDLE_SECONDS = int(os.environ.get("TRIALWRIGHT_IDLE_SECONDS", "900"))
DRAFTS = os.environ.get("TRIALWRIGHT_DRAFTS", "on") != "off"
SESSION_ENGINE = "trialwright.web.session_store"
SESSION_COOKIE_NAME = "trialwright_session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = _tls
CSRF_COOKIE_SECURE = _tls
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "trialwright.web.pages.sign_in.page.csrf_failed"
SECURE_HSTS_SECONDS = 31536000 if _tls else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
# What is sent as a file is read past, never kept. The one page that takes a file gets a handler of its own that keeps
# it in memory (`middleware.BoundsMiddleware`, `Route.takes_file`).
FILE_UPLOAD_HANDLERS: list[str] = []
RECORD_UPLOAD_MAX = 5_000_000  # the largest of 2,095 registry records has 1.5 MB
FILE_UPLOAD_MAX_MEMORY_SIZE = RECORD_UPLOAD_MAX

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "img-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "trialwright.web.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # A refused permission is a page, not a warning; its address may hold a participant's number.
    "loggers": {
        "django.request": {"level": "ERROR"},
        "axes": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
        "trialwright.access": {"level": "INFO"},
    },
}
