import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal import environment
from portal.environment import Misconfigured

ROOT = Path(__file__).resolve().parents[2]


def refused(act, *args, **more) -> str:
    with pytest.raises(Misconfigured) as caught:
        act(*args, **more)
    return str(caught.value)


@pytest.fixture
def given(monkeypatch):
    return lambda name, value: monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    "value, meant", [("1", True), ("yes", True), ("ON", True), ("0", False), ("", True)]
)
def test_flags_are_read(given, value, meant):
    given("DEBUG", value)
    assert environment.flag("DEBUG", True) is meant


def test_a_flag_that_is_none_is_refused_with_what_to_write(given):
    given("DEBUG", "maybe")
    assert refused(environment.flag, "DEBUG", False) == "\nDEBUG: is 'maybe'; write 1 or 0.\n"


@pytest.mark.parametrize("value", ["0", "65536", "8e3", "-1", "eight"])
def test_a_number_out_of_its_bounds_is_refused(given, value):
    given("PORT", value)
    assert "write a whole number from 1 to 65535" in refused(
        environment.number, "PORT", 8000, 1, 65535
    )


def test_words_are_split_at_commas_and_spaces(given):
    given("ALLOWED_HOSTS", "a.example, b.example  c.example")
    assert environment.words("ALLOWED_HOSTS") == ["a.example", "b.example", "c.example"]


# The secret


def test_the_embedded_mode_makes_a_secret_and_keeps_it(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    first = environment.secret("SECRET_KEY", tmp_path, embedded=True)
    assert len(first) >= 32
    assert environment.secret("SECRET_KEY", tmp_path, embedded=True) == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_servers_that_share_a_database_must_be_given_one(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    said = refused(environment.secret, "SECRET_KEY", tmp_path, embedded=False)
    assert "SECRET_KEY: is not set" in said and "print one with" in said
    assert list(tmp_path.iterdir()) == []


def test_a_short_secret_is_refused_without_being_shown(tmp_path, given):
    given("SECRET_KEY", "swordfish")
    said = refused(environment.secret, "SECRET_KEY", tmp_path, embedded=True)
    assert "has 9 characters; at least 32 are needed" in said
    assert "swordfish" not in said


# The addresses


def test_no_address_is_the_embedded_file(tmp_path):
    entry = environment.database("", tmp_path / "db.sqlite3")
    assert entry["NAME"] == tmp_path / "db.sqlite3"
    assert entry["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in entry["OPTIONS"]["init_command"]
    assert "synchronous=FULL" in entry["OPTIONS"]["init_command"]


def test_the_address_of_a_database_is_taken_apart(tmp_path):
    entry = environment.database(
        "postgresql://portal:p%40ss@db.example:5433/lunar?sslmode=require", tmp_path
    )
    assert {name: entry[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")} == {
        "USER": "portal",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "NAME": "lunar",
    }
    assert entry["OPTIONS"]["sslmode"] == "require"
    assert entry["CONN_MAX_AGE"] == 0 and entry["OPTIONS"]["pool"]


@pytest.mark.parametrize(
    "url", ["mysql://u@h/n", "postgresql://host", "postgresql://host/", "portal", "sqlite:///x"]
)
def test_another_kind_of_database_is_refused(tmp_path, url):
    said = refused(environment.database, url, tmp_path)
    assert said.startswith("\nDATABASE_URL: is not the address of a PostgreSQL database. Write ")


def test_mail_goes_to_files_or_to_a_server(tmp_path):
    assert environment.mail("", tmp_path)["EMAIL_FILE_PATH"] == tmp_path
    plain = environment.mail("smtp://me:w%3Ard@mail.example:587?tls=1", tmp_path)
    assert (plain["EMAIL_HOST"], plain["EMAIL_PORT"]) == ("mail.example", 587)
    assert (plain["EMAIL_USE_TLS"], plain["EMAIL_USE_SSL"]) == (True, False)
    assert plain["EMAIL_HOST_PASSWORD"] == "w:rd"
    sealed = environment.mail("smtps://mail.example", tmp_path)
    assert (sealed["EMAIL_PORT"], sealed["EMAIL_USE_SSL"]) == (465, True)
    assert sealed["EMAIL_TIMEOUT"] > 0
    assert "EMAIL_URL: is not the address of a mail server" in refused(
        environment.mail, "http://mail.example", tmp_path
    )


def test_a_broker_is_files_or_redis(tmp_path):
    assert (tmp_path / "queue").exists() is False
    settings = environment.broker("", tmp_path)
    assert (tmp_path / "queue").is_dir()
    assert "visibility_timeout" not in settings["broker_transport_options"]
    redis = environment.broker("redis://127.0.0.1:6379/0", tmp_path)
    assert redis["broker_url"] == "redis://127.0.0.1:6379/0"
    assert redis["broker_transport_options"]["socket_timeout"] <= 5
    assert "REDIS_URL: is not the address of a Redis server" in refused(
        environment.broker, "amqp://127.0.0.1", tmp_path
    )


@pytest.mark.parametrize(
    "name, value",
    [("DATABASE_URL", "mysql://u@h/n"), ("BELL_SECONDS", "0"), ("DEBUG", "perhaps")],
)
def test_the_start_is_refused_in_a_paragraph_and_not_in_a_traceback(tmp_path, name, value):
    surroundings = {**os.environ, "PORTAL_VAR": str(tmp_path), "DATABASE_URL": "", name: value}
    tried = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert tried.returncode != 0
    assert tried.stderr.strip().startswith(f"{name}: is")
    assert "Traceback" not in tried.stderr


# Where files are kept


def test_files_are_kept_in_a_folder_or_in_a_bucket(tmp_path):
    assert environment.files("", tmp_path) == {
        "BACKEND": "portal.disk.Disk",
        "OPTIONS": {"folder": str(tmp_path)},
    }
    url = "s3://letters/portal/files?endpoint=https://store.example:9000&region=eu-1"
    assert environment.files(url, tmp_path) == {
        "BACKEND": "portal.bucket.Bucket",
        "OPTIONS": {
            "name": "letters",
            "prefix": "portal/files/",
            "endpoint": "https://store.example:9000",
            "region": "eu-1",
        },
    }
    assert environment.files("s3://letters", tmp_path)["OPTIONS"]["prefix"] == ""


@pytest.mark.parametrize(
    "url",
    [
        "letters",
        "s3://",
        "https://store.example/letters",
        "s3://key:secret@letters",
        "s3://letters?endpoint=store.example",
        "s3://letters?regoin=eu-1",
    ],
)
def test_an_address_that_is_no_bucket_is_refused_with_what_to_write(url, tmp_path):
    assert "Write s3://bucket/prefix" in refused(environment.files, url, tmp_path)
