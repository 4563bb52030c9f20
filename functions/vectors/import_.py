"""POST /v1/vectors/import: store what an export gave, here or elsewhere: lines of JSON, as they are."""

from __future__ import annotations

from msgspec import Struct

from shared import limits
from shared.embedding import embedder
from shared.errors import ModelMismatch, PlanLimitReached
from shared.importing import MAX_LINES, import_vectors
from shared.limits import REFUSALS_OF_WRITES, Ask
from shared.openapi.about import About
from shared.portable import PortableVector
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.lines import NDJSON, decode_lines
from shared.web.views import CollectionName


class ImportRequest(Struct, forbid_unknown_fields=True):
    collection: CollectionName


class ImportUsage(Struct):
    vectors: int
    embeddings: int
    embedding_tokens: int
    model: str | None


class ImportResponse(Struct):
    imported: int
    unchanged: int
    pending: int
    failed: int
    truncated: int
    usage: ImportUsage


ABOUT = About(
    query={"collection": "articles"},
    request='{"id":"a-17","text":"A cat sleeps on the sofa.","metadata":{"topic":"pets"}}\n{"next_cursor":null}\n',
    request_type=NDJSON,
    request_shape=PortableVector,
    answer={
        "imported": 1,
        "unchanged": 0,
        "pending": 0,
        "failed": 0,
        "truncated": 0,
        "usage": {"vectors": 1, "embeddings": 1, "embedding_tokens": 9, "model": "multilingual-e5-large"},
    },
    errors=(ModelMismatch, PlanLimitReached, *REFUSALS_OF_WRITES),
)


async def import_(call: Call[ImportRequest]) -> ImportResponse:
    """Pages of an export as they are, or any lines of that shape: at most 10,000 vectors of 1,000 namespaces.

    All lines are checked before anything is stored; faults are named by their lines: `line 17: values[3]`, or `line 17`
    where it is not JSON; a body of which no line is JSON is a 400. Records that are written keep their times, but for
    those in the future. A text that comes with its own embedding by the collection's model is not embedded again. What
    is stored already is `unchanged`, so an import can be sent again.

    Vectors are stored 1,000 at a time. Where the plan stores no more of them it ends with 403, and where it takes too
    long with 503: what is stored by then stays and is charged, the sentence tells how much that is, and the same
    import goes on. 402 is answered before anything is stored.
    """
    lines = decode_lines(call.body, PortableVector, max_lines=MAX_LINES)
    done = await import_vectors(
        call.database,
        embedder(),
        call.principal.account_no,
        call.collection,
        lines,
        meter=call.meter,
        latency_ms=call.elapsed_ms,
        budget_s=call.settings.upsert_embed_budget_s,
    )
    return ImportResponse(
        imported=done.imported,
        unchanged=done.unchanged,
        pending=done.embedded.pending,
        failed=done.embedded.failed,
        truncated=done.embedded.truncated,
        usage=ImportUsage(
            vectors=done.imported - done.unchanged,
            embeddings=done.embedded.embeddings,
            embedding_tokens=done.embedded.tokens,
            model=call.collection.model,
        ),
    )


def _asks(_: ImportRequest, body: bytes) -> Ask:
    return limits.lines(body, most=MAX_LINES)


app = endpoint_app(
    "POST /v1/vectors/import",
    import_,
    request=ImportRequest,
    scope="write",
    about=ABOUT,
    idempotent=True,
    lines=True,
    asks=_asks,
)
handler = lambda_handler(app)
