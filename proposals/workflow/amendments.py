"""How a published call is changed: by whom, in what, and until when."""

from datetime import date, datetime, timedelta

from portal.deadline import zoned
from portal.models import User
from portal.text import say
from portal.verdict import YES, Verdict, no
from portal.workflow import START, Act, Row, State, Table, register
from proposals import policy, queries
from proposals.models import Amendment, Call
from proposals.models.amendments import DAYS, FATES, terms_of
from proposals.workflow.calls import CALL, DECIDING, days_in_order

AMENDABLE = ("published", "closed", "decisions_proposed", "decisions_approved")
INSTANTS = ("opens_at", "closes_at")
FAIR_NOTICE = timedelta(days=7)
MOST_LETTERS = 20


def call_can_be_amended(amendment: Amendment, act: Act) -> Verdict:
    """The call is published and its results are not yet released."""
    if amendment.kind in FATES:
        return YES if not amendment.call.history else no("not_amendable", say("A call of history."))
    if amendment.call.history or amendment.call.state not in AMENDABLE:
        return no(
            "not_amendable",
            say("A call is amended from its publication until the release of its results."),
        )
    return YES


def has_its_reason(amendment: Amendment, act: Act) -> Verdict:
    """It says why: the reason is published with it."""
    if not amendment.reason.strip():
        return no("reason", say("Give the reason: it is published."), field="reason")
    return YES


def changes_what_stands(amendment: Amendment, act: Act) -> Verdict:
    """It changes something, and what it changes has not been changed meanwhile."""
    if amendment.kind in (Amendment.Kind.TICKET, *FATES):
        return YES
    if not amendment.changes:
        return no("nothing", say("Nothing differs from the call as it stands."))
    standing = terms_of(amendment.call)
    for change in amendment.changes:
        if standing.get(change["field"]) != change["before"]:
            return no(
                "changed_meanwhile",
                say(
                    "What this amendment changes was amended meanwhile, in version %(version)s of the call. "
                    "Take it back, and propose it anew.",
                    version=amendment.call.version,
                ),
            )
    return YES


def terms_may_change(amendment: Amendment, act: Act) -> Verdict:
    """Terms and rubric change only before the closing; planned dates until they are reached, and stay in their order; keywords that letters use stay; weights add to 100."""
    if amendment.kind != Amendment.Kind.TERMS:
        return YES
    call, after = amendment.call, amendment.after
    if after.keys() - {*DAYS} and not call.open_or_ahead_at(act.now):
        return no(
            "terms_fixed",
            say(
                "The call closed on %(at)s. From then on only planned dates are amended: letters are judged by the terms they were filed on.",
                at=zoned(call.closes_at, call.zone),
            ),
        )
    if not after.keys() <= terms_of(call).keys() - {*INSTANTS}:
        return no("not_a_term", say("This is not amended here."))
    return _days(call, after) and _keywords(call, after) and _weights(after)


def _days(call: Call, after: dict) -> Verdict:
    milestones = {milestone.kind: milestone for milestone in call.milestones.all()}
    dates = {kind: milestone.due for kind, milestone in milestones.items()}
    for kind in DAYS:
        if kind not in after:
            continue
        if kind in milestones and milestones[kind].actual:
            return no(
                "day_reached",
                say(
                    "%(what)s was reached on %(day)s and is no longer a plan.",
                    what=kind.label,
                    day=milestones[kind].actual,
                ),
                field=kind,
            )
        if after[kind] is None and kind == "final":
            return no("dates", say("The planned final selection is missing."), field="final")
        dates[kind] = after[kind] and date.fromisoformat(after[kind])
    need_by = after.get("need_by", call.need_by and call.need_by.isoformat())
    dates["need_by"] = need_by and date.fromisoformat(need_by)
    return days_in_order(dates)


def _keywords(call: Call, after: dict) -> Verdict:
    kept = {code for code, _label in after.get("keywords", call.keywords)}
    gone = {code: label for code, label in call.keywords if code not in kept}
    if not gone:
        return YES
    for content in call.lois.values_list("content", flat=True):
        used = [word for section in content.values() for word in section.get("keywords") or ()]
        if taken := sorted(gone.keys() & set(used)):
            return no(
                "keyword_used",
                say("Letters use the keyword “%(label)s”: it stays.", label=gone[taken[0]]),
                field="keywords",
            )
    return YES


def _weights(after: dict) -> Verdict:
    total = sum(after["weights"].values()) if "weights" in after else 100
    if total != 100:
        return no(
            "weights",
            say("The weights of the rubric add to %(sum)s; they must add to 100.", sum=total),
            field="weights",
        )
    return YES


def closing_may_move(amendment: Amendment, act: Act) -> Verdict:
    """The opening moves while it lies ahead; the closing to any later instant ahead, even after it has passed, and to an earlier one with at least 7 days left."""
    if amendment.kind != Amendment.Kind.CLOSING:
        return YES
    call = amendment.call
    after = {name: datetime.fromisoformat(value) for name, value in amendment.after.items()}
    if call.state not in {"published", "closed"} or not after.keys() <= {*INSTANTS}:
        return no("decided", say("The decisions of this call are proposed: its closing stays."))
    opens, closes = (after.get(name, getattr(call, name)) for name in INSTANTS)
    if "opens_at" in after and min(opens, call.opens_at) <= act.now:
        return no(
            "opening_passed",
            say(
                "The opening moves only while it lies ahead; it stands at %(at)s.",
                at=zoned(call.opens_at, call.zone),
            ),
            field="opens_at",
        )
    if closes <= opens:
        return no(
            "dates",
            say(
                "The call would close on %(closes)s, not after it opens on %(opens)s.",
                closes=zoned(closes, call.zone),
                opens=zoned(opens, call.zone),
            ),
            field="closes_at",
        )
    if "closes_at" not in after:
        return YES
    return _closing(call, closes, act.now) and _closing_in_order(call, closes)


