"""Event destinations of API v2: the endpoints that thin events are sent to."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from tests.support.stripe_fake.books import Books, only
from tests.support.stripe_fake.checkout import check_url
from tests.support.stripe_fake.faults import Refusal
from tests.support.stripe_fake.shapes import Object
from tests.support.stripe_fake.webhooks import Webhooks

KIND = "v2.core.event_destination"


class Destinations:
    """The event destinations of an account, all of them webhook endpoints."""

    def __init__(self, books: Books, webhooks: Webhooks) -> None:
        self._books = books
        self._webhooks = webhooks

    def create(
        self,
        *,
        name: str,
        type: str,
        event_payload: str,
        enabled_events: Sequence[str],
        webhook_endpoint: Mapping[str, str] | None = None,
        include: Sequence[str] = (),
        description: str = "",
    ) -> Object:
        """POST /v2/core/event_destinations: answers the secret to who includes it, once."""
        if type != "webhook_endpoint" or event_payload != "thin":
            raise Refusal.of("The fake knows thin events and webhook endpoints only.", param="event_payload")
        only(webhook_endpoint or {}, "url", "webhook_endpoint")
        url = (webhook_endpoint or {}).get("url")
        check_url("webhook_endpoint[url]", url, is_required=True)
        secret = f"whsec_{secrets.token_hex(16)}"
        self._webhooks.add_endpoint(str(url), secret=secret, enabled_events=enabled_events, is_thin=True)
        now = datetime.fromtimestamp(self._books.now(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        destination = self._books.add(KIND, name=name, enabled_events=list(enabled_events), description=description)
        destination |= {"created": now, "updated": now, "webhook_endpoint": {"signing_secret": None, "url": url}}
        return _told(destination, include, secret)

    def list_(self, *, include: Sequence[str] = (), limit: int = 20) -> Object:
        """GET /v2/core/event_destinations: API v2 has pages of its own."""
        rows = list(reversed(self._books.tables[KIND].values()))
        if len(rows) > limit:
            raise Refusal.of("The fake has one page of event destinations only.", param="limit")
        data = [_told(each, include, None) for each in rows]
        return {"data": data, "next_page_url": None, "previous_page_url": None}


def _told(destination: Object, include: Sequence[str], secret: str | None) -> Object:
    """A destination with those fields of its endpoint that were asked for."""
    url = destination["webhook_endpoint"]["url"] if "webhook_endpoint.url" in include else None
    told = secret if "webhook_endpoint.signing_secret" in include else None
    return destination | {"webhook_endpoint": {"signing_secret": told, "url": url}}
