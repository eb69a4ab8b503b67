"""What happened to the conflicts of interest of a case, for those who run it."""

from collections.abc import Iterator

from portal.deadline import said
from portal.models import Event, User
from portal.text import Text, say
from proposals import history
from proposals.history import Entry
from proposals.models import LetterOfIntent
from proposals.workflow import LOI
from reviews import queries
from reviews.models import Assignment, Conflict

READERS = frozenset({"chair", "secretary", "approver", "auditor"})

SENTENCES: dict[str, Text] = {
    "conflict.found": say("A conflict of interest of %(person)s was found: %(words)s."),
    "conflict.declared": say("%(person)s declared a conflict of interest: %(words)s."),
    "conflict.confirmed": say("%(who)s confirmed a conflict of interest of %(person)s."),
    "conflict.dismissed": say("%(who)s dismissed a conflict of interest of %(person)s."),
}
GONE = say("The review of %(person)s no longer counts since: %(words)s.")


def of(loi: LetterOfIntent, reader: User) -> Iterator[Entry]:
    """Found ones are told of whoever was on the case; rulings and declarations always."""
    if not LOI.relation(reader, loi) & READERS:
        return
    known = {row.key: row for row in queries.visible_conflicts(reader, loi.call).filter(loi=loi)}
    if not known:
        return
    judging = set(Assignment.objects.filter(loi=loi).values_list("reviewer", flat=True))
    found = list(
        Event.objects.filter(subject_type="conflict", subject_key__in=known).order_by("seq")
    )
    people = {
        user.key: user.name
        for user in User.objects.filter(key__in={event.actor for event in found})
    }
    for event in found:
        conflict = known[event.subject_key]
        if event.verb == "conflict.found" and conflict.user_id not in judging:
            continue
        words = {
            "person": conflict.user.name,
            "who": people.get(event.actor, ""),
            "words": event.data.get("words") or conflict.reason,
        }
        sentence = str(say(SENTENCES[event.verb].msgid, **words))
        yield Entry(event.at, said(event.at, loi.call.zone), sentence, event.data.get("reason", ""))
    for one in queries.excluded(loi):
        if one.conflict.key in known:
            yield _gone(loi, one.assignment, one.conflict)


def _gone(loi: LetterOfIntent, assignment: Assignment, conflict: Conflict) -> Entry:
    words = {"person": assignment.reviewer.name, "words": conflict.reason}
    at = max(conflict.at, assignment.locked_at)
    return Entry(at, said(at, loi.call.zone), str(say(GONE.msgid, **words)))


history.MORE.append(of)
