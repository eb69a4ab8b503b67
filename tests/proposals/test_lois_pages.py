import json
from datetime import timedelta

import pytest
from django.urls import reverse

from portal import canonical, signing
from portal.models import Event, Membership, Organisation
from proposals.models import Filing, LetterOfIntent
from proposals.services import rendering
from proposals.workflow import LOI
from reviews import services as judging
from tests import make
from tests.make.pages import at, posted, step

PASSWORD = "the moon is a harsh place"


@pytest.fixture
def awaiting(cast):
    cast.aor.set_password(PASSWORD)
    cast.aor.save()
    return make.awaiting(cast)


def test_what_was_typed_comes_back_as_typed_and_wrong(cast, visit):
    loi = make.begun(cast)
    pi = visit(cast.pi, at=make.DURING)
    typed = {
        "version": loi.version,
        "title": "  <b>Ice & dust</b>  ",
        "acronym": "no capitals",
        "level": "orbital",
        "platform": "",
        "areas": ["science", "made-up"],
    }
    assert pi.post(step(loi, "identity"), typed).status_code == 302
    kept = make.again(loi).content["identity"]
    assert kept["title"] == "  <b>Ice & dust</b>  "
    assert kept["level"] == "orbital"
    assert kept["areas"] == ["science", "made-up"]
    page = pi.get(step(loi, "identity")).content.decode()
    assert "  &lt;b&gt;Ice &amp; dust&lt;/b&gt;  " in page
    assert "“orbital” is not on the list" in page
    assert "Saved as typed." in page


def test_line_ends_are_counted_once(cast, visit):
    loi = make.draft(cast)
    fields = posted(loi, "science", benefits="one\r\ntwo")
    visit(cast.pi, at=make.DURING).post(step(loi, "science"), fields)
    assert make.again(loi).content["science"]["benefits"] == "one\ntwo"


def test_rows_are_added_and_removed_without_a_script(cast, visit):
    loi = make.draft(cast)
    pi = visit(cast.pi, at=make.DURING)
    answer = pi.post(step(loi), posted(loi, elements__0__name="Head", add="elements"))
    assert answer.url.endswith("#row-elements-1")
    loi = make.again(loi)
    assert [row["name"] for row in loi.content["resources"]["elements"]] == ["Head", ""]
    fields = posted(loi, elements__1__name="Harness", remove="elements:0")
    pi.post(step(loi), fields)
    assert [r["name"] for r in make.again(loi).content["resources"]["elements"]] == ["Harness"]


def test_over_the_cap_is_said_with_its_numbers(cast, visit):
    loi = make.draft(cast)
    fields = posted(loi, elements__0__mass_cbe_kg="92", elements__0__maturity="D")
    pi = visit(cast.pi, at=make.DURING)
    sentence = "110.4 kg MEV exceeds the 100 kg cap; CBE 92 kg"
    typing = pi.post(at("headroom", loi), fields).content.decode()
    assert sentence in typing
    assert '<output id="mev-0" class="num" hx-swap-oob="true">110.4</output>' in typing
    assert make.again(loi).version == loi.version
    pi.post(step(loi), fields)
    assert sentence in pi.get(step(loi)).content.decode()


def test_mission_level_draws_nothing(cast, visit):
    loi = make.draft(cast, identity={"level": "mission"})
    page = visit(cast.pi, at=make.DURING).post(at("headroom", loi), posted(loi))
    assert "draws nothing" in page.content.decode()


def test_saving_twice_with_one_click_is_no_conflict(cast, visit):
    loi = make.draft(cast)
    pi = visit(cast.pi, at=make.DURING)
    for _click in range(2):
        assert pi.post(step(loi), posted(loi, add="elements")).status_code == 302
    assert len(make.again(loi).content["resources"]["elements"]) == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"power_night_w": "9" * 20_001}, "20001 characters; a draft keeps at most 20,000"),
        ({"elements__rows": "41"}, "Elements: 41 rows; a draft keeps at most 40."),
        ({"power_night_w": "1\x00"}, "Null characters are not allowed."),
    ],
)
def test_more_than_a_draft_holds_is_refused_with_the_number(cast, visit, changes, said):
    loi = make.draft(cast)
    answer = visit(cast.pi, at=make.DURING).post(step(loi), posted(loi, **changes))
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert make.again(loi).version == loi.version


