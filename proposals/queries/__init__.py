from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum

from portal import roles
from portal.models import Membership, User
from portal.queries import holders as holders
from proposals import attachments, ledger
from proposals.models import (
    Allocation,
    Amendment,
    Call,
    Condition,
    Correction,
    Decision,
    FiledFile,
    Grant,
    LedgerEntry,
    Letter,
    LetterOfIntent,
    Mission,
    Project,
    Question,
    Share,
)
from proposals.models.agreements import Subject
from proposals.models.attachments import Attached
from proposals.models.decisions import PREPARED, TOLD
from proposals.models.lois import COMMITTED, GIVEN_BACK, REDRESS, RUNNING
from proposals.queries.agreements import (  # noqa: F401 - of the same door
    REDRESS_DAYS,
    agreement_of,
    former_agreements,
    offered,
    redress_until,
    took_part,
)
from proposals.queries.budgets import DEMANDS as DEMANDS
from proposals.queries.budgets import Needs as Needs
from proposals.queries.budgets import Reserve as Reserve
from proposals.queries.budgets import asked as asked
from proposals.queries.budgets import balance as balance
from proposals.queries.budgets import carried as carried
from proposals.queries.budgets import carrier as carrier
from proposals.queries.budgets import demands as demands
from proposals.queries.budgets import demands_on as demands_on
from proposals.queries.budgets import fitting_reserves as fitting_reserves
from proposals.queries.budgets import in_force as in_force
from proposals.queries.budgets import mass_kg as mass_kg
from proposals.queries.budgets import paused as paused
from proposals.queries.budgets import project_of as project_of
from proposals.queries.budgets import reserves as reserves
from proposals.queries.budgets import unbudgeted as unbudgeted
from proposals.queries.budgets import unstated as unstated
from proposals.queries.conditions import conditions_due as conditions_due
from proposals.queries.conditions import conditions_of as conditions_of
from proposals.queries.conditions import running_conditions as running_conditions
from proposals.queries.conditions import still_asked as still_asked
from proposals.queries.conditions import unmet as unmet
from proposals.queries.letters import deliveries as deliveries
from proposals.queries.shares import consortium as consortium
from proposals.queries.shares import filed_shares as filed_shares
from proposals.queries.shares import standing_shares as standing_shares
from proposals.queries.shares import texts as texts


@dataclass(frozen=True)
class Sight:
    """What `reviews` knows of one person: the cases they read, those they decide on,
    those a conflict of interest hides from them whatever else they are, and those
    of which they may not know who applies."""

    reads: Q = field(default_factory=lambda: Q(pk__in=[]))
    decides: Q = field(default_factory=lambda: Q(pk__in=[]))
    hidden: Q = field(default_factory=lambda: Q(pk__in=[]))
    unnamed: Q = field(default_factory=lambda: Q(pk__in=[]))


SIGHTS: list[Callable[[User], Sight]] = []
READERS = {roles.SECRETARY, roles.APPROVER, roles.AUDITOR}
KEEPERS = {*READERS, roles.LEGAL}
ISSUED = ("issued", "superseded", "revoked")
UNFILED = ("draft", "awaiting_signature", "not_submitted")


def visible_missions() -> QuerySet[Mission]:
    return Mission.objects.all()


def visible_calls(user: User) -> QuerySet[Call]:
    """Published calls for everybody; drafts for those who draft and publish them."""
    calls = Call.objects.select_related("mission")
    if user.is_authenticated and user.roles() & READERS:
        return calls
    return calls.exclude(state__in=["draft", "proposed"])


def visible_lois(user: User) -> QuerySet[LetterOfIntent]:
    """The cases whose content this person may read.

    An organisation's members read its letters; the secretariat reads what is
    filed, never a draft; the panel reads by `reviews`. Administrators read none.
    """
    lois = LetterOfIntent.objects.select_related(
        "call__mission", "organisation", "filing", "ticket"
    )
    if not user.is_authenticated or not user.is_active:
        return lois.none()
    seen, hidden = Q(organisation_id__in=list(user.seats())), Q(pk__in=[])
    staff = Q(pk__in=[])
    if user.roles() & READERS:
        staff = ~Q(state__in=UNFILED)
    if roles.LEGAL in user.roles():
        told = (*COMMITTED, *GIVEN_BACK, *REDRESS, "merged", "call_cancelled")
        staff |= Q(state__in=told)
    for sight in (source(user) for source in SIGHTS):
        staff, hidden = staff | sight.reads | sight.decides, hidden | sight.hidden
    return lois.filter(seen | (staff & ~hidden))


