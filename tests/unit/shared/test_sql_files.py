"""The loader of named statements, and what holds of every statement there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.db import sql_files

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(sql_files.__file__).parent / "sql"
FILES = sorted(path.stem for path in FOLDER.glob("*.sql"))
STATEMENTS = [(file, name, sql.decode()) for file in FILES for name, sql in sql_files.statements(file).items()]
MIGRATIONS = "\n".join(path.read_text() for path in sorted(ROOT.glob("infra/migrations/sql/*.sql")))

# Tables that hold rows of tenants.
TENANT_TABLES = (
    "accounts",
    "account_emails",
    "api_keys",
    "key_hashes",
    "collections",
    "collection_counts",
    "collection_indexes",
    "collection_tasks",
    "vectors",
    "keywords",
    "keyword_terms",
    "pending_embeddings",
    "deleted_collections",
    "usage_events",
    "idempotency_keys",
)
# Functions that statements call and that name no account, each with its reason.
FUNCTIONS_OF_ANY_ACCOUNT = {
    "admit_key": "the hash of a key tells whose it is",
    "ensure_usage_partitions": "it makes tables and reads no tenant's rows",
}


@pytest.mark.parametrize(("file", "name", "sql"), STATEMENTS, ids=[f"{file}.{name}" for file, name, _ in STATEMENTS])
def test_a_statement_takes_parameters_only(file: str, name: str, sql: str) -> None:
    assert not re.search(r"\{|\}|%[^(%]|\$\d", sql), f"{file}.{name} looks as if text were put into it"


def test_a_function_that_a_statement_calls_names_the_account() -> None:
    _, *made = re.split(r"CREATE (?:OR REPLACE )?FUNCTION (\w+)", MIGRATIONS)
    bodies = dict(zip(made[::2], made[1::2], strict=True))  # of a function that was replaced, the last one
    called = {name for name in bodies for _, _, sql in STATEMENTS if re.search(rf"\b{name}\(", sql)}
    assert {"matching_ids", "matching_keys", "count_matching", "search_vectors", "search_keywords"} <= called
    assert set(FUNCTIONS_OF_ANY_ACCOUNT) <= called
    for name in called - set(FUNCTIONS_OF_ANY_ACCOUNT):
        body = bodies[name].partition("$$;")[0]
        assert "current_account_no()" in body, name
        for table, alias in re.findall(r"(?:FROM|JOIN) public\.(\w+) (\w+)", body):
            assert table in TENANT_TABLES
            assert re.search(rf"\b{alias}\.account_no = (?:current_account_no\(\)|me\b|\$1)", body), (name, table)


def test_a_file_is_split_at_its_headers() -> None:
    text = "-- about the file\n\n-- why\n-- name: one\nSELECT 1\n-- name: two\nSELECT\n    2\n"
    assert sql_files.parse(text, "f") == {"one": b"SELECT 1", "two": b"SELECT\n    2"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT 1\n-- name: one\nSELECT 1", "text before the first"),
        ("-- name: one\nSELECT 1\n-- name: one\nSELECT 2", "two statements are named one"),
        ("-- name: one\n-- only a comment\n", "one is empty"),
    ],
)
def test_a_file_that_is_not_of_this_form_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sql_files.parse(text, "f")
