"""The site of deploy/nginx.conf in front of the portal: what it stamps, and what it lets in."""

import os
import shutil
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal import clock
from tests.live import ROOT, Browser, Portal
from tests.servers import free_port, lacking, start, wait_until

pytestmark = pytest.mark.slow

NAME = "portal.example.org"
TRUST_ANY = ssl._create_unverified_context()


class Front:
    """nginx with our site, on ports of its own."""

    def __init__(self, folder: Path, portal: Portal):
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        if program is None:
            lacking("nginx", "nginx-light")
        self.plain, self.secure = free_port(), free_port()
        certificate(folder)
        site = (ROOT / "deploy" / "nginx.conf").read_text()
        for ours, here in (
            ("    listen [::]:80;\n", ""),
            ("    listen [::]:443 ssl http2;\n", ""),
            ("listen 80;", f"listen 127.0.0.1:{self.plain};"),
            ("listen 443", f"listen 127.0.0.1:{self.secure}"),
            ("127.0.0.1:8000", f"127.0.0.1:{portal.port}"),
            ("/etc/ssl/portal", str(folder)),
            ("/srv/portal/var/static/", f"{portal.folder}/static/"),
        ):
            assert ours in site
            site = site.replace(ours, here)
        (folder / "site.conf").write_text(site)
        places = "".join(
            f"{kind}_temp_path {folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
            + ("user root;\n" if os.geteuid() == 0 else "")
            + f"events {{}}\nhttp {{ access_log off;\n{places}include {folder}/site.conf; }}\n"
        )
        self.process = start([program, "-c", str(folder / "nginx.conf"), "-p", str(folder)])
        wait_until(lambda: answers(self.secure), 10, (folder / "error.log").read_text)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()

    def browser(self, portal: Portal, session: str) -> Browser:
        browser = Browser(portal, session=session)
        browser.cookies = {"__Host-session": session}
        browser.connection = HTTPSConnection("127.0.0.1", self.secure, context=TRUST_ANY)
        return browser


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = clock.now()
    made = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=1,
        not_valid_before=now - timedelta(days=1),
        not_valid_after=now + timedelta(days=1),
    ).sign(key, hashes.SHA256())
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


@pytest.fixture
def portal(a_portal) -> Portal:
    portal = a_portal(BASE_URL=f"https://{NAME}", TRUSTED_PROXIES="127.0.0.1")
    portal.start_web()
    return portal


@pytest.fixture
def front(tmp_path, portal) -> Iterator[Front]:
    (tmp_path / "nginx").mkdir()
    front = Front(tmp_path / "nginx", portal)
    yield front
    front.end()


def ask(front: Front, path: str, *, secure: bool = True, **how: object) -> HTTPResponse:
    line = (
        HTTPSConnection("127.0.0.1", front.secure, context=TRUST_ANY)
        if secure
        else HTTPConnection("127.0.0.1", front.plain)
    )
    how["headers"] = {"Host": NAME, **how.get("headers", {})}
    line.request(how.pop("method", "GET"), path, **how)
    return line.getresponse()


def test_plain_requests_are_sent_to_https_and_kept_there(front):
    moved = ask(front, "/calls/", secure=False)
    assert (moved.status, moved.headers["Location"]) == (301, f"https://{NAME}/calls/")
    page = ask(front, "/accounts/login/")
    assert page.status == 200
    assert "max-age=31536000" in page.headers["Strict-Transport-Security"]


def test_a_body_over_the_limit_goes_no_further(front):
    assert ask(front, "/accounts/login/", method="POST", body=b"x" * 7_000_000).status == 413


def test_a_forged_stamp_is_not_passed_on(portal, front):
    """The call closed three seconds ago; the sender claims to have come an hour before."""
    (filer,) = portal.scene("awaiting", 1, -0.05)["waiting"]
    answer = post_filing(front, portal, filer, headers={"X-Request-Start": f"t={an_hour_ago()}"})
    assert answer == 409
    assert portal.count("proposals_filing") == 0


def test_whoever_began_in_time_is_in_time_however_slow_the_line(portal, front):
    """The head of the request arrives before the closing, the end of its body after."""
    (filer,) = portal.scene("awaiting", 1, 0.2)["waiting"]
    ((closes_at,),) = portal.ask("SELECT strftime('%s', closes_at) FROM proposals_call")
    wait = lambda: time.sleep(max(0, int(closes_at) + 1.5 - clock.now().timestamp()))  # noqa: E731
    assert post_filing(front, portal, filer, between=wait) == 302
    ((early,),) = portal.ask(
        "SELECT f.arrived_at < c.closes_at AND f.committed_at > c.closes_at "
        "FROM proposals_filing f, proposals_call c"
    )
    assert early


def an_hour_ago() -> float:
    return clock.now().timestamp() - 3600


def post_filing(front, portal, filer, *, headers=None, between=lambda: None) -> int:
    browser = front.browser(portal, filer["session"])
    path = f"/lois/{filer['key']}/file/"
    browser.connection.request(
        "GET", path, headers={"Host": NAME, "Cookie": f"__Host-session={filer['session']}"}
    )
    page = browser.connection.getresponse()
    page.read()
    token = page.headers["Set-Cookie"].split("csrftoken=")[1].split(";")[0]
    body = (
        f"version={filer['version']}&password={filer['password']}&csrfmiddlewaretoken={token}"
    ).encode()
    line = browser.connection
    line.putrequest("POST", path, skip_host=True)
    for name, value in {
        "Host": NAME,
        "Referer": f"https://{NAME}{path}",
        "Cookie": f"__Host-session={filer['session']}; csrftoken={token}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
        **(headers or {}),
    }.items():
        line.putheader(name, value)
    line.endheaders()
    line.send(body[:10])
    between()
    line.send(body[10:])
    answer = line.getresponse()
    answer.read()
    return answer.status
