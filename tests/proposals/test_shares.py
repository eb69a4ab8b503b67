"""Partners countersign their share of a letter: who is asked, what is covered, who sees what."""

import pytest
from django.urls import reverse

from portal.models import Event, Message
from proposals import queries, shares
from proposals.models import Letter, Share
from proposals.services import copies, drafts, filings
from proposals.services import shares as services
from tests import make
from tests.asking import rule_against
from tests.make import CLOSES, DURING, SECOND

PASSWORD = "a-lunar-mile-away"
ROW = {
    "name": "Institute B",
    "country": "KE",
    "role": "Builds the detector head.",
    "contribution": "The detector",
    "share_mass_kg": "1,50",
    "share_power_w": "4",
}


def with_partner(cast, call=None, **changes):
    return make.draft(cast, call, team={"partners": [{**ROW, **changes}]})


def ask(cast, loi, place: int = 0) -> Share:
    words = dict(shares.partners(loi.content))[place]
    return services.ask(loi, words=words, organisation=cast.rival, by=cast.pi, now=DURING)


def countersign(cast, share, *, now=DURING, **more):
    more = {"digest": share.digest, "by": cast.rival_aor, **more}
    return services.countersign(make.again(share), now=now, **more)


def rewrite(cast, loi, **changes):
    """Other words for the first partner."""
    team = loi.content["team"]
    partners = [{**team["partners"][0], **changes}, *team["partners"][1:]]
    values = {**team, "partners": partners}
    return drafts.save_draft(
        loi, section="team", values=values, version=loi.version, by=cast.pi, now=DURING
    )


def standing(loi) -> str:
    loi = make.again(loi)
    return queries.consortium(loi, loi.content)[0].state


@pytest.fixture
def loi(cast):
    return with_partner(cast)


@pytest.fixture
def share(cast, loi):
    return ask(cast, loi)


def signed_and_filed(cast, loi):
    loi = make.again(loi)
    filings.sign_off(loi, version=loi.version, by=cast.pi, now=DURING)
    filings.file(loi, version=loi.version, by=cast.aor, now=DURING)
    return make.again(loi)


# Asking and answering


def test_the_words_are_alike_in_draft_and_filing(cast, loi):
    filed = signed_and_filed(cast, loi)
    assert queries.filed_shares(filed.filing) == [
        words for _, words in shares.partners(loi.content)
    ]
    (said,) = queries.filed_shares(filed.filing)
    assert (said["name"], said["role"]) == (ROW["name"], ROW["role"])


def test_the_partner_is_asked_and_countersigns(cast, loi, share, truths):
    assert standing(loi) == "asked"
    told = Message.objects.get(notice="share_asked")
    assert (told.recipient, "[Action required]" in told.subject) == (cast.rival_aor, True)
    countersign(cast, share)
    assert standing(loi) == "countersigned"
    assert make.again(share).answered_by == cast.rival_aor
    event = Event.objects.get(verb="share.countersigned")
    assert (event.data["digest"], event.data["letter"]) == (share.digest, loi.key)
    assert Message.objects.filter(notice="share_countersigned", recipient=cast.pi).exists()


@pytest.mark.parametrize("who", ["pi", "aor", "rival_pi", "secretary", "owner", "outsider"])
def test_only_the_partners_representative_countersigns(cast, share, who):
    assert rule_against(countersign, cast, share, by=getattr(cast, who)) == "share.countersign.who"


@pytest.mark.parametrize("who", ["editor", "owner", "aor", "rival_aor", "secretary"])
def test_only_the_pi_asks(cast, loi, who):
    words = dict(shares.partners(loi.content))[0]
    more = {"words": words, "organisation": cast.rival, "by": getattr(cast, who), "now": DURING}
    assert rule_against(services.ask, loi, **more) == "share.ask.who"


def test_nobody_is_asked_twice_for_the_same(cast, loi, share):
    assert rule_against(ask, cast, loi) == "share_asked"
    assert Share.objects.count() == 1


def test_the_lead_is_not_asked_for_its_own(cast, loi):
    words = dict(shares.partners(loi.content))[0]
    more = {"words": words, "organisation": cast.institute, "by": cast.pi, "now": DURING}
    assert rule_against(services.ask, loi, **more) == "share_own"


def test_an_unverified_partner_countersigns_nothing(cast, share):
    cast.rival.state, cast.rival.verified_at = "registered", None
    cast.rival.save()
    assert rule_against(countersign, cast, share) == "organisation_unverified"


def test_other_words_are_asked_anew(cast, loi, share):
    countersign(cast, share)
    loi = rewrite(cast, make.again(loi), role="Builds the detector and its electronics.")
    assert standing(loi) == "changed"
    second = ask(cast, make.again(loi))
    assert standing(loi) == "asked"
    assert second.digest != share.digest
    assert make.again(share).state == "countersigned"


