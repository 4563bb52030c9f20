"""What a Stripe account holds, and what happens in it, as far as this service uses it. A test may move the clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from tests.support.stripe_fake.books import Books
from tests.support.stripe_fake.catalogue import Catalogue
from tests.support.stripe_fake.checkout import Checkout
from tests.support.stripe_fake.customers import Customers
from tests.support.stripe_fake.destinations import Destinations
from tests.support.stripe_fake.event_log import EventLog
from tests.support.stripe_fake.invoices import Invoices
from tests.support.stripe_fake.meters import Event, Meters, sums
from tests.support.stripe_fake.portal import Portal
from tests.support.stripe_fake.schedules import Schedules
from tests.support.stripe_fake.shapes import Object, shape
from tests.support.stripe_fake.subscriptions import Subscriptions, is_open
from tests.support.stripe_fake.webhooks import Webhooks


class Account:
    """Everything in one account of Stripe's. Objects have the shape of Stripe's own fixtures."""

    def __init__(self) -> None:
        self.books = Books()
        self.customer_book = Customers(self.books)
        self.catalogue = Catalogue(self.books)
        self.meter_book = Meters(self.books)
        self.invoice_book = Invoices(self.books, self.customer_book, self.catalogue, self.meter_book)
        self.subscription_book = Subscriptions(self.books, self.catalogue, self.invoice_book)
        self.schedule_book = Schedules(self.books, self.subscription_book)
        self.tax_settings = shape("tax.settings")
        self.checkout = Checkout(
            self.books, self.customer_book, self.catalogue, self.invoice_book, self.subscription_book
        )
        self.portal = Portal(self.books, self.customer_book)
        self.event_log = EventLog(self.books)
        self.webhooks = Webhooks(self.books)
        self.destinations = Destinations(self.books, self.webhooks)

    # The clock

    def now(self) -> float:
        """Unix seconds by this account's clock."""
        return self.books.now()

    def pass_time(self, seconds: float) -> None:
        """Moves the clock, and does what was due by then."""
        self.books.ahead_s += seconds
        self.catch_up()

    advance = pass_time

    def advance_past_period(self, subscription_id: str) -> None:
        """Moves the clock to where the invoice of a subscription's present period is final."""
        item = self.subscriptions[subscription_id]["items"]["data"][0]
        final = item["current_period_end"] + self.invoice_book.finalizes_after_s + 1
        self.pass_time(max(final - self.now(), 0))

    def catch_up(self) -> None:
        """Does what was due by now, in the order in which it was: periods, invoices, payments, sessions."""
        now = self.now()
        while (due := min(self._dues(), key=lambda each: each[0], default=None)) and due[0] <= now:
            with self.books.at(due[0]):
                due[2](due[1])

    def _dues(self) -> list[tuple[float, Object, Callable[[Object], None]]]:
        books = (self.invoice_book, self.subscription_book, self.checkout)
        return list(chain.from_iterable(((*due, book.advance) for due in book.dues()) for book in books))

    # What a test sets up

    def add_customer(self, **fields: Any) -> str:
        """A customer; answers its id."""
        return str(self.customer_book.create(**fields)["id"])

    def add_meter(self, event_name: str) -> str:
        """An active meter that sums; answers its id."""
        found = self.meter_book.create(
            display_name=event_name, event_name=event_name, default_aggregation={"formula": "sum"}
        )
        return str(found["id"])

    def add_price(self, meter_id: str | None = None, *, tiers: Sequence[Object] = (), **fields: Any) -> str:
        """A monthly price of a product of its own, metered or not; answers its id."""
        product = self.catalogue.create_product(name="A product")["id"]
        recurring = {"interval": "month"} | ({"meter": meter_id, "usage_type": "metered"} if meter_id else {})
        scheme = {"billing_scheme": "tiered", "tiers_mode": "graduated", "tiers": tiers} if tiers else {}
        given = {"currency": "usd", "product": product, "recurring": recurring} | scheme | fields
        return str(self.catalogue.create_price(**given)["id"])

    def add_subscription(self, customer_id: str, *, status: str = "active", prices: Sequence[str] = ()) -> str:
        """A subscription to prices, whose first invoice is paid; without prices to all meters. Answers its id."""
        items = [(price, None if self._is_metered(price) else 1) for price in prices]
        subscription, invoice = self.subscription_book.create(customer_id, items, status=status)
        if invoice is not None:
            self.invoice_book.finalize(invoice)
        return str(subscription["id"])

    def set_tax(self, status: str) -> None:
        """Whether Stripe Tax is `active`, or `pending` until somebody says where the business is."""
        details: Object = {"active": None, "pending": None}
        details[status] = {} if status == "active" else {"missing_fields": ["head_office"]}
        self.tax_settings |= {"status": status, "status_details": details}

    def fail_payments(self, customer_id: str, *, failing: bool = True) -> None:
        """Has a customer's card be declined from now on, or not any more."""
        (self.customer_book.failing.add if failing else self.customer_book.failing.discard)(customer_id)

    def retry_payments(self, customer_id: str) -> None:
        """A customer gives a card that pays, and what is open is tried again at once."""
        self.fail_payments(customer_id, failing=False)
        for invoice in list(self.books.tables["invoice"].values()):
            if invoice["customer"] == customer_id and invoice["status"] == "open":
                self.invoice_book.attempt(invoice)

    # What a test looks at

    @property
    def customers(self) -> dict[str, Object]:
        return self.books.tables["customer"]

    @property
    def subscriptions(self) -> dict[str, Object]:
        return self.books.tables["subscription"]

    @property
    def meters(self) -> dict[str, Object]:
        return self.books.tables["billing.meter"]

    @property
    def invoices(self) -> dict[str, Object]:
        return self.books.tables["invoice"]

    @property
    def events(self) -> list[Event]:
        """The meter events that were taken; those that are sent to webhooks stand in `event_log`."""
        return self.meter_book.events

    @property
    def counts_after_s(self) -> float:
        """How long a meter event waits until it is counted."""
        return self.meter_book.counts_after_s

    @counts_after_s.setter
    def counts_after_s(self, seconds: float) -> None:
        self.meter_book.counts_after_s = seconds

    def units(self, customer_id: str) -> dict[str, int]:
        """All units ever taken for a customer, by meter."""
        return sums([event for event in self.events if event.customer_id == customer_id])

    def meter_total(self, event_name: str, customer_id: str) -> int:
        """Units of a customer on a meter that have been counted by now, of all times."""
        return sums(self.meter_book.counted(customer_id)).get(event_name, 0)

    def invoiced(self, customer_id: str) -> dict[str, int]:
        """Units on a customer's final invoices, by meter."""
        found: dict[str, int] = defaultdict(int)
        for invoice_id, units in self.invoice_book.units.items():
            if self.invoices[invoice_id]["customer"] == customer_id:
                for meter, value in units.items():
                    found[meter] += value
        return dict(found)

    # What calls do with more than one book

    def retrieve_customer(self, customer_id: str) -> Object:
        """GET /v1/customers/{id}"""
        return self.customer_book.retrieve(customer_id)

    def delete_customer(self, customer_id: str) -> Object:
        """DELETE /v1/customers/{id}: its subscriptions end at once, without an invoice."""
        deleted = self.customer_book.delete(customer_id)
        for subscription in self.subscriptions.values():
            if subscription["customer"] == customer_id and is_open(subscription):
                self.subscription_book.end(subscription)
        return deleted

    def retrieve_tax_settings(self) -> Object:
        """GET /v1/tax/settings"""
        return self.tax_settings

    def cancel_subscription(self, subscription_id: str, **params: Any) -> Object:
        """DELETE /v1/subscriptions/{id}"""
        return self.subscription_book.cancel(subscription_id, **params)

    def _is_metered(self, price_id: str) -> bool:
        return self.catalogue.retrieve_price(price_id)["recurring"]["meter"] is not None
