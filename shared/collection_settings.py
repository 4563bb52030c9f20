"""Changing a collection's settings: at once for everyone who comes, and for its stored texts soon."""

from __future__ import annotations

from dataclasses import dataclass

from shared.admission import Principal, unknown_collection
from shared.catalogue import catalogue_small, collection_of_settings
from shared.collections import Collection, get_collection
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.keyword_index import get_lengths, lengths_of, reckon_anew

_COLLECTIONS = statements("collections")
_TASKS = statements("tasks")


@dataclass(frozen=True, slots=True)
class Settings:
    """What shall be different. None clears a description or a language that is set, and leaves k1 and b as they are."""

    sets_description: bool = False
    description: str | None = None
    sets_language: bool = False
    language: str | None = None
    k1: float | None = None
    b: float | None = None


async def update_collection(database: Database, principal: Principal, name: str, settings: Settings) -> Collection:
    """Changes settings and answers the collection. Raises NotFound.

    Another language or other parameters of BM25 concern stored texts too: those of a small collection follow at once,
    of others by the job, and are found by the old ones until then.
    """
    params = {
        "account_no": principal.account_no,
        "env": principal.env,
        "name": name,
        "sets_description": settings.sets_description,
        "description": settings.description,
        "sets_language": settings.sets_language,
        "language": settings.language,
        "k1": settings.k1,
        "b": settings.b,
    }
    [rows] = await database.transact(principal.account_no, Statement(_COLLECTIONS["update_collection"], params))
    if not rows:
        raise unknown_collection()
    collection_no, has_other_words, has_other_weights = rows[0]
    if has_other_words or has_other_weights:
        await _follow(database, principal.account_no, collection_no, has_other_words=has_other_words)
    return await get_collection(database, principal, name)


async def _follow(database: Database, account_no: int, collection_no: int, *, has_other_words: bool) -> None:
    """What the job would do, where it takes no time; the job goes over it once more."""
    key = {"account_no": account_no, "collection_no": collection_no}
    [lengths_rows, settings_rows] = await database.transact(
        account_no, get_lengths(account_no, collection_no), Statement(_TASKS["get_settings"], key)
    )
    lengths = lengths_of(lengths_rows)
    if lengths is None or not lengths.are_few or not settings_rows:
        return
    if has_other_words:
        await catalogue_small(database, account_no, collection_of_settings(collection_no, settings_rows[0]))
    await reckon_anew(database, account_no, collection_no)
