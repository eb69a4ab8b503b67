import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import identifiers

DIGITS = st.text("0123456789", min_size=15, max_size=15)


@pytest.mark.parametrize(
    "typed", ["05a28rw58", "https://ror.org/05a28rw58", "ror.org/05A28RW58/", " 05a28rw58 "]
)
def test_a_ror_id_is_read_however_it_is_written(typed):
    assert identifiers.ror(typed) == "05a28rw58"


# Cambridge, ETH Zurich, DataCite, Crossref, Caltech.
@pytest.mark.parametrize("known", ["013meh722", "05a28rw58", "04wxnsj81", "02twcfp32", "05dxps055"])
def test_ror_ids_of_real_institutions_hold(known):
    assert identifiers.ror(known) == known


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "05a28rw59",  # another check digit
        "05a28wr58",  # two characters changed places
        "15a28rw58",  # does not begin with 0
        "05a28iw58",  # i is no character of it
        "05a28rw5",
        "https://example.org/05a28rw58",
        "https://ror.org/05a28rw58/more",
    ],
)
def test_what_is_no_ror_id_is_none(typed):
    assert identifiers.ror(typed) is None


@pytest.mark.parametrize("known", ["0000-0002-1825-0097", "0000-0002-1694-233X"])
def test_orcid_ids_of_its_own_documentation_hold(known):
    assert identifiers.orcid(known) == known
    assert identifiers.orcid(known.replace("-", "")) == known
    assert identifiers.orcid(f"https://orcid.org/{known.lower()}") == known


@pytest.mark.parametrize("typed", ["", "0000-0002-1825-009", "0000-0002-1825-009X", "x" * 16])
def test_what_is_no_orcid_id_is_none(typed):
    assert identifiers.orcid(typed) is None


@given(DIGITS)
def test_one_check_character_fits_and_a_slip_is_noticed(digits):
    held = [c for c in "0123456789X" if identifiers.orcid(digits + c)]
    assert len(held) == 1
    slipped = str((int(digits[7]) + 1) % 10)
    assert identifiers.orcid(digits[:7] + slipped + digits[8:] + held[0]) is None
