"""The reviews of the procedure asked for of a case, as its page shows them."""

from dataclasses import dataclass

from portal.deadline import said
from proposals.models import LetterOfIntent, Redress


@dataclass(frozen=True, slots=True)
class Review:
    redress: Redress
    ground: str
    asked: str  # when
    answered: str  # when; empty while it waits
    granted: bool
    answer: str


def of(loi: LetterOfIntent) -> list[Review]:
    zone, found = loi.call.zone, []
    for one in loi.redresses.select_related("by", "ruling__by"):
        ruling = one.ruling if one.answered else None
        found.append(
            Review(
                redress=one,
                ground=one.get_ground_display(),
                asked=said(one.at.replace(second=0, microsecond=0), zone),
                answered=said(ruling.at.replace(second=0, microsecond=0), zone) if ruling else "",
                granted=bool(ruling and ruling.granted),
                answer=ruling.text if ruling else "",
            )
        )
    return found
