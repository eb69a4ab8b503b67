# ruff: noqa: E402
import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import django
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from xdist.scheduler import LoadScopeScheduling

# The settings are read once, at the first import: everything they look at comes before it.
HERE = Path(__file__).resolve().parent
LONG = {"faults", "journeys"}  # folders that share servers
SURROUNDINGS = Path(tempfile.mkdtemp(prefix="portal-tests-"))
atexit.register(shutil.rmtree, SURROUNDINGS, ignore_errors=True)
# Where Python may not write beside its sources, every process would compile all it imports.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    os.environ["PYTHONPYCACHEPREFIX"] = str(SURROUNDINGS / "compiled")
for name in ("ALLOWED_HOSTS", "BASE_URL", "DEBUG", "EMAIL_URL", "REDIS_URL", "TRUSTED_PROXIES"):
    os.environ.pop(name, None)
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "portal.settings",
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", ""),
    "PORTAL_VAR": str(SURROUNDINGS),
    "FILES_DIR": str(SURROUNDINGS / "files"),
    "SIGNING_KEY_FILE": str(SURROUNDINGS / "signing_key.pem"),
    "SEAL_FILE": str(SURROUNDINGS / "seal.pem"),
    "SECRET_KEY": "a-secret-of-the-tests-and-of-nobody-else",
}
Path(os.environ["SIGNING_KEY_FILE"]).write_bytes(
    Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
)
django.setup()
# Processes of `--numprocesses` would inherit it and read the settings before they get here:
# then all of them kept their files in one folder, and swept one another's.
del os.environ["DJANGO_SETTINGS_MODULE"]

from django.conf import settings as django_settings
from django.db import connection, transaction
from django.test import TransactionTestCase

from portal import clock, files, seal, signing, triggers
from portal.invariants import violations
from portal.models import User
from tests import make
from tests.cast import Cast
from tests.live import empty_database
from tests.permission_grids.reading import everybody, found, read
from tests.visitor import Visitor

signing.write_once(django_settings.SEAL_FILE, seal.demonstration(clock.machine()))
hypothesis.register_profile(
    "quick",
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
hypothesis.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_configure() -> None:
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django_settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    # A file, so that two threads are two connections, as they are in life.
    if django_settings.EMBEDDED:
        connection.settings_dict["TEST"]["NAME"] = SURROUNDINGS / "test.sqlite3"
    TransactionTestCase._fixture_teardown = _lifted(TransactionTestCase._fixture_teardown)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """The long folders first, whatever order pytest-django has put the tests in."""
    yield
    items.sort(key=lambda item: item.nodeid.split("/")[1] not in LONG)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log) -> LoadScopeScheduling:
    return Apart(config, log)


class Apart(LoadScopeScheduling):
    """With several processes: the faults in one, the stories in another, then file by file.

    What is built once a folder or once a module would be built twice. Groups by mark
    (`--dist loadgroup`) are lost with pytest 9.2: pytest-xdist 3.8 hangs them on node ids.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        folder = file.split("/")[1]
        return folder if folder in LONG else file


def _lifted(flush: Callable) -> Callable:
    """The flush after a transactional test deletes rows that nothing else may delete."""

    def flush_without_triggers(case) -> None:
        with triggers.lifted():
            flush(case)

    return flush_without_triggers


@pytest.fixture(scope="session")
def django_db_keepdb(request, django_db_modify_db_settings) -> bool:
    """On SQLite the tests begin with a copy of a database that is migrated once a run."""
    if django_settings.EMBEDDED:
        shutil.copy(empty_database(), connection.settings_dict["TEST"]["NAME"])
    return django_settings.EMBEDDED or request.config.getoption("reuse_db")


@pytest.fixture
def cast(db) -> Cast:
    """The people of the tests, freshly entered."""
    return Cast()


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker) -> Iterator[Cast]:
    """A cast that lives through a module: a scene built on it once is where each test begins.

    The module then gives it to its tests as `cast`. Not for transactional tests.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield Cast()
        transaction.set_rollback(True)


@pytest.fixture
def visit(settings) -> Callable[..., Visitor]:
    """`visit(cast.pi, at=make.DURING)`: a browser of this person, whose requests arrive then."""
    settings.TRUSTED_PROXIES = ["127.0.0.1"]

    def visitor(person: User | None = None, *, at: datetime) -> Visitor:
        return Visitor(person, at)

    return visitor


@pytest.fixture
def clock_at(monkeypatch) -> Callable[[datetime], None]:
    """`clock_at(instant)`: what `clock.now()` says from here on, on either database."""

    def set_to(instant: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: instant)

    return set_to


@pytest.fixture
def truths(db) -> Iterator[None]:
    """Ask for it in a journey: with its mail sent, every invariant holds at its end."""
    files.sweep(make.RELEASED)  # the bytes of tests before, whose rows were rolled back
    yield
    make.settle()
    assert list(violations(make.latest())) == []


@pytest.fixture
def check(cast):
    """`check(LOIS, LOI, obj, now)`: the grid of the state it is in holds. Tells which were seen."""
    seen = []

    def checked(grids: str, table, obj, now) -> None:
        obj = make.again(obj)
        names = tuple(everybody(cast, obj))
        expected = read(grids, names)[obj.state]
        assert found(cast, table, obj, now, expected["pi"]) == expected, obj.state
        seen.append(obj.state)
        assert set(seen) <= set(read(grids, names))

    checked.seen = seen
    return checked
