from __future__ import annotations

import pytest

from tests.bench.peer.compare import compare
from tests.bench.peer.loads import FILTERS, Measured
from tests.bench.result import Row


def _measured(*, rate: float, ms: float, recall: float = 1.0, filters: bool = True) -> Measured:
    return Measured(
        added_per_second=rate,
        added_per_second_by_two=rate,
        query=[ms] * 20,
        recall=recall,
        filtered={name: [ms] * 20 for name in FILTERS} if filters else {},
        filtered_recall=dict.fromkeys(FILTERS, recall) if filters else {},
        queries_per_second=rate,
        megabytes={"server": 100.0},
        cpu_seconds={"adding": 20.0, "queries": ms},
    )


def _verdicts(rows: list[Row]) -> list[bool | None]:
    return [row.met for row in rows if row.goal or row.met is not None]


PEER = _measured(rate=100, ms=9)


def test_every_goal_is_met_by_one_who_is_three_times_as_fast() -> None:
    assert _verdicts(compare(_measured(rate=300, ms=3), PEER)) == [True] * 6


def test_every_goal_is_missed_by_one_who_is_slower_and_less_right() -> None:
    assert _verdicts(compare(_measured(rate=99, ms=9.1, recall=0.99), PEER)) == [False] * 6


def test_a_filter_that_is_not_built_is_a_goal_missed() -> None:
    rows = compare(_measured(rate=300, ms=3, filters=False), PEER)
    unbuilt = [row.met for row in rows if row.measured == "not built (501)"]
    assert unbuilt == [False, False, None, None]


@pytest.mark.parametrize(("ms", "told"), [(3.0, "3.00 times faster"), (18.0, "2.00 times slower")])
def test_times_are_compared_in_words(ms: float, told: str) -> None:
    assert told in {row.ratio for row in compare(_measured(rate=1, ms=ms), PEER)}