def test_what_was_changed_meanwhile_is_not_countersigned(cast, loi, share):
    loi = rewrite(cast, make.again(loi), role="Builds the detector and its electronics.")
    assert rule_against(countersign, cast, share) == "share_changed"
    second = ask(cast, make.again(loi))
    assert make.again(share).state == "taken_back"
    assert rule_against(countersign, cast, second, digest=share.digest) == "share_digest"
    countersign(cast, second)


def test_a_declined_share_stands_before_the_signing_off(cast, loi, share):
    more = {"by": cast.rival_aor, "now": DURING}
    assert rule_against(services.decline, share, reason=" ", **more) == "share.decline.reason"
    services.decline(make.again(share), reason="We have no test place.", **more)
    loi = make.again(loi)
    sign = {"by": cast.pi, "now": DURING}
    assert rule_against(filings.sign_off, loi, version=loi.version, **sign) == "share_declined"
    assert rule_against(ask, cast, loi) == "share_declined"
    loi = rewrite(cast, loi, role="Advises on the detector head.")
    filings.sign_off(loi, version=loi.version, **sign)


def test_silence_costs_no_filing_and_is_referred(cast, loi, share):
    filed = signed_and_filed(cast, loi)
    assert filed.filing.manifest["shares"] == []
    (referred,) = (
        one
        for one in filed.filing.manifest["rules"]["referred"]
        if one["rule"] == "shares_countersigned"
    )
    assert referred["sentence"] == "Not countersigned when it was filed: the share of Institute B."
    countersign(cast, share)
    assert make.again(filed.filing).manifest["shares"] == []
    assert make.again(share).filing == filed.filing


def test_a_countersigned_share_stands_in_the_manifest_and_the_receipt(cast, loi, share, truths):
    countersign(cast, share)
    filed = signed_and_filed(cast, loi)
    (listed,) = filed.filing.manifest["shares"]
    assert (listed["partner"], listed["sha256"]) == ("Institute B", share.digest)
    assert listed["by"] == cast.rival_aor.name
    (printed,) = Letter.objects.get().context["shares"]
    assert (printed["name"], printed["by"]) == ("Institute B", cast.rival_aor.name)
    make.store_letters(filed.call)


@pytest.mark.parametrize(
    "late, rule", [(-SECOND, ""), (0 * SECOND, "call_closed"), (SECOND, "call_closed")]
)
def test_countersigning_keeps_the_hours_of_filing(cast, share, late, rule):
    if rule:
        assert rule_against(countersign, cast, share, now=CLOSES + late) == rule
    else:
        countersign(cast, share, now=CLOSES + late)


def test_what_nobody_answered_lapses_with_the_call(cast, loi, share, truths):
    signed_and_filed(cast, loi)
    make.close(loi.call)
    assert make.again(share).state == "lapsed"
    assert standing(loi) == "lapsed"


def test_withdrawing_takes_back_what_is_asked(cast, loi, share):
    filed = signed_and_filed(cast, loi)
    filings.withdraw(filed, by=cast.aor, now=DURING, reason="The funding fell away.")
    assert make.again(share).state == "taken_back"
    assert Message.objects.filter(notice="share_taken_back", recipient=cast.rival_aor).exists()


# Who sees what


def test_the_partner_sees_its_share_and_not_the_letter(cast, loi, share, visit):
    case, own = reverse("loi", args=[loi.key]), reverse("share", args=[share.key])
    for person in (cast.rival_aor, cast.rival_pi):
        page = visit(person, at=DURING).get(own).content.decode()
        assert loi.title in page and ROW["role"] in page and "Institute A" in page
        assert make.WORDS not in page
        assert visit(person, at=DURING).get(case).status_code == 404
    for person in (cast.outsider, cast.secretary, cast.admin, cast.reviewer_one):
        assert visit(person, at=DURING).get(own).status_code == 404


def test_once_countersigned_and_filed_the_partner_reads_what_is_in_force(cast, loi, share, visit):
    case = reverse("loi", args=[loi.key])
    countersign(cast, share)
    partner = visit(cast.rival_pi, at=DURING)
    assert partner.get(case).status_code == 404
    filed = signed_and_filed(cast, loi)
    make.store_letters(filed.call)
    page = partner.get(case).content.decode()
    assert filed.title in page and "signed off version" not in page
    assert "Receipt (PDF)" not in page and "screening looks at" not in page
    receipt = reverse("letter", args=[Letter.objects.get().key])
    for path in (receipt, reverse("partners", args=[loi.key]), reverse("proof", args=[loi.key])):
        assert partner.get(path).status_code == 404
    for name, more in (("edit_loi", ["identity"]), ("attach", []), ("file_loi", [])):
        assert partner.get(reverse(name, args=[loi.key, *more])).status_code == 404
    copies.revise(filed, by=cast.pi, now=DURING)
    page = partner.get(case, {"show": "copy"}).content.decode()
    assert "being drafted" not in page and "working copy" not in page


