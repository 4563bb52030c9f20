"""Customers, prices, checkouts and the portal at Stripe: what it takes to sell a plan."""

from __future__ import annotations

import stripe as package

from shared.billing.answers import answered, noted
from shared.billing.calls.subscriptions import PAGE
from shared.billing.faults import StripeRefused
from shared.billing.names import ACCOUNT, PORTAL, Part, lookup_key, parts_of
from shared.billing.objects import Order
from shared.plans import Plan


class Sales:
    """Calls that sell a plan. All raise StripeFault."""

    def __init__(self, client: package.StripeClient) -> None:
        self._client = client

    async def find_customer(self, *, email: str, account_id: str) -> str | None:
        """The customer that was made for an account with this address, if any."""
        params: package.params.CustomerListParams = {"email": email, "limit": PAGE}
        page = await answered(self._client.v1.customers.list_async(params))
        return next((each.id for each in page.data if noted(each, ACCOUNT) == account_id), None)

    async def create_customer(self, *, email: str, account_id: str, idempotency_key: str) -> str:
        """Makes a customer and answers its id."""
        params: package.params.CustomerCreateParams = {"email": email, "metadata": {ACCOUNT: account_id}}
        made = await answered(self._client.v1.customers.create_async(params, {"idempotency_key": idempotency_key}))
        return made.id

    async def change_address(self, customer_id: str, *, email: str, idempotency_key: str) -> None:
        """Has a customer have another address."""
        options: package.RequestOptions = {"idempotency_key": idempotency_key}
        await answered(self._client.v1.customers.update_async(customer_id, {"email": email}, options))

    async def prices_of(self, plan: Plan) -> dict[Part, str]:
        """The ids of a sold plan's present prices. Raises StripeRefused where `infra.stripe setup` has not been run."""
        keys = {lookup_key(plan, part): part for part in parts_of(plan)}
        params: package.params.PriceListParams = {"lookup_keys": list(keys), "active": True, "limit": PAGE}
        page = await answered(self._client.v1.prices.list_async(params))
        found = {keys[price.lookup_key]: price.id for price in page.data if price.lookup_key in keys}
        if len(found) < len(keys):
            raise StripeRefused(0, "plans_not_set_up")
        return {part: found[part] for part in parts_of(plan)}

    async def expire_checkouts(self, customer_id: str, *, idempotency_key: str, but_newest: bool = False) -> None:
        """Closes the pages that a customer left open: paying on two of them would make two subscriptions.

        The newest stays on demand; whoever looks agrees which that is. One that is not open any more is closed enough.
        """
        service = self._client.v1.checkout.sessions
        params: package.params.checkout.SessionListParams = {"customer": customer_id, "status": "open", "limit": PAGE}
        found: list[package.checkout.Session] = []
        while True:
            page = await answered(service.list_async(params))
            found += page.data
            if not page.has_more:
                break
            params["starting_after"] = page.data[-1].id
        found.sort(key=lambda each: (each.created, each.id))
        for session in found[:-1] if but_newest else found:
            options: package.RequestOptions = {"idempotency_key": f"{idempotency_key} {session.id}"}
            try:
                await answered(service.expire_async(session.id, None, options))
            except StripeRefused:
                if (await answered(service.retrieve_async(session.id))).status == "open":
                    raise

    async def owes(self, customer_id: str) -> bool:
        """Whether a customer has invoices that are to be paid."""
        params: package.params.InvoiceListParams = {"customer": customer_id, "status": "open", "limit": 1}
        return bool((await answered(self._client.v1.invoices.list_async(params))).data)

    async def create_checkout(self, order: Order, *, idempotency_key: str) -> str:
        """Opens a checkout and answers the address of its page."""
        items: list[package.params.checkout.SessionCreateParamsLineItem] = [
            {"price": price, "quantity": 1} if part == "base" else {"price": price}
            for part, price in order.prices.items()
        ]
        params: package.params.checkout.SessionCreateParams = {
            "mode": "subscription",
            "customer": order.customer_id,
            "client_reference_id": order.account_id,
            "line_items": items,
            "success_url": order.success_url,
            "cancel_url": order.cancel_url,
            "expires_at": order.expires_at,
            "automatic_tax": {"enabled": True},
            "tax_id_collection": {"enabled": True},
            "customer_update": {"name": "auto", "address": "auto"},
            "subscription_data": {
                # Stripe's default now: what is used is billed by the items that it was used under.
                "billing_mode": {"type": "flexible"},
                "billing_cycle_anchor": order.anchor,
                "proration_behavior": "create_prorations",
                "metadata": {ACCOUNT: order.account_id},
            },
        }
        made = await answered(
            self._client.v1.checkout.sessions.create_async(params, {"idempotency_key": idempotency_key})
        )
        if made.url is None:
            raise StripeRefused(0, "no_page")
        return made.url

    async def create_portal(self, customer_id: str, *, return_url: str, idempotency_key: str) -> str:
        """Opens the customer's portal, as `infra.stripe setup` configured it, and answers the address of its page."""
        listing: package.params.billing_portal.ConfigurationListParams = {"active": True, "limit": PAGE}
        configurations = await answered(self._client.v1.billing_portal.configurations.list_async(listing))
        params: package.params.billing_portal.SessionCreateParams = {"customer": customer_id, "return_url": return_url}
        for configuration in configurations.data:
            if noted(configuration, PORTAL):
                params["configuration"] = configuration.id
        made = await answered(
            self._client.v1.billing_portal.sessions.create_async(params, {"idempotency_key": idempotency_key})
        )
        return made.url
