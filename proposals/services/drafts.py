from datetime import datetime

from django.db import transaction

from portal.models import Organisation, User
from portal.text import say
from portal.verdict import Refused, Verdict, no
from proposals import content as document
from proposals import copying, queries, reading
from proposals.merging import Merge, merge
from proposals.models import (
    Call,
    Copy,
    LetterOfIntent,
    Presence,
    Revision,
)
from proposals.services import locks
from proposals.workflow import LOI

WRITERS = {"pi", "editor", "owner"}


class Stale(Refused):
    """The draft was saved by somebody else since the page was loaded."""


class Disputed(Stale):
    """Both changed the same fields of a section; `merge` has what each typed there."""

    def __init__(self, verdict: Verdict, merge: Merge):
        super().__init__(verdict)
        self.merge = merge


@transaction.atomic
def begin(
    call: Call, organisation: Organisation, *, pi: User, by: User, now: datetime
) -> LetterOfIntent:
    call = locks.call(call)
    loi = LetterOfIntent(
        call=call, organisation=organisation, pi=pi, saved_at=now, saved_by=by, content={}
    )
    if not call.open_at(now):
        loi.ticket = queries.running_ticket(call, organisation.pk, now)
    LOI.enter(loi, "begin", by=by, now=now)
    return loi


@transaction.atomic
def copy(
    source: LetterOfIntent, call: Call, *, pi: User, by: User, now: datetime
) -> LetterOfIntent:
    """Begin a letter with what fits of an earlier one of the same organisation.

    What is in force is taken, else what is drafted. What did not fit is kept
    with its reasons, as `Copy`.
    """
    loi = begin(call, source.organisation, pi=pi, by=by, now=now)
    content = reading.thaw(source.filing.content) if source.filing else source.content
    today = now.astimezone(call.zoneinfo).date()
    taken, dropped = copying.fit(content, source.call.terms(), call.terms(), today=today)
    dropped += copying.left_behind([attached.name for attached in source.attachments.all()])
    loi = keep(loi, taken, by=by, now=now)
    Copy.objects.create(
        loi=loi,
        source=source,
        dropped=[
            {
                "section": str(one.section),
                "label": str(one.label),
                "value": one.value,
                "reason": str(one.reason),
                "row": one.row,
            }
            for one in dropped
        ],
    )
    return loi


@transaction.atomic
def save_draft(
    loi: LetterOfIntent, *, section: str, values: dict, version: int, by: User, now: datetime
) -> LetterOfIntent:
    """Keep one section as it was typed, as a new version; no event.

    `version` is the one the page was loaded with. What others have saved since
    is kept beside it, field by field; `Disputed` where both changed one field.
    What is there already makes no version.

    Nothing that was typed is judged here: `proposals.checks` says what is
    wrong when it is shown. A draft may be saved after the closing instant as
    long as the clock has not lapsed it: it is the filing that is refused.
    """
    loi = locks.case(loi)
    may_write(loi, by)
    if version != loi.version:
        values = _merged(loi, section, values, version)
    if loi.content.get(section) == values:
        return loi
    return keep(loi, {**loi.content, section: values}, by=by, now=now)


@transaction.atomic
def bring_back(
    loi: LetterOfIntent, number: int, *, version: int, by: User, now: datetime
) -> LetterOfIntent:
    """Save the text of an earlier version as a new one; the files stay as they are."""
    loi = locks.case(loi)
    may_write(loi, by)
    must_be(loi, version)
    content = base_of(loi, number)
    return loi if loi.content == content else keep(loi, content, by=by, now=now)


def look(loi: LetterOfIntent, section: str, *, by: User, now: datetime) -> None:
    """This person has the step open: one small row, written over."""
    Presence.objects.bulk_create(
        [Presence(loi=loi, user=by, section=section, at=now)],
        update_conflicts=True,
        unique_fields=["loi", "user"],
        update_fields=["section", "at"],
    )


def _merged(loi: LetterOfIntent, section: str, values: dict, version: int) -> dict:
    saved = loi.content.get(section, {})
    if any(content.get(section) == values for content in _since(loi, version)):
        return saved  # the same post again: it was saved then, whatever has come of it since
    found = merge(base_of(loi, version).get(section, {}), values, saved)
    if not found.disputed:
        return found.values
    raise Disputed(
        no(
            "loi.save.version",
            say(
                "Revision %(now)s was saved while you were writing on revision %(yours)s, and the same was changed in both. Nothing of either is lost.",
                now=loi.version,
                yours=version,
            ),
        ),
        found,
    )


def base_of(loi: LetterOfIntent, version: int) -> dict:
    """The content a page of this version was loaded with; empty where there was no such version."""
    if version > loi.version:
        return {}
    held = loi.revisions.filter(version__lte=version).order_by("-version")
    return held.values_list("content", flat=True).first() or {}


def _since(loi: LetterOfIntent, version: int) -> list[dict]:
    held = loi.revisions.filter(version__gt=version).order_by("-version")
    return held.values_list("content", flat=True)[:50]


def keep(loi: LetterOfIntent, content: dict, *, by: User, now: datetime) -> LetterOfIntent:
    """The text as a new version, in the caller's transaction; a new file is a version as well."""
    loi.content, loi.version = content, loi.version + 1
    if loi.state == "draft":  # a filed letter keeps the title in force until it is filed again
        loi.title = document.text(content, "identity", "title")[:150]
    loi.saved_at, loi.saved_by = now, by
    loi.save(update_fields=["content", "version", "title", "saved_at", "saved_by"])
    Revision.objects.create(
        loi=loi, version=loi.version, content=content, saved_by=by, saved_at=now
    )
    return loi


def may_write(loi: LetterOfIntent, by: User) -> None:
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
