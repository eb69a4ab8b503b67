import pytest
from django.db import IntegrityError, transaction

from portal.models import Event, Membership, Organisation, RoleGrant
from portal.roles import CHOICES, ROLES
from portal.services import organisations, people, seats
from portal.verdict import Refused
from tests.make import DURING


def refused(act, *args, **more) -> str:
    with pytest.raises(Refused) as caught:
        act(*args, **{"now": DURING, **more})
    return caught.value.verdict.rule


# Roles


def test_an_administrator_grants_and_revokes(cast):
    grant = people.grant_role(cast.outsider, "auditor", by=cast.admin, now=DURING)
    assert cast.again("outsider").roles() == {"auditor"}
    people.revoke_role(grant, by=cast.admin, now=DURING)
    assert cast.again("outsider").roles() == set()
    told = Event.objects.filter(subject_key=cast.outsider.key).values_list("verb", flat=True)
    assert list(told) == ["role.granted", "role.revoked"]


@pytest.mark.parametrize("who", ["secretary", "approver", "auditor", "pi", "owner", "outsider"])
def test_nobody_else_grants_or_revokes(cast, who):
    by = getattr(cast, who)
    assert refused(people.grant_role, by, "admin", by=by) == "role.grant.who"
    grant = cast.auditor.role_grants.get()
    assert refused(people.revoke_role, grant, by=by) == "role.revoke.who"


def test_a_role_is_granted_once(cast):
    for _ in range(2):
        people.grant_role(cast.outsider, "legal", by=cast.admin, now=DURING)
    assert RoleGrant.objects.filter(user=cast.outsider).count() == 1
    assert Event.objects.filter(verb="role.granted").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=cast.outsider, role="legal", granted_at=DURING)


def test_nobody_takes_administration_from_themselves(cast):
    assert refused(people.revoke_role, cast.admin.role_grants.get(), by=cast.admin) == (
        "role.revoke.self"
    )


def test_a_revoked_role_counts_no_more_and_stays_on_record(cast):
    grant = cast.secretary.role_grants.get()
    people.revoke_role(grant, by=cast.admin, now=DURING)
    people.revoke_role(grant, by=cast.admin, now=DURING)
    assert RoleGrant.objects.get(pk=grant.pk).revoked_at == DURING
    assert Event.objects.filter(verb="role.revoked").count() == 1


def test_every_role_is_said_in_whole_sentences():
    for role in ROLES:
        assert str(role.may).endswith(".") and str(role.granted_by).endswith(".")
    assert {name for name, _ in CHOICES} < {role.name for role in ROLES}


# Organisations and their seats


def organisation(**more) -> Organisation:
    return Organisation(**{"name": "Institute D", "kind": "institute", "country": "TH", **more})


def test_who_registers_an_organisation_owns_it(cast):
    made = organisations.register(organisation(), by=cast.outsider, now=DURING)
    assert cast.again("outsider").seats() == {made.pk: {"owner"}}
    assert made.verified_at is None


def test_the_secretariat_verifies_it_once(cast):
    made = organisations.register(organisation(), by=cast.outsider, now=DURING)
    assert refused(organisations.verify, made, by=cast.outsider) == ("organisation.verify.who")
    organisations.verify(made, by=cast.secretary, now=DURING)
    assert refused(organisations.verify, made, by=cast.secretary) == "organisation.verify.from"
    made.refresh_from_db()
    assert made.verified_at == DURING
    assert Event.objects.filter(verb="organisation.verified").count() == 1


def test_the_owner_gives_the_seats(cast):
    seats.give(cast.outsider, cast.institute, "reader", by=cast.owner, now=DURING)
    assert cast.again("outsider").seats() == {cast.institute.pk: {"reader"}}


@pytest.mark.parametrize("who", ["pi", "aor", "rival_pi", "admin", "outsider"])
def test_nobody_else_gives_seats(cast, who):
    by = getattr(cast, who)
    assert refused(seats.give, by, cast.institute, "aor", by=by) == "seat.who"


def test_a_seat_is_given_once(cast):
    for _ in range(2):
        seats.give(cast.pi, cast.institute, "aor", by=cast.owner, now=DURING)
    assert Membership.objects.filter(user=cast.pi, role="aor").count() == 1
    assert Event.objects.filter(verb="seat.given").count() == 1


def test_a_seat_that_was_left_counts_no_more(cast):
    cast.pi.memberships.update(left_at=DURING)
    assert cast.again("pi").seats() == {}


@pytest.mark.parametrize(
    "given",
    [
        {"country": ""},
        {"country": "cl"},
        {"country": "1!"},
        {"kind": "international", "country": "CL"},
    ],
)
def test_a_country_is_a_code_and_international_organisations_have_none(db, given):
    with pytest.raises(IntegrityError), transaction.atomic():
        organisation(**given).save()


def test_an_international_organisation_has_no_country(db):
    organisation(kind="international", country="").save()
