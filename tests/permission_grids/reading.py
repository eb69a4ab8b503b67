"""A grid read, and the same found by asking a table."""

from portal.workflow import CLOCK, Act, Table
from tests.make import ENOUGH

GROUPS = {
    "applicants": ("pi", "aor", "owner", "editor", "reader"),
    "secretaries": ("secretary", "second_secretary"),
    "approvers": ("approver", "second_approver"),
    "reviewers": ("reviewer_one", "reviewer_two", "reviewer_three"),
}


def read(grids: str, names: tuple[str, ...]) -> dict[str, dict[str, dict[str, str]]]:
    """State → name → verb → mark."""
    whole = {}
    for grid in grids.strip().split("\n\n"):
        head, *lines = (line.split() for line in grid.splitlines())
        state, *verbs = head
        said = {who: dict(zip(verbs, marks, strict=True)) for who, *marks in lines}
        others = said.pop("others")
        for who in GROUPS.keys() & said.keys():
            marks = said.pop(who)
            said |= dict.fromkeys(GROUPS[who], marks)
        assert said.keys() <= set(names), f"{state} speaks of somebody unknown"
        whole[state] = {name: said.get(name, others) for name in names}
    return whole


def everybody(cast, obj) -> dict:
    """Name → who acts; whoever holds the link of a naming is one of them."""
    named = {"named": obj.key} if obj._meta.model_name == "naming" else {}
    return {**cast.everyone(), "clock": CLOCK, **named}


def found(cast, table: Table, obj, now, verbs) -> dict[str, dict[str, str]]:
    def mark(action: str, by) -> str:
        verdict = table.verdict(obj, action, Act(by, now, facts=ENOUGH))
        if verdict:
            return "+"
        if verdict.rule == f"{table.noun}.{action}.who":
            assert verdict.who
            return "."
        assert not verdict.who, f"{action} is refused as a second person's: {verdict.rule}"
        return "-" if verdict.rule == f"{table.noun}.{action}.from" else "!"

    return {
        name: {verb: mark(verb, by) for verb in verbs} for name, by in everybody(cast, obj).items()
    }
