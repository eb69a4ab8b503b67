"""What the pages of a call show at a glance: bars, dates, counts, and what stands in the way."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Case, Count, Exists, OuterRef, Q, Value, When
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import roles
from portal.cards import Todo
from portal.deadline import Deadline
from portal.models import User
from portal.text import Text, plain, say
from portal.workflow import State
from proposals import bars, policy, queries
from proposals import blockers as blockers_of
from proposals.models import Allocation, Call, Decision, Demand, LetterOfIntent, Milestone
from proposals.models.lois import DECIDED, REDRESS, RUNNING, SCREENING
from proposals.resources import RESOURCES, Resource
from proposals.workflow import CALL

DECIDERS = frozenset({roles.SECRETARY, roles.APPROVER, roles.AUDITOR, "chair"})
READERS = frozenset({roles.SECRETARY, roles.APPROVER, roles.AUDITOR, roles.ADMIN})
LEDGER_READERS = DECIDERS | {roles.LEGAL}

# What `reviews` adds to the blockers of a call's board: overdue reviews, missing reviewers.
BLOCKERS: list[Callable[[Call, User, datetime], Iterable[Todo]]] = []


@dataclass(frozen=True, slots=True)
class CaseMore:
    """What `reviews` adds to a row of the secretariat's list: a word on the reviewers, and links."""

    reviewers: str = ""
    links: tuple[tuple[Text | str, str], ...] = ()  # (label, address)


# From all cases of a page at once, so that a list asks no more for thirty than for one.
CASES: list[Callable[[Call, User, list[LetterOfIntent]], dict[int, CaseMore]]] = []


def public_bars(call: Call) -> list[bars.Bar]:
    """For everybody: what is offered, held back, and committed by released decisions.

    A call of history has none: what it held back and gave was not published.
    """
    if call.history:
        return []
    return [
        bars.bar(bars.public(queries.balance(allocation)), label(allocation, call))
        for allocation in call.allocations.all()
    ]


def sees_holds(user: User, call: Call) -> bool:
    """May this person see what prepared decisions hold?

    Whoever has a conflict with one case may not: what the sums hold and the
    cases shown do not would be its outcome.
    """
    deciding = policy.call_relation(user, call) & DECIDERS
    return bool(deciding) and not queries.conflicted(user, call)


def sees_what_is_free(user: User, call: Call) -> bool:
    """May this person see what prepared decisions leave?

    Whoever sees what they hold; and where decisions are prepared or sets put
    together a chair who may not, because the ledger refuses what is not free.
    How much the hidden cases hold can be worked out from that, and from nothing else.
    """
    chair = "chair" in policy.call_relation(user, call)
    return (chair and call.state in ("closed", "released")) or sees_holds(user, call)


def unseen(user: User, call: Call) -> dict[int, Decimal]:
    """Allocation id → what counts as free for this person where decisions are prepared and sets put together.

    Nothing for the chair, whom the ledger would refuse it.
    """
    chair = "chair" in policy.call_relation(user, call)
    return {} if chair else queries.unseen_holds(user, call)


def board_bars(call: Call, user: User) -> list[bars.Bar]:
    """What is asked, and for those who decide the holds of prepared decisions."""
    asked, deciding = demanded(call, user), sees_holds(user, call)
    unseen = queries.unseen_holds(user, call) if deciding else {}
    drawn = []
    for allocation in call.allocations.all():
        balance = queries.balance(allocation).without(unseen.get(allocation.pk, Decimal(0)))
        drawn.append(
            bars.bar(
                balance if deciding else bars.public(balance),
                label(allocation, call),
                asked=asked.get(allocation.pk, Decimal(0)),
                proposals=deciding,
            )
        )
    return drawn