def test_what_the_lead_keeps_for_itself_no_partner_reads(cast, visit):
    """Neither in the case nor in the version by its number, nor by its manifest."""
    exclusions = [{"name": "Dr Known Rival", "reason": "We applied for the same grant."}]
    team = {"partners": [ROW], "exclusions": exclusions}
    loi = make.draft(cast, team=team)
    countersign(cast, ask(cast, loi))
    filed = signed_and_filed(cast, loi)
    version = reverse("filing", args=[filed.key, 1])
    own, partner = visit(cast.reader, at=DURING), visit(cast.rival_pi, at=DURING)
    assert "Dr Known Rival" in own.get(version).content.decode()
    for path in (reverse("loi", args=[filed.key]), version):
        page = partner.get(path).content.decode()
        assert filed.title in page and "Dr Known Rival" not in page
        assert "manifest.json" not in page
    for name, number in (("manifest", ()), ("filed_manifest", (1,))):
        path = reverse(name, args=[filed.key, *number])
        assert own.get(path).status_code == 200
        assert partner.get(path).status_code == 404


def test_a_partner_left_out_of_the_next_version_reads_no_more(cast, loi, share, visit):
    countersign(cast, share)
    filed = signed_and_filed(cast, loi)
    case = reverse("loi", args=[loi.key])
    partner = visit(cast.rival_aor, at=DURING)
    assert partner.get(case).status_code == 200
    copies.revise(filed, by=cast.pi, now=DURING)
    loi = rewrite(cast, make.again(filed), role="Only advises on the detector head now.")
    filings.sign_off_copy(loi, version=loi.version, by=cast.pi, now=DURING)
    filings.refile(make.again(loi), version=loi.version, by=cast.aor, now=DURING)
    assert partner.get(case).status_code == 404


def test_a_partner_in_the_office_is_in_conflict(cast, loi, share, visit):
    """Who sits on the partner's side neither judges the case nor reads it as the office does."""
    cast.rival.memberships.create(user=cast.secretary, role="reader", joined_at=DURING)
    make.panel(cast, loi.call)
    cast.rival.memberships.create(user=cast.chair, role="reader", joined_at=DURING)
    filed = signed_and_filed(cast, loi)
    for name in ("secretary", "chair"):
        person = cast.again(name)
        assert not queries.visible_lois(person).filter(pk=filed.pk).exists()
    countersign(cast, share)
    make.store_letters(filed.call)
    make.close(filed.call)
    for name in ("secretary", "chair"):
        person = cast.again(name)
        assert not queries.visible_lois(person).filter(pk=filed.pk).exists()
        assert queries.readable_lois(person).filter(pk=filed.pk).exists()
        assert not queries.visible_letters(person).exists()
        assert not queries.visible_decisions(person).exists()
        page = visit(person, at=DURING).get(reverse("screen", args=[loi.key]))
        assert page.status_code == 404


# The pages


@pytest.fixture
def partner(cast, visit):
    cast.rival_aor.set_password(PASSWORD)
    cast.rival_aor.save()
    return visit(cast.rival_aor, at=DURING)


def test_from_the_lead_s_page_to_the_countersignature(cast, loi, partner, visit):
    pi = visit(cast.pi, at=DURING)
    asking = pi.get(reverse("partners", args=[loi.key]))
    assert f'value="{cast.rival.key}" selected' in asking.content.decode()
    fields = {"place": "0", "organisation": cast.rival.key}
    for _click in range(2):
        assert pi.post(reverse("ask_share", args=[loi.key]), fields).status_code == 302
    share = Share.objects.get()
    assert "[Action required]" in partner.get(reverse("day")).content.decode()
    url = reverse("countersign_share", args=[share.key])
    answer = {"digest": share.digest, "password": "not this one"}
    assert partner.post(url, answer).status_code == 400
    for _click in range(2):
        assert partner.post(url, {**answer, "password": PASSWORD}).status_code == 302
    page = pi.get(reverse("loi", args=[loi.key])).content.decode()
    assert "1 of 1 partners have countersigned." in page
    assert "[Action required]" not in partner.get(reverse("day")).content.decode()
    assert "Neutron spectrometer" in partner.get(reverse("lois")).content.decode()


def test_declining_tells_the_lead_why(cast, loi, share, partner, visit):
    url = reverse("decline_share", args=[share.key])
    assert partner.post(url, {"reason": ""}).status_code == 409
    assert partner.post(url, {"reason": "We have no test place."}).status_code == 302
    pi = visit(cast.pi, at=DURING)
    assert "We have no test place." in pi.get(reverse("partners", args=[loi.key])).content.decode()
    assert "declines its share" in pi.get(reverse("day")).content.decode()
    page = pi.get(reverse("sign_off_loi", args=[loi.key])).content.decode()
    assert "Institute B has declined its share" in page


def test_only_members_of_the_lead_read_whom_it_asks(cast, loi, share, visit):
    page = reverse("partners", args=[loi.key])
    for name in ("pi", "editor", "reader", "aor"):
        assert visit(getattr(cast, name), at=DURING).get(page).status_code == 200
    for name in ("rival_aor", "secretary", "auditor", "outsider"):
        assert visit(getattr(cast, name), at=DURING).get(page).status_code == 404
