"""What the demonstration's people say of themselves, whom they invite, and who agrees to be named."""

from datetime import date, datetime, timedelta

from portal import roles
from portal.services import invitations, people
from proposals.models import Call
from proposals.services import namings
from reviews.demonstration.cast import Cast

# With the right check digit, and below the numbers that ORCID gives out.
ORCIDS = {
    "andean-lunar": "0000-0000-0000-0204",
    "baltic-space": "0000-0000-0000-028X",
    "tiber-optics": "0000-0000-0000-0378",
}
# Letters of the open call whose instrument scientist has an address and is asked.
ASKED = {"FIC-01", "FIC-02", "FIC-04"}


def settled(cast: Cast, now: datetime) -> None:
    for slug, orcid in ORCIDS.items():
        pi = cast.pis[slug]
        people.describe(pi, name=pi.name, zone=pi.zone, orcid=orcid, by=pi, now=now)
    pi, aor = cast.pis["baltic-space"], cast.aors["baltic-space"]
    before = {"organisation": None, "name": "Gulf of Riga Observatory [FICTIONAL]"}
    until, since = date(2023, 8, 31), date(2016, 9, 1)
    people.affiliate(pi, **before, since=since, until=until, by=pi, now=now)
    lab = cast.organisations["baltic-space"]
    people.affiliate(pi, organisation=lab, since=date(2023, 9, 1), until=None, by=pi, now=now)
    invitations.send(
        lab, address="thermal.engineer@example.org", offered=[roles.EDITOR], by=aor,
        now=now - timedelta(days=2),
    )  # fmt: skip


def agreed(call: Call, reference: str, at: datetime) -> None:
    """Whoever the letter names has opened the link of the mail and confirmed."""
    for naming in call.lois.get(reference=reference).namings.filter(state="asked"):
        namings.confirm(naming, now=at)
