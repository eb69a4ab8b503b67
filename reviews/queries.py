from collections.abc import Iterable

from django.db.models import Q, QuerySet

from portal import roles
from portal.models import User
from portal.text import Text, say
from proposals import queries as proposals
from proposals.models import Call, LetterOfIntent
from proposals.models.lois import RUNNING
from proposals.panel import CriterionResult, PanelFacts, PanelResult
from proposals.panel import Finding as LetterFinding
from reviews import scoring
from reviews.conflicts import Found, Parties, Person, find
from reviews.models import Assignment, Conflict, PanelMember

ACTIVE = ("invited", "accepted", "locked")
WRITING = ("accepted", "locked")


def sight(user: User) -> proposals.Sight:
    """Reviewers read the cases they accepted, chairs those of their call; conflicts hide."""
    if not user.is_authenticated:
        return proposals.Sight()
    chaired = PanelMember.objects.filter(user=user, role=roles.CHAIR, left_at=None)
    mine = Assignment.objects.filter(reviewer=user, state__in=WRITING)
    judged = ("under_review", "consensus", "final_review")
    return proposals.Sight(
        reads=Q(pk__in=mine.values("loi"), state__in=judged),
        decides=Q(call__in=chaired.values("call")) & ~Q(state__in=proposals.UNFILED),
        hidden=Q(pk__in=Conflict.objects.filter(user=user, hard=True).values("loi"))
        | Q(organisation_id__in=list(user.seats())),
    )


proposals.SIGHTS.append(sight)


