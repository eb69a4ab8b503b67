from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import models
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.crypto import salted_hmac

from portal.models import Event, Message, User

Audience = Callable[[models.Model], Iterable[User]]


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told (`templates/mail/<name>.txt`, first line the subject) and to whom.

    `still` is asked again when the message is sent: a reminder to somebody who
    has filed meanwhile is dropped.
    """

    name: str
    audience: Audience
    still: Callable[[models.Model], bool] = lambda subject: True
    context: Callable[[models.Model], dict] = lambda subject: {}


NOTICES: dict[str, Notice] = {}
SUBJECTS: dict[str, type[models.Model]] = {}


def register(notice: Notice, model: type[models.Model]) -> None:
    NOTICES[notice.name] = notice
    SUBJECTS[model._meta.model_name] = model


def post(
    name: str,
    subject: models.Model,
    *,
    now: datetime,
    event: Event | None = None,
    occasion: str = "",
    to: Iterable[User] | None = None,
    **context: object,
) -> list[Message]:
    """Write one message to each of the audience, inside the caller's transaction.

    The key (event or occasion, notice, person) is unique: told twice is told once.
    `to` is who is told where the cause knows it better than the subject.
    """
    notice = NOTICES[name]
    cause = str(event.seq) if event else f"{subject.key}:{occasion}"
    told = {"reason": event.data.get("reason", "") if event else "", **context}
    people = notice.audience(subject) if to is None else to
    return _keep(
        _message(
            key=f"{cause}:{name}:{person.key}",
            notice=name,
            recipient=person,
            address=person.email,
            text=text,
            now=now,
            subject=subject,
        )
        for person, text in _texts(
            notice, subject, {person.pk: person for person in people}.values(), told
        )
    )


def post_to(
    name: str,
    subject: models.Model,
    address: str,
    *,
    now: datetime,
    occasion: str,
    **context: object,
) -> list[Message]:
    """Write one message to an address, which may or may not have an account."""
    ((_nobody, text),) = _texts(NOTICES[name], subject, [None], context)
    return _keep(
        [
            _message(
                key=f"{subject.key}:{occasion}:{name}",
                notice=name,
                recipient=User.objects.filter(email=address, is_active=True).first(),
                address=address,
                text=text,
                now=now,
                subject=subject,
            )
        ]
    )


def _texts(
    notice: Notice, subject: models.Model, people: Iterable[User | None], context: dict
) -> Iterator[tuple[User | None, str]]:
    """What each is told."""
    told = {
        "subject": subject,
        "base_url": settings.BASE_URL,
        **notice.context(subject),
        **context,
    }
    with translation.override(settings.LANGUAGE_CODE):
        for person in people:
            yield person, render_to_string(f"mail/{notice.name}.txt", {**told, "person": person})


def write(
    *, key: str, notice: str, recipient: User | None, address: str, text: str, now: datetime
) -> list[Message]:
    """Write one message that is told of no object, such as an account's."""
    return _keep(
        [_message(key=key, notice=notice, recipient=recipient, address=address, text=text, now=now)]
    )


def _message(
    *,
    key: str,
    notice: str,
    recipient: User | None,
    address: str,
    text: str,
    now: datetime,
    subject: models.Model | None = None,
) -> Message:
    title, _, body = text.strip().partition("\n")
    return Message(
        key=key,
        notice=notice,
        recipient=recipient,
        address=address,
        subject=" ".join(title.split())[:250],
        body=body.strip() + "\n",
        # From the key alone, so that a message sent twice is known as one; keyed, because
        # the key counts events, and how many there were meanwhile is nobody's to know.
        message_id=f"<{_code(key)}@{_host()}>",
        subject_type=subject._meta.model_name if subject else "",
        subject_key=subject.key if subject else "",
        written_at=now,
        due_at=now,
    )


def _keep(messages: Iterable[Message]) -> list[Message]:
    """Those that are new, in two statements however many: the lock of a call may be held.

    Whoever tells the same at the same instant is settled by the unique key.
    """
    messages = list(messages)
    known = set(
        Message.objects.filter(key__in=[message.key for message in messages]).values_list(
            "key", flat=True
        )
    )
    new = [message for message in messages if message.key not in known]
    return Message.objects.bulk_create(
        new, update_conflicts=True, unique_fields=["key"], update_fields=["key"]
    )


def still(message: Message) -> bool:
    """Is what the message says still so?"""
    notice = NOTICES.get(message.notice)
    model = SUBJECTS.get(message.subject_type)
    if notice is None or model is None:
        return True
    subject = model._default_manager.filter(key=message.subject_key).first()
    return subject is not None and notice.still(subject)


def _code(key: str) -> str:
    return salted_hmac("portal.notices", key, algorithm="sha256").hexdigest()[:32]


def _host() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
