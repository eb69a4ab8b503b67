"""The one question we have for clamd, by its INSTREAM command.

https://docs.clamav.net/manual/Usage/Scanning.html#clamd: pieces with their
length before them, an empty one at the end, and one line for an answer.
"""

import socket
import time
from typing import BinaryIO

SECONDS = 30.0
CHUNK = 1 << 16
LONGEST_ANSWER = 4096

Address = str | tuple[str, int]


class ScannerAway(OSError):
    """The scanner does not answer, too late, or not with yes or no."""


def scan(address: Address, file: BinaryIO, *, seconds: float = SECONDS) -> str:
    """The name of the virus that is in the file; empty for none.

    `address` is the path of a socket or (host, port). `seconds` is for all of it.
    """
    until = time.monotonic() + seconds
    try:
        with _connected(address, seconds) as line:
            line.sendall(b"zINSTREAM\0")
            while piece := file.read(CHUNK):
                _patience(line, until)
                line.sendall(len(piece).to_bytes(4, "big") + piece)
            line.sendall(bytes(4))
            answer = _answer(line, until)
    except OSError as trouble:
        raise ScannerAway(f"clamd at {address}: {trouble}") from trouble
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    raise ScannerAway(f"clamd at {address} says {answer!r}")


def _connected(address: Address, seconds: float) -> socket.socket:
    if not isinstance(address, str):
        return socket.create_connection(address, timeout=seconds)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(seconds)
    try:
        line.connect(address)
    except OSError:
        line.close()
        raise
    return line


def _answer(line: socket.socket, until: float) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        _patience(line, until)
        if not (piece := line.recv(LONGEST_ANSWER)):
            break
        answer += piece
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()


def _patience(line: socket.socket, until: float) -> None:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    line.settimeout(left)
