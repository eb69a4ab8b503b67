"""A panel's meeting: its agenda, who is in the room for each case, and what came out."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from portal import events
from portal.models import Event, User
from portal.text import say
from portal.verdict import Refused, no
from proposals import queries as proposals
from proposals.models import Call, LetterOfIntent
from proposals.workflow import LOI
from reviews import queries
from reviews.models import Attendance, Item, Meeting
from reviews.services import locks
from reviews.services.conflicts import look
from reviews.workflow import MEETING


@transaction.atomic
def plan(call: Call, *, planned_for: datetime, by: User, now: datetime) -> Meeting:
    """Call the panel together; every case before it is on the agenda, by reference."""
    meeting = Meeting(call=locks.call(call), planned_for=planned_for)
    MEETING.enter(meeting, "plan", by=by, now=now, planned_for=planned_for.isoformat())
    _complete(meeting)
    return meeting


@transaction.atomic
def begin(meeting: Meeting, *, by: User, now: datetime) -> Event:
    """Open it. Now the conflicts of everybody on the panel are looked for, with each case."""
    meeting = locks.meeting(meeting)
    event = MEETING.move(meeting, "begin", by=by, now=now, columns={"begun_at": now})
    _complete(meeting)
    people = [place.user for place in queries.panel(meeting.call).filter(state="accepted")]
    for item in meeting.items.select_related("loi__organisation", "loi__filing", "loi__pi"):
        look([item.loi], users=people, now=now)
    return event


@transaction.atomic
def close(meeting: Meeting, *, by: User, now: datetime) -> Event:
    """End it: the minutes are what is noted until now."""
    meeting = locks.meeting(meeting)
    _put_down(meeting, now)
    for item in meeting.items.filter(attendances__isnull=False).distinct():
        item.agreed = queries.agreed_in_words(queries.bench(item.loi))
        item.save(update_fields=["agreed"])
    return MEETING.move(meeting, "close", by=by, now=now, columns={"closed_at": now})


@transaction.atomic
def order_agenda(meeting: Meeting, *, cases: Sequence[str], by: User, now: datetime) -> Event:
    """Put the cases of these keys in this order; those not named follow as they were."""
    meeting = locks.meeting(meeting)
    _runs(meeting, by)
    if meeting.state == "closed":
        raise Refused(_over())
    _complete(meeting)
    items = list(meeting.items.select_related("loi"))
    wanted = {key: place for place, key in enumerate(cases)}
    items.sort(key=lambda item: (wanted.get(item.loi.key, len(wanted)), item.place))
    for place, item in enumerate(items, 1):
        Item.objects.filter(pk=item.pk).update(place=place)
    order = [item.loi.key for item in items]
    return events.record("meeting.agenda_ordered", meeting, by=by, now=now, data={"cases": order})


@transaction.atomic
def take_up(
    meeting: Meeting, loi: LetterOfIntent, *, present: Sequence[User], by: User, now: datetime
) -> Event:
    """Bring a case before those who are in the room, or note anew who is.

    Whoever has a hard conflict with it cannot be among them.
    """
    item = _item(meeting, loi, by)
    if item.loi.state not in queries.TALKED_OVER:
        raise Refused(
            no(
                "meeting.reviews",
                say(
                    "%(case)s is “%(state)s”: its reviews are concluded before the panel takes it up.",
                    case=item.loi.reference,
                    state=LOI.state(item.loi.state).label,
                ),
            )
        )
    look([item.loi], users=present, now=now)
    room = queries.room(item)
    inside = {person.pk for person in present}
    must = [person for person in room.leave if person.pk in inside]
    if must:
        why = say(
            "%(names)s must leave the room: a hard conflict with %(case)s is on record.",
            names=", ".join(map(str, must)),
            case=item.loi.reference,
        )
        raise Refused(no("meeting.conflict", why, field="present"))
    again = item.since is not None
    if not again:
        _put_down(item.meeting, now)
        item.since = now
        item.save(update_fields=["since"])
    known = queries.attending([item]).get(item.pk, {})
    people = {person.pk: person for person in (*room.stay, *room.leave)}
    Attendance.objects.bulk_create(
        Attendance(item=item, user=person, present=pk in inside, at=now)
        for pk, person in people.items()
        if known.get(pk) != (pk in inside)
    )
    return events.record(
        "meeting.attendance_noted" if again else "meeting.case_taken_up",
        item.meeting,
        by=by,
        now=now,
        data={
            "case": item.loi.key,
            "present": sorted(people[pk].key for pk in inside & people.keys()),
        },
    )


@transaction.atomic
def settle(
    meeting: Meeting, loi: LetterOfIntent, *, outcome: str, note: str, by: User, now: datetime
) -> Event:
    """Note what came out of a case. Where a consensus is due, the scores cannot stand without it."""
    item = _item(meeting, loi, by)
    facts = queries.facts(item.loi)
    due = facts.unagreed or (not facts.consensus and facts.consensus_due)
    if outcome == Item.Outcome.AGREED and not facts.consensus:
        why = say("Nothing is written down that the panel agreed on: write the consensus first.")
        raise Refused(no("meeting.consensus", why, field="outcome"))
    if outcome != Item.Outcome.DEFERRED and due:
        why = say("A consensus must be written down first: %(why)s", why="; ".join(due))
        raise Refused(no("meeting.consensus_due", why, field="outcome"))
    item.outcome, item.note = outcome, note.strip()
    item.save(update_fields=["outcome", "note"])
    data = {"case": item.loi.key, "outcome": outcome, "note": item.note}
    return events.record("meeting.case_settled", item.meeting, by=by, now=now, data=data)


def _item(meeting: Meeting, loi: LetterOfIntent, by: User) -> Item:
    """The case on the agenda of an open meeting, before whoever runs it and is not shut out."""
    loi = locks.case(loi)
    meeting = locks.meeting(meeting)
    _runs(meeting, by)
    if meeting.state != "open":
        raise Refused(
            _over()
            if meeting.state == "closed"
            else no("meeting.from", say("The meeting has not begun."))
        )
    item = meeting.items.filter(loi=loi).first()
    if item is None or not proposals.visible_lois(by).filter(pk=loi.pk).exists():
        raise Refused(no("meeting.case", say("The case is not on the agenda."), who=True))
    item.loi, item.meeting = loi, meeting
    return item


def _runs(meeting: Meeting, by: User) -> None:
    if not queries.runs(by, meeting):
        why = say("The chair and the secretary run the meeting.")
        raise Refused(no("meeting.who", why, who=True))


def _over():
    return no("meeting.closed", say("The meeting is closed: its minutes stay as they are."))


def _put_down(meeting: Meeting, now: datetime) -> None:
    """End the turn of the case before the panel, if there is one."""
    for item in meeting.items.exclude(since=None):
        item.seconds += int((now - item.since).total_seconds())
        item.since = None
        item.save(update_fields=["since", "seconds"])


def _complete(meeting: Meeting) -> None:
    """Put on the agenda what has come before the panel since."""
    known = set(meeting.items.values_list("loi", flat=True))
    lois = meeting.call.lois.filter(state__in=queries.JUDGED).exclude(pk__in=known)
    Item.objects.bulk_create(
        Item(meeting=meeting, loi=loi, place=place)
        for place, loi in enumerate(lois.order_by("reference"), len(known) + 1)
    )
