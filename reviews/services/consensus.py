from datetime import datetime
from decimal import Decimal

from django.db import transaction

from portal import events
from portal.models import User
from portal.text import say
from portal.verdict import Refused, no
from proposals.models import LetterOfIntent
from proposals.services.drafts import Stale
from proposals.workflow import LOI
from reviews import queries
from reviews.models import Consensus, ConsensusAnswer, ConsensusScore
from reviews.services import locks

LEAST, LEAST_REASON = 20, 5  # characters of a text, and of an objection, that say something


@transaction.atomic
def draft_consensus(
    loi: LetterOfIntent,
    *,
    text: str,
    scores: dict[str, Decimal],
    over: int,
    by: User,
    now: datetime,
) -> Consensus:
    """A reviewer's proposal to the chair; it counts for nothing by itself."""
    loi = locks.case(loi)
    if not queries.may_draft(by, loi):
        raise Refused(
            no(
                "consensus.who",
                say(
                    "A consensus is drafted by the primary or the secondary reviewer, once their review is locked."
                ),
                who=True,
            )
        )
    if loi.state not in queries.DISCUSSED:
        raise Refused(_not_now(loi))
    return _keep(loi, text, scores, over, draft=True, by=by, now=now)


@transaction.atomic
def write_consensus(
    loi: LetterOfIntent,
    *,
    text: str,
    scores: dict[str, Decimal],
    over: int,
    by: User,
    now: datetime,
) -> Consensus:
    """What the panel agreed, by the chair: from now on its scores stand for the means."""
    loi = locks.case(loi)
    if "chair" not in LOI.relation(by, loi):
        raise Refused(
            no("consensus.who", say("Only the chair writes the consensus down."), who=True)
        )
    if loi.state != "consensus":
        raise Refused(_not_now(loi))
    return _keep(loi, text, scores, over, draft=False, by=by, now=now)


@transaction.atomic
def answer_consensus(
    loi: LetterOfIntent, *, version: int, agrees: bool, reason: str = "", by: User, now: datetime
) -> ConsensusAnswer:
    """A reviewer agrees with a version, or objects with a reason; the chair reads it, and is not bound."""
    loi = locks.case(loi)
    if not queries.has_judged(by, loi):
        raise Refused(
            no(
                "consensus.who",
                say("A consensus is answered by those who have locked their review of the case."),
                who=True,
            )
        )
    if loi.state not in queries.DISCUSSED:
        raise Refused(_not_now(loi))
    kept = list(queries.consensus_versions(loi))
    if not kept or version != len(kept):
        why = say(
            "Version %(now)s was written since this page was loaded: read it first.", now=len(kept)
        )
        raise Stale(no("consensus.version", why))
    if not agrees and len(reason.strip()) < LEAST_REASON:
        why = say("Say what you object to: the chair and the panel read it.")
        raise Refused(no("consensus.reason", why, field="reason"))
    given = ConsensusAnswer.objects.create(
        consensus=kept[-1], agrees=agrees, reason=reason.strip(), by=by, at=now
    )
    events.record(
        "consensus.agreed_to" if agrees else "consensus.objected_to",
        loi,
        by=by,
        now=now,
        data={"version": version, **({"reason": given.reason} if given.reason else {})},
    )
    return given


def _not_now(loi: LetterOfIntent):
    return no(
        "consensus.from",
        say(
            "The case is “%(state)s”: a consensus is written once its reviews are concluded and before its final review.",
            state=LOI.state(loi.state).label,
        ),
    )


def _keep(loi, text, scores, over, *, draft: bool, by: User, now: datetime) -> Consensus:
    """`over` is the number of the version a page has shown: what came since is not covered unseen."""
    kept = list(queries.consensus_versions(loi))
    if kept and len(kept) != over:
        last = kept[-1]
        mine = (last.by_id, last.draft, last.text) == (by.pk, draft, text.strip())
        if mine and queries.agreed_scores(last) == scores:
            return last  # a second click
        raise Stale(
            no(
                "consensus.version",
                say(
                    "Version %(now)s was written since this page was loaded. What you typed is below; read both before you save.",
                    now=len(kept),
                ),
            )
        )
    _check(loi, text, scores)
    criteria = {c.code: c for c in loi.call.criteria.all()}
    written = Consensus.objects.create(loi=loi, draft=draft, text=text.strip(), by=by, at=now)
    ConsensusScore.objects.bulk_create(
        ConsensusScore(consensus=written, criterion=criteria[code], value=value)
        for code, value in scores.items()
    )
    events.record(
        "consensus.drafted" if draft else "consensus.written",
        loi,
        by=by,
        now=now,
        data={
            "version": len(kept) + 1,
            "scores": {code: str(value) for code, value in scores.items()},
        },
    )
    return written


def _check(loi: LetterOfIntent, text: str, scores: dict[str, Decimal]) -> None:
    if len(text.strip()) < LEAST:
        why = say(
            "Say in words what was agreed: %(n)s characters are too few, %(least)s are needed.",
            n=len(text.strip()),
            least=LEAST,
        )
        raise Refused(no("consensus.text", why, field="text"))
    known = {c.code for c in loi.call.criteria.all()}
    for code, value in scores.items():
        if code not in known:
            raise Refused(no("score.criterion", say("There is no criterion %(code)s.", code=code)))
        if not (0 <= value <= 5 and value % Decimal("0.5") == 0):
            why = say(
                "%(code)s: %(value)s is not on the scale from 0 to 5 in halves.",
                code=code,
                value=value,
            )
            raise Refused(no("score.scale", why, field=code))
    missing = [
        str(why)
        for why in queries.bench(loi).spread.consensus_due
        if why.code and why.code not in scores
    ]
    if missing:
        why = say("An agreed score must be given first: %(why)s", why="; ".join(missing))
        raise Refused(no("consensus.score_due", why, field="scores"))
