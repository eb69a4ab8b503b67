"""Tests of rows, locks and services once more, on PostgreSQL."""

import os
import re
import subprocess
import sys

import pytest

from tests.live import ROOT, migrated

# Rows, locks, constraints, triggers and sums: where the two databases could differ.
AGAIN = (
    "tests/portal/test_events.py",
    "tests/portal/test_leases.py",
    "tests/portal/test_services.py",
    "tests/portal/test_workflow.py",
    "tests/proposals/test_deadlines.py",
    "tests/proposals/test_decisions.py",
    "tests/proposals/test_filing.py",
    "tests/proposals/test_letters.py",
    "tests/proposals/test_release.py",
    "tests/reviews/test_concluding.py",
    "tests/faults/test_mail_server.py",
)


@pytest.mark.postgres
@pytest.mark.slow
def test_what_holds_on_sqlite_holds_on_postgresql(postgres, tmp_path):
    # Django puts `test_` before the name; what stands there under it is used as it is.
    there = migrated(postgres, name="test_again")
    env = {**os.environ, "TEST_DATABASE_URL": there.replace("/test_again", "/again")}
    pytest_ = f"-m pytest -q --reuse-db -p no:cacheprovider --basetemp {tmp_path}".split()
    done = subprocess.run(
        [sys.executable, *pytest_, *AGAIN],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    print(done.stdout[-300:])
    assert done.returncode == 0, done.stdout[-6000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 100