def test_a_reader_reads_and_changes_nothing(cast, visit):
    loi = make.draft(cast)
    reader = visit(cast.reader, at=make.DURING)
    assert reader.get(step(loi)).status_code == 302
    assert reader.post(step(loi), posted(loi, power_night_w="1")).status_code == 403
    assert "Edit the draft" not in reader.get(at("loi", loi)).content.decode()
    assert make.again(loi).version == loi.version


@pytest.mark.parametrize("verb", ["loi", "attach", "file_loi", "manifest"])
def test_another_organisation_and_a_forged_key_find_nothing(cast, visit, verb):
    loi = make.filed(cast)
    rival = visit(cast.rival_pi, at=make.DURING)
    assert rival.get(at(verb, loi)).status_code == 404
    assert rival.get(step(loi)).status_code == 404
    pi = visit(cast.pi, at=make.DURING)
    assert pi.get(reverse(verb, kwargs={"key": "forged000000"})).status_code == 404


def test_signing_off_shows_that_it_is_not_filed_and_bears_a_second_click(cast, visit):
    loi = make.draft(cast)
    pi = visit(cast.pi, at=make.DURING)
    for _click in range(2):
        assert pi.post(at("sign_off_loi", loi), {"version": loi.version}).status_code == 302
    assert "Signed off, NOT yet filed" in pi.get(at("loi", loi)).content.decode()
    assert Event.objects.filter(verb="loi.signed_off").count() == 1


def test_what_is_missing_keeps_it_from_being_signed_off(cast, visit):
    loi = make.draft(cast, attached=False)
    pi = visit(cast.pi, at=make.DURING)
    answer = pi.post(at("sign_off_loi", loi), {"version": loi.version})
    assert answer.status_code == 409
    assert "Attach the signed letter as a PDF." in answer.content.decode()
    assert make.again(loi).state == "draft"


def test_returning_wants_a_reason(cast, visit, awaiting):
    aor = visit(cast.aor, at=make.DURING)
    assert aor.post(at("return_to_draft_loi", awaiting), {"reason": " "}).status_code == 409
    aor.post(at("return_to_draft_loi", awaiting), {"reason": "The mass is wrong."})
    assert make.again(awaiting).state == "draft"
    assert "The mass is wrong." in aor.get(at("loi", awaiting)).content.decode()


def test_filing_twice_gives_one_reference_and_its_manifest(cast, visit, awaiting):
    aor = visit(cast.aor, at=make.DURING)
    page = aor.get(at("file_loi", awaiting))
    assert page.status_code == 200
    fields = {"version": awaiting.version, "password": PASSWORD}
    for _click in range(2):
        assert aor.post(at("file_loi", awaiting), fields).status_code == 302
    filed = make.again(awaiting)
    assert (filed.reference, Filing.objects.count()) == ("TEST27-0001", 1)
    page = aor.get(at("loi", awaiting)).content.decode()
    assert "Filed as TEST27-0001" in page
    assert filed.filing.digest in page
    assert "being rendered" in page
    manifest = aor.get(at("manifest", awaiting))
    assert signing.verify(manifest.content, manifest["X-Manifest-Signature"])
    assert json.loads(manifest.content)["reference"] == "TEST27-0001"
    assert manifest.content == canonical.dumps(filed.filing.manifest)


def test_the_secretary_finds_the_receipt_too(cast, visit):
    loi = make.filed(cast)
    rendering.render_owed(make.DURING)
    for person in (cast.pi, cast.reader, cast.secretary, cast.auditor):
        page = visit(person, at=make.DURING).get(at("loi", loi))
        assert page.context["receipt"] is not None
        answer = visit(person, at=make.DURING).get(at("letter", page.context["receipt"]))
        assert answer.getvalue().startswith(b"%PDF-")
    for person in (cast.rival_pi, cast.admin, cast.outsider):
        answer = visit(person, at=make.DURING).get(at("letter", page.context["receipt"]))
        assert answer.status_code == 404


def test_filing_wants_the_password(cast, visit, awaiting):
    aor = visit(cast.aor, at=make.DURING)
    fields = {"version": awaiting.version, "password": "not this one"}
    assert aor.post(at("file_loi", awaiting), fields).status_code == 400
    assert make.again(awaiting).state == "awaiting_signature"


