from django.urls import reverse

from tests.make import DURING

WORD = "a password of the tests"
MOST_TRIES = 20


def prove(browser, password: str) -> int:
    return browser.post(reverse("account_reauthenticate"), {"password": password}).status_code


def test_who_mistypes_keeps_no_colleague_from_proving_himself(cast, visit):
    for person in (cast.aor, cast.rival_aor):
        person.set_password(WORD)
        person.save()
    clumsy, colleague = (visit(person, at=DURING) for person in (cast.aor, cast.rival_aor))
    assert [prove(clumsy, "not the word") for _ in range(MOST_TRIES)] == [200] * MOST_TRIES
    assert prove(clumsy, WORD) == 429
    assert prove(colleague, "not the word") == 200
    assert prove(colleague, WORD) == 302
