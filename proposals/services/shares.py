from datetime import datetime

from django.db import IntegrityError, transaction

from portal.events import CLOCK
from portal.models import Event, Organisation, User
from portal.text import say
from portal.verdict import Refused, no
from proposals import queries, shares
from proposals.models import LetterOfIntent, Share
from proposals.services import locks
from proposals.workflow import SHARE


@transaction.atomic
def ask(
    loi: LetterOfIntent,
    *,
    words: dict[str, str],
    organisation: Organisation,
    by: User,
    now: datetime,
) -> Share:
    """Ask a registered organisation to countersign the share that `words` state of it.

    What it was asked before in other words, and has not answered, is taken back.
    """
    loi = locks.case(loi)
    share = Share(
        loi=loi,
        organisation=organisation,
        signed_as=organisation.name,
        words=words,
        digest=shares.digest(loi.key, organisation.name, words),
        asked_by=by,
        asked_at=now,
    )
    try:
        with transaction.atomic():
            SHARE.enter(share, "ask", by=by, now=now, **_said(share))
    except IntegrityError as twice:
        reason = say("%(name)s is asked for this share already.", name=organisation.name)
        raise Refused(no("share_asked", reason)) from twice
    for former in _asked(loi).filter(organisation=organisation).exclude(pk=share.pk):
        _move(former, "take_back", by=by, now=now)
    return share


@transaction.atomic
def countersign(share: Share, *, digest: str, by: User, now: datetime) -> Event:
    """The partner's key, on the very words it read: beside what is filed, which does not change."""
    share = _locked(share)
    if share.digest != digest:
        raise Refused(
            no("share_digest", say("This page shows another share. Read it again first."))
        )
    answer = {"answered_by": by, "answered_at": now, "filing": _covered(share)}
    return _move(share, "countersign", by=by, now=now, columns=answer)


@transaction.atomic
def decline(share: Share, *, by: User, now: datetime, reason: str) -> Event:
    answer = {"answered_by": by, "answered_at": now, "reason": reason.strip()[:2000]}
    return _move(_locked(share), "decline", by=by, now=now, reason=reason, columns=answer)


@transaction.atomic
def take_back(share: Share, *, by: User, now: datetime) -> Event:
    return _move(_locked(share), "take_back", by=by, now=now)


def take_back_all(loi: LetterOfIntent, *, by: User, now: datetime) -> None:
    """What is asked of partners of a letter that is withdrawn, in the caller's transaction."""
    for share in _asked(loi):
        _move(share, "take_back", by=by, now=now)


def lapse(loi: LetterOfIntent, *, now: datetime) -> None:
    """What nobody answered before the closing, in the caller's transaction."""
    for share in _asked(loi):
        share.loi = loi
        _move(share, "lapse", by=CLOCK, now=now)


def cover(loi: LetterOfIntent) -> None:
    """Note which countersignatures cover the version now in force, in the caller's transaction."""
    said = queries.filed_shares(loi.filing)
    for share in loi.shares.filter(state="countersigned"):
        if share.words in said:
            Share.objects.filter(pk=share.pk).update(filing=loi.filing)


def _covered(share: Share):
    filing = share.loi.filing
    return filing if filing and share.words in queries.filed_shares(filing) else None


def _asked(loi: LetterOfIntent):
    found = Share.objects.select_for_update(of=("self",)).select_related("organisation", "loi")
    return found.filter(loi=loi, state="asked").order_by("pk")


def _locked(of: Share) -> Share:
    loi = locks.case(of.loi)
    found = Share.objects.select_for_update(of=("self",)).select_related("organisation")
    share = found.get(pk=of.pk)
    share.loi = loi
    return share


def _move(share: Share, action: str, **more: object) -> Event:
    return SHARE.move(share, action, **more, **_said(share))


def _said(share: Share) -> dict[str, str]:
    """Whose share it is and what was signed, for the chain of events."""
    return {"letter": share.loi.key, "partner": share.words["name"], "digest": share.digest}
