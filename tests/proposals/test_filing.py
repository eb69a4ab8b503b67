import base64
import copy
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from django.db import IntegrityError, connection, transaction

from portal import canonical, files, signing, triggers
from portal.models import Event, Message
from portal.verdict import Refused
from proposals import content as document
from proposals.invariants import every_receipt_matches_its_filing
from proposals.models import Demand, Filing, Letter, LetterOfIntent, Revision
from proposals.services import drafts, filings
from tests import make
from tests.asking import rule_against
from tests.make import DURING, SECOND


def file(cast, loi, **more) -> Filing:
    return filings.file(loi, **{"version": loi.version, "by": cast.aor, "now": DURING, **more})


# Drafting


def test_every_save_is_a_version_and_no_event(cast):
    loi = make.begun(cast)
    events = Event.objects.count()
    for text in ("one", "two"):
        loi = drafts.save_draft(
            loi,
            section="science",
            values={"summary": text},
            version=loi.version,
            by=cast.editor,
            now=DURING,
        )
    assert [r.content["science"]["summary"] for r in Revision.objects.order_by("version")] == [
        "one",
        "two",
    ]
    assert (loi.version, Event.objects.count()) == (3, events)


def test_two_windows_do_not_overwrite_each_other(cast):
    loi = make.begun(cast)
    first = {"section": "science", "version": 1, "now": DURING}
    drafts.save_draft(loi, values={"summary": "mine"}, by=cast.pi, **first)
    with pytest.raises(drafts.Stale) as stale:
        drafts.save_draft(loi, values={"summary": "theirs"}, by=cast.editor, **first)
    assert stale.value.verdict.rule == "loi.save.version"
    assert make.again(loi).content["science"]["summary"] == "mine"


@pytest.mark.parametrize("who", ["reader", "aor", "rival_pi", "secretary", "admin", "outsider"])
def test_who_does_not_write_the_letter_saves_nothing(cast, who):
    loi = make.begun(cast)
    person = getattr(cast, who)
    more = {"section": "science", "values": {}, "version": 1, "by": person, "now": DURING}
    assert rule_against(drafts.save_draft, loi, **more) == "loi.save.who"


def test_what_is_signed_off_is_fixed(cast):
    loi = make.awaiting(cast)
    more = {"section": "science", "values": {}, "version": loi.version, "by": cast.pi}
    assert rule_against(drafts.save_draft, loi, now=DURING, **more) == "loi.save.from"
    assert rule_against(file, cast, loi, version=loi.version - 1) == "loi.version"


def test_an_incomplete_letter_is_not_signed_off(cast):
    loi = make.draft(cast, attached=False)
    with pytest.raises(Refused) as caught:
        filings.sign_off(loi, version=loi.version, by=cast.pi, now=DURING)
    assert str(caught.value.verdict.reason) == (
        "Still in the way: 1. The first: Attach the signed letter as a PDF."
    )


def test_returning_it_to_the_draft_needs_a_reason(cast):
    loi = make.awaiting(cast)
    more = {"by": cast.aor, "now": DURING}
    assert (
        rule_against(filings.return_to_draft, loi, reason=" ", **more)
        == "loi.return_to_draft.reason"
    )
    event = filings.return_to_draft(loi, reason="The mass is wrong.", **more)
    assert event.data["reason"] == "The mass is wrong."
    assert make.again(loi).state == "draft"


# Filing


def test_both_keys_file_a_letter(cast, truths):
    loi = make.awaiting(cast)
    filing = file(cast, loi)
    loi = make.again(loi)
    assert (loi.state, loi.reference, loi.filing) == ("filed", "TEST27-0001", filing)
    assert (filing.arrived_at, filing.filed_by) == (DURING, cast.aor)
    make.store_letters(loi.call)


def test_one_person_may_turn_both_keys(cast):
    loi = make.draft(cast)
    cast.institute.memberships.create(user=cast.pi, role="aor", joined_at=DURING)
    pi = cast.again("pi")
    filings.sign_off(loi, version=loi.version, by=pi, now=DURING)
    assert file(cast, make.again(loi), by=pi).filed_by == pi


@pytest.mark.parametrize("who", ["pi", "owner", "editor", "reader", "rival_aor", "secretary"])
def test_only_the_representative_files(cast, who):
    loi = make.awaiting(cast)
    assert rule_against(file, cast, loi, by=getattr(cast, who)) == "loi.file.who"


def test_an_unverified_organisation_files_nothing(cast):
    loi = make.awaiting(cast)
    cast.institute.state, cast.institute.verified_at = "registered", None
    cast.institute.save()
    assert rule_against(file, cast, loi) == "organisation_unverified"


def test_references_have_no_gaps_even_where_a_filing_was_refused(cast):
    call = make.call(cast)
    waiting = [make.awaiting(cast, call) for _ in range(3)]
    file(cast, waiting[2])
    assert rule_against(file, cast, waiting[0], now=make.CLOSES) == "call_closed"
    file(cast, waiting[1])
    file(cast, waiting[0])
    assert [make.again(loi).reference for loi in waiting] == [
        "TEST27-0003",
        "TEST27-0002",
        "TEST27-0001",
    ]
    assert list(Letter.objects.order_by("pk").values_list("number", flat=True)) == [
        "TEST27-L0001",
        "TEST27-L0002",
        "TEST27-L0003",
    ]


