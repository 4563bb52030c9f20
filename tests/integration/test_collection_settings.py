"""Changing a collection: its stored texts follow, at once where they are few, by the job in any case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from shared.db.connection import Database
from shared.maintenance import maintain
from tests.support.api import Api

TEXTS = [
    "houses",
    "a house in the woods",
    "the cat and the cats cat",
    "dogs bark at houses and at dogs and at cats in the houses of dogs",
    "—",
]


@pytest.fixture
async def jobs(api_without_embedder: Api) -> AsyncIterator[Database]:
    database = Database(api_without_embedder.database.jobs_url, size=2)
    yield database
    await database.close()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks need not wait until older requests have ended."""
    monkeypatch.setattr("shared.maintenance.SETTLED", timedelta(0))


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every collection is one whose texts are left to the job."""
    monkeypatch.setattr("shared.keyword_index.AT_ONCE", -1)


async def stored(api: Api, name: str = "things", **settings: Any) -> None:
    await api.collection(name, dimension=2, **settings)
    for namespace in ("", "other"):
        rows = [
            {"id": f"t{n}", "values": [1.0, 0.5], "text": text, "metadata": {"n": n}} for n, text in enumerate(TEXTS)
        ]
        await api.upsert(rows, collection=name, namespace=namespace)
    await api.upsert([{"id": "v", "values": [1.0, 0.5]}], collection=name)


async def change(api: Api, name: str = "things", **settings: Any) -> dict[str, Any]:
    answer = await api.patch(f"/v1/collections/{name}", settings)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    assert body == (await api.get(f"/v1/collections/{name}")).json()
    return body


async def hits(api: Api, text: str, name: str = "things", **more: Any) -> list[tuple[str, float]]:
    query = {"collection": name, "text": text, "mode": "keyword", **more}
    answer = await api.post("/v1/search", query)
    assert answer.status_code == 200, answer.text
    return [(hit["id"], hit["score"]) for hit in answer.json()["results"]]


def kept(api: Api, name: str) -> tuple[Any, ...]:
    """What is kept of a collection's words, but for the numbers of the collection and its terms."""
    [(collection_no,)] = api.sql("SELECT collection_no FROM collections WHERE name = %s", name)
    return (
        api.sql(
            "SELECT namespace, id, length, cardinality(terms), average_length, k1, b FROM keywords"
            " WHERE collection_no = %s ORDER BY namespace, id",
            collection_no,
        ),
        api.sql("SELECT sum(documents), sum(words) FROM collection_counts WHERE collection_no = %s", collection_no),
        sorted(
            api.sql(
                "SELECT sum(documents) FROM keyword_terms WHERE collection_no = %s GROUP BY term"
                " HAVING sum(documents) <> 0",
                collection_no,
            )
        ),
    )


async def test_what_is_named_changes_and_null_clears(api_without_embedder: Api) -> None:
    api = api_without_embedder
    made = (await api.post("/v1/collections", {"name": "things", "description": "d", "language": "german"})).json()
    assert made["bm25"] == {"k1": 1.5, "b": 0.75}
    assert await change(api) == made
    assert await change(api, description="é") == made | {"description": "é"}
    assert (await change(api, description=""))["description"] == ""
    assert (await change(api, bm25={"k1": 0.123456789}))["bm25"] == {"k1": 0.12345679, "b": 0.75}
    assert (await change(api, bm25={"b": 0}, language="french"))["bm25"] == {"k1": 0.12345679, "b": 0.0}
    assert await change(api, description=None, language=None, bm25=None) == made | {
        "description": None,
        "language": None,
    }


async def test_made_with_parameters_they_are_compared_where_they_are_sent(api_without_embedder: Api) -> None:
    api = api_without_embedder
    parameters = {"name": "things", "dimension": 2, "bm25": {"k1": 0.9}}
    made = await api.post("/v1/collections", parameters)
    assert made.json()["bm25"] == {"k1": 0.9, "b": 0.75}
    unchanged: list[dict[str, Any]] = [{}, {"bm25": None}, {"bm25": {}}, {"bm25": {"k1": 0.9, "b": 0.75}}]
    for same in unchanged:
        assert (await api.post("/v1/collections", {"name": "things", "dimension": 2, **same})).json() == made.json()
    answer = await api.post("/v1/collections", parameters | {"bm25": {"k1": 0.8, "b": 0.5}})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert "k1 and b" in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"language": "klingon"}, "language"),
        ({"description": "a\0"}, "description"),
        ({"bm25": {"k1": -0.1}}, "bm25.k1"),
        ({"bm25": {"b": 1.1}}, "bm25.b"),
        ({"bm25": {"c": 1}}, "bm25.c"),
        ({"dimension": 3}, "dimension"),
        ({"name": "other"}, "name"),
    ],
)
async def test_bad_settings_are_422(api_without_embedder: Api, body: dict[str, Any], field: str) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    answer = await api.patch("/v1/collections/things", body)
    assert answer.status_code == 422, answer.text
    assert [detail["field"] for detail in answer.json()["details"]] == [field]


