"""What is held about an account, as it is handed out: one shape of line for each kind of thing, told apart by `type`.

Never in them: hashes (of passwords, keys, tokens), and what is worked out from the rest (words of texts, indexes).
Times are RFC 3339 in UTC.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from shared.portable import PortableVector


class AccountLine(Struct, tag_field="type", tag="account"):
    """The account; `spending_cap` is in nano-dollars (1e-9 $), `exported_at` is when this export began."""

    id: str
    plan: str
    status: str
    created_at: str
    stripe_customer_id: str | None
    subscription_status: str | None
    spending_cap: int | None
    payment_overdue_since: str | None
    exported_at: str


class UserLine(Struct, tag_field="type", tag="user"):
    """Who signs in; `accepted_policy` is the version of the privacy policy that was accepted at `accepted_at`."""

    id: str
    email: str | None
    role: str
    created_at: str
    confirmed_at: str | None
    password_changed_at: str
    accepted_policy: str | None
    accepted_at: str | None


class SessionLine(Struct, tag_field="type", tag="session"):
    """A session; `authenticated_at` is when the password was given last."""

    id: str
    user_id: str | None
    created_at: str
    last_used_at: str
    authenticated_at: str
    expires_at: str
    ip_address: str | None


class ApiKeyLine(Struct, tag_field="type", tag="api_key"):
    """What is known of a key; the key itself is not kept."""

    id: str
    prefix: str
    name: str
    env: str
    scopes: list[str]
    collection: str | None
    created_at: str
    last_used_at: str | None
    expires_at: str | None


class ActivityLine(Struct, tag_field="type", tag="activity"):
    """A sign-in, or an event of a key or a password."""

    occurred_at: str
    kind: str
    user_id: str | None
    session_id: str | None
    key_id: str | None
    ip_address: str | None


class CollectionLine(Struct, tag_field="type", tag="collection"):
    """A collection and its settings; `k1` and `b` are BM25's."""

    env: str
    name: str
    dimension: int
    metric: str
    description: str | None
    language: str | None
    k1: float
    b: float
    model: str | None
    model_revision: str | None
    vectors_count: int
    pending_count: int
    created_at: str
    updated_at: str


class VectorLine(PortableVector, tag_field="type", tag="vector", kw_only=True):
    """A vector as `GET /v1/vectors/export` tells it, and where it is."""

    env: str
    collection: str


class UsageEventLine(Struct, tag_field="type", tag="usage_event"):
    """A piece of metered work; `key_id` is null where no key asked for it, or the key is gone."""

    occurred_at: str
    request_id: str | None
    key_id: str | None
    endpoint: str
    env: str
    plan: str
    status: int
    latency_ms: float
    ip_address: str | None
    requests: int
    searches: int
    vectors: int
    embeddings: int
    tokens: int


class UsageHourLine(Struct, tag_field="type", tag="usage_hour"):
    """What was used in an hour; `vector_hours` are the stored vectors that were counted for it, null for none."""

    hour: str
    env: str
    plan: str
    is_charged: bool
    requests: int
    searches: int
    vectors: int
    embeddings: int
    tokens: int
    vector_hours: int | None


class UsageDayLine(Struct, tag_field="type", tag="usage_day"):
    """What was used in a day (UTC) by a key at an endpoint; `key_id` as in the lines of events."""

    day: str
    env: str
    plan: str
    endpoint: str
    key_id: str | None
    requests: int
    searches: int
    vectors: int
    embeddings: int
    tokens: int


class QuotaNoticeLine(Struct, tag_field="type", tag="quota_notice"):
    """A mail that told how much of a month's quota (`most` is in units) or cap (in nano-dollars) was used."""

    month: str
    unit: str
    most: int
    percent: int


class IdempotencyKeyLine(Struct, tag_field="type", tag="idempotency_key"):
    """A request that carried an Idempotency-Key, and the answer that is kept for a day; the key itself is not."""

    env: str
    request_id: str
    claimed_at: str
    leased_until: str
    status: int | None
    answer: Any


class PendingEmailLine(Struct, tag_field="type", tag="pending_email"):
    """Mail that waits to be sent; without `to_email` it goes to the user's address. `params` is what its text names."""

    user_id: str | None
    kind: str
    to_email: str | None
    params: Any
    created_at: str
    ready_at: str
    attempts: int


class OneTimeLinkLine(Struct, tag_field="type", tag="one_time_link"):
    """A link that was mailed and not used yet; `new_email` is the address that a change is about."""

    user_id: str | None
    purpose: str
    new_email: str | None
    created_at: str
    expires_at: str


class NoticeLine(Struct, tag_field="type", tag="notice"):
    """What the user was told of: `about` is the version of a changed policy, or the number of a breach."""

    user_id: str | None
    kind: str
    about: str
    noted_at: str


Line = (
    AccountLine
    | UserLine
    | SessionLine
    | ApiKeyLine
    | ActivityLine
    | CollectionLine
    | VectorLine
    | UsageEventLine
    | UsageHourLine
    | UsageDayLine
    | QuotaNoticeLine
    | IdempotencyKeyLine
    | PendingEmailLine
    | OneTimeLinkLine
    | NoticeLine
)
"""One line of an export, whatever it is about."""
