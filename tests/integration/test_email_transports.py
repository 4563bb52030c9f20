"""Mail that is handed to a real SMTP server, and to what stands for SES: what is taken, what is refused, how safely."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from shared.clock import now
from shared.email.addresses import checked_address, checked_sender
from shared.email.message import Mail, build
from shared.email.rendering import Rendered
from shared.email.transports import ses
from shared.email.transports.smtp import Smtp, SmtpServer
from shared.email.transports.transport import DeliveryFault, NotNow, Refused, Transport, Unreachable
from shared.email.transports.urls import transport_of
from tests.support.smtp import (
    PASSWORD,
    USER,
    Certificate,
    Letters,
    login,
    make_certificate,
    smtp_server,
    starttls,
    text_of,
)

# What aiosmtpd says of a login without TLS, which is what some tests are about.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

HOST = "mail.example.com"
LOGIN = f"{USER}:{quote(PASSWORD, safe='')}"


def mail(to: str = "someone@example.org", *, text: str = "Text\n", email_no: int = 1) -> Mail:
    return build(
        Rendered("Subject", text, "<p>Text</p>\n"),
        email_no=email_no,
        kind="confirm",
        created_at=now(),
        sender=checked_sender("FluxVector <no-reply@example.com>"),
        recipient=checked_address(to),
        now=now(),
    )


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"), HOST)


@pytest.fixture
def _resolves(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of a host elsewhere leads to this machine: what is asked of it is what is asked of any other."""
    real = socket.getaddrinfo

    def resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        return real("127.0.0.1" if host == HOST else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


async def fault_of(transport: Transport, sent: Mail | None = None) -> DeliveryFault:
    """The fault that a mail meets; it quotes nothing."""
    with pytest.raises(DeliveryFault) as met:
        await transport.send(sent or mail())
    await transport.close()
    assert met.value.__cause__ is None
    assert met.value.__suppress_context__ or met.value.__context__ is None
    assert str(met.value) == met.value.reason
    assert "@" not in met.value.reason
    return met.value


@pytest.mark.usefixtures("_resolves")
async def test_mail_leaves_with_starttls_and_a_login(certificate: Certificate) -> None:
    letters = Letters()
    async with smtp_server(letters, **starttls(certificate, with_login=True)) as port:
        transport = transport_of(f"smtp://{LOGIN}@{HOST}:{port}?ca={certificate.ca}")
        await transport.send(mail())
        await transport.send(mail("other@example.org", text=".\n..\n.x\n"))
        await transport.close()
    assert letters.connections == 1
    assert letters.was_encrypted == [True, True]
    assert [envelope.rcpt_tos for envelope in letters.envelopes] == [["someone@example.org"], ["other@example.org"]]
    assert {envelope.mail_from for envelope in letters.envelopes} == {"no-reply@example.com"}
    assert text_of(letters.messages[1]) == ".\r\n..\r\n.x\r\n"


@pytest.mark.usefixtures("_resolves")
async def test_mail_leaves_with_tls_from_the_first_byte(certificate: Certificate) -> None:
    letters = Letters()
    async with smtp_server(letters, tls=certificate.context, **login(), auth_require_tls=False) as port:
        transport = transport_of(f"smtps://{LOGIN}@{HOST}:{port}?ca={certificate.ca}")
        await transport.send(mail())
        await transport.close()
    assert len(letters.messages) == 1


@pytest.mark.usefixtures("_resolves")
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize("wrong", ["authority", "name", "date", "system"])
async def test_a_wrong_certificate_is_refused(
    certificate: Certificate, tmp_path: Path, scheme: str, wrong: str
) -> None:
    letters = Letters()
    shown = make_certificate(
        tmp_path, "other.example.com" if wrong == "name" else HOST, days=-1 if wrong == "date" else 1
    )
    trusted = {"authority": f"?ca={certificate.ca}", "system": ""}.get(wrong, f"?ca={shown.ca}")
    options: dict[str, Any] = {"tls": shown.context} if scheme == "smtps" else starttls(shown)
    async with smtp_server(letters, **options) as port:
        fault = await fault_of(transport_of(f"{scheme}://{LOGIN}@{HOST}:{port}{trusted}"))
    assert isinstance(fault, Unreachable)
    assert fault.reason == "tls_certificate"
    assert not letters.logins
    assert not letters.envelopes


@pytest.mark.usefixtures("_resolves")
async def test_an_old_tls_is_refused(certificate: Certificate) -> None:
    context = certificate.context
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    letters = Letters()
    async with smtp_server(letters, tls=context) as port:
        fault = await fault_of(transport_of(f"smtps://{HOST}:{port}?ca={certificate.ca}"))
    assert isinstance(fault, Unreachable)
    assert letters.envelopes == []


@pytest.mark.usefixtures("_resolves")
async def test_nothing_is_said_in_the_clear_to_another_machine(certificate: Certificate) -> None:
    letters = Letters()
    async with smtp_server(letters, **login(), auth_require_tls=False) as port:
        for ca in ("", f"?ca={certificate.ca}"):
            fault = await fault_of(transport_of(f"smtp://{LOGIN}@{HOST}:{port}{ca}"))
            assert isinstance(fault, Unreachable)
            assert fault.reason == "smtp_no_tls"
        assert not letters.logins
        assert not letters.envelopes
        # The same to this machine, unless it is asked for TLS.
        fault = await fault_of(transport_of(f"smtp://{LOGIN}@127.0.0.1:{port}?ca={certificate.ca}"))
        assert fault.reason == "smtp_no_tls"
        transport = transport_of(f"smtp://{LOGIN}@127.0.0.1:{port}")
        await transport.send(mail())
        await transport.close()
    assert len(letters.envelopes) == 1


async def test_a_wrong_password_is_not_the_mails_fault() -> None:
    async with smtp_server(Letters(), **login(), auth_require_tls=False) as port:
        fault = await fault_of(transport_of(f"smtp://{USER}:wrong@127.0.0.1:{port}"))
        assert isinstance(fault, Unreachable)
        assert fault.reason == "smtp_login_535"
        # Nor is it that none was given.
        fault = await fault_of(transport_of(f"smtp://127.0.0.1:{port}"))
        assert isinstance(fault, Unreachable)
        assert fault.reason == "smtp_sender_530"
    async with smtp_server(Letters()) as port:
        assert isinstance(await fault_of(transport_of(f"smtp://{LOGIN}@127.0.0.1:{port}")), Unreachable)


@pytest.mark.parametrize(
    ("at", "answer", "kind", "reason"),
    [
        ("recipient", "550 5.1.1 <someone@example.org> is unknown", Refused, "smtp_550"),
        ("recipient", "553 no such user someone@example.org", Refused, "smtp_553"),
        ("recipient", "451 come back", NotNow, "smtp_451"),
        ("recipient", "452 4.2.2 full", NotNow, "smtp_452"),
        ("recipient", "554 5.7.1 relaying denied", NotNow, "smtp_554"),
        ("recipient", "530 5.7.0 who are you", NotNow, "smtp_530"),
        ("recipient", "421 closing", Unreachable, "smtp_421"),
        ("data", "554 5.6.0 not this", Refused, "smtp_554"),
        ("data", "451 4.3.0 come back", NotNow, "smtp_451"),
        ("data", "421 closing", Unreachable, "smtp_421"),
    ],
)
async def test_refusals_for_now_and_for_good(at: str, answer: str, kind: type, reason: str) -> None:
    letters = Letters()
    setattr(letters, at, [answer, "250 OK"])
    async with smtp_server(letters) as port:
        transport = transport_of(f"smtp://127.0.0.1:{port}")
        fault = await fault_of(transport)
        assert type(fault) is kind
        assert fault.reason == reason
        # The next mail does not suffer for it.
        await transport.send(mail())
        await transport.close()
    assert len(letters.envelopes) == 1


async def test_a_connection_that_ends_in_the_middle_and_one_that_ended_between_two_mails() -> None:
    letters = Letters(hang_ups=1)
    async with smtp_server(letters) as port:
        transport = transport_of(f"smtp://127.0.0.1:{port}")
        fault = await fault_of(transport)
        assert type(fault) is NotNow
        assert fault.reason == "smtp_disconnected"
        await transport.send(mail())
        letters.hang_up_idle()
        await asyncio.sleep(0.05)
        await transport.send(mail())
        await transport.close()
    assert len(letters.envelopes) == 2
    assert letters.connections == 3


@pytest.mark.parametrize("drips", [False, True])
async def test_a_server_that_never_answers_does_not_hold_a_mail(drips: bool) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com\r\n")
        await reader.readline()
        try:
            while True:  # each read of the client gets something, and the answer never comes to its end
                await asyncio.sleep(0.05)
                if drips:
                    writer.write(b"250-X\r\n")
                    await writer.drain()
                elif reader.at_eof():
                    return
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    transport = Smtp(SmtpServer("127.0.0.1", port, False, "", "", None), connect_timeout_s=0.3, send_timeout_s=0.6)
    started = time.monotonic()
    assert isinstance(await fault_of(transport), Unreachable)
    assert time.monotonic() - started < 2
    server.close()
    await asyncio.sleep(0.1)


async def test_nobody_listens() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        fault = await fault_of(transport_of(f"smtp://127.0.0.1:{bound.getsockname()[1]}"))
    assert isinstance(fault, Unreachable)
    assert fault.reason == "smtp_connection"


@pytest.mark.parametrize(
    "to",
    [
        "o'brien+x@example.org",
        "!#$%&'*+-/=_`{|}~^?@example.org",
        "-oX@example.org",
        "a|b@example.org",
        "x" * 64 + "@" + "a" * 63 + "." + "b" * 63 + ".example.org",
        "postmaster@exämple.de",
    ],
)
async def test_odd_addresses_reach_any_server(to: str) -> None:
    letters = Letters()
    async with smtp_server(letters, enable_SMTPUTF8=False) as port:
        transport = transport_of(f"smtp://127.0.0.1:{port}")
        await transport.send(mail(to))
        await transport.close()
    address = checked_address(to)
    assert letters.envelopes[0].rcpt_tos == [address.envelope]
    [shown] = letters.messages[0]["To"].addresses
    assert shown.addr_spec == address.envelope


@pytest.mark.parametrize("to", ["用户@例え.jp", "jörg@exämple.de", "दादी@डेटामेल.भारत"])
async def test_international_addresses_need_a_server_that_knows_them(to: str) -> None:
    letters = Letters()
    async with smtp_server(letters) as port:
        transport = transport_of(f"smtp://127.0.0.1:{port}")
        await transport.send(mail(to))
        await transport.close()
    assert letters.envelopes[0].rcpt_tos == [checked_address(to).envelope]
    assert letters.envelopes[0].smtp_utf8
    [shown] = letters.messages[0]["To"].addresses
    assert shown.addr_spec == checked_address(to).envelope
    async with smtp_server(Letters(), enable_SMTPUTF8=False) as port:
        fault = await fault_of(transport_of(f"smtp://127.0.0.1:{port}"), mail(to))
    assert isinstance(fault, Refused)
    assert fault.reason == "smtp_no_smtputf8"


@pytest.fixture
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield


def verify_sender() -> None:
    ses_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].verify_email_identity("no-reply@example.com")


