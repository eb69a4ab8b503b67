"""Two worlds that differ in what somebody may not know look the same to them, byte by byte.

Who reviews, what is scored and written, whom a conflict shuts out, what is
decided and held; another organisation's letter before anybody may know of it.
Every address is asked at every phase of a call: status, headers, body, number
of questions to the database, and the mails that came.
"""

from dataclasses import dataclass, field, replace

import pytest

from portal.models import User
from proposals.models import Call
from tests import make
from tests.cast import JOINED, Cast
from tests.portal.seating import proves
from tests.twins.worlds import PHASES, Secrets, differences, told

APPLYING = ("pi", "aor", "reader")
ELSEWHERE = ("conflicted", "legal", None)
PANEL = ("reviewer_one", "reviewer_two", "reviewer_three")
OFFICE = ("secretary", "approver", "auditor")


@dataclass(frozen=True)
class Twins:
    """Two worlds of a phase which the readers may not tell apart.

    Where `barred`, each reader has in worlds of their own a hard conflict with the
    first case. `both` is what the two worlds have in common. Where `quick`, the
    first reader is asked in `make test`, at the addresses of `FEW`. `but` are routes
    at which the worlds differ, as they must.
    """

    phase: str
    readers: tuple[str | None, ...]
    differ: dict[str, object]
    barred: bool = False
    both: dict[str, object] = field(default_factory=dict)
    quick: bool = False
    but: tuple[str, ...] = ()


# Where lists, counts, sums and one's own case are shown; `make soak` asks everywhere.
FEW = {
    "assign", "board", "calls", "cases", "conflicts", "day", "decisions", "filing", "inbox", "ledger",
    "letter", "loi", "lois", "messages", "panel", "ranking", "ranking_table", "review", "scores",
}  # fmt: skip
JUDGED = {"writer": "outsider", "marks": "1 2 1 2 1 2", "locked": False}
LATER = {"writer": "outsider", "marks": "1 2 1 2 1 2", "said": "Nobody is convinced by any of it."}
DECIDED = {**LATER, "outcomes": ("not_selected", "reserve")}
RELEASED = {"writer": "outsider", "outcomes": ("selected", "reserve")}
HIDDEN = {**LATER, "outcomes": ("reserve", "not_selected")}
NOT_YET = {"rival": None}
# fmt: off
TWINS = (
    # What another organisation writes, and that it does; the office counts letters and reads no draft.
    Twins("draft", ("pi", "aor", "reader", "outsider", *ELSEWHERE, *PANEL), NOT_YET),
    Twins("draft", ("admin", *OFFICE, "chair"), {"rival": "A radio telescope", "mass_kg": "45"}),
    Twins("filed", ("pi", "aor", "reader", "outsider", *ELSEWHERE, *PANEL), NOT_YET, quick=True),
    Twins("filed", ("admin", "chair"), {"rival": "A radio telescope"}),
    # What the screening found, until a second person confirms it.
    Twins("screening", ("pi", "aor", "reader", "rival_pi", "outsider", *ELSEWHERE, *PANEL), {"compliant": (False, False)}),
    Twins("screening", OFFICE, {"compliant": (False, True)}, barred=True),
    # Who judges and how, and before a reviewer whose the cases are.
    Twins("review", ("reviewer_two", "reviewer_three", "conflicted"), {**JUDGED, "swapped": True}, quick=True),
    Twins("review", ("pi", "aor", "reader", "rival_pi", "legal", "admin", None), JUDGED),
    Twins("review", ("reviewer_two",), {"writer": "outsider", "swapped": True}, both={"both_locked": True}),
    Twins("review", ("secretary", "chair", "approver", "auditor"), JUDGED, barred=True),
    # What is talked over and agreed.
    Twins("consensus", ("pi", "aor", "reader", "rival_pi", *ELSEWHERE, "reviewer_three"), LATER),
    Twins("consensus", ("chair", "secretary", "approver", "auditor"), LATER, barred=True),
    # What is decided, whether anything is, and what it holds.
    Twins("final", ("pi", "aor", "reader", "rival_pi", *ELSEWHERE, "reviewer_three"), {**DECIDED, "prepared": False}),
    Twins("final", ("admin",), DECIDED),
    # Who decides on another case reads what is free, because the ledger refuses what is not.
    Twins("final", ("chair",), HIDDEN, barred=True, quick=True, but=("prepare_decision", "propose_selection", "selection")),
    Twins("final", ("secretary", "approver", "auditor"), HIDDEN, barred=True),
    Twins("approved", ("aor", "pi", "reader", "rival_pi", *ELSEWHERE, "reviewer_three", "admin"), DECIDED, quick=True),
    Twins("approved", ("secretary", "chair", "approver", "auditor"), HIDDEN, barred=True),
    Twins("released", ("pi", "aor", "reader", *ELSEWHERE, "reviewer_three", "admin"), RELEASED),
    Twins("released", ("secretary", "chair", "approver", "auditor"), HIDDEN, both={"outcomes": ("not_selected",) * 2}, barred=True),
)
# fmt: on


@pytest.fixture(scope="module")
def call(stage, django_db_blocker) -> Call:
    """Open, hiding its applicants and its reviewers; with one more reviewer and a second chair."""
    with django_db_blocker.unblock():
        made = make.call(stage, hides_applicants=True, hides_reviewers=True)
        make.panel(stage, made)
        make.seat(stage, made, proves(stage.outsider), "reviewer", keywords=["volatiles"])
        second = User.objects.create(
            email="second.chair@example.org", name="Second chair", password="!", joined_at=JOINED
        )
        make.seat(stage, made, proves(second), "chair")
    return made


@pytest.fixture
def cast(stage, call, db) -> Cast:
    return stage


def rows() -> list:
    """Each pair of worlds with its first reader in small, and with all readers at every address."""
    found = []
    for number, twins in enumerate(TWINS):
        name = f"{number}-{twins.phase}"
        if twins.quick:
            found.append(pytest.param(twins, twins.readers[:1], FEW, id=f"{name}-small"))
        some = [(one,) for one in twins.readers] if twins.barred else [twins.readers]
        for readers in some:
            identity = f"{name}-{readers[0] if twins.barred else 'all'}"
            found.append(pytest.param(twins, readers, None, id=identity, marks=pytest.mark.soak))
    return found


@pytest.mark.parametrize(("twins", "readers", "among"), rows())
def test_nobody_learns_what_is_not_theirs(cast, visit, clock_at, twins, readers, among):
    clock_at(PHASES[twins.phase])  # what was written when is told by the database's clock
    barred = readers[0] if twins.barred else None
    base = replace(Secrets(), **twins.both)
    one, other = (
        told(cast, visit, twins.phase, readers, secrets, barred=barred, among=among)
        for secrets in (base, replace(base, **twins.differ))
    )
    different = differences(one, other, but=twins.but)
    assert not different, "\n".join(different)
