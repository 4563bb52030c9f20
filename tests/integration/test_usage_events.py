"""One usage event for each metered call, in the transaction of its work, holding nothing of a body."""

from __future__ import annotations

from tests.support.api import Api

COUNTS = "requests, searches, vectors, embeddings"


async def test_each_metered_call_writes_what_it_did(api: Api) -> None:
    await api.collection()
    records = [{"id": "a", "text": "one"}, {"id": "b", "text": "two"}, {"id": "c", "values": [1.0] * 1024}]
    await api.upsert(records)
    await api.post("/v1/search", {"collection": "things", "text": "one"})
    await api.post("/v1/vectors/query", {"collection": "things", "vector": [1.0] * 1024})
    await api.post("/v1/vectors/fetch", {"collection": "things", "ids": ["a"]})
    await api.post("/v1/vectors/delete", {"collection": "things", "ids": ["a"]})
    await api.post("/v1/embed/batch", {"texts": ["one", "two"]})
    assert api.sql(f"SELECT endpoint, {COUNTS} FROM usage_events ORDER BY event_no") == [
        ("POST /v1/vectors/upsert", 1, 0, 3, 0),
        ("POST /v1/vectors/upsert", 0, 0, 0, 2),
        ("POST /v1/search", 1, 1, 0, 1),
        ("POST /v1/vectors/query", 1, 1, 0, 0),
        ("POST /v1/vectors/fetch", 1, 0, 0, 0),
        ("POST /v1/vectors/delete", 1, 0, 0, 0),
        ("POST /v1/embed/batch", 1, 0, 0, 2),
    ]
    [(tenants, keys, plans, statuses, tokens, addresses)] = api.sql(
        "SELECT count(DISTINCT account_no), count(DISTINCT key_no), array_agg(DISTINCT plan),"
        " array_agg(DISTINCT status), count(*) FILTER (WHERE (tokens > 0) <> (embeddings > 0)),"
        " array_agg(DISTINCT host(ip_address)) FROM usage_events"
    )
    assert (tenants, keys, plans, statuses, tokens, addresses) == (1, 1, ["scale"], [200], 0, ["127.0.0.1"])
    assert api.sql("SELECT count(*) FROM usage_events WHERE latency_ms <= 0 OR request_id IS NULL") == [(0,)]


async def test_the_response_and_the_events_agree_on_tokens(api: Api) -> None:
    await api.collection()
    body = await api.upsert([{"id": "a", "text": "one two three"}, {"id": "b", "text": "four"}])
    assert api.sql("SELECT sum(tokens) FROM usage_events") == [(body["usage"]["embedding_tokens"],)]


async def test_what_failed_is_not_metered(api: Api) -> None:
    await api.collection()
    await api.post("/v1/search", {"collection": "nope", "text": "x"})
    await api.post("/v1/search", {"collection": "things", "text": ""})
    await api.post("/v1/search", {"collection": "things", "text": "x"}, key="fv_live_bad")
    await api.post("/v1/vectors/upsert", {"collection": "things", "vectors": [{"id": "", "text": "x"}]})
    assert api.sql("SELECT count(*) FROM usage_events") == [(0,)]


async def test_a_query_without_an_embedder_is_not_metered(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection()
    assert (await api.post("/v1/embed", {"text": "x"})).status_code == 503
    assert api.sql("SELECT count(*) FROM usage_events") == [(0,)]
