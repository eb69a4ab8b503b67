"""The grids of the letters' register hold, for the whole cast in every state."""

from django.urls import reverse

from proposals import queries
from proposals.models import Letter
from proposals.services import corrections, decisions
from proposals.workflow import CORRECTION, LETTER
from tests import make
from tests.make import APPROVED, REASON, RELEASED
from tests.permission_grids.letters import CORRECTIONS, KEPT, LETTERS
from tests.permission_grids.reading import read


def test_letters_and_their_corrections(cast, check, visit):
    call = make.approved_call(cast)
    letter, other = Letter.objects.filter(kind="decision").order_by("number")
    check(LETTERS, LETTER, letter, APPROVED)
    make.store_letters(call)
    check(LETTERS, LETTER, letter, RELEASED)
    assert kept(cast, visit, letter) == read(KEPT, cast.NAMES)["stored"]
    decisions.release(call, by=cast.secretary, now=RELEASED)
    check(LETTERS, LETTER, letter, RELEASED)
    assert kept(cast, visit, letter) == read(KEPT, cast.NAMES)["issued"]
    check.seen.clear()

    def proposed(of: Letter, kind: str):
        return corrections.propose(
            of, kind=kind, reason="It names another institute.",
            changes={"addressee.name": "Another"}, by=cast.secretary, now=RELEASED,
        )  # fmt: skip

    given_up = proposed(letter, "revoke")
    check(CORRECTIONS, CORRECTION, given_up, RELEASED)
    corrections.take_back(given_up, by=cast.legal, now=RELEASED)
    replaced = proposed(letter, "replace")
    for one in (replaced, proposed(other, "revoke")):
        corrections.approve(one, by=cast.approver, now=RELEASED)
    check(CORRECTIONS, CORRECTION, replaced, RELEASED)
    check(CORRECTIONS, CORRECTION, given_up, RELEASED)
    assert check.seen == list(read(CORRECTIONS, (*cast.NAMES, "clock")))
    check.seen.clear()
    make.store_letters(call)
    check(LETTERS, LETTER, letter, RELEASED)
    cast.aor, cast.rival_aor = cast.rival_aor, cast.aor  # the second letter is to the rival
    check(LETTERS, LETTER, other, RELEASED)
    assert check.seen == ["superseded", "revoked"]


def kept(cast, visit, letter) -> dict[str, dict[str, str]]:
    """What its pages answer to each: 404 to whoever does not keep it, 403 to whoever may not."""
    message = queries.deliveries(make.again(letter)).first()
    acts = {"correct": ("correct_letter", {"kind": "replace", "reason": REASON})}
    if message:
        acts["resend"] = ("resend_message", {"message": message.message_id})
    mark = {200: "+", 403: ".", 404: ".", 409: "!"}

    def marks(client) -> dict[str, str]:
        record = client.get(reverse("letter_record", args=[letter.key]))
        answers = {
            act: client.post(reverse(page, args=[letter.key]), typed)
            for act, (page, typed) in acts.items()
        }
        return {
            act: mark[answer.status_code] for act, answer in ({"record": record} | answers).items()
        }

    return {name: marks(visit(cast.again(name), at=RELEASED)) for name in cast.NAMES}
