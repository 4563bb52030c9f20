"""The outbox: mail leaves with its cause, at least once, to whom it is for, and nothing of it reaches a log."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.deadline import Deadline
from shared.email.addresses import checked_address, checked_sender
from shared.email.kinds import KINDS
from shared.email.message import Mail
from shared.email.outbox import queue
from shared.email.rendering import params_of
from shared.email.sending import Letterhead, send_due, wait_after
from shared.email.transports.transport import DeliveryFault, NotNow, Refused, Transport, Unreachable
from shared.email.transports.urls import transport_of
from shared.errors import InternalError
from shared.opaque_tokens import is_token, token_hash
from tests.support.database import TestDatabase
from tests.support.smtp import Letters, parsed, smtp_server, text_of

OWNER = "owner@example.org"
LETTERHEAD = Letterhead(
    checked_sender("FluxVector <no-reply@example.com>"), "https://api.example.com", "privacy@example.com"
)


@dataclass(slots=True)
class Memory:
    """A way out that keeps what it takes, and fails as it is told: by faults in turn, None for none."""

    mails: list[Mail] = field(default_factory=list)
    faults: list[BaseException | None] = field(default_factory=list)
    # Called with each mail before it is taken, and after.
    before: Callable[[Mail], None] = lambda mail: None
    after: Callable[[Mail], None] = lambda mail: None

    async def send(self, mail: Mail) -> None:
        await asyncio.sleep(0)
        self.before(mail)
        if self.faults and (fault := self.faults.pop(0)):
            raise fault
        self.mails.append(mail)
        self.after(mail)

    async def close(self) -> None:
        pass


@dataclass(slots=True)
class Post:
    """An account, the roles that write and send its mail, and the rows."""

    api: Database
    jobs: Database
    url: str
    account_no: int
    user_no: int

    def sql(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        """Runs a statement as the owner of the tables."""
        with psycopg.connect(self.url, autocommit=True) as owner:
            cursor = owner.execute(statement.encode(), params)
            return cursor.fetchall() if cursor.description else []

    async def queue(self, kind: str, to_email: str | None = None, **params: Any) -> None:
        """Queues a mail to the account's owner, with some value for each parameter."""
        values = {name: f"[{name}]" for name in params_of(kind)} | params
        await self.api.transact(self.account_no, queue(kind, self.account_no, self.user_no, values, to_email))

    async def send(self, transport: Transport, *, budget_s: float = 30.0) -> int:
        return await send_due(self.jobs, transport, LETTERHEAD, Deadline(budget_s))

    def waiting(self) -> list[tuple[Any, ...]]:
        """The queue: kind, tries, and minutes until it is due."""
        return self.sql(
            "SELECT kind, attempts, round(extract(epoch FROM ready_at - now()) / 60)::integer"
            " FROM outbox_emails ORDER BY email_no"
        )

    def make_due(self) -> None:
        """Lets the time of all leases and waits pass."""
        self.sql("UPDATE outbox_emails SET ready_at = now()")
        self.sql("UPDATE farewell_emails SET ready_at = now()")

    def age(self, by: timedelta) -> None:
        """Makes all mail older."""
        self.sql("UPDATE outbox_emails SET created_at = created_at - %s", by)
        self.sql("UPDATE farewell_emails SET created_at = created_at - %s", by)


@pytest.fixture
async def post(database: TestDatabase) -> AsyncIterator[Post]:
    api, jobs = Database(database.api_url, size=2), Database(database.jobs_url, size=4)
    made = Post(api, jobs, database.owner_url, 0, 0)
    [(made.account_no, made.user_no)] = make_account(made, OWNER)
    yield made
    await api.close()
    await jobs.close()


