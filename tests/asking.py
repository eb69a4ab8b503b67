"""What comes of an act or a request, as a test reads it."""

import pytest

from portal.verdict import Refused, Verdict


def refused(act, *args, **more) -> Verdict:
    """Why the act is refused."""
    with pytest.raises(Refused) as caught:
        act(*args, **more)
    return caught.value.verdict


def rule_against(act, *args, **more) -> str:
    """The rule by which the act is refused."""
    return refused(act, *args, **more).rule


def words(response) -> str:
    """The page in one line, its elements included."""
    return " ".join(response.content.decode().split())
