"""Admission: one statement from a credential to the account, its scopes and the collection that the request names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.credentials import Credential
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.errors import InternalError, NotFound, PermissionDenied, SessionRequired, Unauthenticated
from shared.keys import Env, Scope

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

    def require_collection(self) -> CollectionRef:
        """The named collection. Raises NotFound, the same for an unknown one and for another tenant's."""
        if self.collection is None:
            raise unknown_collection()
        return self.collection


def unknown_collection() -> NotFound:
    """The one answer for a collection that is not there for this caller."""
    return NotFound("There is no collection of that name.")


async def admit(database: Database, credential: Credential, *, collection: str | None = None) -> Admission:
    """Admits a request by its credential, in one statement. Raises Unauthenticated, or PermissionDenied where the key
    is for another collection."""
    params = {"key_hash": credential.key_hash, "session_id": credential.session_id, "collection": collection}
    rows = await database.execute(Statement(_SQL["admit"], params))
    if not rows:
        raise Unauthenticated(credential.refusal)
    account_no, account_id, plan, key_no, key_id, env, scopes, *rest = rows[0]
    only_collection, user_no, session_no, authenticated_at, collection_no, *described = rest
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
    if collection is not None:
        principal.require_collection(collection)
    if collection is None or collection_no is None:
        return Admission(principal, None)
    return Admission(principal, CollectionRef(collection_no, collection, *described))
