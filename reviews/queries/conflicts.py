from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from portal import roles
from portal.models import User
from proposals import queries as proposals
from proposals.models import Call, LetterOfIntent
from proposals.models.lois import SCREENING
from reviews.conflicts import Found
from reviews.models import Assignment, Conflict, PanelMember
from reviews.queries.matching import conflicts_of, findings, standing
from reviews.queries.sight import ACTIVE, JUDGED, shut_out

OFFICE = (roles.SECRETARY, roles.APPROVER)
BEFORE_THE_PANEL = ("filed", *SCREENING, *JUDGED)


def conflicts_before(
    user: User, loi: LetterOfIntent, *, on: date
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What rules this person out of the case, and what is to be told, after the rulings."""
    rows = Conflict.objects.filter(loi=loi, user=user)
    return standing(conflicts_of(user, loi, on=on), rows)


def office_of(conflict: Conflict) -> str:
    """What the person is besides a reviewer: chair of the call, secretary, approver, or ""."""
    return offices(conflict.loi.call).get(conflict.user_id, "")


def offices(call: Call) -> dict[int, str]:
    """Person id → chair, approver or secretary: whose conflicts only an approver rules on."""
    held = {user.pk: role for role in reversed(OFFICE) for user in proposals.holders(role)}
    chairs = PanelMember.objects.filter(call=call, role=roles.CHAIR, state="accepted")
    return held | dict.fromkeys(chairs.values_list("user", flat=True), "chair")


def rulers(conflict: Conflict, office: str) -> frozenset[str]:
    """Who may rule on it: never its own person, nor anybody shut out of the case."""
    if conflict.declared and conflict.hard:
        return frozenset()
    if office:
        return frozenset({roles.APPROVER})
    return frozenset({"chair", roles.SECRETARY} if conflict.hard else {"chair"})


def owed_findings(
    lois: Sequence[LetterOfIntent], *, users: Iterable[User] | None = None, on: date
) -> list[tuple[LetterOfIntent, User, Found]]:
    """What the rules find and is not on record yet, for cases of one call.

    Hard ones for the whole panel and the office, whoever is on the case; soft
    ones for those who judge it: its reviewers and the chair.
    """
    lois = list(lois)
    if not lois:
        return []
    call = lois[0].call
    seated = PanelMember.objects.filter(call=call, state="accepted")
    chairs = set(seated.filter(role=roles.CHAIR).values_list("user", flat=True))
    # Whoever is told of a conflict must not be found to have one a moment later.
    office = {user.pk: user for user in proposals.holders(*OFFICE)}
    if users is None:
        users = User.objects.filter(pk__in=seated.values("user"), is_active=True).order_by("pk")
    users = list((office | {user.pk: user for user in users}).values())
    judging = set(
        Assignment.objects.filter(loi__in=lois, state__in=ACTIVE).values_list("loi", "reviewer")
    )
    known = {
        (row.loi_id, row.user_id, row.kind): row
        for row in Conflict.objects.filter(loi__in=lois, declared=False)
    }
    owed = []
    for loi, user, found in findings(lois, users, on=on):
        if not (found.hard or user.pk in chairs or (loi.pk, user.pk) in judging):
            continue
        row = known.get((loi.pk, user.pk, found.kind))
        if row is None or (row.state != "confirmed" and row.evidence != found.evidence):
            owed.append((loi, user, found))
    held, first = offices(call), {roles.APPROVER: 0, roles.SECRETARY: 1}
    return sorted(owed, key=lambda one: first.get(held.get(one[1].pk, ""), 2))


def visible_conflicts(user: User, call: Call) -> QuerySet[Conflict]:
    """Those of the cases this person runs or reads; of one's own, none that is secret.

    What applicants wrote of whom they do not want is for the secretary and the
    chair, and for the approver where it is the chair whom they do not want.
    """
    conflicts = Conflict.objects.select_related("loi__organisation", "loi__filing", "user")
    cases = (
        proposals.visible_lois(user).filter(call=call).exclude(organisation__in=list(user.seats()))
    )
    conflicts = conflicts.filter(loi__in=cases.values("pk"))
    own = Q(user=user, secret=True)
    words = set(user.roles())
    if PanelMember.objects.filter(
        call=call, user=user, role=roles.CHAIR, state="accepted"
    ).exists():
        words.add(roles.CHAIR)
    if not words & {roles.SECRETARY, roles.CHAIR}:
        concerned = [pk for pk, _ in offices(call).items()] if roles.APPROVER in words else []
        own |= Q(secret=True) & ~Q(user__in=concerned)
    return conflicts.exclude(own).order_by("loi__reference", "user__name", "pk")


def waiting_conflicts(conflicts: QuerySet[Conflict]) -> QuerySet[Conflict]:
    """Those that somebody must rule on: hard ones that were found, and soft ones of who judges."""
    judges = Assignment.objects.filter(
        loi=OuterRef("loi"), reviewer=OuterRef("user"), state__in=ACTIVE
    )
    chairs = PanelMember.objects.filter(
        call=OuterRef("loi__call"), user=OuterRef("user"), role=roles.CHAIR, state="accepted"
    )
    hard = Q(hard=True, state="found")
    soft = Q(hard=False, state__in=["found", "declared"]) & (Exists(judges) | Exists(chairs))
    return conflicts.filter(hard | soft, loi__state__in=BEFORE_THE_PANEL)


@dataclass(frozen=True, slots=True)
class Excluded:
    """A locked review that no longer counts, and what shut its writer out."""

    assignment: Assignment
    conflict: Conflict


def excluded(loi: LetterOfIntent) -> list[Excluded]:
    """The locked reviews of a case that are in no sum, each with why and since when."""
    gone = {user for _, user in shut_out([loi])}
    locked = Assignment.objects.filter(loi=loi, state="locked", reviewer__in=gone)
    why: dict[int, Conflict] = {}
    for conflict in Conflict.objects.shutting_out().filter(loi=loi).order_by("-at", "-pk"):
        why[conflict.user_id] = conflict
    return [
        Excluded(one, why[one.reviewer_id])
        for one in locked.select_related("reviewer").order_by("pk")
        if one.reviewer_id in why
    ]
