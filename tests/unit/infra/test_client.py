"""The command that writes an account's archive, against a server that misbehaves in every way there is."""

from __future__ import annotations

import json
import os
import ssl
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from infra.client import export as command
from infra.client.export import export
from infra.client.failure import ClientFailure, Refused
from infra.client.service import MAX_ANSWER_BYTES, TRIES, Service
from infra.client.session import TOKEN_VARIABLE, Session

REPOSITORY = Path(__file__).resolve().parents[3]
Answer = tuple[int, dict[str, str], bytes]


class Server:
    """Answers what it was told to, one after the other, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.asked: list[tuple[str, str, str | None, Any]] = []
        self._scheme = "http"
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                body = json.loads(self.rfile.read(length) or "null")
                server.asked.append((self.command, self.path, self.headers.get("Authorization"), body))
                status, headers, content = server.answers.pop(0)
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(content))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)
                self.close_connection = True

            do_GET = do_POST = answer

            def log_message(self, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._http.server_port}"

    def over_tls(self, folder: Path) -> None:
        """Goes on with a certificate that it signed itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
            .sign(key, hashes.SHA256())
        )
        pem = Encoding.PEM
        secret = key.private_bytes(pem, PrivateFormat.PKCS8, NoEncryption())
        (folder / "server.pem").write_bytes(certificate.public_bytes(pem) + secret)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(folder / "server.pem")
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self._scheme = "https"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def session(server: Server, waits: list[float]) -> Session:
    return Session(Service(server.url, wait=waits.append), "token-1", "refresh-1")


def page(*lines: dict[str, Any], cursor: str | None = None) -> Answer:
    told = [json.dumps(line, separators=(",", ":")) for line in lines]
    return 200, {}, "\n".join([*told, json.dumps({"next_cursor": cursor}), ""]).encode()


def error(status: int, **headers: str) -> Answer:
    return status, headers, json.dumps({"error": f"That is a {status}.\x1b[31m"}).encode()


def tokens(number: int) -> Answer:
    return 200, {}, json.dumps({"access_token": f"token-{number}", "refresh_token": f"refresh-{number}"}).encode()


def vector(vector_id: str, collection: str = "things", env: str = "live") -> dict[str, Any]:
    return {"type": "vector", "env": env, "collection": collection, "namespace": "", "id": vector_id, "values": [1e-05]}


ACCOUNT = {"type": "account", "id": "acc_1"}
USER = {"type": "user", "id": "usr_1", "email": "é@example.com"}


