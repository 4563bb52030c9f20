"""PostgreSQL by TLS: the embedded server has no OpenSSL, so one that ends TLS stands before it, as poolers do."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from psycopg.conninfo import conninfo_to_dict

from infra.local.certificate import Certificate

# https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-SSLREQUEST
SSL_REQUEST = bytes.fromhex("0000000804d2162f")
_TLS = b"S"


@dataclass(slots=True)
class TlsDatabase:
    """Where it listens on 127.0.0.1, and what came of the connections: how many were opened, how many spoke TLS.

    `plain` is what clients sent that did not ask for TLS first.
    """

    port: int
    opened: int = 0
    encrypted: int = 0
    plain: bytes = b""


@asynccontextmanager
async def tls_before(database_url: str, certificate: Certificate) -> AsyncIterator[TlsDatabase]:
    """A server that speaks TLS for the database behind `database_url`, a URL by Unix socket."""
    parts = conninfo_to_dict(database_url)
    target = f"{parts['host']}/.s.PGSQL.{parts.get('port') or '5432'}"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    made = TlsDatabase(0)
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())  # type: ignore[arg-type]  # a handler is a task
        made.opened += 1
        try:
            asked = await reader.read(len(SSL_REQUEST))
            if asked != SSL_REQUEST:
                made.plain += asked
                return
            writer.write(_TLS)
            await writer.start_tls(context)
            made.encrypted += 1
            server_reader, server_writer = await asyncio.open_unix_connection(target)
            try:
                await asyncio.wait(
                    {
                        asyncio.create_task(_pump(reader, server_writer)),
                        asyncio.create_task(_pump(server_reader, writer)),
                    },
                    return_when=asyncio.ALL_COMPLETED,
                )
            finally:
                server_writer.close()
        except OSError:  # ssl.SSLError is one: the client did not trust us
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await asyncio.wait(tasks, timeout=5) if tasks else None


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(1 << 16):
            sink.write(data)
            await sink.drain()
    except OSError:
        pass
    finally:
        sink.close()