def offers(call: Call) -> list[dict]:
    """What the call offers, a line an allocation, in the words and units of its table."""
    return [
        {
            "platform": allocation.platform,
            "resource": allocation.kind,
            "capacity": plain(allocation.capacity),
            "held_back": plain(allocation.held_back),
            "most": plain(allocation.limit.most),
        }
        for allocation in call.allocations.all()
    ]


def resources(call: Call) -> list[Resource]:
    """The resources the call offers, in their order."""
    codes = {allocation.resource for allocation in call.allocations.all()}
    return [resource for code, resource in RESOURCES.items() if code in codes]


def payloads(call: Call) -> dict:
    """What was selected in a real call. A mass nobody published stays empty and is never 0."""
    found = list(call.payloads.all())
    sources = {(one.source, one.as_of) for one in found}
    source, as_of = sources.pop() if len(sources) == 1 else ("", None)
    rows = [
        {"payload": one, "mass": "" if one.mass_kg is None else plain(one.mass_kg)} for one in found
    ]
    return {"rows": rows, "source": source, "as_of": as_of}


def label(allocation: Allocation, call: Call) -> Text:
    several = len({a.platform_id for a in call.allocations.all()}) > 1
    if several:
        return say(
            "%(platform)s: %(resource)s",
            platform=allocation.platform.name,
            resource=allocation.kind.label,
        )
    return allocation.kind.label


def demanded(call: Call, user: User) -> dict[int, Decimal]:
    """Allocation id → what the cases still in the running or decided ask, in its unit.

    A case that a conflict hides from this person is not in it.
    """
    total: dict[int, Decimal] = {}
    cases = call.lois.filter(state__in=[*RUNNING, *DECIDED]).exclude(queries.hidden_from(user))
    demands = Demand.objects.filter(filing__in_force_for__in=cases.values("pk")).prefetch_related(
        "assessments"
    )
    for demand in demands:
        assessments = sorted(demand.assessments.all(), key=lambda a: a.pk)
        amount = assessments[-1].amount if assessments else demand.amount or Decimal(0)
        total[demand.allocation_id] = total.get(demand.allocation_id, Decimal(0)) + amount
    return total


def standing(call: Call, now: datetime) -> State:
    """What everybody may read of where a call is: open or not is derived from its instants."""
    if call.state != "published":
        state = CALL.state(call.state)
        if state.applicant_label:  # not even the colour tells that decisions are prepared
            return State("closed", state.applicant_label, tone=CALL.state("closed").tone)
        return state
    if now < call.opens_at:
        return State("upcoming", say("opens later"), tone="open")
    if call.open_at(now):
        return State("open", say("open"), tone="jade")
    return State("closing", say("closed, being counted"), tone="lunar")


def closing(call: Call, now: datetime) -> Deadline:
    return Deadline(call.closes_at, call.zone, now)


def opening(call: Call, now: datetime) -> Deadline:
    return Deadline(call.opens_at, call.zone, now)


def timeline(call: Call, now: datetime) -> list[dict]:
    """The call's dates in their order, each with what it slipped."""
    today = now.astimezone(call.zoneinfo).date()
    order = list(Milestone.Kind)
    return [
        {
            "label": milestone.get_kind_display(),
            "planned": _day(milestone.planned),
            "amended": _day(milestone.amended),
            "actual": _day(milestone.actual),
            "slip_text": " · ".join(
                filter(None, [slip(milestone, today, history=call.history), milestone.note])
            ),
            "tone": "" if call.history else _tone(milestone, today),
        }
        for milestone in sorted(call.milestones.all(), key=lambda m: order.index(m.kind))
    ]


def slip(milestone: Milestone, today: date, *, history: bool = False) -> str:
    if history and milestone.actual is None:
        return _("actual date not published")
    due = milestone.due
    if due is None or (milestone.actual is None and due >= today):
        return ""
    days = ((milestone.actual or today) - due).days
    if milestone.actual is None:
        return ngettext("%(n)s day overdue", "%(n)s days overdue", days) % {"n": days}
    if days > 0:
        return ngettext("%(n)s day late", "%(n)s days late", days) % {"n": days}
    return ngettext("%(n)s day early", "%(n)s days early", -days) % {"n": -days} if days else ""


