"""What the partners of a letter have a part in: the shares that stand, and the texts that name them."""

from django.db.models import QuerySet

from proposals import reading, shares
from proposals.models import Filing, LetterOfIntent, Share


def standing_shares() -> QuerySet[Share]:
    """Asked or countersigned shares: their organisations have a part in those letters."""
    return Share.objects.filter(state__in=["asked", "countersigned"])


def consortium(loi: LetterOfIntent, content: dict) -> list[shares.Standing]:
    """How the share of each partner that a text of the letter names stands."""
    if not shares.partners(content):
        return []
    known = loi.shares.select_related("organisation", "answered_by").order_by("pk")
    return shares.standings(content, list(known))


def texts(loi: LetterOfIntent) -> list[list[dict]]:
    """What the text being written and the version in force say of each partner's share."""
    written = [said for _, said in shares.partners(loi.content)]
    return [written, filed_shares(loi.filing)] if loi.filing else [written]


def filed_shares(filing: Filing) -> list[dict]:
    return [said for _, said in shares.partners(reading.thaw(filing.content))]
