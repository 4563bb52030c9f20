"""What a restored database holds of what the ledger names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from shared.db.connection import Database, Statement
from shared.keys import Env

PAGE = 10_000

_ACCOUNTS = (
    b"SELECT account_no, account_id FROM accounts WHERE account_no > %(after)s ORDER BY account_no LIMIT %(limit)s"
)

_COLLECTIONS = b"""
SELECT collection_no, account_no, env, name FROM collections
WHERE collection_no > %(after)s ORDER BY collection_no LIMIT %(limit)s
"""

# From one to the next by the key, without reading the rows between.
_NAMESPACES = b"""
WITH RECURSIVE names (namespace) AS (
    (
        SELECT v.namespace FROM vectors v
        WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s ORDER BY v.namespace LIMIT 1
    )
    UNION ALL
    SELECT following.namespace FROM names n CROSS JOIN LATERAL (
        SELECT v.namespace FROM vectors v
        WHERE v.account_no = %(account_no)s AND v.collection_no = %(collection_no)s AND v.namespace > n.namespace
        ORDER BY v.namespace LIMIT 1
    ) following
)
SELECT namespace FROM names
"""


@dataclass(frozen=True, slots=True)
class Account:
    account_no: int
    account_id: str

    @property
    def subject(self) -> bytes:
        """What the ledger hashes of it."""
        return f"account {self.account_id}".encode()


@dataclass(frozen=True, slots=True)
class Collection:
    collection_no: int
    account_no: int
    env: Env
    name: str

    @property
    def subject(self) -> bytes:
        """What the ledger hashes of it."""
        return f"collection {self.collection_no}".encode()


@dataclass(frozen=True, slots=True)
class Namespace:
    account_no: int
    collection_no: int
    name: str

    @property
    def subject(self) -> bytes:
        """What the ledger hashes of it."""
        return f"namespace {self.collection_no} {self.name}".encode()


async def accounts(database: Database) -> AsyncIterator[Account]:
    """All accounts, by their numbers."""
    after = 0
    while rows := await database.execute(Statement(_ACCOUNTS, {"after": after, "limit": PAGE})):
        for row in rows:
            yield Account(*row)
        after = rows[-1][0]


async def collections(database: Database) -> AsyncIterator[Collection]:
    """All collections, by their numbers."""
    after = 0
    while rows := await database.execute(Statement(_COLLECTIONS, {"after": after, "limit": PAGE})):
        for row in rows:
            yield Collection(*row)
        after = rows[-1][0]


async def namespaces(database: Database) -> AsyncIterator[Namespace]:
    """All namespaces that have a row, collection by collection."""
    async for collection in collections(database):
        key = {"account_no": collection.account_no, "collection_no": collection.collection_no}
        for (name,) in await database.execute(Statement(_NAMESPACES, key)):
            yield Namespace(collection.account_no, collection.collection_no, name)
