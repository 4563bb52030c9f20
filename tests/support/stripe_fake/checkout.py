"""Checkout sessions: in subscription mode only, until a person pays, leaves or is too late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from tests.support.stripe_fake.books import Books, merged_metadata, only
from tests.support.stripe_fake.catalogue import Catalogue
from tests.support.stripe_fake.customers import Customers
from tests.support.stripe_fake.faults import Refusal
from tests.support.stripe_fake.invoices import Invoices, declined
from tests.support.stripe_fake.lists import has_all, is_within, page_of
from tests.support.stripe_fake.periods import next_boundary
from tests.support.stripe_fake.shapes import Object, list_of
from tests.support.stripe_fake.subscriptions import Subscriptions, checked_quantity, refuse_doubles

OPEN_S = 24 * 3_600
SHORTEST_S = 30 * 60
# What a person types into the page who has no customer yet.
PERSON = {"email": "person@example.com", "name": "A Person"}
ADDRESS = {"city": "Berlin", "country": "DE", "line1": "Street 1", "line2": None, "postal_code": "10115", "state": None}


class Checkout:
    """The checkout sessions of an account. `url` is where their pages are served."""

    def __init__(
        self,
        books: Books,
        customers: Customers,
        catalogue: Catalogue,
        invoices: Invoices,
        subscriptions: Subscriptions,
    ) -> None:
        self._books = books
        self._customers = customers
        self._catalogue = catalogue
        self._invoices = invoices
        self._subscriptions = subscriptions
        self.url = ""
        self.line_items: dict[str, list[Object]] = {}
        self._data: dict[str, Object] = {}

    # What calls do

    def create(
        self,
        *,
        mode: str | None = None,
        line_items: Sequence[Mapping[str, Any]] | None = None,
        success_url: str | None = None,
        cancel_url: str | None = None,
        customer: str | None = None,
        customer_email: str | None = None,
        client_reference_id: str | None = None,
        automatic_tax: Mapping[str, Any] | None = None,
        tax_id_collection: Mapping[str, Any] | None = None,
        customer_update: Mapping[str, str] | None = None,
        billing_address_collection: str | None = None,
        subscription_data: Mapping[str, Any] | None = None,
        metadata: Mapping[str, str] | str = "",
        locale: str | None = None,
        expires_at: int | None = None,
        allow_promotion_codes: bool | None = None,
        payment_method_collection: str = "always",
    ) -> Object:
        """POST /v1/checkout/sessions"""
        if mode != "subscription":
            raise Refusal.of("The fake knows `mode` subscription only.", param="mode")
        for name, url in (("success_url", success_url), ("cancel_url", cancel_url)):
            check_url(name, url, is_required=name == "success_url")
        if client_reference_id is not None and len(client_reference_id) > 200:
            raise Refusal.of("Invalid string: must be at most 200 characters", param="client_reference_id")
        if customer is not None and customer_email is not None:
            raise Refusal.of("You may only specify one of these parameters: customer, customer_email.")
        found = None if customer is None else self._customers.named(customer)
        has_tax, has_tax_ids = (
            _is_on(each, name)
            for each, name in ((automatic_tax, "automatic_tax"), (tax_id_collection, "tax_id_collection"))
        )
        _check_update(found, customer_update, has_tax=has_tax, has_tax_ids=has_tax_ids)
        now = int(self._books.now())
        if expires_at is not None:
            expires_at += self._books.moved_s
        if expires_at is not None and not now + SHORTEST_S <= expires_at <= now + OPEN_S:
            message = (
                "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation."
            )
            raise Refusal.of(message, param="expires_at")
        items = self._checked_items(line_items or [])
        data = self._checked_data(subscription_data or {}, items)
        session = self._books.made("checkout.session")
        lines = [self._line(price, quantity) for price, quantity in items]
        total = sum(line["amount_total"] for line in lines)
        session |= {
            "allow_promotion_codes": allow_promotion_codes,
            "amount_subtotal": total,
            "amount_total": total,
            "automatic_tax": session["automatic_tax"] | {"enabled": has_tax},
            "billing_address_collection": billing_address_collection,
            "cancel_url": cancel_url,
            "client_reference_id": client_reference_id,
            "currency": items[0][0]["currency"],
            "customer": customer,
            "customer_creation": None if customer else "always",
            "customer_email": customer_email,
            "expires_at": now + OPEN_S if expires_at is None else expires_at,
            "locale": locale,
            "metadata": merged_metadata({}, metadata),
            "payment_method_collection": payment_method_collection,
            "success_url": success_url,
            "tax_id_collection": {"enabled": has_tax_ids, "required": "never"},
            "url": f"{self.url}/c/pay/{session['id']}",
        }
        self._books.tables["checkout.session"][session["id"]] = session
        self.line_items[session["id"]] = lines
        self._data[session["id"]] = data | {"customer_update": dict(customer_update or {})}
        return session

    def retrieve(self, session_id: str) -> Object:
        """GET /v1/checkout/sessions/{id}"""
        return self._books.get("checkout.session", session_id)

    def list_(
        self,
        *,
        customer: str | None = None,
        subscription: str | None = None,
        status: str | None = None,
        created: Any = None,
        **page: Any,
    ) -> Object:
        """GET /v1/checkout/sessions"""

        def is_wanted(session: Object) -> bool:
            wanted = {"customer": customer, "subscription": subscription, "status": status}
            return has_all(session, **wanted) and is_within(session["created"], created)

        return page_of("/v1/checkout/sessions", self._books.tables["checkout.session"], is_wanted, **page)

    def list_line_items(self, session_id: str, **page: Any) -> Object:
        """GET /v1/checkout/sessions/{id}/line_items"""
        self.retrieve(session_id)
        rows = {line["id"]: line for line in reversed(self.line_items[session_id])}
        return page_of(f"/v1/checkout/sessions/{session_id}/line_items", rows, lambda _: True, **page)

    def expire(self, session_id: str) -> Object:
        """POST /v1/checkout/sessions/{id}/expire"""
        session = self.retrieve(session_id)
        if session["status"] != "open":
            message = (
                'Only Checkout Sessions with a status in ["open"] can be expired. '
                f"This Checkout Session has a status of `{session['status']}`."
            )
            raise Refusal.of(message)
        self.advance(session)
        return session

    # What happens by itself, or by a person

    def dues(self) -> Iterator[tuple[float, Object]]:
        """When an open session expires."""
        for session in self._books.tables["checkout.session"].values():
            if session["status"] == "open":
                yield session["expires_at"], session

    def advance(self, session: Object) -> None:
        """Expires a session."""
        session |= {"status": "expired", "url": None}
        self._books.note("checkout.session.expired", session)

    def complete(self, session_id: str, *, fails_later: bool = False) -> Object:
        """A person pays; `fails_later` with a card that pays this time only.

        Raises Refusal where the session is not open or the customer's card is declined: it stays open then.
        """
        session = self.retrieve(session_id)
        if session["status"] != "open":
            raise Refusal.of(f"This Checkout Session is {session['status']}.")
        if session["amount_total"] and session["customer"] in self._customers.failing:
            raise declined()
        customer = self._customer_of(session)
        data = self._data[session_id]
        subscription, invoice = self._subscriptions.create(
            customer["id"],
            [(line["price"]["id"], line["quantity"]) for line in self.line_items[session_id]],
            metadata=data.get("metadata"),
            anchor=data.get("billing_cycle_anchor"),
            prorates=data.get("proration_behavior", "create_prorations") == "create_prorations",
            description=data.get("description"),
            automatic_tax={"enabled": session["automatic_tax"]["enabled"], "liability": None, "disabled_reason": None},
        )
        if invoice is not None:
            self._invoices.finalize(invoice)
        session |= {
            "amount_subtotal": 0 if invoice is None else invoice["subtotal"],
            "amount_total": 0 if invoice is None else invoice["total"],
            "customer": customer["id"],
            "customer_details": {
                "address": customer["address"],
                "business_name": None,
                "email": customer["email"],
                "individual_name": None,
                "name": customer["name"],
                "phone": None,
                "tax_exempt": "none",
                "tax_ids": [],
            },
            "invoice": None if invoice is None else invoice["id"],
            "payment_status": "paid" if invoice is not None and invoice["amount_paid"] else "no_payment_required",
            "status": "complete",
            "subscription": subscription["id"],
            "url": None,
        }
        if session["automatic_tax"]["enabled"]:
            session["automatic_tax"]["status"] = "complete"
        self._books.note("checkout.session.completed", session)
        self._customers.failing.discard(customer["id"])
        if fails_later:
            self._customers.failing.add(customer["id"])
        return session

    # Within

    def _customer_of(self, session: Object) -> Object:
        """The customer, with what the page asked for saved where the session said so."""
        if session["customer"] is None:
            email = session["customer_email"] or PERSON["email"]
            return self._customers.create(email=email, name=PERSON["name"], address=ADDRESS)
        customer = self._customers.named(session["customer"])
        update = self._data[session["id"]]["customer_update"]
        given: Object = {"address": ADDRESS, "name": customer["name"] or PERSON["name"]}
        given = {name: value for name, value in given.items() if update.get(name) == "auto"}
        return self._customers.update(customer["id"], **given) if given else customer

    def _checked_items(self, given: Sequence[Mapping[str, Any]]) -> list[tuple[Object, int | None]]:
        if not given:
            raise Refusal.of("Missing required param: line_items.", code="parameter_missing", param="line_items")
        if len(given) > 20:
            raise Refusal.of("At most 20 line items with recurring prices.", param="line_items")
        found = []
        for index, each in enumerate(given):
            label = f"line_items[{index}]"
            only(each, "price quantity", label)
            if "price" not in each:
                raise Refusal.of(f"Missing required param: {label}[price].", param=f"{label}[price]")
            price = self._catalogue.sold(each["price"], f"{label}[price]")
            found.append((price, checked_quantity(price, each.get("quantity"), label)))
        for name in ("currency", "interval"):
            values = {price[name] if name in price else price["recurring"][name] for price, _ in found}
            if len(values) > 1:
                raise Refusal.of(f"All prices of a Checkout Session must have the same {name}.", param="line_items")
        refuse_doubles([price["id"] for price, _ in found], "line_items")
        return found

    def _checked_data(self, given: Mapping[str, Any], items: Sequence[tuple[Object, int | None]]) -> Object:
        only(given, "metadata description billing_cycle_anchor proration_behavior billing_mode", "subscription_data")
        mode, name = given.get("billing_mode", {"type": "flexible"}), "subscription_data[billing_mode]"
        only(mode, "type", name)
        if mode["type"] != "flexible":
            raise Refusal.of("The fake knows flexible subscriptions only.", param=f"{name}[type]")
        data, label = dict(given), "subscription_data[billing_cycle_anchor]"
        data["metadata"] = merged_metadata({}, data.get("metadata", ""))
        anchor = data.get("billing_cycle_anchor")
        if anchor is not None:
            anchor = data["billing_cycle_anchor"] = anchor + self._books.moved_s
            now, interval = int(self._books.now()), items[0][0]["recurring"]["interval"]
            if anchor <= now:
                raise Refusal.of("billing_cycle_anchor must be in the future.", param=label)
            if anchor > next_boundary(now, interval, now):
                message = "billing_cycle_anchor cannot be later than next natural billing date."
                raise Refusal.of(message, param=label)
        elif "proration_behavior" in data:
            message = "`proration_behavior` can only be set with `billing_cycle_anchor`."
            raise Refusal.of(message, param="subscription_data[proration_behavior]")
        return data

    def _line(self, price: Object, quantity: int | None) -> Object:
        """A line of the page: what is metered costs nothing yet."""
        amount = 0 if quantity is None else quantity * (price["unit_amount"] or 0)
        product = self._catalogue.retrieve_product(price["product"])
        line: Object = {"id": self._books.new_id("line_item").replace("il_", "li_"), "object": "item", "price": price}
        line |= {"amount_discount": 0, "amount_subtotal": amount, "amount_tax": 0, "amount_total": amount}
        return line | {"currency": price["currency"], "description": product["name"], "quantity": quantity}


def listed(lines: Sequence[Object], session_id: str) -> Object:
    """The lines of a session, as they are told to who expands them."""
    return list_of(f"/v1/checkout/sessions/{session_id}/line_items", list(lines))


def _is_on(given: Mapping[str, Any] | None, name: str) -> bool:
    only(given or {}, "enabled", name)
    return bool(given and given["enabled"])


def check_url(name: str, url: str | None, *, is_required: bool) -> None:
    """Raises Refusal for what is no address of HTTP."""
    if url is None and not is_required:
        return
    if url is None:
        raise Refusal.of(f"Missing required param: {name}.", code="parameter_missing", param=name)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or len(url) > 5_000:
        raise Refusal.of("Not a valid URL", code="url_invalid", param=name)


def _check_update(
    customer: Object | None, update: Mapping[str, str] | None, *, has_tax: bool, has_tax_ids: bool
) -> None:
    """What Stripe asks for before a page may change a customer that is there."""
    given = update or {}
    if customer is None:
        if update is not None:
            raise Refusal.of("`customer_update` can only be used with `customer`.", param="customer_update")
        return
    if has_tax_ids and given.get("name") != "auto":
        message = (
            "Tax ID collection requires updating business name on the customer. To enable tax ID collection for an "
            "existing customer, please set `customer_update[name]` to `auto`."
        )
        raise Refusal.of(message, param="customer_update[name]")
    if has_tax and customer["address"] is None and "auto" not in (given.get("address"), given.get("shipping")):
        message = (
            "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid address to "
            "the Customer or set either `customer_update[address]` to 'auto' or `customer_update[shipping]` to 'auto' "
            "to save the address entered in Checkout to the Customer."
        )
        raise Refusal.of(message, code="customer_tax_location_invalid", param="customer_update[address]")
