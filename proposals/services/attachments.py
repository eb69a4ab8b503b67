"""The files beside a letter: their bytes are looked at and kept before any lock is taken."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from portal import files, scans
from portal.models import User
from portal.text import say
from portal.verdict import Refused, no, require
from proposals import attachments
from proposals.models import Attachment, FiledFile, Filing, LetterOfIntent
from proposals.services import drafts, locks


@transaction.atomic
def attach(
    loi: LetterOfIntent,
    blob: files.Blob,
    *,
    kind: str,
    name: str,
    version: int,
    by: User,
    now: datetime,
    pages: int | None = None,
    replaces: str = "",
) -> LetterOfIntent:
    """Put a file beside the draft, or in the place of another (`replaces`, its key).

    Of a kind that has one file only, the new one replaces the old.
    """
    loi = locks.case(loi)
    drafts.may_write(loi, by)
    drafts.must_be(loi, version)
    there = of(loi)
    rule = attachments.BY_CODE[kind]
    old = None
    if rule.most_files == 1:
        old = next((one for one in there if one.kind == kind), None)
    elif replaces:
        old = _found(there, replaces)
    beside = [(one.kind, one.stored.size) for one in there if one != old]
    if any(one.kind == kind and one.stored.sha256 == blob.sha256 for one in there if one != old):
        raise Refused(
            no("attachment.same", say("“%(name)s” is attached already, byte for byte.", name=name))
        )
    require(attachments.fits(rule, name, blob.size, beside))
    position = old.position if old else _next(loi, kind)
    if old:
        old.delete()
    stored = files.enter(blob, now=now)
    scans.owe(stored, now=now)
    Attachment.objects.create(
        loi=loi, kind=kind, position=position, name=name[:200], pages=pages, stored=stored
    )
    return drafts.keep(loi, loi.content, by=by, now=now)


@transaction.atomic
def detach(
    loi: LetterOfIntent, key: str, *, version: int, by: User, now: datetime
) -> LetterOfIntent:
    """Take a file away from the draft; what was filed with it keeps it."""
    loi = locks.case(loi)
    drafts.may_write(loi, by)
    drafts.must_be(loi, version)
    _found(of(loi), key).delete()
    return drafts.keep(loi, loi.content, by=by, now=now)


def of(loi: LetterOfIntent) -> list[Attachment]:
    """The files of the working copy, in the order of the kinds."""
    kinds = list(attachments.BY_CODE)
    found = Attachment.objects.filter(loi=loi).select_related("stored")
    return sorted(found, key=lambda one: (kinds.index(one.kind), one.position))


def file(loi: LetterOfIntent, filing: Filing) -> None:
    """Freeze the files of the working copy with their filing, in the caller's transaction."""
    counted: dict[str, int] = {}
    for attached in of(loi):
        counted[attached.kind] = counted.get(attached.kind, 0) + 1
        FiledFile.objects.create(
            filing=filing,
            kind=attached.kind,
            position=counted[attached.kind],
            name=attached.name,
            pages=attached.pages,
            stored=attached.stored,
        )


def restore(loi: LetterOfIntent) -> None:
    """Put the files in force back beside the letter, in the caller's transaction."""
    loi.attachments.all().delete()
    for filed in loi.filing.files.all():
        Attachment.objects.create(
            loi=loi,
            kind=filed.kind,
            position=filed.position,
            name=filed.name,
            pages=filed.pages,
            stored=filed.stored,
        )


def _found(there: list[Attachment], key: str) -> Attachment:
    for attached in there:
        if attached.key == key:
            return attached
    raise Refused(no("attachment.gone", say("This file is no longer attached.")))


def _next(loi: LetterOfIntent, kind: str) -> int:
    last = loi.attachments.filter(kind=kind).aggregate(last=Max("position"))["last"]
    return (last or 0) + 1