def _tone(milestone: Milestone, today: date) -> str:
    if milestone.actual:
        return "amber" if milestone.due and milestone.actual > milestone.due else "jade"
    return "cinnabar" if milestone.due and milestone.due < today else ""


def _day(value: date | None) -> str:
    return formats.date_format(value, "j M Y") if value else ""


def planned(call: Call, kind: str) -> date | None:
    return next((m.due for m in call.milestones.all() if m.kind == kind), None)


def days_to_selection(call: Call, now: datetime) -> int | None:
    """Days from today, in the call's zone, to the planned final selection; negative when past."""
    final = planned(call, Milestone.Kind.FINAL)
    return (final - now.astimezone(call.zoneinfo).date()).days if final else None


def counts(call: Call, user: User) -> dict[str, int]:
    """State → how many letters of the call are in it, without those hidden from this person."""
    found = LetterOfIntent.objects.filter(call=call).exclude(queries.hidden_from(user))
    told = Decision.objects.filter(loi=OuterRef("pk"), state="released")
    # A review asked for of an ineligibility: that is how far it came.
    unjudged = When(Q(state__in=REDRESS) & ~Exists(told), then=Value("ineligible"))
    rows = found.annotate(counted=Case(unjudged, default="state")).values_list("counted")
    return dict(rows.annotate(n=Count("pk")).order_by())


def funnel(found: dict[str, int]) -> list[dict]:
    """How far the letters have come. Counts alone: it names no case and no outcome."""

    def total(*states: str) -> int:
        return sum(found.get(state, 0) for state in states)

    judged = ("consensus", "final_review", *DECIDED)
    reviewed = ("under_review", *judged)
    stages = [
        (say("begun"), sum(found.values())),
        (
            say("filed"),
            total("filed", *SCREENING, "ineligible", "withdrawn", "call_cancelled", *reviewed),
        ),
        (say("screened, in review or later"), total(*reviewed)),
        (say("reviews concluded"), total(*judged)),
        (say("in final review or decided"), total("final_review", *DECIDED)),
        (say("decided"), total(*DECIDED)),
    ]
    widest = max(count for _, count in stages) or 1
    return [
        {"label": name, "count": count, "percent": round(100 * count / widest, 1)}
        for name, count in stages
    ]


def short(call: Call, user: User, now: datetime) -> dict:
    """The way of one call to its selection in a few figures, for the dashboard."""
    days = days_to_selection(call, now)
    return {
        "bars": board_bars(call, user),
        "days": days,
        "final": planned(call, Milestone.Kind.FINAL),
        "filed": call.lois.filter(filing__isnull=False).count(),
    }


def board(call: Call, user: User, now: datetime) -> dict:
    """The way of one call to its selection, as its board shows it."""
    found, head = counts(call, user), short(call, user, now)
    return {
        **head,
        "days_past": max(0, -(head["days"] or 0)),
        "milestones": timeline(call, now),
        "funnel": funnel(found),
        "withdrawn": found.get("withdrawn", 0),
        "ineligible": found.get("ineligible", 0),
        "not_submitted": found.get("not_submitted", 0),
        "blockers": blockers(call, user, now),
    }


def blockers(call: Call, user: User, now: datetime) -> list[Todo]:
    """What stands between the call and its results, each with the act that clears it."""
    found = [blocker.todo for blocker in blockers_of.own(call, user, now)]
    for source in BLOCKERS:
        found.extend(source(call, user, now))
    return found


def owed_by(call: Call, user: User, now: datetime) -> list[Todo]:
    """The blockers that this person can clear."""
    mine = policy.call_relation(user, call)
    return [blocker.todo for blocker in blockers_of.own(call, user, now) if blocker.who in mine]
