import pytest

from proposals.merging import merge, same

ROW = {"name": "Head", "mass": "1"}


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "value", "taken", "disputed"),
    [
        ("a", "a", "a", "a", (), ()),
        ("a", "b", "a", "b", (), ()),
        ("a", "a", "b", "b", ("field",), ()),
        ("a", "b", "b", "b", (), ()),
        ("a", "b", "c", "b", (), ("field",)),
        ("", "", "c", "c", ("field",), ()),
        (["x", "y"], ["y", "x"], ["x"], ["x"], ("field",), ()),
        ([ROW], [ROW, {"name": ""}], [ROW, ROW], [ROW, ROW], ("field",), ()),
        ([ROW], [], [ROW, ROW], [], (), ("field",)),
    ],
)
def test_each_side_keeps_what_it_alone_changed(base, mine, theirs, value, taken, disputed):
    found = merge({"field": base}, {"field": mine}, {"field": theirs})
    assert (found.values["field"], found.taken, found.disputed) == (value, taken, disputed)


def test_a_field_nobody_had_before_counts_as_empty():
    found = merge({}, {"one": "1", "two": ""}, {"two": "2"})
    assert found.values == {"one": "1", "two": "2"}
    assert found.disputed == ()


def test_empty_rows_and_the_order_of_ticks_are_no_change():
    assert same("", []) and same(None, "")
    assert same([{"name": ""}], [])
    assert same(["b", "a"], ["a", "b"])
    assert not same([ROW, {"name": "x"}], [{"name": "x"}, ROW])
