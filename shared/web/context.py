"""What outlives a request in a process: the database. Made at first use, so after a Lambda's restore."""

from __future__ import annotations

from functools import cache

from shared.config import settings
from shared.db.connection import Database


@cache
def database() -> Database:
    """The database as the role that this process was given."""
    config = settings()
    return Database(config.database_url, size=config.database_pool_size)
