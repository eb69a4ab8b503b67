from datetime import datetime, timedelta

from proposals.models import Amendment, Call, Question
from proposals.services import amendments, questions
from tests.cast import Cast
from tests.make.story import CLOSED, DURING, again

WHY = "The receiving station was down for two days."
HOUR = timedelta(hours=1)


def amended(
    cast: Cast, of: Call, *, kind: str = "terms", now: datetime = DURING, **given: object
) -> Amendment:
    """Proposed by the secretary, published by the approver at the same instant."""
    amendment = amendments.propose(
        of, **{"kind": kind, "reason": WHY, "by": cast.secretary, "now": now, **given}
    )
    return amendments.publish(amendment, by=cast.approver, now=now)


def extended(cast: Cast, of: Call, to: datetime, *, now: datetime = DURING) -> Call:
    """The closing moved for all, before or after it."""
    amended(cast, of, kind="closing", after={"closes_at": to.isoformat()}, now=now)
    return again(of)


def late_ticket(
    cast: Cast, of: Call, until: datetime, *, letters: int = 1, now: datetime | None = None, **given
) -> Amendment:
    """For Institute A unless `organisation` is given."""
    given = {"organisation": cast.institute, "until": until, "letters": letters, **given}
    return amended(cast, of, kind="ticket", now=now or CLOSED + HOUR, **given)


def question(
    cast: Cast, of: Call, words: str = "May Institute A send two instruments?", **given
) -> Question:
    return questions.ask(of, question=words, **{"by": cast.pi, "now": DURING, **given})


def answered(cast: Cast, of: Call, *, now: datetime = DURING) -> Question:
    asked = question(cast, of, now=now)
    questions.answer(
        asked,
        published="May an organisation send two instruments?",
        answer="Yes, with a letter for each.",
        by=cast.secretary,
        now=now + HOUR,
    )
    return again(asked)
