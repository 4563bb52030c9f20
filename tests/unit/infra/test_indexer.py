from __future__ import annotations

from typing import Literal

import pytest

from infra.indexer import ddl, names
from infra.indexer.config import IndexerSettings, default_parallel_workers
from infra.indexer.patience import Backoff, Waiting
from infra.indexer.plan import Adopt, Build, Drop, Forget, Rebuild, building, tidying
from infra.indexer.seen import Collection, Index, Record, Seen
from shared.config import ConfigurationError

URL = {"FLUXVECTOR_OWNER_DATABASE_URL": "postgresql://owner:secret@/fluxvector"}
MIN_ROWS = 1_000


def _collection(no: int = 1, *, rows: int = 5_000, removed: int = 0, record: Record | None = None) -> Collection:
    return Collection(7, no, 16, "cosine", rows, removed, record)


def _index(no: int = 1, *, valid: bool = True, leftover: str = "") -> Index:
    return Index(names.index_name(no) + leftover, no, valid, bool(leftover))


def _record(
    state: Literal["building", "ready"] = "ready", *, rows: int = 5_000, removed: int = 0, built: bool = True
) -> Record:
    return Record(state, rows, removed, built)


def _seen(*collections: Collection, indexes: tuple[Index, ...] = ()) -> Seen:
    return Seen(collections, indexes)


# --- names


def test_a_name_says_whose_index_it_is() -> None:
    assert names.parse(names.index_name(42)) == names.IndexName(42, is_leftover=False)
    assert names.parse("vectors_42_hnsw_ccnew") == names.IndexName(42, is_leftover=True)
    assert names.parse("vectors_42_hnsw_ccold3") == names.IndexName(42, is_leftover=True)


@pytest.mark.parametrize(
    "name",
    [
        *("vectors_15_expires_at", "vectors_pkey", "vectors_007_hnsw", "vectors_0_hnsw", "vectors_1_hnsw2"),
        *("my_vectors_1_hnsw", "vectors_1_hnsw_ccnew_mine", "vectors_-1_hnsw", "vectors_1_hnsw\n", "vectors_٣_hnsw"),
        "vectors_99999999999999999999_hnsw",
    ],
)
def test_no_other_name_is_ours(name: str) -> None:
    assert names.parse(name) is None


# --- settings


def test_settings_have_defaults_and_keep_the_secret() -> None:
    settings = IndexerSettings.from_env(URL)
    assert (settings.min_rows, settings.interval_s, settings.quiet_s, settings.memory_mb) == (2_000, 1.0, 3.0, 1_024)
    assert "secret" not in repr(settings)
    assert IndexerSettings.from_env({**URL, "FLUXVECTOR_INDEX_MIN_ROWS": "500"}).min_rows == 500


def test_settings_with_faults_are_all_named() -> None:
    with pytest.raises(ConfigurationError) as caught:
        IndexerSettings.from_env({"FLUXVECTOR_INDEX_MIN_ROWS": "few", "FLUXVECTOR_INDEX_QUIET_S": "nan"})
    assert str(caught.value).splitlines() == [
        "FLUXVECTOR_OWNER_DATABASE_URL is not set.",
        "FLUXVECTOR_INDEX_MIN_ROWS is not a number from 100 to 10000000.",
        "FLUXVECTOR_INDEX_QUIET_S is not a number from 0.0 to 3600.0.",
    ]


@pytest.mark.parametrize(("cores", "workers"), [(None, 0), (1, 0), (2, 0), (4, 1), (8, 3), (64, 3)])
def test_half_of_the_cores_are_left_to_searches(cores: int | None, workers: int) -> None:
    assert default_parallel_workers(cores) == workers


def test_memory_follows_the_size_of_the_graph() -> None:
    assert ddl.graph_memory_kb(0, 1_024) == 0
    assert 270 << 10 < ddl.graph_memory_kb(100_000, 1_024) < 300 << 10


# --- what is to be done


def test_a_collection_that_is_large_enough_is_built() -> None:
    small, large = _collection(1, rows=999), _collection(2, rows=1_000)
    assert building(_seen(small, large), MIN_ROWS) == [Build(large)]
    assert tidying(_seen(small, large), MIN_ROWS) == []


def test_a_built_one_rests() -> None:
    seen = _seen(_collection(rows=900_000, removed=40, record=_record()), indexes=(_index(),))
    assert tidying(seen, MIN_ROWS) == []
    assert building(seen, MIN_ROWS) == []


@pytest.mark.parametrize(
    ("rows", "removed", "is_worn"), [(5_000, 1_500, False), (5_000, 1_501, True), (2_000, 3_000, True)]
)
def test_one_of_which_much_was_removed_is_rebuilt(rows: int, removed: int, is_worn: bool) -> None:
    one = _collection(rows=rows, removed=100 + removed, record=_record(rows=5_000, removed=100))
    assert building(_seen(one, indexes=(_index(),)), MIN_ROWS) == ([Rebuild(one)] if is_worn else [])


