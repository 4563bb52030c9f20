"""Every endpoint, every kind of credential, and what the one deserves of the other by the contract.

The endpoints are those of template.yaml, their requests the examples of their documentation; what a credential deserves
follows from the scope of the route and from what the request names. A new endpoint is in the table by being there.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt

from infra import template
from shared.keys import ALL_SCOPES, new_key
from shared.opaque_tokens import new_token
from shared.web.app import EndpointApp
from tests.support.api import PASSWORD, SESSION_KEY, Api

COLLECTION = "articles"
"""The live collection that the requests are about, as the documentation's examples name it."""
ELSEWHERE = "elsewhere"
"""Another live collection of the same account."""
OTHER = "other@example.com"


@dataclass(frozen=True, slots=True)
class Things:
    """What the owner has and requests name."""

    key_id: str
    session_id: str

    def named(self, segment: str) -> str:
        """What a path parameter behind this segment is. Raises KeyError for a resource that nobody told of."""
        return {
            "collections": COLLECTION,
            "namespaces": "drafts",
            "api-keys": self.key_id,
            "sessions": self.session_id,
        }[segment]


@dataclass(frozen=True)
class Endpoint:
    """A call of the route table."""

    route: str
    app: EndpointApp[Any]

    @property
    def method(self) -> str:
        return self.route.split(" ")[0]

    @property
    def example(self) -> Mapping[str, Any]:
        """Its named values: of the body, or of the query string where there is none or where the body is lines."""
        about = self.app.about
        return about.query if self.app.takes_lines else about.request or {}

    @property
    def collection(self) -> str | None:
        """The collection that the request is about, whether or not it has to be there."""
        if "collection" in self.example:
            return str(self.example["collection"])
        is_about = self.route.split(" ")[1].startswith("/v1/collections")
        return COLLECTION if is_about and ("{name}" in self.route or "name" in self.example) else None

    @property
    def names_property(self) -> bool:
        """Whether it names what has to be there and the caller's: a collection, a key, a session."""
        return "collection" in self.example or "{" in self.route

    def path(self, things: Things) -> str:
        """The path, its parameters being things of the owner's."""
        segments = self.route.split(" ")[1].split("/")
        pairs = zip(segments, ["", *segments], strict=False)
        return "/".join(things.named(before) if segment.startswith("{") else segment for segment, before in pairs)

    def arguments(self, things: Things, example: Any = None, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What httpx sends: the documentation's example, or another in its place, and further fields."""
        about = self.app.about
        sent: dict[str, Any] = {"method": self.method, "url": self.path(things)}
        example = about.request if example is None else example
        if self.app.takes_lines:
            return sent | {
                "content": example,
                "params": {**about.query, **(extra or {})},
                "headers": {"Content-Type": "application/x-ndjson"},
            }
        if self.app.has_body:
            return sent | {"json": {**(example or {}), **(extra or {})}}
        return sent | {"params": {**(example or {}), **(extra or {})}}

    async def call(self, client: httpx.AsyncClient, sent: dict[str, Any], authorization: str | None) -> httpx.Response:
        headers = dict(sent.get("headers", {}))
        if authorization is not None:
            headers["Authorization"] = authorization
        return await client.request(**{**sent, "headers": headers})


def endpoints() -> list[Endpoint]:
    """All calls that are built."""
    return [
        Endpoint(route.key, importlib.import_module(function.module).app)
        for function in template.load()
        for route in function.routes
        if function.module != "functions.not_implemented"
    ]


@dataclass(frozen=True)
class Kind:
    """A kind of credential: how some of it are made, as values of the header Authorization, and what they are.

    One that `is_known` admits; `costs_statement` is whether the database has to be asked about it.
    """

    name: str
    make: Callable[[Api], Awaitable[list[str | None]]]
    is_known: bool = True
    costs_statement: bool = True
    is_session: bool = False
    is_owners: bool = True
    scopes: frozenset[str] = field(default_factory=lambda: frozenset(ALL_SCOPES))
    env: str = "live"
    only_collection: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A status and a code."""

    status: int
    code: str


UNAUTHENTICATED = Refusal(401, "unauthenticated")


def refusal(endpoint: Endpoint, kind: Kind) -> Refusal | None:
    """How the call refuses the credential; None where it does its work."""
    scope = endpoint.app.scope
    if scope is None:
        return None
    if not kind.is_known:
        return UNAUTHENTICATED
    if scope == "session" and not kind.is_session:
        return Refusal(403, "session_required")
    if scope != "session" and not kind.scopes & {scope, "admin"}:
        return Refusal(403, "permission_denied")
    if kind.only_collection is not None and endpoint.collection not in (None, kind.only_collection):
        return Refusal(403, "permission_denied")
    if endpoint.names_property and not (kind.is_owners and kind.env == "live"):
        return Refusal(404, "not_found")
    return None


async def furnish(api: Api) -> Things:
    """Makes what the requests name."""
    for name in (COLLECTION, ELSEWHERE):
        await api.collection(name, dimension=2)
        await api.upsert([{"id": "a-17", "values": [1, 0], "metadata": {"topic": "pets"}}], collection=name)
    key = (await api.post("/v1/api-keys", {"name": "the one that is named"})).json()
    return Things(key["id"], (await sign_in(api))["session_id"])


async def sign_in(api: Api, email: str | None = None) -> dict[str, Any]:
    """The tokens of a new session, of the tenant unless another address is given."""
    answer = await api.post("/v1/auth/login", {"email": email or api.tenant.email, "password": PASSWORD}, key="")
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


def bearer(*tokens: str) -> list[str | None]:
    return [f"Bearer {token}" for token in tokens]


def mistyped(key: str, place: int) -> str:
    """The key with one character changed for another of the same alphabet."""
    return key[:place] + ("a" if key[place] != "a" else "b") + key[place + 1 :]


def signed(
    token: str, secret: bytes | None = SESSION_KEY.secret, headers: dict[str, Any] | None = None, **claims: Any
) -> str:
    """A session token with other claims, signed anew."""
    told = jwt.decode(token, options={"verify_signature": False}) | claims
    header = jwt.get_unverified_header(token) | (headers or {})
    return jwt.encode(told, secret or "", header.pop("alg"), header)


async def _made(api: Api, **fields: Any) -> dict[str, Any]:
    answer = await api.post("/v1/api-keys", {"name": "k", **fields})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def _none(api: Api) -> list[str | None]:
    return [None]


async def _malformed(api: Api) -> list[str | None]:
    key = api.tenant.key
    texts = ["", "Bearer", f"Basic {key}", key, "Bearer fv_live_", "Bearer ' OR 1=1 --", "Bearer a.b.c", "Bearer ..."]
    return [*texts, *bearer(key[:-1], f"{key}x", key.replace("live", "test"), key.upper(), "x" * 5_000)]


async def _mistyped(api: Api) -> list[str | None]:
    return bearer(*(mistyped(api.tenant.key, place) for place in (0, 10, -1)))


async def _unknown(api: Api) -> list[str | None]:
    return bearer(new_key("live").text, new_key("test").text)


async def _revoked(api: Api) -> list[str | None]:
    made = await _made(api)
    assert (await api.delete(f"/v1/api-keys/{made['id']}")).status_code == 200
    return bearer(made["key"])


async def _expired(api: Api) -> list[str | None]:
    made = await _made(api)
    api.sql("UPDATE api_keys SET expires_at = now() WHERE key_id = %s", made["id"])
    return bearer(made["key"])


async def _rotated_out(api: Api) -> list[str | None]:
    made = await _made(api)
    assert (await api.post(f"/v1/api-keys/{made['id']}/rotate", {"overlap_seconds": 0})).status_code == 200
    return bearer(made["key"])


async def _others_key(api: Api) -> list[str | None]:
    return bearer((await api.new_tenant(OTHER)).key)


def _key(**fields: Any) -> Callable[[Api], Awaitable[list[str | None]]]:
    async def make(api: Api) -> list[str | None]:
        return bearer((await _made(api, **fields))["key"])

    return make


async def _session(api: Api) -> list[str | None]:
    return bearer(await api.session())


async def _others_session(api: Api) -> list[str | None]:
    await api.new_tenant(OTHER)
    return bearer(await api.session(OTHER))


async def _unconfirmed(api: Api) -> list[str | None]:
    body = {"email": "new@example.com", "password": PASSWORD, "accept_policy": True}
    assert (await api.post("/v1/auth/signup", body, key="")).status_code == 200
    return bearer(await api.session("new@example.com"))


async def _refresh_token(api: Api) -> list[str | None]:
    return bearer((await sign_in(api))["refresh_token"])


async def _link_token(api: Api) -> list[str | None]:
    return bearer(new_token("fvl").text)


async def _out_of_date(api: Api) -> list[str | None]:
    token = await api.session()
    now = int(time.time())
    return bearer(signed(token, exp=now - 1), signed(token, iat=now - 3600, exp=now - 2700))


async def _forged(api: Api) -> list[str | None]:
    token = await api.session()
    head, claims, signature = token.split(".")
    return bearer(
        signed(token, b"a key of somebody else, also of 32 bytes"),
        signed(token, headers={"kid": "other"}),
        signed(token, headers={"typ": "JWT"}),
        signed(token, None, headers={"alg": "none"}),
        signed(token, iss="http://elsewhere.test"),
        signed(token, aud="other"),
        f"{head}.{claims}.",
        f"{head}.{claims}.{mistyped(signature, 3)}",
    )


async def _expired_session(api: Api) -> list[str | None]:
    tokens = await sign_in(api)
    api.sql("UPDATE sessions SET expires_at = now() WHERE session_id = %s", tokens["session_id"])
    return bearer(tokens["access_token"])


async def _signed_out(api: Api) -> list[str | None]:
    token = await api.session()
    assert (await api.post("/v1/auth/logout", {}, key=token)).status_code == 200
    return bearer(token)


async def _before_another_password(api: Api) -> list[str | None]:
    token = await api.session()
    body = {"password": "an altogether new one", "current_password": PASSWORD}
    assert (await api.patch("/v1/auth/account", body, key=token)).status_code == 200
    return bearer(token)


async def _erased(api: Api) -> list[str | None]:
    key, token = (await api.new_tenant(OTHER)).key, await api.session(OTHER)
    assert (await api.delete("/v1/auth/account", key=token)).status_code == 200
    return bearer(key, token)


async def _suspended(api: Api) -> list[str | None]:
    tenant, token = await api.new_tenant(OTHER), await api.session(OTHER)
    api.sql("UPDATE accounts SET status = 'suspended' WHERE account_no = %s", tenant.account_no)
    return bearer(tenant.key, token)


KINDS = [
    Kind("none", _none, is_known=False, costs_statement=False),
    Kind("malformed", _malformed, is_known=False, costs_statement=False),
    Kind("mistyped key", _mistyped, is_known=False, costs_statement=False),
    Kind("refresh token in place of access token", _refresh_token, is_known=False, costs_statement=False),
    Kind("token of a link", _link_token, is_known=False, costs_statement=False),
    Kind("session token out of date", _out_of_date, is_known=False, costs_statement=False),
    Kind("session token that others signed", _forged, is_known=False, costs_statement=False),
    Kind("unknown key", _unknown, is_known=False),
    Kind("revoked key", _revoked, is_known=False),
    Kind("expired key", _expired, is_known=False),
    Kind("rotated-out key", _rotated_out, is_known=False),
    Kind("expired session", _expired_session, is_known=False),
    Kind("signed-out session", _signed_out, is_known=False),
    Kind("session from before another password", _before_another_password, is_known=False),
    Kind("key and session of an erased account", _erased, is_known=False),
    Kind("key and session of a suspended account", _suspended, is_known=False),
    Kind("key of another tenant", _others_key, is_owners=False),
    Kind("session of another tenant", _others_session, is_session=True, is_owners=False),
    Kind("session of an unconfirmed account", _unconfirmed, is_session=True, is_owners=False, env="test"),
    Kind("key to read", _key(scopes=["read"]), scopes=frozenset({"read"})),
    Kind("key to write", _key(scopes=["write"]), scopes=frozenset({"write"})),
    Kind("key to govern", _key(scopes=["admin"]), scopes=frozenset({"admin"})),
    Kind("test key", _key(env="test"), env="test"),
    Kind(
        "key of another collection",
        _key(collection=ELSEWHERE),
        scopes=frozenset({"read", "write"}),
        only_collection=ELSEWHERE,
    ),
    Kind(
        "key of this collection",
        _key(collection=COLLECTION),
        scopes=frozenset({"read", "write"}),
        only_collection=COLLECTION,
    ),
    Kind("session", _session, is_session=True),
]
