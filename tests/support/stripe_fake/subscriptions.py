"""Subscriptions: their items, their periods, their changes and their end."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.support.stripe_fake.books import Books, merged_metadata, only
from tests.support.stripe_fake.catalogue import Catalogue
from tests.support.stripe_fake.faults import Refusal
from tests.support.stripe_fake.invoices import Basis, Invoices, Span, added, is_metered
from tests.support.stripe_fake.lists import is_within, page_of
from tests.support.stripe_fake.meters import Event
from tests.support.stripe_fake.periods import next_boundary
from tests.support.stripe_fake.phases import finish, next_phase, schedule_of, start_next
from tests.support.stripe_fake.pricing import cents
from tests.support.stripe_fake.shapes import Object, list_of

UPDATED = "customer.subscription.updated"
ENDED = ("canceled", "incomplete_expired")


class Subscriptions:
    """The subscriptions of an account."""

    def __init__(self, books: Books, catalogue: Catalogue, invoices: Invoices) -> None:
        self._books = books
        self._catalogue = catalogue
        self._invoices = invoices

    # What calls do

    def retrieve(self, subscription_id: str) -> Object:
        """GET /v1/subscriptions/{id}"""
        return self._books.get("subscription", subscription_id)

    def list_(self, customer: str | None = None, status: str | None = None, created: Any = None, **page: Any) -> Object:
        """GET /v1/subscriptions: without a status, all that are not canceled."""
        if customer is not None:
            self._books.get("customer", customer, param="customer")

        def is_wanted(subscription: Object) -> bool:
            if customer is not None and subscription["customer"] != customer:
                return False
            if not is_within(subscription["created"], created):
                return False
            if status == "ended":
                return subscription["status"] in ENDED
            return status == "all" or (
                subscription["status"] != "canceled" if status is None else subscription["status"] == status
            )

        return page_of("/v1/subscriptions", self._books.tables["subscription"], is_wanted, **page)

    def update(
        self,
        subscription_id: str,
        *,
        items: Sequence[Mapping[str, Any]] | None = None,
        cancel_at_period_end: bool | None = None,
        cancel_at: int | str | None = None,
        proration_behavior: str = "create_prorations",
        metadata: Mapping[str, str] | str | None = None,
    ) -> Object:
        """POST /v1/subscriptions/{id}: items are swapped within the period, which stays.

        The end that `cancel_at` sets and the one that `cancel_at_period_end` sets are each taken back by itself.
        """
        subscription = self.retrieve(subscription_id)
        is_ending = cancel_at_period_end is not None or cancel_at is not None
        if not is_open(subscription) and (items is not None or is_ending):
            raise Refusal.of("A canceled subscription can only update its cancellation_details and metadata.")
        if cancel_at_period_end is not None and cancel_at is not None:
            message = "You may only specify one of these parameters: cancel_at, cancel_at_period_end."
            raise Refusal.of(message, param="cancel_at")
        self._refuse_scheduled(subscription, has_items=items is not None, is_ending=is_ending)
        end = self._checked_end(subscription, cancel_at)
        basis = self._basis(subscription, usage=self._period(subscription))
        changed = None if items is None else self._changed_items(subscription, items)
        with self._books.change(UPDATED, subscription):
            if metadata is not None:
                subscription["metadata"] = merged_metadata(subscription, metadata)
            if cancel_at_period_end is not None and cancel_at_period_end != subscription["cancel_at_period_end"]:
                subscription["cancel_at_period_end"] = cancel_at_period_end
                self._set_end(subscription, self._period(subscription)[1] if cancel_at_period_end else None)
            elif cancel_at is not None and not (end is None and subscription["cancel_at_period_end"]):
                self._set_end(subscription, end)
            if changed is not None:
                lines, units = self._prorations(basis, changed)
                if proration_behavior != "none":
                    self._invoices.pending[subscription_id] += lines
                    known = self._invoices.pending_units[subscription_id]
                    self._invoices.pending_units[subscription_id] = added(known, units)
                for item_id, events in self._settled(basis, changed).items():
                    self._invoices.settled[item_id] |= events
                subscription["items"]["data"] = changed
        now_billed = self._basis(subscription)
        if changed is not None and proration_behavior == "always_invoice" and not self._invoices.is_empty(now_billed):
            invoice = self._invoices.draft(now_billed, "subscription_update")
            with self._books.change(UPDATED, subscription):
                subscription["latest_invoice"] = invoice["id"]
            self._invoices.finalize(invoice)
        return subscription

    def cancel(
        self,
        subscription_id: str,
        *,
        invoice_now: bool = False,
        prorate: bool = False,
        cancellation_details: Mapping[str, str] | None = None,
    ) -> Object:
        """DELETE /v1/subscriptions/{id}: a final invoice holds what was counted by now."""
        subscription = self._books.tables["subscription"].get(subscription_id)
        if subscription is None or not is_open(subscription):
            raise Refusal.missing("subscription", subscription_id)
        if prorate:
            raise Refusal.of("The fake credits nothing at the end.", param="prorate")
        only(cancellation_details or {}, "comment feedback", "cancellation_details")
        subscription["cancellation_details"] |= {"reason": "cancellation_requested", **(cancellation_details or {})}
        if invoice_now:
            now = int(self._books.now())
            usage = (self._period(subscription)[0], now + 1)
            invoice = self._invoices.draft(self._basis(subscription, usage=usage), "subscription_update")
            subscription["latest_invoice"] = invoice["id"]
            self._invoices.finalize(invoice)
        self.end(subscription)
        return subscription

    def preview(
        self,
        *,
        subscription: str | None = None,
        customer: str | None = None,
        subscription_details: Mapping[str, Any] | None = None,
    ) -> Object:
        """POST /v1/invoices/create_preview: the next invoice, of the units counted by now."""
        if subscription is None:
            raise Refusal.of("The fake previews a subscription's next invoice only.", param="subscription")
        found = self._books.get("subscription", subscription, param="subscription")
        if customer not in (None, found["customer"]):
            raise Refusal.of("The subscription is not the customer's.", param="subscription")
        if not is_open(found):
            raise Refusal.of("No upcoming invoices for customer", code="invoice_upcoming_none", status=404)
        details = subscription_details or {}
        only(details, "items cancel_at_period_end proration_behavior", "subscription_details")
        start, end = self._period(found)
        basis = self._basis(found, usage=(start, end))
        pending: list[Object] = []
        settled: dict[str, set[Event]] = {}
        items = found["items"]["data"]
        if "items" in details:
            items = self._changed_items(found, details["items"])
            settled = self._settled(basis, items)
            if details.get("proration_behavior") != "none":
                pending, _ = self._prorations(basis, items)
        is_last = details.get("cancel_at_period_end") or self._is_last(found)
        ahead = None if is_last else (end, self._next_end(found, end))
        following = None if is_last else self._following(found, end)
        customer_id = found["customer"]
        return self._invoices.preview(
            Basis(subscription, customer_id, items, (start, end), ahead, following, settled), pending
        )

    # What happens by itself

    def create(
        self,
        customer_id: str,
        items: Sequence[tuple[str, int | None]],
        *,
        metadata: Mapping[str, str] | None = None,
        anchor: int | None = None,
        prorates: bool = True,
        **fields: Any,
    ) -> tuple[Object, Object | None]:
        """A subscription of a completed checkout, active, and the draft of its first invoice.

        Where nothing is due at first, as where all is metered, there is none. Without items, which only a test asks
        for, it has no period either.
        """
        now = int(self._books.now())
        subscription = self._books.add("subscription", customer=customer_id, metadata=dict(metadata or {}), **fields)
        subscription |= {"start_date": now, "billing_cycle_anchor": now if anchor is None else anchor}
        url = f"/v1/subscription_items?subscription={subscription['id']}"
        prices = [(self._catalogue.retrieve_price(price), quantity) for price, quantity in items]
        if not prices:
            subscription["items"] = list_of(url, [])
            self._books.note("customer.subscription.created", subscription)
            return subscription, None
        interval = prices[0][0]["recurring"]["interval"]
        span = (now, next_boundary(subscription["billing_cycle_anchor"], interval, now))
        data = [self._item(subscription["id"], price, quantity, span) for price, quantity in prices]
        subscription |= {"items": list_of(url, data), "currency": prices[0][0]["currency"]}
        basis = Basis(subscription["id"], customer_id, data, None, span if anchor is None else None)
        if anchor is not None and prorates:
            self._invoices.pending[subscription["id"]] = self._first_lines(basis, interval, span)
        self._books.note("customer.subscription.created", subscription)
        if self._invoices.is_empty(basis):
            return subscription, None
        invoice = self._invoices.draft(basis, "subscription_create")
        subscription["latest_invoice"] = invoice["id"]
        return subscription, invoice

    def dues(self) -> Iterator[tuple[float, Object]]:
        """When a period ends."""
        for subscription in self._books.tables["subscription"].values():
            if is_open(subscription) and subscription["items"]["data"]:
                yield self._period(subscription)[1], subscription

    def advance(self, subscription: Object) -> None:
        """Ends a period: with an invoice of its units, which holds the next period's fees where there is one."""
        start, end = self._period(subscription)
        is_last = self._is_last(subscription)
        ahead = None if is_last else (end, self._next_end(subscription, end))
        following = None if is_last else self._following(subscription, end)
        basis = self._basis(subscription, usage=(start, end), ahead=ahead, following=following)
        if ahead is not None:
            with self._books.change(UPDATED, subscription):
                if following is not None:
                    subscription["items"]["data"] = following
                for item in subscription["items"]["data"]:
                    item |= {"current_period_start": ahead[0], "current_period_end": ahead[1]}
                start_next(self._books, subscription, end)
        invoice = self._invoices.draft(basis, "subscription_cycle")
        subscription["latest_invoice"] = invoice["id"]
        if is_last:
            self.end(subscription)

    def end(self, subscription: Object) -> None:
        """Ends a subscription at once. What is still open on its invoices is not tried again."""
        now = int(self._books.now())
        subscription |= {"status": "canceled", "canceled_at": subscription["canceled_at"] or now, "ended_at": now}
        if (schedule := schedule_of(self._books, subscription)) is not None:
            finish(self._books, schedule, "canceled")
        self._books.note("customer.subscription.deleted", subscription)

    # What schedules are made of

    def checked_items(
        self, subscription: Object, given: Sequence[Mapping[str, Any]], label: str
    ) -> list[tuple[Object, int | None]]:
        """Prices and quantities of a phase; one that the subscription has need not be for sale any more."""
        held = {item["price"]["id"] for item in subscription["items"]["data"]}
        first = subscription["items"]["data"][0]["price"]
        found: list[tuple[Object, int | None]] = []
        for index, each in enumerate(given):
            within = f"{label}[{index}]"
            only(each, "price quantity", within)
            if "price" not in each:
                raise Refusal.of(f"Missing required param: {within}[price].", param=f"{within}[price]")
            name = f"{within}[price]"
            known = self._books.get("price", each["price"], param=name)
            price = known if known["id"] in held else self._catalogue.sold(each["price"], name)
            if price["recurring"]["interval"] != first["recurring"]["interval"]:
                raise Refusal.of("The fake keeps the interval of a subscription.", param=name)
            if price["currency"] != first["currency"]:
                raise Refusal.of("The price's currency is not the subscription's.", param=name)
            quantity = each.get("quantity")
            is_lenient = price["recurring"]["usage_type"] != "metered"
            found.append((price, checked_quantity(price, quantity, within, is_lenient=is_lenient)))
        if not found:
            raise Refusal.of(f"Missing required param: {label}.", code="parameter_missing", param=label)
        refuse_doubles([price["id"] for price, _ in found], label)
        return found

    def period(self, subscription: Object) -> Span:
        """The present period, which all items share."""
        return self._period(subscription)

    def period_after(self, subscription: Object, moment: int) -> int:
        """Where the first period after a moment ends."""
        return self._next_end(subscription, moment)

    # Within

    def _basis(
        self,
        subscription: Object,
        usage: Span | None = None,
        ahead: Span | None = None,
        following: Sequence[Object] | None = None,
    ) -> Basis:
        items = copy.copy(subscription["items"]["data"])
        return Basis(subscription["id"], subscription["customer"], items, usage, ahead, following)

    def _is_last(self, subscription: Object) -> bool:
        """Whether a subscription ends with its present period."""
        end: int | None = subscription["cancel_at"]
        return subscription["cancel_at_period_end"] or (end is not None and end <= self._period(subscription)[1])

    def _following(self, subscription: Object, end: int) -> list[Object] | None:
        """The items of the phase that begins at a period's end; None where none does."""
        phase = next_phase(schedule_of(self._books, subscription), end)
        if phase is None:
            return None
        span = (end, self._next_end(subscription, end))
        known = {item["price"]["id"]: item for item in subscription["items"]["data"]}
        found = []
        for each in phase["items"]:
            price = self._catalogue.retrieve_price(each["price"])
            item = self._item(subscription["id"], price, each.get("quantity"), span)
            if price["id"] in known:
                item |= {name: known[price["id"]][name] for name in ("id", "created")}
            found.append(item)
        return found

    def _refuse_scheduled(self, subscription: Object, *, has_items: bool, is_ending: bool) -> None:
        schedule_id = subscription["schedule"]
        if schedule_id is None:
            return
        if is_ending:
            message = (
                f"The subscription is managed by the subscription schedule `{schedule_id}`, and updating any "
                "cancelation behavior directly is not allowed. Please update the schedule instead."
            )
            raise Refusal.of(message)
        if has_items:
            # Stripe would write them into the schedule's present phase.
            message = f"The fake changes no items that the subscription schedule `{schedule_id}` manages."
            raise Refusal.of(message, param="items")

    def _checked_end(self, subscription: Object, given: int | str | None) -> int | None:
        if given is None or given == "":
            return None
        end = self._period(subscription)[1]
        if given in ("min_period_end", "max_period_end"):
            return end
        if isinstance(given, str) or end not in (given, given + self._books.moved_s):
            raise Refusal.of("The fake ends a subscription with its period only.", param="cancel_at")
        return end

    def _period(self, subscription: Object) -> Span:
        items = subscription["items"]["data"]
        if not items:
            return subscription["start_date"], subscription["start_date"]
        return items[0]["current_period_start"], items[0]["current_period_end"]

    def _next_end(self, subscription: Object, after: int) -> int:
        interval = subscription["items"]["data"][0]["price"]["recurring"]["interval"]
        return next_boundary(subscription["billing_cycle_anchor"], interval, after)

    def _item(self, subscription_id: str, price: Object, quantity: int | None, span: Span) -> Object:
        item = self._books.made("subscription_item", subscription=subscription_id, quantity=quantity, price=price)
        item |= {"current_period_start": span[0], "current_period_end": span[1]}
        same = {"active", "billing_scheme", "created", "currency", "id", "livemode", "metadata", "nickname", "product"}
        item["plan"] |= {name: price[name] for name in same} | {
            "amount": price["unit_amount"],
            "amount_decimal": price["unit_amount_decimal"],
            "interval": price["recurring"]["interval"],
            "interval_count": 1,
            "meter": price["recurring"]["meter"],
            "tiers_mode": price["tiers_mode"],
            "transform_usage": None,
            "usage_type": price["recurring"]["usage_type"],
        }
        if quantity is None:
            del item["quantity"]  # Stripe leaves it out of a metered item
        return item

    def _changed_items(self, subscription: Object, given: Sequence[Mapping[str, Any]]) -> list[Object]:
        """The items after an update; those that it does not name stay."""
        items: dict[str, Object] = {item["id"]: item for item in subscription["items"]["data"]}
        if not items:
            raise Refusal.of("The fake has no prices in this subscription.", param="items")
        span = self._period(subscription)
        interval = next(iter(items.values()))["price"]["recurring"]["interval"]
        for index, each in enumerate(given):
            label = f"items[{index}]"
            only(each, "id price quantity deleted", label)
            old = items.get(each.get("id", ""))
            if "id" in each and old is None:
                raise Refusal.of(f"Invalid subscription item: {each['id']}", param=f"{label}[id]")
            if each.get("deleted"):
                if old is None:
                    raise Refusal.of("An item that is deleted needs its id.", param=f"{label}[id]")
                del items[old["id"]]
                continue
            if "price" not in each and old is None:
                raise Refusal.of(f"Missing required param: {label}[price].", param=f"{label}[price]")
            before = old or {}
            price = self._catalogue.sold(each["price"], f"{label}[price]") if "price" in each else before["price"]
            quantity = checked_quantity(price, each.get("quantity", before.get("quantity")), label, is_lenient=True)
            if price["recurring"]["interval"] != interval:
                raise Refusal.of("The fake keeps the interval of a subscription.", param=f"{label}[price]")
            item = self._item(subscription["id"], price, quantity, span)
            if old is not None:
                item |= {"id": old["id"], "created": old["created"]}
            items[item["id"]] = item
        if not items:
            raise Refusal.of("A subscription must have at least one active item.", param="items")
        refuse_doubles([item["price"]["id"] for item in items.values()], "items")
        return list(items.values())

    def _settled(self, basis: Basis, changed: Sequence[Object]) -> dict[str, set[Event]]:
        """By item that comes, the units that were counted before it: it bills only what follows."""
        old = {item["id"]: item for item in basis.items}
        comes = [item for item in changed if item["id"] not in old or _terms(old[item["id"]]) != _terms(item)]
        return {item["id"]: self._invoices.counted(basis, item) for item in comes if is_metered(item)}

    def _prorations(self, basis: Basis, changed: Sequence[Object]) -> tuple[list[Object], dict[str, int]]:
        """Credits for the rest of the period at the old fees, then charges at the new ones, to the second.

        Then, at the old prices, what was counted of metered items that go, and those units by meter.
        """
        now = int(self._books.now())
        start, end = basis.items[0]["current_period_start"], basis.items[0]["current_period_end"]
        share = Decimal(end - now) / Decimal(end - start)
        old = {item["id"]: item for item in basis.items}
        new = {item["id"]: item for item in changed}
        lines = []
        for items, others, sign, words in ((old, new, -1, "Unused"), (new, old, 1, "Remaining")):
            for id_, item in items.items():
                if _fee(item) and (id_ not in others or _terms(others[id_]) != _terms(item)):
                    amount = sign * cents(_fee(item) * share)
                    text = f"{words} time on {item['price']['product']}"
                    lines.append(self._proration(basis, item, (now, end), amount=amount, description=text))
        units: dict[str, int] = {}
        for id_, item in old.items():
            if is_metered(item) and (id_ not in new or _terms(new[id_]) != _terms(item)):
                used, counted = self._invoices.usage_lines(basis, item, now)
                lines += used
                units = added(units, counted)
        return lines, units

    def _first_lines(self, basis: Basis, interval: str, span: Span) -> list[Object]:
        """The fees of a first period that is cut short by the anchor."""
        whole = next_boundary(span[0], interval, span[0]) - span[0]
        share = Decimal(span[1] - span[0]) / Decimal(whole)
        found = []
        for item in basis.items:
            if _fee(item):
                text = f"Remaining time on {item['price']['product']}"
                amount = cents(_fee(item) * share)
                found.append(self._proration(basis, item, span, amount=amount, description=text))
        return found

    def _proration(self, basis: Basis, item: Object, span: Span, **fields: Any) -> Object:
        return self._invoices.line(basis, item, span, is_proration=True, quantity=item["quantity"], **fields)

    def _set_end(self, subscription: Object, end: int | None) -> None:
        subscription["cancel_at"] = end
        subscription["canceled_at"] = None if end is None else int(self._books.now())
        reason = None if end is None else "cancellation_requested"
        subscription["cancellation_details"] = subscription["cancellation_details"] | {"reason": reason}


