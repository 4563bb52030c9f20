"""GET /v1/usage: what was used this month, what of it is included, what limits it, and what it costs so far."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from shared.clock import rfc3339
from shared.limits import CONTROL, month_end, month_start
from shared.openapi.about import About
from shared.plans import CURRENCY, PAY_AS_YOU_GO, dollars
from shared.usage_report import Month, read_month
from shared.web.app import Call, NoRequest, endpoint_app, lambda_handler
from shared.web.plan_views import Amount, LimitsView, UnitsView, days_of, limits_of


class UsageLimitsView(LimitsView, kw_only=True):
    """What limits the month as well: null where what is beyond the included units is charged."""

    searches: int | None
    vectors: int | None
    embedding_tokens: int | None


class SpendView(Struct):
    """What the month costs so far, and the most that it may cost (null: no cap).

    That is the plan's fee, and what `charged` exceeds `included` by, at the prices of `GET /v1/plans`. A cap below the
    fee is as one of the fee: what is included works whatever the cap.
    """

    amount: Amount
    currency: str
    cap: Amount | None


class UsageResponse(Struct):
    """The calendar month (UTC) in the environment of the credential.

    `vectors` are vectors written; `vectors_stored` and `collections` are what there is now. `vector_days` adds up what
    was stored: it is looked at once an hour, soon after that began, and what is there then counts for the hour.
    `charged` is what of all this counts against `included` and makes up `spend`: what was used on a plan that is
    charged, so nothing that was used on Free. Test is never charged; both are null there.
    """

    plan: str
    env: str
    period_start: str
    period_end: str
    requests: int
    searches: int
    vectors: int
    embeddings: int
    embedding_tokens: int
    vectors_stored: int
    vector_days: float
    collections: int
    included: UnitsView
    limits: UsageLimitsView
    charged: UnitsView | None
    spend: SpendView | None

    @classmethod
    def of(cls, month: Month, env: str) -> UsageResponse:
        used = month.used
        return cls(
            plan=month.plan.name,
            env=env,
            period_start=rfc3339(month_start(month.as_of)),
            period_end=rfc3339(month_end(month.as_of)),
            requests=used.requests,
            searches=used.searches,
            vectors=used.vectors,
            embeddings=used.embeddings,
            embedding_tokens=used.tokens,
            vectors_stored=month.vectors_stored,
            vector_days=days_of(used.vector_hours) or 0.0,
            collections=month.collections,
            included=UnitsView.of(month.allowance.included),
            limits=_limits(month),
            charged=None if month.charged is None else UnitsView.of(month.charged),
            spend=_spend(month),
        )


def _limits(month: Month) -> UsageLimitsView:
    included = month.allowance.included
    is_limited = not month.allowance.is_charged
    limits: dict[str, Any] = {
        name: getattr(limits_of(month.allowance), name) for name in LimitsView.__struct_fields__
    } | {
        # Of live and test together, whatever the environment.
        "vectors_stored": month.plan.limits.vectors_stored,
        "collections": month.plan.limits.collections,
    }
    return UsageLimitsView(
        **limits,
        searches=included.searches if is_limited else None,
        vectors=included.vectors if is_limited else None,
        embedding_tokens=included.tokens if is_limited else None,
    )


def _spend(month: Month) -> SpendView | None:
    if month.spent is None:
        return None
    return SpendView(dollars(month.spent), CURRENCY, None if month.cap is None else dollars(month.cap))


ABOUT = About(
    answer={
        "plan": "pay_as_you_go",
        "env": "live",
        "period_start": "2026-03-01T00:00:00Z",
        "period_end": "2026-04-01T00:00:00Z",
        "requests": 21_500,
        "searches": 20_000,
        "vectors": 100_000,
        "embeddings": 120_000,
        "embedding_tokens": 9_000_000,
        "vectors_stored": 100_000,
        "vector_days": 1_000_000.0,
        "collections": 3,
        "included": msgspec.to_builtins(UnitsView.of(PAY_AS_YOU_GO.included)),
        "limits": {
            **msgspec.to_builtins(limits_of(PAY_AS_YOU_GO)),
            "searches": None,
            "vectors": None,
            "embedding_tokens": None,
        },
        "charged": {"searches": 20_000, "vectors": 100_000, "embedding_tokens": 9_000_000, "vector_days": 1_000_000.0},
        "spend": {"amount": "0.42", "currency": "usd", "cap": "50.00"},
    },
)


async def get(call: Call[NoRequest]) -> UsageResponse:
    """Exact at any moment: a call counts as soon as it is answered. Not for keys of one collection."""
    call.principal.require_whole_account()
    return UsageResponse.of(await read_month(call.database, call.principal), call.principal.env)


app = endpoint_app("GET /v1/usage", get, request=NoRequest, scope="read", about=ABOUT, asks=CONTROL)
handler = lambda_handler(app)
