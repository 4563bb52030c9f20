"""HTTP with Stripe for the `stripe` package, by the client that asks the embedder; each request has one deadline."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping

import httpcore2
import stripe

# Opening a connection takes much less where there is anything to connect to.
CONNECT_TIMEOUT_S = 5.0


class Transport(stripe.HTTPClient):
    """Connections that are kept until `close_async`. Nothing is sent twice: only the caller knows whether it may be."""

    name = "httpcore2"

    def __init__(self, *, timeout_s: float, connections: int) -> None:
        super().__init__()
        self._timeout_s = timeout_s
        # The package's own certificates, as its own clients do: a slim image has none.
        context = ssl.create_default_context(cafile=stripe.ca_bundle_path)
        self._pool = httpcore2.AsyncConnectionPool(ssl_context=context, max_connections=connections, retries=0)

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | None = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Body, status and headers (names in lower case). Raises stripe.APIConnectionError where no answer came."""
        try:
            async with asyncio.timeout(self._timeout_s):
                response = await self._pool.request(
                    method.upper(),
                    url,
                    headers=list(headers.items()),
                    content=(post_data or "").encode() if method == "post" else None,
                    extensions={"timeout": {"connect": min(CONNECT_TIMEOUT_S, self._timeout_s)}},
                )
        # Of an exception only the type is told: what is sent holds the key.
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException, OSError) as error:
            raise stripe.APIConnectionError(type(error).__name__) from None  # type: ignore[no-untyped-call]
        answered = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        return response.content, response.status, answered

    async def close_async(self) -> None:
        """Closes the connections."""
        await self._pool.aclose()
