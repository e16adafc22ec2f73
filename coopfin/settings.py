"""設定。値はすべて環境変数（または .env）から django-environ で読む。

COOPFIN_MODE は production（既定）・demo・test のいずれか。本番では、欠けている設定や危険な設定を
一文で述べて起動を止める。demo と test だけが、自分で用意できるもの（秘密鍵・SQLite）を自分で用意する。
"""

import secrets
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

MODE = env.str("COOPFIN_MODE", "production")
if MODE not in {"production", "demo", "test"}:
    raise ImproperlyConfigured(
        f"COOPFIN_MODE には production・demo・test のいずれかを指定してください（いまの値: {MODE}）。"
    )
PRODUCTION = MODE == "production"
DEMO = MODE == "demo"


def _required(name: str, what_for: str) -> str:
    value = env.str(name, "")
    if not value:
        raise ImproperlyConfigured(
            f"環境変数 {name}（{what_for}）が設定されていません。.env.example を見て設定してください。"
        )
    return value


def _flag(name: str, default: bool) -> bool:
    value = env.str(name, "").strip().lower()
    if value in env.BOOLEAN_TRUE_STRINGS or value in {"", "false", "off", "no", "n", "0"}:
        return value in env.BOOLEAN_TRUE_STRINGS if value else default
    raise ImproperlyConfigured(f"環境変数 {name} には true か false を指定してください（いまの値: {value}）。")


def _repeats(text: str) -> bool:
    """短いものを繰り返しただけか。"""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, len(text) // 2 + 1))


def _number(name: str, default: int) -> int:
    value = env.str(name, "").strip()
    if value and not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"環境変数 {name} には 0 以上の整数を指定してください（いまの値: {value}）。")
    return int(value) if value else default


def _database(name: str, default: str) -> dict:
    """接続先。パスワードが入っていることがあるので、断りの文に値は書かない。"""
    shapes = "postgres://利用者:パスワード@ホスト/データベース名 か sqlite:///ファイル"
    url = env.str(name, "") or default
    known = url.startswith(("postgres://", "postgresql://", "sqlite://"))
    found = env.db_url_config(url) if known else {}
    if not found.get("ENGINE"):
        raise ImproperlyConfigured(f"環境変数 {name} を読めません。{shapes} の形で書いてください。")
    return found


def _demo_secret_key() -> str:
    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(secrets.token_urlsafe(50))
        path.chmod(0o600)
    return path.read_text()


DEBUG = _flag("DJANGO_DEBUG", False)
if PRODUCTION:
    SECRET_KEY = _required("SECRET_KEY", "50文字以上の無作為な秘密鍵")
    if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5:
        raise ImproperlyConfigured("SECRET_KEY が短すぎます。50文字以上の無作為な文字列にしてください。")
    if len(set(SECRET_KEY)) < 16 or _repeats(SECRET_KEY):
        raise ImproperlyConfigured("SECRET_KEY が繰り返しの文字列です。50文字以上の無作為な文字列にしてください。")
    if DEBUG:
        raise ImproperlyConfigured("本番（COOPFIN_MODE=production）では DJANGO_DEBUG を有効にできません。")
    ALLOWED_HOSTS = [
        name.strip()
        for name in _required("ALLOWED_HOSTS", "公開するホスト名（カンマ区切り）").split(",")
        if name.strip()
    ]
    if not ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS にホスト名がありません。公開するホスト名を列挙してください。")
    if any("*" in host or host.startswith(".") for host in ALLOWED_HOSTS):
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS に * や . で始まる名は使えません。公開するホスト名を列挙してください。"
        )
    if _required("DATABASE_URL", "postgres://利用者:パスワード@ホスト/データベース名").startswith("sqlite"):
        raise ImproperlyConfigured("本番の DATABASE_URL には PostgreSQL（postgres://…）を指定してください。")
    CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[f"https://{host}" for host in ALLOWED_HOSTS])
    if not all(origin.startswith("https://") for origin in CSRF_TRUSTED_ORIGINS):
        raise ImproperlyConfigured("CSRF_TRUSTED_ORIGINS には https:// で始まる URL だけを指定してください。")
else:
    SECRET_KEY = env.str("SECRET_KEY", "") or (_demo_secret_key() if DEMO else "test-" + "0123456789" * 6)
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver"]
    CSRF_TRUSTED_ORIGINS = []

