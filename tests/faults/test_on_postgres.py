"""The tests of the rules and of the services once more, on PostgreSQL."""

import os
import re
import subprocess
import sys

import pytest

from tests.live import ROOT

AGAIN = ("tests/portal", "tests/proposals", "tests/reviews", "tests/faults/test_mail_server.py")


@pytest.mark.postgres
@pytest.mark.slow
def test_the_suite_holds_on_postgresql(postgres, tmp_path):
    if os.environ.get("TEST_DATABASE_URL"):
        pytest.skip("the whole suite runs on it already")
    env = {**os.environ, "TEST_DATABASE_URL": postgres.database()}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp", tmp_path]
        + ["-m", "not soak and not browser and not slow and not postgres and not redis"]
        + [folder for folder in AGAIN if (ROOT / folder).exists()],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    print(done.stdout[-300:])
    assert done.returncode == 0, done.stdout[-6000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 100
