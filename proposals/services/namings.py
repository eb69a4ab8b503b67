import secrets
from datetime import datetime

from django.db import transaction

from portal import notices
from portal.links import digest
from portal.models import Event, User
from proposals.models import LetterOfIntent, Naming
from proposals.named import asked
from proposals.services import locks
from proposals.workflow import NAMING


@transaction.atomic
def ask(loi: LetterOfIntent, *, by: User, now: datetime) -> list[Naming]:
    """Ask everybody named with an address whether they agree, each once as they are named.

    Who left the letter, or stands there under another name or role, is withdrawn;
    the latter is asked anew.
    """
    loi = locks.case(loi)
    named = asked(loi.content)
    standing = {}
    for naming in loi.namings.exclude(state="withdrawn").order_by("pk"):
        naming.loi = loi
        row = named.get(naming.address)
        if row and (row.name, row.role) == (naming.name, naming.role):
            standing[naming.address] = naming
        else:
            NAMING.move(naming, "withdraw", by=by, now=now)
    new = []
    for address, row in named.items():
        if address in standing:
            continue
        token = secrets.token_urlsafe(24)
        naming = Naming(
            loi=loi,
            name=row.name,
            role=row.role,
            address=address,
            token_digest=digest(token),
            asked_at=now,
            asked_by=by,
        )
        NAMING.enter(naming, "ask", by=by, now=now)
        notices.post_to("naming_asked", naming, address, now=now, occasion="asked", token=token)
        new.append(naming)
    return new


@transaction.atomic
def confirm(naming: Naming, *, now: datetime) -> Event:
    naming = _locked(naming)
    answer = {"answered_at": now, "reason": ""}
    return NAMING.move(naming, "confirm", by=naming.key, now=now, columns=answer)


@transaction.atomic
def reject(naming: Naming, *, reason: str = "", now: datetime) -> Event:
    """The person does not want to be named; the team is told, and of a filed letter the office."""
    naming = _locked(naming)
    answer = {"answered_at": now, "reason": reason.strip()[:500]}
    return NAMING.move(
        naming, "reject", by=naming.key, now=now, reason=reason[:500], columns=answer
    )


def _locked(of: Naming) -> Naming:
    """With its letter, so that it is answered before the filing or after, and told accordingly."""
    loi = locks.case(of.loi)
    naming = Naming.objects.select_for_update().get(pk=of.pk)
    naming.loi = loi
    return naming
