from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.stage import Stage, chromium


@pytest.fixture(scope="module")  # its event loop must not run on under the tests that follow
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = chromium(playwright)
        yield found
        found.close()


@pytest.fixture(scope="session")
def stage(tmp_path_factory) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("stage")
    found = Stage(folder / "var")
    yield found
    assert "invariants hold" in found.manage("invariants")
    assert "events hold" in found.manage("verify_audit")
    assert found.end() == 0
