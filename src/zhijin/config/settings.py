"""Django settings. Everything that differs between installations comes from the environment or ZHIJIN_HOME."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext_lazy as _

PACKAGE = Path(__file__).resolve().parent.parent
CHECKOUT = PACKAGE.parent.parent
HOME = Path(os.environ.get("ZHIJIN_HOME", CHECKOUT / ".data")).resolve()


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "").lower() in {"1", "true", "yes", "on"}


def _secret(name: str) -> bytes:
    """32 bytes kept in HOME/keys, made once with mode 0600."""
    path = HOME / "keys" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as f:
                f.write(secrets.token_bytes(32))
        except FileExistsError:
            pass
    return path.read_bytes()


#: Off behind a pooler that cannot pass on prepared statements (PgBouncer before 1.21).
PREPARE = _flag("ZHIJIN_PREPARE", default=True)


def _database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    return {
        "ENGINE": "zhijin.core.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": {"application_name": "zhijin", "prepare_threshold": 5 if PREPARE else None},
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


DEBUG = _flag("ZHIJIN_DEBUG")
ZHIJIN_DEMO = _flag("ZHIJIN_DEMO")
ZHIJIN_MASTER_KEY = _secret("master.key")
ZHIJIN_PLAYBOOKS = os.environ.get("ZHIJIN_PLAYBOOKS", str(CHECKOUT / "playbooks"))
SECRET_KEY = _secret("django.key").hex()
ZHIJIN_FILES = os.environ.get("ZHIJIN_FILES", str(HOME / "files"))
ZHIJIN_FILE_GRACE_DAYS = int(os.environ.get("ZHIJIN_FILE_GRACE_DAYS", "7"))
#: What was erased, by id, outside the database: a restored backup does not take the list back with it.
ZHIJIN_ERASED = os.environ.get("ZHIJIN_ERASED", str(HOME / "erased.jsonl"))
ZHIJIN_CASE_KEEP_DAYS = int(os.environ.get("ZHIJIN_CASE_KEEP_DAYS", "730"))
ZHIJIN_PROXY_KEEP_DAYS = int(os.environ.get("ZHIJIN_PROXY_KEEP_DAYS", "180"))
#: Months of facts as files, for the engine of the assessment; made anew when they are gone.
ZHIJIN_ASSESSMENT = os.environ.get("ZHIJIN_ASSESSMENT", str(HOME / "assessment"))
ZHIJIN_ORIGIN = os.environ.get("ZHIJIN_ORIGIN", "http://127.0.0.1:8000")
ZHIJIN_EBM_SENDER = os.environ.get("ZHIJIN_EBM_SENDER", "")
#: Where the stream of events is: an address (a proxy's), or the port on the page's own host.
ZHIJIN_SSE_URL = os.environ.get("ZHIJIN_SSE_URL", "")
ZHIJIN_EVENTS_PORT = os.environ.get("ZHIJIN_EVENTS_PORT", "")
ALLOWED_HOSTS = os.environ.get("ZHIJIN_HOSTS", "*").split(",")
CSRF_TRUSTED_ORIGINS = [ZHIJIN_ORIGIN]

APP_URL = os.environ.get("DATABASE_URL", "postgresql://zhijin_app@127.0.0.1:5432/zhijin")
OWNER_URL = os.environ.get("DATABASE_OWNER_URL", APP_URL)
DATABASES = {"default": _database(APP_URL), "owner": _database(OWNER_URL)}
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "zhijin.core",
    "zhijin.ui",
    "zhijin.access",
    "zhijin.places",
    "zhijin.orgs",
    "zhijin.playbooks",
    "zhijin.people",
    "zhijin.cases",
    "zhijin.activities",
    "zhijin.ledger",
    "zhijin.livelihood",
    "zhijin.economy",
    "zhijin.exchange",
    "zhijin.compute",
    "zhijin.sensing",
    "zhijin.broadcast",
    "zhijin.programmes",
    "zhijin.assessment",
    "zhijin.disclosure",
    "zhijin.home",
]
INSTALLED_APPS = [
    app
    for app in INSTALLED_APPS
    if not app.startswith("zhijin.") or (PACKAGE / app.split(".")[1] / "apps.py").exists()
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "zhijin.core.middleware.SecurityHeadersMiddleware",
    "zhijin.ui.middleware.PreferencesMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "zhijin.ui.tongues.TonguesMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "zhijin.access.middleware.SessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "zhijin.ui.refill.RefillMiddleware",
    "zhijin.core.middleware.RefusalMiddleware",
]
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
ROOT_URLCONF = "zhijin.config.urls"
WSGI_APPLICATION = "zhijin.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "zhijin.ui.context.ui",
            ],
        },
    }
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "lang"
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("ZHIJIN_STATIC", str(HOME / "static"))
# Pages name files with their digest only; the plain names would be compressed a second time.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = ZHIJIN_ORIGIN.startswith("https://")
CSRF_FAILURE_VIEW = "zhijin.core.middleware.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 12
#: Largest request body in bytes; checked before anything of it is read.
ZHIJIN_BODY_LIMIT = 60 * 1024 * 1024

PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
#: Idle sign-out, and the longest life of a sign-in (等保 2.0).
ZHIJIN_IDLE_MINUTES = int(os.environ.get("ZHIJIN_IDLE_MINUTES", "60"))
ZHIJIN_SIGN_IN_HOURS = int(os.environ.get("ZHIJIN_SIGN_IN_HOURS", "12"))
ZHIJIN_OIDC = {
    "issuer": os.environ.get("ZHIJIN_OIDC_ISSUER", ""),
    "client_id": os.environ.get("ZHIJIN_OIDC_CLIENT_ID", ""),
    "client_secret": os.environ.get("ZHIJIN_OIDC_CLIENT_SECRET", ""),
}
#: Fills the place switch of the desk.
ZHIJIN_UI_SCOPES = "zhijin.home.scopes.scopes"
OFFICE_NAME = _("织锦")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("ZHIJIN_LOG", "INFO")},
    "loggers": {
        "procrastinate": {"level": "WARNING"},
        # It writes down whole paths, and a status page's holds the code; our own line has the pattern.
        "django.request": {"level": "CRITICAL"},
    },
}