def readable_lois(user: User) -> QuerySet[LetterOfIntent]:
    """What this person may read as a case: beside the above, what their organisation is partner of.

    A partner reads the version in force, once it has countersigned its share
    of it, as a reader does: not the draft, its receipt, or its decision.
    """
    lois = LetterOfIntent.objects.select_related(
        "call__mission", "organisation", "filing", "ticket"
    )
    seen = Q(pk__in=visible_lois(user).values("pk"))
    return lois.filter(seen | Q(pk__in=partnered(user).values("loi")))


def _unnamed(user: User) -> Q:
    found = Q(pk__in=[])
    for sight in (source(user) for source in SIGHTS):
        found |= sight.unnamed
    return found


def named(user: User, lois: QuerySet[LetterOfIntent]) -> QuerySet[LetterOfIntent]:
    """Of these, the cases whose applicants this person may know: the door of a page that names them."""
    return lois.exclude(_unnamed(user))


def identities_open(user: User, loi: LetterOfIntent) -> bool:
    """May who applies be shown to this person now? No question asked where the call hides nobody."""
    if not loi.call.hides_applicants:
        return True
    return named(user, LetterOfIntent.objects.filter(pk=loi.pk)).exists()


def partnered(user: User) -> QuerySet[Share]:
    """The shares of the person's organisations that cover a version in force."""
    if not user.is_authenticated or not user.is_active:
        return Share.objects.none()
    return Share.objects.filter(
        organisation_id__in=list(user.seats()), state="countersigned", filing=F("loi__filing")
    )


def visible_shares(user: User) -> QuerySet[Share]:
    """Shares, to the members of the partner and of the lead; to nobody else."""
    shares_ = Share.objects.select_related(
        "organisation", "loi__organisation", "loi__call", "loi__pi", "loi__filing", "loi__ticket"
    )
    if not user.is_authenticated or not user.is_active:
        return shares_.none()
    own = list(user.seats())
    return shares_.filter(Q(organisation_id__in=own) | Q(loi__organisation_id__in=own))


def reads_originals(user: User, loi: LetterOfIntent) -> bool:
    """Its organisation and the secretariat read a file as it was filed; others, a copy."""
    return loi.organisation_id in user.seats() or bool(user.roles() & READERS)


def visible_files(user: User, loi: LetterOfIntent) -> list[Attached]:
    """The files of a case the person may read: as filed; to its organisation, the draft's too.

    From whom it is hidden who applies, those kinds are kept that bear the name.
    """
    filed = FiledFile.objects.filter(filing__loi=loi).select_related("stored__scan__copy")
    if not identities_open(user, loi):
        filed = filed.exclude(kind__in=attachments.IDENTIFYING)
    if not reads_originals(user, loi):
        filed = filed.filter(filing=loi.filing)
    found: list[Attached] = list(filed)
    if loi.organisation_id in user.seats():
        found += loi.attachments.select_related("stored__scan__copy")
    return found


def visible_amendments(user: User) -> QuerySet[Amendment]:
    """Published ones for everybody, on the call's page; the others for those who make them."""
    amendments = Amendment.objects.select_related("call__mission", "organisation")
    if not user.is_authenticated or not user.roles() & READERS:
        return amendments.none()
    return amendments


def visible_questions(user: User) -> QuerySet[Question]:
    """Their own for those who ask; all, with the asker, for those who answer."""
    questions = Question.objects.select_related("call__mission", "asker")
    if not user.is_authenticated:
        return questions.none()
    if user.roles() & {roles.SECRETARY, roles.AUDITOR}:
        return questions
    return questions.filter(asker=user)


def hidden_from(user: User) -> Q:
    """The cases that a conflict of interest hides from this person, whatever else they may see."""
    hidden = Q(pk__in=[])
    for sight in (source(user) for source in SIGHTS):
        hidden |= sight.hidden
    return hidden


