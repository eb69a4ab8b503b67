"""The working copy of a filed letter: written beside what is in force, and nothing until filed."""

from datetime import datetime

from django.db import transaction

from portal.events import CLOCK
from portal.models import Event, User
from portal.verdict import require
from portal.workflow import Act
from proposals.models import LetterOfIntent, Revision
from proposals.services import attachments, locks
from proposals.workflow import LOI

WorkingCopy = LetterOfIntent.WorkingCopy


@transaction.atomic
def revise(loi: LetterOfIntent, *, by: User, now: datetime) -> Event:
    """Open a working copy of the version in force; a new save, so that no old page writes into it."""
    loi = locks.case(loi)
    require(LOI.verdict(loi, "revise", Act(by, now)))
    saved = {"version": loi.version + 1, "saved_at": now, "saved_by": by}
    columns = {"working_copy": WorkingCopy.DRAFT, **saved}
    event = LOI.move(loi, "revise", by=by, now=now, columns=columns, number=loi.filing.number + 1)
    Revision.objects.create(loi=loi, content=loi.content, **saved)
    return event


@transaction.atomic
def discard_copy(loi: LetterOfIntent, *, by: User, now: datetime) -> Event:
    """Go back to what is filed, as a new save: the saves before keep the discarded text."""
    loi = locks.case(loi)
    require(LOI.verdict(loi, "discard_copy", Act(by, now)))
    return _drop(loi, "discard_copy", by=by, restored_by=by, now=now)


def lapse_copy(loi: LetterOfIntent, *, now: datetime) -> Event:
    """The closing act discards the copy and nothing else; in the caller's transaction."""
    return _drop(loi, "lapse_copy", by=CLOCK, restored_by=loi.filing.filed_by, now=now)


def _drop(
    loi: LetterOfIntent, action: str, *, by: User | str, restored_by: User, now: datetime
) -> Event:
    number = loi.filing.number + 1
    columns = {"working_copy": WorkingCopy.NONE}
    event = LOI.move(loi, action, by=by, now=now, columns=columns, number=number)
    restore(loi, by=restored_by, now=now)
    return event


def restore(loi: LetterOfIntent, *, by: User, now: datetime) -> None:
    """Put the text and the files that are in force back beside the letter, as a new save.

    The text as it was typed, with what did not apply and so was not frozen.
    """
    filed = loi.revisions.filter(version__lte=loi.filing.revision).latest("version")
    loi.content = filed.content
    loi.version, loi.saved_at, loi.saved_by = loi.version + 1, now, by
    loi.save(update_fields=["content", "version", "saved_at", "saved_by"])
    attachments.restore(loi)
    Revision.objects.create(
        loi=loi, version=loi.version, content=loi.content, saved_by=by, saved_at=now
    )
