from portal import roles
from portal.deadline import zoned
from portal.models import User
from portal.notices import Notice, register
from proposals import queries
from proposals.models import Call
from reviews import queries as panel
from reviews.models import Assignment, Comment, Hearing, Meeting, PanelMember


def _hear_at_once(comment: Comment) -> list[User]:
    people = panel.readers(comment.loi, comment.level)
    how = panel.hearing(people)
    return [p for p in people if p.pk != comment.by_id and how[p.pk] == Hearing.How.AT_ONCE]


def _stands(comment: Comment) -> bool:
    return not comment.versions.last().withdrawn


register(Notice("comment_added", _hear_at_once, still=_stands), Comment)
register(Notice("comments_of_the_day", lambda call: ()), Call)


def _panel(meeting: Meeting) -> list[User]:
    return [place.user for place in panel.panel(meeting.call)]


def _not_over(meeting: Meeting) -> bool:
    return meeting.state != "closed"


def _when(meeting: Meeting) -> dict:
    return {"when": zoned(meeting.planned_for, meeting.call.zone)}


register(Notice("meeting_planned", _panel, still=_not_over, context=_when), Meeting)


def _pending(assignment: Assignment) -> bool:
    return assignment.state == "invited"


def _unlocked(assignment: Assignment) -> bool:
    return assignment.state in panel.UNLOCKED


def _due(assignment: Assignment) -> dict:
    zone = assignment.loi.call.zone
    instants = {"due": assignment.due_at, "closes": assignment.closes_at}
    return {name: zoned(at, zone) if at else "" for name, at in instants.items()}


for notice in (
    Notice("assignment_invited", lambda a: [a.reviewer], still=_pending, context=_due),
    Notice("assignment_given_back", lambda a: queries.holders(roles.SECRETARY)),
    Notice("assignment_recused", lambda a: queries.holders(roles.SECRETARY)),
    Notice("assignment_removed", lambda a: [a.reviewer]),
    Notice("assignment_extended", lambda a: [a.reviewer], still=_unlocked, context=_due),
    # Asked again when it is sent: nobody is reminded who has locked meanwhile.
    Notice("assignment_reminder", lambda a: [a.reviewer], still=_unlocked, context=_due),
    Notice("assignment_late", panel.judges_of, still=_unlocked, context=_due),
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
