"""Ways out: which URL names which, that none tells its password, and the inbox on disk."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.email.addresses import checked_address
from shared.email.message import Mail
from shared.email.transports.folder import Folder
from shared.email.transports.ses import Ses
from shared.email.transports.smtp import Smtp, SmtpServer
from shared.email.transports.transport import Unreachable
from shared.email.transports.urls import transport_of

SECRET = "p%40ss%2Fword"
MAIL = Mail(
    42, "confirm", checked_address("a@example.com"), checked_address("b@example.com"), b"Subject: x\r\n\r\nx\r\n"
)


def server_of(url: str) -> SmtpServer:
    transport = transport_of(url)
    assert isinstance(transport, Smtp)
    return transport._server


def test_each_scheme_names_a_way_out(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.touch()
    assert transport_of("file:///var/a%20b") == Folder(Path("/var/a b"))
    assert isinstance(transport_of("ses://eu-central-1"), Ses)
    assert server_of("smtp://mail.example.com") == SmtpServer("mail.example.com", 587, False, "", "", None)
    assert server_of(f"smtps://u%40x:{SECRET}@mail.example.com/") == SmtpServer(
        "mail.example.com", 465, True, "u@x", "p@ss/word", None
    )
    assert server_of(f"smtp://localhost:25?ca={ca}").ca_file == str(ca)


@pytest.mark.parametrize(
    ("url", "needs_tls"),
    [
        ("smtp://localhost", False),
        ("smtp://127.0.0.1:25", False),
        ("smtp://[::1]:25", False),
        ("smtps://localhost", True),
        ("smtp://mail.example.com", True),
        ("smtp://localhost.example.com", True),
        ("smtp://127.0.0.1.example.com", True),
        ("smtp://10.0.0.1", True),
        ("smtp://0.0.0.0", True),
        ("smtp://[2001:db8::1]", True),
    ],
)
def test_tls_is_needed_but_to_this_machine(url: str, needs_tls: bool) -> None:
    assert server_of(url).needs_tls == needs_tls


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.com",
        "http://mail.example.com",
        "file://relative/path",
        "file:relative",
        "file:///x?y=1",
        "smtp://",
        "smtp://:25",
        f"smtp://user:{SECRET}@",
        f"smtp://user:{SECRET}@mail.example.com:99999",
        f"smtp://user:{SECRET}@mail.example.com:0",
        f"smtp://user:{SECRET}@mail.example.com:port",
        f"smtp://user:{SECRET}@[mail.example.com",
        f"smtp://user:{SECRET}@mail.example.com/path",
        f"smtp://user:{SECRET}@mail.example.com?tls=no",
        f"smtp://user:{SECRET}@mail.example.com?ca=/nowhere/{SECRET}",
        f"smtp://user:{SECRET}@mail.example.com?ca=",
        f"smtp://:{SECRET}@mail.example.com",
        "smtp://user@mail.example.com",
        "ses://",
        "ses://somewhere",
        f"ses://user:{SECRET}@eu-central-1",
        "ses://eu-central-1/x",
    ],
)
def test_a_wrong_url_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(ValueError, match=r"^(is|has|names|begins) ") as refused:
        transport_of(url)
    assert SECRET not in str(refused.value)
    assert "@" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_password_stays_out_of_the_repr() -> None:
    shown = repr(transport_of(f"smtps://user:{SECRET}@mail.example.com"))
    assert "mail.example.com" in shown
    assert not {"user", SECRET, "p@ss/word"} & set(re.split(r"['=,() ]", shown))


async def test_a_folder_gets_one_file_a_mail_for_its_owner_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "deep" / "mail")
    before = datetime.now(UTC)
    await folder.send(MAIL)
    await folder.close()
    [file] = folder.path.iterdir()
    assert re.fullmatch(r"\d{8}T\d{6}\.\d{3}-000042-confirm\.eml", file.name)
    written = datetime.strptime(file.name[:19], "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
    assert abs((written - before).total_seconds()) < 5
    assert file.read_bytes() == MAIL.data
    assert file.stat().st_mode & 0o777 == 0o600
    assert folder.path.stat().st_mode & 0o777 == 0o700


async def test_a_folder_that_cannot_be_written_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unreachable, match=r"^folder_errno_\d+$"):
        await Folder(tmp_path / "file" / "mail").send(MAIL)


async def test_half_a_file_is_never_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Unreachable, match="folder_errno_28"):
        await Folder(tmp_path).send(MAIL)
    assert list(tmp_path.iterdir()) == []