def make_account(post: Post, email: str) -> list[tuple[Any, ...]]:
    address = checked_address(email)
    return post.sql(
        "WITH a AS (INSERT INTO accounts (account_id) VALUES (gen_random_uuid()::text) RETURNING account_no),"
        " u AS (INSERT INTO users (account_no, user_id, password_hash, confirmed_at)"
        "       SELECT account_no, gen_random_uuid()::text, 'none', now() FROM a RETURNING account_no, user_no)"
        " INSERT INTO account_emails (email_key, email, account_no, user_no)"
        " SELECT %s, %s, account_no, user_no FROM u RETURNING account_no, user_no",
        address.key,
        address.email,
    )


def token_in(mail: Mail) -> str:
    """The token that a mail carries, the same in its command and in its link, in both of its forms."""
    message = parsed(mail.data)
    found = {token for kind in ("plain", "html") for token in re.findall(r"fvl_[0-9A-Za-z]+", text_of(message, kind))}
    [token] = found
    assert is_token(token, "fvl")
    return str(token)


async def test_a_mail_leaves_with_its_cause_and_its_row_goes(post: Post) -> None:
    memory = Memory()
    params = {"name": "x", "prefix": "fv_live_AbCdEfGh", "env": "live"}
    with pytest.raises(InternalError):
        await post.api.transact(
            post.account_no,
            queue("key_created", post.account_no, None, params),
            Statement(b"SELECT 1 / 0"),
        )
    assert await post.send(memory) == 0
    await post.api.transact(
        post.account_no,
        queue("key_created", post.account_no, None, params | {"name": "<script>x</script>"}),
    )
    assert await post.send(memory) == 1
    assert post.waiting() == []
    assert await post.send(memory) == 0
    [mail] = memory.mails
    message = parsed(mail.data)
    assert message["To"] == OWNER
    assert "<script>x</script>" in text_of(message)
    assert "Key: fv_live_AbCdEfGh... (live)" in text_of(message)
    assert "&lt;script&gt;" in text_of(message, "html")
    assert "<script" not in text_of(message, "html")


async def test_no_account_queues_mail_of_another(post: Post) -> None:
    [(other_no, other_user)] = make_account(post, "other@example.org")
    with pytest.raises(InternalError):
        await post.api.transact(post.account_no, queue("confirm", other_no, other_user, {}))
    await post.api.transact(post.account_no, queue("confirm", other_no, None, {}))
    assert post.waiting() == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "account_deleted"])
async def test_every_kind_goes_the_whole_way(post: Post, kind: str) -> None:
    to_email = "new@example.org" if KINDS[kind].names_address else None
    await post.queue(kind, to_email)
    memory = Memory()
    assert await post.send(memory) == 1
    message = parsed(memory.mails[0].data)
    assert message["To"] == (to_email or OWNER)
    assert post.waiting() == []
    links = post.sql("SELECT token_hash, purpose, new_email, user_no, expires_at - created_at FROM one_time_links")
    if KINDS[kind].purpose is None:
        assert links == []
    else:
        hashed = token_hash(token_in(memory.mails[0]))
        assert links == [(hashed, KINDS[kind].purpose, to_email, post.user_no, KINDS[kind].valid_for)]
        assert hashed == hashlib.sha256(token_in(memory.mails[0]).encode()).digest()


async def test_what_the_database_queues_itself_can_be_written(post: Post) -> None:
    functions = [
        ("SELECT sign_up(%s, %s, 'a', 'b', 'h', '', 'p', '192.0.2.1')", ("new@example.org", "new@example.org")),
        ("SELECT request_link(%s, 'reset', '192.0.2.1')", (OWNER,)),
        ("SELECT set_config('app.account', %s, false), replace_password(%s, 'h', '', 'password_changed', NULL)", None),
    ]
    for statement, params in functions:
        post.sql(statement, *(params or (str(post.account_no), post.user_no)))
        memory = Memory()
        assert await post.send(memory) == 1, statement
    assert "From: unknown" in text_of(parsed(memory.mails[0].data))


