from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from portal.models import User
from proposals import queries as proposals
from proposals.models import Call, LetterOfIntent
from proposals.models.lois import SCREENING
from reviews.matching.panel import Case, Panel, Reviewer
from reviews.models import Assignment, Matching
from reviews.queries.matching import Candidate, candidates
from reviews.queries.sight import ACTIVE

OPEN_CASES = (*SCREENING, "under_review")
# Of 1000: what a soft conflict leaves of the affinity.
SOFT = 2


def matching_of(call: Call) -> Matching | None:
    """The last one asked for, whatever became of it."""
    return Matching.objects.filter(call=call).select_related("asked_by").order_by("pk").last()


def open_cases(user: User, call: Call) -> list[LetterOfIntent]:
    """The cases that take reviewers, as far as this person may see them."""
    found = proposals.visible_lois(user).filter(call=call, state__in=OPEN_CASES)
    return list(found.exclude(filing=None).select_related("pi").order_by("reference"))


@dataclass(frozen=True, slots=True)
class Seating:
    """Who is on a case now, and who could be: what a matching is made from and compared with."""

    loi: LetterOfIntent
    active: tuple[Assignment, ...]
    candidates: tuple[Candidate, ...]


def seatings(cases: Iterable[LetterOfIntent], *, on: date) -> list[Seating]:
    return [
        Seating(
            loi,
            tuple(
                loi.assignments.filter(state__in=ACTIVE).select_related("reviewer").order_by("pk")
            ),
            tuple(candidates(loi, on=on)),
        )
        for loi in cases
    ]


def panel_of(matching: Matching) -> Panel:
    """The panel and the open cases of a call as the matcher takes them, by their keys.

    The affinity is the share of the case's keywords that the reviewer knows, in
    thousandths, halved by a soft conflict. Whoever has accepted a case stays on
    it; whoever was taken off one is not proposed for it again.
    """
    found = seatings(open_cases(matching.asked_by, matching.call), on=matching.asked_at.date())
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
                max(matching.per_case, sum(a.state != "invited" for a in one.active)),
                countries=frozenset(filter(None, [one.loi.organisation.country])),
                keywords=frozenset(one.loi.filing.content["identity"]["keywords"][:1]),
                name=one.loi.reference,
            )
            for one in found
        ),
        affinity=affinity,
        conflicts=frozenset(conflicts),
        forbidden=frozenset(taken_off) - held,
        locked=frozenset((a.reviewer.key, a.loi.key) for a in active if a.state != "invited")
        - conflicts,
        published=frozenset(held),
        one_a_country=matching.one_a_country,
    )
