"""The answer of a fetch, by whichever way the ids came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from shared.clock import rfc3339
from shared.errors import ValidationFailed
from shared.places import Place
from shared.records import MAX_METADATA_BYTES, MAX_RECORDS, MAX_TEXT_BYTES, Namespace, check_ids
from shared.usage import Work
from shared.vectors import StoredVector, fetch
from shared.web.answers import VALUE_CHARACTERS, has_room_for, require_room
from shared.web.app import Call
from shared.web.views import CollectionName, metadata_view, values_view


class FetchRequest(Struct, forbid_unknown_fields=True):
    """Which vectors, as query string or as body."""

    collection: CollectionName
    ids: list[str]
    namespace: Namespace = ""


# Characters of a vector in an answer beside its texts and values, at the most.
_VECTOR_CHARACTERS = 2_500
# What is told of each reason for which a text is given up (`shared.pending.Reason`).
_FAILURES = {
    "refused": "The embedder does not take this text.",
    "fails_repeatedly": "Embedding this text has failed again and again, while others were embedded.",
}


class FailureView(Struct):
    """Why a text will not be embedded: a stable code and a sentence. Upserting the record again makes it a new try."""

    reason: str
    error: str


class VectorView(Struct, omit_defaults=True):
    """A stored vector. `values` are the ones sent, or the embedding; null while it is pending.

    `failed` stands there only where the text was given up: then the vector stays pending, and no search by vector finds
    it.
    """

    id: str
    text: str | None
    values: list[float] | None
    metadata: dict[str, Any]
    pending: bool
    expires_at: str | None
    created_at: str
    updated_at: str
    failed: FailureView | None = None

    @classmethod
    def of(cls, vector: StoredVector) -> VectorView:
        return cls(
            id=vector.id,
            text=vector.text,
            values=values_view(vector.values),
            metadata=metadata_view(vector.metadata),
            pending=vector.is_pending,
            expires_at=rfc3339(vector.expires_at) if vector.expires_at else None,
            created_at=rfc3339(vector.created_at),
            updated_at=rfc3339(vector.updated_at),
            failed=FailureView(vector.failure, _FAILURES[vector.failure]) if vector.failure else None,
        )


class FetchResponse(Struct):
    vectors: list[VectorView]


async def fetch_vectors(call: Call[FetchRequest], ids: Sequence[str]) -> FetchResponse:
    """The vectors of up to 1,000 ids of the call's collection, in the order asked."""
    if not 1 <= len(ids) <= MAX_RECORDS:
        raise ValidationFailed.of("ids", f"is not 1 to {MAX_RECORDS} ids")
    place = Place(call.principal.account_no, call.collection.collection_no, call.request.namespace)
    ids = check_ids(ids)
    is_certain = has_room_for(len(ids), _most_characters(call.collection.dimension))
    meter = call.meter if is_certain else None
    vectors = await fetch(call.database, place, ids, meter=meter, latency_ms=call.elapsed_ms)
    response = FetchResponse([VectorView.of(vector) for vector in vectors])
    if not is_certain:
        require_room(response)
        event = call.meter.event(Work(requests=1), latency_ms=call.elapsed_ms)
        await call.database.transact(place.account_no, event)
    return response


def _most_characters(dimension: int) -> int:
    """What a vector takes in an answer; texts count twice, for what JSON escapes."""
    return _VECTOR_CHARACTERS + 2 * MAX_TEXT_BYTES + MAX_METADATA_BYTES + dimension * VALUE_CHARACTERS
