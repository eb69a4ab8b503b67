from datetime import timedelta

import pytest
from django.urls import reverse

from portal.models import Event
from proposals.services import drafts, filings
from tests import make
from tests.make.pages import at, posted, step

MINUTE = timedelta(minutes=1)


def save(loi, by, after, **changes):
    """Peak power and the like, saved `after` the story's instant."""
    loi = make.again(loi)
    values = loi.content["resources"] | changes
    return drafts.save_draft(
        loi, section="resources", values=values, version=loi.version, by=by, now=make.DURING + after
    )


def lines(client, loi):
    page = client.get(at("revisions", loi))
    return [(one.first, one.last, one.who, one.sections) for one in page.context["lines"]]


def test_saves_of_one_sitting_are_one_line(cast, visit):
    loi = make.draft(cast)
    first = loi.version
    for minutes in (60, 62, 65):
        save(loi, cast.editor, minutes * MINUTE, power_night_w=str(minutes))
    save(loi, cast.pi, 66 * MINUTE, data_mbit_day="1")
    save(loi, cast.pi, 99 * MINUTE, data_mbit_day="2")
    found = lines(visit(cast.reader, at=make.DURING), loi)
    resources = ["Resource sheet"]
    assert found[:3] == [
        (first + 5, first + 5, cast.pi.name, resources),
        (first + 4, first + 4, cast.pi.name, resources),
        (first + 1, first + 3, cast.editor.name, resources),
    ]
    assert len(found) == 4


def test_the_difference_reads_field_by_field(cast, visit):
    loi = make.draft(cast)
    old = loi.version
    save(loi, cast.editor, MINUTE, power_night_w="44")
    path = reverse("difference", kwargs={"key": loi.key, "old": old, "new": old + 1})
    page = visit(cast.pi, at=make.DURING).get(path).content.decode()
    assert "Power to survive the night" in page
    assert "<ins>44 W</ins>" in page
    assert "Science case" not in page
    chosen = {"old": old + 1, "new": old}
    assert visit(cast.pi, at=make.DURING).get(at("revisions", loi), chosen).url == path


def test_what_was_filed_is_marked(cast, visit):
    loi = make.filed(cast)
    page = visit(cast.pi, at=make.DURING).get(at("revisions", loi)).content.decode()
    assert f"filed as {loi.reference}, version 1" in page


def test_an_earlier_text_is_brought_back_as_a_new_version(cast, visit):
    loi = make.draft(cast)
    old = loi.version
    loi = save(loi, cast.editor, MINUTE, power_night_w="44")
    events = Event.objects.count()
    pi = visit(cast.pi, at=make.DURING)
    path = reverse("bring_back", kwargs={"key": loi.key, "number": old})
    stale = pi.post(path, {"version": old})
    assert stale.status_code == 409
    assert pi.post(path, {"version": loi.version}).status_code == 302
    kept = make.again(loi)
    assert kept.version == old + 2
    assert kept.content == kept.revisions.get(version=old).content
    assert Event.objects.count() == events
    filings.sign_off(kept, version=kept.version, by=cast.pi, now=make.DURING)
    assert pi.post(path, {"version": kept.version}).status_code == 409
    reader = visit(cast.reader, at=make.DURING)
    assert reader.post(path, {"version": kept.version}).status_code == 403


@pytest.mark.parametrize("number", [0, 999, 10**40])
def test_a_revision_that_never_was_empties_no_draft(cast, visit, number):
    loi = make.draft(cast)
    path = reverse("bring_back", kwargs={"key": loi.key, "number": number})
    answer = visit(cast.pi, at=make.DURING).post(path, {"version": loi.version})
    assert answer.status_code == 404
    assert make.again(loi).content == loi.content


@pytest.mark.parametrize("name", ["rival_pi", "secretary", "auditor", "outsider"])
def test_what_was_drafted_is_the_organisations(cast, visit, name):
    loi = make.filed(cast)
    other = visit(getattr(cast, name), at=make.DURING)
    assert other.get(at("revisions", loi)).status_code == 404
    path = reverse("difference", kwargs={"key": loi.key, "old": 1, "new": 2})
    assert other.get(path).status_code == 404


def test_the_list_asks_as_little_for_many_as_for_few(cast, visit, django_assert_num_queries):
    loi = make.draft(cast)
    reader = visit(cast.reader, at=make.DURING)
    reader.get(at("revisions", loi))
    with django_assert_num_queries(11):
        reader.get(at("revisions", loi))
    for minutes in range(60, 100, 20):
        save(loi, cast.editor, minutes * MINUTE, power_night_w=str(minutes))
    with django_assert_num_queries(11):
        reader.get(at("revisions", loi))


def test_who_else_is_here_is_told(cast, visit):
    loi = make.draft(cast)
    here = reverse("presence", kwargs={"key": loi.key, "section": "resources"})
    science = reverse("presence", kwargs={"key": loi.key, "section": "science"})
    pi, editor = visit(cast.pi, at=make.DURING), visit(cast.editor, at=make.DURING)
    assert "is on" not in pi.get(here).content.decode()
    assert f"{cast.pi.name} is on this step." in editor.get(here).content.decode()
    assert f"{cast.editor.name} is on this step." in pi.get(step(loi)).content.decode()
    editor.get(science)
    assert f"{cast.editor.name} is on “Science case”." in pi.get(here).content.decode()
    later = visit(cast.pi, at=make.DURING + MINUTE)
    assert "is on" not in later.get(here).content.decode()
    assert loi.presences.count() == 2
    for other in (cast.reader, cast.rival_pi):
        assert visit(other, at=make.DURING).get(here).status_code == 404


def test_what_was_saved_meanwhile_is_told(cast, visit):
    loi = make.draft(cast)
    visit(cast.editor, at=make.DURING).post(step(loi), posted(loi, power_night_w="3"))
    here = reverse("presence", kwargs={"key": loi.key, "section": "resources"})
    later = visit(cast.pi, at=make.DURING + timedelta(seconds=40))
    told = later.get(here, {"version": loi.version}).content.decode()
    assert f"{cast.editor.name} saved revision {loi.version + 1} 40 seconds ago." in told
