"""The header Idempotency-Key, on the calls that honour it.

Two requests are the same where method, path, query string and body are, byte for byte.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Message, Receive, Scope

from shared.admission import CollectionRef, Principal
from shared.db.connection import Database
from shared.errors import ValidationFailed
from shared.idempotency import FIELD, MAX_ANSWER_BYTES, StoredAnswer, claim, kept_answer, release, store_answer

REPLAYED = "Idempotency-Replayed"
_KEY = re.compile(r"[!-~]{1,255}")
_JSON = "application/json"


class KeyedRequest:
    """A request that carries a key, on its way in: what it consists of is hashed as it is read."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._keys = Headers(scope=scope).getlist(FIELD)
        self._receive = receive
        self._hash = hashlib.sha256()
        for part in (scope["method"].encode(), scope["path"].encode(), scope.get("query_string", b"")):
            self._hash.update(len(part).to_bytes(4) + part)

    @classmethod
    def of(cls, scope: Scope, receive: Receive) -> KeyedRequest | None:
        """None where there is no key."""
        return cls(scope, receive) if FIELD in Headers(scope=scope) else None

    async def receive(self) -> Message:
        """The ASGI callable to read the request by."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._hash.update(message.get("body", b""))
        return message

    @property
    def _is_well_formed(self) -> bool:
        return len(self._keys) == 1 and _KEY.fullmatch(self._keys[0]) is not None

    def is_about(self, collection: CollectionRef | None) -> None:
        """The same request about a collection that was deleted and made again is another one."""
        self._hash.update(b"" if collection is None else str(collection.collection_no).encode())

    async def kept_answer(self, database: Database, principal: Principal) -> Response | None:
        """What the same request was answered before, if it was; the body must have been read by now."""
        if not self._is_well_formed:
            return None
        kept = await kept_answer(database, principal, self._keys[0], request_hash=self._hash.digest())
        return None if kept is None else _replayed(kept)

    async def answer_once(
        self, database: Database, principal: Principal, request_id: str, answer: Callable[[], Awaitable[Response]]
    ) -> Response:
        """What `answer` answers, or answered before; the body must have been read by now.

        Raises ValidationFailed where the key has not its form or belongs to another request, IdempotencyInProgress
        while the first request with it is under way, and whatever `answer` raises.
        """
        if not self._is_well_formed:
            raise ValidationFailed.of(FIELD, "is not 1 to 255 visible ASCII characters, sent once")
        claimed = await claim(database, principal, self._keys[0], request_hash=self._hash.digest(), holder=request_id)
        if isinstance(claimed, StoredAnswer):
            return _replayed(claimed)
        try:
            response = await answer()
        except BaseException:  # also where the caller left: he will come back with the same key
            await release(database, claimed)
            raise
        if (stored := _to_be_stored(response)) is not None:
            await store_answer(database, claimed, stored)
        else:
            await release(database, claimed)
        return response


def _replayed(kept: StoredAnswer) -> Response:
    return Response(kept.body, kept.status, {REPLAYED: "true"}, _JSON)


def _to_be_stored(response: Response) -> StoredAnswer | None:
    """The answer, if it is one to keep: of work that was done, in JSON, of a bounded size."""
    body = getattr(response, "body", None)  # a stream has none
    if not (isinstance(body, bytes) and len(body) <= MAX_ANSWER_BYTES):
        return None
    if not 200 <= response.status_code < 300 or response.media_type != _JSON:
        return None
    return StoredAnswer(response.status_code, body)
