from portal import roles
from portal.deadline import zoned
from portal.models import User
from portal.notices import Notice, register
from proposals import queries
from proposals.models import Call, LetterOfIntent
from reviews import queries as judging
from reviews.models import Assignment, Comment, Conflict, Hearing, Meeting, PanelMember


def _hear_at_once(comment: Comment) -> list[User]:
    people = judging.readers(comment.loi, comment.level)
    how = judging.hearing(people)
    return [p for p in people if p.pk != comment.by_id and how[p.pk] == Hearing.How.AT_ONCE]


def _stands(comment: Comment) -> bool:
    return not comment.versions.last().withdrawn


register(Notice("comment_added", _hear_at_once, still=_stands), Comment)
register(Notice("comments_of_the_day", lambda call: ()), Call)


def _panel(meeting: Meeting) -> list[User]:
    return [place.user for place in judging.panel(meeting.call)]


def _not_over(meeting: Meeting) -> bool:
    return meeting.state != "closed"


def _when(meeting: Meeting) -> dict:
    return {"when": zoned(meeting.planned_for, meeting.call.zone)}


register(Notice("meeting_planned", _panel, still=_not_over, context=_when), Meeting)


def _of(loi: LetterOfIntent, *names: str) -> list[User]:
    """Those of the office who are not shut out of the case."""
    gone = judging.shut_out([loi])
    return [one for one in queries.holders(*names) if (loi.pk, one.pk) not in gone]


def _secretaries(assignment: Assignment) -> list[User]:
    return _of(assignment.loi, roles.SECRETARY)


def _pending(assignment: Assignment) -> bool:
    return assignment.state == "invited"


def _unlocked(assignment: Assignment) -> bool:
    return assignment.state in judging.UNLOCKED


def _due(assignment: Assignment) -> dict:
    zone = assignment.loi.call.zone
    instants = {"due": assignment.due_at, "closes": assignment.closes_at}
    return {name: zoned(at, zone) if at else "" for name, at in instants.items()}


for notice in (
    Notice("assignment_invited", lambda a: [a.reviewer], still=_pending, context=_due),
    Notice("assignment_given_back", _secretaries),
    Notice("assignment_recused", _secretaries),
    Notice("assignment_excluded", lambda a: [a.reviewer]),
    Notice("assignment_removed", lambda a: [a.reviewer]),
    Notice("assignment_extended", lambda a: [a.reviewer], still=_unlocked, context=_due),
    # Asked again when it is sent: nobody is reminded who has locked meanwhile.
    Notice("assignment_reminder", lambda a: [a.reviewer], still=_unlocked, context=_due),
    Notice("assignment_late", judging.judges_of, still=_unlocked, context=_due),
    Notice("assignment_reopened", lambda a: [a.reviewer]),
):
    register(notice, Assignment)


def _office(place: PanelMember) -> list[User]:
    return queries.holders(roles.SECRETARY)


for notice in (
    # Told to an address, whether anybody has an account with it or not.
    Notice("place_offered", lambda p: (), still=lambda p: p.state == "invited"),
    Notice("place_accepted", _office),
    Notice("place_declined", _office),
    Notice("place_left", _office),
):
    register(notice, PanelMember)


def _judges(conflict: Conflict, *states: str) -> bool:
    """Is the person on the case?"""
    return Assignment.objects.filter(
        loi=conflict.loi, reviewer=conflict.user, state__in=states or judging.ACTIVE
    ).exists()


def _rulers(conflict: Conflict) -> list[User]:
    """Of a hard one that takes somebody off: who can rule on it, and sees what is short now."""
    if not conflict.hard:
        return []
    if judging.office_of(conflict):
        return _of(conflict.loi, roles.APPROVER)
    return _of(conflict.loi, roles.SECRETARY) if _judges(conflict) else []


def _told_of_a_chair(conflict: Conflict) -> list[User]:
    """Who stepped back as a reviewer is told of already; a chair leaves the case without one."""
    if not conflict.hard or judging.office_of(conflict) != "chair":
        return []
    return _of(conflict.loi, roles.SECRETARY)


def _out(conflict: Conflict) -> list[User]:
    """Whoever has locked a review; an open one is taken back with a message of its own."""
    return [conflict.user] if _judges(conflict, "locked") else []


def _back(conflict: Conflict) -> list[User]:
    return [conflict.user] if conflict.hard and _judges(conflict) else []


for notice in (
    Notice("conflict_found", _rulers, still=lambda c: c.state == "found"),
    Notice("conflict_declared", _told_of_a_chair),
    Notice("conflict_confirmed", _out),
    Notice("conflict_dismissed", _back),
):
    register(notice, Conflict)
