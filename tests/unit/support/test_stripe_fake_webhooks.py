"""The fake's webhooks over HTTP: signatures, retries, order, doubles, losses, and thin events."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import stripe

from tests.support.stripe_fake.app import KEY, StripeFake
from tests.support.stripe_fake.meters import ERROR_REPORT
from tests.support.stripe_fake.server import stripe_fake

SECRET, NEXT_SECRET = "whsec_one", "whsec_two"


@dataclass(slots=True)
class Receiver:
    """Takes webhooks on a port of this machine; answers `answers` one by one, then 200."""

    url: str = ""
    taken: list[tuple[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [json.loads(body)["id"] for body, _ in self.taken]

    async def until(self, is_done: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not is_done():
                await asyncio.sleep(0.01)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
            body = (await reader.readexactly(int(headers["content-length"]))).decode()
            signature = next(line for line in head.split("\r\n") if line.lower().startswith("stripe-signature"))
            self.taken.append((body, signature.split(": ", 1)[1]))
            status = self.answers.pop(0) if self.answers else 200
            writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
        writer.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    found = Receiver()
    server = await asyncio.start_server(found.take, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/webhook"
    yield found
    server.close()
    await server.wait_closed()


@pytest.fixture
async def fake() -> AsyncIterator[StripeFake]:
    async with stripe_fake() as found:
        yield found


def add_events(fake: StripeFake, number: int) -> list[str]:
    """Makes customers; answers the ids of their events."""
    for _ in range(number):
        fake.account.add_customer()
    return list(fake.account.books.tables["event"])


async def test_an_event_is_signed_by_the_endpoints_secret(fake: StripeFake, receiver: Receiver) -> None:
    fake.account.webhooks.add_endpoint(receiver.url, secret=SECRET)
    [event_id] = add_events(fake, 1)
    [sent] = await fake.deliver_all()
    assert (sent.event_id, sent.type, sent.status) == (event_id, "customer.created", 200)
    [(body, signature)] = receiver.taken
    event = stripe.Webhook.construct_event(body, signature, SECRET)
    assert (event.id, event.livemode, event.api_version) == (event_id, False, stripe.api_version)
    assert event.data.object["object"] == "customer"
    for wrong_body, wrong_secret in ((body + " ", SECRET), (body, NEXT_SECRET)):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(wrong_body, signature, wrong_secret)


async def test_both_secrets_sign_while_one_is_rotated(fake: StripeFake, receiver: Receiver) -> None:
    endpoint = fake.account.webhooks.add_endpoint(receiver.url, secret=SECRET)
    fake.account.webhooks.rotate(endpoint, NEXT_SECRET)
    add_events(fake, 1)
    await fake.deliver_all()
    [(body, signature)] = receiver.taken
    assert signature.count("v1=") == 2
    for secret in (SECRET, NEXT_SECRET):
        stripe.Webhook.construct_event(body, signature, secret)
    fake.account.webhooks.forget_old_secrets(endpoint)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, fake.account.webhooks.signature(endpoint, body), SECRET)


async def test_what_is_not_taken_waits_and_is_sent_again(fake: StripeFake, receiver: Receiver) -> None:
    fake.account.webhooks.add_endpoint(receiver.url, secret=SECRET)
    first, second = add_events(fake, 2)
    receiver.answers = [500]
    assert [(each.event_id, each.status) for each in await fake.deliver_all()] == [(first, 500), (second, 200)]
    assert [each.event_id for each in fake.account.webhooks.waiting] == [first]
    assert [each.status for each in await fake.deliver_all()] == [200]
    assert receiver.ids == [first, second, first]
    assert await fake.deliver_all() == []


async def test_events_come_in_any_order_as_often_as_asked(fake: StripeFake, receiver: Receiver) -> None:
    fake.account.webhooks.add_endpoint(receiver.url, secret=SECRET)
    ids = add_events(fake, 4)
    order = [ids[2], ids[0], ids[2]]
    await fake.account.webhooks.deliver(order)
    assert receiver.ids == order
    await fake.deliver_all()
    assert receiver.ids == [*order, ids[1], ids[3]]


async def test_a_shuffle_doubles_and_losses_are_drawn_by_a_seed(fake: StripeFake, receiver: Receiver) -> None:
    fake.account.webhooks.add_endpoint(receiver.url, secret=SECRET)
    ids = add_events(fake, 40)
    await fake.deliver_all(shuffled_by=3, twice=True, dropped=0.25, seed=7)
    chance = random.Random(7)
    kept = [each for each in ids if chance.random() >= 0.25]
    assert 20 < len(kept) < 40
    assert sorted(receiver.ids) == sorted([*kept, *kept])
    assert receiver.ids != sorted(receiver.ids)
    assert await fake.deliver_all() == []  # the rest is lost for good


async def test_an_endpoint_gets_the_types_that_it_asked_for(fake: StripeFake, receiver: Receiver) -> None:
    fake.account.webhooks.add_endpoint(receiver.url, secret=SECRET, enabled_events=["customer.deleted"])
    customer_id = fake.account.add_customer()
    fake.account.delete_customer(customer_id)
    assert [each.type for each in await fake.deliver_all()] == ["customer.deleted"]


async def test_automatic_mode_delivers_at_once_and_again_later(receiver: Receiver) -> None:
    async with stripe_fake(automatic=True) as fake:
        fake.account.webhooks.add_endpoint(receiver.url, secret=SECRET)
        receiver.answers = [503]
        fake.account.add_customer()
        fake.wake()
        await receiver.until(lambda: len(receiver.taken) == 2)
        assert len(set(receiver.ids)) == 1


async def test_nobody_answers(fake: StripeFake) -> None:
    fake.account.webhooks.add_endpoint("http://127.0.0.1:9/webhook", secret=SECRET)
    add_events(fake, 1)
    assert [each.status for each in await fake.deliver_all()] == [0]


async def test_a_meters_report_is_thin_and_fetched(fake: StripeFake, receiver: Receiver) -> None:
    webhooks = fake.account.webhooks
    webhooks.add_endpoint(receiver.url, secret=SECRET, enabled_events=[ERROR_REPORT], is_thin=True)
    meter_id = fake.account.add_meter("searches")
    payload = {"stripe_customer_id": "cus_nobody", "value": "1"}
    fake.account.meter_book.create_event("searches", payload, "one")
    [sent] = await fake.deliver_all()
    [(body, signature)] = receiver.taken
    assert "data" not in json.loads(body)
    client = stripe.StripeClient(KEY, base_addresses={"api": fake.url}, max_network_retries=0)
    notification: Any = client.parse_event_notification(body, signature, SECRET)
    assert (notification.id, notification.type) == (sent.event_id, ERROR_REPORT)
    assert notification.related_object.id == meter_id
    event = fake.account.event_log.retrieve_thin(sent.event_id)
    [kind] = event["data"]["reason"]["error_types"]
    assert (kind["code"], kind["error_count"]) == ("meter_event_customer_not_found", 1)
