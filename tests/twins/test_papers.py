"""What is in a letter beside its words to the partner: nothing of another case, or of who reviewed."""

import json
from dataclasses import replace
from io import BytesIO

import pikepdf
from django.db import transaction

from proposals.models import Call, Letter
from proposals.services import rendering
from tests import routes
from tests.twins.test_worlds import RELEASED, call, cast
from tests.twins.worlds import PHASES, Secrets, World

__all__ = ["call", "cast"]


def test_a_letter_tells_nothing_of_the_panel_or_of_another_case(cast, clock_at):
    """The words frozen in it, from which alone it is printed; and what the file says of itself."""
    clock_at(PHASES["released"])
    one, other = (papers(cast, secrets) for secrets in (Secrets(), replace(Secrets(), **RELEASED)))
    assert one == other
    assert len(one) == 2  # the receipt and the decision


def papers(cast, secrets: Secrets) -> list[tuple]:
    """(kind, file name, words, what the file says of itself) of each letter of the first case."""
    found = []
    with transaction.atomic():
        world = World(cast, Call.objects.get(), "approved", secrets, None)
        keys = routes.Keys()
        for letter in Letter.objects.filter(loi=world.first).order_by("pk"):
            words = keys.plain(json.dumps(letter.context, sort_keys=True))
            found.append((letter.kind, letter.filename, words, _itself(letter, keys)))
        transaction.set_rollback(True)
    return found


def _itself(letter: Letter, keys: routes.Keys) -> str:
    with pikepdf.open(BytesIO(rendering.render(letter))) as document:
        told = {name: str(value) for name, value in document.docinfo.items()}
        attached = sorted(document.attachments)
        return keys.plain(f"{told} {attached} {document.open_metadata()}")
