"""The grids of `tests.permission_grids` hold, for the whole cast in every state."""

from django.urls import reverse

from portal.models import Organisation
from portal.services import invitations, organisations
from portal.tables import INVITATION, ORGANISATION
from proposals import queries, shares
from proposals.models import Decision, Letter
from proposals.services import (
    agreements,
    amendments,
    calls,
    copies,
    decisions,
    filings,
    namings,
    promotions,
)
from proposals.services import shares as services
from proposals.workflow import CALL, DECISION, LOI, NAMING, PROJECT, SHARE
from reviews import services as judging
from reviews.models import Conflict
from reviews.queries import selecting
from reviews.services import meetings, places, scenarios
from reviews.services.conflicts import declare
from reviews.workflow import CONFLICT, MEETING, SCENARIO, SEAT
from tests import make
from tests.make import (
    APPROVED,
    CLOSED,
    DECIDED,
    DURING,
    PUBLISHED,
    REASON,
    RELEASE_ON,
    RELEASED,
    REVIEWED,
    SCREENED,
)
from tests.permission_grids import (
    CALLS,
    CONFLICTS,
    COPIES,
    DECISIONS,
    INVITATIONS,
    LOIS,
    MEETINGS,
    MOVES,
    NAMINGS,
    ORGANISATIONS,
    PLACES,
    PROJECTS,
    PROMOTIONS,
    REACCOMMODATIONS,
    SCENARIOS,
    SEEN,
    SHARES,
)
from tests.permission_grids.agreements import AFTER, FATES
from tests.permission_grids.reading import found, read
from tests.portal.seating import proves


def case(cast):
    """A draft in a call whose panel is seated."""
    call = make.call(cast)
    make.panel(cast, call)
    return make.draft(cast, call)


def test_letters_of_intent(cast, check):
    loi = case(cast)
    check(LOIS, LOI, loi, DURING)
    filings.sign_off(loi, version=loi.version, by=cast.pi, now=DURING)
    check(LOIS, LOI, loi, DURING)
    filings.file(loi, version=loi.version, by=cast.aor, now=DURING)
    check(LOIS, LOI, loi, DURING)
    make.close(loi.call)
    check(LOIS, LOI, loi, SCREENED)
    make.reviewed(cast, make.again(loi))
    check(LOIS, LOI, loi, REVIEWED)
    judging.conclude_reviews(loi, by=cast.chair, now=REVIEWED)
    judging.conclude(loi, by=cast.chair, now=REVIEWED)
    check(LOIS, LOI, loi, REVIEWED)
    make.prepared(cast, loi)
    release(cast, loi.call)
    check(LOIS, LOI, loi, RELEASED)
    assert check.seen == list(read(LOIS, (*cast.NAMES, "clock")))


def test_after_the_release(cast, check):
    call = make.released_call(cast)
    taken, refused = call.lois.order_by("reference")
    check(AFTER, LOI, taken, RELEASED)
    agreements.accept(taken, by=cast.aor, now=RELEASED)
    check(AFTER, LOI, taken, RELEASED)
    make.signed(cast, taken)
    check(AFTER, LOI, taken, RELEASED)
    cast.aor, cast.rival_aor = cast.rival_aor, cast.aor  # the second case is the rival's
    check(AFTER, LOI, refused, RELEASED)
    make.review_requested(cast, refused, by=cast.aor)
    check(AFTER, LOI, refused, RELEASED)
    assert check.seen == list(read(AFTER, (*cast.NAMES, "clock")))


def test_working_copies(cast):
    grids = read(COPIES, (*cast.NAMES, "clock"))
    loi = make.filed(cast, case(cast).call)

    def look(copy: str) -> None:
        assert found(cast, LOI, make.again(loi), DURING, grids[copy]["pi"]) == grids[copy], copy

    look("none")
    copies.revise(loi, by=cast.editor, now=DURING)
    look("draft")
    loi = make.again(loi)
    filings.sign_off_copy(loi, version=loi.version, by=cast.pi, now=DURING)
    look("signed_off")


