"""What is wrong with a set of cases, added up in exact numbers and without a solver."""

from collections.abc import Collection, Iterator
from decimal import Decimal

from portal.text import Text, plain, say
from reviews.selection.choice import Budget, Choice, Item


def used(choice: Choice, chosen: Collection[str]) -> dict[str, Decimal]:
    """Budget name → what the chosen cases take of it together."""
    taken = [one for one in choice.items if one.key in chosen]
    return {
        budget.name: sum((one.demand.get(budget.name, Decimal(0)) for one in taken), Decimal(0))
        for budget in choice.budgets
    }


def faults(choice: Choice, chosen: Collection[str]) -> list[Text]:
    """Each limit and rule that the set breaks, with its numbers; none for a set that holds."""
    taken = [one for one in choice.items if one.key in chosen]
    return [*_over(choice, taken), *_shares(choice, taken), *_single(choice, set(chosen))]


def _over(choice: Choice, taken: list[Item]) -> Iterator[Text]:
    sums = used(choice, {one.key for one in taken})
    for budget in choice.budgets:
        over = sums[budget.name] - budget.capacity
        if over > 0:
            yield say(
                "%(name)s: %(sum)s of the %(most)s that can be given, %(over)s too much.",
                name=budget.name,
                sum=plain(sums[budget.name]),
                most=budget.amount(budget.capacity),
                over=budget.amount(over),
            )
        yield from _over_cap(budget, taken)


def _over_cap(budget: Budget, taken: list[Item]) -> Iterator[Text]:
    for one in taken:
        asked = one.demand.get(budget.name, Decimal(0))
        if budget.each is not None and asked > budget.each:
            yield say(
                "%(name)s: %(key)s asks %(asked)s of the %(most)s that one case may have.",
                name=budget.name,
                key=one.key,
                asked=plain(asked),
                most=budget.amount(budget.each),
            )


def _shares(choice: Choice, taken: list[Item]) -> Iterator[Text]:
    for share in choice.shares:
        number = sum(share.group in one.groups for one in taken)
        if number < share.least:
            yield say(
                "%(n)s of %(group)s; at least %(least)s are to be in.",
                n=number,
                group=share.group,
                least=share.least,
            )
        if share.most is not None and number > share.most:
            yield say(
                "%(n)s of %(group)s; at most %(most)s may be in.",
                n=number,
                group=share.group,
                most=share.most,
            )


def _single(choice: Choice, held: set[str]) -> Iterator[Text]:
    for one, other in sorted(choice.apart):
        if {one, other} <= held:
            yield say("%(one)s and %(other)s may not both be in.", one=one, other=other)
    for one, other in sorted(choice.needs):
        if one in held and other not in held:
            yield say("%(one)s may only be in with %(other)s.", one=one, other=other)
    for key in sorted(choice.inside - held):
        yield say("%(key)s is to be in.", key=key)
    for key in sorted(choice.outside & held):
        yield say("%(key)s is to stay out.", key=key)