def test_a_second_click_gets_the_same_receipt(cast):
    loi = make.awaiting(cast)
    first = file(cast, loi)
    before = Event.objects.count(), Message.objects.count(), Letter.objects.count()
    assert file(cast, loi, now=DURING + SECOND) == first
    assert file(cast, make.again(loi), now=make.CLOSES + SECOND) == first
    assert (Event.objects.count(), Message.objects.count(), Letter.objects.count()) == before


def test_the_second_click_of_somebody_else_is_refused(cast):
    loi = make.filed(cast)
    assert rule_against(file, cast, loi, by=cast.pi) == "loi.file.who"


def test_everyone_who_works_on_it_is_told_once(cast):
    make.filed(cast)
    told = Message.objects.filter(notice="loi_filed").values_list("recipient__email", flat=True)
    assert sorted(told) == sorted(
        f"{name}@example.org" for name in ("pi", "aor", "owner", "editor")
    )


# What is frozen


def test_the_filing_is_a_snapshot_that_later_changes_do_not_reach(cast):
    loi = make.filed(cast)
    filing = loi.filing
    assert filing.content == document.typed(make.content(), loi.call.terms())
    assert filing.digest == canonical.digest(filing.content)
    LetterOfIntent.objects.filter(pk=loi.pk).update(content={}, title="Another")
    assert make.again(filing).content["identity"]["title"] == make.content()["identity"]["title"]


def test_the_manifest_says_what_was_filed(cast):
    loi = make.filed(cast, mass_cbe_kg="92", resources={"elements": [make.element("9.2", "D")]})
    manifest = loi.filing.manifest
    assert manifest["reference"] == loi.reference
    assert manifest["arrived_at"] == DURING.isoformat()
    assert manifest["content_sha256"] == loi.filing.digest
    assert manifest["totals"]["mass_cbe_kg"] == "9.2"
    assert manifest["totals"]["mass"] == manifest["totals"]["mass_mev_kg"] == "11.040"
    (attached,) = manifest["files"]
    (kept,) = loi.filing.files.all()
    assert files.read(kept.stored) == make.pdf_bytes()
    assert attached == {
        "kind": "letter",
        "name": "signed.pdf",
        "size": len(make.pdf_bytes()),
        "sha256": kept.stored.sha256,
    }


def test_the_event_names_the_digests(cast):
    loi = make.filed(cast)
    data = Event.objects.get(verb="loi.filed").data
    assert data["digest"] == loi.filing.digest
    assert data["manifest"] == canonical.digest(loi.filing.manifest)


def test_anybody_verifies_the_manifest_with_the_public_key_alone(cast):
    filing = make.filed(cast).filing
    key = serialization.load_pem_public_key(signing.public_pem().encode())
    signature = base64.b64decode(filing.signature)
    key.verify(signature, canonical.dumps(json.loads(json.dumps(filing.manifest))))
    changed = copy.deepcopy(filing.manifest)
    changed["totals"]["mass"] = "10.501"
    with pytest.raises(InvalidSignature):
        key.verify(signature, canonical.dumps(changed))


def test_one_byte_of_difference_breaks_the_signature(cast):
    filing = make.filed(cast).filing
    signed = canonical.dumps(filing.manifest)
    assert signing.verify(signed, filing.signature)
    for place in range(0, len(signed), 37):
        broken = signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :]
        assert not signing.verify(broken, filing.signature)


def test_what_is_asked_is_written_for_each_resource_offered(cast):
    loi = make.filed(cast, make.call(cast, power_w=1000, slots=12))
    asked = {
        demand.allocation.resource: str(demand.amount)
        for demand in Demand.objects.filter(filing=loi.filing)
    }
    assert asked == {"mass": "10.500", "power": "20.000", "slots": "1.000"}


def test_a_mission_level_letter_asks_for_nothing(cast):
    loi = make.filed(
        cast,
        identity={"level": "mission"},
        science={"interaction": make.WORDS},
    )
    assert not loi.filing.demands.exists()


# What the database refuses by itself


@pytest.mark.parametrize(
    "columns",
    [{"reference": None}, {"filing": None}, {"state": "draft"}, {"state": "not_submitted"}],
)
def test_a_filed_letter_keeps_its_filing_and_its_reference(cast, columns):
    loi = make.filed(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        LetterOfIntent.objects.filter(pk=loi.pk).update(**columns)


def test_a_letter_awaits_its_signature_only_when_signed_off(cast):
    loi = make.draft(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        LetterOfIntent.objects.filter(pk=loi.pk).update(state="awaiting_signature")


def test_two_letters_cannot_have_one_reference(cast):
    call = make.call(cast)
    first, second = make.filed(cast, call), make.filed(cast, call)
    with pytest.raises(IntegrityError), transaction.atomic():
        LetterOfIntent.objects.filter(pk=second.pk).update(reference=first.reference)


def test_a_changed_filing_is_found(cast):
    filing = make.filed(cast).filing
    changed = {**filing.content, "identity": {**filing.content["identity"], "title": "Changed"}}
    with triggers.lifted(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE proposals_filing SET content = %s WHERE id = %s",
            [json.dumps(changed), filing.pk],
        )
    assert list(every_receipt_matches_its_filing(DURING)) == [
        "TEST27-0001: the content does not match its digest"
    ]
