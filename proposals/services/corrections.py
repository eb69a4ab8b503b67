from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from portal.models import Event, User
from proposals.letters.passages import passages
from proposals.models import Correction, Letter
from proposals.services import letters, locks
from proposals.workflow import CORRECTION


@transaction.atomic
def propose(
    letter: Letter,
    *,
    kind: str,
    reason: str,
    changes: Mapping[str, str] | None = None,
    by: User,
    now: datetime,
) -> Correction:
    """Have a letter revoked, or replaced by one whose passages of these paths say this.

    Passages that say what they said before are left out, and so are unknown paths.
    """
    letter = _locked(letter)
    said = {passage.path: passage.text for passage in passages(letter.context)}
    given = {path: text.strip() for path, text in (changes or {}).items() if path in said}
    correction = Correction(
        letter=letter,
        kind=kind,
        reason=reason.strip(),
        changes={path: text for path, text in given.items() if text and text != said[path]}
        if kind == Correction.Kind.REPLACE
        else {},
        proposed_by=by,
        proposed_at=now,
    )
    CORRECTION.enter(correction, "propose", by=by, now=now, letter=letter.number, kind=kind)
    return correction


@transaction.atomic
def approve(correction: Correction, *, by: User, now: datetime) -> Event:
    """The second person's yes: the letter is revoked now, or stays in force until its successor is stored."""
    correction.letter = letter = _locked(correction.letter)
    event = CORRECTION.move(
        correction, "approve", by=by, now=now, columns={"approved_by": by}, letter=letter.number
    )
    if correction.kind == Correction.Kind.REVOKE:
        letters.revoke(letter, reason=correction.reason, by=by, now=now)
    else:
        letters.replace(
            letter, changes=correction.changes, reason=correction.reason, by=by, now=now
        )
    return event


@transaction.atomic
def take_back(correction: Correction, *, by: User, now: datetime) -> Event:
    correction.letter = _locked(correction.letter)
    return CORRECTION.move(correction, "take_back", by=by, now=now)


def _locked(of: Letter) -> Letter:
    """The letter as it stands under the lock of its case."""
    loi = locks.case(of.loi)
    letter = Letter.objects.select_for_update(of=("self",)).select_related("decision").get(pk=of.pk)
    letter.loi = loi
    return letter
