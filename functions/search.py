"""POST /v1/search: search a collection by meaning, by words, or by both."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from shared import limits
from shared.errors import ModelMismatch, NotImplementedYet
from shared.limits import REFUSALS_OF_UNITS, Ask
from shared.openapi.about import About
from shared.search import Mode
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.search_help import MODE
from shared.web.search_views import SearchOptions, SearchResponse, wanted_of
from shared.web.text_search import search_by_text


class SearchRequest(SearchOptions, forbid_unknown_fields=True, kw_only=True):
    text: str
    mode: Annotated[Mode, Meta(description=MODE)] = "hybrid"
    rerank: bool | None = None


ABOUT = About(
    request={"collection": "articles", "text": "animals at rest", "top_k": 5},
    answer={
        "results": [
            {
                "id": "a-17",
                "score": 0.87,
                "text": "A cat sleeps on the sofa.",
                "metadata": {"topic": "pets"},
                "scores": {"vector": 0.87, "bm25": None, "combined": 0.87},
            }
        ],
        "confidence": 0.57,
        "warning": None,
        "cached": False,
        "usage": {"embeddings": 1, "searches": 1, "embedding_tokens": 5, "model": "multilingual-e5-large"},
        "took_ms": 12.4,
    },
    errors=(ModelMismatch, NotImplementedYet, *REFUSALS_OF_UNITS),
)


async def search(call: Call[SearchRequest]) -> SearchResponse:
    """The text is embedded, then the best texts are answered, best first; by default meaning and words count."""
    request = call.request
    if request.rerank:
        raise NotImplementedYet("rerank is not built yet.")
    return await search_by_text(call, wanted_of(call), request.text, request.mode)


def _asks(request: SearchRequest, _: bytes) -> Ask:
    return limits.search(request.text if request.mode != "keyword" else None)


app = endpoint_app("POST /v1/search", search, request=SearchRequest, scope="read", about=ABOUT, asks=_asks)
handler = lambda_handler(app)