async def test_a_link_works_once_and_the_mail_proves_the_address_it_went_to(post: Post) -> None:
    memory = Memory()
    await post.queue("change_email", "new@example.org")
    await post.send(memory)
    hashed = token_hash(token_in(memory.mails[0]))
    assert post.sql("SELECT address_of_link(%s)", hashed) == [("new@example.org",)]
    assert post.sql("SELECT use_link(%s, 'new@example.org', NULL)", hashed) == [("change_email",)]
    assert post.sql("SELECT use_link(%s, 'new@example.org', NULL)", hashed) == [(None,)]
    # Both are told, the former address too.
    assert await post.send(memory) == 2
    assert {parsed(mail.data)["To"] for mail in memory.mails[1:]} == {OWNER, "new@example.org"}


async def test_a_farewell_is_the_last_of_an_account(post: Post) -> None:
    post.sql("INSERT INTO farewell_emails (to_email) VALUES (%s)", "gone@example.org")
    memory = Memory(faults=[NotNow("smtp_451")])
    assert await post.send(memory) == 0
    assert post.sql("SELECT attempts, ready_at > now() + interval '50 seconds' FROM farewell_emails") == [(1, True)]
    post.make_due()
    assert await post.send(memory) == 1
    assert parsed(memory.mails[0].data)["To"] == "gone@example.org"
    assert post.sql("SELECT * FROM farewell_emails") == []
    for fault in (Refused("smtp_550"), NotNow("smtp_451")):
        post.sql("INSERT INTO farewell_emails (to_email) VALUES (%s)", "gone@example.org")
        post.age(timedelta(days=4))
        assert await post.send(Memory(faults=[fault])) == 0
        assert post.sql("SELECT * FROM farewell_emails") == []


async def test_it_waits_longer_each_time(post: Post) -> None:
    assert [wait_after(attempts) // timedelta(minutes=1) for attempts in (1, 2, 3, 6, 7, 8, 1000)] == [
        1, 2, 4, 32, 60, 60, 60,
    ]  # fmt: skip
    letters = Letters(recipient=["451 4.3.0 come back"])
    await post.queue("key_created")
    async with smtp_server(letters) as port:
        transport = transport_of(f"smtp://127.0.0.1:{port}")
        for attempts, minutes in ((1, 1), (2, 2), (3, 4)):
            assert await post.send(transport) == 0
            assert post.waiting() == [("key_created", attempts, minutes)]
            assert await post.send(transport) == 0  # it is not due
            post.make_due()
        letters.recipient[:] = ["250 OK"]
        letters.hang_ups = 1
        assert await post.send(transport) == 0
        post.make_due()
        assert await post.send(transport) == 1
        await transport.close()
    assert post.waiting() == []
    assert len(letters.envelopes) == 1


async def test_a_refusal_for_good_ends_it(post: Post, capsys: pytest.CaptureFixture[str]) -> None:
    letters = Letters(recipient=[f"550 5.1.1 <{OWNER}> is unknown", "250 OK"])
    await post.queue("key_created")
    await post.queue("key_revoked")
    async with smtp_server(letters) as port:
        transport = transport_of(f"smtp://127.0.0.1:{port}")
        assert await post.send(transport) == 1
        await transport.close()
    assert post.waiting() == []
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(event["event"], event["kind"]) for event in events] == [
        ("email_gave_up", "key_created"),
        ("email_sent", "key_revoked"),
    ]
    assert events[0].keys() == {"time", "event", "kind", "reason", "attempts"}
    assert events[0]["reason"] == "smtp_550"


@pytest.mark.parametrize(
    ("kind", "age", "is_kept"),
    [
        ("key_created", timedelta(days=2, hours=23), True),
        ("key_created", timedelta(days=3), False),
        ("confirm", timedelta(hours=47), True),
        ("confirm", timedelta(hours=48), False),
        ("reset", timedelta(minutes=58), True),
        ("reset", timedelta(hours=1), False),
        ("change_email", timedelta(hours=23), True),
        ("change_email", timedelta(hours=24), False),
    ],
)
async def test_it_gives_up_where_the_mail_would_be_of_no_use(
    post: Post, kind: str, age: timedelta, is_kept: bool
) -> None:
    to_email = "new@example.org" if KINDS[kind].names_address else None
    await post.queue(kind, to_email)
    post.age(age)
    assert await post.send(Memory(faults=[NotNow("smtp_451")])) == 0
    assert bool(post.waiting()) is is_kept
    # However old it is, it is tried once.
    await post.queue(kind, to_email)
    post.age(timedelta(days=30))
    assert await post.send(Memory()) == 1


