"""Customers, and whether their payment method pays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.stripe_fake.books import Books, merged_metadata
from tests.support.stripe_fake.faults import Refusal
from tests.support.stripe_fake.lists import has_all, is_within, page_of
from tests.support.stripe_fake.shapes import Object, shape

_ADDRESS: Object = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


class Customers:
    """The customers of an account."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self.failing: set[str] = set()

    def create(
        self,
        *,
        email: str | None = None,
        name: str | None = None,
        description: str | None = None,
        phone: str | None = None,
        address: Object | str | None = None,
        preferred_locales: Sequence[str] | None = None,
        metadata: Mapping[str, str] | str = "",
    ) -> Object:
        """POST /v1/customers"""
        given: Object = {"email": email, "name": name, "description": description, "phone": phone, "address": address}
        given["preferred_locales"] = list(preferred_locales or [])
        customer = self._books.add("customer", metadata=merged_metadata({}, metadata), **_checked(given))
        self._books.note("customer.created", customer)
        return customer

    def retrieve(self, customer_id: str) -> Object:
        """GET /v1/customers/{id}: one that was deleted is told to be."""
        return self._books.get("customer", customer_id)

    def named(self, customer_id: str, *, param: str = "customer") -> Object:
        """A customer that a parameter names, not deleted."""
        customer = self._books.get("customer", customer_id, param=param)
        if customer.get("deleted"):
            raise Refusal.missing("customer", customer_id, status=400, param=param)
        return customer

    def update(
        self,
        customer_id: str,
        *,
        email: str | None = None,
        name: str | None = None,
        description: str | None = None,
        phone: str | None = None,
        address: Object | str | None = None,
        preferred_locales: Sequence[str] | None = None,
        metadata: Mapping[str, str] | str | None = None,
    ) -> Object:
        """POST /v1/customers/{id}"""
        customer = self.retrieve(customer_id)
        if customer.get("deleted"):
            raise Refusal.missing("customer", customer_id)
        given: Object = {"email": email, "name": name, "description": description, "phone": phone, "address": address}
        given["preferred_locales"] = preferred_locales
        with self._books.change("customer.updated", customer):
            customer |= _checked({field: value for field, value in given.items() if value is not None})
            if metadata is not None:
                customer["metadata"] = merged_metadata(customer, metadata)
        return customer

    def list_(self, *, email: str | None = None, created: Any = None, **page: Any) -> Object:
        """GET /v1/customers: without those that were deleted."""

        def is_wanted(customer: Object) -> bool:
            if customer.get("deleted"):
                return False
            return has_all(customer, email=email) and is_within(customer["created"], created)

        return page_of("/v1/customers", self._books.tables["customer"], is_wanted, **page)

    def delete(self, customer_id: str) -> Object:
        """Puts a mark in the place of a customer. Whoever calls this ends its subscriptions first."""
        customer = self.retrieve(customer_id)
        if customer.get("deleted"):
            raise Refusal.missing("customer", customer_id)
        self._books.tables["customer"][customer_id] = shape("deleted_customer") | {"id": customer_id}
        self._books.note("customer.deleted", customer)
        return self._books.tables["customer"][customer_id]


def _checked(fields: Mapping[str, Any]) -> Object:
    email = fields.get("email")
    if email and (email.count("@") != 1 or len(email) > 512):
        # Stripe quotes the address; a fake's sentence holds none either.
        raise Refusal.of("Invalid email address", code="email_invalid", param="email")
    read = {name: None if value == "" else value for name, value in fields.items()}
    address = read.get("address")
    return read if address is None else read | {"address": _ADDRESS | address}
