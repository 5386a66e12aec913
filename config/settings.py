"""One settings file. Everything that differs between machines comes from the environment; defaults are safe."""

import os
from pathlib import Path

from celery.schedules import schedule
from django.utils.translation import gettext_lazy as _

from config import environment
from config.steady import steady_now

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = environment.required("SECRET_KEY")
DEBUG = environment.flag("DEBUG", default=False)
BASE_URL = os.environ.get("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
SECURE = BASE_URL.startswith("https://")
ALLOWED_HOSTS = environment.allowed_hosts(BASE_URL)
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "tracker",
    "pillars",
    "initiatives",
    "reports",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tracker.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tracker.gate.no_token_in_address",
    "tracker.gate.throttle",
    "tracker.gate.token_use",
    "tracker.middleware.preferences",
    "tracker.middleware.whole_text",
    "tracker.middleware.RefusalMiddleware",
    "tracker.middleware.time_travel",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tracker.context.page",
                "reports.context.frame",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": environment.database(environment.required("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "tracker.User"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"

# Sessions live in the database: a broker that is away must not sign anybody out.
SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "tracker.views.errors.csrf_failure"
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
# Proxies before the web process, each of which adds to X-Forwarded-For; behind https there is one.
TRUSTED_PROXIES = environment.whole_number("TRUSTED_PROXIES", default=1 if SECURE else 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 31_536_000
LANGUAGE_COOKIE_SECURE = SECURE
USE_TZ = True
TIME_ZONE = "America/Toronto"

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", BASE_DIR / "staticfiles"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tracker.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["tracker.http.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["tracker.http.OrjsonRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["tracker.filters.StrictFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "tracker.pagination.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "tracker.problems.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
# Requests of one token, or of one person who is signed in; 0: as many as they like.
API_READS_PER_MINUTE = environment.whole_number("API_READS_PER_MINUTE", default=600, digits=6)
API_WRITES_PER_MINUTE = environment.whole_number("API_WRITES_PER_MINUTE", default=120, digits=6)
# Files made while one waits: so many at a time for one person and for all web processes; each so long and so large.
EXPORTS_OF_ONE = environment.whole_number("EXPORTS_OF_ONE", default=2)
EXPORTS_AT_ONCE = environment.whole_number("EXPORTS_AT_ONCE", default=min(max((os.cpu_count() or 1) // 2, 1), 4))
EXPORT_SECONDS = 25
EXPORT_BYTES = 1 << 30
EXPORT_XLSX_ROWS = 50_000
EXPORT_PARQUET_ROWS = 500_000
# Threads of one web process that may be busy with sending files; pages have the others.
EXPORTS_SENDING = environment.whole_number("EXPORTS_SENDING", default=8)
# Files made in the background: what one person may have waiting, and kept.
EXPORT_JOBS_WAITING = 5
EXPORT_JOBS_BYTES = 2 << 30
# How long a page is kept for who reads it again at the same revision, and figures for whoever sees as much; 0: each is
# made anew.
PAGE_CACHE_SECONDS = environment.whole_number("PAGE_CACHE_SECONDS", default=60, digits=4)
FIGURE_CACHE_SECONDS = environment.whole_number("FIGURE_CACHE_SECONDS", default=3600, digits=6)
SPECTACULAR_SETTINGS = {
    "TITLE": "Action-plan tracker",
    "DESCRIPTION": "Every figure can be explained, and asked as it was known at any past moment (`as_of`).",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "tracker.api_translation.in_the_readers_language",
    ],
}

CELERY_BROKER_URL = environment.required("REDIS_URL")
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_throttle": 1,
    "global_keyprefix": "tracker:",
    "health_check_interval": 25,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 600
CELERY_TASK_TIME_LIMIT = 660
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
# One entry, level-triggered: `tick` asks what should have happened by now. Those that no worker came to run are dropped
# after two hours, not at once: it is the worker's clock that says so, and one that is an hour ahead would run none.
TICK_SECONDS = float(os.environ.get("TICK_SECONDS", "10"))
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "reports.tick",
        "schedule": schedule(TICK_SECONDS, nowfun=steady_now),
        "options": {"expires": 2 * 60 * 60},
    }
}

_MAIL = environment.mail(os.environ.get("EMAIL_URL", ""))
MAIL_GOES_TO = _MAIL.place
MAIL_DOMAIN = environment.mail_domain(BASE_URL)
EMAIL_BACKEND = _MAIL.backend
EMAIL_HOST, EMAIL_PORT = _MAIL.host, _MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.user, _MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL.starttls, _MAIL.tls
EMAIL_FILE_PATH = _MAIL.folder
EMAIL_TIMEOUT = 10  # seconds for each step
EMAIL_ANSWER_SECONDS = 60  # for the answer to the whole message, which a server may scan first
EMAIL_LONGEST_SECONDS = 90  # for one mail, however the server spreads its answers
DEFAULT_FROM_EMAIL = _MAIL.sender or f"tracker@{MAIL_DOMAIN}"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
}
