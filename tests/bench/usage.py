"""What usage costs: telling it among millions of events, rolling a million up, and writing one."""

from __future__ import annotations

import time
from statistics import median

from shared.db.sql_files import statements
from shared.usage_rollups import ROWS_AT_ONCE
from tests.bench.result import Row, p50_p95, percentile
from tests.bench.target import Target

EVENTS = 500_000
DAYS = 30
# Half of the events are the demo account's, by ten keys at twelve endpoints; the others' are of a thousand accounts.
OTHERS = 1_000
FIRST_OTHER = 2_000_000_000
# What the demo account has done since the last roll-up.
TAIL = 2_000
ROLLED_UP = 1_000_000
WRITTEN = 5_000
CALLS = 60
GOAL_MS = 20.0
PATHS = ("/v1/usage", "/v1/usage/history?days=30", "/v1/usage/history?days=366", "/v1/usage/history?days=30&by=both")

_EVENT = (
    "INSERT INTO usage_events (account_no, occurred_at, key_no, endpoint, env, plan, status, latency_ms, requests,"
    " searches, tokens)"
)
# Roll-ups stand in the order in which they come to be: by time, and then by account.
_FILL = (
    f"""DO $$ DECLARE day date; BEGIN FOR ago IN 0..{DAYS} LOOP
        day := (now() AT TIME ZONE 'UTC')::date - ago;
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS usage_events_%s PARTITION OF usage_events FOR VALUES FROM (%L) TO (%L)',
            to_char(day, 'YYYYMMDD'), day || ' 00:00Z', day + 1 || ' 00:00Z'
        );
    END LOOP; END $$""",
    "ALTER TABLE usage_events DISABLE TRIGGER count_usage",
    f"""{_EVENT}
        SELECT CASE n %% 2 WHEN 0 THEN %(account_no)s ELSE {FIRST_OTHER} + n / 2 %% {OTHERS} END,
               now() - (n::float8 / %(events)s * {DAYS - 1}) * interval '1 day', n / 2 %% 10,
               'POST /v1/' || n / 20 %% 12, 'live', 'free', 200, 1, 1, 1, 10
        FROM generate_series(1, %(events)s) n""",
    "ALTER TABLE usage_events ENABLE TRIGGER count_usage",
    f"""INSERT INTO usage_hours (account_no, hour, env, plan, is_charged, requests, searches, tokens, vector_hours,
                                 is_reported, is_checked)
        SELECT account_no, date_trunc('hour', occurred_at, 'UTC'), env, plan, false, sum(requests), sum(searches),
               sum(tokens), 1000, true, true
        FROM usage_events WHERE account_no = %(account_no)s OR account_no >= {FIRST_OTHER} GROUP BY 1, 2, 3, 4
        ORDER BY 2, 1 ON CONFLICT DO NOTHING""",
    f"""INSERT INTO usage_days
        SELECT account_no, (occurred_at AT TIME ZONE 'UTC')::date, env, plan, endpoint, key_no, sum(requests),
               sum(searches), 0, 0, sum(tokens)
        FROM usage_events WHERE key_no IS NOT NULL AND (account_no = %(account_no)s OR account_no >= {FIRST_OTHER})
        GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 2, 1 ON CONFLICT DO NOTHING""",
    "ANALYZE usage_events, usage_hours, usage_days",
)
_TAIL = """
INSERT INTO usage_tail (account_no, occurred_at, env, plan, is_charged, endpoint, key_no, requests, searches, vectors,
                        embeddings, tokens)
SELECT {account}, now(), 'live', 'free', false, 'POST /v1/' || n / 10 % 12, n % 10, 1, 1, 0, 0, 10
FROM generate_series(1, {count}) n
"""


def measure(target: Target, events: int = EVENTS) -> list[Row]:
    """Fills the database first: events stay."""
    account_no = int(target.ask("SELECT min(account_no) FROM accounts"))
    with target.database() as owner:
        for statement in _FILL:
            params = {"account_no": account_no, "events": events} if "%(" in statement else None
            owner.execute(statement.encode(), params)
    rows = [_told(target, account_no, path, events) for path in PATHS]
    return [*rows, _rolled_up(target), _written(target, account_no)]


def _told(target: Target, account_no: int, path: str, events: int) -> Row:
    took: list[float] = []
    floor: list[float] = []
    with target.client() as client, target.database() as owner:
        for number in range(CALLS + 5):
            if number % 20 == 0:  # the job may have rolled it up meanwhile
                owner.execute("DELETE FROM usage_tail WHERE account_no = %s", (account_no,))
                owner.execute(_TAIL.format(account=account_no, count=TAIL).encode())
            answer = client.call("GET", path)
            answer.json()
            empty = client.call("GET", "/v1/plans")
            if number >= 5:
                took.append(answer.ms)
                floor.append(empty.ms)
            time.sleep(0.06)  # the rate of such calls is limited
    return Row(
        f"GET {path}, {events:,} events and {TAIL:,} to roll up (p50 / p95)",
        p50_p95(took),
        goal=f"p50 < {GOAL_MS:.0f} ms",
        peer=f"GET /v1/plans: {median(floor):.1f} ms",
        ratio=f"{median(took) / median(floor):.1f}",
        met=median(took) < GOAL_MS,
        numbers={"p50_ms": median(took), "p95_ms": percentile(took, 0.95), "events": events},
    )


def _rolled_up(target: Target) -> Row:
    """A million rows of a thousand accounts, which hold twelve endpoints by ten keys each."""
    roll_up = statements("usage_rollups")["roll_up"]
    with target.database() as owner:
        owner.execute(_TAIL.format(account=f"{FIRST_OTHER} + n % {OTHERS}", count=ROLLED_UP).encode())
        owner.execute("ANALYZE usage_tail")
        moved, longest, started = 0, 0.0, time.perf_counter()
        while True:
            began = time.perf_counter()
            row = owner.execute(roll_up, {"limit": ROWS_AT_ONCE}).fetchone()
            longest = max(longest, time.perf_counter() - began)
            moved += row[0] if row else 0
            if row is None or row[0] < ROWS_AT_ONCE:
                break
        seconds = time.perf_counter() - started
    return Row(
        f"Rolling up {moved:,} events of {OTHERS:,} accounts",
        f"{seconds:.1f} s, {moved / seconds:,.0f} events/s; the longest of its statements {longest:.2f} s",
        numbers={"seconds": seconds, "events_per_second": moved / seconds, "longest_s": longest},
    )


def _written(target: Target, account_no: int) -> Row:
    took: dict[str, float] = {}
    loop = f"""DO $$ BEGIN FOR n IN 1..{WRITTEN} LOOP
        {_EVENT} VALUES ({account_no}, clock_timestamp(), 1, 'POST /v1/x', 'live', 'free', 200, 1, 1, 1, 0);
    END LOOP; END $$"""
    with target.database() as owner:
        for state in ("DISABLE", "ENABLE"):
            owner.execute(f"ALTER TABLE usage_events {state} TRIGGER count_usage".encode())
            started = time.perf_counter()
            owner.execute(loop.encode())
            took[state] = (time.perf_counter() - started) / WRITTEN * 1e6
    with_it, without = took["ENABLE"], took["DISABLE"]
    return Row(
        "Writing an event to the log, the tail and where admission sees it",
        f"{with_it:.0f} µs",
        peer=f"to the log alone: {without:.0f} µs",
        ratio=f"{with_it / without:.1f}",
        numbers={"us": with_it, "log_us": without},
    )
