"""GET /ready: 200 when a search would work: the database answers, an embedder is warm and serves the model."""

from __future__ import annotations

import asyncio

from msgspec import Struct

from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.embedding import embedder
from shared.errors import Detail, InternalError, Unavailable
from shared.openapi.about import About
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler

_PING = Statement(statements("admission")["ping"])


class ReadyResponse(Struct):
    status: str


ABOUT = About(
    answer={"status": "ready"},
    errors=(Unavailable,),
)


async def ready(call: Call[NoRequest]) -> ReadyResponse:
    """Asks both dependencies at once; 503, saying which and why, unless both would do."""
    of_database, of_embedder = await asyncio.gather(_fault_of(call.database), embedder().fault())
    faults = {"database": of_database, "embedder": of_embedder}
    details = [Detail(name, fault) for name, fault in faults.items() if fault is not None]
    if details:
        raise Unavailable("The service is not ready.", details=details)
    return ReadyResponse("ready")


async def _fault_of(database: Database) -> str | None:
    try:
        await database.execute(_PING)
    except (Unavailable, InternalError):
        return "does not answer"
    return None


app = endpoint_app("GET /ready", ready, request=NoRequest, scope=None, about=ABOUT, limited=False)
handler = lambda_handler(app)
