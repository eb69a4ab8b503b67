from datetime import datetime

from django.test import Client

from portal.models import User


class Visitor(Client):
    """A browser of one person, or of nobody, whose requests arrive at `at`.

    The instant goes the way of the real one: as the stamp of a trusted proxy.
    The fixture `visit` trusts this one.
    """

    def __init__(self, person: User | None, at: datetime):
        super().__init__()
        self.at = at
        if person is not None:
            self.force_login(person)

    def generic(self, method, path, *args, **kwargs):
        headers = {"X-Request-Start": f"t={self.at.timestamp():.6f}"}
        kwargs["headers"] = {**headers, **(kwargs.get("headers") or {})}
        return super().generic(method, path, *args, **kwargs)
