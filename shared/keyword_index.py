"""The stored words of texts: put right with their vectors, and reckoned anew where a collection's texts have changed.

BM25 weighs a word by the length of its text beside the mean length of all. The weights are stored, so the mean that
they were reckoned with lags behind; beyond a tolerance all are reckoned again: at once in a small collection, by a job
in others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.admission import CollectionRef
from shared.db import arrays
from shared.db.connection import Database, Row, Statement
from shared.db.sql_files import statements
from shared.keywords.batch import term_columns
from shared.keywords.bm25 import impacts, sparsevec_binary
from shared.keywords.terms import Terms
from shared.places import Place
from shared.records import Prepared

TOLERANCE = 0.02
"""How far the mean length may lag before weights are reckoned anew; the promise is 0.10."""

AT_ONCE, WORDS_AT_ONCE = 1_000, 100_000
"""Up to so many texts and words, whoever notices the lag reckons anew himself: a second at the most."""

BATCH = 500

_SQL = statements("keywords")
_TASKS = statements("tasks")


@dataclass(frozen=True, slots=True)
class Lengths:
    """Mean lengths of a collection's texts, in words: the one reckoned with, and the real one."""

    used: float
    real: float
    documents: int
    k1: float
    b: float

    @property
    def are_few(self) -> bool:
        """Whether all texts are reckoned anew in no time."""
        return self.documents <= AT_ONCE and self.real * self.documents <= WORDS_AT_ONCE

    @property
    def lags(self) -> bool:
        """Whether the one reckoned with is beyond the tolerance."""
        return abs(self.real / self.used - 1) > TOLERANCE


def remove_stale(place: Place, ids: arrays.Column, slot: int) -> Statement:
    """The statement that takes out the words of what of `ids` was changed or deleted by the statement before it."""
    return Statement(_SQL["remove_stale_keywords"], place.params | {"ids": ids, "slot": slot})


def mean_length(records: Sequence[Prepared], collection: CollectionRef) -> float | None:
    """The mean length that weights of the records are reckoned with: the collection's, or else the records' own."""
    if collection.average_length is not None:
        return collection.average_length
    lengths = [record.terms.length for record in records if record.terms is not None]
    return sum(lengths) / len(lengths) if lengths else None


def add(
    place: Place,
    records: Sequence[Prepared],
    collection: CollectionRef,
    *,
    average_length: float,
    slot: int,
    sparsevec_oid: int,
) -> list[Statement]:
    """The statements that store the words of the records' texts, behind `remove_stale`, and answer the lengths."""
    worded = [(record, record.terms) for record in records if record.terms is not None]
    columns = term_columns([terms for _, terms in worded])
    params = {
        "text_ids": arrays.texts(record.id for record, _ in worded),
        "text_hashes": arrays.blobs(record.content_hash for record, _ in worded),
        "lengths": [terms.length for _, terms in worded],
        "impacts": arrays.Column(
            sparsevec_oid,
            [_impacts(terms, Lengths(average_length, 0, 0, collection.k1, collection.b)) for _, terms in worded],
        ),
        "numbers": arrays.Binary(columns.numbers),
        "frequencies": arrays.Binary(columns.frequencies),
        "firsts": arrays.Binary(columns.firsts),
        "lasts": arrays.Binary(columns.lasts),
        "average_length": average_length,
        "k1": collection.k1,
        "b": collection.b,
        "slot": slot,
    }
    return [Statement(_SQL["add_keywords"], place.params | params), get_lengths(place.account_no, place.collection_no)]


def get_lengths(account_no: int, collection_no: int) -> Statement:
    """The statement that answers `lengths_of`."""
    return Statement(_SQL["get_lengths"], {"account_no": account_no, "collection_no": collection_no})


def lengths_of(rows: Sequence[Row]) -> Lengths | None:
    """The lengths of a collection; None where it has no text, or has just gone."""
    for used, k1, b, documents, words in rows:
        if used is not None and documents > 0:
            return Lengths(used, words / documents, documents, k1, b)
    return None


async def keep_up(database: Database, place: Place, lengths: Lengths | None) -> None:
    """Reckons the weights anew where they lag: now if there are few, or else it asks the job to."""
    if lengths is None or not lengths.lags:
        return
    if lengths.are_few:
        await reckon_anew(database, place.account_no, place.collection_no)
    else:
        await request_task(database, place.account_no, place.collection_no, "impacts")


async def request_task(database: Database, account_no: int, collection_no: int, task: str) -> None:
    """Leaves a task of a collection to the job; one that is already there stays."""
    params = {"account_no": account_no, "collection_no": collection_no, "task": task}
    await database.transact(account_no, Statement(_TASKS["request_task"], params))


async def reckon_anew(database: Database, account_no: int, collection_no: int) -> int:
    """Reckons weights anew with the collection's k1 and b, and with the mean length that its texts have now, if the one
    reckoned with lags; answers how many texts it found that were reckoned otherwise.

    In short transactions; whatever interrupts it, the rest is found again by what each text notes of it.
    """
    collection: dict[str, object] = {"account_no": account_no, "collection_no": collection_no}
    [rows] = await database.transact(account_no, get_lengths(account_no, collection_no))
    lengths = lengths_of(rows)
    if lengths is None:
        return 0
    if lengths.lags:
        lengths = replace(lengths, used=lengths.real)
        new_length: dict[str, object] = {"average_length": lengths.used}
        await database.transact(account_no, Statement(_SQL["set_average_length"], collection | new_length))
    reckoned: dict[str, object] = {"average_length": lengths.used, "k1": lengths.k1, "b": lengths.b}
    types = await database.vector_types()
    changed = 0
    behind: dict[str, object] = {"after_namespace": "", "after_id": ""}
    while True:
        lagging = Statement(_SQL["list_lagging_keywords"], collection | reckoned | behind | {"limit": BATCH})
        [rows] = await database.transact(account_no, lagging)
        if not rows:
            return changed
        params = {
            "namespaces": arrays.texts(row[0] for row in rows),
            "ids": arrays.texts(row[1] for row in rows),
            "lengths": [row[2] for row in rows],
            "impacts": arrays.Column(
                types.sparsevec,
                [
                    _impacts(Terms(tuple(numbers), tuple(frequencies), length), lengths)
                    for _, _, length, numbers, frequencies in rows
                ],
            ),
        }
        [[(written,)]] = await database.transact(
            account_no, Statement(_SQL["store_impacts"], collection | reckoned | params)
        )
        changed += written
        behind = {"after_namespace": rows[-1][0], "after_id": rows[-1][1]}


async def merge_terms(database: Database, account_no: int, collection_no: int) -> None:
    """Puts the rows that count each term together into one."""
    params = {"account_no": account_no, "collection_no": collection_no}
    await database.transact(account_no, Statement(_SQL["merge_terms"], params))


def _impacts(terms: Terms, lengths: Lengths) -> bytes:
    found = impacts(terms, k1=lengths.k1, b=lengths.b, average_length=lengths.used)
    return sparsevec_binary(terms.numbers, found)
