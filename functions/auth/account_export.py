"""GET /v1/auth/account/export: everything held about the account, page by page."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct
from starlette.responses import Response

from shared.account_export.lines import Line
from shared.account_export.page import export_account
from shared.export import MAX_LINES
from shared.openapi.about import JSON, About
from shared.web.app import Call, endpoint_app, lambda_handler
from shared.web.lines import NDJSON


class AccountExportRequest(Struct, forbid_unknown_fields=True):
    format: Annotated[
        Literal["ndjson", "json"],
        Meta(
            description="`ndjson` is an object a line, `json` is `{data, has_more, next_cursor}` of the same objects."
        ),
    ] = "ndjson"
    limit: Annotated[int, Meta(ge=1, le=MAX_LINES)] = MAX_LINES
    cursor: str = ""


ABOUT = About(
    request={"limit": 1000},
    answer=(
        '{"type":"account","id":"acc_7d3k","plan":"free","status":"active","created_at":"2026-03-01T09:30:00Z",'
        '"stripe_customer_id":null,"subscription_status":null,"spending_cap":null,"payment_overdue_since":null,'
        '"exported_at":"2026-04-01T12:00:00Z"}\n'
        '{"type":"user","id":"usr_7d3k","email":"you@example.com","role":"owner","created_at":"2026-03-01T09:30:00Z",'
        '"confirmed_at":"2026-03-01T09:31:00Z","password_changed_at":"2026-03-01T09:30:00Z",'
        '"accepted_policy":null,"accepted_at":null}\n'
        '{"type":"vector","env":"live","collection":"articles","namespace":"","id":"a-17",'
        '"text":"A cat sleeps on the sofa.","values":[0.25,-0.5,1e-05],"embedding":null,"model":null,'
        '"embedded_sha256":null,"metadata":{"topic":"pets"},"pending":false,"expires_at":null,'
        '"created_at":"2026-03-01T09:30:00Z","updated_at":"2026-03-01T09:30:00Z"}\n'
    ),
    answer_type=NDJSON,
    also_answers=(JSON,),
    answer_shape=Line,  # type: ignore[arg-type]  # a union is a type to msgspec, not to mypy
)


async def account_export(call: Call[AccountExportRequest]) -> Response:
    """One object a line, each with its `type`; the last line is `{"next_cursor": …}`, null at the end.

    In this order: account, user, session, api_key, activity, collection, vector, usage_event, idempotency_key,
    pending_email, one_time_link, notice; of the live and the test environment. Passwords, keys and tokens are not kept,
    and their hashes are not handed out. Vectors are as `GET /v1/vectors/export` tells them. A page has at most 4 MB,
    and may have few lines or none without being the last. Events after the first page are left out. It costs nothing.
    """
    request = call.request
    page = await export_account(
        call.database,
        call.principal.account_no,
        cursor=request.cursor,
        limit=request.limit,
        max_bytes=call.settings.max_body_bytes,
    )
    if request.format == "json":
        return Response(page.as_json(), media_type=JSON)
    return Response(page.as_lines(), media_type=NDJSON)


app = endpoint_app(
    "GET /v1/auth/account/export", account_export, request=AccountExportRequest, scope="session", about=ABOUT
)
handler = lambda_handler(app)
