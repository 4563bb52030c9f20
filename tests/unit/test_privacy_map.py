"""infra/privacy.md tells of every sentence of the policy, and of code and tests that are there."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from shared.legal.texts import policy_texts
from tests.support.mutations import MUTATIONS
from tests.support.privacy_map import REPOSITORY, Row, sentences, table

SECTION, SENTENCE, CODE, TESTS, TAKEN_OUT = range(5)
LATEST = policy_texts()[-1].text


@cache
def rows() -> list[Row]:
    return table("The policy")


@cache
def functions_of(path: Path) -> frozenset[str]:
    module = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in module.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_sentence_of_the_policy_has_its_row() -> None:
    mapped = [(row.cells[SECTION], row.cells[SENTENCE]) for row in rows()]
    assert mapped == sentences(LATEST)
    assert len(mapped) > 60


def test_a_sentence_that_changes_is_noticed() -> None:
    policy = sentences(LATEST)
    assert sentences(LATEST.replace("within 72 hours", "within 96 hours")) != policy
    assert len(sentences(LATEST + "\nWe may send text to others. Or not.")) == len(policy) + 2


def test_every_part_of_the_policy_is_a_sentence_or_a_title() -> None:
    letters = "".join(sentence for _, sentence in sentences(LATEST))
    left = LATEST.replace("(\n", "(")
    for _, sentence in sentences(LATEST):
        assert sentence in left
        left = left.replace(sentence, "", 1)
    titles = [line for line in left.splitlines() if line.strip(" -")]
    assert len(titles) == 2 + 15 + 5 + 2, titles  # title and date, sections, those below 2, EU and California
    assert len(letters) > 4_900


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"line {row.line}")
def test_what_keeps_a_sentence_is_there(row: Row) -> None:
    for path in row.quoted(CODE):
        assert (REPOSITORY / path).exists(), f"{path} is not there"
    for test in row.quoted(TESTS):
        path, _, name = test.partition("::")
        assert path.startswith("tests/"), test
        assert (REPOSITORY / path).is_file(), f"{path} is not there"
        assert name in functions_of(REPOSITORY / path), f"there is no {test}"
    for name in row.quoted(TAKEN_OUT):
        assert name in MUTATIONS, f"{name} is no guard of tests/support/mutations.py"
        assert MUTATIONS[name].test in row.quoted(TESTS), f"{name} is shown by another test than those of its row"


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"line {row.line}")
def test_a_sentence_is_kept_by_tests_or_by_somebody(row: Row) -> None:
    if row.quoted(TESTS):
        assert row.quoted(CODE), "tests, and no code that they test"
    else:
        assert row.cells[CODE] == "—"
        assert row.cells[TESTS].startswith("none: ")
        assert len(row.cells[TESTS]) > len("none: somebody")


def test_every_guard_stands_in_a_row() -> None:
    named = {name for row in rows() for name in row.quoted(TAKEN_OUT)}
    assert named == set(MUTATIONS)
