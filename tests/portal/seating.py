"""What the tests of organisations, seats and invitations say and look for."""

import re
import threading

from allauth.account.models import EmailAddress
from django.db import connection, connections
from django.urls import reverse

from portal.models import Message, User
from portal.verdict import Refused


def at(name: str, *keys) -> str:
    return reverse(name, args=[getattr(key, "key", key) for key in keys])


def text(response) -> str:
    return " ".join(response.content.decode().split())


def proves(person: User, address: str = "") -> User:
    """The person has confirmed the address, their own if none is named."""
    EmailAddress.objects.update_or_create(
        user=person,
        email=address or person.email,
        defaults={"verified": True, "primary": not address},
    )
    return person


def token(message: Message) -> str:
    return re.search(r"/invitations/link/([^/\s]+)/", message.body)[1]


def mails(notice: str) -> list[Message]:
    return list(Message.objects.filter(notice=notice).order_by("pk"))


def at_once(*acts) -> list[str]:
    """What becomes of each: done, or the rule that refused it."""
    outcomes, barrier = [], threading.Barrier(len(acts))

    def run(act) -> None:
        barrier.wait()
        try:
            act()
            outcomes.append("done")
        except Refused as refused:
            outcomes.append(refused.verdict.rule)
        finally:
            connections[connection.alias].close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
