import pytest
from django.test import Client

from portal.models import Event, KeptForm
from proposals.models import Revision
from tests import make
from tests.make.pages import posted, step

TYPING = {"HX-Request": "true"}


def test_autosave_keeps_a_version_and_writes_no_event(cast, visit):
    loi = make.draft(cast)
    pi, events = visit(cast.pi, at=make.DURING), Event.objects.count()
    answer = pi.post(step(loi), posted(loi, data_rate_kbit_s="3"), headers=TYPING).content.decode()
    kept = make.again(loi)
    assert kept.content["resources"]["data_rate_kbit_s"] == "3"
    assert f'value="{kept.version}"' in answer
    assert f"Revision {kept.version}, saved at" in answer
    assert kept.revisions.filter(version=kept.version).exists()
    assert Event.objects.count() == events


def test_a_row_is_added_while_the_page_stays_open(cast, visit):
    loi = make.draft(cast)
    fields = posted(loi, elements__0__name="Head", data_rate_kbit_s="7", add="elements")
    answer = visit(cast.pi, at=make.DURING).post(step(loi), fields, headers=TYPING)
    page = answer.content.decode()
    assert page.count('<details class="panel row-of"') == 2
    assert 'name="elements-1-name"' in page
    assert "<summary autofocus>" in page.split('id="row-elements-1"')[1]
    assert 'name="data_rate_kbit_s"' not in page  # what is typed elsewhere is left alone
    kept = make.again(loi).content["resources"]
    assert [row["name"] for row in kept["elements"]] == ["Head", ""]
    assert kept["data_rate_kbit_s"] == "7"


def test_two_people_on_different_fields_are_merged(cast, visit):
    loi = make.draft(cast)
    fields = posted(loi)
    visit(cast.editor, at=make.DURING).post(step(loi), fields | {"data_rate_kbit_s": "33"})
    pi = visit(cast.pi, at=make.DURING)
    answer = pi.post(step(loi), fields | {"data_mbit_day": "44", "add": "elements"}, follow=True)
    kept = make.again(loi)
    assert kept.content["resources"]["data_rate_kbit_s"] == "33"
    assert kept.content["resources"]["data_mbit_day"] == "44"
    assert len(kept.content["resources"]["elements"]) == 2
    assert f"{cast.editor.name} changed “Data rate” meanwhile." in answer.content.decode()


def test_while_typing_what_others_changed_comes_into_the_page(cast, visit):
    loi = make.draft(cast)
    fields = posted(loi)
    visit(cast.editor, at=make.DURING).post(step(loi), fields | {"data_rate_kbit_s": "33"})
    pi = visit(cast.pi, at=make.DURING)
    page = pi.post(step(loi), fields | {"data_mbit_day": "44"}, headers=TYPING).content.decode()
    assert 'name="data_rate_kbit_s" value="33"' in page
    assert 'name="data_mbit_day"' not in page


