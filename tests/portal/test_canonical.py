import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import canonical

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.datetimes(timezones=st.just(UTC))
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def test_one_value_has_one_text():
    one = {"b": Decimal("1.10"), "a": [1, None], "é": datetime(2027, 3, 31, 16, tzinfo=UTC)}
    text = '{"a":[1,null],"b":"1.10","é":"2027-03-31T16:00:00+00:00"}'
    assert canonical.dumps(one) == text.encode()
    assert canonical.dumps(dict(reversed(one.items()))) == text.encode()


def test_what_was_written_stays_apart():
    assert canonical.digest(Decimal("1.10")) != canonical.digest(Decimal("1.1"))
    assert canonical.digest(True) != canonical.digest(1)


@pytest.mark.parametrize("value", [1.5, [0.1], {"a": {"b": float("nan")}}])
def test_a_float_has_no_one_text(value):
    with pytest.raises(TypeError, match="float"):
        canonical.dumps(value)


@given(values)
def test_the_text_survives_json_and_back(value):
    plain = canonical.plain(value)
    assert canonical.dumps(json.loads(canonical.dumps(value))) == canonical.dumps(plain)
    assert canonical.digest(plain) == canonical.digest(value)
