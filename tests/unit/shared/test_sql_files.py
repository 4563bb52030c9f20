"""The loader of named statements, and what holds of every statement there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.db import sql_files

FOLDER = Path(sql_files.__file__).parent / "sql"
FILES = sorted(path.stem for path in FOLDER.glob("*.sql"))
STATEMENTS = [(file, name, sql.decode()) for file in FILES for name, sql in sql_files.statements(file).items()]


@pytest.mark.parametrize(("file", "name", "sql"), STATEMENTS, ids=[f"{file}.{name}" for file, name, _ in STATEMENTS])
def test_a_statement_takes_parameters_only(file: str, name: str, sql: str) -> None:
    assert not re.search(r"(?<!')\{|\}(?!')|%[^(%]|\$\d", sql), f"{file}.{name} looks as if text were put into it"


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
