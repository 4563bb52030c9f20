"""The one connection of a command, and that no two of them tell people at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from infra.notices.failure import NoticeFailure

LOCK_KEY = 0x666C75786E6F7465  # "fluxnote" in ASCII


@contextmanager
def connect(owner_url: str) -> Iterator[psycopg.Connection]:
    """A connection as the owner, each statement a transaction unless said otherwise. Raises psycopg.Error."""
    with psycopg.connect(
        owner_url, autocommit=True, prepare_threshold=None, fallback_application_name="fluxvector-notices"
    ) as connection:
        connection.execute("SET search_path = pg_catalog, public, pg_temp")
        # Longer than an erasure, which may hold an account that is to be told.
        connection.execute("SET lock_timeout = '30s'")
        connection.execute("SET statement_timeout = '120s'")
        yield connection


def take_turn(connection: psycopg.Connection) -> None:
    """Makes this session the only one that tells people, until it ends. Raises NoticeFailure."""
    if connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK_KEY,)).fetchone() != (True,):
        raise NoticeFailure("Another run tells people at this moment: wait for it, then run this again.")
