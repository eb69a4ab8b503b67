from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.db.models import Count, Q, QuerySet

from portal import queries as portal
from portal import roles
from portal.models import Membership, User
from proposals import queries as proposals
from proposals.models import Call, Condition, Correction, Decision, LetterOfIntent, Project
from proposals.models.lois import COMMITTED, GIVEN_BACK, SCREENING
from reviews.models import Assignment, Conflict, PanelMember

ACTIVE = ("invited", "accepted", "locked")
WRITING = ("accepted", "locked")
JUDGED = ("under_review", "consensus", "final_review")
CHAIRED = (*JUDGED, *Decision.Outcome.values, *COMMITTED, *GIVEN_BACK, "call_cancelled")
PRESENTING = (Assignment.Seat.PRIMARY, Assignment.Seat.SECONDARY)
SEATS = (roles.REVIEWER, roles.ASSESSOR)


def hidden_from(user: User) -> Q:
    """The cases this person is shut out of: by a conflict, or as one of the letter's own people."""
    conflicts = Conflict.objects.shutting_out().filter(user=user)
    return Q(pk__in=conflicts.values("loi")) | _own(user)


def _own(user: User) -> Q:
    """The letters in which one of the person's organisations has a part."""
    own = list(user.seats())
    shares = proposals.standing_shares().filter(organisation__in=own)
    return Q(organisation_id__in=own) | Q(pk__in=shares.values("loi"))


def shut_out(lois: Iterable[LetterOfIntent]) -> set[tuple[int, int]]:
    """(case id, user id) of everybody who is shut out of these cases: `hidden_from` for many."""
    lois = list(lois)
    conflicts = Conflict.objects.shutting_out().filter(loi__in=lois)
    shares = proposals.standing_shares().filter(loi__in=lois)
    parts = {(loi.organisation_id, loi.pk) for loi in lois}
    parts |= set(shares.values_list("organisation_id", "loi_id"))
    seats = Membership.objects.filter(left_at=None, organisation__in={one for one, _ in parts})
    members: dict[int, set[int]] = {}
    for organisation, user in seats.values_list("organisation_id", "user_id"):
        members.setdefault(organisation, set()).add(user)
    found = set(conflicts.values_list("loi_id", "user_id"))
    return found | {(loi, user) for one, loi in parts for user in members.get(one, ())}


def sight(user: User) -> proposals.Sight:
    """Reviewers read the cases they accepted, chairs those of their call; conflicts hide.

    Where a call hides its applicants, whoever scores on its panel knows them
    only in the cases in which they have opened the names.

    A chair reads from the beginning of the review on: it is then that the
    conflicts of chairs are looked for and written down.
    """
    if not user.is_authenticated:
        return proposals.Sight()
    chaired = PanelMember.objects.filter(user=user, role=roles.CHAIR, state="accepted")
    mine = Assignment.objects.filter(reviewer=user, state__in=WRITING)
    return proposals.Sight(
        reads=Q(pk__in=mine.values("loi"), state__in=JUDGED),
        decides=Q(call__in=chaired.values("call"), state__in=CHAIRED),
        hidden=hidden_from(user),
        unnamed=_blind(user) & ~_own(user),
    )


def _blind(user: User) -> Q:
    """The cases of calls that hide their applicants from this person, as they score there."""
    seated = PanelMember.objects.filter(user=user, role__in=SEATS, state="accepted")
    asked = Assignment.objects.filter(reviewer=user).exclude(state="removed")
    opened = asked.exclude(names_opened_at=None)
    scores = Q(call__in=seated.values("call")) | Q(pk__in=asked.values("loi"))
    return Q(call__hides_applicants=True) & scores & ~Q(pk__in=opened.values("loi"))


proposals.SIGHTS.append(sight)


def untold(user: User) -> set[str]:
    """The keys of the cases that are hidden from this person, and of all that hangs on them."""
    hidden = list(LetterOfIntent.objects.filter(hidden_from(user)))
    found = {loi.key for loi in hidden}
    for link in LetterOfIntent._meta.related_objects if hidden else ():
        of = link.related_model
        if any(field.name == "key" for field in of._meta.fields):
            rows = of._default_manager.filter(**{f"{link.field.name}__in": hidden})
            found |= set(rows.values_list("key", flat=True))
    for rows in (
        Condition.objects.filter(decision__loi__in=hidden),
        Correction.objects.filter(letter__loi__in=hidden),
        Project.objects.filter(decisions__loi__in=hidden),
    ):
        found |= set(rows.values_list("key", flat=True))
    return found