class Crash(BaseException):
    """What ends a process."""


async def test_a_crash_after_the_mail_was_taken_sends_the_same_mail_again(post: Post) -> None:
    await post.queue("confirm")

    def crash(mail: Mail) -> None:
        raise Crash

    memory = Memory(after=crash)
    with pytest.raises(Crash):
        await post.send(memory)
    assert post.waiting() == [("confirm", 1, 5)]  # nobody's until the lease is over
    assert await post.send(memory) == 0
    post.make_due()
    memory.after = lambda mail: None
    assert await post.send(memory) == 1
    first, again = memory.mails
    assert parsed(first.data)["Message-ID"] == parsed(again.data)["Message-ID"]
    # Each carries its own link, and both work until one is used.
    assert token_in(first) != token_in(again)
    assert post.sql("SELECT count(*) FROM one_time_links") == [(2,)]
    assert post.sql("SELECT use_link(%s, NULL, NULL)", token_hash(token_in(first))) == [("confirm",)]
    assert post.sql("SELECT use_link(%s, NULL, NULL)", token_hash(token_in(again))) == [(None,)]


async def test_a_crash_before_the_mail_was_taken_loses_nothing(post: Post) -> None:
    await post.queue("confirm")
    with pytest.raises(Crash):
        await post.send(Memory(faults=[Crash()]))
    post.make_due()
    assert await post.send(Memory()) == 1


async def test_many_senders_send_each_mail_once(post: Post) -> None:
    for _ in range(40):
        await post.queue("key_created")
    memory = Memory()
    rounds = 0
    while post.waiting():
        await asyncio.gather(*(post.send(memory) for _ in range(4)))
        rounds += 1
        assert rounds < 10
    assert len({parsed(mail.data)["Message-ID"] for mail in memory.mails}) == len(memory.mails) == 40


async def test_who_was_too_slow_leaves_the_mail_to_whoever_claimed_it_since(post: Post) -> None:
    for _ in range(2):
        await post.queue("confirm")
    other = Memory()

    def lose_the_lease(mail: Mail) -> None:
        post.sql("UPDATE outbox_emails SET ready_at = now() + interval '5 minutes', attempts = 2 WHERE attempts = 1")

    memory = Memory(after=lose_the_lease)
    assert await post.send(memory) == 1
    assert len(memory.mails) == 1
    assert post.waiting() == [("confirm", 2, 5)]
    assert post.sql("SELECT count(*) FROM one_time_links") == [(1,)]
    post.make_due()
    assert await post.send(other) == 1


async def test_what_ends_the_cause_stops_the_mail(post: Post) -> None:
    """A reset that was used, an account that is gone: what was claimed already is not sent, and makes no link."""
    await post.queue("confirm")
    await post.queue("reset")

    def use_it(mail: Mail) -> None:
        post.sql("DELETE FROM outbox_emails WHERE kind = 'reset'")

    memory = Memory(before=use_it)
    assert await post.send(memory) == 1
    assert [mail.kind for mail in memory.mails] == ["confirm"]
    assert post.sql("SELECT count(*) FROM one_time_links WHERE purpose = 'reset'") == [(0,)]