def _closing(call: Call, closes: datetime, now: datetime) -> Verdict:
    said = zoned(closes, call.zone)
    if closes > call.closes_at:
        if closes > now:
            return YES
        return no("past", say("%(at)s has passed already.", at=said), field="closes_at")
    if call.state != "published" or now >= call.closes_at:
        return no(
            "closed",
            say(
                "The call closed on %(at)s; it can only be opened again.",
                at=zoned(call.closes_at, call.zone),
            ),
            field="closes_at",
        )
    if closes < now + FAIR_NOTICE:
        return no(
            "fair_notice",
            say(
                "An earlier closing leaves at least 7 days after its publication: from now that is %(least)s, not %(at)s.",
                least=zoned(now + FAIR_NOTICE, call.zone),
                at=said,
            ),
            field="closes_at",
        )
    return YES


def _closing_in_order(call: Call, closes: datetime) -> Verdict:
    dates = {milestone.kind: milestone.due for milestone in call.milestones.all()}
    last = (closes - timedelta(microseconds=1)).astimezone(call.zoneinfo).date()
    return days_in_order({**dates, "closing": last})


def ticket_may_admit(amendment: Amendment, act: Act) -> Verdict:
    """A late ticket is for a verified organisation, after the closing and before the decisions are proposed; it ends in the future, and one runs at a time."""
    if amendment.kind != Amendment.Kind.TICKET:
        return YES
    call, organisation = amendment.call, amendment.organisation
    if call.state != "closed":
        return no(
            "not_closed",
            say(
                "A late ticket is given between the closing and the proposal of the decisions. Before the closing nobody is late; an extension is for all."
            ),
        )
    if organisation.verified_at is None:
        return no(
            "organisation_unverified",
            say(
                "%(name)s is not yet verified by the secretariat: it could not file.",
                name=organisation.name,
            ),
            field="organisation",
        )
    if amendment.until <= act.now:
        return no(
            "past",
            say("%(at)s has passed already.", at=zoned(amendment.until, call.zone)),
            field="until",
        )
    if not 1 <= amendment.letters <= MOST_LETTERS:
        return no(
            "letters",
            say("A late ticket is for 1 to %(most)s letters.", most=MOST_LETTERS),
            field="letters",
        )
    if running := queries.running_ticket(call, organisation.pk, act.now):
        return no(
            "ticket_runs",
            say(
                "%(name)s has a late ticket until %(at)s already.",
                name=organisation.name,
                at=zoned(running.until, call.zone),
            ),
            field="organisation",
        )
    return YES


def fate_may_befall(amendment: Amendment, act: Act) -> Verdict:
    """A call is suspended while it is published, closed or released; it goes on with its closing still ahead, if it had not closed; it is cancelled at any time; each names who announced it."""
    if amendment.kind not in FATES:
        return YES
    call, kind = amendment.call, amendment.kind
    if not amendment.source.strip():
        return no("source", say("Name the source: who announced it, and where."), field="source")
    if kind == Amendment.Kind.RESUMPTION:
        return _resumption(amendment, act)
    if kind == Amendment.Kind.SUSPENSION and call.state in DECIDING:
        return no(
            "decisions_run",
            say("The decisions of this call are proposed: reopen them first, then suspend it."),
        )
    row = CALL.row("suspend" if kind == Amendment.Kind.SUSPENSION else "cancel")
    if call.state not in row.from_:
        return no(
            "fate_from",
            say("The call is “%(state)s”.", state=CALL.state(call.state).label),
        )
    return YES


def _resumption(amendment: Amendment, act: Act) -> Verdict:
    call = amendment.call
    if call.state != "suspended":
        return no("not_suspended", say("The call is not suspended."))
    closes = amendment.instants.get("closes_at", call.closes_at)
    if call.suspended_from == "published" and closes <= act.now:
        return no(
            "past",
            say(
                "It would close on %(at)s, which has passed: give it a later closing.",
                at=zoned(closes, call.zone),
            ),
            field="closes_at",
        )
    return YES


def published_by_another(amendment: Amendment, act: Act) -> Verdict:
    """Whoever proposed an amendment cannot publish it: two persons."""
    if act.by.pk == amendment.proposed_by_id:
        return no(
            "two_persons",
            say("You proposed this amendment: a second person publishes it."),
            who=True,
        )
    return YES


HOLDS = (
    call_can_be_amended,
    has_its_reason,
    changes_what_stands,
    terms_may_change,
    closing_may_move,
    ticket_may_admit,
    fate_may_befall,
)

# fmt: off
AMENDMENT_ROWS = (
    Row("propose", "proposed", (START,), "proposed", ("secretary",), HOLDS, "amendment_proposed"),
    Row("publish", "published", ("proposed",), "published", ("approver",), (published_by_another, *HOLDS), "amendment_published", say("Publish the amendment")),
    Row("take_back", "taken_back", ("proposed",), "taken_back", ("secretary", "approver"), tells="amendment_taken_back", button=say("Take it back"), reason=True),
)
# fmt: on


def relation(user: User, amendment: Amendment) -> set[str]:
    return policy.call_relation(user, amendment.call)


AMENDMENT = register(
    Table(
        noun="amendment",
        title=say("Amendment of a call"),
        relation=relation,
        relations=policy.CALL_RELATIONS,
        states=(
            State("proposed", say("proposed"), tone="amber"),
            State("published", say("published"), tone="jade", final=True),
            State("taken_back", say("taken back"), final=True),
        ),
        rows=AMENDMENT_ROWS,
    )
)