def conflicted(user: User, call: Call) -> bool:
    """Is a filed case of the call hidden from this person by a conflict of interest?"""
    return call.lois.filter(hidden_from(user)).exclude(state__in=UNFILED).exists()


def running_tickets(call: Call, now: datetime) -> QuerySet[Amendment]:
    """The late tickets of a call through which a letter can still be filed."""
    tickets = call.amendments.filter(kind="ticket", state="published", until__gt=now)
    filed = Count("admitted", filter=Q(admitted__filing__isnull=False))
    return tickets.annotate(filed=filed).filter(filed__lt=F("letters"))


def running_ticket(call: Call, organisation_id: int, now: datetime) -> Amendment | None:
    return running_tickets(call, now).filter(organisation=organisation_id).first()


def visible_decisions(user: User) -> QuerySet[Decision]:
    """Decisions: released ones to whoever sees the case, prepared ones to those who decide."""
    decisions = Decision.objects.select_related("loi__call", "loi__organisation", "onto__mission")
    decisions = decisions.filter(loi__in=visible_lois(user)).exclude(state="void")
    if not user.is_authenticated:
        return decisions.none()
    return decisions.filter(Q(state="released") | _decided_by(user))


def _decided_by(user: User) -> Q:
    """Decisions on the cases that this person decides on; never on those of their own organisation."""
    deciders = Q(pk__isnull=False) if user.roles() & READERS else Q(pk__in=[])
    for sight in (source(user) for source in SIGHTS):
        deciders |= Q(loi__in=LetterOfIntent.objects.filter(sight.decides))
    return deciders & ~Q(loi__organisation_id__in=list(user.seats()))


def unseen_guests(user: User, call: Call) -> QuerySet[Decision]:
    """What would move a case to this call's budget, was never released, and is not this person's to read."""
    untold = Decision.objects.filter(onto=call).exclude(state__in=TOLD)
    return untold.exclude(_decided_by(user) & Q(loi__in=visible_lois(user)))


def unseen_holds(user: User, call: Call) -> dict[int, Decimal]:
    """Allocation id → what those decisions hold of it: for this reader it is free."""
    held = Grant.objects.filter(decision__in=unseen_guests(user, call).filter(state__in=PREPARED))
    rows = held.values_list("allocation").annotate(amount=Sum("amount")).order_by()
    return {pk: Decimal(amount) for pk, amount in rows}


def visible_letters(user: User) -> QuerySet[Letter]:
    """Issued letters, to the organisation they went to; stored ones as well, to those who decide.

    A receipt that a later filing superseded is read on like any other.
    """
    letters = Letter.objects.select_related("loi__call", "loi__organisation", "file", "decision")
    if not user.is_authenticated:
        return letters.none()
    own = Q(loi__organisation_id__in=list(user.seats()))
    readers = Q(pk__isnull=False) if user.roles() & READERS else Q(pk__in=[])
    for sight in (source(user) for source in SIGHTS):
        readers |= Q(loi__in=LetterOfIntent.objects.filter(sight.decides))
    if roles.LEGAL in user.roles():
        readers |= Q(state__in=ISSUED)
    letters = letters.filter(loi__in=visible_lois(user)).exclude(state="void")
    return letters.filter((own & Q(state__in=ISSUED)) | (readers & ~own))


def visible_corrections(user: User) -> QuerySet[Correction]:
    """To those who keep the letters: they propose, approve, or look on."""
    corrections = Correction.objects.select_related(
        "letter__loi__call", "proposed_by", "approved_by"
    )
    if not user.is_authenticated or not user.roles() & KEEPERS:
        return corrections.none()
    return corrections.filter(letter__in=visible_letters(user))


def reads_agreement(user: User, subject: Subject) -> bool:
    """The partners' own side, the offices of the call, and legal; neither panel nor partners of a case."""
    return belongs(user, subject) or bool(user.roles() & (READERS | {roles.LEGAL}))


def belongs(user: User, subject: Subject) -> bool:
    """Is it of an organisation of this person: as a case, or with a case in a project?"""
    cases = subject.cases if isinstance(subject, Project) else [subject]
    return any(loi.organisation_id in user.seats() for loi in cases)


