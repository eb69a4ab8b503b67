from datetime import date
from decimal import Decimal

import pytest

from portal import text
from portal.text import say
from portal.verdict import YES, Refused, no, require


def test_a_sentence_takes_its_numbers_without_idle_zeros():
    assert str(say("%(mev)s kg of %(cap)s kg", mev=Decimal("110.400"), cap=100)) == (
        "110.4 kg of 100 kg"
    )


@pytest.mark.parametrize(
    "value, said",
    [
        (Decimal("200"), "200"),
        (Decimal("0.945"), "0.945"),
        (Decimal("1E+2"), "100"),
        (Decimal("0.000"), "0"),
        (date(2027, 6, 1), "1 June 2027"),
        ("100.0", "100.0"),
    ],
)
def test_values_stand_in_sentences_as_people_write_them(value, said):
    assert text.plain(value) == said


def test_a_sentence_inside_a_sentence_is_said_as_well():
    inner = say("%(n)s kg", n=Decimal("1.50"))
    assert str(say("The first: %(inner)s", inner=inner)) == "The first: 1.5 kg"


def test_a_sentence_is_translated_when_it_is_read(monkeypatch):
    sentence = say("%(n)s kg are free", n=5)
    monkeypatch.setattr(text, "translate", {"%(n)s kg are free": "frei: %(n)s kg"}.get)
    assert str(sentence) == "frei: 5 kg"


def test_a_percent_sign_stays_one():
    assert str(say("5 %% of %(n)s", n=20)) == "5 % of 20"


def test_a_verdict_is_true_exactly_when_it_is_a_yes():
    refusal = no("mass.cap", say("Too heavy."), field="mass", who=True)
    assert YES and not refusal
    assert (refusal.rule, refusal.field, refusal.who) == ("mass.cap", "mass", True)


def test_a_refusal_carries_its_verdict():
    require(YES)
    refusal = no("mass.cap", say("%(n)s kg is too heavy.", n=Decimal("1.50")))
    with pytest.raises(Refused) as caught:
        require(refusal)
    assert caught.value.verdict is refusal
    assert str(caught.value) == "1.5 kg is too heavy."
