"""The erasure ledger: by salted hashes of ids it tells what was erased, so that a restored backup loses it again."""

from __future__ import annotations

from datetime import timedelta

from shared.db.connection import Statement
from shared.db.sql_files import statements
from shared.places import Place

LEDGER_KEPT = timedelta(days=90)
"""No backup may be kept as long as this: what is erased is on record as long as a backup may hold it."""

_SQL = statements("erasure")


def note_namespace(place: Place) -> Statement:
    """The statement that notes that a namespace was emptied; run it in the transaction that removes its last rows."""
    return Statement(_SQL["note_erasure"], {"kind": "namespace", "subject": f"{place.collection_no} {place.namespace}"})
