"""Nothing that a customer sends reaches a log, and nothing but its sender's own names an error (policy, 2 to 4).

Every field of every call gets a canary (tests/support/canaries.py), everything is made to fail, and then all that was
said is searched: what functions and jobs print, what libraries log, PostgreSQL's own log, the embedder's, and errors.
"""

from __future__ import annotations

import asyncio
import base64
import importlib
import json
import logging
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psycopg
import pytest

from infra import template
from infra.local import scheduler
from infra.migrations.roles import OWNER
from shared.db import connection as connections
from shared.db.connection import Database, Statement
from shared.errors import FluxVectorError
from tests.support.api import MODEL, PASSWORD, PEPPER, SESSION_KEY, Api, serve_in_process
from tests.support.canaries import Flock, Kind, kind_of, told
from tests.support.canary_requests import ERASURE, ROUTES, TEXTS, VALUES, Requests, Sent, apps
from tests.support.database import REPOSITORY, TestDatabase
from tests.support.embedder import MODEL_DIR, running_embedder
from tests.support.events import http_event
from tests.support.fake_embedder import HANG_UP, FakeEmbedder, Reply, busy, fake_embedder
from tests.support.mail import token_of
from tests.support.smtp import Letters, smtp_server

JOBS = [function for function in template.load() if function.schedule is not None]
ENDS_SESSIONS = ("POST /v1/auth/logout", "DELETE /v1/auth/sessions", "PATCH /v1/auth/account")
# Secrets in an answer that is no error.
_GIVEN = re.compile(r'"(access_token|refresh_token|key)":"([^"]+)"')


