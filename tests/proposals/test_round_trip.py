"""Nothing typed is lost: over every field and table of the form, whatever was typed in it."""

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proposals import content as document
from proposals import reading
from proposals.forms.sections import SectionForm
from proposals.sections import CHOICES, DECIMAL, FLAG, INTEGER, SECTIONS, Field, Section
from proposals.services import drafts
from tests import make
from tests.proposals.test_checks import TERMS

ROUND_TRIPS = 5  # for each section, each with every field and table of it
LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=30)
NUMBERS = st.sampled_from(["", " ", "0", "-1", "1,5", "0.10", "1e3", "2028-05-31", "CN", "yes"])


def typed(field: Field, sound: bool):
    """What a browser could send for the field; `sound` leaves out what no filing would pass."""
    if field.kind == FLAG:
        return st.sampled_from(["", "on"])
    codes = [code for code, _label in TERMS.options(field)]
    if field.kind == CHOICES:
        some = st.lists(st.sampled_from([*codes, "off the list"]), max_size=5, unique=True)
        return some.map(sorted) if sound else some
    if field.kind in {INTEGER, DECIMAL} and sound:
        return st.sampled_from(["", "0", "7", "-40", "100"]) | st.integers(1, 9999).map(str)
    return st.sampled_from(codes) | LINES if codes else NUMBERS | LINES


def drawn(section: Section, sound: bool = False):
    """A whole section: each of its fields, and up to three rows of each of its tables."""
    held = {field.name: typed(field, sound) for field in section.fields}
    for rows in section.rows:
        row = st.fixed_dictionaries({field.name: typed(field, sound) for field in rows.fields})
        held[rows.name] = st.lists(row, max_size=3)
    return st.fixed_dictionaries(held)


def sent(section: Section, values: dict) -> QueryDict:
    """The form as the browser posts it."""
    post = QueryDict(mutable=True)
    for field in section.fields:
        value = values[field.name]
        if field.kind == CHOICES:
            post.setlist(field.name, value)
        elif value or field.kind != FLAG:
            post[field.name] = value
    for rows in section.rows:
        post[f"{rows.name}-rows"] = str(len(values[rows.name]))
        for place, row in enumerate(values[rows.name]):
            for field in rows.fields:
                if row[field.name] or field.kind != FLAG:
                    post[f"{rows.name}-{place}-{field.name}"] = row[field.name]
    return post


SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
each_section = pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)


@each_section
def test_what_is_posted_and_saved_loads_as_it_was_typed(cast, section):
    loi = make.begun(cast)

    @settings(max_examples=ROUND_TRIPS, deadline=None, suppress_health_check=SLOW)
    @given(drawn(section))
    def holds(values):
        form = SectionForm(section, TERMS, sent(section, values))
        assert form.is_valid(), form.refused
        before = make.again(loi).version
        drafts.save_draft(
            loi,
            section=section.name,
            values=form.values,
            version=before,
            by=cast.pi,
            now=make.DURING,
        )
        kept = make.again(loi)
        assert kept.content[section.name] == values
        assert kept.revisions.latest("version").content[section.name] == values
        shown = SectionForm(section, TERMS, kept.content[section.name])
        assert shown.is_valid()
        empty = {rows.name: [] for rows in section.rows if not values[rows.name]}
        assert {**shown.values, **empty} == values  # an empty table shows a row to begin with

    holds()


@each_section
def test_what_is_frozen_shows_what_was_typed(section):
    @settings(max_examples=ROUND_TRIPS, deadline=None, suppress_health_check=SLOW)
    @given(drawn(section, sound=True))
    def holds(values):
        draft = {section.name: values}
        thawed = reading.thaw(document.typed(draft, TERMS))
        assert reading.parts(thawed, TERMS) == reading.parts(document.asked(draft, TERMS), TERMS)

    holds()