async def test_an_unknown_one_is_404(api_without_embedder: Api) -> None:
    answer = await api_without_embedder.patch("/v1/collections/things", {"description": None})
    assert answer.status_code == 404


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("small", [True, False])
async def test_after_a_change_all_is_as_if_it_had_been_so_from_the_start(
    api_without_embedder: Api, jobs: Database, monkeypatch: pytest.MonkeyPatch, small: bool
) -> None:
    api = api_without_embedder
    if not small:
        monkeypatch.setattr("shared.keyword_index.AT_ONCE", -1)
    monkeypatch.setattr("shared.catalogue.BATCH", 3)
    await stored(api)
    await stored(api, "reference", language="english", bm25={"k1": 2.0, "b": 0.25})
    assert [hit for hit, _ in await hits(api, "house")] == ["t1"]
    await change(api, language="english", bm25={"k1": 2.0, "b": 0.25})
    if small:
        found, wanted = await hits(api, "house cats"), await hits(api, "house cats", "reference")
        assert [hit for hit, _ in found] == [hit for hit, _ in wanted]
    await maintain(jobs)
    assert kept(api, "things") == kept(api, "reference")
    for text in ("house", "the dogs", "cats house dog", "wood"):
        for namespace in ("", "other"):
            wanted = await hits(api, text, "reference", namespace=namespace)
            found = await hits(api, text, namespace=namespace)
            assert [hit for hit, _ in found] == [hit for hit, _ in wanted]
            assert [score for _, score in found] == pytest.approx([score for _, score in wanted], rel=1e-6)
    assert api.sql("SELECT count(*) FROM collection_tasks WHERE task <> 'terms'") == [(0,)]


