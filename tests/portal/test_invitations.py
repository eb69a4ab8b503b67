"""Invitations by an address: sent, answered once by whoever proved it, lapsed by the clock."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from portal.models import Event, Invitation, Membership, User
from portal.services import invitations
from tests import make
from tests.portal.seating import at, at_once, mails, proves, text, token


def invited(cast, visit, address: str = "new.person@example.org", **more) -> tuple:
    """An invitation sent by the owner through the page, and the token of its mail."""
    said = {"address": address, "seats": ["pi", "reader"], **more}
    answer = visit(cast.owner, at=make.DURING).post(at("invite", cast.institute), said)
    assert answer.status_code == 302, text(answer)
    return Invitation.objects.latest("pk"), token(mails("invitation_sent")[-1])


def test_a_person_without_an_account_comes_back_to_the_invitation(cast, visit, clock_at):
    clock_at(make.DURING)
    sent, secret = invited(cast, visit)
    assert secret not in str(Invitation.objects.values().get())
    browser = visit(None, at=make.DURING)
    link = at("invitation_link", secret)
    page = text(browser.get(link))
    assert "Institute A" in page and sent.address not in page
    known = {"email": sent.address, "name": "New person", "next": link}
    known |= {"password1": "a-long-enough-phrase", "password2": "a-long-enough-phrase"}
    assert browser.post(reverse("account_signup"), known).status_code == 302
    confirm = re.search(r"http://[^/]+(/accounts/confirm-email/\S+)", mails("account")[-1].body)[1]
    confirmed = browser.post(confirm)
    assert confirmed.status_code == 302
    if reverse("account_login") in confirmed.url:
        login = {"login": sent.address, "password": "a-long-enough-phrase"}
        confirmed = browser.post(confirmed.url, login)
    arrived = browser.get(confirmed.url, follow=True)
    assert arrived.redirect_chain[-1][0] == at("invitation", sent)
    assert browser.post(at("accept_invitation", sent)).status_code == 302
    person = User.objects.get(email=sent.address)
    assert person.seats() == {cast.institute.pk: {"pi", "reader"}}
    assert [mail.recipient for mail in mails("invitation_accepted")] == [cast.owner]


def test_what_the_owner_reads_does_not_tell_who_has_an_account(cast, visit):
    browser = visit(cast.owner, at=make.DURING)
    proves(cast.outsider)
    answers = [
        text(browser.post(at("invite", cast.institute), said, follow=True)).replace(address, "X")
        for address in (cast.outsider.email, "nobody@example.org")
        for said in [{"address": address, "seats": ["reader"]}]
    ]
    shown = [re.search(r"The invitation to .*? on its way", answer)[0] for answer in answers]
    assert shown == ["The invitation to X is on its way"] * 2


def test_no_link_accepts_by_being_opened(cast, visit):
    sent, secret = invited(cast, visit, cast.outsider.email)
    browser = visit(proves(cast.outsider), at=make.DURING)
    browser.get(at("invitation_link", secret), follow=True)
    answer = browser.get(at("accept_invitation", sent))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "Nothing was done" in answer.content.decode()
    assert cast.again("outsider").seats() == {}


def test_the_wrong_person_with_the_right_link_gets_nothing(cast, visit):
    sent, secret = invited(cast, visit, cast.outsider.email)
    proves(cast.outsider)
    for name in ("rival_pi", "admin", "secretary"):
        browser = visit(proves(getattr(cast, name)), at=make.DURING)
        page = browser.get(at("invitation_link", secret))
        assert page.status_code == 403
        assert sent.address not in text(page)
        assert browser.get(at("invitation", sent)).status_code == 404
        assert browser.post(at("accept_invitation", sent)).status_code == 404
    member = visit(proves(cast.reader), at=make.DURING)
    assert member.post(at("accept_invitation", sent)).status_code == 403
    assert member.post(at("take_back_invitation", sent)).status_code == 403
    assert Invitation.objects.get().state == "sent"


def test_an_address_that_is_not_confirmed_accepts_nothing(cast, visit):
    sent, _secret = invited(cast, visit, cast.outsider.email)
    browser = visit(cast.outsider, at=make.DURING)
    assert browser.post(at("accept_invitation", sent)).status_code == 404
    EmailAddress.objects.create(user=cast.outsider, email=cast.outsider.email, verified=False)
    assert browser.post(at("accept_invitation", sent)).status_code == 404


def test_a_foreign_key_and_a_guessed_token_find_nothing(cast, visit):
    browser = visit(proves(cast.outsider), at=make.DURING)
    assert browser.post(at("accept_invitation", "abcdefghjkmn")).status_code == 404
    assert browser.get(at("invitation_link", "guessed")).status_code == 404
    codes = [browser.get(at("invitation_link", f"g{n}")).status_code for n in range(40)]
    assert codes[-1] == 429


@pytest.mark.parametrize(
    "after, code", [(timedelta(days=14) - make.SECOND, 302), (timedelta(days=14), 409)]
)
def test_an_invitation_holds_for_fourteen_days_to_the_second(cast, visit, after, code):
    sent, _secret = invited(cast, visit, cast.outsider.email)
    browser = visit(proves(cast.outsider), at=make.DURING + after)
    assert browser.post(at("accept_invitation", sent)).status_code == code
    assert bool(cast.again("outsider").seats()) == (code == 302)


def test_the_clock_lapses_it_and_the_owner_sends_it_again(cast, visit):
    sent, old = invited(cast, visit, cast.outsider.email)
    late = make.DURING + invitations.LASTS
    assert invitations.expire_due(late - make.SECOND) == 0
    assert invitations.expire_due(late) == 1
    assert Invitation.objects.get().state == "expired"
    assert visit(cast.owner, at=late).post(at("resend_invitation", sent)).status_code == 302
    new = token(mails("invitation_sent")[-1])
    assert new != old
    browser = visit(proves(cast.outsider), at=late)
    assert browser.get(at("invitation_link", old)).status_code == 404
    assert browser.get(at("invitation_link", new)).url == at("invitation", sent)
    assert browser.post(at("accept_invitation", sent)).status_code == 302


@pytest.mark.parametrize("end", ["accept", "decline", "take_back"])
def test_what_was_answered_is_answered_once(cast, visit, end):
    sent, _secret = invited(cast, visit, cast.outsider.email)
    browser = visit(proves(cast.outsider), at=make.DURING)
    by = visit(cast.owner, at=make.DURING) if end == "take_back" else browser
    assert by.post(at(f"{end}_invitation", sent)).status_code == 302
    held = cast.again("outsider").seats()
    for act in ("accept", "decline"):
        assert browser.post(at(f"{act}_invitation", sent)).status_code == 409
    assert cast.again("outsider").seats() == held
    assert Event.objects.filter(subject_type="invitation").count() == 2


def test_a_message_of_a_taken_back_invitation_is_dropped(cast, visit):
    sent, _secret = invited(cast, visit)
    invitations.take_back(sent, by=cast.owner, now=make.DURING)
    make.settle(make.DURING)
    assert mails("invitation_sent")[0].dropped_at is not None


def test_an_address_is_invited_once_and_to_what_it_lacks(cast, visit):
    invited(cast, visit)
    browser, path = visit(cast.owner, at=make.DURING), at("invite", cast.institute)
    twice = browser.post(path, {"address": "New.Person@example.org", "seats": ["aor"]})
    assert twice.status_code == 409 and "has an open invitation" in text(twice)
    proves(cast.pi)
    held = browser.post(path, {"address": cast.pi.email, "seats": ["pi"]})
    assert held.status_code == 409 and "holds these seats already" in text(held)
    assert browser.post(path, {"address": "x", "seats": []}).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_two_accepts_at_once_are_one(cast, visit):
    sent, _secret = invited(cast, visit, cast.outsider.email)
    proves(cast.outsider)
    outcomes = at_once(
        *(
            lambda: invitations.accept(sent, by=cast.again("outsider"), now=make.DURING)
            for _ in range(2)
        )
    )
    assert sorted(outcomes) == ["done", "invitation.accept.from"]
    assert Membership.objects.filter(user=cast.outsider).count() == 2
    assert Event.objects.filter(verb="invitation.accepted").count() == 1