portal.UNTOLD.append(untold)


def visible_assignments(user: User) -> QuerySet[Assignment]:
    """One's own; all of a call for its chair, the secretary and the auditor.

    Reviewers never see each other's here, and whoever is shut out of a case
    sees nothing of it, their own review included.
    """
    assignments = Assignment.objects.select_related(
        "loi__call__mission", "loi__organisation", "loi__filing", "reviewer"
    ).order_by("loi__reference", "pk")
    if not user.is_authenticated:
        return assignments.none()
    own = Q(reviewer=user) & ~Q(state="removed")
    if not user.is_active:
        return assignments.none()
    seen = sight(user)
    others = Q(loi__in=LetterOfIntent.objects.filter(seen.decides))
    if user.roles() & {roles.SECRETARY, roles.AUDITOR}:
        others |= ~Q(loi__state__in=proposals.UNFILED)
    hidden = Q(loi__in=LetterOfIntent.objects.filter(seen.hidden))
    return assignments.filter((own | others) & ~hidden)


def inbox(user: User) -> QuerySet[Assignment]:
    """One's own reviews of the cases that are still before the panel, with what is written."""
    own = visible_assignments(user).filter(reviewer=user, state__in=ACTIVE)
    own = own.filter(loi__state__in=[*SCREENING, *JUDGED])
    return own.prefetch_related("scores", "findings", "loi__call__criteria")


def readable_reviews(user: User, loi: LetterOfIntent) -> list[Assignment]:
    """The locked reviews of a case this person may read.

    The chair and the auditor read all that are locked; whoever has a review of
    the case to write reads the others' only after locking the own.
    """
    locked = (
        Assignment.objects.filter(loi=loi, state="locked")
        .select_related("reviewer")
        .prefetch_related("scores__criterion", "findings__criterion")
        .order_by("pk")
    )
    if not proposals.visible_lois(user).filter(pk=loi.pk).exists():
        return []
    locked = locked.exclude(reviewer__in={one for _, one in shut_out([loi])})
    if reads_every_review(user, loi):
        return list(locked)
    if writes_one(user, loi):
        return []
    return list(locked) if locked.filter(reviewer=user).exists() else []


def reads_every_review(user: User, loi: LetterOfIntent) -> bool:
    """The chair and the auditor read whatever was locked, unless they have one to write."""
    if not proposals.visible_lois(user).filter(pk=loi.pk).exists() or writes_one(user, loi):
        return False
    chairs = PanelMember.objects.filter(
        call=loi.call, user=user, role=roles.CHAIR, state="accepted"
    )
    return chairs.exists() or roles.AUDITOR in user.roles()


def writes_one(user: User, loi: LetterOfIntent) -> bool:
    """Has this person a review of the case to write, and is to read no other's before?"""
    own = Assignment.objects.filter(loi=loi, reviewer=user, state__in=["invited", "accepted"])
    return own.exists()


def judged_by_others(user: User) -> QuerySet[LetterOfIntent]:
    """The cases this person sees, without those of which they have an own review to write."""
    own = Assignment.objects.filter(reviewer=user, state__in=["invited", "accepted"])
    return proposals.visible_lois(user).exclude(pk__in=own.values("loi"))


def panel(call: Call) -> QuerySet[PanelMember]:
    """Who sits on the panel now, the chairs first."""
    now = PanelMember.objects.filter(call=call, state="accepted")
    return now.select_related("user", "organisation").order_by("role", "user__name", "pk")


def verified(email: str) -> User | None:
    """The person who has proved that this address is theirs."""
    address = EmailAddress.objects.filter(
        email__iexact=email, verified=True, user__is_active=True
    ).select_related("user")
    return next((found.user for found in address), None)


def member(user: User, call: Call, role: str = roles.REVIEWER) -> PanelMember | None:
    """The person's place on the panel in this role, where they hold it now."""
    return PanelMember.objects.filter(user=user, call=call, state="accepted", role=role).first()


def load(user: User, call: Call) -> int:
    return Assignment.objects.filter(reviewer=user, loi__call=call, state__in=ACTIVE).count()


def loads(call: Call, *, seen_by: User) -> dict[int, int]:
    """Reviewer id → cases of the call in hand, invitations included, as this person may count them."""
    hidden = LetterOfIntent.objects.filter(hidden_from(seen_by), call=call)
    active = Assignment.objects.filter(loi__call=call, state__in=ACTIVE)
    active = active.exclude(loi__in=hidden.values("pk"))
    return dict(active.values_list("reviewer").annotate(n=Count("pk")).order_by())
