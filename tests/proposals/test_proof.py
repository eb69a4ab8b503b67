"""What was filed is proved without the portal: by openssl and sha256sum, on bytes from its pages."""

import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from portal import canonical, events, keyring, scans, signing, triggers
from portal.invariants import violations
from portal.models import Event, EventHead, Scan, SigningKey
from tests import make

VERIFY = (
    "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in manifest.json -sigfile manifest.sig"
)
pytestmark = pytest.mark.skipif(
    not shutil.which("openssl"), reason="apt-get install openssl, to check a signature with"
)


def run(command: str, folder: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, capture_output=True, text=True, timeout=30, check=False
    )


@pytest.fixture
def loi(cast):
    found = make.filed(cast)
    make.store_letters(found.call)
    return make.again(found)


@pytest.fixture
def proof(cast, visit, loi, tmp_path) -> Path:
    """The folder of the proof, as the AOR downloads and unpacks it."""
    answer = visit(cast.aor, at=make.DURING).get(f"/lois/{loi.key}/proof.zip")
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="TEST27-0001-version-1.zip"'
    )
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path)
    return tmp_path / "TEST27-0001-version-1"


def test_the_commands_of_the_readme_prove_what_was_filed(proof):
    commands = re.findall(r"^    (\S.*)$", (proof / "README.txt").read_text(), re.MULTILINE)
    *commands, anchored = commands
    assert commands[0] == VERIFY
    answers = [run(command, proof) for command in commands]
    assert [answer.returncode for answer in answers] == [0, 0, 0, 0], answers
    verified, summed, named, key = (answer.stdout for answer in answers)
    assert verified == "Signature Verified Successfully\n"
    assert summed.splitlines() == ["content.json: OK", "files/TEST27-0001-letter.pdf: OK"]
    assert named.split() == ["1", "1"]
    assert key.strip() == signing.key_id()
    assert (proof / "receipt.pdf").read_bytes().startswith(b"%PDF")
    call_command(*anchored.removeprefix("manage.py ").split())


def test_a_changed_byte_fails(proof):
    manifest, content = proof / "manifest.json", proof / "content.json"
    signed = manifest.read_bytes()
    for place in (0, len(signed) // 2, len(signed) - 1):
        manifest.write_bytes(signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :])
        refused = run(VERIFY, proof)
        assert refused.returncode == 1
        assert "Signature Verification Failure" in refused.stdout
    manifest.write_bytes(signed)
    assert run(VERIFY, proof).returncode == 0
    content.write_bytes(content.read_bytes().replace(b"10", b"11", 1))
    summed = run("sha256sum -c SHA256SUMS", proof)
    assert summed.returncode == 1
    assert "content.json: FAILED" in summed.stdout


def test_the_pages_offer_the_same_bytes_one_by_one(cast, visit, loi, proof):
    aor = visit(cast.aor, at=make.DURING)
    page = aor.get(f"/lois/{loi.key}/").content.decode()
    for address, part in (
        (f"/lois/{loi.key}/manifest.json", "manifest.json"),
        (f"/lois/{loi.key}/manifest.sig", "manifest.sig"),
        (f"/verify/key/{signing.key_id()}.pem", "key.pem"),
    ):
        assert address in page
        assert aor.get(address).content == (proof / part).read_bytes()
    whole = f"/lois/{loi.key}/proof.zip"
    assert whole in page
    assert aor.get(whole).content == aor.get(whole).content


def test_who_reads_no_originals_gets_no_proof(cast, visit, loi):
    scans.work_off(make.DURING)
    for person, status in (
        (cast.reader, 200),
        (cast.secretary, 200),
        (cast.rival_pi, 404),
        (cast.outsider, 404),
        (cast.reviewer_one, 404),
    ):
        browser = visit(person, at=make.DURING)
        for address in ("proof.zip", "manifest.sig", "filings/1/proof.zip"):
            assert browser.get(f"/lois/{loi.key}/{address}").status_code == status
    assert (
        visit(cast.aor, at=make.DURING).get(f"/lois/{loi.key}/filings/2/proof.zip").status_code
        == 404
    )
    draft = make.draft(cast, loi.call)
    assert visit(cast.pi, at=make.DURING).get(f"/lois/{draft.key}/proof.zip").status_code == 404


