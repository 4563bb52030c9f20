"""Webhooks: signed, sent over HTTP, again until they are taken, and in whatever order and number a test asks for."""

from __future__ import annotations

import json
import random
import secrets
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpcore2
from stripe import WebhookSignature

from tests.support.stripe_fake.books import Books, merged_metadata
from tests.support.stripe_fake.lists import page_of
from tests.support.stripe_fake.shapes import Object

# What is sent to an endpoint of thin events does not hold these.
THICK = ("data", "changes", "snapshot_event")
TIMEOUT_S = 10.0
# Seconds before the next try in automatic mode, by the number of tries; Stripe takes hours, and gives up as well.
WAITS_S = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0)


@dataclass(slots=True)
class Delivery:
    """An event on its way to an endpoint."""

    event_id: str
    endpoint_id: str
    tries: int = 0
    not_before: float = 0.0


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery that was tried: 0 where nobody answered."""

    event_id: str
    type: str
    endpoint_id: str
    status: int


class Webhooks:
    """The webhook endpoints of an account, what waits for them, and what was sent to them."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._secrets: dict[str, list[str]] = {}
        self._thin: set[str] = set()
        self._seen = {"event": 0, "v2.core.event": 0}
        self.waiting: list[Delivery] = []
        self.sent: list[Sent] = []

    # What calls do

    def create(
        self,
        *,
        url: str,
        enabled_events: Sequence[str],
        api_version: str | None = None,
        description: str | None = None,
        metadata: Any = "",
    ) -> Object:
        """POST /v1/webhook_endpoints: answers the secret, once."""
        endpoint = self._books.add("webhook_endpoint", url=url, enabled_events=list(enabled_events))
        endpoint |= {"api_version": api_version, "description": description, "metadata": merged_metadata({}, metadata)}
        secret = f"whsec_{secrets.token_hex(16)}"
        self._secrets[endpoint["id"]] = [secret]
        return endpoint | {"secret": secret}

    def list_(self, **page: Any) -> Object:
        """GET /v1/webhook_endpoints"""
        rows = self._books.tables["webhook_endpoint"]
        return page_of("/v1/webhook_endpoints", rows, lambda each: each["id"] not in self._thin, **page)

    # What a test sets up

    def add_endpoint(
        self, url: str, *, secret: str, enabled_events: Sequence[str] = ("*",), is_thin: bool = False
    ) -> str:
        """An endpoint with a secret that is known; `is_thin` is one of API v2. Answers its id."""
        endpoint_id = str(self.create(url=url, enabled_events=enabled_events)["id"])
        self._secrets[endpoint_id] = [secret]
        if is_thin:
            self._thin.add(endpoint_id)
        return endpoint_id

    def rotate(self, endpoint_id: str, secret: str) -> None:
        """Signs with a new secret and with the one before it, as Stripe does for up to a day."""
        self._secrets[endpoint_id] = [secret, self._secrets[endpoint_id][0]]

    def forget_old_secrets(self, endpoint_id: str) -> None:
        """Ends a rotation."""
        del self._secrets[endpoint_id][1:]

    def forget_endpoints(self) -> None:
        """Takes all endpoints away, with what waits for them."""
        self.collect()
        self._secrets.clear()
        self._thin.clear()
        for kind in ("webhook_endpoint", "v2.core.event_destination"):
            self._books.tables[kind].clear()
        self.waiting = []

    # Deliveries

    def collect(self) -> list[Delivery]:
        """All that waits, in the order in which it happened."""
        for table, seen in self._seen.items():
            events = list(self._books.tables[table].values())
            for event in events[seen:]:
                ids = [each for each in self._secrets if self._is_for(each, event, is_thin=table != "event")]
                self.waiting += [Delivery(event["id"], endpoint_id) for endpoint_id in ids]
                if "pending_webhooks" in event:
                    event["pending_webhooks"] = len(ids)
            self._seen[table] = len(events)
        return self.waiting

    async def deliver_all(
        self, *, shuffled_by: int | None = None, twice: bool = False, dropped: float = 0.0, seed: int = 0
    ) -> list[Sent]:
        """Sends what waits, and what comes meanwhile; answers each try.

        `shuffled_by` seeds a shuffle; `twice` sends each twice, shuffled as well; `dropped` is the share, drawn by
        `seed`, that is lost for good. What is not taken waits on, for the next time.
        """
        chance = random.Random(seed)
        tried: list[Sent] = []
        while batch := [each for each in self.collect() if each.tries == 0] or (not tried and list(self.waiting)):
            self.waiting = [each for each in self.waiting if each not in batch]
            kept = [each for each in batch if chance.random() >= dropped]
            order = [each for each in kept for _ in range(2 if twice else 1)]
            if shuffled_by is not None:
                random.Random(shuffled_by).shuffle(order)
            missed: list[Delivery] = []
            for delivery in order:
                tried.append(await self.send(delivery))
                if not 200 <= tried[-1].status < 300 and delivery not in missed:
                    missed.append(delivery)
            self.waiting += missed
        return tried

    async def deliver(self, event_ids: Sequence[str]) -> list[Sent]:
        """Sends events in this order, as often as they are named, whether they were sent before or not."""
        self.collect()
        found = []
        for event_id in event_ids:
            is_thin = event_id in self._books.tables["v2.core.event"]
            event = self._books.tables["v2.core.event" if is_thin else "event"][event_id]
            for endpoint_id in [each for each in self._secrets if self._is_for(each, event, is_thin=is_thin)]:
                sent = await self.send(Delivery(event_id, endpoint_id))
                found.append(sent)
                if 200 <= sent.status < 300:
                    done = (event_id, endpoint_id)
                    self.waiting = [each for each in self.waiting if (each.event_id, each.endpoint_id) != done]
        return found

    async def deliver_due(self) -> int:
        """Sends what is due in automatic mode: at once, then after waits that grow. Answers how much that was."""
        tried = 0
        for delivery in list(self.collect()):
            # A test may have delivered it meanwhile.
            if delivery.not_before > time.monotonic() or delivery not in self.waiting:
                continue
            self.waiting.remove(delivery)
            sent = await self.send(delivery)
            tried += 1
            if not 200 <= sent.status < 300 and delivery.tries <= len(WAITS_S):
                delivery.not_before = time.monotonic() + WAITS_S[delivery.tries - 1]
                self.waiting.append(delivery)
        return tried

    def drop(self) -> int:
        """Loses all that waits; answers how much."""
        lost = len(self.collect())
        self.waiting = []
        return lost

    async def send(self, delivery: Delivery) -> Sent:
        """One try."""
        delivery.tries += 1
        is_thin = delivery.endpoint_id in self._thin
        event = self._books.tables["v2.core.event" if is_thin else "event"][delivery.event_id]
        told = {name: value for name, value in event.items() if not (is_thin and name in THICK)}
        body = json.dumps(told, indent=2)
        endpoint = self._books.tables["webhook_endpoint"][delivery.endpoint_id]
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": self.signature(delivery.endpoint_id, body),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        status = await _post(endpoint["url"], body.encode(), headers)
        self.sent.append(Sent(delivery.event_id, event["type"], delivery.endpoint_id, status))
        return self.sent[-1]

    def signature(self, endpoint_id: str, body: str, *, timestamp: int | None = None) -> str:
        """The header that signs a body by each secret of an endpoint.

        The time is this machine's, whatever the account's clock says: it is what the receiver compares.
        """
        moment = int(time.time()) if timestamp is None else timestamp
        signed = [
            WebhookSignature.generate_signature_header(body, secret, moment).partition(",")[2]
            for secret in self._secrets[endpoint_id]
        ]
        return ",".join([f"t={moment}", *signed])

    def _is_for(self, endpoint_id: str, event: Object, *, is_thin: bool) -> bool:
        enabled = self._books.tables["webhook_endpoint"][endpoint_id]["enabled_events"]
        return (endpoint_id in self._thin) == is_thin and ("*" in enabled or event["type"] in enabled)


async def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    # The receiver is a service on this machine, whose certificate may be its own.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    timeout = dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT_S)
    async with httpcore2.AsyncConnectionPool(ssl_context=context) as pool:
        try:
            response = await pool.request(
                "POST", url, headers=list(headers.items()), content=body, extensions={"timeout": timeout}
            )
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException, OSError):
            return 0
    return response.status
