"""The exact choice of the best set of cases within the budgets, and what to know beside it.

It proposes; a committee decides. Amounts are whole grams and milliwatts, rounded
up where they are taken and down where they are given, and every answer is added
up again in exact numbers before it is shown.
"""

from reviews.selection.choice import Budget, Choice, Item, Point, Price, Proposal, Share
from reviews.selection.propose import frontier, prices, propose, runners_up, stability

__all__ = [
    "Budget",
    "Choice",
    "Item",
    "Point",
    "Price",
    "Proposal",
    "Share",
    "frontier",
    "prices",
    "propose",
    "runners_up",
    "stability",
]