def test_shares(cast, check):
    partner = {"name": "Institute B", "country": "KE", "role": "Builds the detector head."}
    loi = make.draft(cast, team={"partners": [partner]})
    ((_, words),) = shares.partners(loi.content)
    share = services.ask(loi, words=words, organisation=cast.rival, by=cast.pi, now=DURING)
    check(SHARES, SHARE, share, DURING)
    services.countersign(share, digest=share.digest, by=cast.rival_aor, now=DURING)
    check(SHARES, SHARE, share, DURING)
    assert check.seen == list(read(SHARES, (*cast.NAMES, "clock")))


def release(cast, call, check=lambda *_: None) -> None:
    decisions.propose_decisions(call, by=cast.chair, now=DECIDED)
    check(CALLS, CALL, call, DECIDED)
    decisions.approve_decisions(call, release_on=RELEASE_ON, by=cast.approver, now=APPROVED)
    make.store_letters(call)
    check(CALLS, CALL, call, RELEASED)
    decisions.release(call, by=cast.secretary, now=RELEASED)
    check(CALLS, CALL, call, RELEASED)


def test_calls(cast, check):
    call = make.call(cast, state="draft")
    make.panel(cast, call)
    check(CALLS, CALL, call, PUBLISHED)
    calls.propose(call, by=cast.secretary, now=PUBLISHED)
    check(CALLS, CALL, call, PUBLISHED)
    calls.publish(call, by=cast.approver, now=PUBLISHED)
    check(CALLS, CALL, call, CLOSED)
    make.prepared(cast, make.in_final_review(cast, make.filed(cast, make.again(call))))
    check(CALLS, CALL, call, DECIDED)
    release(cast, call, check)
    assert check.seen == list(read(CALLS, (*cast.NAMES, "clock")))


def test_promotions(cast, check):
    call = make.released_call(cast, outcomes=("reserve",))
    decision = make.prepared(cast, call.lois.get(), now=RELEASED)
    check(PROMOTIONS, DECISION, decision, RELEASED)
    promotions.approve_one(decision, by=cast.approver, now=RELEASED)
    make.store_letters(call)
    check(PROMOTIONS, DECISION, decision, RELEASED)
    promotions.release_one(decision, by=cast.secretary, now=RELEASED)
    check(PROMOTIONS, DECISION, decision, RELEASED)
    assert check.seen == list(read(PROMOTIONS, (*cast.NAMES, "clock")))


def test_reaccommodations(cast, check):
    call = make.released_call(cast, outcomes=("selected", "reserve"))
    other = make.call(cast, code="NEXT28", mission=make.mission("lander-two"))
    make.panel(cast, other)
    grids = read(REACCOMMODATIONS, (*cast.NAMES, "clock"))
    for loi in call.lois.all():
        decision = Decision(loi=loi, onto=other)
        seen = found(cast, DECISION, decision, RELEASED, ["reaccommodate"])
        assert seen == grids[loi.state]
        check(MOVES, LOI, loi, RELEASED)


def test_projects(cast, check):
    call = make.decided_call(cast, outcomes=("reserve", "reserve"))
    project = make.merged(cast, call, call.lois.all())
    check(PROJECTS, PROJECT, project, DECIDED)
    decisions.propose_decisions(call, by=cast.chair, now=DECIDED)
    make.approved(cast, make.again(call))
    make.store_letters(call)
    check(PROJECTS, PROJECT, project, APPROVED)
    decisions.release(call, by=cast.secretary, now=RELEASED)
    check(PROJECTS, PROJECT, project, RELEASED)
    agreements.accept(project, by=cast.aor, now=RELEASED)
    check(PROJECTS, PROJECT, project, RELEASED)
    make.signed(cast, project)
    check(PROJECTS, PROJECT, project, RELEASED)
    assert check.seen == list(read(PROJECTS, (*cast.NAMES, "clock")))


def test_what_befalls_a_call(cast, check):
    call = make.call(cast)
    check(FATES, CALL, call, DURING)
    for kind in ("suspension", "cancellation"):
        found = amendments.propose(
            call, kind=kind, reason=REASON, source="A notice", by=cast.secretary, now=DURING
        )
        amendments.publish(found, by=cast.approver, now=DURING)
        check(FATES, CALL, call, DURING)
    assert check.seen == list(read(FATES, (*cast.NAMES, "clock")))


