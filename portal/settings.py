from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from portal import environment

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(environment.text("PORTAL_VAR", str(BASE_DIR / "var")))
for folder in (VAR, VAR / "broker", VAR / "mail", VAR / "files", VAR / "static"):
    folder.mkdir(parents=True, exist_ok=True)

DATABASE_URL = environment.text("DATABASE_URL")
REDIS_URL = environment.text("REDIS_URL")
EMBEDDED = not DATABASE_URL
DEBUG = environment.flag("DEBUG", False)
DEMONSTRATION = environment.flag("DEMONSTRATION", EMBEDDED)
SECRET_KEY = environment.secret("SECRET_KEY", VAR, embedded=EMBEDDED)

# Where `manage.py run` listens, and where people reach it: links in messages
# and letters start with BASE_URL.
HOST = environment.text("HOST", "127.0.0.1")
PORT = environment.number("PORT", 8000, 1, 65535)
BASE_URL = environment.text("BASE_URL", environment.origin(HOST, PORT)).rstrip("/")
HTTPS = BASE_URL.startswith("https://")
ALLOWED_HOSTS = environment.words(
    "ALLOWED_HOSTS", f"127.0.0.1 localhost [::1] {urlsplit(BASE_URL).hostname or ''}"
)
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "portal.views.ground.csrf_failure"
# Addresses of the proxies whose X-Request-Start is believed.
TRUSTED_PROXIES = environment.words("TRUSTED_PROXIES")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "csp",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "portal",
    "proposals",
    "reviews",
]

MIDDLEWARE = [
    "portal.middleware.ArrivalMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.AddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.SignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.middleware.PrivateMiddleware",
    "portal.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.navigation",
            ],
        },
    },
]

DATABASES = {"default": environment.database(DATABASE_URL, VAR / "db.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Requests talk to no broker and no Redis: sessions and throttles are rows.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
    }
}

AUTH_USER_MODEL = "portal.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "portal.hashers.PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "day"
ACCOUNT_ADAPTER = "portal.accounts.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "portal.forms.NameForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_RATE_LIMITS = {"reauthenticate": "20/10m/user"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False

EMAIL_URL = environment.text("EMAIL_URL")
globals().update(environment.mail(EMAIL_URL, VAR / "mail"))
DEFAULT_FROM_EMAIL = environment.text("MAIL_FROM", "Lunar Payload Portal <portal@example.org>")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
FILES = environment.files(
    environment.text("FILES_URL"), Path(environment.text("FILES_DIR", str(VAR / "files")))
)
CLAMD = environment.scanner(environment.text("CLAMD"))
SIGNING_KEY_FILE = Path(environment.text("SIGNING_KEY_FILE", str(VAR / "signing_key.pem")))
SEAL_FILE = Path(environment.text("SEAL_FILE", str(VAR / "seal.pem")))
SEAL_PASSWORD = environment.text("SEAL_PASSWORD")
TSA_URL = environment.address("TSA_URL")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
# At the door (portal/door.py): how many requests a web process works at while others wait,
# and what is too large to be read at all. Forms have limits of their own, with a sentence.
WEB_SEATS = 4
MOST_REQUEST_BYTES = 25_000_000
# The door has read the request and bounded it: files are not written out a second time.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = MOST_REQUEST_BYTES

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False  # the proxy's work, see README
# Whoever reaches the web process is the proxy, which sets this and passes none on.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS and TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# Rows are the queue; these bells only ask what is owed (see portal/celery.py).
BELL_SECONDS = environment.number("BELL_SECONDS", 3, 1, 60)
# Above the watchdog of one rendering and the patience with a mail server: whoever
# holds a row longer is dead.
LEASE_SECONDS = environment.number("LEASE_SECONDS", 60, 2, 600)
CELERY = {
    **environment.broker(REDIS_URL, VAR / "broker"),
    # A bell that is lost costs three seconds; and a worker that still owes Redis
    # an answer when Redis goes away dies of it (kombu 5.7, Celery 5.7).
    "task_acks_late": False,
    "task_ignore_result": True,
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_time_limit": 100,
    "worker_prefetch_multiplier": 1,
    "worker_max_tasks_per_child": 200,
    "worker_hijack_root_logger": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "beat_schedule": {
        name: {"task": name, "schedule": seconds, "options": {"expires": 10 * seconds}}
        for name, seconds in (
            ("portal.tasks.deliver_messages", BELL_SECONDS),
            ("portal.tasks.expire_invitations", BELL_SECONDS),
            ("portal.tasks.scan_files", BELL_SECONDS),
            ("portal.tasks.sweep_files", 3600),
            ("proposals.tasks.keep_deadlines", BELL_SECONDS),
            ("proposals.tasks.render_letters", BELL_SECONDS),
            ("reviews.tasks.match_reviewers", BELL_SECONDS),
            ("reviews.tasks.work_out_scenarios", BELL_SECONDS),
            ("reviews.tasks.remind_reviewers", BELL_SECONDS),
            ("reviews.tasks.tell_of_discussions", 600),
            ("reviews.tasks.look_for_conflicts", 10 * BELL_SECONDS),
        )
    },
    # In memory: the bells are the same after every start, and no file can break.
    "beat_scheduler": "celery.beat:Scheduler",
    "timezone": "UTC",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    # A refusal is an answer; what fails is still said.
    "loggers": {"django.request": {"level": "ERROR"}},
    "root": {"handlers": ["stderr"], "level": environment.text("LOG_LEVEL", "WARNING")},
}
SILENCED_SYSTEM_CHECKS = ["security.W008"]  # the proxy redirects to https, see README
