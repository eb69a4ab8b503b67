"""What the surroundings tell the portal, read once and refused in a paragraph."""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit


class Misconfigured(SystemExit):
    """Stops the start with a paragraph that says which setting to set, and to what."""

    def __init__(self, name: str, paragraph: str):
        super().__init__(f"\n{name}: {paragraph}\n")


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise Misconfigured(name, f"is {value!r}; write 1 or 0.")


def number(name: str, default: int, least: int, most: int) -> int:
    value = text(name, str(default))
    if not value.isdecimal() or not least <= int(value) <= most:
        raise Misconfigured(name, f"is {value!r}; write a whole number from {least} to {most}.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    return [word for word in text(name, default).replace(",", " ").split() if word]


def origin(host: str, port: int) -> str:
    """Where people reach a server that listens on `host`: a wildcard is no address.

    >>> origin("0.0.0.0", 8000)
    'http://127.0.0.1:8000'
    >>> origin("::1", 8000)
    'http://[::1]:8000'
    """
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


def secret(name: str, folder: Path, *, embedded: bool) -> str:
    """The secret from the environment, or from a file only its owner reads.

    Only the embedded mode may invent one: several web servers with a secret
    each would throw each other's sessions away.
    """
    given = text(name)
    if given:
        if len(given) < 32:
            raise Misconfigured(name, f"has {len(given)} characters; at least 32 are needed.")
        return given
    if not embedded:
        raise Misconfigured(
            name,
            "is not set. With DATABASE_URL every process must share one secret of at "
            "least 32 characters; print one with:\n"
            '  python3 -c "import secrets; print(secrets.token_urlsafe(50))"',
        )
    path = folder / name.lower()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(value := secrets.token_urlsafe(50))
    return value


def database(url: str, embedded_file: Path) -> dict:
    """A Django database entry from `postgresql://user:word@host:port/name?option=…`.

    An empty address is the embedded SQLite file. Its options were measured:
    Django's defaults lost drafts under 200 filings in ten seconds, WAL with
    IMMEDIATE transactions and FULL synchronisation lost none.
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": embedded_file,
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                    "PRAGMA mmap_size=134217728; PRAGMA foreign_keys=ON;"
                ),
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise Misconfigured(
            "DATABASE_URL",
            "is not the address of a PostgreSQL database. Write "
            "postgresql://user:password@host:5432/name, or leave it unset for the "
            "embedded SQLite file.",
        )
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        # The pool keeps the connections; Django must not keep them as well.
        "CONN_MAX_AGE": 0,
        # A database that was started again is noticed before a request is begun on it.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}, **options},
    }


def mail(url: str, folder: Path) -> dict[str, object]:
    """Django's EMAIL_* settings from `smtp://user:word@host:port` (smtps, or ?tls=1)."""
    if not url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": folder,
        }
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise Misconfigured(
            "EMAIL_URL",
            "is not the address of a mail server. Write smtp://user:password@host:587?tls=1, "
            "or leave it unset to write messages as files.",
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": dict(parse_qsl(parts.query)).get("tls") == "1",
        "EMAIL_TIMEOUT": 20,
    }


def files(url: str, folder: Path) -> dict:
    """Where files are kept: a folder, else `s3://bucket/prefix?endpoint=https://…&region=…`."""
    if not url:
        return {"BACKEND": "portal.disk.Disk", "OPTIONS": {"folder": str(folder)}}
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = sorted(given.keys() - {"endpoint", "region"})
    endpoint = urlsplit(given.get("endpoint", "https://s3"))
    # Keys stay out of addresses: those are shown, in logs and lists of processes.
    wrong = parts.scheme != "s3" or not parts.hostname or "@" in parts.netloc or unknown
    if wrong or endpoint.scheme not in {"http", "https"} or not endpoint.hostname:
        raise Misconfigured(
            "FILES_URL",
            "is not the address of a bucket. Write s3://bucket/prefix?region=eu-central-1, "
            "with endpoint=https://host:port for a store other than Amazon's and the keys in "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or leave it unset to keep files in "
            "FILES_DIR.",
        )
    prefix = parts.path.strip("/")
    return {
        "BACKEND": "portal.bucket.Bucket",
        "OPTIONS": {
            "name": parts.netloc,
            "prefix": f"{prefix}/" if prefix else "",
            "endpoint": given.get("endpoint", ""),
            "region": given.get("region", ""),
        },
    }


def address(name: str) -> str:
    """An http(s) address, or none."""
    given = text(name)
    parts = urlsplit(given)
    if given and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise Misconfigured(name, f"is {given!r}; write https://host/path, or leave it unset.")
    return given


def scanner(address: str) -> str | tuple[str, int] | None:
    """Where clamd listens: the path of its socket, or host and port; none where none is set."""
    if not address:
        return None
    parts = urlsplit(address)
    if parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc:
        return parts.path
    try:
        if parts.scheme == "tcp" and parts.hostname and parts.port:
            return parts.hostname, parts.port
    except ValueError:
        pass  # a port that is no number
    raise Misconfigured(
        "CLAMD",
        "is not the address of a virus scanner. Write unix:/run/clamav/clamd.ctl or "
        "tcp://host:3310, or leave it unset to have files marked as not scanned.",
    )


def broker(url: str, folder: Path) -> dict[str, object]:
    """Celery's broker settings: Redis by address, else files in an ignored folder."""
    if not url:
        for name in ("queue", "control"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        return {
            "broker_url": "filesystem://localhost/",
            "broker_transport": "portal.broker:Transport",
            "broker_transport_options": {
                "data_folder_in": str(folder / "queue"),
                "data_folder_out": str(folder / "queue"),
                "control_folder": str(folder / "control"),
                "store_processed": False,
                "polling_interval": 0.25,
            },
            # One worker of our own: nobody asks it from afar.
            "worker_enable_remote_control": False,
        }
    if urlsplit(url).scheme not in {"redis", "rediss", "unix", "redis+socket"}:
        raise Misconfigured(
            "REDIS_URL",
            "is not the address of a Redis server. Write redis://:password@host:6379/0, "
            "or leave it unset for the embedded broker.",
        )
    return {
        "broker_url": url,
        "broker_transport_options": {
            # Above the longest task: a letter is stopped after thirty seconds.
            "visibility_timeout": 120,
            "unacked_restore_interval": 2,
            "unacked_restore_throttle": 1,
            "socket_timeout": 5,
            "socket_connect_timeout": 5,
        },
    }
