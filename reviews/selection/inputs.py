"""What a scenario is worked out from, as it is kept: canonical JSON, and the choice it makes.

    {"cases":   [{"key", "reference", "total", "sd", "uses": {budget: amount}, "groups": [group]}],
     "budgets": [{"code", "name", "unit", "offered", "held_back", "others", "cap"}],
     "groups":  {group: its name in a sentence},
     "rules":   {"inside", "outside": [reference], "apart", "needs": [[reference, reference]],
                 "shares": [[group, least, most]], "most": number of cases or null}}

Amounts are texts of decimals in the unit of their budget; `others` is what decisions on cases
outside of the scenario take. `sd` is the standard error of the total.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from portal.text import say
from reviews.selection.choice import Budget, Choice, Item, Share

EVERYTHING = "*"
NO_RULES: dict = {
    "inside": [],
    "outside": [],
    "apart": [],
    "needs": [],
    "shares": [],
    "most": None,
}


def choice_of(inputs: Mapping) -> Choice:
    """The choice with its rules; the keys of its items are references, its budgets their names."""
    rules = {**NO_RULES, **inputs["rules"]}
    names = {**inputs["groups"], EVERYTHING: str(say("all cases"))}
    called = {one["code"]: one["name"] for one in inputs["budgets"]}
    shares = [Share(names[group], least or 0, most) for group, least, most in rules["shares"]]
    if rules["most"] is not None:
        shares.append(Share(names[EVERYTHING], 0, rules["most"]))
    return Choice(
        items=tuple(
            Item(
                one["reference"],
                Decimal(one["total"]),
                {called[code]: Decimal(amount) for code, amount in one["uses"].items()},
                frozenset(names[group] for group in (*one["groups"], EVERYTHING)),
            )
            for one in inputs["cases"]
        ),
        budgets=tuple(map(_budget, inputs["budgets"])),
        shares=tuple(shares),
        apart=frozenset(tuple(sorted(pair)) for pair in rules["apart"]),
        needs=frozenset(map(tuple, rules["needs"])),
        inside=frozenset(rules["inside"]),
        outside=frozenset(rules["outside"]),
    )


def _budget(one: Mapping) -> Budget:
    return Budget(
        one["name"],
        one["unit"],
        available(one) - Decimal(one["others"]),
        None if one["cap"] is None else Decimal(one["cap"]),
    )


def available(budget: Mapping) -> Decimal:
    return Decimal(budget["offered"]) - Decimal(budget["held_back"])


def errors_of(inputs: Mapping) -> dict[str, Decimal]:
    """Reference → the standard error of its total."""
    return {one["reference"]: Decimal(one["sd"]) for one in inputs["cases"]}


def changed(one: Iterable[str], other: Iterable[str]) -> tuple[list[str], list[str]]:
    """(in the first and not in the second, in the second and not in the first)."""
    first, second = set(one), set(other)
    return sorted(first - second), sorted(second - first)
