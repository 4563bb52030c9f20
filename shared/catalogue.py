"""The catalogue of a collection: facets of metadata and words of texts, reckoned anew for rows that are stored already.

For rows of a time before there were facets, and for texts whose words another language reads otherwise. Rows that are
right already are not written, so it costs little to go over them once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

import msgspec

from shared.admission import CollectionRef
from shared.db import arrays
from shared.db.connection import Database, Row, Statement
from shared.db.sql_files import statements
from shared.keyword_index import add, mean_length
from shared.places import Place, random_slot
from shared.records import Prepared, facets_binary, words_of_text

# Rows read at once: at most 20 MB, by the bounds of a record.
BATCH = 200

_SQL = statements("catalogue")


class Position(NamedTuple):
    """The last row that is done; the first of all lies behind the default one."""

    namespace: str = ""
    id: str = ""


async def catalogue_rows(
    database: Database, account_no: int, collection: CollectionRef, behind: Position
) -> Position | None:
    """Goes over the next rows behind a position; answers the new position, None at the end.

    Rows that others change meanwhile are left to them.
    """
    key = {"account_no": account_no, "collection_no": collection.collection_no}
    params = {"after_namespace": behind.namespace, "after_id": behind.id, "limit": BATCH}
    [rows] = await database.transact(account_no, Statement(_SQL["read_rows"], key | params))
    for namespace, group in groupby(rows, key=lambda row: str(row[0])):
        place = Place(account_no, collection.collection_no, namespace)
        collection = await _catalogue(database, place, collection, list(group))
    return Position(rows[-1][0], rows[-1][1]) if len(rows) == BATCH else None


async def catalogue_small(database: Database, account_no: int, collection: CollectionRef) -> None:
    """Goes over all rows at once; reckoning their weights anew is the caller's next step."""
    behind: Position | None = Position()
    while behind is not None:
        behind = await catalogue_rows(database, account_no, collection, behind)


def collection_of_settings(collection_no: int, row: Row) -> CollectionRef:
    """A collection from the row of the statement get_settings."""
    name, dimension, metric, model, model_revision, language, k1, b, average_length = row
    return CollectionRef(
        collection_no=collection_no,
        name=name,
        dimension=dimension,
        metric=metric,
        model=model,
        model_revision=model_revision,
        language=language,
        k1=k1,
        b=b,
        average_length=average_length,
    )


def set_catalogued(account_no: int, collection_no: int) -> Statement:
    """The statement that lets filters use the facets."""
    return Statement(_SQL["set_catalogued"], {"account_no": account_no, "collection_no": collection_no})


async def _catalogue(database: Database, place: Place, collection: CollectionRef, rows: Sequence[Row]) -> CollectionRef:
    """Rows of one namespace, in one transaction. Answers the collection, with its mean length once it has one."""
    types = await database.vector_types()
    slot = random_slot()
    facets = {
        "ids": arrays.texts(row[1] for row in rows),
        "seen": arrays.jsonbs(row[2].encode() for row in rows),
        "facets": arrays.tsvectors(
            facets_binary(msgspec.json.decode(row[2]), collection.collection_no) for row in rows
        ),
        "slot": slot,
    }
    steps = [Statement(_SQL["store_facets"], place.params | facets)]
    changed = [record for row in rows if (record := _with_other_words(row, collection)) is not None]
    if changed:
        words = {
            "ids": arrays.texts(record.id for record in changed),
            "content_hashes": arrays.blobs(record.content_hash for record in changed),
            "slot": slot,
        }
        steps.append(Statement(_SQL["remove_words"], place.params | words))
        average_length = mean_length(changed, collection)
        if average_length is not None and collection.average_length is None:
            noted = Statement(_SQL["note_average_length"], place.params | {"average_length": average_length})
            [lengths] = await database.transact(place.account_no, noted)
            average_length = lengths[0][0] if lengths else average_length
            collection = replace(collection, average_length=average_length)
        if average_length is not None:
            steps += add(
                place, changed, collection, average_length=average_length, slot=slot, sparsevec_oid=types.sparsevec
            )
    await database.transact_bulk(place.account_no, *steps)
    return collection


def _with_other_words(row: Row, collection: CollectionRef) -> Prepared | None:
    """The row with its words, where other ones are stored, or none."""
    _, vector_id, metadata, text, content_hash, expires_at, length, numbers, frequencies = row
    terms = None if text is None else words_of_text(text, collection)
    stored = None if length is None else (length, tuple(numbers), tuple(frequencies))
    if stored == (None if terms is None else (terms.length, terms.numbers, terms.frequencies)):
        return None
    return Prepared(
        id=vector_id,
        text=text,
        raw_values=None,
        metadata=metadata.encode(),
        facets=b"",
        terms=terms,
        content_hash=content_hash,
        expires_at=expires_at,
    )
