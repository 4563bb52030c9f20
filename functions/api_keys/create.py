"""POST /v1/api-keys: make a key. Its text is in this answer and nowhere else, ever."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from shared import clock
from shared.api_keys import create_key
from shared.errors import ValidationFailed
from shared.keys import ALL_SCOPES, Env, Scope
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.key_names import KeyName
from shared.web.views import ApiKeyView


class CreateRequest(Struct, forbid_unknown_fields=True):
    name: KeyName
    env: Env = "live"
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=3)] | None = None
    expires_at: datetime | None = None


async def create(call: Call[CreateRequest]) -> ApiKeyView:
    """Answers the key; without `scopes` it has them all."""
    request = call.request
    if request.expires_at is not None and (request.expires_at.tzinfo is None or request.expires_at <= clock.now()):
        raise ValidationFailed.of("expires_at", "is not a moment in the future with a time zone")
    key = await create_key(
        call.database,
        call.principal.account_no,
        name=request.name,
        env=request.env,
        scopes=sorted(set(request.scopes or ALL_SCOPES)),
        expires_at=request.expires_at,
    )
    return ApiKeyView.of(key)


app = endpoint_app("POST /v1/api-keys", create, request=CreateRequest, scope="admin")
handler = lambda_handler(app)
