"""What follows a decision: the agreement, until when a review may be asked for, who had a part."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from portal.models import Event, User
from proposals import policy
from proposals.models import Agreement, Letter, LetterOfIntent, Project
from proposals.models.agreements import OFFERED, Subject
from proposals.queries.budgets import paused

REDRESS_DAYS = 30


def agreement_of(subject: Subject) -> Agreement | None:
    """What a positive decision in force or a released project is followed by, of the very subject given."""
    agreements = Agreement.objects.select_related(
        "decision", "project", "accepted_by", "recorded_by", "file"
    )
    if isinstance(subject, Project):
        agreement = agreements.filter(project=subject).first()
        if agreement:
            agreement.project = subject
        return agreement
    agreement = agreements.filter(decision__loi=subject, decision__state="released").first()
    if agreement:
        agreement.decision.loi = subject
    return agreement


def former_agreements(loi: LetterOfIntent) -> list[Agreement]:
    """What was offered, accepted or signed by decisions that are superseded, the oldest first."""
    found = Agreement.objects.filter(decision__loi=loi, decision__state="superseded")
    related = ("decision__loi", "accepted_by", "recorded_by", "file__scan")
    return list(found.select_related(*related).order_by("pk"))


def offered() -> Iterator[Subject]:
    """What is to be accepted, and whose clock runs: the call that carries it is not suspended."""
    cases = LetterOfIntent.objects.exclude(pk__in=paused().values("pk"))
    projects = Project.objects.exclude(call__state="suspended")
    for found in (cases, projects):
        yield from found.filter(state__in=OFFERED).select_related("call")


def redress_until(loi: LetterOfIntent) -> datetime | None:
    """Until when a review of what its last letter says may be asked for; this instant is late.

    A letter that is not issued, a correction on its way included, begins no term.
    """
    issued = loi.letters.filter(kind__in=Letter.OUTCOME).exclude(issued_at=None)
    told = issued.order_by("pk").last()
    if told is None:
        return None
    until = loi.call.end_of(told.dated + timedelta(days=REDRESS_DAYS))
    return loi.call.stretched(until, told.issued_at)


def took_part(user: User, loi: LetterOfIntent) -> bool:
    """Did this person judge or decide on the case, or is it their own organisation's?"""
    if policy.relation(user, loi) & {"chair", "reviewer", *policy.SEATS.values()}:
        return True
    decisions, letters = loi.decisions.all(), loi.letters.all()
    about = [
        loi.key,
        loi.call.key,
        *decisions.values_list("key", flat=True),
        *decisions.exclude(project=None).values_list("project__key", flat=True),
        *letters.values_list("key", flat=True),
        *letters.exclude(corrections=None).values_list("corrections__key", flat=True),
    ]
    acted = Event.objects.filter(subject_key__in=about, actor=user.key)
    return acted.exists() or loi.screenings.filter(by=user).exists()