@pytest.mark.parametrize(
    ("kind", "statement"),
    [
        ("reset", "SELECT reset_password(%(hash)s, 'h', '', NULL)"),
        ("reset", "SELECT change_password(%(user_no)s, 'none', 'h', '', NULL)"),
        ("reset", "SELECT count(*) FROM erase_account(100, '{}')"),
        ("confirm", "SELECT sign_up('owner@example.org', 'owner@example.org', 'a', 'b', 'h', '', 'p', NULL)"),
        ("change_email", "SELECT use_link(%(hash)s, 'new@example.org', NULL)"),
    ],
    ids=["reset", "change_password", "erase", "sign_up_anew", "change_email"],
)
async def test_no_link_is_made_behind_what_ends_all_links(
    post: Post, database: TestDatabase, kind: str, statement: str
) -> None:
    """The job has just made a link, and has not committed it, when its user's links are ended: they wait for it."""
    to_email = "new@example.org" if KINDS[kind].names_address else None
    if kind == "confirm":
        post.sql("UPDATE users SET confirmed_at = NULL")
    memory = Memory()
    await post.queue(kind, to_email)
    await post.send(memory)
    params = {"hash": token_hash(token_in(memory.mails[0])), "user_no": post.user_no}
    await post.queue(kind, to_email)
    [(email_no,)] = post.sql("UPDATE outbox_emails SET attempts = 1 RETURNING email_no")

    def end_links() -> None:
        with psycopg.connect(post.url, autocommit=True) as owner:
            owner.execute("SELECT set_config('app.account', %s, false)", (str(post.account_no),))
            owner.execute(statement.encode(), params)

    with psycopg.connect(database.jobs_url) as job:
        job.execute(
            statements("emails")["keep_linked_email"],
            {
                "account_no": post.account_no,
                "email_no": email_no,
                "attempts": 1,
                "lease": timedelta(minutes=5),
                "token_hash": bytes(32),
                "purpose": kind,
                "new_email": to_email,
                "valid_for": timedelta(hours=1),
            },
        )
        ending = asyncio.create_task(asyncio.to_thread(end_links))
        async with asyncio.timeout(10):
            while not post.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"):
                assert not ending.done()
                await asyncio.sleep(0.01)
        job.commit()
    await ending
    assert post.sql("SELECT purpose FROM one_time_links") == []


async def test_where_nobody_is_there_the_others_are_not_blamed(post: Post) -> None:
    for _ in range(3):
        await post.queue("key_created")
    memory = Memory(faults=[Unreachable("smtp_connection")])
    assert await post.send(memory) == 0
    assert memory.mails == []
    assert post.waiting() == [("key_created", 1, 1), ("key_created", 0, 0), ("key_created", 0, 0)]
    assert await post.send(memory) == 2


async def test_what_the_time_does_not_allow_is_put_back(post: Post) -> None:
    await post.queue("key_created")
    post.sql("INSERT INTO farewell_emails (to_email) VALUES (%s)", "gone@example.org")
    memory = Memory()
    assert await post.send(memory, budget_s=0) == 0
    assert post.waiting() == [("key_created", 0, 0)]
    assert post.sql("SELECT attempts FROM farewell_emails") == [(0,)]
    assert await post.send(memory) == 2


@pytest.mark.parametrize(("kind", "params"), [("of_a_newer_version", "{}"), ("key_created", '{"name": "x"}')])
async def test_a_mail_that_cannot_be_written_waits_for_code_that_can(post: Post, kind: str, params: str) -> None:
    post.sql(
        "INSERT INTO outbox_emails (account_no, user_no, kind, params) VALUES (%s, %s, %s, %s)",
        *(post.account_no, post.user_no, kind, params),
    )
    await post.queue("key_revoked")
    memory = Memory()
    assert await post.send(memory) == 1
    assert post.waiting() == [(kind, 1, 1)]


@pytest.mark.parametrize(
    "to_email", ["no address", "a@example.org\r\nBcc: b@example.org", "a@example.org, b@example.org"]
)
async def test_an_address_that_is_none_gets_nothing(post: Post, to_email: str) -> None:
    await post.queue("key_created", to_email)
    await post.queue("reset", to_email)
    memory = Memory()
    assert await post.send(memory) == 0
    assert memory.mails == []
    assert post.waiting() == []
    assert post.sql("SELECT count(*) FROM one_time_links") == [(0,)]