class Silence:
    """An API, and all that is said while it is asked."""

    def __init__(
        self, api: Api, embedder: FakeEmbedder, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        self.api = api
        self.embedder = embedder
        self.flock = Flock()
        self.requests: Requests
        self.statuses: set[int] = set()
        self.lines = 0
        self._capfd = capfd
        self._caplog = caplog
        self._session = ""
        self._password: tuple[str, int] = ("", 0)
        self._server_log = server_log(api.database)
        self._server_said = self._server_log.stat().st_size

    async def begin(self) -> None:
        """Collections whose names are canaries, with something in them, and a session."""
        flock, api = self.flock, self.api
        for secret, name in (
            (api.tenant.key, "the tenant's key"),
            (api.tenant.email, "the tenant's address"),
            (PASSWORD, "the tenant's password"),
            (PEPPER.secret.decode(), "the pepper"),
            (SESSION_KEY.secret.decode(), "the key of sessions"),
            (psycopg.conninfo.conninfo_to_dict(api.database.api_url)["password"], "the database's password"),
        ):
            flock.adopt(str(secret), name)
        # While it has a row, the database does as it should (see STORM).
        api.sql("CREATE TABLE calm ()")
        collections = {name: flock.word(Kind.NAME, f"the collection of {name}") for name in (TEXTS, VALUES)}
        await api.collection(collections[TEXTS], description=flock.word(Kind.CONTENT, "a description"))
        await api.collection(collections[VALUES], dimension=3, metric="euclidean")
        key = (await api.post("/v1/api-keys", {"name": flock.word(Kind.NAME, "a key")})).json()
        flock.adopt(key["key"], "a key that was made")
        self.requests = Requests(flock, collections, key["id"])
        planter = self.requests.planter
        for name, own in ((TEXTS, {"text": flock.word(Kind.CONTENT, "text")}), (VALUES, {"values": [0.5, 0.5, 0.5]})):
            record = {"id": flock.word(Kind.NAME, "id"), "metadata": {flock.word(Kind.NAME, "key"): 1}, **own}
            await api.upsert([record], collections[name])
        # Somebody signs up, confirms, signs in, refreshes and makes a key: all of it are secrets.
        email, password = planter.email("sign-up"), planter.password("sign-up")
        body = {"email": email, "password": password, "accept_policy": True}
        assert (await api.post("/v1/auth/signup", body, key="")).status_code == 200
        link = flock.adopt(await token_of(api.database, "confirm"), "the token of a link")
        assert (await api.post("/v1/auth/confirm", {"token": link}, key="")).status_code == 200
        await self.sign_in(email, password)
        [(password,)] = api.sql("SELECT password_hash FROM users WHERE account_no = %s", api.tenant.account_no)
        self._password = (password, api.tenant.account_no)
        await self.sign_in(api.tenant.email, PASSWORD)

    async def sign_in(self, email: str, password: str) -> None:
        """Another session, whose tokens are secrets."""
        answer = (await self.api.post("/v1/auth/login", {"email": email, "password": password}, key="")).json()
        self._session = self.flock.adopt(answer["access_token"], "a session's token")
        refreshed = {"refresh_token": self.flock.adopt(answer["refresh_token"], "a refresh token")}
        answer = (await self.api.post("/v1/auth/refresh", refreshed, key="")).json()
        self._session = self.flock.adopt(answer["access_token"], "a session's token")

    async def send(self, sent: Sent) -> httpx.Response:
        """Sends it as the tenant; an error tells nothing but names, and only what this request named."""
        method = sent.route.split(" ")[0]
        credential = self._session if sent.is_signed_in else self.api.tenant.key
        answer = await self.api.client.request(
            method,
            f"{sent.path}?{sent.query}" if sent.query else sent.path,
            content=sent.content,
            headers={"Authorization": f"Bearer {credential}"} | sent.headers,
        )
        self.statuses.add(answer.status_code)
        if answer.status_code >= 400:
            said = answer.text + json.dumps(dict(answer.headers))
            leaked = [each for each in self.flock.found_in(said) if not sent.may_be_told(each)]
            assert not leaked, f"{sent.route} answers {answer.text}\nwhich tells of\n{told(leaked)}"
            return answer
        for name, secret in _GIVEN.findall(answer.text):
            self.flock.adopt(secret, f"the {name} that {sent.route} gave")
        if sent.route in ENDS_SESSIONS:
            self.api.sql("UPDATE users SET password_hash = %s WHERE account_no = %s", *self._password)
            self.api.sql("INSERT INTO calm DEFAULT VALUES")
            await self.sign_in(self.api.tenant.email, PASSWORD)
            self.api.sql("DELETE FROM calm")
        return answer

    async def send_all(self, requests: Iterator[Sent]) -> None:
        """Sends them, but for the erasure of the account."""
        for sent in requests:
            if sent.route != ERASURE:
                await self.send(sent)

    def check(self) -> str:
        """Nothing of a canary was said since the last time; answers what was printed."""
        printed = self._capfd.readouterr()
        logged = "\n".join(
            f"{record.getMessage()} {record.exc_info}"
            for record in self._caplog.records
            if record.levelno >= logging.WARNING
        )
        self._caplog.clear()
        with self._server_log.open("rb") as file:
            file.seek(self._server_said)
            by_server = file.read().decode("latin-1")
        self._server_said += len(by_server)
        self.lines += printed.out.count("\n")
        for name, said in (
            ("standard output", printed.out),
            ("standard error", printed.err),
            ("the logs of libraries", logged),
            ("PostgreSQL's log", by_server),
        ):
            leaked = self.flock.found_in(said)
            assert not leaked, f"{name} tells of\n{told(leaked)}"
        return printed.out


def server_log(database: TestDatabase) -> Path:
    """Where PostgreSQL writes what it has to say."""
    with psycopg.connect(database.admin_url) as admin:
        [(folder,)] = admin.execute("SHOW data_directory").fetchall()
    return Path(str(folder)).parent / "postgres.log"


@pytest.fixture
async def silence(
    database: TestDatabase,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> AsyncIterator[Silence]:
    """Everything in place, with an embedder that does as it is told."""
    async with fake_embedder() as embedder:
        embedder.model, embedder.revision = MODEL.split("@")
        served = serve_in_process(
            database,
            embedder.url,
            "a token of the embedder, 0123456789",
            monkeypatch,
            FLUXVECTOR_MAX_BODY_BYTES="200000",
            FLUXVECTOR_ATTEMPTS_FACTOR="1000",
            FLUXVECTOR_UPSERT_EMBED_BUDGET_S="1",
            FLUXVECTOR_QUERY_EMBED_BUDGET_S="1",
        )
        async with served as api:
            silence = Silence(api, embedder, capfd, caplog)
            silence.flock.adopt("a token of the embedder", "the embedder's token")
            await silence.begin()
            yield silence


async def test_policy_2_nothing_sent_is_told_whatever_is_asked(silence: Silence) -> None:
    await silence.send_all(silence.requests.good(together=2))
    await silence.send_all(silence.requests.bad())
    taken = {"name": silence.requests.collections[TEXTS], "dimension": 7}
    assert (await silence.api.post("/v1/collections", taken)).status_code == 409
    assert silence.statuses >= {200, 400, 401, 403, 404, 405, 413, 415, 422, 501}
    assert silence.check().count('"event":"request"') > len(ROUTES) * 15
    # Usage rows hold what was done, and nothing of what was sent.
    rows = silence.api.sql("SELECT to_jsonb(e)::text FROM usage_events e")
    assert len(rows) > 50
    assert told(silence.flock.found_in(" ".join(row for (row,) in rows))) == ""


async def test_policy_4_an_embedder_that_fails_gives_nothing_away(silence: Silence) -> None:
    echo = f'{{"error": "{silence.flock.word(Kind.CONTENT, "an answer of the embedder")}", "code": "x"}}'.encode()
    replies: list[Reply | str] = [
        Reply(422, {}, echo),
        Reply(500, {}, echo),
        Reply(200, {"X-Model": echo.decode()}, echo),
        busy(),
        HANG_UP,
    ]
    for reply in replies:
        silence.embedder.always = reply
        await silence.send_all(
            sent
            for sent in silence.requests.good(together=0)
            if any(w in sent.route for w in ("embed", "search", "up"))
        )
        [job] = [function for function in JOBS if function.module.endswith("embed_pending")]
        silence.api.sql("UPDATE pending_embeddings SET ready_at = now()")
        await run_job(job, silence.api.database.jobs_url)
    assert 503 in silence.statuses
    assert '"event":"embed' in silence.check()


# Faults of the database whose messages, details and hints quote the row that they are about.
STORM = """
CREATE OR REPLACE FUNCTION storm() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $storm$
BEGIN
    IF session_user = 'fluxvector_owner' OR EXISTS (SELECT FROM public.calm) THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    RAISE EXCEPTION 'the row %% is refused', coalesce(NEW, OLD)
        USING ERRCODE = '{code}', DETAIL = coalesce(NEW, OLD)::text, HINT = coalesce(NEW, OLD)::text;
END
$storm$;
"""
# Where every call would fail while it is admitted, and those behind would never be reached.
OF_ADMISSION = ("attempts", "api_keys", "sessions")
CODES = {
    "a row that is there already": "23505",
    "a check that fails": "23514",
    "a reference to what is gone": "23503",
    "a value of the wrong form": "22P02",
    "a deadlock": "40P01",
    "a time that is up": "57014",
    "a disk that is full": "53100",
    "whatever it is": "XX000",
}


async def test_policy_2_a_database_that_fails_gives_nothing_away(
    silence: Silence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "ATTEMPTS", 2)
    api = silence.api
    tables = api.sql(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND NOT c.relispartition AND c.relname <> ALL (%s)",
        [*OF_ADMISSION, "schema_migrations", "calm"],
    )
    for number, code in enumerate(CODES.values()):
        api.sql(STORM.format(code=code))
        if number == 0:
            for (table,) in tables:
                # Before the row is written; and behind statements of a pipeline that may still be under way.
                api.sql(f"CREATE TRIGGER storm BEFORE INSERT OR UPDATE OR DELETE ON {table}"
                        " FOR EACH ROW EXECUTE FUNCTION storm()")  # fmt: skip
        await silence.send_all(silence.requests.good(together=0))
        for job in JOBS:
            await run_job(job, api.database.jobs_url)
        await silence.send(next(sent for sent in silence.requests.good(together=0) if sent.route == ERASURE))
    assert silence.statuses >= {404, 409, 500, 503}
    said = silence.check()
    for code in CODES.values():
        assert code in ("23505", "23503") or f'"sqlstate":"{code}"' in said
    api.sql("ALTER TABLE collections RENAME TO elsewhere")
    await silence.send_all(silence.requests.good(together=0))
    assert '"sqlstate":"42P01"' in silence.check()


async def test_policy_2_the_unexpected_gives_nothing_away(silence: Silence, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception of every endpoint, statement and job that quotes all there is, with others behind it."""

    async def endpoint(call: Any) -> None:
        document = msgspec.to_builtins(call.request)
        try:
            raise KeyError(document, call.body, call.path_params)
        except KeyError as error:
            error.add_note(str(document))
            raise RuntimeError(str(document), call.body, call.path_params) from error

    async def statement(_: Database, __: int, *statements: Statement) -> None:
        raise ValueError([each.params for each in statements])

    with monkeypatch.context() as patched:
        for _, app in apps():
            patched.setattr(app, "endpoint", endpoint)
        await silence.send_all(silence.requests.good(together=1))
    with monkeypatch.context() as patched:
        patched.setattr(Database, "transact", statement)
        await silence.send_all(silence.requests.good(together=0))
        secret = silence.flock.word(Kind.SECRET, "an exception of a job")
        for job in JOBS:
            patched.setattr(importlib.import_module(job.module), "settings", raising(secret), raising=False)
            patched.setattr(importlib.import_module(job.module), "database", raising(secret))
            await run_job(job, silence.api.database.jobs_url)
    assert 500 in silence.statuses
    said = silence.check()
    assert said.count('"event":"job_failed"') == len(JOBS)
    assert '"type":"RuntimeError"' in said
    assert '"type":"ValueError"' in said


def raising(secret: str) -> Callable[[], Any]:
    def fails() -> Any:
        raise RuntimeError(secret)

    return fails


async def run_job(job: template.Function, database_url: str) -> None:
    """One run of a job as the scheduler has it: what it raises is logged, and no more."""
    module = importlib.import_module(job.module)
    jobs_database = Database(database_url)

    async def run() -> int:
        done: int = await module.run()
        return done

    with pytest.MonkeyPatch.context() as patched:
        if getattr(module.database, "__name__", "") != "fails":
            patched.setattr(module, "database", lambda: jobs_database)
        patched.setenv("FLUXVECTOR_EMAIL_URL", "smtp://127.0.0.1:9")
        if job.module.endswith("send_email"):
            patched.setattr(module, "RUN_S", 0.2)
        await scheduler._run_once(scheduler.Job(job.name, 60, 60, run), scheduler.SystemClock())
    await jobs_database.close()


async def test_policy_2_a_mail_server_that_refuses_gives_nothing_away(
    silence: Silence, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock, api = silence.flock, silence.api
    planter = silence.requests.planter
    for _ in range(4):
        body = {"email": planter.email("sign-up"), "password": planter.password("sign-up"), "accept_policy": True}
        assert (await api.post("/v1/auth/signup", body, key="")).status_code == 200
    refusal = flock.word(Kind.SECRET, "an answer of the mail server")
    user, password = (flock.word(Kind.SECRET, f"the {name} at the mail server") for name in ("user", "password"))
    letters = Letters(recipient=[f"451 {refusal}", f"550 {refusal}", "250 OK"], data=[f"554 {refusal}", "250 OK"])
    async with smtp_server(letters) as port:
        for login in ("", f"{user}:{password}@"):
            api.sql("UPDATE outbox_emails SET ready_at = now()")
            monkeypatch.setenv("FLUXVECTOR_EMAIL_URL", f"smtp://{login}127.0.0.1:{port}")
            await send_mail(api.database.jobs_url, monkeypatch)
    said = silence.check()
    assert '"event":"email_error"' in said or '"event":"email_gave_up"' in said
    assert "smtp_451" in said


async def send_mail(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.jobs import send_email
    from shared.config import settings

    jobs_database = Database(database_url)
    with monkeypatch.context() as patched:
        patched.setattr(send_email, "database", lambda: jobs_database)
        patched.setattr(send_email, "RUN_S", 2.0)
        settings.cache_clear()
        await send_email.run()
    settings.cache_clear()
    await jobs_database.close()


# As Lambda runs functions: what libraries log from INFO on is kept, and so is the message of whatever a handler raises.
RUNNER = """
import importlib, json, logging, sys, traceback
task = json.load(sys.stdin)
logging.basicConfig(level=logging.INFO, stream=sys.stderr)

def invoke(module, event):
    try:
        return importlib.import_module(module).handler(event, None)
    except Exception as error:
        print(json.dumps({"errorMessage": str(error), "errorType": type(error).__name__}))
        traceback.print_tb(error.__traceback__)

def fails():
    raise RuntimeError(task["secret"])

statuses = [invoke(module, event)["statusCode"] for module, event in task["calls"]]
for module in task["jobs"]:
    loaded = importlib.import_module(module)
    loaded.database = loaded.settings = fails
    invoke(module, {})
    loaded.__dict__.pop("settings")
import shared.web.context, shared.web.loop
shared.web.loop.process_loop().run_until_complete(shared.web.context.database().close())
with open(task["answers"], "w") as out:
    json.dump(statuses, out)
"""


async def test_policy_2_functions_in_lambda_give_nothing_away(silence: Silence, tmp_path: Path) -> None:
    modules = dict(ROUTES)
    sent = [each for each in silence.requests.good(together=0) if each.route != ERASURE]
    bad = [each for each in silence.requests.bad() if len(each.content) < 10_000 and each.route != ERASURE]
    sent += bad[::3]  # each is answered by the same lines as by ASGI
    credential = {"Authorization": f"Bearer {silence.api.tenant.key}"}
    calls = [
        (
            modules[each.route],
            http_event(
                each.route,
                path=each.path,
                query=each.query,
                headers=credential | each.headers,
                body=each.content.decode("latin-1") if each.content else None,
            ),
        )
        for each in sent
    ]
    answers = tmp_path / "answers.json"
    task = {
        "calls": calls,
        "jobs": [job.module for job in JOBS],
        "secret": silence.flock.word(Kind.SECRET, "an exception of a job"),
        "answers": str(answers),
    }
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", RUNNER],
        input=json.dumps(task),
        text=True,
        cwd=REPOSITORY,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    assert {200, 400, 401, 404, 415, 422, 501} <= set(json.loads(answers.read_text()))
    for said in (done.stdout, done.stderr):
        leaked = silence.flock.found_in(said)
        assert not leaked, f"Lambda's log tells of\n{told(leaked)}"
    assert done.stdout.count('"errorType"') == len(JOBS)
    assert done.stdout.count('"event":"request"') == len(calls)


def test_policy_2_the_gateway_in_aws_logs_no_path_no_address_and_no_header() -> None:
    document = (REPOSITORY / "template.yaml").read_text(encoding="utf-8")
    [logged] = re.findall(r"^ +Format: >-\n +(\{.*\})$", document, re.MULTILINE)
    assert set(re.findall(r"\$context[\w.]+", logged)) == {
        "$context.requestId",
        "$context.routeKey",
        "$context.status",
        "$context.responseLatency",
        "$context.integrationLatency",
        "$context.responseLength",
        "$context.error.responseType",
    }


def test_policy_4_the_embedder_says_nothing_of_texts(tmp_path: Path) -> None:
    """The real one: what it logs and what its metrics tell, of good requests and of bad ones."""
    if not MODEL_DIR.exists():
        pytest.skip("needs the default model: `make model`")
    flock = Flock()
    log = tmp_path / "log"
    with running_embedder(log, query_cache_bytes=1 << 20) as embedder:
        flock.adopt(embedder.token, "the embedder's token")
        client = httpx.Client(base_url=embedder.url, headers={"Authorization": f"Bearer {embedder.token}"})

        def text(where: str) -> str:
            return flock.word(Kind.CONTENT, where)

        bodies: list[Any] = [
            {"kind": "query", "inputs": [text("a query"), text("a query")]},
            {"kind": "passage", "inputs": [" ".join(text("a long text") for _ in range(150))]},
            {"kind": text("kind"), "inputs": [text("inputs")]},
            {"kind": "query", "inputs": text("inputs, of a wrong type")},
            {"kind": "query", "inputs": [{text("a key"): text("a value")}]},
            {"kind": "query", "inputs": [text("inputs")], flock.word(Kind.NAME, "a field"): text("its value")},
            [text("a list")],
        ]
        statuses = set()
        for body in bodies:
            for path in ("/embed", "/tokens", f"/{text('a path')}", f"/embed?{text('a query')}={text('its value')}"):
                names = ("X-Cache-Scope", "X-Deadline-Ms", "Accept", "User-Agent", text("a name of a header"))
                for headers in ({}, {name: text(f"the header {name}") for name in names}):
                    answer = client.post(path, json=body, headers=headers)
                    statuses.add(answer.status_code)
                    if answer.status_code >= 400:
                        leaked = [each for each in flock.found_in(answer.text) if each.kind is not Kind.NAME]
                        assert not leaked, f"{answer.text}\ntells of\n{told(leaked)}"
        broken = f'{{"kind": "query", "inputs": ["{text("broken")}", {text("broken")}'.encode()
        statuses.add(client.post("/embed", content=broken).status_code)
        bad = {"Authorization": f"Bearer {flock.word(Kind.SECRET, 'a bad token')}"}
        statuses.add(client.post("/embed", json=bodies[0], headers=bad).status_code)
        metrics = client.get("/metrics").text
        client.close()
    assert statuses >= {200, 400, 401, 404}
    assert told(flock.found_in(metrics)) == ""
    said = log.read_text()
    assert said.count("\n") > 50
    assert told(flock.found_in(said)) == ""


async def test_policy_2_what_holds_a_secret_does_not_show_it(silence: Silence) -> None:
    """The repr of everything that carries a secret, as a debugger or an error tracker would print it."""
    from shared.config import settings
    from shared.credentials import credential_of
    from shared.email.transports.urls import transport_of
    from shared.keys import new_key
    from shared.opaque_tokens import new_token
    from shared.passwords import hash_password, hasher
    from shared.sessions import SessionTokens, issuer_of
    from shared.web.auth_views import TokensView
    from shared.web.context import database as own_database
    from shared.web.views import ApiKeyView

    flock, api = silence.flock, silence.api
    key, token = new_key("live"), new_token("fvr")
    flock.adopt(key.text, "a new key")
    flock.adopt(token.text, "a new token")
    hashed = hash_password(PASSWORD, pepper=PEPPER, cost=4)
    flock.adopt(hashed.text, "a hash of a password")
    tokens = SessionTokens("ses_x", flock.adopt("access.of.session", "a token"), token.text)
    word = flock.word(Kind.SECRET, "a password of a URL")
    transports = [transport_of(f"smtp://user:{word}@127.0.0.1:25"), transport_of(f"smtps://user:{word}@127.0.0.1:465")]
    holders = [
        settings(), settings().session_keys, settings().password_peppers, issuer_of(settings()), PEPPER, own_database(),
        Database(f"postgresql://u:{word}@127.0.0.1/x"), hasher(), hashed, key, token, tokens,
        TokensView.of(tokens), credential_of(key.text, settings()), Statement(b"", {"key": key.text}), *transports,
        ApiKeyView("key_x", "fv_live_x", "n", "live", [], None, "t", None, None, key=key.text),
    ]  # fmt: skip
    planter = silence.requests.planter
    for _, app in apps():
        for body in planter.good(app.shape, "a repr", together=1):
            if any(kind_of(name) is Kind.SECRET for name in body):
                holders.append(msgspec.convert(body, app.shape, strict=False))
    assert len(holders) > 30
    for holder in holders:
        for shown in (repr(holder), str(holder), f"{[holder]}"):
            found = [each for each in flock.found_in(shown) if each.kind is Kind.SECRET]
            assert not found, f"{type(holder).__name__} shows\n{told(found)}"
    assert api.tenant.key not in repr(settings())


# Statements that fail in their own way, each with a canary in its values.
FAULTS = {
    "unique": "INSERT INTO t VALUES (%(id)s, %(text)s), (%(id)s, %(text)s)",
    "check": "INSERT INTO t (id, checked) VALUES (%(id)s, %(text)s)",
    "not_null": "INSERT INTO t (text) VALUES (%(text)s)",
    "foreign_key": "INSERT INTO t (id, refers) VALUES (%(id)s, %(text)s)",
    "cast": "SELECT %(text)s::text::int",
    "vector": "SELECT ('[' || %(text)s || ']')::vector",
    "json": "SELECT %(text)s::text::jsonb",
    "expression": "SELECT '' ~ (%(text)s || '(')",
    "path": "SELECT '{{}}'::jsonb @@ ('$.' || %(text)s || '[')::jsonpath",
    "too_long": "INSERT INTO t (id, short) VALUES (%(id)s, %(text)s)",
    "raised": "SELECT raised(%(text)s)",
    "syntax": "SELECT {literal} FROM FROM",
    "unknown": "SELECT {literal}, no_such_column FROM t",
    "timeout": "SELECT pg_sleep(5), {literal}",
    "lock": "SELECT {literal} FROM locked FOR UPDATE",
}


async def test_policy_2_a_statement_that_fails_gives_nothing_away(
    database: TestDatabase,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Real faults, not simulated ones: what PostgreSQL says of each quotes the values, and it is told nowhere."""
    flock = Flock()
    log = server_log(database)
    before = log.stat().st_size
    quoted = 0
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(
            "CREATE TABLE t (id text PRIMARY KEY, text text, checked text CHECK (checked = 'x'), short varchar(3),"
            " refers text REFERENCES t (id)); CREATE TABLE locked AS SELECT 1 AS n;"
            " CREATE FUNCTION raised(text) RETURNS void LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE WARNING '%', $1; RAISE EXCEPTION '%', $1 USING DETAIL = $1, HINT = $1; END $$"
        )
        owner.execute("INSERT INTO t (id) VALUES ('a'), ('b')")
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        for setting in ("lock_timeout = '100ms'", "statement_timeout = '300ms'", "deadlock_timeout = '20ms'"):
            admin.execute(f"ALTER ROLE {OWNER} IN DATABASE {database.name} SET {setting}".encode())
    statements = Database(database.owner_url, size=2)
    with psycopg.connect(database.owner_url) as holder:
        holder.execute("SELECT FROM locked FOR UPDATE")
        for name, text in FAULTS.items():
            params = {key: flock.word(Kind.CONTENT, f"{name}, {key}") for key in ("id", "text")}
            sql = text.format(literal=f"'{flock.word(Kind.CONTENT, name)}'")
            for run in (
                statements.execute,
                lambda s: statements.transact(1, s, Statement(b"SELECT 1")),
                lambda s: statements.transact(1, Statement(b"SELECT 1"), s),
            ):
                with pytest.raises(FluxVectorError) as caught:
                    await run(Statement(sql.encode(), params))
                error = caught.value
                behind = [error, error.__cause__]
                assert not flock.found_in(repr([(str(each), repr(each)) for each in behind])), name
                quoted += bool(flock.found_in(str(error.__context__)))
    # A request that is given up while its statements run.
    secret = flock.word(Kind.CONTENT, "a cancelled statement")
    for statement in (f"SELECT pg_sleep(0.05), raised('{secret}')", f"SELECT raised('{secret}')"):
        for wait_s in (0.001, 0.01, 0.06):
            with pytest.raises((TimeoutError, FluxVectorError)):
                async with asyncio.timeout(wait_s):
                    await statements.transact(1, Statement(statement.encode()), Statement(b"SELECT pg_sleep(1)"))
    monkeypatch.setattr(connections, "ATTEMPTS", 1)
    # A real deadlock, of which PostgreSQL would log both statements.
    crossed = [
        statements.transact(1, *(_touched(row, flock.word(Kind.CONTENT, "a deadlock")) for row in rows))
        for rows in ("ab", "ba")
    ]
    await asyncio.gather(*crossed, return_exceptions=True)
    await statements.close()
    assert quoted > len(FAULTS), "PostgreSQL said less than it was thought to"
    printed = capfd.readouterr()
    logged = "\n".join(str(record.getMessage()) for record in caplog.records if record.levelno >= logging.WARNING)
    with log.open("rb") as file:
        file.seek(before)
        said = [printed.out, printed.err, logged, file.read().decode("latin-1")]
    assert told(flock.found_in("\n".join(said))) == ""
    for sqlstate in ("23514", "23502", "22P02", "P0001", "42601", "42703", "55P03", "57014", "40P01"):
        assert f'"sqlstate":"{sqlstate}"' in printed.out


def _touched(row: str, text: str) -> Statement:
    return Statement(f"UPDATE t SET text = '{text}' WHERE id = '{row}' AND pg_sleep(0.05) IS NOT NULL".encode())


def test_what_is_searched_is_what_postgresql_writes(database: TestDatabase) -> None:
    """The search would find something, were there something: with other settings, the same fault is in the log."""
    flock = Flock()
    log = server_log(database)
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        for setting, is_told in (("log", False), ("error", True)):
            secret = flock.word(Kind.CONTENT, setting)
            before = log.stat().st_size
            admin.execute(f"SET log_min_messages = '{setting}'".encode())
            with pytest.raises(psycopg.Error):
                admin.execute("SELECT %s::text::int", (secret,))
            assert bool(flock.found_in(log.read_bytes()[before:].decode("latin-1"))) is is_told


def test_a_canary_is_found_in_any_dress() -> None:
    flock = Flock()
    word, number = flock.word(Kind.CONTENT, "x"), flock.number("y")
    for dressed in (
        word,
        f"…{word.upper()}…",
        word[:10],
        json.dumps([word]),
        word.encode().hex(),
        f"\\x{b'id'.hex()}{word.encode().hex()}",
        *(base64_of(b"_" * n + word.encode()) for n in range(4)),
        repr(word.encode()),
    ):
        assert [each.text for each in flock.found_in(dressed)][:1] == [word], dressed
    for dressed in (str(number), f"[0,{number:.7f},1]", json.dumps({"v": [number]})):
        assert [each.text for each in flock.found_in(dressed)] == [str(number)]
    assert flock.found_in("zqx and -0.123 and 7a7178") == []


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()
