"""A socket between a client and PostgreSQL that counts round trips."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo


@dataclass(slots=True)
class RoundTrips:
    """How often the client spoke after the server had: `count`. `url` goes through the proxy."""

    url: str
    count: int = 0


@asynccontextmanager
async def counted(database_url: str, folder: Path) -> AsyncIterator[RoundTrips]:
    """A proxy to the database behind `database_url`, a URL by Unix socket."""
    parts = conninfo_to_dict(database_url)
    port = parts.get("port") or "5432"
    target = f"{parts['host']}/.s.PGSQL.{port}"
    trips = RoundTrips(make_conninfo(database_url, host=str(folder)))
    tasks: set[asyncio.Task[None]] = set()
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_unix_connection(target)
        writers.extend((writer, server_writer))
        last = "server"

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, side: str) -> None:
            nonlocal last
            while data := await source.read(1 << 16):
                if side == "client" and last == "server":
                    trips.count += 1
                last = side
                sink.write(data)
                await sink.drain()
            sink.close()

        for pumping in (pump(reader, server_writer, "client"), pump(server_reader, writer, "server")):
            task = asyncio.create_task(pumping)
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    server = await asyncio.start_unix_server(serve, folder / f".s.PGSQL.{port}")
    try:
        yield trips
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in writers:
            writer.close()
        await asyncio.gather(*[writer.wait_closed() for writer in writers], return_exceptions=True)