async def test_international_addresses_go_the_whole_way(post: Post) -> None:
    make_account(post, "jörg@exämple.de")
    post.sql("INSERT INTO farewell_emails (to_email) VALUES ('用户@例え.jp')")
    await post.queue("confirm", "jörg@exämple.de")
    letters = Letters()
    async with smtp_server(letters) as port:
        transport = transport_of(f"smtp://127.0.0.1:{port}")
        assert await post.send(transport) == 2
        await transport.close()
    assert [envelope.rcpt_tos for envelope in letters.envelopes] == [
        ["jörg@xn--exmple-cua.de"],
        ["用户@xn--r8jz45g.jp"],
    ]


async def test_nothing_of_a_mail_reaches_a_log(post: Post, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Neither address, token, password nor parameter: in no event, whatever goes wrong."""
    canary = "canary-7f3a"
    hostile = RuntimeError(f"{canary} {OWNER}")
    # The mails with links go first.
    faults: list[BaseException | None] = [None, None, hostile, NotNow("smtp_451"), Refused("smtp_550"), None]
    memory = Memory(faults=faults)
    for _ in range(4):
        await post.queue("key_created", f"{canary}@example.org", name=canary, prefix=canary)
    for _ in range(2):
        await post.queue("reset", f"{canary}@example.org")
    await post.queue("reset", f"{canary} no address")
    post.sql("INSERT INTO farewell_emails (to_email) VALUES (%s)", f"{canary}@example.org")
    assert await post.send(memory) == 4
    answers = [f"451 {canary}@example.org", f"550 <{canary}@example.org> {canary}"]
    async with smtp_server(Letters(recipient=[*answers], data=[f"554 {canary}"])) as port:
        for url in (
            f"smtp://127.0.0.1:{port}",
            f"smtp://{canary}:{canary}@127.0.0.1:{port}",
            f"smtp://{canary}:{canary}@127.0.0.1:9",
            f"file://{tmp_path}",
        ):
            await post.queue("reset", f"{canary}@example.org")
            post.make_due()
            transport = transport_of(url)
            await post.send(transport)
            await transport.close()
    said = capsys.readouterr()
    assert "email_gave_up" in said.out
    assert "email_error" in said.out
    assert "email_sent" in said.out
    secrets = [canary, "example.org", "owner", *map(token_in, (m for m in memory.mails if m.kind == "reset"))]
    assert len(secrets) == 5
    for secret in secrets:
        assert secret not in said.out + said.err
    files = list(tmp_path.glob("*.eml"))
    assert files


@pytest.fixture
def _job(post: Post, database: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job's environment, as far as it reads it."""
    from functions.jobs import send_email

    class Config:
        email_url = f"file://{tmp_path}"
        email_from = "FluxVector <no-reply@example.com>"
        public_url = "https://api.example.com"
        privacy_contact = "privacy@example.com"

    monkeypatch.setattr(send_email, "settings", Config)
    monkeypatch.setattr(send_email, "database", lambda: post.jobs)
    monkeypatch.setattr(send_email, "RUN_S", 1.5)
    monkeypatch.setattr(send_email, "POLL_S", 0.1)


@pytest.mark.usefixtures("_job")
async def test_the_job_keeps_looking_so_that_nobody_waits_a_minute(post: Post, tmp_path: Path) -> None:
    from functions.jobs import send_email

    run = asyncio.create_task(send_email.run())
    await asyncio.sleep(0.5)
    await post.queue("confirm")
    await asyncio.sleep(0.5)
    assert len(list(tmp_path.glob("*-confirm.eml"))) == 1
    assert not run.done()
    for _ in range(12):  # more than a batch
        await post.queue("key_created")
    assert await run == 13
    assert len(list(tmp_path.glob("*.eml"))) == 13


def test_faults_are_of_three_kinds() -> None:
    assert issubclass(Unreachable, NotNow)
    assert not issubclass(Refused, NotNow)
    assert issubclass(Refused, DeliveryFault)
