"""What happened in the Stripe account: its list of events, invoices as they are now, and reports of its meters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import stripe as package

from shared.billing.answers import answered
from shared.billing.calls.subscriptions import PAGE
from shared.billing.event_types import METER_ERRORS, TYPES
from shared.billing.faults import StripeMissing
from shared.billing.objects import Happening, Invoice


class Happenings:
    """Calls about what happened. All raise StripeFault."""

    def __init__(self, client: package.StripeClient) -> None:
        self._client = client

    async def events_since(self, since: datetime) -> AsyncIterator[list[Happening]]:
        """Pages of what happened since then, the newest first; Stripe lists 30 days."""
        params: package.params.EventListParams = {
            "created": {"gte": int(since.timestamp())},
            "types": list(TYPES),
            "limit": PAGE,
        }
        while True:
            page = await answered(self._client.v1.events.list_async(params))
            yield [happening for event in page.data if (happening := _happening(event)) is not None]
            if not page.has_more:
                return
            params["starting_after"] = page.data[-1].id

    async def invoice_of(self, invoice_id: str) -> Invoice | None:
        """An invoice; None where there is none."""
        try:
            found = await answered(self._client.v1.invoices.retrieve_async(invoice_id))
        except StripeMissing:
            return None
        lines = [line.period for line in found.lines.data]
        starts = [found.period_start, *(line.start for line in lines)]
        ends = [found.period_end, *(line.end for line in lines)]
        return Invoice(
            _id(found.customer),
            found.status,
            found.number,
            found.amount_paid,
            found.currency,
            _day(min(starts)),
            _day(max(ends)),
        )

    async def customer_of_subscription(self, subscription_id: str) -> str | None:
        """Whose a subscription is; None where there is none."""
        try:
            found = await answered(self._client.v1.subscriptions.retrieve_async(subscription_id))
        except StripeMissing:
            return None
        return _id(found.customer)

    async def customer_of_checkout(self, session_id: str) -> str | None:
        """Whose a checkout was; None where there is none."""
        try:
            found = await answered(self._client.v1.checkout.sessions.retrieve_async(session_id))
        except StripeMissing:
            return None
        return _id(found.customer)

    async def meter_errors(self, raw: bytes, signature: str, secret: str) -> tuple[str, dict[str, int]] | None:
        """What a report of a meter says: the meter's event name, and errors by code. None for any other event.

        `raw` is the event as it was sent, whose signature the caller has found to be of this secret.
        """
        notification: Any = self._client.parse_event_notification(raw, signature, secret)
        if notification.type != METER_ERRORS:
            return None
        # notification.fetch_event_async() of the package sends a parameter that Stripe refuses (`usage`).
        event: Any = await answered(self._client.v2.core.events.retrieve_async(notification.id))
        meter: Any = await answered(self._client.v1.billing.meters.retrieve_async(notification.related_object.id))
        return meter.event_name, {each.code: each.error_count for each in event.data.reason.error_types}


def _happening(event: package.Event) -> Happening | None:
    """What is kept of an event; None of one that is about nothing that could be fetched."""
    object_id = getattr(event.data.object, "id", None)
    if not isinstance(object_id, str) or not object_id:
        return None
    return Happening(event.id, event.type, object_id, datetime.fromtimestamp(event.created, UTC))


def _id(of: str | package.StripeObject | None) -> str | None:
    return of if of is None or isinstance(of, str) else str(of["id"])


def _day(moment: int) -> date:
    return datetime.fromtimestamp(moment, UTC).date()
