from datetime import datetime

from django.db import transaction

from portal.models import Organisation, User
from portal.text import say
from portal.verdict import Refused, no
from proposals import content as document
from proposals.models import (
    Call,
    LetterOfIntent,
    Revision,
)
from proposals.services import locks
from proposals.workflow import LOI

WRITERS = {"pi", "editor", "owner"}


class Stale(Refused):
    """The draft was saved by somebody else since the page was loaded."""


@transaction.atomic
def begin(
    call: Call, organisation: Organisation, *, pi: User, by: User, now: datetime
) -> LetterOfIntent:
    loi = LetterOfIntent(
        call=call, organisation=organisation, pi=pi, saved_at=now, saved_by=by, content={}
    )
    LOI.enter(loi, "begin", by=by, now=now)
    return loi


@transaction.atomic
def save_draft(
    loi: LetterOfIntent, *, section: str, values: dict, version: int, by: User, now: datetime
) -> LetterOfIntent:
    """Keep one section as it was typed, as a new version; no event.

    Nothing that was typed is judged here: `proposals.checks` says what is
    wrong when it is shown. A draft may be saved after the closing instant as
    long as the clock has not lapsed it: it is the filing that is refused.
    """
    loi = locks.case(loi)
    may_write(loi, by, version)
    content = {**loi.content, section: values}
    loi.content, loi.version = content, version + 1
    if loi.state == "draft":  # a filed letter keeps the title in force until it is filed again
        loi.title = document.text(content, "identity", "title")[:150]
    loi.saved_at, loi.saved_by = now, by
    loi.save(update_fields=["content", "version", "title", "saved_at", "saved_by"])
    Revision.objects.create(
        loi=loi, version=loi.version, content=content, saved_by=by, saved_at=now
    )
    return loi


def may_write(loi: LetterOfIntent, by: User, version: int) -> None:
    if not LOI.relation(by, loi) & WRITERS:
        raise Refused(
            no("loi.save.who", say("You may read this letter and not change it."), who=True)
        )
    if not loi.writable:
        raise Refused(
            no(
                "loi.save.from",
                say(
                    "The letter is “%(state)s” and cannot be changed now.",
                    state=LOI.state(loi.state).label,
                ),
            )
        )
    if loi.version != version:
        raise Stale(
            no(
                "loi.save.version",
                say(
                    "Somebody saved version %(now)s while you were writing on version %(yours)s. Nothing of either is lost: compare below.",
                    now=loi.version,
                    yours=version,
                ),
            )
        )


def must_be(loi: LetterOfIntent, version: int) -> None:
    """What was read is what is acted on: refused where a later version has been saved."""
    if loi.version != version:
        raise Stale(
            no(
                "loi.version",
                say(
                    "This page shows version %(yours)s; version %(now)s has been saved since. Read it again first.",
                    yours=version,
                    now=loi.version,
                ),
            )
        )
