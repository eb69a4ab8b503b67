from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser

from proposals import queries
from proposals.services import filings
from tests import make
from tests.make import DECIDED, DURING


def test_calls_are_public_once_published(cast):
    for state in ("draft", "proposed", "published", "closed"):
        make.call(cast, state=state, code=f"{state[:5].upper()}27")
    public = {"PUBLI27", "CLOSE27"}
    everything = public | {"DRAFT27", "PROPO27"}
    for name, person in {**cast.everyone(), "nobody": AnonymousUser()}.items():
        seen = set(queries.visible_calls(person).values_list("code", flat=True))
        staff = name.endswith(("secretary", "approver")) or name == "auditor"
        assert seen == (everything if staff else public), name


@pytest.mark.parametrize(
    "visible", [queries.visible_lois, queries.visible_decisions, queries.visible_letters]
)
def test_strangers_and_those_who_are_shut_out_see_nothing(cast, visible):
    call = make.released_call(cast, outcomes=["selected"])
    assert visible(cast.pi).filter(pk__isnull=False).exists()
    assert not visible(AnonymousUser()).exists()
    for person in (cast.pi, cast.secretary):
        person.is_active = False
        assert not visible(person).exists()
    assert call.state == "released"


def test_the_rival_sees_its_own_and_nothing_else(cast):
    call = make.released_call(cast)
    mine, theirs = call.lois.order_by("pk")
    for visible, of in (
        (queries.visible_lois, lambda loi: loi.pk),
        (queries.visible_decisions, lambda decision: decision.loi_id),
        (queries.visible_letters, lambda letter: letter.loi_id),
    ):
        assert {of(row) for row in visible(cast.pi)} == {mine.pk}
        assert {of(row) for row in visible(cast.rival_aor)} == {theirs.pk}


def test_a_voided_decision_and_its_letter_are_shown_to_nobody(cast):
    call = make.approved_call(cast, outcomes=["selected"])
    make.store_letters(call)
    loi = call.lois.get()
    filings.withdraw(loi, by=cast.aor, now=DECIDED, reason="Our funding is gone.")
    for person in cast.everyone().values():
        assert not queries.visible_decisions(person).exists()
        assert not queries.visible_letters(person).filter(kind="decision").exists()


def test_who_is_staff_and_member_at_once_decides_nothing_of_their_own(cast):
    decision = make.prepared(cast)
    cast.institute.memberships.create(user=cast.secretary, role="reader", joined_at=DURING)
    secretary = cast.again("secretary")
    assert not queries.visible_decisions(secretary).filter(pk=decision.pk).exists()
    assert queries.visible_lois(secretary).filter(pk=decision.loi_id).exists()


def test_who_left_the_organisation_sees_its_letters_no_more(cast):
    make.filed(cast)
    assert queries.visible_lois(cast.again("reader")).exists()
    cast.reader.memberships.update(left_at=DURING)
    assert not queries.visible_lois(cast.again("reader")).exists()


# What is asked


def test_the_screenings_figure_counts_and_the_latest_of_them(cast):
    loi = make.filed(cast, mass_cbe_kg="20")
    assert queries.mass_kg(loi) == 21
    reason = "Class D restored: the arm is a new design."
    for figure in ("24", "23"):
        loi = make.screened(cast, loi, assessed={"mass": (Decimal(figure), reason)})
    assert queries.mass_kg(loi) == 23
    assert loi.filing.demands.get().amount == 21


def test_a_draft_asks_for_nothing_yet(cast):
    loi = make.draft(cast)
    assert queries.demands(loi) == {}
    assert queries.mass_kg(loi) == 0


def test_the_sum_of_what_is_asked_runs_over_the_cases_given(cast):
    call = make.call(cast)
    make.filed(cast, call, mass_cbe_kg="20")
    make.filed(cast, call, mass_cbe_kg="10", rival=True)
    make.draft(cast, call)
    mass = call.allocations.get()
    assert queries.asked(mass, call.lois.all()) == Decimal("31.5")
    assert queries.asked(mass, call.lois.filter(organisation=cast.rival)) == Decimal("10.5")


def test_the_running_are_filed_and_not_yet_decided(cast):
    call = make.call(cast)
    filed, withdrawn = make.filed(cast, call), make.filed(cast, call, rival=True)
    make.draft(cast, call)
    filings.withdraw(withdrawn, by=cast.rival_aor, now=DURING, reason="Our funding is gone.")
    assert list(queries.running(call)) == [filed]


def test_people_are_told_by_the_seats_and_roles_they_hold_now(cast):
    loi = make.begun(cast)
    assert queries.applicants_of(loi, "pi", "aor") == [cast.pi, cast.aor]
    cast.aor.is_active = False
    cast.aor.save()
    cast.pi.memberships.update(left_at=DURING)
    assert queries.applicants_of(loi, "pi", "aor") == []
    assert queries.holders("secretary") == [cast.secretary, cast.second_secretary]
    cast.secretary.role_grants.update(revoked_at=DURING)
    assert queries.holders("secretary", "auditor") == [cast.second_secretary, cast.auditor]
