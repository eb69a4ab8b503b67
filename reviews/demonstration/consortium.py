"""Shares of partners, and letters that are written on after they were filed."""

from datetime import datetime, timedelta

from proposals import shares
from proposals.models import Call, LetterOfIntent
from proposals.services import copies, drafts, filings
from proposals.services import shares as services
from proposals.workflow.filing import warnings
from reviews.demonstration.cast import Cast

# Of a case: whose share, its role, its mass in kg MEV, its peak power in W, its contribution.
PARTNERS = {
    "FIC-08": (
        ("baltic-space", "Builds the corner cubes' mounts and tests them in vacuum.", "0.2", "0", "Mounts and vacuum tests"),
        ("karoo-radio", "Ranges the array from its observatory and keeps the archive.", "", "", "Ranging and archive"),
    ),
}  # fmt: skip
COUNTERSIGN = {"baltic-space"}


def rows(ref: str, cast: Cast) -> list[list[str]]:
    """The partners of a case, as data.content reads them."""
    return [
        [cast.organisations[slug].name, cast.organisations[slug].country, *said]
        for slug, *said in PARTNERS.get(ref, ())
    ]


def asked(loi: LetterOfIntent, cast: Cast, at: datetime) -> None:
    """Every partner is asked; some have countersigned, the others see it on their day."""
    by_name = {organisation.name: slug for slug, organisation in cast.organisations.items()}
    for _, words in shares.partners(loi.content):
        if (slug := by_name.get(words["name"])) is None:
            continue
        share = services.ask(
            loi, words=words, organisation=cast.organisations[slug], by=loi.pi, now=at
        )
        if slug in COUNTERSIGN:
            act = {"by": cast.aors[slug], "now": at + timedelta(minutes=20)}
            services.countersign(share, digest=share.digest, **act)


def written_on(call: Call, cast: Cast, now: datetime) -> None:
    """One filed letter with its second version being drafted, one with it signed off, not filed."""
    for slug, signed in (("andean-lunar", False), ("steppe-orbital", True)):
        loi = call.lois.get(organisation=cast.organisations[slug])
        copies.revise(loi, by=loi.pi, now=now)
        loi.refresh_from_db()
        values = {**loi.content["science"], "benefits": "Four students a year take part."}
        more = {"by": loi.pi, "now": now + timedelta(hours=1)}
        loi = drafts.save_draft(loi, section="science", values=values, version=loi.version, **more)
        if signed:
            ticks = [warning.id for warning in warnings(loi)]
            filings.sign_off_copy(loi, version=loi.version, acknowledged=ticks, **more)
