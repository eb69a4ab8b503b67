"""Who talks over a case, who reads what of it, and how far they have read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from portal import roles
from portal.models import User
from proposals import policy
from proposals import queries as proposals
from proposals.models import Call, LetterOfIntent
from reviews.models import Assignment, Comment, CommentVersion, Hearing, PanelMember, ReadUpTo
from reviews.queries.sight import ACTIVE, shut_out

PANEL, ASSESSORS, OFFICE = Comment.Level.PANEL, Comment.Level.ASSESSORS, Comment.Level.OFFICE
EVERYTHING = frozenset({PANEL, ASSESSORS, OFFICE})


def levels(user: User, loi: LetterOfIntent) -> frozenset[str]:
    """What of a case's discussion this person reads.

    Never anything while they have an own review of the case to write, or are
    shut out of it, or have a part in the letter.
    """
    if (loi.pk, user.pk) in shut_out([loi]):
        return frozenset()
    own = list(Assignment.objects.filter(loi=loi, reviewer=user, state__in=ACTIVE))
    return _levels(policy.relation(user, loi), own)


def _levels(words: set[str], own: list[Assignment]) -> frozenset[str]:
    if any(one.state != "locked" for one in own):
        return frozenset()
    if words & {"chair", roles.AUDITOR}:
        return EVERYTHING
    found = {OFFICE} if roles.SECRETARY in words else set()
    for one in own:
        found |= {ASSESSORS} if one.assessed else {PANEL, ASSESSORS}
    return frozenset(found)


def may_comment(user: User, loi: LetterOfIntent) -> frozenset[str]:
    """At which levels this person writes: as they read, auditors nowhere."""
    found = levels(user, loi)
    words = policy.relation(user, loi)
    alone = roles.AUDITOR in words and not words & {"chair", roles.SECRETARY}
    return frozenset() if alone else found


def readers(loi: LetterOfIntent, level: str) -> list[User]:
    """Who takes part in the discussion of a case at a level, as things are now."""
    chairs = PanelMember.objects.filter(call=loi.call, role=roles.CHAIR, state="accepted")
    found = {place.user for place in chairs.select_related("user")}
    if level == OFFICE:
        found |= set(proposals.holders(roles.SECRETARY))
    assignments = loi.assignments.filter(state__in=ACTIVE).select_related("reviewer")
    writing = {a.reviewer_id for a in assignments if a.state != "locked"}
    found |= {a.reviewer for a in assignments if level in _levels(set(), [a])}
    gone = {user for _, user in shut_out([loi])} | writing
    return sorted((u for u in found if u.pk not in gone), key=lambda u: u.pk)


def threads(user: User, loi: LetterOfIntent) -> list[Comment]:
    """The first comments of the threads this person reads, each with its answers."""
    found = Comment.objects.filter(loi=loi, thread=None, level__in=levels(user, loi))
    return list(
        found.select_related("by", "criterion")
        .prefetch_related("versions", "replies__versions", "replies__by", "replies__criterion")
        .order_by("pk")
    )


def read_up_to(loi: LetterOfIntent) -> dict[int, ReadUpTo]:
    """User id → how far they have read."""
    return {one.user_id: one for one in ReadUpTo.objects.filter(loi=loi)}


def hearing(users: Iterable[User]) -> dict[int, str]:
    """User id → how they want to hear of comments."""
    users = list(users)
    chosen = dict(Hearing.objects.filter(user__in=users).values_list("user", "how"))
    return {user.pk: chosen.get(user.pk, Hearing.How.AT_ONCE) for user in users}


@dataclass(frozen=True, slots=True)
class Unread:
    user: User
    call: Call
    cases: tuple[tuple[LetterOfIntent, int], ...]  # with the number of comments


def unread(*, after: datetime, until: datetime) -> Iterator[Unread]:
    """What those who hear once a day have not read of what was written in between, call by call."""
    daily = Hearing.objects.filter(how=Hearing.How.DAILY).select_related("user")
    people = {one.user_id: one.user for one in daily}
    written = CommentVersion.objects.filter(withdrawn=False, at__gt=after, at__lte=until)
    written = written.select_related("comment__loi__call").order_by("pk")
    counts: dict[tuple[int, Call], dict[LetterOfIntent, int]] = {}
    heard: dict[tuple[int, str], set[int]] = {}
    for version in written if people else ():
        comment, loi = version.comment, version.comment.loi
        if (loi.pk, comment.level) not in heard:
            heard[loi.pk, comment.level] = {u.pk for u in readers(loi, comment.level)}
        read = read_up_to(loi)
        for pk in people.keys() & heard[loi.pk, comment.level]:
            seen = pk in read and read[pk].version_id >= version.pk
            if pk != comment.by_id and not seen:
                of_call = counts.setdefault((pk, loi.call), {})
                of_call[loi] = of_call.get(loi, 0) + 1
    for (pk, call), cases in counts.items():
        yield Unread(people[pk], call, tuple(cases.items()))
