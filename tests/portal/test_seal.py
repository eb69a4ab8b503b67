"""The seal as a stranger checks it: with the library's own validation, with pdfsig, and by its bytes."""

import io
import shutil
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from asn1crypto import keys, tsp, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from portal import pdf, seal, sealing
from portal.environment import Misconfigured
from tests.servers import lacking

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def plain() -> bytes:
    html = "<html><body><p>A letter 月球 معهد القمر</p></body></html>"
    return pdf.render(html, title="A letter", created_at=NOW)


@pytest.fixture(scope="module")
def document(plain) -> bytes:
    return sealing.sealed(plain)


@pytest.fixture
def seal_file(settings, tmp_path):
    settings.SEAL_FILE = tmp_path / "seal.pem"
    forget()
    yield settings.SEAL_FILE
    forget()


def forget() -> None:
    for kept in (seal.load, seal.chain_pem, sealing.signer):
        kept.cache_clear()


def changed(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def judged(content: bytes):
    roots = certificates.load_pem_x509_certificates(seal.chain_pem().encode())[-1:]
    trusted = [x509.Certificate.load(seal.der(root)) for root in roots]
    (found,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    return validate_pdf_signature(found, ValidationContext(trust_roots=trusted))


def pdfsig(content: bytes, folder) -> str:
    if not shutil.which("pdfsig"):
        lacking("pdfsig", "poppler-utils")
    path = folder / "letter.pdf"
    path.write_bytes(content)
    return subprocess.run(["pdfsig", path], capture_output=True, text=True).stdout


def test_the_document_comes_first_and_its_seal_behind_it(plain, document):
    assert document.startswith(plain)
    assert seal.bears(document, [seal.chain_pem()])
    assert seal.holds(document, [seal.chain_pem()])
    assert not seal.bears(plain, [seal.chain_pem()])
    assert not seal.holds(plain, [seal.chain_pem()])


def test_the_library_trusts_it_under_its_authority_and_nothing_may_follow_it(document):
    status = judged(document)
    assert status.bottom_line
    assert (status.trusted, status.intact, status.valid) == (True, True, True)
    assert status.docmdp_ok
    assert "DEMONSTRATION" in status.signing_cert.subject.human_friendly


def test_a_public_tool_finds_it_valid_and_one_changed_byte_not(document, tmp_path):
    said = pdfsig(document, tmp_path)
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    assert "Signature is Valid." not in pdfsig(changed(document, 900), tmp_path)


@pytest.mark.parametrize("place", [15, 900, -30])
def test_one_changed_byte_breaks_it(document, place):
    other = changed(document, place % len(document))
    assert seal.bears(other, [seal.chain_pem()])
    assert not seal.holds(other, [seal.chain_pem()])


def test_what_is_added_behind_it_breaks_it(document):
    assert not seal.holds(document + b"\n", [seal.chain_pem()])
    assert judged(document + b"\n%% more\n").coverage.name != "ENTIRE_FILE"


def test_another_seal_is_not_ours(document, seal_file):
    assert not seal.bears(document, [seal.chain_pem()])
    assert not seal.holds(document, [seal.chain_pem()])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"/ByteRange [0 1 2 3]",
        b"/ByteRange [0 9999999 1 2]",
        b"x /ByteRange [0 2 4 24] <>".ljust(28),
        b"/ByteRange [0 0 0 0]/ByteRange [0 0 0 0]",
    ],
)
def test_nonsense_holds_nothing(content):
    assert not seal.holds(content, [seal.chain_pem()])


# The key and its certificates


def test_the_embedded_mode_makes_its_own_once_and_says_what_it_is(settings, seal_file):
    settings.EMBEDDED = True
    first = seal.chain_pem()
    own, root = certificates.load_pem_x509_certificates(first.encode())
    for one in (own, root):
        assert "DEMONSTRATION, of no official standing" in one.subject.rfc4514_string().replace(
            "\\", ""
        )
    own.verify_directly_issued_by(root)
    forget()
    assert seal.chain_pem() == first
    assert seal_file.stat().st_mode & 0o777 == 0o600


def test_servers_must_be_given_one(settings, seal_file):
    settings.EMBEDDED = False
    with pytest.raises(Misconfigured, match="openssl req -x509"):
        seal.load()
    assert not seal_file.exists()


def certificate(key, until: datetime):
    name = certificates.Name([certificates.NameAttribute(NameOID.COMMON_NAME, "Agency")])
    return (
        certificates.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=3650))
        .not_valid_after(until)
        .sign(key, hashes.SHA256())
    )


def test_an_rsa_key_in_pkcs12_seals_behind_its_password(settings, seal_file, plain):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    own = certificate(key, NOW + timedelta(days=3650))
    locked = serialization.BestAvailableEncryption(b"a password")
    seal_file.write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, own, None, locked))
    with pytest.raises(Misconfigured, match="SEAL_PASSWORD opens it"):
        seal.load()
    settings.SEAL_PASSWORD = "a password"
    document = sealing.sealed(plain)
    assert seal.holds(document, [seal.chain_pem()])
    assert seal.bears(document, [seal.chain_pem()])
    assert not seal.holds(changed(document, 900), [seal.chain_pem()])


@pytest.mark.parametrize(
    "until, other, said", [(-1, False, "ran out on"), (3650, True, "is not the key's")]
)
def test_a_file_that_cannot_seal_is_refused_with_what_is_wrong(seal_file, until, other, said):
    key = ec.generate_private_key(ec.SECP256R1())
    own = certificate(
        ec.generate_private_key(ec.SECP256R1()) if other else key,
        seal.clock.machine() + timedelta(days=until),
    )
    seal_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + own.public_bytes(serialization.Encoding.PEM)
    )
    with pytest.raises(Misconfigured, match=said):
        seal.load()


# The time-stamping authority


@pytest.fixture
def authority(settings):
    """A time-stamping authority over HTTP."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    stamper = DummyTimeStamper(
        x509.Certificate.load(seal.der(certificate(key, NOW + timedelta(days=3650)))),
        keys.PrivateKeyInfo.load(private),
    )

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            answer = stamper.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.TSA_URL = f"http://127.0.0.1:{server.server_port}/"
    yield server
    server.shutdown()
    server.server_close()


def test_an_authority_stamps_the_time(authority, plain):
    document = sealing.sealed(plain)
    assert seal.holds(document, [seal.chain_pem()])
    assert judged(document).timestamp_validity.intact


def test_an_authority_that_is_away_is_a_reason_to_try_again(settings, plain):
    settings.TSA_URL = "http://127.0.0.1:9/"
    with pytest.raises(sealing.SealFailed, match="could not be sealed"):
        sealing.sealed(plain)
