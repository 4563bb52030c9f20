"""What each call asks of its caller's limits, and that the document tells how that may be refused."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from shared.errors import FluxVectorError, PaymentOverdue, QuotaExceeded, RateLimited, SpendingCapReached
from shared.limits import Ask
from shared.openapi.about import JSON
from shared.openapi.described import Described
from shared.openapi.endpoints import endpoint_apps
from shared.openapi.refusals import refusals

CALLS = [Described(app) for app in endpoint_apps("functions")]
# What is not shed when others are, and not refused for an overdue payment, whatever its scope.
CONTROL = {
    "POST /v1/collections",
    "PATCH /v1/collections/{name}",
    "DELETE /v1/collections/{name}",
    "DELETE /v1/namespaces/{name}",
    "POST /v1/vectors/delete",
    "GET /v1/usage",
    "GET /v1/usage/history",
}
TEXT = "text"
VECTOR = {"id": "a", "values": [1.0]}


def asked(route: str, request: dict[str, Any] | None = None, body: bytes = b"") -> Ask:
    """What a request asks for; without one, the example of the documentation."""
    call = next(call for call in CALLS if call.app.route == route)
    asks = call.app.asks
    if isinstance(asks, Ask):
        return asks
    example = (call.about.query or {}) if call.about.request_type != JSON else call.about.request
    return asks(msgspec.convert(request or example, call.app.shape), body)


def told(call: Described) -> set[type[FluxVectorError]]:
    return {error for errors in refusals(call).values() for error in errors}


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.app.route)
def test_the_document_tells_how_a_call_may_be_refused(call: Described) -> None:
    """402 for what uses units, of writes for an overdue payment too; 429 for what is limited; and for nothing else."""
    route = str(call.app.route)
    if call.app.scope is None:
        assert (RateLimited in told(call)) >= call.app.is_limited
        return
    ask = asked(route)
    uses_units = route == "POST /v1/vectors/update" or ask.searches + ask.vectors + ask.tokens > 0
    if route == "POST /v1/vectors/import":
        uses_units = True  # its example is lines, not a request
    assert RateLimited in told(call)
    assert ({QuotaExceeded, SpendingCapReached} <= told(call)) == uses_units
    assert (PaymentOverdue in told(call)) == (ask.kind == "write")


def test_what_costs_money_is_read_or_write_and_the_rest_control_by_its_scope() -> None:
    for call in CALLS:
        route = str(call.app.route)
        if call.app.scope is None or route == "POST /v1/vectors/import":
            continue
        by_scope = "control" if route in CONTROL else {"read": "read", "write": "write"}.get(call.app.scope, "control")
        assert asked(route).kind == by_scope, route


@pytest.mark.parametrize(
    ("route", "request_", "searches", "vectors", "has_tokens"),
    [
        ("POST /v1/search", {"collection": "c", "text": TEXT}, 1, 0, True),
        ("POST /v1/search", {"collection": "c", "text": TEXT, "mode": "keyword"}, 1, 0, False),
        ("POST /v1/vectors/query", {"collection": "c", "text": TEXT}, 1, 0, True),
        ("POST /v1/vectors/query", {"collection": "c", "vector": [1.0]}, 1, 0, False),
        ("POST /v1/vectors/query", {"collection": "c", "vector": [1.0], "text": TEXT, "mode": "hybrid"}, 1, 0, False),
        ("POST /v1/vectors/query", {"collection": "c", "id": "a", "mode": "hybrid"}, 1, 0, False),
        ("POST /v1/embed", {"text": TEXT}, 0, 0, True),
        ("POST /v1/embed/batch", {"texts": [TEXT]}, 0, 0, True),
        ("POST /v1/embeddings", {"input": TEXT, "model": "m"}, 0, 0, True),
        ("POST /v1/embeddings", {"input": [TEXT], "model": "m"}, 0, 0, True),
        ("POST /v1/vectors/upsert", {"collection": "c", "vectors": [VECTOR] * 3}, 0, 3, False),
        ("POST /v1/vectors/upsert", {"collection": "c", "vectors": [VECTOR | {"text": TEXT}]}, 0, 1, False),
        ("POST /v1/vectors/upsert", {"collection": "c", "vectors": [{"id": "a", "text": TEXT}]}, 0, 1, True),
        ("POST /v1/vectors/update", {"collection": "c", "id": "a", "text": TEXT}, 0, 1, True),
        ("POST /v1/vectors/update", {"collection": "c", "id": "a", "text": TEXT, "values": [1.0]}, 0, 1, False),
        ("POST /v1/vectors/update", {"collection": "c", "id": "a", "set_metadata": {}}, 0, 1, False),
        ("POST /v1/vectors/update", {"collection": "c", "filter": {}, "set_metadata": {}}, 0, 0, False),
        ("POST /v1/vectors/count", {"collection": "c"}, 0, 0, False),
        ("POST /v1/vectors/fetch", {"collection": "c", "ids": ["a"]}, 0, 0, False),
    ],
)
def test_a_request_asks_for_what_it_may_use(
    route: str, request_: dict[str, Any], searches: int, vectors: int, has_tokens: bool
) -> None:
    ask = asked(route, request_)
    assert (ask.searches, ask.vectors, ask.tokens > 0) == (searches, vectors, has_tokens)


@pytest.mark.parametrize(
    ("body", "vectors", "has_tokens"),
    [
        (b"", 1, False),
        (b'{"id":"a","values":[1]}', 1, False),
        (b'{"id":"a","values":[1]}\n{"id":"b","values":[1]}\n', 2, False),
        (b'{"id":"a","values":[1],"text":null}\n{"next_cursor":null}\n', 1, False),
        (b'{"id":"a","text":"words"}\n{"id":"b","values":[1],"text":null}', 2, True),
        (b'{"id":"a","t\\u0065xt":"words"}', 1, True),
        (b'{"id":"a","text" : null}', 1, True),
        (b'{"id":"a","values":[1]}\n' * 20_000, 10_000, False),
    ],
)
def test_lines_ask_for_no_less_than_they_may_use(body: bytes, vectors: int, has_tokens: bool) -> None:
    """They are not read: a line may have been counted that is none, and never one too few."""
    ask = asked("POST /v1/vectors/import", {"collection": "c"}, body)
    assert (ask.vectors, ask.tokens > 0) == (vectors, has_tokens)
    assert ask.cost == 1 + vectors // 100


def test_what_answers_much_costs_more() -> None:
    assert asked("GET /v1/vectors/export", {"collection": "c", "limit": 10_000}).cost == 21
    assert asked("POST /v1/vectors/fetch", {"collection": "c", "ids": ["a"] * 1_000}).cost == 3
    assert asked("POST /v1/vectors/fetch", {"collection": "c", "ids": ["a"]}).cost == 1
