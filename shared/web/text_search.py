"""A search by a text: which legs run, and what becomes of it while the embedder is away."""

from __future__ import annotations

from shared.embedding import embedder
from shared.errors import Unavailable
from shared.queries import vector_of_text, words_of
from shared.records import check_text
from shared.search import Mode, Wanted
from shared.web.app import Call
from shared.web.search_views import WITHOUT_EMBEDDER, Options, SearchResponse, answer_search, fits


async def search_by_text(call: Call[Options], wanted: Wanted, text: str, mode: Mode) -> SearchResponse:
    """Mode keyword needs no embedder; hybrid and fusion do without one where none answers, and say so."""
    check_text(text)
    collection = call.collection
    words = None if mode == "vector" else words_of(collection, text)
    if mode == "keyword":
        return await answer_search(call, wanted, mode, None, words)
    try:
        vector = await vector_of_text(
            embedder(),
            call.principal,
            collection,
            text,
            budget_s=call.settings.query_embed_budget_s,
            # Of a search that may be refused and not charged, nothing shall stay in the embedder's cache.
            is_kept=fits(call.request, collection.dimension),
        )
    except Unavailable:
        if mode == "vector":
            raise
        return await answer_search(call, wanted, "keyword", None, words, warning=WITHOUT_EMBEDDER)
    return await answer_search(call, wanted, mode, vector, words)
