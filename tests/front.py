"""nginx with the site of deploy/nginx.conf in front of a portal, on ports of its own."""

import os
import shutil
import socket
import ssl
from datetime import timedelta
from http.client import HTTPSConnection
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal import clock
from tests.live import ROOT, Browser, Portal
from tests.servers import free_port, lacking, start, wait_until

NAME = "portal.example.org"
TRUST_ANY = ssl._create_unverified_context()
# What a portal is told that stands behind it.
BEHIND = {"BASE_URL": f"https://{NAME}", "TRUSTED_PROXIES": "127.0.0.1"}


class Front:
    def __init__(self, folder: Path, portal: Portal):
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        if program is None:
            lacking("nginx", "nginx-light")
        folder.mkdir()
        self.log = folder / "access.log"
        self.portal = portal
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
            ("/srv/portal/deploy", str(ROOT / "deploy")),
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
            + "worker_rlimit_nofile 16384; events { worker_connections 8192; }\n"
            + "http { log_format stamps '$arrived $status $request_method $request_uri';\n"
            + f"access_log {self.log} stamps;\n{places}include {folder}/site.conf; }}\n"
        )
        self.process = start([program, "-c", str(folder / "nginx.conf"), "-p", str(folder)])
        wait_until(lambda: answers(self.secure), 10, (folder / "error.log").read_text)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()

    def browser(self, session: str = "") -> Browser:
        return SecureBrowser(self, session)

    def stamped(self, method: str, end: str) -> list[tuple[float, int]]:
        """(stamp, status) of every request to addresses with this end."""
        lines = [line.split() for line in self.log.read_text().splitlines()]
        return [
            (float(stamp), int(status))
            for stamp, status, asked, path in (line for line in lines if len(line) == 4)
            if asked == method and path.endswith(end)
        ]


class SecureBrowser(Browser):
    def __init__(self, front: Front, session: str):
        super().__init__(front.portal)
        self.connection = HTTPSConnection(
            "127.0.0.1", front.secure, context=TRUST_ANY, timeout=self.connection.timeout
        )
        if session:
            self.cookies["__Host-session"] = session

    def _send(self, method, path, body, headers):
        headers = {**headers, "Host": NAME, "Referer": f"https://{NAME}{path}"}
        return super()._send(method, path, body, headers)


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