def test_the_pi_does_not_file(cast, visit, awaiting):
    cast.pi.set_password(PASSWORD)
    cast.pi.save()
    fields = {"version": awaiting.version, "password": PASSWORD}
    answer = visit(cast.pi, at=make.DURING).post(at("file_loi", awaiting), fields)
    assert answer.status_code == 403
    assert make.again(awaiting).state == "awaiting_signature"


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1)])
def test_filing_from_the_instant_on_is_refused_and_keeps_the_draft(cast, visit, awaiting, late):
    fields = {"version": awaiting.version, "password": PASSWORD}
    answer = visit(cast.aor, at=make.CLOSES + late).post(at("file_loi", awaiting), fields)
    assert answer.status_code == 409
    assert "this request arrived on" in answer.content.decode()
    kept = make.again(awaiting)
    assert (kept.state, kept.content) == ("awaiting_signature", awaiting.content)
    assert not Filing.objects.exists()


def test_filing_a_version_that_is_no_longer_there_is_refused(cast, visit, awaiting):
    fields = {"version": awaiting.version - 1, "password": PASSWORD}
    answer = visit(cast.aor, at=make.DURING).post(at("file_loi", awaiting), fields)
    assert answer.status_code == 409
    assert make.again(awaiting).state == "awaiting_signature"


def test_applicants_read_under_review_until_final_review(cast, visit):
    loi = make.reviewed(cast)
    judging.conclude_reviews(loi, by=cast.chair, now=make.REVIEWED)
    assert make.again(loi).state == "consensus"
    page = visit(cast.pi, at=make.REVIEWED).get(at("loi", loi)).content.decode()
    assert "under review" in page
    assert "consensus" not in page
    assert "concluded" not in page
    assert cast.secretary.name not in page
    assert cast.chair.name not in page


def test_beginning_and_registering(cast, visit):
    call = make.call(cast)
    pi = visit(cast.pi, at=make.DURING)
    begin = reverse("begin_loi", kwargs={"code": call.code})
    team = f"{cast.institute.key}:{cast.pi.key}"
    answer = pi.post(begin, {"team": team})
    loi = LetterOfIntent.objects.get()
    assert answer.url == step(loi, "identity")
    assert visit(cast.reader, at=make.DURING).post(begin, {"team": team}).status_code == 400
    assert visit(cast.pi, at=make.CLOSES).post(begin, {"team": team}).status_code == 409
    assert LetterOfIntent.objects.count() == 1

    outsider = visit(cast.outsider, at=make.DURING)
    register = reverse("register_organisation")
    fields = {"name": "Institute D", "kind": "institute", "country": "", "own": ["pi", "aor"]}
    assert "Choose the country" in outsider.post(register, fields).content.decode()
    assert outsider.post(register, {**fields, "country": "TH"}).status_code == 302
    organisation = Organisation.objects.get(name="Institute D")
    seats = set(Membership.objects.filter(organisation=organisation).values_list("role", flat=True))
    assert seats == {"owner", "pi", "aor"}
    assert organisation.verified_at is None
    again = outsider.post(register, {**fields, "name": "institute  d", "country": "TH"})
    assert "is registered already" in again.content.decode()


def test_the_list_says_state_and_deadline(cast, visit):
    pi = visit(cast.pi, at=make.DURING)
    assert "There is none yet" in pi.get(reverse("lois")).content.decode()
    make.awaiting(cast)
    page = pi.get(reverse("lois")).content.decode()
    assert "signed off, not yet filed" in page
    assert "left" in page
    outsider = visit(cast.outsider, at=make.DURING).get(reverse("lois")).content.decode()
    assert "Register an organisation" in outsider


def test_buttons_are_those_of_the_table(cast, visit):
    loi = make.awaiting(cast)
    for person in (cast.pi, cast.aor, cast.reader, cast.editor):
        page = visit(person, at=make.DURING).get(at("loi", loi))
        offered = [row["row"].action for row in page.context["offers"]]
        expected = [o.row.action for o in LOI.available(loi, person, make.DURING)]
        assert sorted(offered) == sorted(expected)


def test_the_average_power_is_reckoned_while_it_is_typed(cast, visit):
    loi = make.draft(cast)
    typing = posted(loi, modes__0__power_w="30", modes__0__duty_percent="50")
    page = visit(cast.pi, at=make.DURING).post(at("headroom", loi), typing).content.decode()
    assert "Average power 15 <" in page
    assert "duty 50 <" in page
    assert page.count("hx-swap-oob") == 1  # the mass of the one element; modes have none