def test_decisions(cast, check):
    decision = make.prepared(cast)
    call = decision.loi.call
    check(DECISIONS, DECISION, decision, DECIDED)
    decisions.propose_decisions(call, by=cast.chair, now=DECIDED)
    decisions.approve_decisions(call, release_on=RELEASE_ON, by=cast.approver, now=APPROVED)
    make.store_letters(call)
    check(DECISIONS, DECISION, decision, APPROVED)
    decisions.release(call, by=cast.secretary, now=RELEASED)
    check(DECISIONS, DECISION, decision, RELEASED)
    assert check.seen == list(read(DECISIONS, (*cast.NAMES, "clock")))


def test_organisations(cast, check):
    made = Organisation(name="Institute D", kind="institute", country="TH")
    organisations.register(made, by=cast.owner, now=DURING)
    check(ORGANISATIONS, ORGANISATION, made, DURING)
    organisations.send_back(made, by=cast.secretary, now=DURING, reason="Which domain?")
    check(ORGANISATIONS, ORGANISATION, made, DURING)
    organisations.register_again(made, changes={}, by=cast.owner, now=DURING)
    organisations.verify(made, by=cast.secretary, now=DURING)
    check(ORGANISATIONS, ORGANISATION, made, DURING)
    assert check.seen == list(read(ORGANISATIONS, (*cast.NAMES, "clock")))


def test_invitations(cast, check):
    to = proves(cast.outsider).email
    sent = invitations.send(cast.institute, address=to, offered=["pi"], by=cast.owner, now=DURING)
    check(INVITATIONS, INVITATION, sent, DURING)
    invitations.expire_due(sent.expires_at)
    check(INVITATIONS, INVITATION, sent, SCREENED)
    invitations.resend(sent, by=cast.owner, now=SCREENED)
    invitations.accept(sent, by=cast.outsider, now=SCREENED)
    # A member now, and of no other's invitation anything more than before.
    cast.outsider.forget()
    check(INVITATIONS, INVITATION, sent, SCREENED)
    assert check.seen == list(read(INVITATIONS, (*cast.NAMES, "clock")))


def test_people_named(cast, check):
    row = {"name": "Named", "organisation": "C", "role": "Optics", "email": "named@example.net"}
    loi = make.draft(cast, team={**make.content()["team"], "people": [row]})
    (naming,) = namings.ask(loi, by=cast.editor, now=DURING)
    check(NAMINGS, NAMING, naming, DURING)
    namings.confirm(naming, now=DURING)
    check(NAMINGS, NAMING, naming, DURING)
    namings.reject(naming, now=DURING)
    check(NAMINGS, NAMING, naming, DURING)
    assert check.seen == list(read(NAMINGS, (*cast.NAMES, "clock", "named")))


def test_places_on_the_panel(cast, check):
    call = make.call(cast)
    make.panel(cast, call)
    place = places.invite(call, cast.outsider, "reviewer", by=cast.secretary, now=DURING)
    check(PLACES, SEAT, place, DURING)
    places.accept(place, by=cast.outsider, now=DURING)
    check(PLACES, SEAT, place, DURING)
    places.leave(place, reason="A new post abroad.", by=cast.outsider, now=DURING)
    check(PLACES, SEAT, place, DURING)
    assert check.seen == list(read(PLACES, (*cast.NAMES, "clock")))


def test_conflicts_of_interest(cast, check):
    loi = make.reviewed(cast)
    judging.look([make.again(loi)], now=REVIEWED)
    found = Conflict.objects.get(loi=loi, user=cast.conflicted)
    check(CONFLICTS, CONFLICT, found, REVIEWED)
    why = "The institute confirms that another person of the name works there."
    judging.dismiss(found, reason=why, by=cast.secretary, now=REVIEWED)
    check(CONFLICTS, CONFLICT, found, REVIEWED)
    declare(loi, "country", words="The same.", by=cast.reviewer_one, now=REVIEWED)
    declared = Conflict.objects.get(loi=loi, declared=True)
    check(CONFLICTS, CONFLICT, declared, REVIEWED)
    judging.confirm(declared, reason="Too near.", by=cast.chair, now=REVIEWED)
    check(CONFLICTS, CONFLICT, declared, REVIEWED)
    assert check.seen == list(read(CONFLICTS, (*cast.NAMES, "clock")))