def test_an_invalid_index_goes_before_another_is_built() -> None:
    one = _collection(record=_record("building", built=False))
    seen = _seen(one, indexes=(_index(valid=False),))
    assert tidying(seen, MIN_ROWS) == [Drop(_index(valid=False), one)]
    assert building(seen, MIN_ROWS) == []


@pytest.mark.parametrize("leftover", ["_ccnew", "_ccold", "_ccnew1"])
def test_what_an_interrupted_rebuild_left_goes_and_the_index_stays(leftover: str) -> None:
    one = _collection(record=_record())
    left = _index(valid=False, leftover=leftover)
    assert tidying(_seen(one, indexes=(_index(), left)), MIN_ROWS) == [Drop(left, None)]


@pytest.mark.parametrize(("rows", "stays"), [(500, True), (499, False), (0, False)])
def test_a_collection_that_shrank_by_half_is_searched_exactly_again(rows: int, stays: bool) -> None:
    one = _collection(rows=rows, record=_record())
    assert tidying(_seen(one, indexes=(_index(),)), MIN_ROWS) == ([] if stays else [Drop(_index(), one)])
    assert building(_seen(one, indexes=(_index(),)), MIN_ROWS) == []


def test_the_index_of_a_collection_that_is_no_more_goes() -> None:
    assert tidying(_seen(indexes=(_index(9),)), MIN_ROWS) == [Drop(_index(9), None)]


@pytest.mark.parametrize("record", [None, _record("building", built=False)])
def test_an_index_that_was_finished_unseen_is_used(record: Record | None) -> None:
    one = _collection(record=record)
    assert tidying(_seen(one, indexes=(_index(),)), MIN_ROWS) == [Adopt(one)]


def test_a_record_without_an_index_goes() -> None:
    one = _collection(record=_record())
    assert tidying(_seen(one), MIN_ROWS) == [Forget(one)]
    # Another's index is not its own.
    other = _collection(2, record=_record())
    assert tidying(_seen(one, other, indexes=(_index(2),)), MIN_ROWS) == [Forget(one)]


# --- when


def test_a_collection_waits_for_the_end_of_its_load() -> None:
    waiting = Waiting(quiet_s=3, max_wait_s=60)
    rows = 1_000
    for second in range(10):
        rows += 500
        assert waiting.due([Build(_collection(rows=rows))], second) == []
    assert waiting.due([Build(_collection(rows=rows))], 11.9) == []
    assert waiting.due([Build(_collection(rows=rows))], 12) == [Build(_collection(rows=rows))]


def test_a_trickle_is_no_load() -> None:
    waiting = Waiting(quiet_s=3, max_wait_s=60)
    assert [bool(waiting.due([Build(_collection(rows=1_000 + 90 * n))], n)) for n in range(5)] == [0, 0, 0, 1, 1]


def test_replacing_and_deleting_are_changes_too() -> None:
    waiting = Waiting(quiet_s=3, max_wait_s=60)
    for second in range(10):
        one = _collection(rows=5_000 - 200 * second, removed=200 * second)
        assert waiting.due([Build(one)], second) == []


def test_a_load_that_does_not_end_is_not_waited_for_for_ever() -> None:
    waiting = Waiting(quiet_s=3, max_wait_s=60)
    due = [bool(waiting.due([Build(_collection(rows=1_000 * n))], n)) for n in range(1, 63)]
    assert due == [False] * 60 + [True] * 2


def test_the_one_that_waited_longest_comes_first_and_the_smaller_of_two() -> None:
    waiting = Waiting(quiet_s=3, max_wait_s=60)
    old, large, small = (Build(_collection(no, rows=rows)) for no, rows in ((1, 9_000), (2, 8_000), (3, 2_000)))
    waiting.due([old], 0)
    waiting.due([large, small, old], 2)
    assert waiting.due([large, small, old], 6) == [old, small, large]


def test_what_is_no_longer_wanted_waits_anew() -> None:
    waiting = Waiting(quiet_s=3, max_wait_s=60)
    one = Build(_collection())
    waiting.due([one], 0)
    waiting.due([], 2)
    assert waiting.due([one], 4) == []
    assert waiting.due([one], 7) == [one]


def test_a_failure_is_followed_by_a_pause_that_grows_to_an_hour() -> None:
    backoff = Backoff()
    assert backoff.may("build 1", 0)
    assert [backoff.failed("build 1", 0) for _ in range(11)][:4] == [10, 20, 40, 80]
    assert backoff.failed("build 1", 0) == 3_600
    assert not backoff.may("build 1", 3_599)
    assert backoff.may("build 2", 0)
    assert backoff.may("build 1", 3_600)
    backoff.succeeded("build 1")
    assert backoff.may("build 1", 0)
