"""What the mail server says, or does not say, and what becomes of the message."""

from datetime import timedelta

import pytest

from portal import leases, notices
from portal.models import Message
from portal.services import delivery
from tests import make

NOW = make.DURING


@pytest.fixture
def server(mailbox, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailbox.port
    return mailbox


def messages(number: int) -> list[Message]:
    return [
        notices.write(
            key=f"test:{n}",
            notice="account",
            recipient=None,
            address=f"person.{n}@example.org",
            text="A subject\nA body",
            now=NOW,
        )[0]
        for n in range(number)
    ]


def test_what_is_owed_is_sent_once(db, server):
    owed = messages(3)
    assert delivery.deliver(NOW) == 3
    assert delivery.deliver(NOW) == 0
    assert sorted(server.taken) == sorted((one.message_id, one.address) for one in owed)


def test_a_server_that_is_away_for_a_day_loses_no_message(db, server):
    (message,) = messages(1)
    server.end()
    at = NOW
    while at < NOW + timedelta(days=1):
        delivery.deliver(at)
        at += timedelta(minutes=10)
    message.refresh_from_db()
    assert message.failed_at is None
    assert message.attempts > leases.MOST_ATTEMPTS
    server.start()
    delivery.deliver(at + leases.LONGEST_PAUSE)
    assert len(server.taken) == 1


def test_a_server_that_is_away_is_asked_once_a_batch(db, server):
    messages(5)
    server.end()
    assert delivery.deliver(NOW) == 1
    assert Message.objects.filter(attempts=0).count() == 4
    server.start()


@pytest.mark.parametrize(
    "answer, given_up",
    [
        ("550 no such mailbox", True),
        ("552 too large", True),
        ("451 try again later", False),
    ],
)
def test_only_a_refusal_for_good_gives_the_one_message_up(db, server, answer, given_up):
    async def handle_RCPT(server_, session, envelope, address, options):
        if address == "person.1@example.org":
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    messages(3)
    server.handle_RCPT = handle_RCPT
    delivery.deliver(NOW)
    assert len(server.taken) == 2
    refused = Message.objects.get(done_at=None)
    assert refused.address == "person.1@example.org"
    assert (refused.failed_at is not None) is given_up
