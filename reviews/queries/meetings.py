"""A meeting as each of its people may see it: the agenda, who is in the room, who must leave it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from portal import roles
from portal.models import User
from proposals import policy
from proposals import queries as proposals
from proposals.models import LetterOfIntent
from reviews.models import Assignment, Attendance, Conflict, Item, Meeting, PanelMember
from reviews.queries.blinding import Names
from reviews.queries.sight import JUDGED, hidden_from, panel, shut_out

# Whose reviews are concluded: a case that a panel can talk over in a room.
TALKED_OVER = ("consensus", "final_review")
RUNS = frozenset({"chair", roles.SECRETARY})


def visible_meetings(user: User) -> QuerySet[Meeting]:
    """Those of the calls whose panel this person sits on; all for the secretary and the auditor."""
    found = Meeting.objects.select_related("call__mission").order_by("pk")
    if not user.is_authenticated or not user.is_active:
        return found.none()
    if user.roles() & {roles.SECRETARY, roles.AUDITOR}:
        return found
    held = PanelMember.objects.filter(user=user, state="accepted")
    return found.filter(call__in=held.values("call"))


def runs(user: User, meeting: Meeting) -> bool:
    return bool(policy.call_relation(user, meeting.call) & RUNS)


def agenda(user: User, meeting: Meeting) -> list[Item]:
    """The cases of a meeting in their order; those this person is shut out of are not among them.

    They are numbered as they are seen: a gap would tell of the others.
    """
    reads = policy.call_relation(user, meeting.call) & {*RUNS, roles.AUDITOR}
    seen = Q(pk__in=proposals.visible_lois(user).values("pk")) if reads else ~hidden_from(user)
    lois = LetterOfIntent.objects.filter(seen, call=meeting.call, state__in=JUDGED)
    found = Item.objects.filter(meeting=meeting, loi__in=lois.values("pk"))
    found = found.select_related("loi__call", "loi__organisation", "loi__filing", "meeting")
    items = list(found.order_by("place"))
    for place, item in enumerate(items, 1):
        item.place = place
    return items


def attending(items: Iterable[Item]) -> dict[int, dict[int, bool]]:
    """Item id → user id → in the room, as last noted."""
    found: dict[int, dict[int, bool]] = {}
    for row in Attendance.objects.filter(item__in=list(items)).order_by("pk"):
        found.setdefault(row.item_id, {})[row.user_id] = row.present
    return found


def stayed_away(meeting: Meeting) -> set[int]:
    """Who was last noted as out of the room, those left aside who had to leave it."""
    rows = Attendance.objects.filter(item__meeting=meeting).select_related("item__loi")
    rows = list(rows.order_by("pk"))
    gone = shut_out({row.item.loi for row in rows})
    last = {row.user_id: row for row in rows if (row.item.loi_id, row.user_id) not in gone}
    return {user for user, row in last.items() if not row.present}


def shown_to(user: User, item: Item) -> bool:
    """Does this person see what is said of a case in the meeting?

    Who runs it and the auditor, once the case was taken up; of the panel who is
    in the room, while it is before them. Nobody who is shut out of it.
    """
    if (item.loi_id, user.pk) in shut_out([item.loi]):
        return False
    if item.since is None and not item.seconds and not item.outcome:
        return False
    if policy.call_relation(user, item.meeting.call) & {*RUNS, roles.AUDITOR}:
        return True
    return item.since is not None and attending([item]).get(item.pk, {}).get(user.pk, False)


@dataclass(frozen=True, slots=True)
class Room:
    """The people of a panel before a case: who may stay, who must leave, who is told of something soft."""

    stay: tuple[User, ...]
    leave: tuple[User, ...]
    told: tuple[tuple[User, str], ...]


def room(item: Item) -> Room:
    people = [place.user for place in panel(item.meeting.call).filter(state="accepted")]
    gone = {user for _, user in shut_out([item.loi])}
    soft = Conflict.objects.filter(loi=item.loi, hard=False, secret=False)
    soft = soft.exclude(state="dismissed").order_by("pk")
    said: dict[int, list[str]] = {}
    for one in soft:
        said.setdefault(one.user_id, []).append(one.reason)
    stay = tuple(p for p in people if p.pk not in gone)
    return Room(
        stay,
        tuple(p for p in people if p.pk in gone),
        tuple((p, "; ".join(said[p.pk])) for p in stay if p.pk in said),
    )


def names_in_the_room(loi: LetterOfIntent) -> Names:
    """What is projected is read by all: by number where the call hides reviewers from each other."""
    if not loi.call.hides_reviewers:
        return Names(open=True)
    numbers = Assignment.objects.filter(loi=loi).order_by("pk").values_list("reviewer", "number")
    return Names(open=False, numbers=dict(numbers))
