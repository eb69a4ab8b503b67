"""A choice as rows of whole numbers, each with its sentence."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from portal.text import plain, say
from reviews.selection.choice import Budget, Choice, Item
from reviews.selection.program import Program, Row

MILLI = Decimal("0.001")  # grams of kilograms, milliwatts of watts, thousandths of a point


def ordered(choice: Choice) -> list[Item]:
    """The items by key: a variable of the program is a place in this list."""
    return sorted(choice.items, key=lambda one: one.key)


def values_of(choice: Choice) -> tuple[int, ...]:
    """In thousandths of a point; a finer value has no place in an exact answer."""
    found = [one.value / MILLI for one in ordered(choice)]
    if any(value != value.to_integral_value() for value in found):
        raise ValueError("a value is finer than a thousandth of a point")
    return tuple(int(value) for value in found)


def use_of(choice: Choice, budget: str) -> tuple[int, ...]:
    """What each item takes of a budget."""
    return tuple(up(one.demand.get(budget, Decimal(0))) for one in ordered(choice))


def up(amount: Decimal) -> int:
    """What is taken, in thousandths of its unit, never less than it is."""
    return int((amount / MILLI).to_integral_value(ROUND_CEILING))


def down(amount: Decimal) -> int:
    """What is given, in thousandths of its unit, never more than it is."""
    return int((amount / MILLI).to_integral_value(ROUND_FLOOR))


def program_of(choice: Choice) -> Program:
    place = {one.key: number for number, one in enumerate(ordered(choice))}
    rows: list[Row] = []
    for budget in choice.budgets:
        rows += _budget(budget, choice, place)
    rows += _shares(choice, place)
    rows += _single(choice, place)
    return Program(values_of(choice), tuple(rows))


def _budget(budget: Budget, choice: Choice, place: dict[str, int]) -> Iterator[Row]:
    asked = [
        (one.key, one.demand[budget.name]) for one in ordered(choice) if one.demand.get(budget.name)
    ]
    yield Row(
        tuple((place[key], up(amount)) for key, amount in asked),
        most=down(budget.capacity),
        why=say(
            "%(name)s: at most %(most)s", name=budget.name, most=budget.amount(budget.capacity)
        ),
        budget=budget.name,
    )
    for key, amount in asked:
        if budget.each is not None and amount > budget.each:
            why = say(
                "%(name)s: %(key)s asks %(amount)s, and one case has at most %(each)s",
                name=budget.name,
                key=key,
                amount=plain(amount),
                each=budget.amount(budget.each),
            )
            yield Row(((place[key], 1),), most=0, why=why)


def _shares(choice: Choice, place: dict[str, int]) -> Iterator[Row]:
    for share in choice.shares:
        terms = tuple((place[one.key], 1) for one in ordered(choice) if share.group in one.groups)
        if share.least:
            why = say("at least %(n)s of %(group)s", n=share.least, group=share.group)
            yield Row(terms, least=share.least, why=why)
        if share.most is not None:
            why = say("at most %(n)s of %(group)s", n=share.most, group=share.group)
            yield Row(terms, most=share.most, why=why)


def _single(choice: Choice, place: dict[str, int]) -> Iterator[Row]:
    for one, other in sorted(choice.apart):
        why = say("not both %(one)s and %(other)s", one=one, other=other)
        yield Row(((place[one], 1), (place[other], 1)), most=1, why=why)
    for one, other in sorted(choice.needs):
        why = say("%(one)s only with %(other)s", one=one, other=other)
        yield Row(((place[one], 1), (place[other], -1)), most=0, why=why)
    for key in sorted(choice.inside):
        yield Row(((place[key], 1),), least=1, why=say("%(key)s is in", key=key))
    for key in sorted(choice.outside):
        yield Row(((place[key], 1),), most=0, why=say("%(key)s is out", key=key))
