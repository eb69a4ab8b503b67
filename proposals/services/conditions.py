from datetime import date, datetime

from django.db import transaction

from portal import canonical, files, notices, scans
from portal.models import Event, User
from portal.text import say
from portal.verdict import Refused, no, require
from portal.workflow import Act
from proposals.models import Condition, Decision, Evidence, Letter
from proposals.services import locks, reminders
from proposals.workflow import CONDITION
from proposals.workflow.conditions import latest


def impose(decision: Decision, *, by: User, now: datetime) -> None:
    """A row for each condition that a decision is released with, in the caller's transaction.

    Due is the end of the day that the letter says, in the call's zone.
    """
    for number, said in enumerate(decision.conditions, 1):
        condition = Condition(
            decision=decision,
            number=number,
            text=said["text"],
            owner=said["owner"],
            due_at=decision.loi.call.end_of(date.fromisoformat(said["due_on"])),
            imposed_at=now,
        )
        CONDITION.enter(condition, "impose", by=by, now=now, number=number)


def follow(letter: Letter) -> None:
    """A letter of the decision is issued: what it says of each condition is what is to be met.

    A corrected one mends words alone; the day, as another outcome, is another decision.
    """
    for number, said in enumerate(letter.context.get("conditions", ()), 1):
        words = {"text": said["text"], "owner": said["owner"]}
        letter.decision.to_meet.filter(number=number).update(**words)


def check_days(decision: Decision, day: date) -> None:
    """Refuse a condition due before the letter of `day` that imposes it, or after the tenth year from it."""
    for number, said in enumerate(decision.conditions, 1):
        due_on = date.fromisoformat(said["due_on"])
        told = {"case": decision.loi.reference, "number": number, "due": due_on, "day": day}
        if due_on < day:
            sentence = say(
                "%(case)s: condition %(number)s is due on %(due)s, before the letter of %(day)s asks for it.",
                **told,
            )
            raise Refused(no("decision.conditions.past", sentence, field="conditions"))
        if due_on > latest(day):
            sentence = say(
                "%(case)s: condition %(number)s is due on %(due)s, after %(latest)s, the end of the tenth year from its letter of %(day)s.",
                **told,
                latest=latest(day),
            )
            raise Refused(no("decision.conditions.far", sentence, field="conditions"))


@transaction.atomic
def answer(
    condition: Condition, blob: files.Blob | None = None, *, text: str, by: User, now: datetime
) -> Event:
    """What the partner says to it, with a file or without. Late is late, and taken."""
    condition = _locked(condition)
    require(CONDITION.verdict(condition, "answer", Act(by, now)))
    file = files.enter(blob, now=now) if blob else None
    if file:
        scans.owe(file, now=now)
    text = text.strip()
    Evidence.objects.create(condition=condition, text=text, file=file, by=by, at=now)
    facts = {"number": condition.number, "sha256": canonical.digest(text)}
    if blob:
        facts["file_sha256"] = blob.sha256
    return CONDITION.move(condition, "answer", by=by, now=now, **facts)


@transaction.atomic
def send_back(condition: Condition, *, by: User, now: datetime, reason: str) -> Event:
    """What was answered does not meet it: the partner reads why and answers again."""
    return _judge(condition, "send_back", by=by, now=now, reason=reason)


@transaction.atomic
def extend(condition: Condition, *, until: date, by: User, now: datetime, reason: str) -> Event:
    """Due at the end of a later day, in the call's zone; the mail is the writing that the letter asks for.

    What the letter says stays as it was told.
    """
    condition = _locked(condition)
    require(CONDITION.verdict(condition, "extend", Act(by, now, reason, until)))
    due_at = condition.loi.call.end_of(until)
    return CONDITION.move(
        condition,
        "extend",
        by=by,
        now=now,
        reason=reason,
        facts=until,
        columns={"due_at": due_at},
        number=condition.number,
        due_at=due_at.isoformat(),
    )


@transaction.atomic
def mark_met(condition: Condition, *, by: User, now: datetime, reason: str) -> Event:
    """It is met, by what the note says: an answer, or what the office knows otherwise."""
    return _judge(condition, "mark_met", by=by, now=now, reason=reason, met_by=by, met_at=now)


def _judge(
    of: Condition, action: str, *, by: User, now: datetime, reason: str, **columns: object
) -> Event:
    condition = _locked(of)
    columns |= {"remark": reason.strip()}
    facts = {"reason": reason, "columns": columns, "number": condition.number}
    return CONDITION.move(condition, action, by=by, now=now, **facts)


@transaction.atomic
def remind(condition: Condition, *, now: datetime) -> int:
    """Remind of an answer still owed: due and not yet written, the latest one only; how many are new.

    The occasion carries the instant, so that one that a suspension moved reminds anew.
    """
    due = reminders.occasion(condition.due_at, now, before=reminders.DAYS_BEFORE)
    if not due:
        return 0
    return len(notices.post("condition_reminder", condition, now=now, occasion=due))


def _locked(of: Condition) -> Condition:
    """The condition as it stands under the lock of its case."""
    loi = locks.case(of.loi)
    condition = (
        Condition.objects.select_for_update(of=("self",)).select_related("decision").get(pk=of.pk)
    )
    condition.decision.loi = loi
    return condition
