"""Admission: one statement from a credential to the account, its scopes and the collection that the request names."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from shared import log
from shared.credentials import Credential
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.errors import InternalError, NotFound, PermissionDenied, SessionRequired, Unauthenticated, Unavailable
from shared.keys import Env, Scope
from shared.limits import STRANGER_TRIES_PER_S, Ask, Grant, Standing, Ticket, refused

Metric = Literal["cosine", "dotproduct", "euclidean"]

_SQL = statements("admission")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: an account, by one of its keys or by a session of one of its users; the other's fields are None.

    A session has every scope. It is of `live`, once the user's e-mail address is confirmed, and of `test` before.
    """

    account_no: int
    account_id: str
    plan: str
    key_no: int | None
    key_id: str | None
    env: Env
    scopes: frozenset[str]
    # The name of the one collection that the key is for.
    only_collection: str | None = None
    user_no: int | None = None
    session_no: int | None = None
    # When the session's password was given.
    authenticated_at: datetime | None = None

    def require(self, scope: Scope) -> None:
        """Raises PermissionDenied unless the credential has the scope; `admin` has every other."""
        if scope not in self.scopes and "admin" not in self.scopes:
            raise PermissionDenied(f"This key lacks the scope {scope!r}.")

    def require_collection(self, name: str) -> None:
        """Raises PermissionDenied where the key is for another collection, whether or not there is one of this name."""
        if self.only_collection is not None and name != self.only_collection:
            raise PermissionDenied("This key is for another collection.")

    def require_whole_account(self) -> None:
        """Raises PermissionDenied where the key is for one collection."""
        if self.only_collection is not None:
            raise PermissionDenied("This key is for one collection, and this is about the whole account.")

    def require_session(self) -> None:
        """Raises SessionRequired unless somebody signed in."""
        if self.session_no is None:
            raise SessionRequired("Sign in for this: an API key may not do it.")

    @property
    def user(self) -> int:
        """The number of the user who signed in; only after `require_session`."""
        if self.user_no is None:
            raise InternalError("Something went wrong on our side.")
        return self.user_no


@dataclass(frozen=True, slots=True)
class CollectionRef:
    """What a request needs to know of its collection."""

    collection_no: int
    name: str
    dimension: int
    metric: Metric
    model: str | None
    model_revision: str | None
    language: str | None = None
    # BM25's parameters, and the mean length of a text that impacts are reckoned with (None: there is no text yet).
    k1: float = 1.5
    b: float = 0.75
    average_length: float | None = None
    is_indexed: bool = False
    has_many_namespaces: bool = False
    # Whether facets and words of all rows are as the settings want them; until then filters do not use facets.
    is_catalogued: bool = True


@dataclass(frozen=True, slots=True)
class Admission:
    """The outcome of admission; `collection` is None where none was named, or none of that name is the account's."""

    principal: Principal
    collection: CollectionRef | None
    grant: Grant = field(default_factory=Grant)

    def require_collection(self) -> CollectionRef:
        """The named collection. Raises NotFound, the same for an unknown one and for another tenant's."""
        if self.collection is None:
            raise unknown_collection()
        return self.collection


def unknown_collection() -> NotFound:
    """The one answer for a collection that is not there for this caller."""
    return NotFound("There is no collection of that name.")


@dataclass(frozen=True, slots=True)
class Stranger:
    """Whoever has not been let in yet: where from (a keyed hash), and how many tries a second that may make."""

    bucket: bytes = field(repr=False)
    tries_per_s: float


def stranger(network: str, pepper: bytes, *, factor: int) -> Stranger:
    """The stranger of a network address; `factor` multiplies the limit."""
    bucket = hmac.digest(pepper, b"stranger " + network.encode(), hashlib.sha256)
    return Stranger(bucket, STRANGER_TRIES_PER_S * factor)


async def admit(
    database: Database,
    credential: Credential,
    ask: Ask,
    *,
    collection: str | None = None,
    takes: bool = True,
    address: Stranger | None = None,
) -> Admission:
    """Admits a request by its credential, in one statement; its `grant` tells whether the limits admit it as well.

    With `takes` false it only looks, and nothing is reserved. Raises Unauthenticated, or RateLimited where that happens
    too often from one address.
    """
    params = {
        "key_hash": credential.key_hash,
        "session_id": credential.session_id,
        "collection": collection,
        "address": address.bucket if address else None,
        "tries_per_s": address.tries_per_s if address else None,
        "kind": ask.kind,
        "cost": ask.cost,
        "searches": ask.searches,
        "vectors": ask.vectors,
        "tokens": ask.tokens,
        "takes": takes,
    }
    rows = await database.execute(Statement(_SQL["admit"], params))
    if not rows:
        raise Unauthenticated(credential.refusal)
    account_no, account_id, plan, key_no, key_id, env, scopes, only_collection, user_no, *rest = rows[0]
    session_no, authenticated_at, refusal, wait_s, *rest = rest
    if account_no is None:
        raise refused(refusal, wait_s)
    principal = Principal(
        account_no,
        account_id,
        plan,
        key_no,
        key_id,
        env,
        frozenset(scopes),
        only_collection,
        user_no,
        session_no,
        authenticated_at,
    )
    ticket_no, *standings, is_near, collection_no = rest[:13]
    ticket = None if ticket_no is None else Ticket(ticket_no, is_near)
    name, _, unit = (refusal or "").partition(" ")
    grant = Grant(_standings(ask, standings), ticket, name or None, wait_s, unit)
    if collection is None or collection_no is None:
        return Admission(principal, None, grant)
    return Admission(principal, CollectionRef(collection_no, collection, *rest[13:]), grant)


def _standings(ask: Ask, row: Sequence[Any]) -> tuple[Standing, ...]:
    """The buckets that the request meets, the key's first."""
    rate, burst, key_share, account_remaining, account_reset_s, key_remaining, key_reset_s, *tokens = row
    full_after_s = burst / rate
    standings = [Standing(f"account-{ask.kind}", burst, full_after_s, account_remaining, account_reset_s)]
    if key_share is not None:
        standings.insert(0, Standing(f"key-{ask.kind}", burst * key_share, full_after_s, key_remaining, key_reset_s))
    if ask.tokens:
        tokens_per_minute, tokens_remaining, tokens_reset_s = tokens
        standings.append(Standing("tokens", tokens_per_minute, 60, tokens_remaining, tokens_reset_s))
    return tuple(standings)


def end_ticket(env: str, ticket: Ticket) -> Statement:
    """The statement that ends a ticket of the transaction's account."""
    return Statement(_SQL["end_ticket"], {"env": env, "ticket_no": ticket.number})


async def give_back(database: Database, account_no: int, env: str, ticket: Ticket) -> None:
    """Ends a ticket of an account, for a second time where the first one finds no connection or no answer.

    Raises nothing: the work is done or has failed by now, and a lease ends by itself.
    """
    for is_last in (False, True):
        try:
            await database.transact(account_no, end_ticket(env, ticket))
            return
        except Exception as error:
            if is_last or not isinstance(error, Unavailable):
                log.event("ticket_not_ended", type=type(error).__name__, where=log.where(error))
                return


def check_stored_limit() -> Statement:
    """The last statement of a transaction that stores vectors, where its ticket is near the limit of the plan.

    It fails with PlanLimitReached.
    """
    return Statement(_SQL["check_stored_limit"])
