"""The binary forms of terms, read by a real PostgreSQL with pgvector."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from shared.db.arrays import Binary, register
from shared.keywords.batch import term_columns
from shared.keywords.bm25 import idf, impacts, sparsevec_binary
from shared.keywords.terms import MAX_TERMS, TERM_NUMBERS, Terms, terms_of
from tests.support.database import TestDatabase


@pytest.fixture
def connection(database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.api_url) as made:
        register(made.adapters)
        yield made


def documents() -> list[Terms]:
    texts = [
        "Houses and a house",
        "—",
        "東京タワーで猫を見た",
        " ".join(f"w{n}" for n in range(MAX_TERMS + 1)),
        "a cat",
    ]
    return [terms_of(text, language="english", collection_no=1) for text in texts]


def test_a_sparsevec_goes_there_and_back(connection: psycopg.Connection) -> None:
    for document in documents():
        sent = sparsevec_binary(document.numbers, impacts(document, k1=1.2, b=0.75, average_length=7.5))
        [(back, dimension)] = connection.execute(
            "SELECT sparsevec_send(v), split_part(v::text, '/', 2)::int FROM (SELECT %(v)b::sparsevec AS v) one",
            {"v": Binary(sent)},
        ).fetchall()
        assert back == sent
        assert dimension == TERM_NUMBERS


def test_the_first_and_the_last_number_are_dimensions(connection: psycopg.Connection) -> None:
    sent = sparsevec_binary([0, TERM_NUMBERS - 1], [0.5, 0.25])
    [(text,)] = connection.execute("SELECT (%(v)b::sparsevec)::text", {"v": Binary(sent)}).fetchall()
    assert text == "{1:0.5,1000000000:0.25}/1000000000"


def test_the_inner_product_is_the_score(connection: psycopg.Connection) -> None:
    document = terms_of("a house in a wood", language="english", collection_no=1)
    query = terms_of("houses a sea", language="english", collection_no=1, query=True)
    values = impacts(document, k1=1.2, b=0.75, average_length=8)
    weights = [idf(10, frequency) for frequency in (2, 5, 9)]
    params = {
        "document": Binary(sparsevec_binary(document.numbers, values)),
        "query": Binary(sparsevec_binary(query.numbers, weights)),
    }
    [(score,)] = connection.execute("SELECT -(%(document)b::sparsevec <#> %(query)b::sparsevec)", params).fetchall()
    by_number = dict(zip(document.numbers, values, strict=True))
    expected = sum(w * by_number.get(n, 0.0) for n, w in zip(query.numbers, weights, strict=True))
    assert expected > 0
    assert score == pytest.approx(expected, rel=1e-6)


def test_a_batch_gives_each_row_its_terms(connection: psycopg.Connection) -> None:
    rows = documents()
    columns = term_columns(rows)
    found = connection.execute(
        "SELECT (%(numbers)b::integer[])[t.first:t.last], (%(frequencies)b::smallint[])[t.first:t.last]"
        " FROM unnest(%(firsts)b::integer[], %(lasts)b::integer[]) WITH ORDINALITY AS t (first, last, place)"
        " ORDER BY place",
        {name: Binary(getattr(columns, name)) for name in ("numbers", "frequencies", "firsts", "lasts")},
    ).fetchall()
    assert found == [(list(row.numbers), list(row.frequencies)) for row in rows]
    assert connection.execute(
        "SELECT (%(numbers)b::integer[])[1:0]", {"numbers": Binary(term_columns([]).numbers)}
    ).fetchall() == [([],)]
