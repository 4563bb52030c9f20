"""Downloads a file whose size and SHA-256 are known, over HTTP, and goes on where an earlier try stopped.

What was pinned is all that is trusted: a mirror, a proxy or a redirect can slow a download down but not change it. So
no entity tag decides whether a partial file may be continued: if the parts do not fit together, the hash says so, and
the file is fetched once more from its first byte. Nothing secret is sent, for the files are public, and what a proxy is
told stays with the proxy.
"""

from __future__ import annotations

import fcntl
import hashlib
import http.client
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import IO, Any

from embedder.manifest import ModelError

TIMEOUT_S = 30.0
"""How long a connection may be silent."""
TRIES = 5
"""Tries in a row that bring nothing new; the waits between them double from one second on."""
LONGEST_WAIT_S = 60.0
SAY_EVERY_S = 5.0

_BLOCK = 1 << 20
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_AGAIN = {408, 425, 429, 500, 502, 503, 504}
_REASONS = {
    401: "the server wants a login",
    403: "the server refuses it",
    404: "the server does not have it",
    410: "the server does not have it any more",
    416: "the server's file is shorter than the pinned one",
}


@dataclass(frozen=True)
class RemoteFile:
    """A file of a repository: its path there, its size, its SHA-256 in hexadecimal."""

    path: str
    bytes: int
    sha256: str

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


