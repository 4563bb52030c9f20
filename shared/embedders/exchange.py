"""One HTTP request to one embedder, within a deadline."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping

import httpcore2

from shared.deadline import Deadline
from shared.embedders.answer import SMALL_BYTES, UNREACHABLE, Answer
from shared.embedders.endpoint import Endpoint
from shared.errors import Unavailable

# One embedder run is short; a connection that cannot be opened at once is to a dead one.
CONNECT_TIMEOUT_S = 2.0
# The embedder (granian) closes what was idle for 30 s; no request must meet a connection that is just being closed.
KEEPALIVE_S = 25.0
# What the answer's way takes: the embedder is told to be done by then, so that its own word arrives, not our timeout.
TRANSFER_S = 0.25
# With less left nothing is asked.
LEAST_S = 0.01
# Less than this was given to it: that no answer came in time tells nothing about an embedder.
FAIR_S = 1.0


class Unreachable(Exception):
    """No answer came. `begun` tells whether the embedder may have begun: then the request is not sent again."""

    def __init__(self, cause: BaseException, *, begun: bool) -> None:
        super().__init__(type(cause).__name__)
        self.begun = begun


class Exchange:
    """HTTP with the embedders: connections that are kept, the credential, the timeouts."""

    def __init__(self, *, token: str, ssl_context: ssl.SSLContext | None = None) -> None:
        self._authorization: dict[bytes | str, bytes | str] = {"Authorization": f"Bearer {token}"} if token else {}
        # Endpoints bound their own requests. Nothing is retried here: only the caller knows another address.
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=ssl_context, max_connections=None, keepalive_expiry=KEEPALIVE_S, retries=0
        )

    def __repr__(self) -> str:
        return "Exchange()"  # it holds the token

    async def close(self) -> None:
        """Closes the connections."""
        await self._pool.aclose()

    async def request(
        self,
        endpoint: Endpoint,
        method: str,
        path: str,
        *,
        deadline: Deadline,
        headers: Mapping[bytes | str, bytes | str] | None = None,
        content: bytes | None = None,
        ok_bytes: int = SMALL_BYTES,
    ) -> Answer:
        """The answer, whatever its status; one of 200 has at most `ok_bytes`.

        Raises Unreachable, Unusable where it is larger, or Unavailable where there was no time for one.
        """
        left = deadline.remaining_s
        if left < LEAST_S:
            raise Unavailable("There was no time left to embed. Please try again.")
        serving_s = left - min(TRANSFER_S, left / 4)
        try:
            async with asyncio.timeout(left):
                async with self._pool.stream(
                    method,
                    endpoint.url_of(path),
                    headers={
                        "Host": endpoint.host_header,
                        "X-Deadline-Ms": str(max(int(serving_s * 1000), 1)),
                        **self._authorization,
                        **(headers or {}),
                    },
                    content=content,
                    extensions={
                        "timeout": {"connect": min(CONNECT_TIMEOUT_S, left)},
                        "sni_hostname": endpoint.server_name,
                    },
                ) as response:
                    return await Answer.of(response, ok_bytes=ok_bytes)
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
            raise Unreachable(error, begun=False) from None
        except TimeoutError as error:
            if left < FAIR_S:
                raise Unavailable(UNREACHABLE) from None
            raise Unreachable(error, begun=True) from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError) as error:
            raise Unreachable(error, begun=True) from None