def files(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_an_archive_of_several_pages(server: Server, session: Session, tmp_path: Path) -> None:
    server.answers = [
        page(ACCOUNT, USER, {"type": "session", "id": "ses_1"}, {"type": "api_key", "id": "key_1"}, cursor="a=b&c"),
        page(cursor="empty"),
        page({"type": "collection", "name": "things"}, vector("a"), vector("b"), cursor="x"),
        page(vector("c"), vector("a", "Things"), vector("a", env="test"), {"type": "usage_event", "n": 1}, cursor="y"),
        page({"type": "usage_event", "n": 2}, {"type": "news", "n": 3}),
    ]
    counts = export(session, tmp_path / "out.zip")
    assert counts == {
        "account": 1, "user": 1, "session": 1, "api_key": 1, "collection": 1, "vector": 5, "usage_event": 2, "news": 1,
    }  # fmt: skip
    told = files(tmp_path / "out.zip")
    assert json.loads(told.pop("account.json")) == {"account": ACCOUNT, "users": [USER]}
    one = '{"namespace":"","id":"%s","values":[1e-05]}\n'
    assert told == {
        "sessions.ndjson": '{"type":"session","id":"ses_1"}\n',
        "api_keys.ndjson": '{"type":"api_key","id":"key_1"}\n',
        "collections.ndjson": '{"type":"collection","name":"things"}\n',
        "vectors/live/things.ndjson": one % "a" + one % "b" + one % "c",
        "vectors/live/Things~2.ndjson": one % "a",
        "vectors/test/things.ndjson": one % "a",
        "usage_events.ndjson": '{"type":"usage_event","n":1}\n{"type":"usage_event","n":2}\n',
        "news.ndjson": '{"type":"news","n":3}\n',
    }
    assert [path for _, path, _, _ in server.asked] == [
        command.PATH, f"{command.PATH}?cursor=a%3Db%26c", *(f"{command.PATH}?cursor={c}" for c in ("empty", "x", "y")),
    ]  # fmt: skip
    assert {token for _, _, token, _ in server.asked} == {"Bearer token-1"}
    assert stat.S_IMODE((tmp_path / "out.zip").stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["out.zip"]


def test_it_waits_as_long_as_it_is_told(server: Server, session: Session, waits: list[float], tmp_path: Path) -> None:
    server.answers = [
        error(429, **{"Retry-After": "7"}), error(503, **{"Retry-After": "3600"}), error(503), error(500), error(502),
        error(504), page(ACCOUNT),
    ]  # fmt: skip
    assert export(session, tmp_path / "out.zip") == {"account": 1}
    assert waits == [7, 60, 4, 8, 16, 32]


def test_it_gives_up_in_the_end(server: Server, session: Session, waits: list[float], tmp_path: Path) -> None:
    server.answers = [error(503)] * TRIES
    with pytest.raises(Refused, match=r"^That is a 503. \[31m$"):
        export(session, tmp_path / "out.zip")
    assert len(waits) == TRIES - 1
    assert os.listdir(tmp_path) == []


def test_a_page_that_breaks_off_is_asked_for_again(
    server: Server, session: Session, waits: list[float], tmp_path: Path
) -> None:
    status, _, content = page(ACCOUNT, vector("a"), cursor="x")
    server.answers = [
        (status, {"Content-Length": str(len(content))}, content[:-30]),
        (status, {}, content),
        (200, {"Content-Length": "100"}, b""),
        page(vector("b")),
    ]
    assert export(session, tmp_path / "out.zip") == {"account": 1, "vector": 2}
    assert waits == [1, 1]


def test_an_ended_token_is_renewed(server: Server, session: Session, tmp_path: Path) -> None:
    server.answers = [
        page(ACCOUNT, cursor="x"), error(401), tokens(2), page(vector("a"), cursor="y"),
        error(401), error(429), tokens(3), page(vector("b")), error(200),
    ]  # fmt: skip
    assert export(session, tmp_path / "out.zip") == {"account": 1, "vector": 2}
    session.end()
    calls = [(method, path.rpartition("/")[2], token, body) for method, path, token, body in server.asked]
    assert calls == [
        ("GET", "export", "Bearer token-1", None),
        ("GET", "export?cursor=x", "Bearer token-1", None),
        ("POST", "refresh", None, {"refresh_token": "refresh-1"}),
        ("GET", "export?cursor=x", "Bearer token-2", None),
        ("GET", "export?cursor=y", "Bearer token-2", None),
        ("POST", "refresh", None, {"refresh_token": "refresh-2"}),
        ("POST", "refresh", None, {"refresh_token": "refresh-2"}),
        ("GET", "export?cursor=y", "Bearer token-3", None),
        ("POST", "logout", "Bearer token-3", {}),
    ]


@pytest.mark.parametrize("answer", [error(503), error(500), (200, {"Content-Length": "9"}, b"{")])
def test_a_refresh_token_that_may_be_used_up_is_not_sent_again(
    server: Server, session: Session, tmp_path: Path, answer: Answer
) -> None:
    server.answers = [error(401), answer]
    with pytest.raises(ClientFailure):
        export(session, tmp_path / "out.zip")
    assert len(server.asked) == 2


def test_a_session_that_is_over_is_told(server: Server, session: Session, tmp_path: Path) -> None:
    server.answers = [error(401), tokens(2), error(401)]
    with pytest.raises(Refused, match="401"):
        export(session, tmp_path / "out.zip")
    server.answers = [error(401)]
    with pytest.raises(ClientFailure, match="Sign in again"):
        export(Session(Service(server.url), "theirs", None), tmp_path / "out.zip")
    server.answers = [error(401)]
    session.end()
    assert os.listdir(tmp_path) == []


def test_a_credential_never_follows_a_redirect(server: Server, session: Session, tmp_path: Path) -> None:
    elsewhere = Server()
    try:
        for status in (301, 302, 303, 307, 308):
            server.answers = [(status, {"Location": f"{elsewhere.url}/"}, b"")]
            with pytest.raises(Refused, match=str(status)):
                export(session, tmp_path / "out.zip")
        assert elsewhere.asked == []
    finally:
        elsewhere.close()


@pytest.mark.parametrize("url", [
    "http://example.com", "http://127.0.0.1.example.com", "ftp://127.0.0.1", "file:///etc/passwd", "127.0.0.1", "",
    "https://", "https://a@example.com", "https://example.com/?x", "https://example.com/#x", "https://[::1", "http://x:y",
])  # fmt: skip
def test_where_a_credential_would_not_be_safe_it_does_not_go(url: str) -> None:
    with pytest.raises(ClientFailure):
        Service(url)


@pytest.mark.parametrize(
    "url", ["https://example.com/", "http://localhost:8080", "http://127.0.0.1", "http://[::1]:80"]
)
def test_https_and_this_machine_are_good(url: str) -> None:
    """None is refused."""
    Service(url)


@pytest.mark.parametrize("answer", [
    (200, {}, b""), (200, {}, b"<html>"), (200, {}, b'{"next_cursor":""}\n'), (200, {}, b'{"next_cursor":1}\n'),
    (200, {}, b'{"cursor":null}\n'), (200, {}, b'[]\n{"next_cursor":null}\n'),
    page({"id": "a"}), page({"type": "../../x"}), page({"type": "vector", "env": "live", "collection": "../x"}),
    page({"type": "vector", "env": "..", "collection": "x"}), page(vector("a", "a/b")),
    page(vector("a", ".."), vector("b")), page(vector("a", "x"), vector("a", "y"), vector("b", "x")),
    (200, {}, b'{"type":"session","id":\n{"next_cursor":null}\n'),
])  # fmt: skip
def test_what_is_no_export_leaves_no_archive(server: Server, session: Session, tmp_path: Path, answer: Answer) -> None:
    (tmp_path / "out.zip").write_text("the former one")
    server.answers = [answer]
    with pytest.raises(ClientFailure):
        export(session, tmp_path / "out.zip")
    assert os.listdir(tmp_path) == ["out.zip"]
    assert (tmp_path / "out.zip").read_text() == "the former one"


def test_an_export_that_turns_in_a_circle_ends(server: Server, session: Session, tmp_path: Path) -> None:
    server.answers = [page(ACCOUNT, cursor="x"), page(cursor="x")]
    with pytest.raises(ClientFailure, match="go on"):
        export(session, tmp_path / "out.zip")


def test_an_endless_answer_is_not_read(server: Server, session: Session, tmp_path: Path) -> None:
    server.answers = [(200, {}, b" " * (MAX_ANSWER_BYTES + 1))]
    with pytest.raises(ClientFailure, match="bytes at once"):
        export(session, tmp_path / "out.zip")


def run(server: Server, out: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as people start it, by Python alone: without this project's packages."""
    return subprocess.run(
        [sys.executable, "-S", "-W", "error", "-m", "infra.client.export", "--base-url", server.url, "--out", str(out)],
        cwd=REPOSITORY, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip


def test_the_command(server: Server, tmp_path: Path) -> None:
    server.answers = [page(ACCOUNT, vector("a"), vector("b"))]
    out = tmp_path / "out.zip"
    done = run(server, out, **{TOKEN_VARIABLE: " secret \n"})
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{out}: 1 account, 2 vector\n", "")
    assert [token for _, _, token, _ in server.asked] == ["Bearer secret"]
    assert set(files(out)) == {"account.json", "vectors/live/things.ndjson"}


def test_the_command_says_what_is_wrong(server: Server, tmp_path: Path) -> None:
    out = tmp_path / "out.zip"
    server.answers = [error(403)]
    for environment, told in (
        ({TOKEN_VARIABLE: "fv_live_secret"}, "That is a 403."),
        ({}, f"set {TOKEN_VARIABLE}"),
        ({TOKEN_VARIABLE: "sec\nret"}, "is not a token"),
    ):
        done = run(server, out, **environment)
        assert done.returncode == 1
        assert told in done.stderr
        assert done.stderr.count("\n") == 1
        assert "secret" not in done.stderr
    server.answers = [page(ACCOUNT)]
    done = run(server, tmp_path / "no" / "where.zip", **{TOKEN_VARIABLE: "x"})
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


def terminal(monkeypatch: pytest.MonkeyPatch, email: str, password: Callable[[str], str]) -> None:
    class Stdin:
        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return email + "\n"

    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    monkeypatch.setattr(sys, "stdin", Stdin())
    monkeypatch.setattr("getpass.getpass", password)


def test_it_signs_in_and_out(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal(monkeypatch, "é@example.com", lambda _: "canary password")
    server.answers = [tokens(1), page(ACCOUNT), (200, {}, b"{}")]
    assert command.main(["--base-url", server.url, "--out", str(tmp_path / "out.zip")]) == 0
    assert [(path, token, body) for _, path, token, body in server.asked] == [
        ("/v1/auth/login", None, {"email": "é@example.com", "password": "canary password"}),
        (command.PATH, "Bearer token-1", None),
        ("/v1/auth/logout", "Bearer token-1", {}),
    ]
    told = capsys.readouterr()
    assert "canary" not in told.out + told.err
    server.answers = [error(401)]
    assert command.main(["--base-url", server.url, "--out", str(tmp_path / "out.zip")]) == 1
    assert "That is a 401." in capsys.readouterr().err


def test_what_is_no_sign_in_is_told(server: Server) -> None:
    for content in (b"<html>", b"[]", b"{}", b'{"access_token":"x"}'):
        server.answers = [(200, {}, content)]
        with pytest.raises(ClientFailure, match="not the service"):
            Session.signed_in(Service(server.url), "a@example.com", "x")


def test_the_session_is_ended_after_a_failure_too(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal(monkeypatch, "a@example.com", lambda _: "x")
    server.answers = [tokens(1), error(403), error(404)]
    assert command.main(["--base-url", server.url, "--out", str(tmp_path / "out.zip")]) == 1
    assert [path.rpartition("/")[2] for _, path, _, _ in server.asked] == ["login", "export", "logout"]
    assert "could not be ended: That is a 404." in capsys.readouterr().err


def test_ctrl_c_leaves_nothing(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupts(*_: Any) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setenv(TOKEN_VARIABLE, "x")
    monkeypatch.setattr(Session, "get", interrupts)
    assert command.main(["--base-url", server.url, "--out", str(tmp_path / "out.zip")]) == command.INTERRUPTED
    assert os.listdir(tmp_path) == []
    assert "Stopped" in capsys.readouterr().err


def test_a_certificate_that_nobody_vouches_for_is_refused(server: Server, tmp_path: Path) -> None:
    server.over_tls(tmp_path)
    service = Service(server.url, wait=lambda _: pytest.fail("there is no point in waiting"))
    with pytest.raises(ClientFailure, match="certificate"):
        service.get("/", {}, token="secret")
    assert server.asked == []
