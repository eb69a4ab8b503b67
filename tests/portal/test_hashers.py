import pytest
from django.contrib.auth import hashers
from django.urls import reverse

from portal import settings as of_life
from tests.make import DURING

WORD = "a password of the tests"
OURS = "argon2$argon2id$v=19$m=19456,t=2,p=1$"


@pytest.fixture(autouse=True)
def real_hashers(settings):
    settings.PASSWORD_HASHERS = of_life.PASSWORD_HASHERS  # the tests' own is a quick one


def test_passwords_are_hashed_with_the_parameters_of_owasp(cast):
    cast.pi.set_password(WORD)
    assert cast.pi.password.startswith(OURS)
    assert cast.pi.check_password(WORD)
    assert not cast.pi.check_password(WORD + "!")


@pytest.mark.parametrize("before", [hashers.Argon2PasswordHasher, hashers.PBKDF2PasswordHasher])
def test_who_signs_in_has_an_older_hash_renewed(cast, visit, before):
    old = before()
    cast.pi.password = old.encode(WORD, old.salt())
    cast.pi.save()
    form = {"login": cast.pi.email, "password": WORD}
    assert visit(None, at=DURING).post(reverse("account_login"), form).status_code == 302
    cast.pi.refresh_from_db()
    assert cast.pi.password.startswith(OURS)
    assert cast.pi.check_password(WORD)
