import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals import differences
from proposals.terms import Terms
from tests import make

TERMS = Terms(platforms=(("lander", "Lander"),), keywords=(("dust", "dust"),))


def pieces(old, new):
    return [(piece.kind, piece.text) for piece in differences.words(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("the same", "the same", [("same", "the same")]),
        ("a b c", "a x c", [("same", "a"), ("removed", " b"), ("added", " x"), ("same", " c")]),
        ("月球车", "月球仪", [("same", "月球"), ("removed", "车"), ("added", "仪")]),
        ("", "new", [("added", "new")]),
        ("10 kg", "10.5 kg", [("same", "10"), ("added", ".5"), ("same", " kg")]),
    ],
)
def test_texts_differ_word_by_word(old, new, found):
    assert pieces(old, new) == found


@given(st.text(), st.text())
def test_both_texts_can_be_read_off_the_pieces(old, new):
    found = pieces(old, new)
    assert "".join(text for kind, text in found if kind != "added") == old
    assert "".join(text for kind, text in found if kind != "removed") == new


def test_a_text_at_the_limit_of_a_draft_is_compared_in_no_time():
    began = time.process_time()
    differences.words("dust and ice " * 1500, "ice and dust " * 1500)
    assert time.process_time() - began < 3


def test_numbers_have_their_unit_and_only_what_changed_is_told():
    old = make.content()
    new = make.content(resources={"power_night_w": "44"})
    (part,) = differences.between(old, new, TERMS)
    assert part.name == "resources"
    (change,) = part.changes
    assert (str(change.label), change.new) == ("Power to survive the night", "44 W")
    assert change.old.endswith(" W")
    assert differences.sections(old, new) == ["resources"]


def rows(old, new):
    before, after = ({"resources": {"elements": table}} for table in (old, new))
    (part,) = differences.between(before, after, TERMS)
    (grid,) = part.grids
    return [
        (row.kind, row.place, row.name, [str(c.label) for c in row.changes]) for row in grid.rows
    ]


def test_rows_are_added_removed_and_changed():
    head, mast = {"name": "Head", "quantity": "1"}, {"name": "Mast", "quantity": "2"}
    wheel = {"name": "Wheel", "quantity": "6"}
    assert rows([head], [head, mast]) == [("added", 2, "Mast", ["Element", "Quantity"])]
    assert rows([head, mast], [mast]) == [("removed", 1, "Head", ["Element", "Quantity"])]
    assert rows([head, mast], [head, mast | {"quantity": "3"}]) == [
        ("changed", 2, "Mast", ["Quantity"])
    ]
    assert rows([head, mast], [wheel, mast]) == [
        ("added", 1, "Wheel", ["Element", "Quantity"]),
        ("removed", 1, "Head", ["Element", "Quantity"]),
    ]