def test_a_file_with_a_virus_is_named_and_not_handed_out(cast, visit, loi):
    (letter,) = loi.filing.files.select_related("stored")
    scan = Scan.objects.filter(file=letter.stored)
    scan.update(result=Scan.Result.INFECTED, found="Eicar", done_at=make.DURING)
    answer = visit(cast.aor, at=make.DURING).get(f"/lois/{loi.key}/proof.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        inside = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    assert "files/TEST27-0001-letter.pdf" not in inside
    assert letter.stored.sha256.encode() not in inside["SHA256SUMS"]
    withheld = f"{letter.stored.sha256}  files/TEST27-0001-letter.pdf"
    assert withheld in inside["README.txt"].decode()


@pytest.fixture
def new_key(settings, tmp_path):
    """The file holds another key from here on."""
    former = settings.SIGNING_KEY_FILE

    def change() -> str:
        settings.SIGNING_KEY_FILE, settings.EMBEDDED = tmp_path / "new.pem", True
        signing.private_key.cache_clear()
        return signing.key_id()

    yield change
    settings.SIGNING_KEY_FILE = former
    signing.private_key.cache_clear()


def test_what_a_former_key_signed_still_verifies(cast, visit, loi, proof, new_key, truths):
    former, old_pem = signing.key_id(), (proof / "key.pem").read_bytes()
    current = new_key()
    anybody = visit(None, at=make.DURING)
    page = anybody.get("/verify/key/").content.decode()
    assert page.index(current) < page.index(former)
    assert "has signed nothing yet" in page
    assert anybody.get(f"/verify/key/{former}.pem").content == old_pem
    assert anybody.get("/verify/key/0123456789abcdef.pem").status_code == 404
    filed = make.filed(cast, loi.call, title="A letter filed under the new key")
    assert filed.filing.signing_key == current
    manifests = SigningKey.objects.filter(use="manifest")
    assert set(manifests.values_list("pk", flat=True)) == {former, current}
    for filing in (loi.filing, filed.filing):
        signed = canonical.dumps(filing.manifest)
        assert keyring.verify(signed, filing.signature, filing.signing_key)
    assert not keyring.verify(canonical.dumps(loi.filing.manifest), loi.filing.signature, current)


def rewrite_the_chain() -> None:
    """As the database's owner would: one event changed, and every later one made to fit."""
    with triggers.lifted():
        prev, table = events.GENESIS, Event._meta.db_table
        for event in Event.objects.order_by("seq"):
            event.prev = prev
            event.data = {**event.data, "n": 1} if event.verb == "loi.filed" else event.data
            prev = events.digest(event)
            with connection.cursor() as cursor:
                cursor.execute(
                    f"UPDATE {table} SET prev = %s, hash = %s, data = %s WHERE seq = %s",
                    [event.prev, prev, json.dumps(event.data), event.seq],
                )
        EventHead.objects.update(hash=prev)


def test_a_rewritten_chain_holds_in_itself_and_not_against_a_receipt(cast, visit, loi):
    anchor = loi.filing.receipt.context["anchor"]
    noted = f"{anchor['seq']}:{anchor['hash']}"
    code = f"/verify/{loi.filing.receipt.code}/"
    call_command("verify_audit", "--anchor", noted)
    answer = visit(None, at=make.DURING).get(code).content.decode()
    assert noted in answer
    assert "unchanged" in answer
    rewrite_the_chain()
    call_command("verify_audit")
    with pytest.raises(CommandError, match="the chain is broken in 1 places"):
        call_command("verify_audit", "--anchor", noted)
    answer = visit(None, at=make.DURING).get(code).content.decode()
    assert "no longer has this event" in answer
    lost = [sentence for _, sentence in violations(make.DURING) if "anchored" in sentence]
    assert len(lost) == 1


@pytest.mark.parametrize("text", ["", "12", "12:abc", f"x:{'0' * 64}"])
def test_what_is_no_anchor_is_said(db, text):
    with pytest.raises(CommandError, match="a colon and its hash"):
        call_command("verify_audit", "--anchor", text)