def visible(user: User, kind: type[Subject]) -> QuerySet:
    """The door to what can be accepted: the cases or the projects."""
    return visible_projects(user) if kind is Project else visible_lois(user)


def visible_conditions(user: User) -> QuerySet[Condition]:
    """Those of released decisions, to whoever reads the agreement (`reads_agreement`)."""
    conditions = Condition.objects.select_related(
        "decision__loi__call", "decision__loi__organisation"
    )
    if not user.is_authenticated:
        return conditions.none()
    told = conditions.filter(decision__state__in=TOLD, decision__loi__in=visible_lois(user))
    if user.roles() & KEEPERS:
        return told
    return told.filter(decision__loi__organisation_id__in=list(user.seats()))


def visible_projects(user: User) -> QuerySet[Project]:
    """To those who decide on every case of it; once released, to its partners and the legal officer."""
    projects = Project.objects.select_related("call__mission", "lead")
    if not user.is_authenticated or not user.is_active:
        return projects.none()
    mine = Decision.objects.filter(
        loi__organisation_id__in=list(user.seats()), project__released_at__isnull=False
    )
    own = Q(pk__in=mine.exclude(state="void").values("project"))
    unseen = Q(organisation_id__in=list(user.seats())) | ~Q(pk__in=visible_lois(user).values("pk"))
    hidden = Decision.objects.filter(loi__in=LetterOfIntent.objects.filter(unseen))
    open_ = ~Q(pk__in=hidden.filter(project__isnull=False).values("project"))
    deciding = Q(pk__isnull=False) if user.roles() & READERS else Q(pk__in=[])
    for sight in (source(user) for source in SIGHTS):
        deciding |= Q(decisions__loi__in=LetterOfIntent.objects.filter(sight.decides))
    if roles.LEGAL in user.roles():
        deciding |= Q(released_at__isnull=False)
    return projects.filter(own | (open_ & deciding)).distinct()


def project_shown(user: User, loi: LetterOfIntent) -> Project | None:
    """The project that a merged case goes on in, to whom the project is shown."""
    if loi.state != "merged":
        return None
    projects = visible_projects(user).filter(decisions__loi=loi, decisions__state="released")
    return projects.first()


def projects_of(user: User, decisions: Iterable[Decision]) -> dict[int, Project]:
    """Those that decisions name and that are shown to this person, by id; none asks nothing."""
    if not (named := {one.project_id for one in decisions if one.project_id}):
        return {}
    return {one.pk: one for one in visible_projects(user).filter(pk__in=named)}


def last_return(allocation: Allocation, user: User) -> LedgerEntry | None:
    """What a case or project that this person may see gave back last, after the release had committed it."""
    of_cases = Q(decision__state__in=TOLD, decision__loi__in=visible_lois(user))
    of_projects = Q(project__in=visible_projects(user).exclude(released_at=None))
    returns = allocation.entries.filter(of_cases | of_projects, kind=ledger.RETURN)
    return returns.select_related("decision__loi", "project").order_by("-number").first()


def running(call: Call) -> QuerySet[LetterOfIntent]:
    return call.lois.filter(state__in=RUNNING)


def applicants_of(subject: Subject, *seats: str) -> list[User]:
    """The members of the letter's organisation, of a project's lead, who hold one of the seats now."""
    return members_of(subject.organisation_id, *seats)


def members_of(organisation_id: int, *seats: str) -> list[User]:
    held = Membership.objects.filter(
        organisation=organisation_id, role__in=seats, left_at=None, user__is_active=True
    )
    return list(User.objects.filter(pk__in=held.values("user")).order_by("pk"))


def team_of(
    lois: QuerySet[LetterOfIntent], seats: Collection[str], *, without: int | None = None
) -> list[User]:
    """Who holds one of the seats in an organisation that has one of the letters."""
    held = Membership.objects.filter(
        organisation__in=lois.exclude(organisation=without).values("organisation"),
        role__in=seats,
        left_at=None,
        user__is_active=True,
    )
    return list(User.objects.filter(pk__in=held.values("user")).order_by("pk"))
