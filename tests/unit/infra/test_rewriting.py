from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from infra.indexer.config import IndexerSettings
from infra.indexer.hours import Hours, parse_hours
from infra.indexer.rewriting import due
from infra.indexer.space import SMALL, Space
from shared.config import ConfigurationError

LARGE = Space("public.vectors_00", SMALL + 1, 1_000, 10, 10, 10, 10, timedelta(days=2), None)
OWNER = {"FLUXVECTOR_OWNER_DATABASE_URL": "postgresql://owner@/fluxvector"}


@pytest.mark.parametrize(
    ("changes", "is_due"),
    [
        ({}, True),
        ({"dirty_for": timedelta(hours=23)}, False),
        ({"deleted": 0}, False),
        ({"deleted": 0, "size": SMALL}, True),
        ({"deleted": 0, "updated": 500}, True),
        ({"rewritten_ago": timedelta(days=6)}, False),
        ({"rewritten_ago": timedelta(days=7)}, True),
        ({"rewritten_ago": timedelta(days=2), "deleted": 500}, True),
        ({"rewritten_ago": timedelta(days=2), "size": SMALL}, True),
        ({"live": 0, "deleted": 0, "updated": 0}, False),
    ],
)
def test_when_a_table_is_due(changes: dict[str, object], is_due: bool) -> None:
    assert due([replace(LARGE, **changes)]) == ([replace(LARGE, **changes)] if is_due else [])  # type: ignore[arg-type]


def test_small_tables_come_first_then_who_waits_longest() -> None:
    older, small = replace(LARGE, name="b", dirty_for=timedelta(days=3)), replace(LARGE, name="c", size=1)
    statistics = replace(LARGE, name="pg_catalog.pg_statistic", size=1, dirty_for=timedelta(days=9))
    assert due([statistics, LARGE, small, older]) == [small, older, LARGE, statistics]


@pytest.mark.parametrize(
    ("raw", "hours"), [("2-4", {2, 3}), ("23-1", {23, 0}), ("0-24", set(range(24))), ("22-24", {22, 23})]
)
def test_hours(raw: str, hours: set[int]) -> None:
    parsed = parse_hours(raw)
    assert parsed is not None
    assert {hour for hour in range(24) if parsed.holds(hour)} == hours


@pytest.mark.parametrize("raw", ["", "2", "2-25", "24-2", "-1-2", "a-b", "2-4-6"])
def test_what_are_no_hours(raw: str) -> None:
    with pytest.raises(ConfigurationError, match="FLUXVECTOR_INDEX_REWRITE_HOURS"):
        IndexerSettings.from_env(OWNER | {"FLUXVECTOR_INDEX_REWRITE_HOURS": raw})


def test_the_hours_are_set() -> None:
    assert IndexerSettings.from_env(OWNER).rewrite_hours == Hours(2, 4)
    assert IndexerSettings.from_env(OWNER | {"FLUXVECTOR_INDEX_REWRITE_HOURS": "never"}).rewrite_hours is None
