"""GET /ready: 200 when a search would work: the database answers, the embedder is warm."""

from __future__ import annotations

import asyncio

from msgspec import Struct

from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.embedding import embedder
from shared.errors import Detail, InternalError, Unavailable
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler

_PING = Statement(statements("admission")["ping"])


class ReadyResponse(Struct):
    status: str


async def ready(call: Call[NoRequest]) -> ReadyResponse:
    """Asks both dependencies at once; 503, saying which, unless both answer."""
    has_database, has_embedder = await asyncio.gather(_answers(call.database), embedder().is_ready())
    answers = {"database": has_database, "embedder": has_embedder}
    silent = [Detail(name, "does not answer") for name, does_answer in answers.items() if not does_answer]
    if silent:
        raise Unavailable("The service is not ready.", details=silent)
    return ReadyResponse("ready")


async def _answers(database: Database) -> bool:
    try:
        await database.execute(_PING)
    except (Unavailable, InternalError):
        return False
    return True


app = endpoint_app("GET /ready", ready, request=NoRequest, scope=None)
handler = lambda_handler(app)
