import re
import smtplib
import socket
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from django.core import mail
from django.core.management import call_command

from portal import notices
from portal.models import Message
from portal.services import delivery
from portal.verdict import Refused
from proposals.services import filings
from tests import make

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


def owe(key: str = "one", address: str = "someone@example.org", **more) -> Message:
    notices.write(
        **{
            "key": key,
            "notice": "test",
            "recipient": None,
            "address": address,
            "text": f"Subject of {key}\nThe body.\n",
            "now": NOW,
            **more,
        }
    )
    return Message.objects.get(key=key)


def again(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


# Written with their cause


def test_the_first_line_is_the_subject(db):
    message = owe(text="A subject\n\nOne line.\nAnother.\n\n")
    assert (message.subject, message.body) == ("A subject", "One line.\nAnother.\n")


def test_told_twice_is_told_once(db):
    assert owe().pk == owe().pk
    assert Message.objects.count() == 1


def test_the_message_id_comes_from_the_key_alone_and_does_not_tell_it(db, settings):
    settings.DEFAULT_FROM_EMAIL = "Portal <portal@moon.example>"
    first = owe("12:loi_filed:abc").message_id
    Message.objects.all().delete()
    assert owe("12:loi_filed:abc").message_id == first
    assert owe("13:loi_filed:abc").message_id != first
    assert first.endswith("@moon.example>")
    assert not {"12", "loi_filed", "abc"} & set(re.split(r"[<.:@]", first))


def test_a_title_cannot_smuggle_a_header(db, mailoutbox):
    loi_title = "Filed: x\r\nBcc: everyone@example.org"
    owe(text=f"{loi_title.replace(chr(13) + chr(10), chr(13))}\nBody")
    delivery.deliver(NOW)
    (sent,) = mailoutbox
    assert sent.subject == "Filed: x Bcc: everyone@example.org"
    assert sent.recipients() == ["someone@example.org"]


def test_an_act_that_is_undone_tells_nobody(cast):
    loi = make.awaiting(cast)
    before = Message.objects.count()
    with pytest.raises(Refused):
        filings.file(loi, version=loi.version, by=cast.aor, now=make.CLOSES)
    assert Message.objects.count() == before


# Sent by a worker


def test_what_is_owed_is_sent_once(db, mailoutbox):
    message = owe()
    assert delivery.deliver(NOW) == 1
    assert delivery.deliver(NOW + timedelta(days=1)) == 0
    (sent,) = mailoutbox
    assert sent.to == ["someone@example.org"]
    assert sent.extra_headers["Message-ID"] == message.message_id
    assert sent.message()["Message-ID"] == message.message_id
    assert again(message).done_at is not None


def test_a_batch_is_bounded(db, mailoutbox):
    for number in range(delivery.MOST_A_BATCH + 1):
        owe(f"message{number}")
    assert delivery.deliver(NOW) == delivery.MOST_A_BATCH
    assert delivery.deliver(NOW) == 1
    assert len(mailoutbox) == delivery.MOST_A_BATCH + 1


def test_more_than_a_batch_is_worked_off_without_a_broker(db, mailoutbox, clock_at):
    clock_at(NOW)
    for number in range(delivery.MOST_A_BATCH + 1):
        owe(f"message{number}")
    call_command("work")
    assert len(mailoutbox) == delivery.MOST_A_BATCH + 1


def test_what_is_no_longer_so_is_dropped(cast, mailoutbox):
    """The AOR was asked for a signature; the PI has taken the letter back."""
    loi = make.awaiting(cast)
    filings.return_to_draft(loi, by=cast.pi, now=make.DURING, reason="A number is wrong.")
    make.settle()
    asked = Message.objects.get(notice="loi_signed_off")
    assert asked.dropped_at is not None and asked.done_at is None
    assert asked.message_id not in {m.extra_headers["Message-ID"] for m in mailoutbox}


def test_what_is_still_so_is_sent(cast, mailoutbox):
    make.awaiting(cast)
    make.settle()
    asked = Message.objects.get(notice="loi_signed_off")
    assert asked.message_id in {m.extra_headers["Message-ID"] for m in mailoutbox}


# Against a mail server of our own


class Answers:
    """A mail server that gives the answers it is told to, and keeps what it took."""

    def __init__(self):
        self.rcpt, self.data, self.taken = "250 OK", "250 OK", []

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.rcpt if isinstance(self.rcpt, str) else self.rcpt.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        if self.data.startswith("250"):
            self.taken.append(envelope)
        return self.data


@pytest.fixture
def server(settings):
    answers = Answers()
    controller = Controller(answers, hostname="127.0.0.1", port=free_port())
    controller.start()
    use(settings, controller.port)
    yield answers
    controller.stop()


def use(settings, port: int, **more) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    for name, value in more.items():
        setattr(settings, name, value)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def test_a_real_server_takes_it_with_its_message_id(db, server):
    message = owe()
    delivery.deliver(NOW)
    (envelope,) = server.taken
    assert envelope.rcpt_tos == ["someone@example.org"]
    assert f"Message-ID: {message.message_id}".encode() in envelope.content
    assert again(message).done_at is not None


@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_a_5xx_answer_gives_the_message_up_for_people_to_see(db, server, step):
    setattr(server, step, "550 5.1.1 No such person")
    message = owe()
    delivery.deliver(NOW)
    failed = again(message)
    assert failed.failed_at is not None and failed.done_at is None
    assert "No such person" in failed.last_error
    assert delivery.deliver(NOW + timedelta(days=1)) == 0


@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_a_4xx_answer_is_tried_again_later(db, server, clock_at, step):
    setattr(server, step, "451 4.7.1 Come back later")
    message = owe()
    clock_at(NOW)
    delivery.deliver(NOW)
    waiting = again(message)
    assert (waiting.failed_at, waiting.done_at) == (None, None)
    assert waiting.due_at == NOW + timedelta(seconds=10)
    setattr(server, step, "250 OK")
    assert delivery.deliver(NOW + timedelta(seconds=9)) == 0
    assert delivery.deliver(waiting.due_at) == 1
    (envelope,) = server.taken
    assert f"Message-ID: {message.message_id}".encode() in envelope.content


def test_one_refused_address_does_not_stop_the_others(db, server):
    server.rcpt = {"gone@example.org": "550 Gone"}
    gone, here = owe("gone", "gone@example.org"), owe("here", "here@example.org")
    assert delivery.deliver(NOW) == 2
    assert again(gone).failed_at is not None
    assert again(here).done_at is not None


def test_a_server_that_is_not_there_costs_nothing_but_time(db, settings, clock_at):
    use(settings, free_port())
    message = owe()
    clock_at(NOW)
    delivery.deliver(NOW)
    waiting = again(message)
    assert (waiting.failed_at, waiting.attempts) == (None, 1)
    assert waiting.due_at > NOW


def test_a_wrong_password_of_ours_fails_no_message_for_good(db, settings):
    """A 5xx at the door is about us and not about the letter."""

    def nobody(server, session, envelope, mechanism, data):
        return AuthResult(success=False, handled=False)

    controller = Controller(
        Answers(),
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=nobody,
        auth_require_tls=False,
    )
    controller.start()
    use(settings, controller.port, EMAIL_HOST_USER="portal", EMAIL_HOST_PASSWORD="wrong")
    message = owe()
    try:
        delivery.deliver(NOW)
    finally:
        controller.stop()
    waiting = again(message)
    assert "535" in waiting.last_error
    assert waiting.failed_at is None and waiting.done_at is None


def test_after_the_last_attempt_people_are_left_with_it(db, settings, clock_at):
    use(settings, free_port())
    message, now = owe(), NOW
    for _ in range(delivery.MOST_ATTEMPTS):
        clock_at(now)
        assert delivery.deliver(now) == 1
        now = max(now, again(message).due_at)
    assert again(message).failed_at == now
    assert now - NOW > timedelta(days=2)
    assert delivery.deliver(now + timedelta(days=1)) == 0


def test_refusals_at_every_step_are_told_apart():
    refused = smtplib.SMTPRecipientsRefused
    assert delivery._for_good(smtplib.SMTPDataError(554, b"No"))
    assert not delivery._for_good(smtplib.SMTPDataError(451, b"Later"))
    assert delivery._for_good(refused({"a@example.org": (550, b"No")}))
    assert not delivery._for_good(refused({"a@example.org": (450, b"Later")}))
    assert not delivery._for_good(
        refused({"a@example.org": (550, b"No"), "b@example.org": (450, b"Later")})
    )


def test_the_outbox_of_the_tests_is_in_memory(db):
    assert mail.outbox == []