def is_open(subscription: Object) -> bool:
    """Whether a subscription has not come to its end."""
    return subscription["status"] not in ENDED


def checked_quantity(price: Object, quantity: int | None, label: str, *, is_lenient: bool = False) -> int | None:
    """The quantity of an item: none where it is metered; `is_lenient` takes one where none is given."""
    if price["recurring"]["usage_type"] == "metered":
        if quantity is not None and not is_lenient:
            message = f"Quantity should not be specified where usage_type is `metered`. Remove quantity from `{label}`"
            raise Refusal.of(message, param=f"{label}[quantity]")
        return None
    if quantity is None and not is_lenient:
        raise Refusal.of(f"Quantity is required. Add `quantity` to `{label}`", param=f"{label}[quantity]")
    if quantity is not None and quantity < 1:
        raise Refusal.of("This value must be greater than or equal to 1.", param=f"{label}[quantity]")
    return 1 if quantity is None else quantity


def refuse_doubles(price_ids: Sequence[str], param: str) -> None:
    """A subscription has each price once."""
    if len(set(price_ids)) < len(price_ids):
        raise Refusal.of("Cannot add multiple subscription items with the same plan.", param=param)


def _fee(item: Object) -> Decimal:
    """Cents that an item costs a period whatever is used; graduated fees by quantity are not for sale here."""
    price = item["price"]
    if price["recurring"]["meter"] is not None or price["billing_scheme"] != "per_unit":
        return Decimal(0)
    return Decimal(price["unit_amount_decimal"]) * int(item["quantity"])


def _terms(item: Object) -> tuple[str, int | None]:
    return item["price"]["id"], item.get("quantity")
