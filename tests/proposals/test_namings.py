"""People named in a letter are asked, and what they answer counts."""

import re

import pytest
from django.urls import reverse

from portal.models import Event, Message
from portal.verdict import Refused
from proposals import named
from proposals.models import LetterOfIntent, Naming
from proposals.services import drafts, filings, namings
from tests import make

ADDRESS = "detector.scientist@example.net"
ROW = {
    "name": "Detector scientist",
    "organisation": "Institute C",
    "role": "Detector head",
    "email": ADDRESS,
}


def team(*rows: dict, **more: str) -> dict:
    return {**make.content()["team"], "people": [{**row, **more} for row in rows or (ROW,)]}


def drafted(cast, *rows: dict) -> LetterOfIntent:
    return make.draft(cast, team=team(*rows))


def signed(cast, loi: LetterOfIntent) -> LetterOfIntent:
    filings.sign_off(loi, version=loi.version, by=cast.pi, now=make.DURING)
    return make.again(loi)


def rewritten(cast, loi: LetterOfIntent, *rows: dict, **more: str) -> LetterOfIntent:
    if loi.state == "awaiting_signature":
        filings.return_to_draft(loi, by=cast.pi, now=make.DURING, reason="The team changes.")
        loi = make.again(loi)
    values = team(*rows, **more) if rows or more else {**team(), "people": []}
    saved = drafts.save_draft(
        loi, section="team", values=values, version=loi.version, by=cast.pi, now=make.DURING
    )
    return make.again(saved)


def link(message: Message) -> str:
    return re.search(r"http://[^/]+(/named/[^/\s]+/)", message.body)[1]


def asked() -> list[Message]:
    return list(Message.objects.filter(notice="naming_asked").order_by("pk"))


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_addresses_are_read_from_the_team():
    rows = [
        {"name": "One", "email": "ONE@example.org "},
        {"name": "None", "email": ""},
        {"name": "Bad", "email": "one@@example"},
        {"name": "Twice", "email": "one@example.org"},
    ]
    found = named.asked({"team": {"people": rows}})
    assert {address: person.name for address, person in found.items()} == {"one@example.org": "One"}
    assert len(named.people({"team": {"people": rows}})) == 3


def test_signing_off_asks_everybody_once(cast):
    loi = signed(cast, drafted(cast))
    (message,) = asked()
    assert message.address == ADDRESS
    token = link(message).split("/")[2]
    assert token not in str(Naming.objects.values().get())
    signed(cast, rewritten(cast, loi, ROW))
    assert len(asked()) == 1
    changed = signed(cast, rewritten(cast, make.again(loi), role="Head of everything"))
    assert len(asked()) == 2
    assert sorted(changed.namings.values_list("state", flat=True)) == ["asked", "withdrawn"]


def test_the_page_shows_what_is_asked_and_nothing_else(cast, visit):
    signed(cast, drafted(cast))
    stranger = visit(None, at=make.DURING)
    page = text(stranger.get(link(asked()[0])))
    for shown in ("Neutron spectrometer", "Institute A", cast.pi.name, "TEST27", "Detector head"):
        assert shown in page
    for hidden in ("10.5", "Institute C", "Map the ice", cast.aor.name, ADDRESS):
        assert hidden not in page
    assert "Confirm: I take part" in page


def test_answers_come_by_post_and_can_be_changed(cast, visit):
    loi = signed(cast, drafted(cast))
    stranger, path = visit(None, at=make.DURING), link(asked()[0])
    assert stranger.get(path + "confirm/").status_code == 405
    stranger.get(path)
    assert loi.namings.get().state == "asked"
    assert stranger.post(path + "confirm/").status_code == 302
    assert "You have confirmed" in text(stranger.get(path))
    assert "confirmed" in text(visit(cast.pi, at=make.DURING).get(reverse("loi", args=[loi.key])))
    again = stranger.post(path + "confirm/")
    assert again.status_code == 409
    assert stranger.post(path + "reject/", {"reason": "I have moved."}).status_code == 302
    assert loi.namings.get().state == "rejected"
    assert [event.actor for event in Event.objects.filter(verb="naming.confirmed")] == [
        loi.namings.get().key
    ]
    page = text(visit(cast.pi, at=make.DURING).get(reverse("loi", args=[loi.key])))
    assert "I have moved." in page


def test_a_rejection_stands_in_the_way_until_the_row_is_gone(cast, visit):
    loi = signed(cast, drafted(cast))
    namings.reject(loi.namings.get(), now=make.DURING)
    told = Message.objects.filter(notice="naming_rejected").values_list("recipient", flat=True)
    assert set(told) == {cast.pi.pk, cast.owner.pk, cast.editor.pk}
    with pytest.raises(Refused) as caught:
        filings.file(loi, version=loi.version, by=cast.aor, now=make.DURING)
    assert caught.value.verdict.rule == "naming_rejected"
    for name in ("pi", "editor"):
        day = text(visit(getattr(cast, name), at=make.DURING).get("/day/"))
        assert "rejects being named as" in day
    loi = rewritten(cast, loi, ROW)
    with pytest.raises(Refused, match="rejects being named"):
        signed(cast, loi)
    loi = signed(cast, rewritten(cast, loi))
    assert loi.state == "awaiting_signature"
    assert loi.namings.get().state == "withdrawn"
    page = text(visit(None, at=make.DURING).get(link(asked()[0])))
    assert "not named like this any more" in page and "Neutron" not in page


def test_after_filing_the_office_is_told_and_sees_it_when_it_screens(cast, visit):
    loi = signed(cast, drafted(cast))
    filings.file(loi, version=loi.version, by=cast.aor, now=make.DURING)
    path = link(asked()[0])
    assert visit(None, at=make.DURING).post(path + "reject/", {"reason": "Not me."}).status_code
    told = Message.objects.filter(notice="naming_rejected").values_list("recipient", flat=True)
    assert {cast.pi.pk, cast.aor.pk, cast.secretary.pk} <= set(told)
    make.close(loi.call)
    page = text(visit(cast.secretary, at=make.SCREENED).get(reverse("screen", args=[loi.key])))
    assert "Not me." in page


def test_whoever_writes_the_draft_asks_earlier(cast, visit):
    loi = drafted(cast)
    path = reverse("ask_naming", args=[loi.key])
    for name, code in {"outsider": 404, "rival_pi": 404, "reader": 404, "secretary": 404}.items():
        assert visit(getattr(cast, name), at=make.DURING).post(path).status_code == code
    editor = visit(cast.editor, at=make.DURING)
    assert "Ask them now" in text(editor.get(reverse("loi", args=[loi.key])))
    for _ in range(2):
        assert editor.post(path).status_code == 302
    assert len(asked()) == 1
    assert "Ask them now" not in text(editor.get(reverse("loi", args=[loi.key])))


def test_of_a_closed_letter_nothing_is_asked(cast, visit):
    loi = signed(cast, drafted(cast))
    make.close(loi.call)
    page = visit(None, at=make.CLOSED).post(link(asked()[0]) + "confirm/")
    assert page.status_code == 409
    assert "nothing is asked of you any more" in text(page)


def test_guessed_links_find_nothing_and_are_slowed(cast, visit):
    stranger = visit(None, at=make.DURING)
    codes = [stranger.get(f"/named/guess-{n}/").status_code for n in range(40)]
    assert codes[0] == 404 and codes[-1] == 429
    assert stranger.post("/named/guess/reject/").status_code == 429
