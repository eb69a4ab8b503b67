"""The exact choice of the best set of cases within the budgets, and what to know beside it.

It proposes; a committee decides. Amounts are whole grams and milliwatts, rounded
up where they are taken and down where they are given, and every answer is added
up again in exact numbers before it is shown. `choice`, `inputs` and `check` know no
solver: a page may ask them; the rest is for workers.
"""
