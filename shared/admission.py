"""Admission: one statement from a credential to the account, its scopes and the collection that the request names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shared import keys
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.errors import NotFound, PermissionDenied, Unauthenticated
from shared.keys import Env, Scope

Metric = Literal["cosine", "dotproduct", "euclidean"]

_SQL = statements("admission")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: an account by one of its keys."""

    account_no: int
    account_id: str
    plan: str
    key_no: int
    key_id: str
    env: Env
    scopes: frozenset[str]

    def require(self, scope: Scope) -> None:
        """Raises PermissionDenied unless the credential has the scope; `admin` has every other."""
        if scope not in self.scopes and "admin" not in self.scopes:
            raise PermissionDenied(f"This key lacks the scope {scope!r}.")


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


def require_well_formed(key: str) -> None:
    """Raises Unauthenticated for what cannot be a key; this costs no statement."""
    if not keys.is_well_formed(key):
        raise Unauthenticated("The API key is not valid.")


async def admit(database: Database, key: str, *, collection: str | None = None) -> Admission:
    """Admits a request by its API key, in one statement. Raises Unauthenticated.

    What is not even well-formed should have been refused before (`require_well_formed`): here it costs the statement.
    """
    params = {"key_hash": keys.key_hash(key), "collection": collection}
    rows = await database.execute(Statement(_SQL["admit_key"], params))
    if not rows:
        raise Unauthenticated("The API key is not valid.")
    account_no, account_id, plan, key_no, key_id, env, scopes, collection_no, *described = rows[0]
    principal = Principal(account_no, account_id, plan, key_no, key_id, env, frozenset(scopes))
    if collection is None or collection_no is None:
        return Admission(principal, None)
    return Admission(principal, CollectionRef(collection_no, collection, *described))
