"""POST /v1/api-keys: make a key. Its text is in this answer and nowhere else, ever."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from shared import clock
from shared.api_keys import create_key, governed
from shared.errors import PermissionDenied, ValidationFailed
from shared.keys import ALL_SCOPES, Env, Scope
from shared.openapi.about import About
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.key_names import KeyName
from shared.web.views import ApiKeyView, CollectionName


class CreateRequest(Struct, forbid_unknown_fields=True):
    name: KeyName
    env: Env | None = None
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=3)] | None = None
    expires_at: datetime | None = None
    collection: CollectionName | None = None


ABOUT = About(
    request={"name": "web shop", "scopes": ["read", "write"]},
    answer={
        "id": "key_8sVtQx7LwZ2b",
        "prefix": "fv_live_3mKp8s",
        "name": "web shop",
        "env": "live",
        "scopes": ["read", "write"],
        "collection": None,
        "created_at": "2026-03-01T09:30:00Z",
        "last_used_at": None,
        "expires_at": None,
        "key": "fv_live_<shown only once>",
        "warning": "Store this key now: it is shown only this once.",
    },
)


async def create(call: Call[CreateRequest]) -> ApiKeyView:
    """Answers the key; without `scopes` it has all that it can have, without `env` it is of the same as who asks.

    A key with `collection` reaches that collection alone, of that name now or later, and cannot have the scope `admin`.
    """
    request = call.request
    env = request.env or call.principal.env
    if env not in governed(call.principal):
        raise PermissionDenied(
            "Confirm your e-mail address first: until then there are test keys only."
            if call.principal.key_no is None
            else "A test key makes test keys only."
        )
    possible = [scope for scope in ALL_SCOPES if scope != "admin" or request.collection is None]
    scopes = request.scopes or possible
    if "admin" in scopes and request.collection is not None:
        raise ValidationFailed.of("scopes", "cannot hold admin for a key of one collection")
    if request.expires_at is not None:
        if fault := clock.fault_of(request.expires_at):
            raise ValidationFailed.of("expires_at", fault)
        if request.expires_at <= clock.now():
            raise ValidationFailed.of("expires_at", "lies in the past")
    key = await create_key(
        call.database,
        call.principal.account_no,
        name=request.name,
        env=env,
        scopes=[scope for scope in possible if scope in scopes],
        expires_at=request.expires_at,
        collection=request.collection,
        maker=call.principal,
        ip_address=call.ip_address,
    )
    return ApiKeyView.of(key)


app = endpoint_app("POST /v1/api-keys", create, request=CreateRequest, scope="admin", about=ABOUT)
handler = lambda_handler(app)