class _Interrupted(Exception):
    """The transfer stopped; another try may bring the rest. The message is a clause."""

    def __init__(self, reason: str, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


def download(
    url: str, file: RemoteFile, to: Path, say: Callable[[str], None], wait: Callable[[float], None] = time.sleep
) -> None:
    """Bring ``file`` from ``url`` to the path ``to``; does nothing when it is there whole.

    Meanwhile the bytes are in ``to`` + ``.part``, which stays when the transfer is given up or interrupted. Proxies are
    those of the environment (``https_proxy``, ``no_proxy``).

    Raises:
        ModelError: it cannot be had, is not the pinned file, or another process is downloading it.
        OSError: the disk is full or not writable.
    """
    if _is_whole(to, file):
        return
    part = to.with_name(f"{to.name}.part")
    with _held(part) as stream:
        for is_last in (False, True):
            _transfer(url, file, stream, say, wait)
            if _digest(stream) == file.sha256:
                break
            stream.truncate(0)
            if is_last:
                raise ModelError(f"{url} is not the pinned file: its SHA-256 is another.")
            say(f"{file.name} has another SHA-256 than the pinned one: downloading it again")
        part.replace(to)


def _transfer(
    url: str, file: RemoteFile, stream: IO[bytes], say: Callable[[str], None], wait: Callable[[float], None]
) -> None:
    """Until the file has its size; tries that bring nothing are counted."""
    failed = 0
    while (have := stream.seek(0, 2)) != file.bytes:
        if have > file.bytes:
            stream.truncate(0)
            continue
        try:
            _receive(url, file, stream, say)
            reason, pause = "the connection ended early", 0.0
        except _Interrupted as error:
            reason, pause = str(error), error.wait_s
        now = stream.seek(0, 2)
        if now == file.bytes:
            return
        failed = 0 if now > have else failed + 1
        if failed == TRIES:
            raise ModelError(f"{url} could not be downloaded: {reason}. Run it again to go on at {_size(now)}.")
        pause = min(max(pause, 2.0 ** (failed - 1)), LONGEST_WAIT_S)
        say(f"{file.name}: {reason}; trying again in {pause:.0f} s")
        wait(pause)


def _receive(url: str, file: RemoteFile, stream: IO[bytes], say: Callable[[str], None]) -> None:
    """One request, for what is missing; what comes is appended."""
    have = stream.seek(0, 2)
    headers = {"User-Agent": "fluxvector-embedder", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with _answer(url, headers) as response:
        if response.status != http.client.PARTIAL_CONTENT:
            have = 0  # the server gives the whole file, or knows no ranges
        _check_sizes(url, file, have, response)
        stream.truncate(have)
        _append(file, have, response, stream, say)


def _answer(url: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - http and https only: `_Redirects`, the hub
    try:
        response: http.client.HTTPResponse = urllib.request.build_opener(_Redirects).open(request, timeout=TIMEOUT_S)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code not in _AGAIN:
            reason = _REASONS.get(error.code, f"the server answers {error.code}")
            raise ModelError(f"{url} could not be downloaded: {reason}.") from None
        raise _Interrupted(f"the server answers {error.code}", _retry_after(error.headers)) from error
    except urllib.error.URLError as error:
        raise _Interrupted(f"no connection ({error.reason})") from error
    except (OSError, http.client.HTTPException) as error:
        raise _Interrupted("the connection broke") from error
    return response


def _check_sizes(url: str, file: RemoteFile, have: int, response: http.client.HTTPResponse) -> None:
    """Refuse what cannot become the pinned file before any of it is kept."""
    length = response.headers.get("Content-Length", "")
    whole = have + int(length) if length.isdigit() else file.bytes
    if response.status == http.client.PARTIAL_CONTENT:
        found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if found is None or int(found[1]) != have:
            raise ModelError(f"{url} could not be downloaded: the server sends another range than was asked for.")
        whole = int(found[2]) if found[2] != "*" else whole
    if whole != file.bytes:
        raise ModelError(f"{url} is not the pinned file: it has {whole:,} bytes instead of {file.bytes:,}.")


def _append(
    file: RemoteFile, have: int, response: http.client.HTTPResponse, stream: IO[bytes], say: Callable[[str], None]
) -> None:
    started = said = time.monotonic()
    first = have
    while block := _read(response, min(_BLOCK, file.bytes - have)):
        stream.write(block)
        have += len(block)
        now = time.monotonic()
        if now - said > SAY_EVERY_S:
            said = now
            rate = (have - first) / (now - started)
            say(f"{file.name}: {_size(have)} of {_size(file.bytes)}, {rate / 1e6:.1f} MB/s")


def _read(response: http.client.HTTPResponse, count: int) -> bytes:
    try:
        return response.read(count)
    except (OSError, http.client.HTTPException) as error:
        raise _Interrupted("the connection broke") from error


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, as hubs send them to their stores, but not out of TLS and not with anybody's credentials."""

    def redirect_request(  # noqa: PLR0917 - the library's signature
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        """The next request; a proxy's password is set anew where a proxy is used."""
        url = req.full_url.partition("?")[0]
        scheme = urllib.parse.urlsplit(newurl).scheme
        if scheme not in {"http", "https"}:
            raise ModelError(f"{url} could not be downloaded: it leads to {scheme}, which is not followed.")
        if scheme == "http" and req.full_url.startswith("https:"):
            raise ModelError(f"{url} could not be downloaded: it leads out of TLS.")
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following is not None:
            for name in ("Authorization", "Cookie", "Proxy-authorization"):
                following.remove_header(name)
        return following


def _retry_after(headers: Message) -> float:
    seconds = headers.get("Retry-After", "")
    return float(seconds) if seconds.isdigit() else 0.0


@contextmanager
def _held(part: Path) -> Iterator[IO[bytes]]:
    """The partial file, open to read and append; nobody else writes to it meanwhile."""
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("a+b") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ModelError(f"{part} is being downloaded by another process.") from None
        try:
            yield stream
        finally:
            if not stream.seek(0, 2):
                part.unlink(missing_ok=True)


def _is_whole(path: Path, file: RemoteFile) -> bool:
    if not path.is_file() or path.stat().st_size != file.bytes:
        return False
    with path.open("rb") as stream:
        return _digest(stream) == file.sha256


def _digest(stream: IO[bytes]) -> str:
    stream.flush()
    stream.seek(0)
    return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]


def _size(count: int) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
