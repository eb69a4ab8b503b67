from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from portal import roles
from portal.models import User
from proposals import queries as proposals
from proposals.models import Call, LetterOfIntent
from proposals.models.lois import SCREENING
from reviews.matching.panel import Case, Panel, Reviewer
from reviews.models import Assignment, Matching, Pair
from reviews.queries.matching import Candidate, candidates
from reviews.queries.sight import ACTIVE, PRESENTING, hidden_from

OPEN_CASES = (*SCREENING, "under_review")
# Of 1000: what a soft conflict leaves of the affinity.
SOFT = 2
# Of 1000: what presenting one more case costs against knowing it well.
PRESENTED = 333


def matching_of(call: Call) -> Matching | None:
    """The last one asked for, whatever became of it."""
    return Matching.objects.filter(call=call).select_related("asked_by").order_by("pk").last()


def open_cases(user: User, call: Call) -> list[LetterOfIntent]:
    """The cases that take reviewers, as far as this person may see them."""
    found = proposals.visible_lois(user).filter(call=call, state__in=OPEN_CASES)
    return list(found.exclude(filing=None).select_related("pi").order_by("reference"))


@dataclass(frozen=True, slots=True)
class Seating:
    """Who is on a case now, and who could be: what a matching is made from and compared with.

    The technical assessors have seats apart, given by hand.
    """

    loi: LetterOfIntent
    active: tuple[Assignment, ...]
    candidates: tuple[Candidate, ...]


def seatings(cases: Iterable[LetterOfIntent], *, on: date, seen_by: User) -> list[Seating]:
    return [
        Seating(
            loi,
            tuple(
                loi.assignments.filter(state__in=ACTIVE)
                .exclude(seat=Assignment.Seat.ASSESSOR)
                .select_related("reviewer")
                .order_by("pk")
            ),
            tuple(
                c
                for c in candidates(loi, on=on, seen_by=seen_by)
                if c.member.role == roles.REVIEWER
            ),
        )
        for loi in cases
    ]


def pairs_of(call: Call) -> QuerySet[Pair]:
    """Who is kept on a case, or off it, by hand."""
    return (
        Pair.objects.filter(loi__call=call)
        .select_related("loi__call", "user")
        .order_by("loi__reference", "user__name", "pk")
    )


def panel_of(matching: Matching) -> Panel:
    """The panel and the open cases of a call as the matcher takes them, by their keys.

    The affinity is the reviewer's fit, halved by a soft conflict. Whoever has
    accepted a case stays on it; whoever was taken off one, or is away over the
    time of writing, is not proposed for it. What was set by hand holds.
    """
    by = matching.asked_by
    found = seatings(open_cases(by, matching.call), on=matching.asked_at.date(), seen_by=by)
    members = {c.member.user.key: c.member for one in found for c in one.candidates}
    affinity, conflicts = {}, set()
    for one in found:
        for c in one.candidates:
            pair = (c.member.user.key, one.loi.key)
            affinity[pair] = c.fit // SOFT if c.soft else c.fit
            if c.hard:
                conflicts.add(pair)
    active = [a for one in found for a in one.active]
    taken_off = Assignment.objects.filter(
        loi__in=[one.loi for one in found], state__in=["removed", "recused"]
    ).values_list("reviewer__key", "loi__key")
    held = {(a.reviewer.key, a.loi.key) for a in active}
    by_hand = {True: set(), False: set()}
    for pair in pairs_of(matching.call).filter(user__key__in=members):
        by_hand[pair.together].add((pair.user.key, pair.loi.key))
    absent = {(c.member.user.key, one.loi.key) for one in found for c in one.candidates if c.absent}
    accepted = {(a.reviewer.key, a.loi.key) for a in active if a.state != "invited"} - conflicts
    listed = {one.loi.key for one in found}
    together, apart = (
        {pair for pair in by_hand[how] if pair[1] in listed} for how in (True, False)
    )
    return Panel(
        reviewers=tuple(
            Reviewer(
                key,
                most=member.quota,
                countries=frozenset(filter(None, [member.country])),
                keywords=frozenset(member.keywords),
                name=member.user.name,
            )
            for key, member in members.items()
        ),
        cases=tuple(
            Case(
                one.loi.key,
                max(matching.per_case, sum(pair[1] == one.loi.key for pair in accepted | together)),
                countries=frozenset(filter(None, [one.loi.organisation.country])),
                keywords=frozenset(
                    one.loi.filing.content["identity"]["keywords"][
                        : None if matching.every_keyword else 1
                    ]
                ),
                name=one.loi.reference,
            )
            for one in found
        ),
        affinity=affinity,
        conflicts=frozenset(conflicts),
        forbidden=((frozenset(taken_off) | absent) - held - together) | apart,
        locked=frozenset(accepted | together),
        published=frozenset(held),
        one_a_country=matching.one_a_country,
    )


def presenters(
    loi: LetterOfIntent, on_it: Iterable[Assignment], *, seen_by: User
) -> dict[str, Assignment]:
    """Who of a case's reviewers would present it: whoever knows it best, and presents least so far.

    A case presented already counts as much as a third of the case's keywords.
    """
    found = candidates(loi, on=loi.call.closes_at.date(), seen_by=seen_by)
    fits = {c.member.user_id: c.fit for c in found}
    cases = loi.call.lois.exclude(pk=loi.pk).exclude(hidden_from(seen_by))
    others = Assignment.objects.filter(
        loi__in=cases.values("pk"), seat__in=PRESENTING, state__in=ACTIVE
    )
    presents = Counter(others.values_list("reviewer", flat=True))
    order = sorted(
        on_it,
        key=lambda a: (PRESENTED * presents[a.reviewer_id] - fits.get(a.reviewer_id, 0), a.number),
    )
    return dict(zip(PRESENTING, order, strict=False))
