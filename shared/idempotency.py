"""Idempotency keys: the first request with a key does the work, the same one again gets its answer.

A claim is committed before the work, so two at once never both do it. It is held by lease: what a dead process claimed
is free again after that, which is safe because every write is idempotent by its own ids as well. Only the answer of a
request that was done is kept. One that was refused or that failed has left nothing behind that a retry could repeat,
so its key is free at once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

from shared import log
from shared.admission import Principal
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.errors import FluxVectorError, IdempotencyInProgress, ValidationFailed

FIELD = "Idempotency-Key"
# How long an answer is kept.
KEPT = timedelta(hours=24)
# Longer than a request may take (a Lambda's 30 s, and the budgets of all that a request waits for).
LEASE = timedelta(seconds=60)
MAX_ANSWER_BYTES = 64 * 1024

_SQL = statements("idempotency")


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that this request holds, until it has an answer or the lease ends."""

    account_no: int
    env: str
    key_hash: bytes = field(repr=False)
    holder: str

    @property
    def params(self) -> dict[str, object]:
        """As the statements take it."""
        return {"account_no": self.account_no, "env": self.env, "key_hash": self.key_hash, "holder": self.holder}


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What the first request with the key was answered: a status and a JSON body."""

    status: int
    body: bytes = field(repr=False)


async def claim(
    database: Database, principal: Principal, key: str, *, request_hash: bytes, holder: str
) -> Claim | StoredAnswer:
    """Claims a key of the principal's account and environment, in one round trip; or the answer that it has.

    `request_hash` (SHA-256) is of all that makes the request; `holder` is a name that no other request has. Raises
    IdempotencyInProgress while another request holds the key, and ValidationFailed where it belongs to another request.
    """
    mine = Claim(principal.account_no, principal.env, hashlib.sha256(key.encode()).digest(), holder)
    params = mine.params | {"request_hash": request_hash}
    _, rows = await database.transact(
        principal.account_no,
        Statement(_SQL["claim_key"], params | {"lease": LEASE, "kept": KEPT}),
        Statement(_SQL["get_key"], params),
    )
    if not rows:  # released between the two statements
        raise _in_progress()
    is_mine, is_same_request, _, status, body = rows[0]
    if is_mine:
        return mine
    if not is_same_request:
        raise ValidationFailed.of(
            FIELD, "was sent with another request before; a key belongs to one request for 24 hours"
        )
    if status is None:
        raise _in_progress()
    return StoredAnswer(status, body)


async def kept_answer(
    database: Database, principal: Principal, key: str, *, request_hash: bytes
) -> StoredAnswer | None:
    """The answer that the same request had, if it had one; claims nothing. Raises IdempotencyInProgress."""
    whose = Claim(principal.account_no, principal.env, hashlib.sha256(key.encode()).digest(), "")
    [rows] = await database.transact(
        principal.account_no, Statement(_SQL["get_key"], whose.params | {"request_hash": request_hash})
    )
    for _, is_same_request, is_leased, status, body in rows:
        if is_same_request and status is not None:
            return StoredAnswer(status, body)
        if is_same_request and is_leased:
            raise _in_progress()
    return None


async def store_answer(database: Database, mine: Claim, answer: StoredAnswer) -> None:
    """Keeps the answer of a claim's request. The work is done: that the answer could not be kept is no error."""
    params = mine.params | {"status": answer.status, "body": answer.body}
    await _end(database, mine, Statement(_SQL["store_answer"], params))


async def release(database: Database, mine: Claim) -> None:
    """Frees a claim's key, so that the same request can be sent again at once."""
    await _end(database, mine, Statement(_SQL["release_key"], mine.params))


async def delete_old_keys(database: Database, *, limit: int) -> int:
    """Deletes answers that were kept long enough, up to `limit`, of all accounts; answers how many."""
    [(count,)] = await database.execute(Statement(_SQL["delete_old_keys"], {"kept": KEPT, "limit": limit}))
    return int(count)


async def _end(database: Database, mine: Claim, statement: Statement) -> None:
    try:
        await database.transact(mine.account_no, statement)
    except FluxVectorError as error:
        log.event("idempotency_not_ended", code=error.code)  # the lease ends by itself


def _in_progress() -> IdempotencyInProgress:
    return IdempotencyInProgress("A request with this Idempotency-Key is still under way. Please ask again.")