INSTALLED_APPS = [
    "coopfin",
    "members",
    "documents",
    "governance",
    "ledger",
    "oversight",
    "collateral",
    "funding",
    "loans",
    "desk",
    "coopfin.admin_site.CoopfinAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_filters",
    "django_htmx",
    "django_include_bootstrap",
    "django_tables2",
    "import_export",
    "lucide",
    "simple_history",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "coopfin.middleware.ReadLogMiddleware",
    "coopfin.middleware.ReadsDoNotWriteMiddleware",
]

ROOT_URLCONF = "coopfin.urls"
WSGI_APPLICATION = "coopfin.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["coopfin.templatetags.coopfin"],
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "coopfin.context_processors.frame",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- データベース --------------------------------------------------------------------------
_SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=20000;"
    ),
}
if MODE == "test":
    _DATABASE = _database("TEST_DATABASE_URL", f"sqlite:///{VAR_DIR / 'test.sqlite3'}")
else:
    _DATABASE = _database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'coopfin.sqlite3'}")
if _DATABASE["ENGINE"].endswith("sqlite3"):
    _DATABASE["OPTIONS"] = {**_DATABASE.get("OPTIONS", {}), **_SQLITE_OPTIONS}
    _test_name = env.str("COOPFIN_TEST_DATABASE", "")
    if _test_name:
        _DATABASE["TEST"] = {"NAME": _test_name}
elif MODE != "test":
    _DATABASE["OPTIONS"] = {**_DATABASE.get("OPTIONS", {}), "pool": True}
DATABASES = {"default": _DATABASE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        # 複数の処理が同じ回数制限を数えるため、プロセス内ではなく表に置く。
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "coopfin_cache",
    }
}

# --- 利用者とログイン ----------------------------------------------------------------------
AUTH_USER_MODEL = "coopfin.User"
AUTHENTICATION_BACKENDS = ["coopfin.auth.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:today"
ACCOUNT_ADAPTER = "coopfin.auth.ClosedSignupAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key", "entrance": "20/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "coopfin"
SESSION_COOKIE_AGE = 60 * 60 * 10
SESSION_COOKIE_HTTPONLY = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = _flag("SECURE_SSL_REDIRECT", PRODUCTION)
SECURE_HSTS_SECONDS = _number("SECURE_HSTS_SECONDS", 60 * 60 * 24 * 30 if PRODUCTION else 0)
BEHIND_PROXY = _flag("BEHIND_PROXY", PRODUCTION)
if PRODUCTION and not (SECURE_SSL_REDIRECT or BEHIND_PROXY):
    raise ImproperlyConfigured(
        "http のまま使われます。SECURE_SSL_REDIRECT を true にするか、https の代理を置いて BEHIND_PROXY を true にしてください。"
    )
if PRODUCTION and SECURE_HSTS_SECONDS < 3600:
    raise ImproperlyConfigured(
        "SECURE_HSTS_SECONDS には 3600 以上を指定してください（https だけで使う約束の秒数です）。"
    )
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # ログインの回数は、代理の住所ではなく、代理が書き足した送り元ごとに数える。
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "coopfin.views.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

# --- メール（なくてよい。あれば、招待のリンクを送れる） ----------------------------------------
_EMAIL_URL = env.str("EMAIL_URL", "")
SENDS_MAIL = bool(_EMAIL_URL)
if SENDS_MAIL:
    if not _EMAIL_URL.startswith(("smtp://", "smtp+tls://", "smtp+ssl://", "smtps://", "consolemail://")):
        raise ImproperlyConfigured(
            "環境変数 EMAIL_URL を読めません。smtp+tls://利用者:パスワード@ホスト:587 の形で書いてください。"
        )
    globals().update(env.email_url_config(_EMAIL_URL))
    EMAIL_TIMEOUT = 10
    DEFAULT_FROM_EMAIL = _required("MAIL_FROM", "メールの差出人。例: 組合事務局 <jimu@example.jp>")

# --- ことばと時刻 --------------------------------------------------------------------------
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語")]
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True

# --- 静的ファイル --------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": {
            "production": "whitenoise.storage.CompressedManifestStaticFilesStorage",
            # 圧縮には20秒かかる。手元で動かすデモには要らない。
            "demo": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
            "test": "django.contrib.staticfiles.storage.StaticFilesStorage",
        }[MODE]
    },
}
# 試験では、客（Client）を作るたびに置き場を調べ直させない。頼まれたファイルだけを、頼まれたときに探す。
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = MODE == "test"
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- 部品 ----------------------------------------------------------------------------------
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "django_tables2/coopfin.html"
IMPORT_EXPORT_USE_TRANSACTIONS = True
SILENCED_SYSTEM_CHECKS = ["account.W001"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