def test_two_tabs_on_one_field_are_shown_both_and_one_is_chosen(cast, visit):
    loi = make.draft(cast)
    one, other = visit(cast.pi, at=make.DURING), visit(cast.pi, at=make.DURING)
    fields = posted(loi)
    other.post(step(loi), fields | {"data_rate_kbit_s": "33", "power_night_w": "3"})
    typing = one.post(step(loi), fields | {"data_rate_kbit_s": "44"}, headers=TYPING)
    assert typing.status_code == 409
    assert "changed “Data rate” as well" in typing.content.decode()
    answer = one.post(step(loi), fields | {"data_rate_kbit_s": "44", "data_mbit_day": "5"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'name="pick-data_rate_kbit_s" value="saved"' in page
    assert "33" in page and "44" in page
    assert make.again(loi).content["resources"]["data_rate_kbit_s"] == "33"

    shown = dict(answer.context["typed"]) | {"act": "merge", "version": make.again(loi).version}
    one.post(step(loi), shown | {"pick-data_rate_kbit_s": "saved", "data_rate_kbit_s": "44"})
    kept = make.again(loi).content["resources"]
    assert (kept["data_rate_kbit_s"], kept["power_night_w"], kept["data_mbit_day"]) == (
        "33",
        "3",
        "5",
    )
    assert Revision.objects.filter(loi=loi, content__resources__data_rate_kbit_s="33").exists()


def test_both_texts_are_written_into_one(cast, visit):
    loi = make.draft(cast)
    pi, editor = visit(cast.pi, at=make.DURING), visit(cast.editor, at=make.DURING)
    fields = posted(loi, "science")
    editor.post(step(loi, "science"), fields | {"benefits": "Ten students."})
    answer = pi.post(step(loi, "science"), fields | {"benefits": "Two schools."})
    assert "<ins>Two schools</ins>" in answer.content.decode()
    shown = dict(answer.context["typed"]) | {"act": "merge", "version": make.again(loi).version}
    written = shown | {"pick-benefits": "mine", "benefits": "Ten students, two schools."}
    pi.post(step(loi, "science"), written)
    assert make.again(loi).content["science"]["benefits"] == "Ten students, two schools."


def test_the_same_post_again_brings_nothing_back(cast, visit):
    loi = make.draft(cast)
    pi = visit(cast.pi, at=make.DURING)
    before = posted(loi, data_rate_kbit_s="3")
    pi.post(step(loi), before)
    pi.post(step(loi), posted(make.again(loi), data_rate_kbit_s="4"))
    version = make.again(loi).version
    assert pi.post(step(loi), before | {"again": "1"}, headers=TYPING).status_code == 200
    kept = make.again(loi)
    assert (kept.version, kept.content["resources"]["data_rate_kbit_s"]) == (version, "4")


def stamped(client: Client, loi, **changes) -> dict:
    """What a page that this person has open posts."""
    page = client.get(step(loi))
    return posted(loi, **changes) | {"stamp": page.context["stamp"]}


def test_a_save_after_the_session_has_ended_is_there_after_signing_in(cast, visit):
    loi = make.draft(cast)
    pi = visit(cast.pi, at=make.DURING)
    fields = stamped(pi, loi, data_rate_kbit_s="3.3")
    pi.logout()
    assert pi.post(step(loi), fields, headers=TYPING).status_code == 401
    answer = pi.post(step(loi), fields)
    assert answer.url.startswith("/accounts/login/") and step(loi) in answer.url
    assert make.again(loi).version == loi.version

    for other in (cast.editor, cast.aor):
        assert "3.3" not in visit(other, at=make.DURING).get(step(loi)).content.decode()
    page = visit(cast.pi, at=make.DURING).get(step(loi))
    assert 'name="data_rate_kbit_s" value="3.3"' in page.content.decode()
    assert "What you typed is here again, and not yet saved" in page.content.decode()

    unsaved = page.context["unsaved"]
    visit(cast.pi, at=make.DURING).post(step(loi), fields | {"kept": unsaved.pk})
    assert make.again(loi).content["resources"]["data_rate_kbit_s"] == "3.3"
    assert not KeptForm.objects.exists()


def test_a_page_of_one_person_saves_nothing_as_another(cast, visit):
    loi = make.draft(cast)
    fields = stamped(visit(cast.pi, at=make.DURING), loi, data_rate_kbit_s="3.3")
    editor = visit(cast.editor, at=make.DURING)
    assert editor.post(step(loi), fields).status_code == 403
    assert make.again(loi).version == loi.version
    assert KeptForm.objects.get().user == cast.pi


@pytest.mark.parametrize("forged", ["", "nonsense", "WyJhIiwgImIiXQ:1abc:def"])
def test_nobody_leaves_a_text_for_somebody_else(cast, visit, forged):
    loi = make.draft(cast)
    anonymous = Client()
    answer = anonymous.post(step(loi), posted(loi) | {"stamp": forged})
    assert answer.status_code == 302
    other = stamped(visit(cast.pi, at=make.DURING), loi)["stamp"]
    anonymous.post(step(loi, "science"), posted(loi, "science") | {"stamp": other})
    assert not KeptForm.objects.exists()


def test_a_token_older_than_the_session_keeps_the_text(cast, visit):
    loi = make.draft(cast)
    fields = stamped(visit(cast.pi, at=make.DURING), loi, data_rate_kbit_s="3.3")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.pi)
    answer = strict.post(step(loi), fields)
    assert (answer.status_code, answer.url) == (302, step(loi))
    assert 'name="data_rate_kbit_s" value="3.3"' in strict.get(step(loi)).content.decode()
    assert strict.post(step(loi), posted(loi)).status_code == 403
