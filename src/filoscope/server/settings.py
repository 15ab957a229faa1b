"""Django's settings, all of them made from the table in `kit.environment`."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import django_stubs_ext

from filoscope.server.kit import embedded_database
from filoscope.server.kit.environment import read
from filoscope.server.kit.pooled import Pooled

django_stubs_ext.monkeypatch()  # before any model, form or admin says what it is generic over

HOME = Path(read("FILOSCOPE_HOME")).expanduser().resolve()
WEB = Path(__file__).resolve().parent.parent / "web"

# ---- identity ----


def _secret_key() -> str:
    """Read the key of this installation, or make it once (O_EXCL: two starts make one key)."""
    if given := read("FILOSCOPE_SECRET_KEY"):
        return str(given)
    path = HOME / "secret.key"
    HOME.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text().strip()


SECRET_KEY = _secret_key()
DEBUG = read("FILOSCOPE_DEBUG")
COMMUNITY_NAME = read("FILOSCOPE_NAME")
ORIGIN = str(read("FILOSCOPE_ORIGIN")).rstrip("/")
ALLOWED_HOSTS = [*read("FILOSCOPE_HOSTS"), *([urlsplit(ORIGIN).hostname] if ORIGIN else [])]
CSRF_TRUSTED_ORIGINS = [ORIGIN] if ORIGIN else []
SECURE = ORIGIN.startswith("https://")

# ---- apps ----

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "procrastinate.contrib.django",
    "ninja",  # for the pages of the API, from our own static files
    "filoscope.server.accounts",
    "filoscope.server.sounds",
    "filoscope.server.videos",
    "filoscope.server.social",
    "filoscope.server.moderation",
    "filoscope.server.feed",
    "filoscope.server.insights",
    "filoscope.server.edits",
    "filoscope.server.privacy",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "filoscope.server.kit.security.content_security_policy",
    "filoscope.server.kit.readable.ReadableRequests",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "filoscope.server.accounts.backend.WhoAsks",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "filoscope.server.urls"
ASGI_APPLICATION = "filoscope.server.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [WEB / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["filoscope.server.kit.templatetags.captions"],
            "libraries": {"captions": "filoscope.server.kit.templatetags.captions"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "filoscope.server.kit.templates.community",
                "filoscope.server.social.context.inbox",
            ],
        },
    }
]

# ---- database ----

LOCK_TIMEOUT_S = (
    10  # nobody waits longer for a row: a stuck transaction becomes an error that names it
)


def _database(url: str) -> dict[str, Any]:
    """Turn DATABASE_URL (RFC 3986, with libpq's `?host=` for sockets) into Django's form."""
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "filoscope",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or query.get("host", "")),
        "PORT": str(parts.port or query.get("port", "")),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": 16, "timeout": 10, "connection_class": Pooled},
            "options": f"-c lock_timeout={LOCK_TIMEOUT_S}s",
        },
    }


DATABASE_URL = read("DATABASE_URL")
DATABASES = {"default": _database(DATABASE_URL or embedded_database.address(HOME))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- sign-in ----

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["filoscope.server.accounts.backend.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "handle"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "filoscope.server.accounts.sign_in.Adapter"
ACCOUNT_FORMS = {
    "login": "filoscope.server.accounts.forms.SignInForm",
    "signup": "filoscope.server.accounts.forms.SignUpForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(read("FILOSCOPE_BEHIND_PROXY"))  # for limits by address
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # a community may run without a mail server
MFA_FORMS = {"add_webauthn": "filoscope.server.accounts.passkeys.AddPasskeyForm"}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE  # passkeys on http://localhost, as browsers allow

# ---- what the browser gets ----

STATIC_URL = "/static/"
STATICFILES_DIRS = [WEB / "static"]
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        )
    },
}
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(read("FILOSCOPE_MEDIA") or HOME / "media")
UPLOAD_ROOT = HOME / "uploads"  # parts of files on their way in: never served
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
SESSION_ENGINE = "filoscope.server.accounts.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 180
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
if read("FILOSCOPE_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# ---- mail ----


def _mail(url: str) -> dict[str, Any]:
    """Turn FILOSCOPE_MAIL_URL into Django's settings; without one, mail lands in a folder."""
    if not url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": HOME / "mail",
        }
    parts = urlsplit(url)
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or 587,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


globals().update(_mail(read("FILOSCOPE_MAIL_URL")))
DEFAULT_FROM_EMAIL = read("FILOSCOPE_MAIL_FROM")

# ---- uploads and processing ----

AGE_MIN_YEARS = read("FILOSCOPE_AGE_MIN")
SIGNUP_OPEN = read("FILOSCOPE_SIGNUP")
REPORTS_TO_HIDE = read("FILOSCOPE_REPORTS_TO_HIDE")
UPLOAD_BYTES_MAX = read("FILOSCOPE_UPLOAD_BYTES_MAX")
UPLOAD_SECONDS_MAX = read("FILOSCOPE_UPLOAD_SECONDS_MAX")
UPLOAD_PIXELS_MAX = read("FILOSCOPE_UPLOAD_PIXELS_MAX")
UPLOADS_A_DAY = read("FILOSCOPE_UPLOADS_A_DAY")
UPLOAD_EXPIRES_HOURS = read("FILOSCOPE_UPLOAD_EXPIRES_HOURS")
TAKES_A_DAY = read("FILOSCOPE_TAKES_A_DAY")
TAKES_MAX = read("FILOSCOPE_TAKES_MAX")
DRAFTS_MAX = read("FILOSCOPE_DRAFTS_MAX")
DRAFT_DAYS = read("FILOSCOPE_DRAFT_DAYS")
CHILD_MEMORY_BYTES = read("FILOSCOPE_CHILD_MEMORY_BYTES")
CHILD_CPU_SECONDS = read("FILOSCOPE_CHILD_CPU_SECONDS")
DISK_FREE_MIN_BYTES = read("FILOSCOPE_DISK_FREE_MIN")

PROCRASTINATE_ON_APP_READY = None
PROCRASTINATE_IMPORT_PATHS = [
    "filoscope.server.sounds.jobs",
    "filoscope.server.videos.jobs",
    "filoscope.server.social.jobs",
    "filoscope.server.feed.jobs",
    "filoscope.server.insights.jobs",
    "filoscope.server.edits.jobs",
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "filoscope.server.kit.logs.Line"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO" if DEBUG else "WARNING"},
    # A page that is not there, or a form without its token, is the visitor's affair.
    "loggers": {"django.request": {"level": "ERROR"}},
}
