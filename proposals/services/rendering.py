"""The worker's part of a letter: rendered, sealed, stored. No request imports this."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from portal import clock, files, keyring, leases, pdf, sealing
from portal.events import CLOCK
from portal.models import StoredFile
from proposals import letters
from proposals.models import Letter
from proposals.services import locks
from proposals.services.letters import issue, supersede_receipts
from proposals.workflow import LETTER

MOST_A_BATCH = 10


def render_owed(now: datetime, **which: object) -> int:
    """Render and seal up to a batch of owed letters and store each; the number that was tried.

    `which` narrows the letters by their columns.
    """
    rows = Letter.objects.filter(state="owed", **which).select_related(
        "loi__call", "loi__organisation", "filing"
    )
    tried = 0
    for letter in leases.claim(rows, now=now, seconds=settings.LEASE_SECONDS, most=MOST_A_BATCH):
        tried += 1
        try:
            content = sealing.sealed(render(letter))
        except (pdf.RenderFailed, sealing.SealFailed) as trouble:
            leases.fail(
                letter,
                now=clock.now(),
                reason=trouble.reason,
                final=isinstance(trouble, pdf.MissingGlyph),
            )
        else:
            stored = files.store(content, media_type="application/pdf", now=clock.now())
            store(letter, stored, now=clock.now())
    return tried


def render(letter: Letter) -> bytes:
    """The PDF of a letter before its seal, from its frozen words alone: the same words, the same bytes."""
    with translation.override(letter.context["language"]):
        html = render_to_string(letters.template(letter), letter.context)
    midnight = datetime.combine(letter.dated, datetime.min.time(), letter.loi.call.zoneinfo)
    return pdf.render(
        html,
        title=letters.title(letter),
        created_at=midnight,
        language=letter.context["language"],
        images={"qr": pdf.qr_svg(letter.context["verification"]["url"])},
    )


@transaction.atomic
def store(letter: Letter, stored: StoredFile, *, now: datetime) -> None:
    """Mark a rendered letter stored, unless its lease was lost meanwhile.

    Losing it means that another worker renders it or that it was dated anew:
    these bytes are then nobody's.
    """
    # A version may be filed anew at this instant, a decision released, a letter corrected or
    # revoked: under the case's lock one of both sees what the other did. What the letter knew
    # of them when it was claimed may no longer be so.
    letter.loi = loi = locks.case(letter.loi)
    if not leases.finish(letter, now=now):
        return
    keyring.certificate_in_use(now)
    LETTER.move(
        letter,
        "store",
        by=CLOCK,
        now=now,
        columns={"file": stored},
        number=letter.number,
        sha256=stored.sha256,
    )
    released = loi.decisions.filter(pk=letter.decision_id, state="released")
    if letter.decision_id is None or released.exists():
        issue(letter, by=CLOCK, now=now)
    if letter.kind == Letter.Kind.RECEIPT:
        supersede_receipts(loi, by=CLOCK, now=now)