def test_meetings(cast, check):
    call = make.call(cast, state="closed")
    make.panel(cast, call)
    held = meetings.plan(call, planned_for=REVIEWED, by=cast.chair, now=SCREENED)
    check(MEETINGS, MEETING, held, SCREENED)
    meetings.begin(held, by=cast.chair, now=REVIEWED)
    check(MEETINGS, MEETING, held, REVIEWED)
    meetings.close(held, by=cast.secretary, now=REVIEWED)
    check(MEETINGS, MEETING, held, REVIEWED)
    assert check.seen == list(read(MEETINGS, (*cast.NAMES, "clock")))


def test_scenarios_of_the_selection(cast, check):
    call = make.reviewed(cast).call

    def asked():
        return scenarios.ask(call, rules={}, what_if={}, by=cast.chair, now=REVIEWED)

    made, other = asked(), asked()
    # Its case is under review: who does not judge reads no total that may still turn.
    for name, there in (("chair", 1), ("auditor", 1), ("secretary", 0), ("approver", 0)):
        person = cast.again(name)
        assert len(selecting.pool(person, call).contenders) == there
        assert selecting.visible_scenarios(person, call).count() == 2 * there
    check(SCENARIOS, SCENARIO, made, REVIEWED)
    scenarios.begin(made, now=REVIEWED)
    check(SCENARIOS, SCENARIO, made, REVIEWED)
    scenarios.finish(made, found={"chosen": [], "known": True}, now=REVIEWED)
    check(SCENARIOS, SCENARIO, made, REVIEWED)
    scenarios.cancel(other, by=cast.chair, now=REVIEWED)
    check(SCENARIOS, SCENARIO, other, REVIEWED)
    assert check.seen == list(read(SCENARIOS, (*cast.NAMES, "clock")))


def test_what_is_seen(cast, visit):
    """By the queries; and where most is at stake by the pages as well, where unseen is 404."""
    expected = read(SEEN, cast.NAMES)

    def look(moment: str, now) -> None:
        by_query = {name: seen(cast.again(name), loi) for name in cast.NAMES}
        assert by_query == expected[moment], moment
        for name in cast.NAMES if moment in {"draft", "stored"} else ():
            opened(visit(cast.again(name), at=now), by_query[name], loi)

    loi = case(cast)
    look("draft", DURING)
    filings.sign_off(loi, version=loi.version, by=cast.pi, now=DURING)
    filings.file(loi, version=loi.version, by=cast.aor, now=DURING)
    make.store_letters(loi.call)
    look("filed", DURING)
    make.close(loi.call)
    make.reviewed(cast, make.again(loi))
    look("under_review", REVIEWED)
    judging.conclude_reviews(loi, by=cast.chair, now=REVIEWED)
    judging.conclude(loi, by=cast.chair, now=REVIEWED)
    make.prepared(cast, loi)
    decisions.propose_decisions(loi.call, by=cast.chair, now=DECIDED)
    decisions.approve_decisions(loi.call, release_on=RELEASE_ON, by=cast.approver, now=APPROVED)
    make.store_letters(loi.call)
    look("stored", APPROVED)
    decisions.release(loi.call, by=cast.secretary, now=RELEASED)
    look("released", RELEASED)


def seen(person, loi) -> dict[str, str]:
    letters = queries.visible_letters(person).filter(loi=loi)
    there = {
        "case": queries.visible_lois(person).filter(pk=loi.pk),
        "receipt": letters.filter(kind="receipt"),
        "decision": queries.visible_decisions(person).filter(loi=loi),
        "letter": letters.filter(kind="decision"),
    }
    return {what: "+" if rows.exists() else "." for what, rows in there.items()}


def opened(browser, marks: dict[str, str], loi) -> None:
    status = {"+": 200, ".": 404}
    page = browser.get(reverse("loi", args=[loi.key]))
    assert page.status_code == status[marks["case"]]
    for letter in Letter.objects.filter(loi=loi).exclude(file=None):
        which = "receipt" if letter.kind == "receipt" else "letter"
        assert browser.get(reverse("letter", args=[letter.key])).status_code == status[marks[which]]
