from collections.abc import Callable, Iterator

import pytest

from tests.live import Portal, migrated
from tests.servers import mailbox, postgres, redis

__all__ = ["mailbox", "postgres", "redis"]

EMBEDDED = pytest.param("embedded", id="sqlite-files")
PRODUCTION = pytest.param(
    "production", id="postgres-redis", marks=[pytest.mark.postgres, pytest.mark.redis]
)


@pytest.fixture(params=[EMBEDDED, PRODUCTION])
def portal(request, tmp_path, mailbox) -> Iterator[Portal]:
    """The portal on SQLite and files, and on PostgreSQL and Redis; nothing runs yet."""
    where = {}
    if request.param == "production":
        where["database_url"] = migrated(request.getfixturevalue("postgres"))
        where["redis_url"] = request.getfixturevalue("redis").url
    made = Portal(tmp_path / "portal", email_url=mailbox.url, **where)
    yield made
    made.end()


@pytest.fixture
def a_portal(tmp_path) -> Iterator[Callable[..., Portal]]:
    """`a_portal(redis_url=…)`: one of any kind, ended with the test."""
    made = []

    def make(**given: object) -> Portal:
        made.append(Portal(tmp_path / f"portal-{len(made)}", **given))
        return made[-1]

    yield make
    for portal in made:
        portal.end()


def settled(portal: Portal) -> bool:
    """Every receipt is rendered and every message sent."""
    return not portal.count("proposals_letter", "state = 'owed'") and not portal.count(
        "portal_message", "done_at IS NULL AND dropped_at IS NULL"
    )
