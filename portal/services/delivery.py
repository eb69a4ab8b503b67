import smtplib
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from portal import clock, leases, notices
from portal.models import Message

MOST_A_BATCH = 25
# A mail server that is away is asked for two days, every ten minutes in the end.
MOST_ATTEMPTS = 300
# What the server says of one message; all else is between the server and us.
ABOUT_ONE_MESSAGE = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)


def deliver(now: datetime) -> int:
    """Send up to a batch of owed messages; the number that was tried.

    Nothing is locked while the mail server is asked. A 5xx answer to the message
    gives it up for people to see; everything else is tried again later, a refusal
    at the door included: that is about us and not about the message, and ends
    the batch.
    """
    rows = Message.objects.filter(dropped_at=None)
    tried = 0
    connection = get_connection()
    try:
        for message in leases.claim(
            rows, now=now, seconds=settings.LEASE_SECONDS, most=MOST_A_BATCH
        ):
            tried += 1
            if not notices.still(message):
                Message.objects.filter(pk=message.pk, done_at=None).update(
                    dropped_at=clock.now(), lease_until=None
                )
                continue
            try:
                connection.open()
                _email(message, connection).send()
            except OSError as trouble:  # what smtplib raises is one, too
                connection.close()
                leases.fail(
                    message,
                    now=clock.now(),
                    reason=repr(trouble),
                    final=_for_good(trouble),
                    most=MOST_ATTEMPTS,
                )
                if not isinstance(trouble, ABOUT_ONE_MESSAGE):
                    break
            else:
                leases.finish(message, now=clock.now())
    finally:
        connection.close()
    return tried


def owe_again(message: Message, *, now: datetime) -> bool:
    """Owe a message that was sent or given up once more; false where it still is, or was dropped.

    Its Message-ID does not change: who has the first one is not told twice by a mail
    program that knows it.
    """
    again = {"done_at": None, "failed_at": None, "due_at": now, "attempts": 0, "lease_until": None}
    over = Message.objects.filter(pk=message.pk, dropped_at=None).exclude(
        done_at=None, failed_at=None
    )
    return bool(over.update(**again))


def _email(message: Message, connection) -> EmailMessage:
    return EmailMessage(
        message.subject,
        message.body,
        settings.DEFAULT_FROM_EMAIL,
        [message.address],
        headers={"Message-ID": message.message_id},
        connection=connection,
    )


def _for_good(trouble: OSError) -> bool:
    if isinstance(trouble, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _ in trouble.recipients.values())
    return isinstance(trouble, smtplib.SMTPDataError) and 500 <= trouble.smtp_code < 600
