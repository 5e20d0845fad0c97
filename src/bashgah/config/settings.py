"""Django's settings, all from the environment (see ``environment.py``); safe by default."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured
from pydantic import ValidationError

from bashgah.config import logs, safety
from bashgah.config.environment import Environment, database_from_url
from bashgah.config.secrets import secret_keys
from bashgah.ground import clock

try:
    ENVIRONMENT = Environment()
except ValidationError as error:
    raise ImproperlyConfigured(
        "; ".join(f"{each['loc'][0]} {each['input']!r}: {each['msg']}" for each in error.errors())
    ) from None

if found := safety.faults(ENVIRONMENT):
    raise ImproperlyConfigured("Bashgah does not start in production like this: " + "; ".join(found))

clock.run_ahead(timedelta(days=ENVIRONMENT.days_ahead))

MODE = ENVIRONMENT.mode
DEBUG = ENVIRONMENT.debug
VAR_FOLDER = ENVIRONMENT.var
SECRET_KEYS = secret_keys(ENVIRONMENT.secret_keys, ENVIRONMENT.var)
SECRET_KEY = SECRET_KEYS[0]
SECRET_KEY_FALLBACKS = SECRET_KEYS[1:]
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
ORIGIN = ENVIRONMENT.origin
CSRF_TRUSTED_ORIGINS = [ORIGIN] if ORIGIN else []
METRICS_OPEN = ENVIRONMENT.metrics_open

# rooms that remember, floor by floor; then those with pages and texts of their own
ROOMS = [
    "ground",
    "clubs",
    "access",
    "members",
    "products",
    "programs",
    "ledger",
    "history",
    "tiers",
    "messaging",
    "rewards",
    "redemption",
    "activities",
    "dealings",
    "accounting",
    "social",
    "imports",
    "lake",
    "insights",
    "simulation",
    "demo",
    "ui",
    "api",
    "console",
    "till",
    "portal",
    "jobs",
]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    *(f"bashgah.{room}" for room in ROOMS),
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "oauth2_provider",
    "procrastinate.contrib.django",
    "django_htmx",
    "csp",
    "ninja",
]

MIDDLEWARE = [
    "bashgah.ground.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "bashgah.ui.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "bashgah.ground.conflicts.AgainMiddleware",
]

ROOT_URLCONF = "bashgah.config.urls"
WSGI_APPLICATION = "bashgah.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "bashgah.console.framing.signing_in",
            ],
        },
    }
]

# database: one request is one transaction (ATOMIC_REQUESTS); the intake keeps its own connections
POOL = 0 if ENVIRONMENT.database_as_owner else ENVIRONMENT.database_pool
DATABASES = {"default": database_from_url(ENVIRONMENT.url_in_force(), pool=POOL)}
# guesses of second factors and their used codes are counted here, by all processes together
CACHES = {"default": {"BACKEND": "bashgah.ground.shared_cache.SharedCache"}}
DATABASE_APP_ROLE = ENVIRONMENT.database_app_role

# who signs in
AUTH_USER_MODEL = "access.Staff"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "bashgah.access.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "bashgah.access.adapters.SocialAccountAdapter"
MFA_ADAPTER = "bashgah.access.adapters.FactorAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = str
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if ENVIRONMENT.is_production else "http"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Bashgah"
MFA_TOTP_TOLERANCE = 1
USERSESSIONS_TRACK_ACTIVITY = False
ALLAUTH_TRUSTED_PROXY_COUNT = ENVIRONMENT.proxies
TRUSTED_PROXIES = ENVIRONMENT.proxies
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/console/"
LOGOUT_REDIRECT_URL = "account_login"
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER = {
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "ALLOWED_GRANT_TYPES": ["client-credentials"],
    "SCOPES_BACKEND_CLASS": "bashgah.access.oauth.ClubScopes",
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
}

# sessions, cookies, headers
SESSION_COOKIE_NAME = "bashgah_session"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = ENVIRONMENT.is_production
CSRF_COOKIE_NAME = "bashgah_csrf"
CSRF_COOKIE_SECURE = ENVIRONMENT.is_production
CSRF_COOKIE_HTTPONLY = False
LANGUAGE_COOKIE_NAME = "bashgah_language"
CSRF_FAILURE_VIEW = "bashgah.ui.views.forbidden"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = ENVIRONMENT.is_production
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 31_536_000 if ENVIRONMENT.is_production else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.proxies else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

# languages and time: stored in UTC, said in the reader's language; each room keeps its own catalogue
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "fa"
LANGUAGES = [("fa", "فارسی"), ("en", "English")]
LOCALE_PATHS: list[str] = []

# files
STATIC_URL = "/static/"
STATIC_ROOT = VAR_FOLDER / "static" if ENVIRONMENT.static_collected else None
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_FOLDER / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if ENVIRONMENT.static_collected
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not ENVIRONMENT.static_collected
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
WHITENOISE_MAX_AGE = 60 if ENVIRONMENT.static_collected else 0

# letters to staff; members' messages go through the messaging room
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if ENVIRONMENT.email_url
    else "django.core.mail.backends.filebased.EmailBackend"
)
BASHGAH_SPARK = ENVIRONMENT.spark
EMAIL_FILE_PATH = VAR_FOLDER / "mail"
EMAIL = ENVIRONMENT.email_settings()
EMAIL_HOST = EMAIL.host
EMAIL_PORT = EMAIL.port
EMAIL_HOST_USER = EMAIL.user
EMAIL_HOST_PASSWORD = EMAIL.password
EMAIL_USE_TLS = EMAIL.use_tls
DEFAULT_FROM_EMAIL = EMAIL.sender

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
LOGGING_CONFIG = None
logs.configure(format_=ENVIRONMENT.log_format, level=ENVIRONMENT.log_level)
