"""GET /v1/usage/history: what was used, day by day."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from shared.limits import CONTROL
from shared.openapi.about import About
from shared.usage_report import By, Day, Part, read_history
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.plan_views import days_of


class HistoryRequest(Struct, forbid_unknown_fields=True):
    days: Annotated[int, Meta(ge=1, le=366, description="How many days, today included.")] = 30
    by: Annotated[By | None, Meta(description="Tells each day apart by endpoint, by key, or by both.")] = None


class PartView(Struct):
    """A day's use by an endpoint, a key, or both.

    `key_id` is null where a session or a background job did the work, or the key is gone; a field that was not asked
    for is null as well.
    """

    endpoint: str | None
    key_id: str | None
    requests: int
    embeddings: int
    vectors: int
    searches: int
    embedding_tokens: int

    @classmethod
    def of(cls, part: Part) -> PartView:
        used = part.used
        return cls(part.endpoint, part.key_id, used.requests, used.embeddings, used.vectors, used.searches, used.tokens)


class DayView(Struct, omit_defaults=True):
    """A day (UTC). `vectors` are vectors written. `parts` is there where `by` was given."""

    date: str
    requests: int
    embeddings: int
    vectors: int
    searches: int
    embedding_tokens: int
    vector_days: float
    parts: list[PartView] | None = None

    @classmethod
    def of(cls, day: Day) -> DayView:
        used = day.used
        return cls(
            date=day.day.isoformat(),
            requests=used.requests,
            embeddings=used.embeddings,
            vectors=used.vectors,
            searches=used.searches,
            embedding_tokens=used.tokens,
            vector_days=days_of(used.vector_hours) or 0.0,
            parts=None if day.parts is None else [PartView.of(part) for part in day.parts],
        )


class HistoryResponse(Struct):
    data: list[DayView]


ABOUT = About(
    request={"days": 1, "by": "endpoint"},
    answer={
        "data": [
            {
                "date": "2026-03-01",
                "requests": 120,
                "embeddings": 100,
                "vectors": 0,
                "searches": 120,
                "embedding_tokens": 1_400,
                "vector_days": 2_400.0,
                "parts": [
                    {
                        "endpoint": "POST /v1/search",
                        "key_id": None,
                        "requests": 120,
                        "embeddings": 100,
                        "vectors": 0,
                        "searches": 120,
                        "embedding_tokens": 1_400,
                    }
                ],
            }
        ]
    },
)


async def history(call: Call[HistoryRequest]) -> HistoryResponse:
    """A row for every day, the first one first, of the credential's environment. Not for keys of one collection."""
    call.principal.require_whole_account()
    request = call.request
    days = await read_history(call.database, call.principal, days=request.days, by=request.by)
    return HistoryResponse([DayView.of(day) for day in days])


app = endpoint_app("GET /v1/usage/history", history, request=HistoryRequest, scope="read", about=ABOUT, asks=CONTROL)
handler = lambda_handler(app)
