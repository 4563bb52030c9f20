"""What limits and metering cost: a request within them, a request that they refuse, and many requests of one account.

The same work runs with and without them on the same database, in turns: without, `reserve_work` is a function that
does nothing, and events are written as they were before there were limits, which is what takes a disk its time.
Processor time is that of all processes of the gateway and of the database, as the kernel counts it.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import psutil
import psycopg

from shared.db.sql_files import statements
from tests.bench.accounts import as_functions
from tests.bench.client import Client
from tests.bench.result import Row, percentile
from tests.bench.target import Target
from tests.support.product import command_lines

ROUNDS = 12
REQUESTS_A_ROUND = 100
REFUSALS = 3_000
SECONDS = 3.0
# A server of `make run` has 64 connections in all.
CLIENTS = 32
WRITERS = 8
ACCOUNTS = 8
GOAL_MS = 1.0
COLLECTION = "bench-limits"

# The same signatures, and nothing done.
_IDLE_BODIES = {
    "reserve_work": "#variable_conflict use_column\nBEGIN wait_s := 0; rate := 1; burst := 1; account_remaining := 1;"
    " account_reset_s := 0; is_near := false; RETURN NEXT; END",
    "record_usage": "BEGIN END",
}
_SET_ACCOUNT = b"SELECT set_config('app.account', %(account_no)s, true)"
Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Account:
    """One with a key whose SHA-256 is of `text`."""

    number: int
    text: str

    @property
    def key_hash(self) -> bytes:
        return hashlib.sha256(self.text.encode()).digest()


def measure(target: Target) -> list[Row]:
    """Plans are as they were, afterwards; accounts stay."""
    with target.database() as owner, _wide_plans(owner):
        accounts = [_account(owner, number) for number in range(ACCOUNTS)]
        rows = [_in_the_database(target, owner, accounts[0]), _whole_searches(target, owner), _refusals(target, owner)]
        rows += [_many_clients(target, accounts[0]), _writers(target, accounts)]
    return rows


def _account(owner: Connection, number: int) -> Account:
    name = f"limits_{number}_{time.time_ns()}"
    account = Account(0, f"key {name}")
    owner.execute(
        "WITH a AS (INSERT INTO accounts (account_id, plan) VALUES ('acc_' || %(name)s, 'scale') RETURNING account_no),"
        " k AS (INSERT INTO api_keys (account_no, key_no, key_id, name, env, prefix, scopes, last_used_at)"
        "  SELECT account_no, nextval('key_numbers'), 'key_' || %(name)s, 'bench', 'live', '12345678',"
        "  '{read,write,admin}', now() FROM a RETURNING account_no, key_no)"
        " INSERT INTO key_hashes SELECT %(key_hash)s, account_no, key_no FROM k",
        {"name": name, "key_hash": account.key_hash},
    )
    row = owner.execute("SELECT account_no FROM key_hashes WHERE key_hash = %s", (account.key_hash,)).fetchone()
    assert row is not None
    return Account(row[0], account.text)


@contextmanager
def _wide_plans(owner: Connection) -> Iterator[None]:
    """Nobody meets a limit."""
    kept = owner.execute("SELECT p::text FROM plans p").fetchall()
    owner.execute(
        "UPDATE plans SET read_rate = 1e6, read_burst = 1e7, write_rate = 1e6, write_burst = 1e7, key_share = 1,"
        " requests_in_flight = 100000, writes_in_flight = 100000"
    )
    try:
        yield
    finally:
        with owner.transaction():
            owner.execute("DELETE FROM plans")
            for (row,) in kept:
                owner.execute("INSERT INTO plans SELECT (%s::plans).*", (row,))


@contextmanager
def _as_before(owner: Connection) -> Iterator[None]:
    """Without limits, and with events that nothing is rolled up from."""
    with _idle(owner, "reserve_work"):
        owner.execute("ALTER TABLE usage_events DISABLE TRIGGER count_usage")
        try:
            yield
        finally:
            owner.execute("ALTER TABLE usage_events ENABLE TRIGGER count_usage")


@contextmanager
def _with_nothing(owner: Connection) -> Iterator[None]:
    """Without limits and without events, which are what a search writes."""
    with _idle(owner, "reserve_work"), _idle(owner, "record_usage"):
        yield


@contextmanager
def _with_all(owner: Connection) -> Iterator[None]:
    """As it is."""
    yield


# By what stands in the table.
_WAYS = {"with": _with_all, "before": _as_before, "nothing": _with_nothing}


@contextmanager
def _idle(owner: Connection, name: str) -> Iterator[None]:
    """The function does nothing."""
    kept = _definition(owner, name)
    head, _, _ = kept.partition("$function$")
    try:
        owner.execute(f"{head}$function$\n{_IDLE_BODIES[name]}\n$function$".encode())
        yield
    finally:
        owner.execute(kept.encode())


def _definition(owner: Connection, name: str) -> str:
    # The newest of a name has the most parameters.
    row = owner.execute(
        "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s ORDER BY pronargs DESC LIMIT 1", (name,)
    ).fetchone()
    assert row is not None
    return str(row[0])


def _asked(account: Account, kind: str, **units: int) -> dict[str, object]:
    asked: dict[str, object] = {"searches": 0, "vectors": 0, "tokens": 0, **units}
    who = {"key_hash": account.key_hash, "session_id": None, "collection": None, "address": None, "tries_per_s": None}
    return {**who, "kind": kind, "cost": 1.0, "takes": True, **asked}


def _event(account: Account, ticket_no: object, **units: int) -> dict[str, object]:
    about = {"account_no": account.number, "request_id": "req_bench", "key_no": None, "endpoint": "POST /bench"}
    of = {"env": "live", "plan": "scale", "status": 200, "latency_ms": 1.0, "ip_address": None, "ticket_no": ticket_no}
    return {**about, **of, "requests": 1, "searches": 0, "vectors": 0, "embeddings": 0, "tokens": 0, **units}


def _work(connection: Connection, account: Account, kind: str, **units: int) -> None:
    """A request as far as limits and metering go: admission, and the event in a transaction of the account."""
    [row] = connection.execute(statements("admission")["admit"], _asked(account, kind, **units), binary=True).fetchall()
    assert row[11] is None, row[11]
    with connection.pipeline():
        connection.execute(_SET_ACCOUNT, {"account_no": str(account.number)})
        connection.execute(statements("usage")["record_usage"], _event(account, row[13], **units))


def _in_the_database(target: Target, owner: Connection, account: Account) -> Row:
    with as_functions(target) as functions:
        functions.execute("SET synchronous_commit = off")
        took = _by_way(owner, lambda: _work(functions, account, "read", searches=1), REQUESTS_A_ROUND)
    return _more("A request's limits and metering, in the database alone, not waiting for its disk (p50 / p95)", took)


def _whole_searches(target: Target, owner: Connection) -> Row:
    query = {"collection": COLLECTION, "vector": [1.0] + [0.0] * 63, "top_k": 10}
    with target.client() as client:
        client.create_collection(COLLECTION, dimension=64)
        records = [{"id": f"r{n}", "values": [float(n % 7), float(n % 11), *[1.0] * 62]} for n in range(1_000)]
        client.post("/v1/vectors/upsert", {"collection": COLLECTION, "vectors": records})
        took = _by_way(owner, lambda: client.post("/v1/vectors/query", query), REQUESTS_A_ROUND)
    return _more("A search by vector over HTTP, with its limits and metering (p50 / p95)", took)


def _by_way(owner: Connection, call: Callable[[], object], times: int) -> dict[str, list[float]]:
    """Milliseconds of the calls by way, in turns."""
    took: dict[str, list[float]] = {name: [] for name in _WAYS}
    for _ in range(ROUNDS):
        for name, way in _WAYS.items():
            with way(owner):
                for _ in range(20):  # functions are planned anew
                    call()
                for _ in range(times):
                    started = time.perf_counter()
                    call()
                    took[name].append((time.perf_counter() - started) * 1000)
    return took


def _more(name: str, took: Mapping[str, list[float]]) -> Row:
    p50 = {way: median(times) for way, times in took.items()}
    more = p50["with"] - p50["before"]
    return Row(
        name,
        f"{p50['with']:.2f} / {percentile(took['with'], 0.95):.2f} ms, so {more:.2f} ms more",
        goal=f"at most {GOAL_MS:.0f} ms more",
        peer=f"with an event alone: {p50['before']:.2f} ms; with nothing to commit: {p50['nothing']:.2f} ms",
        ratio=f"{p50['with'] / p50['before']:.2f}",
        met=more <= GOAL_MS,
        numbers={f"{way}_ms": ms for way, ms in p50.items()},
    )


def _refusals(target: Target, owner: Connection) -> Row:
    query = {"collection": COLLECTION, "vector": [1.0] + [0.0] * 63}
    kept = owner.execute("SELECT read_rate, read_burst FROM plans WHERE plan = 'scale'").fetchone()
    owner.execute("UPDATE plans SET read_rate = 0.02, read_burst = 1")
    try:
        with target.client() as client:
            while client.call("POST", "/v1/vectors/query", query).status == 200:
                pass
            floor = _processor_ms(target, lambda: client.call("GET", "/health"))
            spent = _processor_ms(target, lambda: _refused(client, query))
    finally:
        owner.execute("UPDATE plans SET read_rate = %s, read_burst = %s", kept)
    total = sum(spent.values())
    return Row(
        "Processor time of a refusal (429), gateway and database",
        f"{total:.2f} ms ({', '.join(f'{name} {ms:.2f}' for name, ms in spent.items())})",
        goal="< 1 ms",
        peer=f"GET /health: {sum(floor.values()):.2f} ms",
        ratio=f"{total / sum(floor.values()):.1f}",
        met=total < 1,
        numbers={
            "refusal_ms": total,
            "health_ms": sum(floor.values()),
            **{f"{name}_ms": ms for name, ms in spent.items()},
        },
    )


def _refused(client: Client, query: Mapping[str, object]) -> None:
    answer = client.call("POST", "/v1/vectors/query", query)
    assert answer.status == 429, answer.status


def _processor_ms(target: Target, call: Callable[[], object]) -> dict[str, float]:
    """Milliseconds a call, by part of the product."""
    before = _processor_s(target)
    for _ in range(REFUSALS):
        call()
    after = _processor_s(target)
    return {name: (after[name] - before[name]) * 1000 / REFUSALS for name in after}


def _processor_s(target: Target) -> dict[str, float]:
    spent = {"gateway": 0.0, "database": 0.0}
    for pid in target.product.processes():
        line = command_lines({pid})
        name = "gateway" if "infra.local.gateway" in line else "database" if "postgres" in line else None
        if name is not None:
            times = psutil.Process(pid).cpu_times()
            spent[name] += times.user + times.system
    return spent


def _many_clients(target: Target, account: Account) -> Row:
    rate, taken = _at_once(target, [account] * CLIENTS, "read", searches=1)
    alone, _ = _at_once(target, [account], "read", searches=1)
    return Row(
        f"{CLIENTS} connections that search for one account: admissions and events",
        f"{rate:,.0f} a second, each {median(taken):.1f} ms",
        peer=f"one connection: {alone:,.0f} a second",
        ratio=f"{rate / alone:.2f}",
        numbers={"per_second": rate, "alone_per_second": alone},
    )


def _writers(target: Target, accounts: list[Account]) -> Row:
    one, _ = _at_once(target, accounts[:1] * WRITERS, "write", vectors=1)
    each, _ = _at_once(target, accounts[:WRITERS], "write", vectors=1)
    return Row(
        f"{WRITERS} writers into one account: admissions and events",
        f"{one:,.0f} a second",
        peer=f"into {WRITERS} accounts: {each:,.0f} a second",
        ratio=f"{one / each:.2f}",
        numbers={"one_per_second": one, "many_per_second": each},
    )


def _at_once(target: Target, accounts: list[Account], kind: str, **units: int) -> tuple[float, list[float]]:
    """Requests a second with a connection for each account of the list, and how long each took, in milliseconds."""
    took: list[float] = []
    ends = time.perf_counter() + SECONDS

    def run(account: Account) -> None:
        with as_functions(target) as connection:
            while (started := time.perf_counter()) < ends:
                _work(connection, account, kind, **units)
                took.append((time.perf_counter() - started) * 1000)

    threads = [threading.Thread(target=run, args=(account,)) for account in accounts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(took) / SECONDS, took
