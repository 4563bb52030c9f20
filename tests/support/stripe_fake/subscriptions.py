"""Subscriptions: their items, their periods, their changes and their end."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.support.stripe_fake.books import Books, merged_metadata, only
from tests.support.stripe_fake.catalogue import Catalogue
from tests.support.stripe_fake.faults import Refusal
from tests.support.stripe_fake.invoices import Basis, Invoices, Span
from tests.support.stripe_fake.lists import is_within, page_of
from tests.support.stripe_fake.periods import next_boundary
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
        proration_behavior: str = "create_prorations",
        metadata: Mapping[str, str] | str | None = None,
    ) -> Object:
        """POST /v1/subscriptions/{id}: items are swapped within the period, which stays."""
        subscription = self.retrieve(subscription_id)
        if not is_open(subscription) and (items is not None or cancel_at_period_end is not None):
            raise Refusal.of("A canceled subscription can only update its cancellation_details and metadata.")
        basis = self._basis(subscription)
        changed = None if items is None else self._changed_items(subscription, items)
        with self._books.change(UPDATED, subscription):
            if metadata is not None:
                subscription["metadata"] = merged_metadata(subscription, metadata)
            if cancel_at_period_end is not None and cancel_at_period_end != subscription["cancel_at_period_end"]:
                self._set_cancellation(subscription, is_wanted=cancel_at_period_end)
            if changed is not None:
                if proration_behavior != "none":
                    lines = self._prorations(basis, changed)
                    self._invoices.pending[subscription_id] += lines
                subscription["items"]["data"] = changed
        if changed is not None and proration_behavior == "always_invoice":
            invoice = self._invoices.draft(self._basis(subscription), "subscription_update")
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
        basis, pending = self._basis(found), []
        items = found["items"]["data"]
        if "items" in details:
            items = self._changed_items(found, details["items"])
            if details.get("proration_behavior") != "none":
                pending = self._prorations(basis, items)
        start, end = self._period(found)
        is_last = details.get("cancel_at_period_end", found["cancel_at_period_end"])
        ahead = None if is_last else (end, self._next_end(found, end))
        return self._invoices.preview(Basis(subscription, found["customer"], items, (start, end), ahead), pending)

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

        Without items, which only a test asks for, it has no period and no invoice before its end.
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
        basis = Basis(subscription["id"], customer_id, data, (now, now), span if anchor is None else None)
        if anchor is not None and prorates:
            self._invoices.pending[subscription["id"]] = self._first_lines(basis, interval, span)
        self._books.note("customer.subscription.created", subscription)
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
        is_last = subscription["cancel_at_period_end"]
        ahead = None if is_last else (end, self._next_end(subscription, end))
        basis = self._basis(subscription, usage=(start, end), ahead=ahead)
        if ahead is not None:
            with self._books.change(UPDATED, subscription):
                for item in subscription["items"]["data"]:
                    item |= {"current_period_start": ahead[0], "current_period_end": ahead[1]}
        invoice = self._invoices.draft(basis, "subscription_cycle")
        subscription["latest_invoice"] = invoice["id"]
        if is_last:
            self.end(subscription)

    def end(self, subscription: Object) -> None:
        """Ends a subscription at once. What is still open on its invoices is not tried again."""
        now = int(self._books.now())
        subscription |= {"status": "canceled", "canceled_at": subscription["canceled_at"] or now, "ended_at": now}
        self._books.note("customer.subscription.deleted", subscription)

    # Within

    def _basis(self, subscription: Object, usage: Span | None = None, ahead: Span | None = None) -> Basis:
        items = copy.copy(subscription["items"]["data"])
        return Basis(subscription["id"], subscription["customer"], items, usage, ahead)

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

    def _prorations(self, basis: Basis, changed: Sequence[Object]) -> list[Object]:
        """Credits for the rest of the period at the old fees, then charges at the new ones, to the second."""
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
        return lines

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

    def _set_cancellation(self, subscription: Object, *, is_wanted: bool) -> None:
        end = self._period(subscription)[1]
        now = int(self._books.now())
        subscription["cancel_at_period_end"] = is_wanted
        subscription["cancel_at"] = end if is_wanted else None
        subscription["canceled_at"] = now if is_wanted else None
        reason = "cancellation_requested" if is_wanted else None
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
