import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.similarity import ALIKE, MOST, Party, alike, likely, likeness

SAME = [
    ("University of Nairobi", "Nairobi University"),
    ("Andean Lunar Institute", "ANDEAN LUNAR INST."),
    ("ETH Zürich", "Eth Zurich"),
    ("Space Research Institute", "The Institute of Space Research"),
    ("Centre for Planetary Science", "Center of planetary sciences"),
    ("北京大学", "北京大学"),
]
LIKE = [
    ("Massachusetts Institute of Technology", "MIT"),
    ("Massachusetts Institute of Technology", "Massachusets Institute of Technlogy"),
    ("Eidgenössische Technische Hochschule", "E.T.H."),
    ("Universidad de Chile", "University of Chile"),
    ("University of Nairobi", "University of Nairobi, Faculty of Science"),
    ("中国科学院国家天文台", "国家天文台"),
    ("جامعة القاهرة", "جامعه القاهره"),
    ("Space Research Institute IKI", "IKI"),
]
OTHER = [
    ("Institute A", "Institute B"),
    ("Institute of Physics", "Institute of Chemistry"),
    ("University of Oslo", "University of Bergen"),
    ("National Space Agency of Kenya", "National Space Agency of Egypt"),
    ("Politecnico di Milano", "Politecnico di Torino"),
    ("清华大学", "北京大学"),
    ("北京大学", "北京航空航天大学"),
    ("جامعة القاهرة", "جامعة الرياض"),
]


@pytest.mark.parametrize("one, other", SAME)
def test_the_same_words_are_the_same_name(one, other):
    assert alike(one, other) == 1


@pytest.mark.parametrize("one, other", LIKE)
def test_slips_abbreviations_and_parts_are_asked_about(one, other):
    assert ALIKE <= alike(one, other) < 1


@pytest.mark.parametrize("one, other", OTHER)
def test_what_only_sounds_like_an_institution_is_left_alone(one, other):
    assert alike(one, other) < ALIKE


@given(st.text(max_size=60), st.text(max_size=60))
def test_it_is_a_number_and_goes_both_ways(one, other):
    assert 0 <= alike(one, other) <= 1
    assert alike(one, other) == alike(other, one)


def test_a_shared_domain_or_ror_id_is_enough():
    known = Party("k", ("Sahel Imaging Centre",), ("sic.example.org",), "05a28rw58")
    by_domain = likeness(Party("", ("Something else",), ("sic.example.org",)), known)
    by_ror = likeness(Party("", ("Something else",), (), "05a28rw58"), known)
    assert by_domain.score == by_ror.score == 1
    assert "sic.example.org" in str(by_domain.reason) and "ROR" in str(by_ror.reason)
    assert likeness(Party("", ("Something else",)), known) is None


def test_an_alias_counts_as_a_name():
    known = Party("k", ("Sahel Imaging Centre", "West African Camera Workshop"))
    found = likeness(Party("", ("West-African Camera Workshop",)), known)
    assert str(found.reason) == "also called “West African Camera Workshop”"


def test_the_likeliest_come_first_and_few():
    known = [Party(f"k{n}", (f"Andean Lunar Institute {'x' * n}".strip(),)) for n in range(9)]
    found = likely(Party("", ("Andean Lunar Institute",)), known)
    assert found[0].key == "k0" and len(found) == MOST
    assert found == likely(Party("", ("Andean Lunar Institute",)), list(reversed(known)))