@pytest.mark.usefixtures("large")
async def test_a_task_that_began_too_soon_is_done_once_more(
    api_without_embedder: Api, jobs: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that was admitted before the change stores its words by the old language, behind the job's back."""
    api = api_without_embedder
    await stored(api)
    await change(api, language="english")
    assert await maintain(jobs) == 0
    assert api.sql("SELECT ready_at - requested_at FROM collection_tasks WHERE task = 'catalogue'") == [
        (timedelta(seconds=60),)
    ]
    late = [{"id": "late", "values": [1.0, 0.5], "text": "houses"}]
    api.sql("UPDATE collections SET language = NULL")
    await api.upsert(late)
    api.sql("UPDATE collections SET language = 'english'")
    assert "late" not in dict(await hits(api, "house"))
    api.sql("UPDATE collection_tasks SET requested_at = requested_at - interval '61 seconds', ready_at = now()")
    assert await maintain(jobs) >= 1
    assert "late" in dict(await hits(api, "house"))
    assert api.sql("SELECT count(*) FROM collection_tasks WHERE task = 'catalogue'") == [(0,)]


@pytest.mark.usefixtures("at_once", "large")
async def test_an_interrupted_task_goes_on_and_a_new_change_begins_anew(
    api_without_embedder: Api, jobs: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = api_without_embedder
    monkeypatch.setattr("shared.catalogue.BATCH", 2)
    await stored(api)
    await change(api, language="english")
    assert await maintain(jobs, budget_s=1e-9) == 0
    [(namespace, after)] = api.sql("SELECT after_namespace, after_id FROM collection_tasks WHERE task = 'catalogue'")
    assert (namespace, after) == ("", "t1")
    assert await maintain(jobs, budget_s=1e-9) == 0
    assert api.sql("SELECT after_id FROM collection_tasks WHERE task = 'catalogue'") == [("t3",)]
    await change(api, language="german")
    assert api.sql("SELECT after_id FROM collection_tasks WHERE task = 'catalogue'") == [("",)]
    await maintain(jobs)
    await stored(api, "reference", language="german")
    assert kept(api, "things")[0] == kept(api, "reference")[0]


@pytest.mark.usefixtures("at_once")
async def test_rows_of_before_there_were_facets_and_words_get_theirs(api_without_embedder: Api, jobs: Database) -> None:
    """What the migration leaves: no facets, no words, no mean length, and the task."""
    api = api_without_embedder
    await stored(api)
    await stored(api, "reference")
    [(number,)] = api.sql("SELECT collection_no FROM collections WHERE name = 'things'")
    api.sql("UPDATE vectors SET facets = NULL WHERE collection_no = %s", number)
    for table in ("keywords", "keyword_terms"):
        api.sql(f"DELETE FROM {table} WHERE collection_no = %s", number)
    api.sql("UPDATE collection_counts SET documents = 0, words = 0 WHERE collection_no = %s", number)
    api.sql("UPDATE collections SET is_catalogued = false, average_length = NULL WHERE collection_no = %s", number)
    api.sql("INSERT INTO collection_tasks SELECT account_no, collection_no, 'catalogue' FROM collections")
    assert await maintain(jobs) >= 2
    assert api.sql("SELECT bool_and(is_catalogued) FROM collections") == [(True,)]
    assert api.sql("SELECT count(*) FROM vectors WHERE facets IS NULL") == [(0,)]
    for (rows, *counts), (wanted, *wanted_counts) in [(kept(api, "things"), kept(api, "reference"))]:
        assert [row[:4] for row in rows] == [row[:4] for row in wanted]
        assert counts == wanted_counts
    answer = await api.post("/v1/vectors/count", {"collection": "things", "filter": {"n": {"$gt": 1}}})
    assert answer.json()["count"] == 3
    assert [hit for hit, _ in await hits(api, "cats dogs")] == [
        hit for hit, _ in await hits(api, "cats dogs", "reference")
    ]
    before = api.sql("SELECT id, xmin::text FROM vectors"), api.sql("SELECT id, xmin::text FROM keywords")
    api.sql("INSERT INTO collection_tasks SELECT account_no, collection_no, 'catalogue' FROM collections")
    await maintain(jobs)
    assert (api.sql("SELECT id, xmin::text FROM vectors"), api.sql("SELECT id, xmin::text FROM keywords")) == before


@pytest.mark.usefixtures("at_once", "large")
async def test_the_job_and_writers_do_not_harm_each_other(
    api_without_embedder: Api, jobs: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = api_without_embedder
    monkeypatch.setattr("shared.catalogue.BATCH", 20)
    await api.collection(dimension=2)

    def rows(word: str) -> list[dict[str, Any]]:
        return [
            {"id": f"v{n:03}", "values": [1.0, 0.5], "text": f"{word} house{n}", "metadata": {"w": word}}
            for n in range(120)
        ]

    await api.upsert(rows("cats"))
    await change(api, language="english")
    writes = [api.upsert(rows(f"dogs{n}")[n * 10 :]) for n in range(4)]
    await asyncio.gather(maintain(jobs), *writes)
    api.sql("UPDATE collection_tasks SET ready_at = now()")
    await maintain(jobs)
    stale = api.sql(
        "SELECT count(*) FROM vectors v LEFT JOIN keywords k USING (collection_no, namespace, id)"
        " WHERE k.content_hash IS DISTINCT FROM v.content_hash"
    )
    assert stale == [(0,)]
    [(documents, words)] = api.sql("SELECT sum(documents), sum(words) FROM collection_counts")
    assert (documents, words) == (120, 240)
    assert api.sql("SELECT count(*), sum(cardinality(terms)) FROM keywords") == [(120, 240)]
    wrong = api.sql(
        "SELECT term FROM (SELECT term, sum(documents) AS documents FROM keyword_terms GROUP BY term) t"
        " FULL JOIN (SELECT term, count(*) AS documents FROM keywords, unnest(terms) term GROUP BY term) k USING (term)"
        " WHERE coalesce(t.documents, 0) <> coalesce(k.documents, 0)"
    )
    assert wrong == []


async def test_a_task_goes_with_its_collection(api_without_embedder: Api, jobs: Database) -> None:
    api = api_without_embedder
    await stored(api)
    api.sql(
        "INSERT INTO collection_tasks SELECT account_no, collection_no, 'terms' FROM collections ON CONFLICT DO NOTHING"
    )
    api.sql("DELETE FROM collections")
    assert api.sql("SELECT count(*) FROM collection_tasks") == [(0,)]
    assert await maintain(jobs) == 0


async def test_terms_are_put_together(api_without_embedder: Api, jobs: Database) -> None:
    api = api_without_embedder
    await stored(api)
    before = kept(api, "things")
    api.sql(
        "INSERT INTO collection_tasks SELECT account_no, collection_no, 'terms' FROM collections ON CONFLICT DO NOTHING"
    )
    assert await maintain(jobs) == 1
    assert kept(api, "things") == before
    assert api.sql("SELECT max(count) FROM (SELECT count(*) FROM keyword_terms GROUP BY term) t") == [(1,)]


async def test_the_index_is_told_as_its_worker_notes_it(api_without_embedder: Api) -> None:
    api = api_without_embedder
    await api.collection(dimension=2)
    assert (await api.get("/v1/collections/things")).json()["index"] == {"state": "exact", "rows": None}
    api.sql(
        "INSERT INTO collection_indexes SELECT account_no, collection_no, 'building', 2000, 0, NULL FROM collections"
    )
    assert (await api.get("/v1/collections/things")).json()["index"] == {"state": "building", "rows": 2000}
    api.sql("UPDATE collection_indexes SET built_at = now()")
    [listed] = (await api.get("/v1/collections")).json()["data"]
    assert listed["index"] == {"state": "ready", "rows": 2000}
