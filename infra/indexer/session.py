"""The worker's one connection: direct, without timeouts of statements, and the only one that works."""

from __future__ import annotations

from typing import cast

from psycopg import AsyncConnection

from infra.indexer.failure import IndexerFailure
from infra.migrations.bootstrap import MINIMUM_PGVECTOR
from shared import log

LOCK_KEY = 0x666C7578696E6478  # "fluxindx" in ASCII
LOCK_TIMEOUT = "10min"
"""CREATE INDEX CONCURRENTLY waits for older transactions: longer than any statement of functions and jobs may last (5
min), and not for ever: a transaction that somebody forgot must not keep all other collections from their indexes."""

ADVISED_PGVECTOR = (0, 8, 5)
"""Before it: lost rows after INSERT with VACUUM (0.8.4), overflow in parallel builds (0.8.2)."""

_SETTINGS = """
SELECT set_config(s.name, w.value, false)
FROM (VALUES ('statement_timeout', '0'), ('transaction_timeout', '0'), ('idle_session_timeout', '0'),
             ('lock_timeout', %(lock_timeout)s), ('search_path', 'public')) w (name, value)
JOIN pg_settings s ON s.name = w.name
"""


async def connect(owner_url: str) -> AsyncConnection:
    """A connection whose every statement is a transaction. Raises psycopg.Error."""
    connection = await AsyncConnection.connect(
        owner_url, autocommit=True, prepare_threshold=None, fallback_application_name="fluxvector-indexer"
    )
    try:
        await connection.execute(_SETTINGS, {"lock_timeout": LOCK_TIMEOUT})
    except BaseException:
        await connection.close()
        raise
    return connection


async def check_pgvector(connection: AsyncConnection) -> None:
    """Raises IndexerFailure below pgvector 0.8.0; says so below 0.8.5."""
    row = await (await connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'")).fetchone()
    if row is None:
        raise IndexerFailure("The database has no pgvector extension: run `python -m infra.migrations.bootstrap`.")
    version = cast("str", row[0])
    numbers = _version(version)
    if numbers < MINIMUM_PGVECTOR:
        wanted = ".".join(map(str, MINIMUM_PGVECTOR))
        raise IndexerFailure(f"pgvector {wanted} or newer is needed, the database has {version}.")
    if numbers < ADVISED_PGVECTOR:
        log.event("pgvector_outdated", version=version, advised=".".join(map(str, ADVISED_PGVECTOR)))


async def take_turn(connection: AsyncConnection) -> bool:
    """Whether this session is the one that works, from now until it ends.

    Asked again and again, never waited for: a session that waits in a statement holds a snapshot, and the builds of the
    session that it waits for would wait for that one.
    """
    row = await (await connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK_KEY,))).fetchone()
    return row == (True,)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