def visible_assignments(user: User) -> QuerySet[Assignment]:
    """One's own; all of a call for its chair, the secretary and the auditor.

    Reviewers never see each other's here, and whoever has a hard conflict with
    a case sees nothing of it.
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
    return assignments.filter(own | (others & ~hidden))


def readable_reviews(user: User, loi: LetterOfIntent) -> list[Assignment]:
    """The locked reviews of a case this person may read.

    The chair and the auditor read all that are locked; a reviewer reads the
    others' only after locking the own.
    """
    locked = (
        Assignment.objects.filter(loi=loi, state="locked")
        .select_related("reviewer")
        .prefetch_related("scores__criterion", "findings__criterion")
        .order_by("pk")
    )
    if not proposals.visible_lois(user).filter(pk=loi.pk).exists():
        return []
    chairs = PanelMember.objects.filter(call=loi.call, user=user, role=roles.CHAIR, left_at=None)
    if chairs.exists() or roles.AUDITOR in user.roles():
        return list(locked)
    return list(locked) if locked.filter(reviewer=user).exists() else []


def member(user: User, call: Call) -> PanelMember | None:
    return PanelMember.objects.filter(
        user=user, call=call, left_at=None, role__in=[roles.REVIEWER, roles.ASSESSOR]
    ).first()


def load(user: User, call: Call) -> int:
    return Assignment.objects.filter(reviewer=user, loi__call=call, state__in=ACTIVE).count()


def conflicts_of(user: User, loi: LetterOfIntent) -> list[Found]:
    """What the rules find between a person and a case, now; usable before any invitation."""
    places = PanelMember.objects.filter(user=user, call=loi.call, left_at=None)
    places = list(places.select_related("organisation"))
    seats = user.memberships.filter(left_at=None).select_related("organisation")
    person = Person(
        name=user.name,
        email=user.email,
        organisations=frozenset(
            [seat.organisation.name for seat in seats]
            + [place.organisation.name for place in places if place.organisation]
        ),
        country=next((place.country for place in places if place.country), ""),
    )
    others = loi.call.lois.exclude(pk=loi.pk).exclude(filing=None)
    competing = [parties(other) for other in others.select_related("organisation", "filing", "pi")]
    return find(person, parties(loi), competing)


def parties(loi: LetterOfIntent) -> Parties:
    """Everyone named in a case, from what is in force."""
    team = (loi.filing.content if loi.filing else loi.content).get("team", {})
    partners = team.get("partners", [])
    return Parties(
        people=frozenset(
            [loi.pi.name, team.get("pi_name", "")] + [row["name"] for row in team.get("people", [])]
        ),
        emails=frozenset([loi.pi.email]),
        organisations=frozenset([loi.organisation.name] + [row["name"] for row in partners]),
        countries=frozenset(
            filter(None, [loi.organisation.country] + [row.get("country", "") for row in partners])
        ),
    )


def rubric(call: Call) -> list[scoring.Weight]:
    return [scoring.Weight(c.code, c.weight, c.threshold) for c in call.criteria.all()]


def counted(loi: LetterOfIntent) -> QuerySet[Assignment]:
    """The reviews that count: locked, by nobody with a hard conflict."""
    conflicted = Conflict.objects.filter(loi=loi, hard=True).values("user")
    return (
        Assignment.objects.filter(loi=loi, state="locked")
        .exclude(reviewer__in=conflicted)
        .prefetch_related("scores__criterion", "findings__criterion")
        .order_by("pk")
    )


def spread(loi: LetterOfIntent) -> scoring.Spread:
    reviews = [
        scoring.Review({s.criterion.code: s.value for s in a.scores.all()}, a.confidence)
        for a in counted(loi)
    ]
    return scoring.spread(reviews, rubric(loi.call))


def facts(loi: LetterOfIntent) -> PanelFacts:
    """What the guards of `proposals` need to know of the panel."""
    conflicted = Conflict.objects.filter(loi=loi, hard=True).values("user")
    active = loi.assignments.filter(state__in=ACTIVE).exclude(reviewer__in=conflicted)
    text = loi.consensus_texts.last()
    return PanelFacts(
        assigned=active.count(),
        locked=active.filter(state="locked").count(),
        consensus_due=tuple(str(why) for why in spread(loi).consensus_due),
        consensus=text.text if text else "",
    )


def ranking(call: Call, lois: Iterable[LetterOfIntent]) -> list[dict]:
    """The given cases in order, each with its spread, MEV in kg and place."""
    rows = {
        loi.reference: {"loi": loi, "spread": spread(loi), "mev_kg": proposals.mass_kg(loi)}
        for loi in lois
    }
    placed = scoring.rank(
        [scoring.Candidate(ref, row["spread"], row["mev_kg"]) for ref, row in rows.items()]
    )
    for place in placed:
        rows[place.reference]["place"] = place
    ordered = [rows[place.reference] for place in placed]
    return ordered + [row for row in rows.values() if "place" not in row]


def result(loi: LetterOfIntent) -> PanelResult:
    """The panel's result as a decision keeps it: nobody's name, nothing confidential."""
    found = spread(loi)
    judged = loi.call.lois.filter(state__in=RUNNING)
    places = {row["loi"].pk: row.get("place") for row in ranking(loi.call, judged)}
    place = places.get(loi.pk)
    text = loi.consensus_texts.last()
    return PanelResult(
        mean=scoring.rounded(found.mean) if found.mean is not None else None,
        sd=scoring.rounded(found.sd) if found.sd is not None else None,
        rank=place.rank if place else None,
        criteria=tuple(
            CriterionResult(
                c.code,
                c.title,
                c.weight,
                scoring.rounded(found.criteria[c.code]),
                str(scoring.word(found.criteria[c.code])),
            )
            for c in loi.call.criteria.all()
            if c.code in found.criteria
        ),
        findings=tuple(
            LetterFinding(f.criterion.code, f.strength, f.major, f.text)
            for review in counted(loi)
            for f in review.findings.all()
            if not f.confidential
        ),
        consensus=text.text if text else "",
    )


def owed(assignment: Assignment) -> list[Text]:
    """What a review still needs before it can be locked, in the order of the rubric."""
    scores = {score.criterion_id: score.value for score in assignment.scores.all()}
    missing: list[Text] = []
    for criterion in assignment.loi.call.criteria.all():
        if criterion.pk not in scores:
            missing.append(
                say("%(code)s %(title)s: no score yet", code=criterion.code, title=criterion.title)
            )
            continue
        findings = [f for f in assignment.findings.all() if f.criterion_id == criterion.pk]
        strengths = sum(f.strength for f in findings)
        lacking = scoring.finding_owed(
            scores[criterion.pk],
            strengths,
            len(findings) - strengths,
            sum(f.major for f in findings),
        )
        if lacking:
            missing.append(say("%(code)s: %(what)s", code=criterion.code, what=lacking))
    if not assignment.risk:
        missing.append(say("the risk is not rated"))
    if assignment.confidence is None:
        missing.append(say("your expertise on the case is not stated"))
    return missing
