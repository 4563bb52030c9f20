"""The table's lines: ours beside the peer's, measured one after the other in the same run."""

from __future__ import annotations

from statistics import median

from tests.bench.peer.loads import A_REQUEST, ASKED, FILTERS, ROWS, SEARCHING_CLIENTS, TOP_K, Measured
from tests.bench.result import Row, p50_p95, percentile

ADDING_GOAL, FILTERED_GOAL, RATE_GOAL = 3.0, 3.0, 1.5
GOALS = ("group", "bucket")
"""The filters of which something is promised; the others are told."""
RECALL_TOLERANCE = 0.0005
"""Half of the last digit that is told."""


def compare(ours: Measured, peer: Measured) -> list[Row]:
    """Every line."""
    rows = [
        _rate(
            f"Adding {ROWS:,} rows with values and metadata, {A_REQUEST} a request",
            "added",
            "rows/s",
            (ours.added_per_second, peer.added_per_second),
            ADDING_GOAL,
        ),
        _rate(
            "… two clients at once",
            "added_by_two",
            "rows/s",
            (ours.added_per_second_by_two, peer.added_per_second_by_two),
        ),
        Row(
            "… until all is in the index / the first query after it",
            f"{ours.indexed_after_s:.1f} s / {ours.first_query_ms:.1f} ms",
            peer=f"{peer.indexed_after_s:.1f} s / {peer.first_query_ms:.1f} ms",
            numbers={
                "indexed_after_s": ours.indexed_after_s,
                "first_query_ms": ours.first_query_ms,
                "peer_first_query_ms": peer.first_query_ms,
            },
        ),
        _times(f"Query by vector among {ROWS:,}, top {TOP_K}: p50 / p95", "query", ours.query, peer.query, 1.0),
        Row(
            f"… recall@{TOP_K} against exact",
            f"{ours.recall:.3f}",
            goal="≥ the peer's",
            peer=f"{peer.recall:.3f}",
            met=ours.recall >= peer.recall - RECALL_TOLERANCE,
            numbers={"recall": ours.recall, "peer_recall": peer.recall},
        ),
    ]
    rows.append(_processor(ours, peer))
    rows += [row for name in FILTERS for row in _filtered(name, ours, peer)]
    return [
        *rows,
        _rate(
            f"Queries by vector, {SEARCHING_CLIENTS} clients at once",
            "queries",
            "queries/s",
            (ours.queries_per_second, peer.queries_per_second),
            RATE_GOAL,
        ),
        Row(
            "Resident memory of the service without the embedder, idle after the above",
            f"{_total(ours):.0f} MB ({_parts(ours)})",
            peer=f"{_total(peer):.0f} MB",
            ratio=f"{_total(ours) / _total(peer):.2f}",
            numbers={"memory_mb": _total(ours), "peer_memory_mb": _total(peer)},
        ),
    ]


def _processor(ours: Measured, peer: Measured) -> Row:
    """What other processes on the machine disturb least."""
    our_row, peer_row = (1000 * one.cpu_seconds["adding"] / ROWS for one in (ours, peer))
    our_query, peer_query = (1000 * one.cpu_seconds["queries"] / ASKED for one in (ours, peer))
    return Row(
        "… processor time of the service: a row, its index included / a query",
        f"{our_row:.2f} / {our_query:.1f} ms",
        peer=f"{peer_row:.2f} / {peer_query:.1f} ms",
        ratio=f"{our_row / peer_row:.2f} / {our_query / peer_query:.2f}",
        numbers={
            "cpu_row_ms": our_row,
            "cpu_query_ms": our_query,
            "peer_cpu_row_ms": peer_row,
            "peer_cpu_query_ms": peer_query,
        },
    )


def _filtered(name: str, ours: Measured, peer: Measured) -> list[Row]:
    what = f"Filtered query, {FILTERS[name].text}: p50 / p95"
    theirs = peer.filtered[name]
    if name not in ours.filtered:
        return [Row(what, "not built (501)", peer=p50_p95(theirs), met=False if name in GOALS else None)]
    row = _times(what, name, ours.filtered[name], theirs, FILTERED_GOAL if name in GOALS else None)
    if not len(FILTERS[name].rows):
        return [row]
    found, known = ours.filtered_recall[name], peer.filtered_recall[name]
    numbers = {f"{name}_recall": found, f"peer_{name}_recall": known}
    return [row, Row(f"… recall@{TOP_K} against exact", f"{found:.3f}", peer=f"{known:.3f}", numbers=numbers)]


def _times(what: str, name: str, ours: list[float], peer: list[float], times_faster: float | None) -> Row:
    faster = median(peer) / median(ours)
    goal = {None: "", 1.0: "p50 no slower"}.get(times_faster, f"p50 {times_faster} times faster")
    return Row(
        what,
        p50_p95(ours),
        goal=goal.replace(".0 ", " "),
        peer=p50_p95(peer),
        ratio=f"{faster:.2f} times faster" if faster >= 1 else f"{1 / faster:.2f} times slower",
        met=None if times_faster is None else faster >= times_faster,
        numbers={
            f"{name}_p50_ms": median(ours),
            f"{name}_p95_ms": percentile(ours, 0.95),
            f"peer_{name}_p50_ms": median(peer),
            f"peer_{name}_p95_ms": percentile(peer, 0.95),
        },
    )


def _rate(what: str, name: str, unit: str, ours_and_peer: tuple[float, float], times: float | None = None) -> Row:
    ours, peer = ours_and_peer
    return Row(
        what,
        f"{ours:,.0f} {unit}",
        goal="" if times is None else f"≥ {times:g} times the peer's",
        peer=f"{peer:,.0f} {unit}",
        ratio=f"{ours / peer:.2f}",
        met=None if times is None else ours >= times * peer,
        numbers={f"{name}_per_second": ours, f"peer_{name}_per_second": peer},
    )


def _total(measured: Measured) -> float:
    return sum(measured.megabytes.values())


def _parts(measured: Measured) -> str:
    largest_first = sorted(measured.megabytes.items(), key=lambda entry: -entry[1])
    return ", ".join(f"{name} {size:.0f}" for name, size in largest_first)