@pytest.mark.usefixtures("_aws")
async def test_mail_leaves_through_ses() -> None:
    verify_sender()
    transport = transport_of("ses://eu-central-1")
    sent = mail("someone@exämple.de")
    await transport.send(sent)
    await transport.send(sent)
    await transport.close()
    messages: list[Any] = ses_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].sent_messages
    assert [message.raw_data for message in messages] == [sent.data.decode()] * 2
    assert messages[0].source == "no-reply@example.com"
    assert set(messages[0].destinations) == {"someone@xn--exmple-cua.de"}


@pytest.mark.usefixtures("_aws")
async def test_ses_refuses() -> None:
    fault = await fault_of(transport_of("ses://eu-central-1"))
    assert isinstance(fault, Refused)
    assert fault.reason == "ses_MessageRejected"
    verify_sender()
    fault = await fault_of(transport_of("ses://eu-central-1"), mail("jörg@example.org"))
    assert isinstance(fault, Refused)
    assert fault.reason == "ses_no_smtputf8"


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        ({"Code": "BadRequestException", "Message": "no"}, Refused, "ses_BadRequestException"),
        (
            {"Code": "MessageRejected", "Message": "Email address is not verified. a@b.co"},
            NotNow,
            "ses_MessageRejected",
        ),
        ({"Code": "TooManyRequestsException", "Message": "slow"}, Unreachable, "ses_TooManyRequestsException"),
        ({"Code": "AccessDeniedException", "Message": "who?"}, Unreachable, "ses_AccessDeniedException"),
        ({"Code": "to a@b.co", "Message": ""}, Unreachable, "ses_error"),
        ({}, Unreachable, "ses_error"),
    ],
)
def test_faults_of_ses(error: dict[str, str], kind: type, reason: str) -> None:
    fault = ses._fault_of({"Error": error})
    assert type(fault) is kind
    assert fault.reason == reason


async def test_ses_without_credentials_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    fault = await fault_of(transport_of("ses://eu-central-1"))
    assert isinstance(fault, Unreachable)
    assert fault.reason == "ses_NoCredentialsError"
