"""Invoices: made of a subscription's prices and its customer's units, finalized a while later, and paid or not."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.support.stripe_fake.books import Books
from tests.support.stripe_fake.catalogue import Catalogue
from tests.support.stripe_fake.customers import Customers
from tests.support.stripe_fake.faults import Refusal
from tests.support.stripe_fake.lists import has_all, is_within, page_of
from tests.support.stripe_fake.meters import Event, Meters, sums
from tests.support.stripe_fake.pricing import charges
from tests.support.stripe_fake.shapes import Object, list_of

DAY_S = 24 * 3_600
# How long after a failed attempt Stripe tries again, by the number of attempts; then not any more.
RETRIES_AFTER_S = {1: 3 * DAY_S, 2: 5 * DAY_S, 3: 7 * DAY_S}

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Basis:
    """What an invoice is made of: items, the span whose units it holds, and the span it is paid ahead for."""

    subscription_id: str
    customer_id: str
    items: Sequence[Object]
    usage: Span | None
    ahead: Span | None
    # The items of the span ahead, where they are others.
    following: Sequence[Object] | None = None
    # What a preview takes as billed, by item, beside what is.
    settled: Mapping[str, set[Event]] = field(default_factory=dict)


class Invoices:
    """The invoices of an account."""

    def __init__(self, books: Books, customers: Customers, catalogue: Catalogue, meters: Meters) -> None:
        self._books = books
        self._customers = customers
        self._catalogue = catalogue
        self._meters = meters
        # As long as Stripe leaves the invoice of a renewal a draft. Units that are counted until then stand on it.
        self.finalizes_after_s = 3_600.0
        # Lines that wait for a subscription's next invoice.
        self.pending: dict[str, list[Object]] = defaultdict(list)
        # Units on those lines, by meter.
        self.pending_units: dict[str, dict[str, int]] = defaultdict(dict)
        # By item, the units in its period that an item before it was there for.
        self.settled: dict[str, set[Event]] = defaultdict(set)
        # Units of final invoices, by meter.
        self.units: dict[str, dict[str, int]] = {}
        self._draft_units: dict[str, dict[str, int]] = {}
        self._drafts: dict[str, Basis] = {}
        self._invoiced: set[Event] = set()

    # What calls do

    def retrieve(self, invoice_id: str) -> Object:
        """GET /v1/invoices/{id}"""
        return self._books.get("invoice", invoice_id)

    def list_(
        self,
        *,
        customer: str | None = None,
        subscription: str | None = None,
        status: str | None = None,
        created: Any = None,
        **page: Any,
    ) -> Object:
        """GET /v1/invoices"""
        if customer is not None:
            self._books.get("customer", customer, param="customer")

        def is_wanted(invoice: Object) -> bool:
            if subscription is not None and _subscription_of(invoice) != subscription:
                return False
            return has_all(invoice, customer=customer, status=status) and is_within(invoice["created"], created)

        return page_of("/v1/invoices", self._books.tables["invoice"], is_wanted, **page)

    def pay(self, invoice_id: str) -> Object:
        """POST /v1/invoices/{id}/pay: answers 402 where the card is declined."""
        invoice = self.retrieve(invoice_id)
        if invoice["status"] == "paid":
            raise Refusal.of("Invoice is already paid", code="invoice_already_paid")
        if invoice["status"] != "open":
            raise Refusal.of(f"The fake pays open invoices only, and this one is {invoice['status']}.")
        if not self.attempt(invoice):
            raise declined()
        return invoice

    # What happens by itself

    def dues(self) -> Iterator[tuple[float, Object]]:
        """When a draft is finalized or an open invoice tried again."""
        for invoice in self._books.tables["invoice"].values():
            moment = {"draft": "automatically_finalizes_at", "open": "next_payment_attempt"}.get(invoice["status"])
            if moment is not None and invoice[moment] is not None:
                yield invoice[moment], invoice

    def advance(self, invoice: Object) -> None:
        """Does what is due for an invoice."""
        if invoice["status"] == "draft":
            self.finalize(invoice)
        else:
            self.attempt(invoice)

    def draft(self, basis: Basis, reason: str) -> Object:
        """A new draft of a subscription's customer, which takes the lines that wait."""
        invoice = self._books.add("invoice", billing_reason=reason)
        self._fill(invoice, basis, self.pending.pop(basis.subscription_id, []))
        invoice["automatically_finalizes_at"] = int(self._books.now() + self.finalizes_after_s)
        invoice["auto_advance"] = True
        self._drafts[invoice["id"]] = basis
        self._draft_units[invoice["id"]] = self.pending_units.pop(basis.subscription_id, {})
        self._books.note("invoice.created", invoice)
        return invoice

    def preview(self, basis: Basis, pending: Sequence[Object]) -> Object:
        """What the next invoice would be; it stands in no table."""
        invoice = self._books.made("invoice", f"upcoming_{self._books.new_id('invoice')}", billing_reason="upcoming")
        self._fill(invoice, basis, [*self.pending.get(basis.subscription_id, []), *pending])
        return invoice

    def finalize(self, invoice: Object, *, pays: bool = True) -> None:
        """Makes a draft final, with the units counted by now, and tries to have it paid."""
        basis = self._drafts.pop(invoice["id"])
        kept = [line for line in invoice["lines"]["data"] if line["parent"]["type"] == "invoice_item_details"]
        self._fill(invoice, basis, kept)
        units = self._draft_units.pop(invoice["id"])
        self.units[invoice["id"]] = added(units, self._units(basis))
        customer = self._books.tables["customer"].get(basis.customer_id, {})
        number = customer.get("next_invoice_sequence", 1)
        now = int(self._books.now())
        due = self._take_balance(invoice, customer)
        invoice |= {"amount_due": due, "amount_remaining": due, "status": "open", "automatically_finalizes_at": None}
        invoice |= {"number": f"{customer.get('invoice_prefix', 'GONE')}-{number:04}", "effective_at": now}
        invoice["hosted_invoice_url"] = f"https://invoice.stripe.com/i/{invoice['id']}"
        invoice["invoice_pdf"] = f"https://pay.stripe.com/invoice/{invoice['id']}/pdf"
        invoice["status_transitions"]["finalized_at"] = now
        if "next_invoice_sequence" in customer:
            customer["next_invoice_sequence"] = number + 1
        self._books.note("invoice.finalized", invoice)
        if pays:
            self.attempt(invoice)

    def attempt(self, invoice: Object) -> bool:
        """Tries to have an open invoice paid; answers whether it was, and marks its subscription."""
        due, now = invoice["amount_remaining"], int(self._books.now())
        invoice["attempted"] = True
        if due:
            invoice["attempt_count"] += 1
            if invoice["customer"] in self._customers.failing:
                wait = RETRIES_AFTER_S.get(invoice["attempt_count"])
                invoice["next_payment_attempt"] = None if wait is None else now + wait
                self._books.note("invoice.payment_failed", invoice)
                self._mark(_subscription_of(invoice), {"active"}, "past_due")
                return False
        invoice |= {"status": "paid", "amount_paid": due, "amount_remaining": 0, "next_payment_attempt": None}
        invoice["auto_advance"] = False
        invoice["status_transitions"]["paid_at"] = now
        self._books.note("invoice.paid", invoice)
        self._books.note("invoice.payment_succeeded", invoice)
        subscription_id = _subscription_of(invoice)
        if not any(_subscription_of(each) == subscription_id for each in self._open()):
            self._mark(subscription_id, {"past_due", "unpaid", "incomplete"}, "active")
        return True

    def is_empty(self, basis: Basis) -> bool:
        """Whether an invoice of it would have no line."""
        return not self.pending.get(basis.subscription_id) and not any(True for _ in self._lines(basis))

    def usage_lines(self, basis: Basis, item: Object, until: int) -> tuple[list[Object], dict[str, int]]:
        """The lines of what was counted by now of a metered item that goes, and the units by meter."""
        assert basis.usage is not None
        events = self._unbilled(basis, item)
        if not events:
            return [], {}
        span = (basis.usage[0], until)
        return list(self._charged(basis, item, span, _sum(events), is_proration=True)), sums(events)

    def counted(self, basis: Basis, item: Object) -> set[Event]:
        """What was counted by now of a metered item's meter in the basis's span."""
        assert basis.usage is not None
        return set(self._meters.counted_in(basis.customer_id, item["price"]["recurring"]["meter"], *basis.usage))

    def line(self, basis: Basis, item: Object, span: Span, *, is_proration: bool = False, **fields: Any) -> Object:
        """A line of an item; a proration hangs on an invoice item of its own, as Stripe has it."""
        price = item["price"]
        line = self._books.made("line_item", livemode=False, discountable=not is_proration)
        line["period"] = {"start": span[0], "end": span[1]}
        details = {"price": price["id"], "product": price["product"]}
        line["pricing"] = {"type": "price_details", "price_details": details, "unit_amount_decimal": None}
        common = {"proration": is_proration, "proration_details": {"credited_items": None}}
        common["subscription"] = basis.subscription_id
        kind = "invoice_item_details" if is_proration else "subscription_item_details"
        parent: Object = {"type": kind, "invoice_item_details": None, "subscription_item_details": None}
        own = {"invoice_item": f"ii_{line['id']}"} if is_proration else {"invoice_item": None}
        parent[kind] = common | own | ({} if is_proration else {"subscription_item": item["id"]})
        line |= {"parent": parent, "currency": price["currency"], "subscription": None} | fields
        line["subtotal"] = line["amount"]
        line["quantity_decimal"] = str(line["quantity"])
        return line

    # Within

    def _fill(self, invoice: Object, basis: Basis, pending: Sequence[Object]) -> None:
        lines = [*copy.deepcopy(list(pending)), *self._lines(basis)]
        for line in lines:
            line["invoice"] = invoice["id"]
        total = sum(line["amount"] for line in lines)
        start, end = basis.usage or (int(self._books.now()),) * 2
        customer = self._books.tables["customer"].get(basis.customer_id, {})
        currency = basis.items[0]["price"]["currency"] if basis.items else "usd"
        details = {"subscription": basis.subscription_id, "metadata": {}}
        invoice |= {
            "amount_due": max(total, 0),
            "amount_remaining": max(total, 0),
            "subtotal": total,
            "subtotal_excluding_tax": total,
            "total": total,
            "total_excluding_tax": total,
            "currency": currency,
            "customer": basis.customer_id,
            "customer_email": customer.get("email"),
            "customer_name": customer.get("name"),
            "customer_address": customer.get("address"),
            "period_start": start,
            "period_end": end,
            "parent": {"type": "subscription_details", "quote_details": None, "subscription_details": details},
            "lines": list_of(f"/v1/invoices/{invoice['id']}/lines", lines),
        }

    def _lines(self, basis: Basis) -> Iterator[Object]:
        """Fees of the span ahead, then units of the span behind."""
        if basis.ahead is not None:
            for item in basis.items if basis.following is None else basis.following:
                if not is_metered(item):
                    yield from self._charged(basis, item, basis.ahead, item["quantity"])
        if basis.usage is not None:
            for item in filter(is_metered, basis.items):
                yield from self._charged(basis, item, basis.usage, _sum(self._unbilled(basis, item)))

    def _charged(
        self, basis: Basis, item: Object, span: Span, quantity: int, *, is_proration: bool = False
    ) -> Iterator[Object]:
        price = item["price"]
        product = self._books.tables["product"][price["product"]]["name"]
        for charge in charges(price, self._catalogue.tiers.get(price["id"], []), quantity):
            unit = _text(charge.unit_amount)
            line = self.line(
                basis,
                item,
                span,
                is_proration=is_proration,
                amount=charge.amount,
                quantity=charge.quantity,
                description=f"{charge.quantity} of {product} (at {unit} {price['currency']} cents)",
            )
            line["pricing"]["unit_amount_decimal"] = unit
            yield line

    def _unbilled(self, basis: Basis, item: Object) -> list[Event]:
        assert basis.usage is not None
        done = self.settled.get(item["id"], set()) | basis.settled.get(item["id"], set())
        meter = item["price"]["recurring"]["meter"]
        return [each for each in self._meters.counted_in(basis.customer_id, meter, *basis.usage) if each not in done]

    def _units(self, basis: Basis) -> dict[str, int]:
        """Units by meter. A subscription without items, which only a test makes, takes each event once."""
        if not basis.items:
            events = [event for event in self._meters.counted(basis.customer_id) if event not in self._invoiced]
            self._invoiced.update(events)
            return sums(events)
        if basis.usage is None:
            return {}
        return sums([each for item in filter(is_metered, basis.items) for each in self._unbilled(basis, item)])

    def _take_balance(self, invoice: Object, customer: Object) -> int:
        """What is due after the customer's credit, which a negative total adds to."""
        before: int = customer.get("balance", 0)
        total: int = invoice["total"]
        due = max(total + before, 0)
        after = min(total + before, 0)
        invoice |= {"starting_balance": before, "ending_balance": after}
        if after != before:
            with self._books.change("customer.updated", customer):
                customer["balance"] = after
        return due

    def _mark(self, subscription_id: str, before: set[str], status: str) -> None:
        subscription = self._books.tables["subscription"][subscription_id]
        if subscription["status"] in before:
            with self._books.change("customer.subscription.updated", subscription):
                subscription["status"] = status

    def _open(self) -> Iterator[Object]:
        """Open invoices on which a payment failed."""
        for invoice in self._books.tables["invoice"].values():
            if invoice["status"] == "open":
                yield invoice


def declined() -> Refusal:
    """Stripe's answer where a card does not pay."""
    message = "Your card was declined."
    return Refusal(402, {"type": "card_error", "code": "card_declined", "message": message})


def _subscription_of(invoice: Object) -> str:
    return str(invoice["parent"]["subscription_details"]["subscription"])


def is_metered(item: Object) -> bool:
    """Whether an item is billed by a meter."""
    return item["price"]["recurring"]["meter"] is not None


def added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """Units by meter, of both."""
    return {meter: one.get(meter, 0) + other.get(meter, 0) for meter in {**one, **other}}


def _sum(events: Sequence[Event]) -> int:
    return sum(event.value for event in events)


def _text(amount: Decimal) -> str:
    return format(amount, "f")
