import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from portal import signing
from portal.environment import Misconfigured


@pytest.fixture
def key_file(settings, tmp_path):
    settings.SIGNING_KEY_FILE = tmp_path / "key.pem"
    signing.private_key.cache_clear()
    yield settings.SIGNING_KEY_FILE
    signing.private_key.cache_clear()


def test_the_embedded_mode_makes_its_key_once(settings, key_file):
    settings.EMBEDDED = True
    first = signing.key_id()
    signing.private_key.cache_clear()
    assert signing.key_id() == first
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in key_file.parent.iterdir()] == ["key.pem"]


def test_servers_must_be_given_a_key(settings, key_file):
    settings.EMBEDDED = False
    with pytest.raises(Misconfigured, match="openssl genpkey -algorithm ed25519"):
        signing.private_key()
    assert not key_file.exists()


def test_another_kind_of_key_is_refused(key_file):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key_file.write_bytes(
        other.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    with pytest.raises(Misconfigured, match="no Ed25519 key"):
        signing.private_key()


def test_a_signature_holds_for_its_bytes_only():
    signature = signing.sign(b"what was filed")
    assert signing.verify(b"what was filed", signature)
    assert not signing.verify(b"what was filed.", signature)


@pytest.mark.parametrize("signature", ["", "no base64!", "AAAA", "ä"])
def test_nonsense_is_no_signature(signature):
    assert not signing.verify(b"what was filed", signature)


def test_the_key_is_named_by_its_digest():
    assert len(signing.key_id()) == 16
    assert int(signing.key_id(), 16)
