"""The loader of named statements, and what holds of every statement there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.db import sql_files

FOLDER = Path(sql_files.__file__).parent / "sql"
FILES = sorted(path.stem for path in FOLDER.glob("*.sql"))
STATEMENTS = [(file, name, sql.decode()) for file in FILES for name, sql in sql_files.statements(file).items()]

# Tables that hold rows of tenants.
TENANT_TABLES = (
    "accounts",
    "account_emails",
    "api_keys",
    "key_hashes",
    "collections",
    "collection_counts",
    "vectors",
    "pending_embeddings",
    "deleted_collections",
    "usage_events",
)
# Statements that cross accounts, each with its reason. Row-level security lets only the jobs' role run them to effect.
ACROSS_ACCOUNTS = {
    "create_account": "the account is what it makes",
    "claim_pending": "the job of every account's texts",
    "list_deleted_collections": "the job of every account's deleted rows",
    "list_expired": "the job of every account's expired rows",
}


@pytest.mark.parametrize(("file", "name", "sql"), STATEMENTS, ids=[f"{file}.{name}" for file, name, _ in STATEMENTS])
def test_a_statement_on_tenants_rows_names_the_account(file: str, name: str, sql: str) -> None:
    touched = [table for table in TENANT_TABLES if re.search(rf"\b(?:FROM|JOIN|INTO|UPDATE|USING)\s+{table}\b", sql)]
    names_account = "%(account_no)s" in sql
    assert names_account or not touched or name in ACROSS_ACCOUNTS, f"{file}.{name} reads {touched} of any account"
    if names_account and not name.startswith("insert_"):
        # Every table that is read is read of that account: directly, or through a CTE that was.
        assert re.search(r"account_no = %\(account_no\)s|%\(account_no\)s,", sql)


@pytest.mark.parametrize(("file", "name", "sql"), STATEMENTS, ids=[f"{file}.{name}" for file, name, _ in STATEMENTS])
def test_a_statement_takes_parameters_only(file: str, name: str, sql: str) -> None:
    assert not re.search(r"\{|\}|%[^(%]|\$\d", sql), f"{file}.{name} looks as if text were put into it"


def test_the_exceptions_exist() -> None:
    assert set(ACROSS_ACCOUNTS) <= {name for _, name, _ in STATEMENTS}


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
