"""GET /v1/plans: what plans there are, what they cost, include and limit."""

from __future__ import annotations

from functools import cache

import msgspec
from msgspec import Struct
from starlette.responses import Response

from shared.openapi.about import JSON, About
from shared.plans import PAY_AS_YOU_GO, PLANS
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler
from shared.web.plan_views import PlanView

CACHE_CONTROL = "public, max-age=3600"


class PlansResponse(Struct):
    data: list[PlanView]


ABOUT = About(
    answer=msgspec.to_builtins(PlansResponse([PlanView.of(PAY_AS_YOU_GO)])),
    answer_shape=PlansResponse,
)


async def plans(call: Call[NoRequest]) -> Response:
    """Needs no credential. Prices are in US dollars, net of tax; months are calendar months in UTC."""
    return Response(_encoded(), media_type=JSON, headers={"Cache-Control": CACHE_CONTROL})


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(PlansResponse([PlanView.of(plan) for plan in PLANS.values()]))


app = endpoint_app("GET /v1/plans", plans, request=NoRequest, scope=None, about=ABOUT)
handler = lambda_handler(app)
